//! Tables that a timeline is made of, and what in them is the action, the result, the actor, the target and the address.
//!
//! Nothing is merged: an event of which two services tell is in the timeline twice, with both sources. An event is of somebody
//! who did it, and of somebody to whom it was done.

mod directory;
mod feed;
mod others;
mod sign_ins;

use crate::table::Told;

/// Every table that a timeline can be made of, in the order of the manual.
pub static ALL: &[&Told] = &[
    &sign_ins::GRAPH,
    &directory::GRAPH,
    &feed::ACTIVITY,
    &others::RISK_DETECTIONS,
    &sign_ins::LEGACY,
    &directory::LEGACY,
    &others::ALERTS,
    &others::PROVISIONING,
    &feed::AUDIT_SEARCH,
    &feed::DIRECTORY,
    &feed::EXCHANGE,
    &feed::SHAREPOINT,
    &feed::GENERAL,
    &feed::DLP,
];

/// Tables whose records are in another one, and in which: who names them is told.
pub static ELSEWHERE: &[(&str, &str)] = &[
    ("entra.signins_all", "entra.sign_ins"),
    ("defender.email_events", "m365.activity"),
    ("defender.url_clicks", "m365.activity"),
    ("defender.file_events", "m365.activity"),
    ("defender.submissions", "m365.activity"),
    ("defender.investigations", "m365.activity"),
    ("defender.alerts", "m365.activity"),
    ("security.incidents", "security.alerts"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Whose;

    #[test]
    fn each_table_stands_once_and_says_whose_its_records_are() {
        for (at, told) in ALL.iter().enumerate() {
            assert!(ALL[..at].iter().all(|other| !std::ptr::eq(other.set, told.set)), "{}", told.set.qualified());
            assert!(told.condition(Whose::User).is_some(), "{}", told.set.qualified());
            for (whose, condition) in told.of {
                assert!(condition.contains(&format!(":{}", whose.name())), "{}: {condition}", told.set.qualified());
            }
        }
    }

    /// What a service compares exactly would be lost in another spelling; Graph's sign-ins are documented to be in lower case.
    #[test]
    fn names_are_compared_in_any_case() {
        let is_any_case = |told: &Told| {
            told.condition(Whose::User).is_some_and(|of| {
                let of = of.replace("user_name = :user", "");
                of.contains("json_mentions(raw, :user)")
                    || of.matches(" = :user").count() == of.matches("lower(").count()
            })
        };
        let exact: Vec<String> =
            ALL.iter().filter(|told| !is_any_case(told)).map(|told| told.set.qualified()).collect();
        assert_eq!(exact, ["entra.sign_ins"]);
    }

    #[test]
    fn of_a_family_that_is_read_whole_nothing_else_is_read_unasked() {
        for told in ALL.iter().filter(|told| told.usual) {
            let others = ALL.iter().filter(|other| other.usual && other.set.family == told.set.family);
            assert_eq!(others.count(), 1, "{}", told.set.qualified());
        }
    }

    #[test]
    fn what_is_elsewhere_is_no_source_and_leads_to_one() {
        let is_source = |name: &str| ALL.iter().any(|told| told.set.qualified() == name);
        assert!(ELSEWHERE.iter().all(|(table, other)| !is_source(table) && is_source(other)));
    }
}
