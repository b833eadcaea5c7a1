//! Numbers by label: as the result has them, and added up where a label repeats.

use std::collections::HashMap;

use super::gather::{BARS, Bar, SUMS};

/// Labels with their numbers, in the order of the result.
#[derive(Debug, Default)]
pub(super) struct Sums {
    /// One for each label.
    pub(super) bars: Vec<Bar>,
    /// Where a label's bar is.
    places: HashMap<String, usize>,
    /// Rows of labels beyond those that are kept.
    more: u64,
    /// Whether a label came twice.
    pub(super) repeats: bool,
}

impl Sums {
    /// Takes a row with its number as the result has it.
    pub(super) fn add(&mut self, label: String, text: String) {
        let number = |text: &str| text.parse().ok().filter(|value: &f64| value.is_finite());
        if let Some(at) = self.places.get(&label) {
            self.repeats = true;
            let bar = &mut self.bars[*at];
            let Some(more) = number(&text) else { return };
            match (bar.value, bar.text.parse::<i128>(), text.parse::<i128>()) {
                (None, ..) => (bar.text, bar.value) = (text, Some(more)),
                (Some(_), Ok(had), Ok(new)) if had.checked_add(new).is_some() => {
                    bar.text = (had + new).to_string();
                    bar.value = number(&bar.text);
                }
                (Some(had), ..) => (bar.text, bar.value) = (said(had + more), Some(had + more)),
            }
            return;
        }
        if self.bars.len() >= SUMS {
            self.more += 1;
            return;
        }
        self.places.insert(label.clone(), self.bars.len());
        self.bars.push(Bar { label, value: number(&text), text });
    }

    /// The bars that are drawn, and how many are not: all as the result has them, or the greatest where there are sums or too many
    /// for a picture. `None` if not all of them are known.
    pub(super) fn bars(&self) -> Option<(Vec<Bar>, u64)> {
        if self.more > 0 {
            return None;
        }
        let mut all: Vec<&Bar> = self.bars.iter().collect();
        if self.repeats || all.len() > BARS {
            let value = |bar: &Bar| bar.value.unwrap_or(f64::NEG_INFINITY);
            all.sort_by(|a, b| value(b).total_cmp(&value(a)));
        }
        let rest = all.len().saturating_sub(BARS) as u64;
        Some((all.into_iter().take(BARS).cloned().collect(), rest))
    }
}

/// A sum of numbers that are not whole, to six places.
fn said(sum: f64) -> String {
    let text = format!("{sum:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[(&str, &str)]) -> Sums {
        let mut sums = Sums::default();
        rows.iter().for_each(|(label, text)| sums.add((*label).into(), (*text).into()));
        sums
    }

    fn texts(sums: &Sums) -> Vec<(String, String)> {
        sums.bars().unwrap().0.into_iter().map(|bar| (bar.label, bar.text)).collect()
    }

    #[test]
    fn equal_labels_are_added_up_and_the_largest_is_first() {
        let sums = of(&[("a", "1"), ("b", "5"), ("a", "2"), ("c", "NULL"), ("b", "NULL"), ("d", "NULL"), ("d", "9")]);
        let expected = [("d", "9"), ("b", "5"), ("a", "3"), ("c", "NULL")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!((texts(&sums), sums.repeats), (expected.to_vec(), true));
        let parts = of(&[("a", "0.1"), ("a", "0.2"), ("a", "1")]);
        assert_eq!(texts(&parts)[0].1, "1.3");
        let large = of(&[("a", "9007199254740993"), ("a", "1")]);
        assert_eq!(texts(&large)[0].1, "9007199254740994");
    }

    #[test]
    fn labels_that_do_not_repeat_stay_as_the_result_has_them() {
        let names: Vec<String> = (0..45).map(|at| format!("l{at}")).collect();
        let of_some = |count: usize, text: &dyn Fn(usize) -> String| {
            let mut sums = Sums::default();
            names[..count].iter().enumerate().for_each(|(at, name)| sums.add(name.clone(), text(at)));
            sums
        };
        let (bars, rest) = of_some(BARS, &|at| format!("{at}.50")).bars().unwrap();
        assert_eq!((bars.len(), rest), (BARS, 0));
        assert_eq!((bars[0].label.as_str(), bars[0].text.as_str()), ("l0", "0.50"));
        // Of more than are drawn, those with the greatest numbers are.
        let sums = of_some(45, &|at| at.to_string());
        let (bars, rest) = sums.bars().unwrap();
        assert_eq!((bars.len(), rest, sums.repeats), (BARS, 5, false));
        assert_eq!((bars[0].label.as_str(), bars[BARS - 1].label.as_str()), ("l44", "l5"));
    }
}
