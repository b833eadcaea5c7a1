//! A picture for a page, as SVG of shapes and text alone: no script, no style of its own, nothing that is loaded.

use std::fmt::Write as _;

use super::bin::Bin;
use super::gather::{Bar, Picture};
use super::shades::{Fields, SHADES, Shades};
use super::text::STEPS;
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

/// Width of a bar that stands.
const WIDEST: f64 = 40.0;
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
        Picture::Heatmap { title, .. } => (title, LINE * 9),
    };
    out.push_str("<figure>\n");
    let title = match picture {
        Picture::Histogram { bin, .. } => format!("{title}, {} a bar", bin.said()),
        _ => title.clone(),
    };
    element("figcaption", &title, out);
    let _ = write!(out, "\n<svg viewBox=\"0 0 {WIDTH} {size}\" role=\"img\" aria-label=\"");
    text(&title, out);
    out.push_str("\">\n");
    match picture {
        Picture::Bars { bars, .. } => lying(bars, out),
        Picture::Histogram { bin, first, bars, .. } => standing(bars, (*first, *bin), out),
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

fn standing(bars: &[f64], (first, bin): (i64, Bin), out: &mut String) {
    let highest = bars.iter().copied().fold(0.0, f64::max);
    if highest <= 0.0 {
        return;
    }
    let half = highest / 2.0;
    let halves = (half.fract() == 0.0).then_some((half, 0.5));
    scale(std::iter::once((highest, 1.0)).chain(halves).map(|(value, part)| (said(value), part)), out);
    let room = points(WIDTH - SIDE);
    let each = room / points(i64::try_from(bars.len()).unwrap_or(1));
    // A month without a row has a name all the same, and can be pointed at.
    for (at, value) in (0_i64..).zip(bars).filter(|(_, value)| **value > 0.0 || bin.is_named()) {
        let (part, unseen) = if *value > 0.0 { (value / highest, "") } else { (1.0, " fill-opacity=\"0\"") };
        let high = part * points(HEIGHT - FOOT - 10);
        let _ = write!(
            out,
            "<rect class=\"s0\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{high:.1}\"{unseen}><title>",
            points(SIDE) + points(at) * each,
            points(HEIGHT - FOOT) - high,
            (each.min(WIDEST) - 1.0).max(0.8)
        );
        text(&format!("{}: {}", bin.name(bin.after(first, at)), said(*value)), out);
        out.push_str("</title></rect>\n");
    }
    let count = i64::try_from(bars.len()).unwrap_or(0);
    if bin.is_named() {
        names((first, bin, count), out);
    } else {
        let end = bin.after(first, count);
        axis([first, first + (end - first) / 2, end].map(|second| bin.shown(second)), out);
    }
}

fn heat(fields: &Fields, out: &mut String) {
    let Some(shades) = Shades::of(fields) else { return };
    let (side, wide) = (100, 34);
    // What is not nothing is seen beside what is.
    let opacity = |shade: usize| ["0", "0.25", "0.5", "0.75", "1"][shade.min(SHADES)];
    for hour in (0..24).step_by(3) {
        let _ = writeln!(out, "<text x=\"{}\" y=\"{}\">{hour}:00</text>", side + hour * wide, LINE - 6);
    }
    for (day, (name, hours)) in (1_i64..).zip(DAYS.iter().zip(fields)) {
        let top = day * LINE;
        let _ = writeln!(out, "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{name}</text>", side - 8, top + LINE - 6);
        for (hour, value) in (0_i64..).zip(hours) {
            let _ = writeln!(
                out,
                "<rect class=\"s0\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill-opacity=\"{}\"><title>{name}, {hour}:00 \
                 to {}:00: {}</title></rect>",
                side + hour * wide,
                top + 1,
                wide - 2,
                LINE - 2,
                opacity(shades.shade(*value)),
                hour + 1,
                said(*value)
            );
        }
    }
    let y = LINE * 9 - 6;
    let mut x = side;
    for (shade, least, most) in shades.edges() {
        let edge = if least < most { format!("{} to {}", said(least), said(most)) } else { said(most) };
        let _ = write!(
            out,
            "<rect class=\"s0\" x=\"{x}\" y=\"{}\" width=\"14\" height=\"12\" fill-opacity=\"{}\"/>",
            y - 10,
            opacity(shade)
        );
        let _ = write!(out, "<text x=\"{}\" y=\"{y}\">", x + 18);
        text(&edge, out);
        out.push_str("</text>\n");
        x += 130;
    }
    let _ = write!(out, "<text x=\"{x}\" y=\"{y}\">");
    let rank = if x > side + 130 { "by rank; " } else { "" };
    text(&format!("{rank}{}", shades.most(&DAYS, said)), out);
    out.push_str("</text>\n");
}

/// The names of bars that have some, below as many of them as there is room for.
pub(in crate::output) fn names((first, bin, bars): (i64, Bin, i64), out: &mut String) {
    /// Room for a name.
    const NAME: f64 = 64.0;
    let each = points(WIDTH - SIDE) / points(bars.max(1));
    let mut steps = STEPS.into_iter().filter_map(|step| i64::try_from(step).ok());
    let step = steps.clone().find(|step| points(*step) * each >= NAME).or_else(|| steps.next_back()).unwrap_or(1);
    for at in (0..bars).step_by(usize::try_from(step).unwrap_or(1)) {
        let x = points(SIDE) + points(at) * each + each.min(WIDEST) / 2.0;
        if x + NAME / 2.0 <= points(WIDTH) {
            let _ = write!(out, "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">", HEIGHT - 6);
            text(&bin.shown(bin.after(first, at)), out);
            out.push_str("</text>\n");
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
