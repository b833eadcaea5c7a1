//! Events over time as bars of SVG, a colour for each source.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::output::chart::{Bin, FOOT, HEIGHT, SIDE, WIDTH, axis, names as months, scale};
use crate::output::markup::{element, text};
use crate::time::second_text;

/// Bars that can be told apart.
const MOST: i64 = 120;
/// Colours of the style; the last one is for all further sources.
pub(super) const COLOURS: usize = 8;

/// Events by second and source, and those without a time.
#[derive(Debug, Default)]
pub(super) struct Chart {
    all: BTreeMap<(i64, String), u64>,
    untimed: u64,
}

impl Chart {
    /// Counts an event.
    pub(super) fn add(&mut self, second: i64, source: &str) {
        *self.all.entry((second, source.to_owned())).or_default() += 1;
    }

    /// Counts an event of which it is not known when it was.
    pub(super) fn add_untimed(&mut self) {
        self.untimed += 1;
    }

    /// The time of a bar, where the first begins, and how many there are; `None` without events.
    fn span(&self) -> Option<(Bin, i64, i64)> {
        let (first, last) = (self.all.keys().next()?.0, self.all.keys().next_back()?.0);
        let bin = Bin::of((first, last), Bin::Seconds(0), MOST);
        let first = bin.begin(first);
        Some((bin, first, bin.place(first, last) + 1))
    }

    /// Appends the drawing, with `names` in the order of their colours.
    pub(super) fn draw(&self, names: &[String], out: &mut String) {
        out.push_str("<section id=\"chart\">\n<h2>Events over time</h2>\n");
        let Some((bin, first, places)) = self.span() else {
            let none = if self.untimed == 0 { "There is no event." } else { "No event has a time." };
            element("p", none, out);
            out.push_str("\n</section>\n");
            return;
        };
        let mut bars: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
        for ((second, source), count) in &self.all {
            let at = names.iter().position(|name| name == source).unwrap_or(COLOURS - 1).min(COLOURS - 1);
            bars.entry(bin.place(first, *second)).or_insert_with(|| vec![0; COLOURS])[at] += count;
        }
        let highest = bars.values().map(|bar| bar.iter().sum::<u64>()).max().unwrap_or(1).max(1);
        legend(names, &bars, out);
        let _ = writeln!(
            out,
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"Events over time, a bar for each {}\">",
            bin.said()
        );
        let half = (highest % 2 == 0).then_some((highest / 2, 0.5));
        scale(std::iter::once((highest, 1.0)).chain(half).map(|(count, part)| (count.to_string(), part)), out);
        for (place, bar) in &bars {
            self::bar((*place, places), &when(bin, bin.after(first, *place)), (bar, highest), names, out);
        }
        if bin.is_named() {
            months((first, bin, places), out);
        } else {
            let end = bin.after(first, places);
            axis([first, first + (end - first) / 2, end].map(second_text), out);
        }
        let untimed = match self.untimed {
            0 => String::new(),
            1 => " 1 event has no time, and is not drawn.".to_owned(),
            several => format!(" {several} events have no time, and are not drawn."),
        };
        let _ =
            writeln!(out, "</svg>\n<p class=\"note\">A bar is {}; times are UTC.{untimed}</p>\n</section>", bin.said());
    }
}

/// When a bar is that begins there.
fn when(bin: Bin, begin: i64) -> String {
    if bin.is_named() {
        bin.name(begin)
    } else {
        format!("{} to {}", second_text(begin), second_text(bin.after(begin, 1)))
    }
}

/// One bar, from the bottom up.
fn bar((place, places): (i64, i64), when: &str, (bar, highest): (&[u64], u64), names: &[String], out: &mut String) {
    let room = f64_of(WIDTH - SIDE);
    let wide = (room / f64_of(places)).min(40.0);
    let x = f64_of(SIDE) + f64_of(place) * room / f64_of(places);
    let mut below = f64_of(HEIGHT - FOOT);
    for (colour, count) in bar.iter().enumerate().filter(|(_, count)| **count > 0) {
        #[expect(clippy::cast_precision_loss, reason = "numbers of events on a picture")]
        let high = *count as f64 / highest as f64 * f64_of(HEIGHT - FOOT - 10);
        below -= high;
        let _ = write!(
            out,
            "<rect class=\"s{colour}\" x=\"{x:.1}\" y=\"{below:.1}\" width=\"{:.1}\" height=\"{high:.1}\"><title>",
            (wide - 1.0).max(0.8)
        );
        let name = if colour == COLOURS - 1 && names.len() > COLOURS {
            "others"
        } else {
            names.get(colour).map_or("", String::as_str)
        };
        text(&format!("{when}: {count} of {name}"), out);
        out.push_str("</title></rect>\n");
    }
}

fn legend(names: &[String], bars: &BTreeMap<i64, Vec<u64>>, out: &mut String) {
    out.push_str("<ul class=\"legend\">\n");
    for (colour, name) in names.iter().enumerate() {
        let colour = colour.min(COLOURS - 1);
        let count: u64 = bars.values().map(|bar| bar[colour]).sum();
        if count > 0 {
            let _ = write!(out, "<li><span class=\"k{colour}\"></span>");
            text(name, out);
            out.push_str("</li>\n");
        }
    }
    out.push_str("</ul>\n");
}

/// Places on the picture.
#[expect(clippy::cast_precision_loss, reason = "some hundred points")]
fn f64_of(number: i64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_they_must_be_to_be_told_apart() {
        use Bin::{Months, Seconds};
        for (last, bin) in [
            (0, Seconds(1)),
            (119 * 60, Seconds(60)),
            (120 * 60, Seconds(300)),
            (7 * 86_400, Seconds(7_200)),
            (300 * 86_400, Seconds(604_800)),
            (400 * 86_400, Months(1)),
        ] {
            let mut chart = Chart::default();
            chart.add(0, "a");
            chart.add(last, "a");
            assert_eq!(chart.span().map(|(bin, ..)| bin), Some(bin), "{last}");
        }
        assert!(Chart::default().span().is_none());
    }

    #[test]
    fn events_without_a_time_are_told_beside_the_bars() {
        let drawn = |timed: usize, untimed: usize| {
            let mut chart = Chart::default();
            (0..timed).for_each(|_| chart.add(0, "a"));
            (0..untimed).for_each(|_| chart.add_untimed());
            let mut out = String::new();
            chart.draw(&["a".into()], &mut out);
            out
        };
        assert!(drawn(1, 0).contains("times are UTC.</p>"));
        assert!(drawn(1, 1).contains("1 event has no time, and is not drawn."));
        assert!(drawn(2, 3).contains("3 events have no time, and are not drawn."));
        assert!(drawn(0, 3).contains("No event has a time.") && drawn(0, 0).contains("There is no event."));
    }

    #[test]
    fn events_of_a_year_are_drawn_by_month_with_their_names() {
        let mut chart = Chart::default();
        // The last second of February 2024, the first one of March, and one in April of the year after.
        for second in [1_709_251_199, 1_709_251_200, 1_744_000_000] {
            chart.add(second, "a");
        }
        let mut out = String::new();
        chart.draw(&["a".into()], &mut out);
        for title in
            ["<title>2024-02: 1 of a<", "<title>2024-03: 1 of a<", "<title>2025-04: 1 of a<", "A bar is 1 month"]
        {
            assert!(out.contains(title), "{title}: {out}");
        }
        assert_eq!((out.matches("<rect").count(), out.matches(">2024-06</text>").count()), (3, 1), "{out}");
    }

    #[test]
    fn each_event_is_in_one_bar_of_its_source() {
        let mut chart = Chart::default();
        for (second, source, times) in [(5, "a", 3), (59, "b", 1), (60, "a", 2), (3_600, "<c>", 1)] {
            (0..times).for_each(|_| chart.add(second, source));
        }
        let mut out = String::new();
        chart.draw(&["a".into(), "b".into(), "<c>".into()], &mut out);
        assert_eq!(out.matches("<rect").count(), 4, "{out}");
        assert!(out.contains(": 3 of a<") && out.contains(": 2 of a<") && out.contains(": 1 of &lt;c&gt;<"), "{out}");
    }
}
