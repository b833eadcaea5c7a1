//! What is ordered of a service: fields with values, between two instants.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::time::{Interval, second_text};

const SECOND: i64 = 1_000_000;

/// An order. Its bounds are whole seconds. Whether the service counts what lies on the second one is not documented: it lies
/// behind all that is wanted, so that nothing is left out if it does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The first second.
    pub from: i64,
    /// The second behind the last.
    pub to: i64,
    /// The fields for the two.
    pub bounds: [&'static str; 2],
    /// Fields with the values that records may have, each of which is enough.
    pub filters: BTreeMap<&'static str, Vec<String>>,
}

impl Order {
    /// The body of the request that places it under a name.
    pub fn body(&self, name: &str) -> String {
        let mut body = self.fields();
        body.insert("displayName".into(), name.into());
        in_json(&body)
    }

    /// All of it but the name.
    fn fields(&self) -> BTreeMap<String, Value> {
        let times = self.bounds.into_iter().zip([self.from, self.to].map(second_text));
        let times = times.map(|(field, second)| (field.to_owned(), Value::from(second)));
        let filters = self.filters.iter().map(|(field, values)| ((*field).to_owned(), Value::from(values.clone())));
        times.chain(filters).collect()
    }

    /// A number for what it asks for: the same in every run of every version that asks for the same.
    pub fn fingerprint(&self) -> u64 {
        // FNV-1a. It need not withstand anyone: an order that is found by it is compared.
        let text = in_json(&self.fields());
        text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }

    /// The same for another range of time.
    #[must_use]
    pub fn over(&self, interval: Interval) -> Self {
        let from = interval.from.map_or(self.from, |from| from.div_euclid(SECOND));
        let to = interval.to.map_or(self.to, |to| to.div_euclid(SECOND) + 1);
        Self { from, to: to.min(self.to), ..self.clone() }
    }

    /// The same without all that narrows it besides the time.
    #[must_use]
    pub fn unfiltered(&self) -> Self {
        Self { filters: BTreeMap::new(), ..self.clone() }
    }

    /// Its range of time, in microseconds; what lies on its second bound belongs to the next.
    pub fn interval(&self) -> Interval {
        Interval { from: Some(self.from * SECOND), to: Some(self.to * SECOND - 1) }
    }

    /// Its range in so many parts of whole seconds, as far as it has them; `None` if it is one second.
    pub fn parts(&self, wanted: u64) -> Option<Vec<Self>> {
        let length = self.to - self.from;
        let count = i64::try_from(wanted).unwrap_or(i64::MAX).clamp(2, 64).min(length);
        if count < 2 {
            return None;
        }
        let edge = |n: i64| self.from + length / count * n + (length % count).min(n);
        let part = |n| Self { from: edge(n), to: edge(n + 1), ..self.clone() };
        Some((0..count).map(part).collect())
    }
}

/// An object by the names of its members, whatever order maps of JSON keep elsewhere.
fn in_json(members: &BTreeMap<String, Value>) -> String {
    serde_json::to_string(members).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(from: i64, to: i64) -> Order {
        let filters = BTreeMap::from([("operationFilters", vec!["a\"b".to_owned()])]);
        Order { from, to, bounds: ["filterStartDateTime", "filterEndDateTime"], filters }
    }

    #[test]
    fn a_body_has_the_name_the_bounds_and_the_values_as_json() {
        assert_eq!(
            order(0, 60).body("n"),
            r#"{"displayName":"n","filterEndDateTime":"1970-01-01T00:01:00Z","filterStartDateTime":"1970-01-01T00:00:00Z","operationFilters":["a\"b"]}"#
        );
    }

    #[test]
    fn a_fingerprint_is_the_same_in_every_run_and_another_for_another_order() {
        assert_eq!(order(0, 60).fingerprint(), 6_332_907_673_594_072_540);
        let different = [order(0, 60), order(0, 61), order(1, 60), order(0, 60).unfiltered()].map(|o| o.fingerprint());
        assert_eq!(different.into_iter().collect::<std::collections::BTreeSet<_>>().len(), 4);
    }

    #[test]
    fn parts_are_whole_seconds_that_leave_out_none() {
        for (from, to, wanted, count) in
            [(0, 10, 3, 3), (5, 7, 9, 2), (0, 1_000_000, 64, 64), (0, 100, 0, 2), (0, 100, u64::MAX, 64)]
        {
            let parts = order(from, to).parts(wanted).unwrap();
            assert_eq!((parts.len(), parts[0].from, parts[parts.len() - 1].to), (count, from, to), "{from} {to}");
            assert!(parts.windows(2).all(|two| two[0].to == two[1].from) && parts.iter().all(|p| p.from < p.to));
        }
        assert_eq!(order(7, 8).parts(2), None);
    }

    #[test]
    fn a_piece_of_its_interval_ends_behind_its_last_second() {
        let piece = order(0, 60).over(Interval { from: Some(10 * SECOND), to: Some(20 * SECOND - 1) });
        assert_eq!((piece.from, piece.to), (10, 20));
        let last = order(0, 60).over(Interval { from: Some(20 * SECOND), to: order(0, 60).interval().to });
        assert_eq!((last.from, last.to), (20, 60));
    }
}
