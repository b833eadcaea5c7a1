//! Shades of a heatmap: by rank among the numbers that there are, so that one busy hour does not make all others alike.

/// Shades beside that of nothing.
pub(super) const SHADES: usize = 4;

/// Weekdays, Monday first, and hours.
pub(super) type Fields = [[f64; 24]; 7];

/// Which number has which shade.
#[derive(Debug)]
pub(super) struct Shades {
    /// The different numbers above zero, the least first.
    ranks: Vec<f64>,
    /// Where the greatest stands first, by weekday and hour.
    most: (usize, usize),
    /// In how many fields it stands besides.
    others: usize,
}

impl Shades {
    /// Those of a week; `None` where nothing is above zero.
    pub(super) fn of(fields: &Fields) -> Option<Self> {
        let mut ranks: Vec<f64> = fields.iter().flatten().copied().filter(|value| *value > 0.0).collect();
        ranks.sort_by(f64::total_cmp);
        let greatest = *ranks.last()?;
        let others = ranks.iter().rev().take_while(|value| **value >= greatest).count() - 1;
        ranks.dedup();
        let hours = fields.iter().enumerate().flat_map(|(day, hours)| hours.iter().enumerate().map(move |h| (day, h)));
        let most = hours.into_iter().find(|(_, (_, value))| **value >= greatest).map(|(day, (hour, _))| (day, hour))?;
        Some(Self { ranks, most, others })
    }

    /// The shade of a number: 0 for nothing, else from 1 to [`SHADES`]. Each has as many different numbers as the others, and
    /// the greatest is always the darkest.
    pub(super) fn shade(&self, value: f64) -> usize {
        if value <= 0.0 {
            return 0;
        }
        let above = self.ranks.iter().rev().take_while(|rank| **rank > value).count();
        SHADES - (above * SHADES / self.ranks.len()).min(SHADES - 1)
    }

    /// Each shade that there is, with the least and the greatest number that has it.
    pub(super) fn edges(&self) -> impl Iterator<Item = (usize, f64, f64)> {
        let of = move |shade: usize| self.ranks.iter().copied().filter(move |value| self.shade(*value) == shade);
        (1..=SHADES).filter_map(move |shade| Some((shade, of(shade).next()?, of(shade).next_back()?)))
    }

    /// What the darkest field holds and where it is: `most: 5000, Friday 17:00`
    pub(super) fn most(&self, days: &[&str; 7], number: impl Fn(f64) -> String) -> String {
        let ((day, hour), greatest) = (self.most, self.ranks.last().copied().unwrap_or(0.0));
        let others = match self.others {
            0 => String::new(),
            others => format!(" and {others} more"),
        };
        format!("most: {}, {} {hour}:00{others}", number(greatest), days[day])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64]) -> Fields {
        let mut fields = [[0.0; 24]; 7];
        values.iter().zip(fields.iter_mut().flatten()).for_each(|(value, field)| *field = *value);
        fields
    }

    #[test]
    fn one_busy_hour_does_not_make_the_others_alike() {
        let fields = of(&[1.0, 2.0, 2.0, 3.0, 0.0, 4.0, 5.0, 6.0, 50_000.0]);
        let shades = Shades::of(&fields).unwrap();
        let found: Vec<usize> = fields[0][..9].iter().map(|value| shades.shade(*value)).collect();
        assert_eq!(found, [1, 2, 2, 2, 0, 3, 3, 4, 4]);
        let edges: Vec<_> = shades.edges().collect();
        assert_eq!(edges, [(1, 1.0, 1.0), (2, 2.0, 3.0), (3, 4.0, 5.0), (4, 6.0, 50_000.0)]);
        assert_eq!(shades.most(&["Mon", "", "", "", "", "", ""], |n| n.to_string()), "most: 50000, Mon 8:00");
    }

    #[test]
    fn whatever_is_not_nothing_has_a_shade() {
        for count in 1..=168_u8 {
            let fields = of(&(1..=count).map(|at| f64::from(at).powi(3) / 7.0).collect::<Vec<_>>());
            let shades = Shades::of(&fields).unwrap();
            let found: Vec<usize> = fields.iter().flatten().map(|value| shades.shade(*value)).collect();
            let (some, none) = found.split_at(usize::from(count));
            assert!(some.is_sorted() && some.iter().all(|shade| (1..=SHADES).contains(shade)), "{some:?}");
            assert!(none.iter().all(|shade| *shade == 0) && some.last() == Some(&SHADES));
            assert_eq!(shades.edges().count(), usize::from(count).min(SHADES));
        }
        assert!(Shades::of(&of(&[])).is_none());
    }

    #[test]
    fn the_most_is_told_with_how_often_it_is() {
        let shades = Shades::of(&of(&[1.0, 7.0, 0.0, 7.0, 7.0])).unwrap();
        assert_eq!(shades.most(&["Mon", "", "", "", "", "", ""], |n| n.to_string()), "most: 7, Mon 1:00 and 2 more");
    }
}
