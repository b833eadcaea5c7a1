-- title: Phishing that was delivered and clicked
-- question: Who clicked the link of a mail that was found to be bad, and what was done about the click?
-- area: Threats
-- tables: defender.url_clicks, defender.email_events
-- permissions: ActivityFeed.Read
-- parameter: since time = 7d; clicks from then on
-- hit: The beginning of many incidents. Look for sign-ins of the one who clicked, within the hours after (user-timeline).
-- false positives: A simulated phishing campaign of one's own.
-- mitre: T1566.002 T1204.001
-- references: https://learn.microsoft.com/en-us/security/operations/incident-response-playbook-phishing
SELECT click.creation_time AS clicked,
       click.user_name,
       click.client_address,
       click.url_click_action,
       mail.p2_sender AS sender,
       mail.subject,
       mail.delivery_action
FROM defender.url_clicks AS click
JOIN defender.email_events AS mail ON mail.network_message_id = click.source_id
WHERE click.creation_time >= :since
  AND mail.creation_time >= :since
ORDER BY clicked;
