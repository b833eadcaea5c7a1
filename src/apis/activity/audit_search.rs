//! `m365.audit_search`: the audit log as searches of Microsoft Graph find it, further back than the feed reaches.
//!
//! Sources: Microsoft Graph, "auditLogQuery" and "Create auditLogQuery", v1.0 and beta; `recordTypeFilters` and all other
//! filters are lists. UNCERTAIN: that the values of one list are alternatives and that lists hold together follows from their
//! shape and from the cmdlet before them, and is said nowhere. How text is compared is not documented either: only `=` and
//! `IN` are sent, which find no less in a service that ignores case. `keywordFilter` searches "properties that are not
//! indexed", which is too vague to be sure of, and is never sent.

use super::common::COMMON;
use crate::table::{Column, EntitySet, Op, Ops, Quota, RAW, Search, Source, joined};

/// Searches of the audit log.
pub static AUDIT_SEARCH: EntitySet = EntitySet {
    source: Source::Search(Search {
        path: "/security/auditLog/queries",
        permissions: &["AuditLogsQuery.Read.All"],
        quota: Quota::AuditSearch,
        // 180 days with every licence; a year for some workloads with the larger ones, ten years with a policy.
        retention_days: 180,
        // "At least 1,000,000 records"; searches of newer services say their own limit.
        record_cap: 1_000_000,
        // UNCERTAIN how many are taken.
        values: 100,
        bounds: ["filterStartDateTime", "filterEndDateTime"],
    }),
    ..super::content(
        "audit_search",
        "Every record of the unified audit log of the last 180 days, found by a search that the service carries out in its own time: minutes for most, hours for large ones.",
        &[],
        &COLUMNS,
    )
};

static COLUMNS: [Column; COMMON.len() + 1] = searched(joined(&[COMMON, &[RAW]]));

/// The columns that a search has a field for, and the field.
const FIELDS: [(&str, &str); 6] = [
    ("record_type", "recordTypeFilters"),
    ("operation", "operationFilters"),
    ("workload", "serviceFilters"),
    ("user_id", "userPrincipalNameFilters"),
    ("client_ip", "ipAddressFilters"),
    ("object_id", "objectIdFilters"),
];

const fn searched<const N: usize>(mut columns: [Column; N]) -> [Column; N] {
    let mut at = 0;
    while at < N {
        let name = columns[at].name;
        let mut field = 0;
        while field < FIELDS.len() {
            if same(name, FIELDS[field].0) {
                columns[at] = columns[at].ops(Ops::EQ).asked_as(FIELDS[field].1, &[]);
            }
            field += 1;
        }
        if same(name, "creation_time") {
            columns[at] = columns[at].ops(Ops::of(Op::Ge).with(Op::Le)).asked_as("filterStartDateTime", &[]);
        } else if same(name, "client_ip") {
            columns[at] = columns[at].address();
        } else if same(name, "user_id") {
            // UNCERTAIN whether names are kept in small letters, as sign-ins keep them: one travels in both spellings.
            columns[at] = columns[at].sought_lower();
        }
        at += 1;
    }
    columns
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_a_search_is_a_columns() {
        for (column, field) in FIELDS {
            let column = AUDIT_SEARCH.column(column).unwrap();
            assert_eq!(column.asked.map(|asked| asked.path), Some(field));
        }
        assert_eq!(AUDIT_SEARCH.columns.iter().filter(|column| column.asked.is_some()).count(), FIELDS.len() + 1);
    }
}
