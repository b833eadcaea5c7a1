//! The page as a strict reader sees it: tags that close, attributes that are known, text that is nothing else.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, TimestampMicrosecondArray};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::*;
use crate::output::{Options, PAGE, Writer, safe};

/// Names that an attacker would choose.
pub(super) const HOSTILE: &[&str] = &[
    "</td></tr></table><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "</script><script>alert(1)//",
    "]]><!-- -->",
    "&lt;b&gt; &#x3c;b&#x3e;",
    "javascript:alert(1)",
    "gnp.\u{202e}exe.\u{2066}x\u{2069}",
    "a\u{0}b\u{1b}[2J\u{200b}c\u{feff}",
    "line\nfeed\r\n\tand\u{2028}others",
    "{{7*7}} ${7*7}",
    "https://evil.example/?q=<x>",
    "𝕏 ﷽ e\u{301}",
];

/// Tags that the page may have, and attributes that they may have.
const TAGS: &[(&str, &[&str])] = &[
    ("html", &["lang"]),
    ("head", &[]),
    ("meta", &["charset", "http-equiv", "content", "name"]),
    ("title", &[]),
    ("style", &[]),
    ("body", &["class"]),
    ("header", &[]),
    ("h1", &[]),
    ("h2", &[]),
    ("p", &["class", "id", "hidden"]),
    ("strong", &[]),
    ("ul", &["class"]),
    ("li", &[]),
    ("span", &["class"]),
    ("section", &["id"]),
    ("svg", &["viewBox", "role", "aria-label"]),
    ("rect", &["class", "x", "y", "width", "height", "fill-opacity"]),
    ("line", &["class", "x1", "y1", "x2", "y2"]),
    ("text", &["x", "y", "text-anchor"]),
    ("label", &[]),
    ("input", &["id", "type", "placeholder"]),
    ("select", &["id"]),
    ("option", &["value"]),
    ("output", &["id"]),
    ("div", &["class"]),
    ("table", &["id", "class"]),
    ("thead", &[]),
    ("tbody", &[]),
    ("tr", &["class"]),
    ("th", &["class"]),
    ("figure", &[]),
    ("figcaption", &[]),
    ("td", &["class"]),
    ("pre", &[]),
    ("script", &[]),
];
/// Those that hold nothing.
const VOID: &[&str] = &["meta", "input"];

fn page(names: &[&str]) -> String {
    let columns: Vec<(&str, ArrayRef)> = COLUMNS
        .iter()
        .map(|column| {
            let cells: ArrayRef = match *column {
                "time" => {
                    let hours = (0_i64..).map(|hour| 1_700_000_000_000_000 + hour * 3_600_000_000);
                    let times: TimestampMicrosecondArray = hours.take(names.len()).map(Some).collect();
                    Arc::new(times.with_timezone("UTC"))
                }
                "result" => {
                    let results = names.iter().enumerate().map(|(n, name)| match n % 3 {
                        0 => Some("success".to_owned()),
                        1 => Some(format!("failure: {name}")),
                        _ => None,
                    });
                    Arc::new(results.collect::<StringArray>())
                }
                _ => Arc::new(StringArray::from(names.to_vec())),
            };
            (*column, cells)
        })
        .collect();
    let batch = crate::output::tests::batch(columns);
    let tally = Tally::default();
    tally.notice(Notice::Timeline {
        of: format!("the user '{}'", HOSTILE[0]),
        period: "from 2023-11-14T22:13:20Z".into(),
        asked: "2023-11-20T00:00:00Z".into(),
        sql: format!("SELECT * FROM timeline(user => '{}')", HOSTILE[2]),
        sources: vec!["entra.sign_ins".into(), HOSTILE[1].into()],
        left_out: Vec::new(),
        states: None,
    });
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&PAGE, &batch.schema(), Options::default(), &mut bytes);
    writer.batch(&batch).unwrap();
    writer.told(&tally, "SELECT 1", str::to_owned);
    writer.finish(Some(HOSTILE[4])).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Reads a page strictly. Gives the texts of the cells of events, or what is wrong.
pub(super) fn read(page: &str) -> Result<Vec<String>, String> {
    let mut rest = page.strip_prefix("<!DOCTYPE html>\n").ok_or("no doctype")?;
    let (mut open, mut cells): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    while let Some(at) = rest.find('<') {
        let (held, tag) = rest.split_at(at);
        let within = open.last().map_or("", String::as_str);
        if !matches!(within, "style" | "script") {
            if held.contains(|c: char| safe::acts_unseen(c) && c != '\n') || held.contains('>') {
                return Err(format!("unsafe text {held:?}"));
            }
            if within == "td" {
                cells.last_mut().ok_or("no cell")?.push_str(held);
            }
        }
        let end = tag.find('>').ok_or("a tag without an end")?;
        let inner = &tag[1..end];
        rest = &tag[end + 1..];
        if let Some(name) = inner.strip_prefix('/') {
            if open.pop().as_deref() != Some(name) {
                return Err(format!("</{name}> closes another"));
            }
            continue;
        }
        let inner = inner.strip_suffix('/').map_or((inner, false), |inner| (inner, true));
        let (name, mut attributes) = inner.0.split_once(' ').unwrap_or((inner.0, ""));
        let (_, known) = TAGS.iter().find(|(known, _)| *known == name).ok_or(format!("<{name}> is none of ours"))?;
        while !attributes.is_empty() {
            let word = attributes.find([' ', '=']).unwrap_or(attributes.len());
            let attribute = &attributes[..word];
            if !known.contains(&attribute) {
                return Err(format!("<{name} {attribute}> is none of ours"));
            }
            attributes = match attributes[word..].strip_prefix("=\"") {
                Some(value) => value.split_once('"').ok_or("an open attribute")?.1.trim_start(),
                None => attributes[word..].trim_start(),
            };
        }
        if name == "td" {
            cells.push(String::new());
        }
        if !inner.1 && !VOID.contains(&name) {
            open.push(name.to_owned());
        }
        if matches!(name, "style" | "script") {
            let (_, behind) = rest.split_once(&format!("</{name}>")).ok_or("a script without an end")?;
            rest = behind;
            open.pop();
        }
    }
    if open.is_empty() { Ok(cells) } else { Err(format!("{open:?} stay open")) }
}

pub(super) fn between<'a>(page: &'a str, begin: &str, end: &str) -> &'a str {
    page.split_once(begin).unwrap().1.split_once(end).unwrap().0
}

/// What a reader sees of escaped text.
pub(super) fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    text.replace("&amp;", "&")
}

#[test]
fn what_attackers_choose_is_text_and_nothing_else() {
    let page = page(HOSTILE);
    let cells = read(&page).unwrap();
    for name in HOSTILE {
        let shown = safe::line(name);
        assert!(cells.iter().filter(|cell| unescaped(cell) == shown).count() >= 5, "{name:?}");
    }
    assert_eq!(page.matches("<script>").count(), 1);
    assert!(page.contains("<strong>INCOMPLETE:</strong> &lt;/script&gt;"));
    assert!(page.find("INCOMPLETE") < page.find("<table") && page.find("<table") < page.find("<tr class="));
}

#[test]
fn the_policy_allows_what_the_page_brings_and_nothing_besides() {
    let page = page(&["a"]);
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\"");
    assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe") && !policy.contains("http"));
    for (tag, directive) in [("style", "style-src"), ("script", "script-src")] {
        let held = between(&page, &format!("<{tag}>"), &format!("</{tag}>"));
        let allowed = between(policy, &format!("{directive} 'sha256-"), "'");
        assert_eq!(allowed, BASE64_STANDARD.encode(digest(&SHA256, held.as_bytes())), "{tag}");
        assert!(
            !held.contains("url(")
                && !held.contains("@import")
                && !held.contains("import(")
                && !held.contains("innerHTML"),
            "{tag}"
        );
    }
}

#[test]
fn the_numbers_are_those_of_the_rows() {
    let page = page(&["x", "y", "x", "x"]);
    assert!(page.contains(
        "4 events from 2023-11-14T22:13:20Z: 2 that succeeded, 1 that failed, 1 that ended otherwise or do not say; 2 addresses."
    ));
    let hosts = between(&page, "<section id=\"addresses\">", "</section>");
    let first = between(hosts, "<tbody>\n<tr>", "</tr>");
    assert!(
        first
            .starts_with("<td>x</td><td class=\"number\">3</td><td class=\"number\">2</td><td class=\"number\">0</td>"),
        "{first}"
    );
    assert!(first.contains("2023-11-14") && first.contains("2023-11-15"), "{first}");
}

/// The control: a page into which markup was let is refused by the same reader.
#[test]
fn the_reader_refuses_what_must_not_be_there() {
    let page = page(&["name"]);
    for (of, by) in [
        ("<td>name", "<td><img src=x>"),
        ("<td>name", "<td onclick=\"x\">"),
        ("<td>name", "<td>a > b"),
        ("<td>name", "<td>\u{202e}"),
        ("<td>name</td>", "<td>name"),
        ("<td>name", "<td></tr>"),
    ] {
        assert!(page.contains(of) && read(&page.replacen(of, by, 1)).is_err(), "{by}");
    }
    assert!(read(&page).is_ok());
}

#[test]
fn a_source_is_chosen_by_its_whole_name() {
    let page = page(&["  two  blanks ", "<i>", ""]);
    let sources = between(&page, "<select id=\"source\">", "</select>");
    for value in ["=  two  blanks ", "=&lt;i&gt;", "=", "=entra.sign_ins"] {
        assert!(sources.contains(&format!("<option value=\"{value}\">")), "{value}: {sources}");
    }
    assert!(sources.starts_with("<option value=\"\">every source</option>"));
}
