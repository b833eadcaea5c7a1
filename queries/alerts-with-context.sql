-- title: Alerts, and what their people did
-- question: Which alert is about somebody who did much at that time, and what was it?
-- area: Threats
-- tables: defender.alerts, m365.activity
-- permissions: ActivityFeed.Read
-- parameter: since time = 7d; alerts from then on
-- parameter: severities text[] = High, Medium; which alerts
-- parameter: within span = 1h; how long before and after the alert
-- parameter: at_least integer = 20; events of the person in that time; 1 shows all that have any
-- hit: One row per alert and person, the worst first. Begin where the addresses are not the person's own, and go on with
--   user-timeline.
-- false positives: Somebody who is busy, with an alert that is about a newsletter. Alerts that were resolved are left out.
-- mitre: T1078.004
-- references: https://learn.microsoft.com/en-us/purview/alert-policies
WITH alerts AS (
    SELECT alert_id,
           name,
           severity,
           min(creation_time) AS raised,
           lower(coalesce(CASE WHEN entity_type = 'User' THEN alert_entity_id END, data ->> 'eid')) AS person
    FROM defender.alerts
    WHERE creation_time >= :since
      AND record_type = 40
      AND severity IN (:severities)
      AND coalesce(status, '') <> 'Resolved'
    GROUP BY 1, 2, 3, 5
),
named AS (
    SELECT * FROM alerts WHERE person LIKE '%@%'
)
SELECT named.severity,
       named.raised,
       named.name AS alert,
       named.person,
       count(*) AS events,
       count(DISTINCT e.operation) AS different,
       array_agg(DISTINCT e.operation ORDER BY e.operation) AS operations,
       array_agg(DISTINCT e.client_address ORDER BY e.client_address) FILTER (WHERE e.client_address IS NOT NULL) AS addresses,
       min(e.creation_time) AS first,
       max(e.creation_time) AS last,
       named.alert_id
FROM named
JOIN m365.activity AS e
  ON e.user_name = named.person
 AND e.creation_time BETWEEN named.raised - :within AND named.raised + :within
WHERE e.creation_time >= :since
GROUP BY named.severity, named.raised, named.name, named.person, named.alert_id
HAVING count(*) >= :at_least
ORDER BY CASE named.severity WHEN 'High' THEN 1 WHEN 'Medium' THEN 2 WHEN 'Low' THEN 3 ELSE 4 END, named.raised;
