//! A query for each table's page, to begin with. `tests/docs.rs` tries them all.

use super::tables::telling;
use crate::table::EntitySet;

/// Questions that analysts ask of a table, by its name.
const ASKED: &[(&str, &str)] = &[
    (
        "entra.sign_ins",
        "-- Addresses from which many accounts failed with a wrong password on one day.\n\
         SELECT ip_address, date_trunc('day', created_date_time) AS day, count(DISTINCT user_id) AS accounts\n\
         FROM entra.sign_ins\n\
         WHERE status.error_code = 50126 AND created_date_time > now() - INTERVAL '7 days'\n\
         GROUP BY 1, 2 HAVING count(DISTINCT user_id) >= 5\n\
         ORDER BY accounts DESC",
    ),
    (
        "entra.directory_audits",
        "-- What was done to an account, by whom.\n\
         SELECT activity_date_time, activity_display_name, initiated_by.\"user\".user_principal_name\n\
         FROM entra.directory_audits\n\
         WHERE EXISTS (SELECT 1 FROM unnest(target_resources) AS t WHERE t.display_name LIKE 'B%')\n\
         ORDER BY activity_date_time DESC LIMIT 20",
    ),
    (
        "entra.sign_in_summaries",
        "-- The days with the most sign-ins.\n\
         SELECT activity_date_time::date AS day, sign_in_count\n\
         FROM entra.sign_in_summaries\n\
         ORDER BY sign_in_count DESC LIMIT 10",
    ),
    (
        "entra.app_sign_in_summaries",
        "-- The applications that are used most, by name.\n\
         SELECT p.display_name, s.app_id, s.sign_in_count\n\
         FROM entra.app_sign_in_summaries AS s LEFT JOIN entra.service_principals AS p ON p.app_id = s.app_id\n\
         ORDER BY s.sign_in_count DESC LIMIT 10",
    ),
    (
        "entra.non_interactive_sign_in_summaries",
        "-- Addresses from which clients signed in for many users, without a row for each sign-in.\n\
         SELECT ip_address, count(DISTINCT user_principal_name) AS users, sum(sign_in_count) AS sign_ins\n\
         FROM entra.non_interactive_sign_in_summaries\n\
         WHERE status.error_code = 0\n\
         GROUP BY 1 ORDER BY users DESC LIMIT 10",
    ),
    (
        "m365.audit_search",
        "-- Rules in mailboxes, of a week that the activity feed does not reach any more.\n\
         SELECT creation_time, operation, user_id, client_ip, object_id\n\
         FROM m365.audit_search\n\
         WHERE operation IN ('New-InboxRule', 'Set-InboxRule')\n  \
           AND creation_time BETWEEN now() - INTERVAL '30 days' AND now() - INTERVAL '23 days'\n\
         ORDER BY creation_time",
    ),
    (
        "m365.activity",
        "-- What each workload recorded in the last day.\n\
         SELECT workload, operation, count(*) AS records\n\
         FROM m365.activity\n\
         WHERE creation_time > now() - INTERVAL '1 day'\n\
         GROUP BY 1, 2 ORDER BY records DESC LIMIT 20",
    ),
];

/// The query of a table's page.
pub(super) fn example(set: &'static EntitySet) -> String {
    let name = set.qualified();
    if let Some((_, asked)) = ASKED.iter().find(|(table, _)| *table == name) {
        return (*asked).to_owned();
    }
    let Some(time) = set.time else {
        let columns = std::iter::once(set.key).chain(telling(set.columns).into_iter().filter(|name| *name != set.key));
        return format!("SELECT {}\nFROM {name}\nLIMIT 10", columns.collect::<Vec<_>>().join(", "));
    };
    let mut columns = vec![time];
    columns.extend(telling(set.columns).into_iter().filter(|column| *column != time));
    let columns = columns.join(", ");
    format!("SELECT {columns}\nFROM {name}\nWHERE {time} > now() - INTERVAL '1 day'\nORDER BY {time} DESC LIMIT 10")
}

/// The query of the page of a table that describes the session.
pub(super) fn example_of_own(name: &str) -> &'static str {
    match name {
        "tables" => {
            "SELECT table_schema, table_name, permissions, quota\nFROM auditql.tables\nWHERE retention_days <= 30"
        }
        "columns" => {
            "-- Columns in which an address can stand.\n\
             SELECT table_schema, table_name, column_name, doc\n\
             FROM auditql.columns\n\
             WHERE column_name LIKE '%ip_address%'"
        }
        "pushdown_rules" => {
            "-- What the service can be asked about a user.\n\
             SELECT sql, operator, fit, api_version\n\
             FROM auditql.pushdown_rules\n\
             WHERE table_name = 'sign_ins' AND column_name LIKE 'user%'"
        }
        "settings" => {
            "-- Settings that are not as usual.\nSELECT name, value, \"default\", doc\nFROM auditql.settings\nWHERE value <> \"default\""
        }
        "connections" => "SELECT name, kind, tenant, auth, api_version\nFROM auditql.connections",
        "requests" => {
            "-- Where the time of the last requests went.\n\
             SELECT time, method, url, status, rows, bytes, waited_ms, took_ms\n\
             FROM auditql.requests\n\
             ORDER BY number DESC LIMIT 10"
        }
        "coverage" => {
            "SELECT table_name, from_time, to_time, state, missing, requests, records, rows\nFROM auditql.coverage"
        }
        "schema_drift" => {
            "SELECT table_schema, table_name, member, count, sample_id\nFROM auditql.schema_drift\nORDER BY count DESC"
        }
        other => unreachable!("{other} has no page"),
    }
}
