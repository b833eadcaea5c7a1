//! A picture in a terminal's characters: blocks of eighths, or plain ASCII where the terminal does not read UTF-8.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar as _;

use super::bin::Bin;
use super::gather::{Bar, Picture};
use super::shades::{Fields, Shades};
use crate::output::layout::{pad, shorten, width};

/// Lines of a histogram.
const LINES: usize = 10;
/// Columns that a bar over time has at most.
const WIDEST: usize = 6;
/// A terminal is never taken for narrower: so many columns have the days with their hours.
const NARROWEST: usize = 28;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// What the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::output) struct Look {
    /// Its width in columns.
    pub(in crate::output) width: usize,
    /// Nothing beyond ASCII.
    pub(in crate::output) ascii: bool,
}

impl Look {
    fn room(self) -> usize {
        self.width.max(NARROWEST)
    }

    /// Bars over time that fit beside an axis.
    pub(in crate::output) fn bars(self) -> usize {
        // Most numbers are shorter than eight digits, and what is left over makes the bars wider.
        self.room() - 12
    }

    /// A text that this terminal can show. What it cannot is written as it is in Rust or JavaScript, `caf\u{e9}`: two names
    /// that differ look different.
    fn said(self, text: &str) -> String {
        if !self.ascii || text.is_ascii() {
            return text.to_owned();
        }
        let mut said = String::with_capacity(2 * text.len());
        for c in text.chars() {
            match c {
                c if c.is_ascii() => said.push(c),
                '·' => said.push('-'),
                '…' => said.push('~'),
                c => said.extend(c.escape_unicode()),
            }
        }
        said
    }

    fn pick(self, unicode: char, ascii: char) -> char {
        if self.ascii { ascii } else { unicode }
    }
}

/// Appends the picture.
pub(in crate::output) fn drawn(picture: &Picture, look: Look, out: &mut String) {
    let title = match picture {
        Picture::Bars { title, .. } | Picture::Histogram { title, .. } | Picture::Heatmap { title, .. } => title,
    };
    let title = match picture {
        Picture::Histogram { bin, bars, .. } if !bars.is_empty() => format!("{title}, {} a bar", bin.said()),
        _ => title.clone(),
    };
    let _ = writeln!(out, "{}", look.said(&shorten(&look.said(&title), look.room())));
    match picture {
        Picture::Bars { bars, .. } if bars.is_empty() => out.push_str("nothing to draw\n"),
        Picture::Histogram { bars, .. } if bars.is_empty() => out.push_str("nothing to draw\n"),
        Picture::Bars { bars, .. } => lying(bars, look, out),
        Picture::Histogram { bin, first, bars, .. } => standing(bars, (*first, *bin), look, out),
        Picture::Heatmap { fields, .. } => heat(fields, look, out),
    }
}

/// Bars below one another, each behind its label and its number.
fn lying(bars: &[Bar], look: Look, out: &mut String) {
    let room = look.room();
    let labels: Vec<String> = bars.iter().map(|bar| look.said(&bar.label)).collect();
    let texts: Vec<String> = bars.iter().map(|bar| look.said(&shorten(&bar.text, (room / 3).min(20)))).collect();
    let widest = |texts: &[String]| texts.iter().map(|text| width(text)).max().unwrap_or(0);
    let number = widest(&texts);
    let label = widest(&labels).min((room / 2).saturating_sub(number / 2).max(8));
    let left = room.saturating_sub(label + number + 3).max(4);
    let most = |sign: f64| bars.iter().filter_map(|bar| bar.value).map(|value| value * sign).fold(0.0, f64::max);
    let (below, above) = (most(-1.0), most(1.0));
    // Numbers below zero have their own room, left of the others.
    let before = match below > 0.0 {
        true => cells(below / (below + above), left).clamp(1, left - usize::from(above > 0.0)),
        false => 0,
    };
    let names = apart(&labels, label);
    for ((bar, name), text) in bars.iter().zip(&names).zip(&texts) {
        pad(&look.said(name), label, false, out);
        out.push(' ');
        pad(text, number, true, out);
        out.push(' ');
        out.push(look.pick('│', '|'));
        let value = bar.value.unwrap_or(0.0);
        let mut line = String::new();
        if before > 0 {
            let filled = if value < 0.0 { cells(-value / below, before).max(1) } else { 0 };
            line.extend(std::iter::repeat_n(' ', before - filled));
            line.extend(std::iter::repeat_n(look.pick('█', '#'), filled));
        }
        if value > 0.0 {
            right(value / above, left - before, look, &mut line);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

/// Labels in no more than so many columns each. Of those that begin alike, what is cut is the middle.
fn apart(labels: &[String], room: usize) -> Vec<String> {
    let mut begins: HashMap<Cow<'_, str>, usize> = HashMap::new();
    labels.iter().for_each(|label| *begins.entry(shorten(label, room)).or_default() += 1);
    let fitted = |label: &String| {
        let begin = shorten(label, room);
        if begins.get(&begin).is_none_or(|count| *count < 2) || width(label) <= room {
            return begin.into_owned();
        }
        let half = room / 2;
        let mut used = 0;
        let is_in = |c: &char| {
            used += c.width().unwrap_or(0);
            used <= half
        };
        let end: Vec<char> = label.chars().rev().take_while(is_in).collect();
        let begin = shorten(label, room - end.iter().filter_map(|c| c.width()).sum::<usize>());
        begin.chars().chain(end.into_iter().rev()).collect()
    };
    labels.iter().map(fitted).collect()
}

/// A bar of a part of the room, to an eighth of a column; what is not nothing is seen.
fn right(part: f64, room: usize, look: Look, out: &mut String) {
    const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
    if look.ascii {
        out.extend(std::iter::repeat_n('#', cells(part, room).max(1)));
        return;
    }
    let eighths = cells(part, room * 8).max(1);
    out.extend(std::iter::repeat_n('█', eighths / 8));
    out.extend(EIGHTHS.get(eighths % 8).filter(|block| **block != ' '));
}

/// How many of so many places a part is.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "some hundred places, and no more than there are"
)]
fn cells(part: f64, places: usize) -> usize {
    ((part * places as f64).round().max(0.0) as usize).min(places)
}

/// Bars beside one another, over an axis with times.
fn standing(bars: &[f64], (first, bin): (i64, Bin), look: Look, out: &mut String) {
    const EIGHTHS: [char; 8] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇'];
    let highest = bars.iter().copied().fold(0.0, f64::max);
    let half = highest / 2.0;
    // Half a row is none.
    let scale = [number(highest), if half.fract() == 0.0 && half > 0.0 { number(half) } else { String::new() }];
    let side = scale.iter().map(|text| width(text)).max().unwrap_or(1);
    let room = look.room().saturating_sub(side + 2).max(bars.len());
    let each = (room / bars.len()).clamp(1, WIDEST);
    // From three columns on, a blank sets a bar off from the next.
    let (filled, gap) = if each >= 3 { (each - 1, 1) } else { (each, 0) };
    for line in (0..LINES).rev() {
        let label = match line {
            line if line + 1 == LINES => scale[0].as_str(),
            line if line + 1 == LINES / 2 => scale[1].as_str(),
            _ => "",
        };
        pad(label, side, true, out);
        out.push(' ');
        out.push(match label {
            "" => look.pick('│', '|'),
            _ => look.pick('┤', '+'),
        });
        let mut drawn = String::new();
        for value in bars {
            let eighths = if *value > 0.0 { cells(value / highest, LINES * 8).max(1) } else { 0 };
            let here = eighths.saturating_sub(line * 8).min(8);
            let block = match (look.ascii, here) {
                (_, 0) => ' ',
                (false, 8) => '█',
                (false, here) => EIGHTHS[here],
                (true, 4..) => '#',
                (true, _) if line == 0 => '.',
                (true, _) => ' ',
            };
            drawn.extend(std::iter::repeat_n(block, filled));
            drawn.extend(std::iter::repeat_n(' ', gap));
        }
        out.push_str(drawn.trim_end());
        out.push('\n');
    }
    let long = bars.len() * each - gap;
    pad("0", side, true, out);
    out.push(' ');
    out.push(look.pick('└', '+'));
    out.extend(std::iter::repeat_n(look.pick('─', '-'), long));
    out.push('\n');
    match named((first, bin), (bars.len(), each), (side + 2, look.room())) {
        Some(line) => out.push_str(&line),
        None => axis((first, bin, bars.len()), (side + 2, long), look.room(), out),
    }
}

/// Steps of bars that are named below a picture.
pub(super) const STEPS: [usize; 9] = [1, 2, 3, 4, 6, 12, 24, 60, 120];

/// The names of bars that have some, below as many of them as there is room for; `None` where they are none, or too few.
fn named((first, bin): (i64, Bin), (bars, each): (usize, usize), (side, room): (usize, usize)) -> Option<String> {
    let name = |at: usize| bin.shown(bin.after(first, i64::try_from(at).unwrap_or(0)));
    let step = STEPS.into_iter().find(|step| step * each > width(&name(0)) + 1).filter(|_| bin.is_named())?;
    let mut line = String::new();
    let mut count = 0;
    for at in (0..bars).step_by(step) {
        let (place, name) = (side + at * each, name(at));
        if place + width(&name) > room {
            break;
        }
        line.extend(std::iter::repeat_n(' ', place - line.len()));
        line.push_str(&name);
        count += 1;
    }
    line.push('\n');
    (count > 1 || bars == 1).then_some(line)
}

/// When the first bar begins and the last one ends, below them; of bars with names those of both.
fn axis((first, bin, bars): (i64, Bin, usize), (side, long): (usize, usize), room: usize, out: &mut String) {
    let end = bin.after(first, i64::try_from(bars).unwrap_or(i64::MAX));
    let (begin, end) = (bin.shown(first), bin.shown(if bin.is_named() { end - 1 } else { end }));
    let short = format!("{begin} to {end}");
    let line = if width(&short) > room {
        format!("{begin} to\n{end}")
    } else if width(&begin) + 1 + width(&end) <= long {
        let mut line = " ".repeat(side) + &begin;
        pad(&end, long - width(&begin), true, &mut line);
        line
    } else {
        let indent = side.min(room.saturating_sub(width(&short)));
        " ".repeat(indent) + &short
    };
    let _ = writeln!(out, "{line}");
}

/// A number beside an axis, in no more than nine characters.
fn number(value: f64) -> String {
    let large = [(1e15, "e15"), (1e12, "T"), (1e9, "G"), (1e7, "M")];
    match large.into_iter().find(|(least, _)| value >= *least) {
        Some((_, "e15")) => format!("{value:.1e}"),
        Some((_, "M")) => format!("{:.1}M", value / 1e6),
        Some((least, unit)) => format!("{:.1}{unit}", value / least),
        None if value.fract() == 0.0 => format!("{value:.0}"),
        None => format!("{value:.1}"),
    }
}

/// Days below one another, hours beside one another, the darker the more.
fn heat(fields: &Fields, look: Look, out: &mut String) {
    let signs = if look.ascii { [' ', '.', ':', '*', '#'] } else { [' ', '░', '▒', '▓', '█'] };
    let Some(shades) = Shades::of(fields) else {
        out.push_str("nothing to draw\n");
        return;
    };
    let each = if look.room() >= 4 + 24 * 2 { 2 } else { 1 };
    out.push_str("    ");
    for hour in (0..24).step_by(3) {
        pad(&hour.to_string(), 3 * each, false, out);
    }
    let kept = out.trim_end().len();
    out.truncate(kept);
    out.push('\n');
    for (day, hours) in DAYS.iter().zip(fields) {
        let mut line = format!("{day} ");
        for value in hours {
            line.extend(std::iter::repeat_n(signs[shades.shade(*value)], each));
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    let edges = shades.edges().map(|(shade, least, most)| match least < most {
        true => format!("{} {} to {}", signs[shade], number(least), number(most)),
        false => format!("{} {}", signs[shade], number(most)),
    });
    let mut legend: Vec<String> = edges.collect();
    // Of one shade there is no rank.
    if legend.len() > 1 {
        legend.push("(by rank)".to_owned());
    }
    let apart = if width(&legend.join("  ")) <= look.room() { "  " } else { "\n" };
    let _ = writeln!(out, "{}\n{}", legend.join(apart), shorten(&shades.most(&DAYS, number), look.room()));
}

#[cfg(test)]
mod tests;
