//! Saved queries in words: a list, a page for one, the page of the manual.

use std::fmt::Write as _;

use super::kind::Kind;
use super::library::{Entry, Library};
use super::query::{Parameter, Query};

/// A list of queries under the headings that they belong to, a line each.
pub fn listed(entries: &[&Entry]) -> String {
    let mut text = String::new();
    let width = entries.iter().map(|entry| entry.name.chars().count()).max().unwrap_or_default();
    let mut heading = "";
    for entry in entries {
        let (area, title) = match &entry.query {
            Ok(query) => (query.area.as_str(), query.title.clone()),
            Err(broken) => ("", format!("cannot be used: {broken}")),
        };
        if area != heading && !area.is_empty() {
            let gap = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}{area}");
        }
        heading = area;
        let own = if entry.file.is_some() { " (yours)" } else { "" };
        let _ = writeln!(text, "  {:<width$}  {title}{own}", entry.name);
    }
    text
}

/// All that there is to say of a query, its SQL among it. `run` is how queries are run where it is read: `auditql run`, `\run`.
pub fn page(query: &Query, run: &str) -> String {
    let mut text = format!("{}: {}\n", query.name, query.title);
    let mut say = |key: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(text, "\n{key}\n  {value}");
        }
    };
    say("Question", &query.question);
    say("A hit", &query.hit);
    say("False positives", &query.false_positives);
    say("Tables", &query.tables.join(", "));
    say("Permissions", &query.permissions.join(", "));
    say("MITRE ATT&CK", &query.mitre.join(", "));
    say("References", &query.references.join("\n  "));
    if !query.parameters.is_empty() {
        text.push_str("\nParameters\n");
    }
    for parameter in &query.parameters {
        let form = format!("{} {}", parameter.flag(), parameter.placeholder());
        let _ = writeln!(text, "  {form:<26} {} [{}]", parameter.doc, unless(parameter));
    }
    let _ = write!(text, "\n{};\n\nRun it: {run} {}\n", query.sql, usage(query));
    text
}

/// What a parameter is unless it is given.
fn unless(parameter: &Parameter) -> String {
    match &parameter.default {
        Some(default) => default.clone(),
        None if parameter.optional => "optional".into(),
        None => "required".into(),
    }
}

/// The query's name and the values that it needs.
fn usage(query: &Query) -> String {
    let needed = query.parameters.iter().filter(|parameter| parameter.is_required());
    needed
        .fold(query.name.clone(), |text, parameter| format!("{text} {} {}", parameter.flag(), parameter.placeholder()))
}

/// How queries are written and run.
const MANUAL: &str = "
`auditql run NAME` answers a question that analysts ask; `auditql queries [WORD…]` lists them, `auditql queries show NAME` shows
one with its SQL. `--explain` shows what would be requested, and sends nothing. At the prompt it is `\\run` and `\\queries`.

    auditql run password-spray --since 14d --at-least 10
    auditql run mails-read --ips @addresses.txt --format csv -o read.csv
    auditql --input exports/ run inbox-rules --since 2026-01-01
    auditql demo run mfa-fatigue

Values are read by their types, and bound as constants: a quote, a semicolon or a word of SQL in them is data. Lists are written
with commas, or come from a file, `@FILE`, with one value a line. Conditions with them are sent to the service like any others.

## Your own

A file `NAME.sql` in the folder `queries` beside your `config.toml` is a saved query too, and takes the place of a shipped one of
the same name. `queries = \"FOLDER\"` in your configuration names another folder; a file in the working folder cannot. It begins
with a header of comments; only the title has to be there:

```sql
-- title: Failures by address
-- question: From which addresses did many sign-ins fail? A value goes on
--   in lines that are indented by two blanks or more.
-- parameter: since time = 7d; from then on
-- parameter: ips network[]?; only addresses in these
-- hit: an address that guesses.
SELECT ip_address, count(*) AS failures
FROM sign_ins
WHERE created_date_time >= :since
  AND status.error_code = 50126
  AND (:ips IS NULL OR ip_in_any(ip_address, [:ips]))
GROUP BY ip_address;
```

A parameter is `NAME TYPE = DEFAULT; what it means`. `[]` behind the type takes several values, `?` makes it optional: without a
value it is NULL, and `(:name IS NULL OR …)` leaves its condition out. The other keys are `area`, `tables`, `permissions`, `false
positives`, `mitre` and `references`.

";

/// The page of the manual, in Markdown.
pub fn manual() -> String {
    let mut text = format!("# Saved queries\n{MANUAL}| type | a value is |\n| --- | --- |\n");
    for kind in Kind::ALL {
        let _ = writeln!(text, "| `{}` | {} |", kind.name(), kind.doc());
    }
    let mut heading = String::new();
    for query in Library::shipped().entries().iter().filter_map(|entry| entry.query.as_ref().ok()) {
        if query.area != heading {
            heading.clone_from(&query.area);
            let _ = writeln!(text, "\n## {heading}");
        }
        describe(query, &mut text);
    }
    text
}

fn describe(query: &Query, text: &mut String) {
    let Query { name, title, question, hit, false_positives, .. } = query;
    let _ = write!(text, "\n### {name}\n\n**{title}.** {question}\n\n{hit} *Not a hit:* {false_positives}\n\n");
    let techniques: Vec<String> = query.mitre.iter().map(|id| technique(id)).collect();
    let tables: Vec<String> = query.tables.iter().map(|name| format!("[`{name}`](tables/{name}.md)")).collect();
    let _ = writeln!(text, "- Reads {}; {}", tables.join(", "), techniques.join(", "));
    for parameter in &query.parameters {
        let _ = writeln!(
            text,
            "- `{} {}`: {} [{}]",
            parameter.flag(),
            parameter.placeholder(),
            parameter.doc,
            unless(parameter)
        );
    }
    let links: Vec<String> = query.references.iter().map(|link| format!("<{link}>")).collect();
    let _ = writeln!(text, "- {}", links.join(", "));
}

/// `T1110.003` as a link.
fn technique(id: &str) -> String {
    format!("[{id}](https://attack.mitre.org/techniques/{}/)", id.replace('.', "/"))
}
