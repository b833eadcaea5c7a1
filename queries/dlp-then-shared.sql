-- title: Sensitive files that were shared all the same
-- question: Which file matched a policy against data loss, and was then shared with outsiders by whom it was matched for?
-- area: Files
-- tables: m365.dlp, m365.sharepoint
-- permissions: ActivityFeed.Read
-- parameter: since time = 7d; both from then on
-- parameter: within span = 24h; how soon after the match it is shared
-- hit: The policy told them, and it went out. See under overridden whether a reason was given, and whether the link was used
--   (links-used).
-- false positives: A file that is shared with a partner on purpose. Matches of mail hold their recipients themselves: ask m365.dlp.
-- mitre: T1567.002
-- references: https://learn.microsoft.com/en-us/purview/dlp-learn-about-dlp
--   https://learn.microsoft.com/en-us/purview/audit-log-sharing
WITH matches AS (
    SELECT creation_time,
           lower(sharepoint_meta_data.from) AS person,
           coalesce(sharepoint_meta_data.file_path_url, object_id) AS file,
           exception_info.reason AS overridden,
           exception_info.justification AS justification,
           p.one_policy
    FROM m365.dlp
    LEFT JOIN LATERAL unnest(policy_details) AS p(one_policy) ON true
    WHERE creation_time >= :since
      AND record_type = 11
      AND lower(operation) = 'dlprulematch'
),
rules AS (
    SELECT creation_time, person, file, overridden, justification, one_policy.policy_name AS policy, r.one_rule
    FROM matches
    LEFT JOIN LATERAL unnest(one_policy.rules) AS r(one_rule) ON true
),
found AS (
    SELECT creation_time, person, file, overridden, justification, policy, one_rule.rule_name AS rule,
           array_transform(one_rule.conditions_matched.sensitive_information, s -> s.sensitive_information_type_name) AS types
    FROM rules
),
shared AS (
    SELECT creation_time, user_name, client_address, object_id, operation,
           coalesce(target_user_or_group_name, 'anyone') AS with_whom
    FROM m365.sharepoint
    WHERE creation_time >= :since
      AND record_type = 14
      AND (operation IN ('AnonymousLinkCreated', 'AnonymousLinkUpdated')
           OR target_user_or_group_type IN ('Guest', 'Partner')
              AND (lower(target_user_or_group_name) LIKE '%#ext#%'
                   OR coalesce(email_domain(target_user_or_group_name) <> email_domain(user_name), true)))
)
SELECT found.creation_time AS matched,
       found.person,
       found.file,
       found.policy,
       found.rule,
       found.types,
       found.overridden,
       found.justification,
       shared.creation_time AS shared,
       shared.operation,
       shared.with_whom,
       shared.client_address
FROM found
JOIN shared
  ON shared.object_id = found.file
 AND shared.user_name = found.person
 AND shared.creation_time BETWEEN found.creation_time AND found.creation_time + :within
ORDER BY matched;
