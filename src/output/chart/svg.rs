//! A picture for a page, as SVG of shapes and text alone: no script, no style of its own, nothing that is loaded.

use std::fmt::Write as _;

use super::gather::{Bar, Picture};
use super::times;
use crate::output::layout::shorten;
use crate::output::markup::{element, text};

/// The size of a drawing over time.
pub(in crate::output) const WIDTH: i64 = 960;
/// Its height.
pub(in crate::output) const HEIGHT: i64 = 220;
/// Room below the bars for the times.
pub(in crate::output) const FOOT: i64 = 22;
/// Room before them for the numbers.
pub(in crate::output) const SIDE: i64 = 52;

/// Height of a bar that lies, with the gap to the next.
const LINE: i64 = 20;
/// Room for its label.
const LABEL: i64 = 300;
/// Room for its number.
const NUMBER: i64 = 110;
/// Characters of a label that fit there.
const LETTERS: usize = 44;

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Appends the picture, with its title above it.
pub(in crate::output) fn drawn(picture: &Picture, out: &mut String) {
    let (title, size) = match picture {
        Picture::Bars { title, bars } => (title, LINE * i64::try_from(bars.len()).unwrap_or(0)),
        Picture::Histogram { title, .. } => (title, HEIGHT),
        Picture::Heatmap { title, .. } => (title, LINE * 8),
    };
    out.push_str("<figure>\n");
    let title = match picture {
        Picture::Histogram { length, .. } => format!("{title}, {} a bar", times::said(*length)),
        _ => title.clone(),
    };
    element("figcaption", &title, out);
    let _ = write!(out, "\n<svg viewBox=\"0 0 {WIDTH} {size}\" role=\"img\" aria-label=\"");
    text(&title, out);
    out.push_str("\">\n");
    match picture {
        Picture::Bars { bars, .. } => lying(bars, out),
        Picture::Histogram { length, first, bars, .. } => standing(bars, (*first, *length), out),
        Picture::Heatmap { fields, .. } => heat(fields, out),
    }
    out.push_str("</svg>\n</figure>\n");
}

fn lying(bars: &[Bar], out: &mut String) {
    let most = |sign: f64| bars.iter().filter_map(|bar| bar.value).map(|value| value * sign).fold(0.0, f64::max);
    let (below, above) = (most(-1.0), most(1.0));
    let room = points(WIDTH - LABEL - NUMBER);
    let each = if below + above > 0.0 { room / (below + above) } else { 0.0 };
    let zero = points(LABEL + NUMBER) + below * each;
    for (at, bar) in (0_i64..).zip(bars) {
        let (top, line) = (at * LINE, at * LINE + LINE - 6);
        let _ = write!(out, "<text x=\"{}\" y=\"{line}\" text-anchor=\"end\">", LABEL - 8);
        text(&shorten(&bar.label, LETTERS), out);
        let _ = write!(out, "</text><text x=\"{}\" y=\"{line}\" text-anchor=\"end\">", LABEL + NUMBER - 8);
        text(&bar.text, out);
        out.push_str("</text>");
        if let Some(value) = bar.value.filter(|value| *value != 0.0) {
            let (x, wide) = (zero + value.min(0.0) * each, (value.abs() * each).max(1.0));
            let colour = if value < 0.0 { 3 } else { 0 };
            let _ = write!(
                out,
                "<rect class=\"s{colour}\" x=\"{x:.1}\" y=\"{}\" width=\"{wide:.1}\" height=\"{}\"><title>",
                top + 2,
                LINE - 4
            );
            text(&format!("{}: {}", bar.label, bar.text), out);
            out.push_str("</title></rect>");
        }
        out.push('\n');
    }
}

fn standing(bars: &[f64], (first, length): (i64, i64), out: &mut String) {
    let highest = bars.iter().copied().fold(0.0, f64::max);
    if highest <= 0.0 {
        return;
    }
    let half = highest / 2.0;
    let halves = (half.fract() == 0.0).then_some((half, 0.5));
    scale(std::iter::once((highest, 1.0)).chain(halves).map(|(value, part)| (said(value), part)), out);
    let room = points(WIDTH - SIDE);
    let each = room / points(i64::try_from(bars.len()).unwrap_or(1));
    for (at, value) in (0_i64..).zip(bars).filter(|(_, value)| **value > 0.0) {
        let high = value / highest * points(HEIGHT - FOOT - 10);
        let _ = write!(
            out,
            "<rect class=\"s0\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{high:.1}\"><title>",
            points(SIDE) + points(at) * each,
            points(HEIGHT - FOOT) - high,
            (each.min(40.0) - 1.0).max(0.8)
        );
        let begin = first + at * length;
        let (begin, end) = (times::shown(begin, length), times::shown(begin + length, length));
        text(&format!("{begin} to {end}: {}", said(*value)), out);
        out.push_str("</title></rect>\n");
    }
    let end = first + length * i64::try_from(bars.len()).unwrap_or(0);
    axis([first, first + (end - first) / 2, end].map(|second| times::shown(second, length)), out);
}

fn heat(fields: &[[f64; 24]; 7], out: &mut String) {
    let highest = fields.iter().flatten().copied().fold(0.0, f64::max);
    let (side, wide) = (100, 34);
    for hour in (0..24).step_by(3) {
        let _ = writeln!(out, "<text x=\"{}\" y=\"{}\">{hour}:00</text>", side + hour * wide, LINE - 6);
    }
    for (day, (name, hours)) in (1_i64..).zip(DAYS.iter().zip(fields)) {
        let top = day * LINE;
        let _ = writeln!(out, "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{name}</text>", side - 8, top + LINE - 6);
        for (hour, value) in (0_i64..).zip(hours) {
            let part = if *value > 0.0 { 0.12 + 0.88 * value / highest } else { 0.0 };
            let _ = writeln!(
                out,
                "<rect class=\"s0\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill-opacity=\"{part:.2}\"><title>{name}, {hour}:00 \
                 to {}:00: {}</title></rect>",
                side + hour * wide,
                top + 1,
                wide - 2,
                LINE - 2,
                hour + 1,
                said(*value)
            );
        }
    }
}

/// Lines at some heights, each a part of the whole height and with what it stands for.
pub(in crate::output) fn scale(heights: impl Iterator<Item = (String, f64)>, out: &mut String) {
    for (said, part) in heights {
        let y = points(HEIGHT - FOOT) - part * points(HEIGHT - FOOT - 10);
        let _ = write!(
            out,
            "<line class=\"rule\" x1=\"{SIDE}\" y1=\"{y:.1}\" x2=\"{WIDTH}\" y2=\"{y:.1}\"/><text x=\"{}\" y=\"{:.1}\" \
             text-anchor=\"end\">",
            SIDE - 6,
            y + 4.0
        );
        text(&said, out);
        out.push_str("</text>\n");
    }
}

/// The times at both ends and in the middle.
pub(in crate::output) fn axis(times: [String; 3], out: &mut String) {
    let places = [(SIDE, "start"), (i64::midpoint(SIDE, WIDTH), "middle"), (WIDTH, "end")];
    for (time, (x, anchor)) in times.into_iter().zip(places) {
        let _ = write!(out, "<text x=\"{x}\" y=\"{}\" text-anchor=\"{anchor}\">", HEIGHT - 6);
        text(&time, out);
        out.push_str("</text>\n");
    }
}

fn said(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 { format!("{value:.0}") } else { format!("{value:.2}") }
}

/// Places on the picture.
#[expect(clippy::cast_precision_loss, reason = "some hundred points")]
fn points(number: i64) -> f64 {
    number as f64
}
