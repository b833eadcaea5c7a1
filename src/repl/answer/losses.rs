//! What is said of a result of which its format does not tell everything.

use crate::output::Written;
use crate::repl::say::count;

/// The notes below a result.
pub(super) fn notes(written: &Written) -> Vec<String> {
    let cells = count(written.neutralised, "cell");
    let texts = count(written.blurred, "empty text");
    let numbers = count(written.unspelt, "number");
    let all = [
        (
            written.neutralised,
            format!(
                "a ' was put before {cells} that a spreadsheet would run as formulas; --csv-raw leaves them as they are"
            ),
        ),
        (
            written.blurred,
            format!(
                "{texts} cannot be told from NULL in a file of one column, where both are \"\"; json keeps them apart, and so \
                 does a second column"
            ),
        ),
        (
            written.unspelt,
            format!(
                "{numbers} became null, for JSON has neither infinities nor NaN; CAST(x AS TEXT) keeps them as text"
            ),
        ),
    ];
    all.into_iter().filter(|(many, _)| *many > 0).map(|(_, note)| note).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_is_not_lost_nothing_is_said() {
        assert!(notes(&Written { rows: 7, ..Written::default() }).is_empty());
        let said = notes(&Written { unspelt: 2, ..Written::default() });
        assert!(said.len() == 1 && said[0].starts_with("2 numbers became null"), "{said:?}");
    }
}
