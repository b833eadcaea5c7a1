//! The parts of the page: its head with the policy, what it sums up, the events, and where they come from.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::{COLUMNS, Facts, Page};
use crate::output::markup::{element, text};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// A source of the policy: what has this digest.
fn by_digest(of: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(digest(&SHA256, of.as_bytes())))
}

/// All before the first visible word. `kind` is what the style knows the page by.
pub(super) fn head(title: &str, kind: &str, out: &mut String) {
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {}; script-src {}; \
         base-uri 'none'; form-action 'none'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
        by_digest(STYLE),
        by_digest(SCRIPT)
    );
    element("title", title, out);
    let _ = write!(out, "\n<style>{STYLE}</style>\n</head>\n<body class=\"{kind}\">\n");
}

/// That something is missing, and what.
pub(super) fn incomplete(missing: Option<&str>, out: &mut String) {
    if let Some(missing) = missing {
        out.push_str("<p class=\"incomplete\"><strong>INCOMPLETE:</strong> ");
        text(missing, out);
        out.push_str("</p>\n");
    }
}

/// What it is of, and how much there is.
pub(super) fn summary(page: &Page, missing: Option<&str>, out: &mut String) {
    let Page { facts, count, endings: [successes, failures, others], .. } = page;
    out.push_str("<header>\n");
    element("h1", &format!("Timeline of {}", facts.of), out);
    out.push('\n');
    incomplete(missing, out);
    let events = if *count == 1 { "1 event".to_owned() } else { format!("{count} events") };
    let addresses = match page.hosts.len() {
        1 => "1 address".to_owned(),
        several => format!("{several} addresses"),
    };
    let line = format!(
        "{events} {}: {successes} that succeeded, {failures} that failed, {others} that ended otherwise or do not say; {addresses}.",
        facts.period
    );
    element("p", &line, out);
    out.push_str("\n<ul class=\"counts\">\n");
    for name in page.names() {
        element("li", &format!("{name}: {}", page.sources.get(&name).copied().unwrap_or(0)), out);
        out.push('\n');
    }
    out.push_str("</ul>\n</header>\n");
}

/// What stands before the events: their headings, and what hides some of them. It stays hidden itself where no script runs.
pub(super) fn events(page: &Page, out: &mut String) {
    out.push_str(
        "<section id=\"events\">\n<h2>Events</h2>\n<p id=\"filters\" hidden>\n\
         <label>with <input id=\"words\" type=\"search\" placeholder=\"words\"></label>\n\
         <label>of <select id=\"source\"><option value=\"\">every source</option>",
    );
    for name in page.names() {
        // The value is stated: of one that is not, a browser takes the text without the blanks around and within it. It has a
        // sign before it, so that a source without a name is not every source.
        out.push_str("<option value=\"=");
        text(&name, out);
        out.push_str("\">");
        text(&name, out);
        out.push_str("</option>");
    }
    out.push_str(
        "</select></label>\n<label>that <select id=\"ending\"><option value=\"\">ended anyhow</option>\
         <option value=\"success\">succeeded</option><option value=\"failure\">failed</option>\
         <option value=\"other\">ended otherwise or do not say</option></select></label>\n<output id=\"shown\"></output>\n</p>\n\
         <div class=\"wide\">\n<table id=\"rows\" class=\"events\">\n<thead><tr>",
    );
    for name in COLUMNS {
        element("th", name, out);
    }
    out.push_str("</tr></thead>\n<tbody>\n");
}

/// The end of the table of rows.
pub(super) fn rows_end(out: &mut String) {
    out.push_str("</tbody>\n</table>\n</div>\n</section>\n");
}

/// What the events were read from, and how they are asked for again.
pub(super) fn timeline_origin(facts: &Facts, out: &mut String) {
    let line = format!(
        "Asked at {} by {}. An event of which several services tell is here once for each of them. The same is asked again by:",
        facts.asked,
        by(facts)
    );
    origin(&line, facts, out);
}

/// By what a page was made, and what it cost: `auditql 0.1.0, with 3 requests to the services`
pub(super) fn by(facts: &Facts) -> String {
    let requests = if facts.requests == 1 { "1 request".to_owned() } else { format!("{} requests", facts.requests) };
    format!("auditql {}, with {requests} to the services", env!("CARGO_PKG_VERSION"))
}

/// The statement behind a line that says what it is, and the notes.
pub(super) fn origin(line: &str, facts: &Facts, out: &mut String) {
    out.push_str("<section id=\"origin\">\n<h2>Where this comes from</h2>\n");
    element("p", line, out);
    out.push('\n');
    element("pre", &facts.sql, out);
    out.push('\n');
    if !facts.notices.is_empty() {
        out.push_str("<ul class=\"notices\">\n");
        for notice in &facts.notices {
            element("li", notice, out);
            out.push('\n');
        }
        out.push_str("</ul>\n");
    }
    out.push_str("</section>\n");
}

/// The script, and the end.
pub(super) fn end(out: &mut String) {
    let _ = write!(out, "<script>{SCRIPT}</script>\n</body>\n</html>\n");
}
