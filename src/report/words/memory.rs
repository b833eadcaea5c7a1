//! What of a query holds the memory that is not enough.

/// Steps of the engine, by what is in their names, and what they do in words of SQL.
const STEPS: &[(&str, &str)] = &[
    ("Aggregate", "GROUP BY, DISTINCT and aggregates hold"),
    ("GroupedHash", "GROUP BY, DISTINCT and aggregates hold"),
    ("Join", "a join holds"),
    ("Sort", "ORDER BY holds"),
    ("TopK", "ORDER BY holds"),
    ("Window", "windows hold"),
    ("Repartition", "rows between two steps hold"),
];

/// `Failed to allocate additional 64.0 KB for HashJoinInput with 16.0 MB already allocated for this reservation - 0.0 B remain available
/// for the total memory pool: fair(pool_size: 16.0 MB)` in words. Other texts stay as they are.
pub(in crate::report) fn of_memory(text: &str) -> String {
    let told = || {
        let (wanted, rest) = text.strip_prefix("Failed to allocate additional ")?.split_once(" for ")?;
        let (step, rest) = rest.split_once(" with ")?;
        let (held, rest) = rest.split_once(" already allocated")?;
        let whole = rest.rsplit_once("pool_size: ")?.1.trim_end_matches([')', '.']);
        let holds = STEPS.iter().find(|(part, _)| step.contains(part)).map_or("one step holds", |(_, holds)| holds);
        Some(format!("{holds} {held} of {whole}, and would take {wanted} more"))
    };
    let on_disk = || {
        let is_disk = text.contains("DiskManager is disabled");
        is_disk.then(|| "what does not fit cannot be written to a disk".to_owned())
    };
    told().or_else(on_disk).unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_memory_is_said_in_words_of_sql() {
        for (step, told) in [
            (
                "AggregateStream[0]",
                "GROUP BY, DISTINCT and aggregates hold 15.9 MB of 16.0 MB, and would take 64.0 KB more",
            ),
            ("HashJoinInput", "a join holds 15.9 MB of 16.0 MB, and would take 64.0 KB more"),
            ("ExternalSorterMerge[1]", "ORDER BY holds 15.9 MB of 16.0 MB, and would take 64.0 KB more"),
            ("Other", "one step holds 15.9 MB of 16.0 MB, and would take 64.0 KB more"),
        ] {
            let text = format!(
                "Failed to allocate additional 64.0 KB for {step} with 15.9 MB already allocated for this reservation - 60.0 KB \
                 remain available for the total memory pool: fair(pool_size: 16.0 MB)"
            );
            assert_eq!(of_memory(&text), told);
        }
        assert_eq!(of_memory("anything else"), "anything else");
    }
}
