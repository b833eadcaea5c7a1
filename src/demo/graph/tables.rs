//! The list of all sets that the face serves.

use super::directory_audits::DIRECTORY_AUDITS;
use super::sign_ins::SIGN_INS;
use super::table::Table;
use super::things;

/// All sets.
pub static TABLES: &[&Table] = &[
    &SIGN_INS,
    &DIRECTORY_AUDITS,
    &things::USERS,
    &things::GROUPS,
    &things::GROUP_MEMBERS,
    &things::SERVICE_PRINCIPALS,
    &things::APPLICATIONS,
    &things::APP_ROLE_ASSIGNMENTS,
    &things::OAUTH2_PERMISSION_GRANTS,
    &things::DEVICES,
    &things::DIRECTORY_ROLES,
    &things::DIRECTORY_ROLE_MEMBERS,
    &things::POLICIES,
    &things::NAMED_LOCATIONS,
    &things::AUTHENTICATION_METHODS,
    &things::PROVISIONING,
    &things::RISK_DETECTIONS,
    &things::RISKY_USERS,
    &things::RISKY_SERVICE_PRINCIPALS,
    &things::SIGN_IN_SUMMARIES,
    &things::APP_SIGN_IN_SUMMARIES,
    &things::NON_INTERACTIVE,
    &things::SERVICE_PRINCIPAL,
    &things::MANAGED_IDENTITY,
    &things::ALERTS,
    &things::INCIDENTS,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::property::{Type, Version};
    use super::*;

    #[test]
    fn paths_and_properties_are_named_once() {
        let different = |texts: Vec<&str>| texts.len() == texts.iter().collect::<BTreeSet<_>>().len();
        assert!(different(TABLES.iter().map(|table| table.path).collect()));
        for table in TABLES {
            assert!(different(table.properties.iter().map(|p| p.path).collect()), "{}", table.path);
        }
    }

    #[test]
    fn the_one_time_of_an_event_is_its_own() {
        for table in TABLES {
            let times: Vec<&str> = table.properties.iter().filter(|p| p.kind == Type::Time).map(|p| p.path).collect();
            assert_eq!(times, table.time.as_slice(), "{}", table.path);
            assert!(table.time.is_none_or(|time| table.property(Version::V1, time).is_some()), "{}", table.path);
        }
    }
}
