-- Mail with a bad link that arrived, and who clicked: the beginning of many incidents.
SELECT click.creation_time AS clicked,
       click.user_name,
       click.client_address,
       click.url_click_action,
       mail.p2_sender AS sender,
       mail.subject,
       mail.delivery_action
FROM defender.url_clicks AS click
JOIN defender.email_events AS mail ON mail.network_message_id = click.source_id
WHERE click.creation_time >= now() - INTERVAL '7 days'
ORDER BY clicked;
