//! Texts that are compared by order where that says little: addresses, and the members of an enumeration.
//!
//! `severity >= 'medium'` leaves out `high`, and `ip_address < '203.0.113.20'` has `203.0.113.100`: the alphabet decides.

use super::near::declared;
use crate::address::{Network, host};
use crate::predicate::{Comparison, Predicate, Scalar, Test};
use crate::table::{Column, Edm, EntitySet, Sensitive};

/// The columns that conditions compare so, each with what is written instead.
pub(super) fn of<'a>(set: &EntitySet, conditions: impl Iterator<Item = &'a Predicate>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    conditions.for_each(|condition| visit(set, condition, &mut found));
    found
}

fn visit(set: &EntitySet, condition: &Predicate, found: &mut Vec<(String, String)>) {
    match condition {
        Predicate::And(all) | Predicate::Or(all) => all.iter().for_each(|one| visit(set, one, found)),
        Predicate::Not(one) => visit(set, one, found),
        Predicate::Test { path, folded: false, test: Test::Compare(comparison, Scalar::Text(text)), .. } => {
            let by_order = !matches!(comparison, Comparison::Eq | Comparison::NotEq);
            let column = path.join(".");
            if by_order && !text.is_empty() && found.iter().all(|(known, _)| *known != column) {
                let instead = declared(set, path).and_then(|declared| instead(declared, &column, text));
                found.extend(instead.map(|instead| (column, instead)));
            }
        }
        _ => {}
    }
}

/// What is written instead of a comparison by order.
fn instead(declared: &Column, column: &str, text: &str) -> Option<String> {
    if declared.sensitive == Some(Sensitive::Address) {
        // `>= ' '` asks whether there is anything.
        let is_address = text.contains(['.', ':']);
        let around = host(text).and_then(|address| Network::of(address, if address.is_ipv4() { 24 } else { 64 }));
        let network = around.map_or_else(|| "203.0.113.0/24".to_owned(), |network| network.to_string());
        return is_address.then(|| format!("ip_in({column}, '{network}') looks into a network"));
    }
    match declared.edm {
        Edm::Enum(members) if members.len() > 1 => Some(format!(
            "the alphabet is not their order; name those that are meant, {column} IN ('{}', …), of {}",
            text.replace('\'', "''"),
            members.join(", ")
        )),
        _ => None,
    }
}
