//! Events over time as bars of SVG, a colour for each source.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::markup::text;
use crate::time::second_text;

/// Lengths of a bar's time, in seconds.
const LENGTHS: [i64; 14] =
    [60, 300, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000, 31_536_000];
/// Bars that can be told apart.
const MOST: i64 = 120;
/// Colours of the style; the last one is for all further sources.
pub(super) const COLOURS: usize = 8;

const WIDTH: i64 = 960;
const HEIGHT: i64 = 220;
/// Room below the bars for the times.
const FOOT: i64 = 22;
/// Room before them for the numbers.
const SIDE: i64 = 52;

/// Events by second and source.
#[derive(Debug, Default)]
pub(super) struct Chart(BTreeMap<(i64, String), u64>);

impl Chart {
    /// Counts an event.
    pub(super) fn add(&mut self, second: i64, source: &str) {
        *self.0.entry((second, source.to_owned())).or_default() += 1;
    }

    /// How long a bar's time is, and where the first and the last begin; `None` without events.
    fn span(&self) -> Option<(i64, i64, i64)> {
        let (first, last) = (self.0.keys().next()?.0, self.0.keys().next_back()?.0);
        let begin = |second: i64, length: i64| second.div_euclid(length) * length;
        let fits = |length: &&i64| (begin(last, **length) - begin(first, **length)) / **length < MOST;
        let length = *LENGTHS.iter().find(fits).unwrap_or(&LENGTHS[LENGTHS.len() - 1]);
        Some((length, begin(first, length), begin(last, length)))
    }

    /// Appends the drawing, with `names` in the order of their colours.
    pub(super) fn draw(&self, names: &[String], out: &mut String) {
        out.push_str("<section id=\"chart\">\n<h2>Events over time</h2>\n");
        let Some((length, first, last)) = self.span() else {
            out.push_str("<p>There is no event.</p>\n</section>\n");
            return;
        };
        let mut bars: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
        for ((second, source), count) in &self.0 {
            let at = names.iter().position(|name| name == source).unwrap_or(COLOURS - 1).min(COLOURS - 1);
            bars.entry(second.div_euclid(length) * length).or_insert_with(|| vec![0; COLOURS])[at] += count;
        }
        let highest = bars.values().map(|bar| bar.iter().sum::<u64>()).max().unwrap_or(1).max(1);
        legend(names, &bars, out);
        let _ = writeln!(
            out,
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"Events over time, a bar for each {}\">",
            said(length)
        );
        scale(highest, out);
        let places = (last - first) / length + 1;
        for (begin, bar) in &bars {
            self::bar(((begin - first) / length, places), (*begin, length), (bar, highest), names, out);
        }
        times((first, last + length), out);
        let _ = writeln!(out, "</svg>\n<p class=\"note\">A bar is {}; times are UTC.</p>\n</section>", said(length));
    }
}

/// One bar, from the bottom up.
fn bar(
    (place, places): (i64, i64),
    (begin, length): (i64, i64),
    (bar, highest): (&[u64], u64),
    names: &[String],
    out: &mut String,
) {
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
        text(&format!("{} to {}: {count} of {name}", second_text(begin), second_text(begin + length)), out);
        out.push_str("</title></rect>\n");
    }
}

/// Lines at the heights of round numbers.
fn scale(highest: u64, out: &mut String) {
    for (count, part) in [(highest, 1.0), (highest / 2, 0.5)] {
        if count == 0 || (part < 1.0 && count * 2 != highest) {
            continue;
        }
        let y = f64_of(HEIGHT - FOOT) - part * f64_of(HEIGHT - FOOT - 10);
        let _ = writeln!(
            out,
            "<line class=\"rule\" x1=\"{SIDE}\" y1=\"{y:.1}\" x2=\"{WIDTH}\" y2=\"{y:.1}\"/><text x=\"{}\" y=\"{:.1}\" \
             text-anchor=\"end\">{count}</text>",
            SIDE - 6,
            y + 4.0
        );
    }
}

/// The times at both ends and in the middle.
fn times((first, end): (i64, i64), out: &mut String) {
    let middle = first + (end - first) / 2;
    for (second, x, anchor) in
        [(first, SIDE, "start"), (middle, i64::midpoint(SIDE, WIDTH), "middle"), (end, WIDTH, "end")]
    {
        let _ = write!(out, "<text x=\"{x}\" y=\"{}\" text-anchor=\"{anchor}\">", HEIGHT - 6);
        text(&second_text(second), out);
        out.push_str("</text>\n");
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

fn said(length: i64) -> String {
    let (count, unit) = match length {
        length if length % 86_400 == 0 => (length / 86_400, "day"),
        length if length % 3_600 == 0 => (length / 3_600, "hour"),
        length => (length / 60, "minute"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
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
        for (last, length) in [(0, 60), (119 * 60, 60), (120 * 60, 300), (7 * 86_400, 7_200), (400 * 86_400, 604_800)] {
            let mut chart = Chart::default();
            chart.add(0, "a");
            chart.add(last, "a");
            assert_eq!(chart.span().map(|(length, ..)| length), Some(length), "{last}");
        }
        assert!(Chart::default().span().is_none());
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
