//! The layers of `src/lib.rs`, as a test: one package, so a test does the work of crate borders.
//!
//! Every path in the code counts, not only `use` lines: `crate::http::send()` in a function body is an edge like any other,
//! and so is the way round by `super::super`. Comments, texts and tests are left out.

use std::fs;
use std::path::Path;

/// The modules, lowest layer first.
const LAYERS: [&[&str]; 5] = [
    &["address", "table", "apis", "settings", "causes", "veil", "wire", "tally", "time"],
    &["predicate", "odata", "plan", "decode"],
    &["http", "auth", "subscriptions", "searches", "doctor", "files", "stores", "exports", "logs", "geoip"],
    &["engine"],
    &["output", "report", "queries", "demo", "repl", "cli"],
];

/// Edges inside a layer.
const BESIDE: &[(&str, &[&str])] = &[
    ("apis", &["address", "table"]),
    ("settings", &["table"]),
    ("wire", &["table", "veil"]),
    ("tally", &["table", "veil"]),
    ("odata", &["predicate"]),
    ("plan", &["odata", "predicate"]),
    ("auth", &["http"]),
    ("subscriptions", &["http"]),
    ("searches", &["http"]),
    ("doctor", &["http", "auth", "subscriptions", "searches"]),
    ("stores", &["http", "files"]),
    ("exports", &["files"]),
    ("report", &["output"]),
    ("queries", &["report"]),
    ("repl", &["output", "report", "queries"]),
    ("cli", &["output", "report", "queries", "repl", "demo"]),
];

/// Modules that may use these and no others, whatever their layer: `http` knows no tables or filters, and the demo tenant
/// shares facts and grammar with us only, so that it can disagree.
const CONFINED: &[(&str, &[&str])] = &[
    ("decode", &["table", "veil"]),
    ("http", &["table", "settings", "causes", "veil", "wire", "tally", "time"]),
    ("auth", &["table", "settings", "veil", "wire", "tally", "time", "http"]),
    ("files", &["causes"]),
    ("geoip", &[]),
    ("exports", &["table", "decode", "files"]),
    ("demo", &["table", "apis", "settings", "wire", "tally", "time", "odata"]),
];

/// Beginnings of paths that lead to I/O or a clock.
const EFFECTS: &[&[&str]] = &[
    &["tokio"],
    &["reqwest"],
    &["azure_core"],
    &["azure_identity"],
    &["std", "fs"],
    &["std", "env"],
    &["std", "net"],
    &["std", "process"],
    &["std", "thread"],
    &["std", "time", "SystemTime"],
    &["std", "time", "Instant"],
    &["chrono", "Utc", "now"],
    &["chrono", "Local"],
    &["SystemTime", "now"],
    &["Instant", "now"],
    &["Utc", "now"],
];

/// Where DataFusion may be named: the import of expressions, the engine, and what shows results.
const DATAFUSION: &[&str] = &["predicate/import", "engine", "output", "queries/header", "repl", "cli", "report"];

/// Rooms within a module, lowest first: one may use those before it. What stands in none of them is the module's own file,
/// which may use them all and which none of them uses.
const ROOMS: &[(&str, &[&str])] = &[
    ("engine", ENGINE),
    ("decode", DECODE),
    ("predicate", PREDICATE),
    ("files", FILES),
    ("exports", EXPORTS),
    ("repl", REPL),
    ("demo", DEMO),
];

/// What a statement is, over the leaves of its plan, over the scans that they carry out, over what all of them run on.
const ENGINE: &[&str] = &[
    "error",
    "runtime",
    "rewriting",
    "bulk",
    "functions",
    "windows",
    "joins",
    "scan",
    "leaf",
    "lineage",
    "session",
    "statement",
];
const PREDICATE: &[&str] =
    &["expression", "clause", "reason", "like", "period", "import", "normal", "bind", "streams", "to_clause", "split"];

const DEMO: &[&str] =
    &["json", "gate", "world", "graph", "aadgraph", "activity", "search", "server", "story", "tenant", "export"];
const DECODE: &[&str] = &[
    "repeated", "known", "json", "record", "outline", "members", "text", "columns", "records", "page", "array",
    "listing", "search",
];

const REPL: &[&str] = &["say", "program", "split", "answer", "state", "commands", "editor", "prompt"];

const FILES: &[&str] = &[
    "fault", "heads", "error", "names", "archive", "utf16", "packed", "tar", "place", "opened", "file_ref", "stamp",
    "unpack", "listed", "matched", "local", "bucket", "listing",
];

const EXPORTS: &[&str] = &["framing", "recognise", "rows", "blocks", "remarks", "records", "dates", "sorter", "reader"];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

fn listed(list: &[(&str, &'static [&'static str])], module: &str) -> Option<&'static [&'static str]> {
    list.iter().find(|(name, _)| *name == module).map(|(_, others)| *others)
}

fn may_use(from: &str, to: &str) -> bool {
    let (Some(own), Some(other)) = (layer(from), layer(to)) else { return false };
    let by_layer = from == to || other < own || listed(BESIDE, from).is_some_and(|others| others.contains(&to));
    by_layer && (from == to || listed(CONFINED, from).is_none_or(|others| others.contains(&to)))
}

/// What is wrong with a file; `file` is its path below `src`.
fn faults(file: &str, source: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if !source.starts_with("//! ") {
        faults.push(format!("{file}: does not begin with a header"));
    }
    let module = module_of(file);
    if matches!(file, "lib.rs" | "main.rs") || module.iter().any(|name| name == "tests") {
        return faults;
    }
    if layer(&module[0]).is_none() {
        faults.push(format!("{file}: {} is in no layer", module[0]));
        return faults;
    }
    if rooms(&module[0]).zip(module.get(1)).is_some_and(|(rooms, room)| !rooms.contains(&room.as_str())) {
        faults.push(format!("{file}: {} is no room of {}", module[1], module[0]));
        return faults;
    }
    let tokens = tokens(source);
    for path in paths(&tokens) {
        if let Some(fault) = fault_of(&module, file, &path).or_else(|| upward(&module, &path)) {
            faults.push(format!("{file}: {} ({fault})", path.join("::")));
        }
    }
    if layer(&module[0]) <= Some(1) && tokens.iter().any(|token| matches!(token.as_str(), "async" | "await")) {
        faults.push(format!("{file}: async (layers 0 and 1 decide, they do not wait)"));
    }
    faults
}

fn fault_of(module: &[String], file: &str, path: &[String]) -> Option<&'static str> {
    let from = module[0].as_str();
    let begins = |with: &[&str]| path.len() >= with.len() && path.iter().zip(with).all(|(a, b)| a == b);
    let pure = layer(from) <= Some(1);
    match from_root(module, path) {
        Some(to) if layer(to).is_some() && !may_use(from, to) => Some("an edge against the layers"),
        Some("datafusion") => Some("name the crate, not our re-export of it"),
        _ if begins(&["datafusion"]) && !DATAFUSION.iter().any(|place| file.starts_with(place)) => Some("DataFusion"),
        _ if pure && EFFECTS.iter().any(|effect| begins(effect)) => Some("I/O or a clock"),
        _ if layer(from) == Some(2) && path[0].starts_with("arrow") => Some("Arrow below the engine's borders"),
        _ => None,
    }
}

fn rooms(module: &str) -> Option<&'static [&'static str]> {
    ROOMS.iter().find(|(name, _)| *name == module).map(|(_, rooms)| *rooms)
}

/// An edge from a room to one that lies above it, or to what the module's own file shows of it.
fn upward(module: &[String], path: &[String]) -> Option<&'static str> {
    let (rooms, from) = (rooms(&module[0])?, module.get(1)?);
    let target = absolute(module, path)?;
    let to = target.get(1).filter(|_| target[0] == module[0])?;
    let floor = |room: &str| rooms.iter().position(|other| *other == room);
    match floor(to) {
        None => Some("an edge to the module's own file"),
        above if above > floor(from) => Some("an edge to a room above"),
        _ => None,
    }
}

/// The path from the crate's root; `None` if it begins elsewhere.
fn absolute(module: &[String], path: &[String]) -> Option<Vec<String>> {
    let ups = path.iter().take_while(|segment| *segment == "super").count();
    let (above, rest) = match path[0].as_str() {
        "crate" => (&[][..], &path[1..]),
        "self" => (module, &path[1..]),
        "super" if ups <= module.len() => (&module[..module.len() - ups], &path[ups..]),
        _ => return None,
    };
    Some(above.iter().chain(rest).cloned().collect())
}

/// The first segment behind the crate's root, if the path comes from there.
fn from_root<'p>(module: &[String], path: &'p [String]) -> Option<&'p str> {
    let ups = path.iter().take_while(|segment| *segment == "super").count();
    let start = match path[0].as_str() {
        "crate" => 1,
        _ if ups >= module.len() => ups,
        _ => return None,
    };
    path.get(start).map(String::as_str)
}

/// `http/retry.rs` → `http`, `retry`; `http/mod.rs` → `http`.
fn module_of(file: &str) -> Vec<String> {
    let path = file.strip_suffix(".rs").unwrap_or(file);
    path.strip_suffix("/mod").unwrap_or(path).split('/').map(Into::into).collect()
}

/// All paths of the code, with the braces of `use` written out: `a::{b, c::d}` → `a::b`, `a::c::d`.
fn paths(tokens: &[String]) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if is_word(&tokens[at]) {
            at = read_path(tokens, at, &[], &mut found);
        } else {
            at += 1;
        }
    }
    found
}

/// Reads the path that begins at `at`, below `above`; gives where it ends.
fn read_path(tokens: &[String], mut at: usize, above: &[String], found: &mut Vec<Vec<String>>) -> usize {
    let mut path = above.to_vec();
    let token = |at: usize| tokens.get(at).map_or("", String::as_str);
    while is_word(token(at)) || token(at) == "*" {
        path.push(tokens[at].clone());
        at += 1;
        if token(at) != "::" {
            break;
        }
        at += 1;
        if token(at) == "{" {
            at += 1;
            while !matches!(token(at), "}" | "") {
                let next = read_path(tokens, at, &path, found);
                at = if next == at { at + 1 } else { next };
            }
            return at + 1;
        }
    }
    if path.len() > above.len() {
        found.push(path);
    }
    at
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The code's words and signs, without comments, texts and the test module at its end.
fn tokens(source: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let end = match first {
            _ if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            _ if rest.starts_with("/*") => end_of_comment(rest),
            '"' => end_of_text(rest),
            'r' | 'b' | 'c' if opens_text(rest) => end_of_prefixed_text(rest),
            '\'' => end_of_character(rest),
            _ if is_word(rest) => rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len()),
            _ if rest.starts_with("::") => 2,
            _ => first.len_utf8(),
        };
        let token = &rest[..end];
        if is_word(token) && !token.contains('"')
            || token == "::"
            || matches!(first, '{' | '}' | '*' | '#' | '[' | ']' | '(' | ')')
        {
            tokens.push(token.to_owned());
        }
        rest = &rest[end..];
    }
    let test_module = ["#", "[", "cfg", "(", "test", ")", "]", "mod"];
    if let Some(at) = tokens.windows(test_module.len()).position(|window| window == test_module) {
        tokens.truncate(at);
    }
    tokens
}

fn end_of_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        let step = match &rest.as_bytes()[at..] {
            [b'/', b'*', ..] => 1,
            [b'*', b'/', ..] => -1,
            _ => 0,
        };
        depth += step;
        at += if step == 0 { 1 } else { 2 };
        if depth == 0 {
            break;
        }
    }
    at
}

fn end_of_text(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(rest.len())
}

fn opens_text(rest: &str) -> bool {
    let prefix = rest.trim_start_matches(['b', 'r', 'c']);
    rest.len() - prefix.len() <= 2 && prefix.trim_start_matches('#').starts_with('"') || rest.starts_with("b'")
}

fn end_of_prefixed_text(rest: &str) -> usize {
    let prefix = rest.len() - rest.trim_start_matches(['b', 'r', 'c']).len();
    let opening = &rest[prefix..];
    if opening.starts_with('\'') {
        return prefix + end_of_character(opening);
    }
    if !rest[..prefix].contains('r') {
        return prefix + end_of_text(opening);
    }
    let hashes = opening.len() - opening.trim_start_matches('#').len();
    let closing = format!("\"{}", "#".repeat(hashes));
    let body = prefix + hashes + 1;
    rest[body..].find(&closing).map_or(rest.len(), |end| body + end + closing.len())
}

/// Behind a character, or behind the apostrophe of a lifetime.
fn end_of_character(rest: &str) -> usize {
    let mut characters = rest.char_indices().skip(1);
    match characters.next() {
        Some((_, '\\')) => rest[3.min(rest.len())..].find('\'').map_or(rest.len(), |end| end + 4),
        Some(_) => characters.next().filter(|(_, c)| *c == '\'').map_or(1, |(at, _)| at + 1),
        None => 1,
    }
}

fn each_file(folder: &Path, check: &mut dyn FnMut(&Path)) {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .expect("sources can be listed")
        .map(|entry| entry.expect("sources can be listed").path())
        .collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            each_file(&entry, check);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            check(&entry);
        }
    }
}

#[test]
fn every_file_has_a_header_and_keeps_to_its_layer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut all, mut files) = (Vec::new(), 0);
    each_file(&root, &mut |path| {
        let file = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
        all.extend(faults(&file, &fs::read_to_string(path).unwrap()));
        files += 1;
    });
    assert!(files > 20, "only {files} files were found");
    assert!(all.is_empty(), "\n{}", all.join("\n"));
}

#[test]
fn every_top_module_is_in_one_layer() {
    let library = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let modules: Vec<&str> =
        library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert!(modules.len() > 10);
    for module in modules {
        assert_eq!(LAYERS.iter().filter(|layer| layer.contains(&module)).count(), 1, "{module}");
    }
}

#[test]
fn a_planted_fault_is_found() {
    for (file, code) in [
        ("table/column.rs", "use crate::apis::ALL;"),
        ("apis/graph/sign_ins.rs", "use crate::settings;"),
        ("time.rs", "use crate::table::Op;"),
        ("decode/page.rs", "use crate::plan;"),
        ("decode/page.rs", "use crate::wire::Reply;"),
        ("predicate/bind.rs", "fn f() -> u8 { crate::odata::one() }"),
        ("predicate/bind.rs", "fn f<'a>(x: &'a str) { crate :: http :: send ( x ) }"),
        ("predicate/bind.rs", "fn f(c: char) -> bool { c == '\"' || crate::http::g('\\'') }"),
        ("plan/scan.rs", "use crate::{table::Op, decode::Page};"),
        ("plan/scan.rs", "use crate::{table::{Op, Ops}, engine};"),
        ("plan/scan.rs", "use super::super::http::Client;"),
        ("report.rs", "use super::cli::run;"),
        ("http/client.rs", "use crate::apis;"),
        ("http/client.rs", "use crate::decode::Page;"),
        ("http/client.rs", "use arrow::array::Array;"),
        ("auth/mod.rs", "use crate::plan::Scan;"),
        ("engine/session.rs", "use crate::output::Table;"),
        ("engine/session.rs", "use crate::demo;"),
        ("demo/server/service.rs", "use crate::engine::Engine;"),
        ("demo/server/service.rs", "use crate::predicate;"),
        ("demo/server/service.rs", "use datafusion::prelude::*;"),
        ("output/table.rs", "use crate::repl;"),
        ("repl/mod.rs", "use crate::demo;"),
        ("predicate/bind.rs", "use datafusion::scalar::ScalarValue;"),
        ("predicate/bind.rs", "use crate::datafusion::scalar::ScalarValue;"),
        ("predicate/bind.rs", "use std::fs;"),
        ("plan/scan.rs", "let now = chrono::Utc::now();"),
        ("plan/scan.rs", "use std::{collections::HashMap, env};"),
        ("odata/url.rs", "use tokio::sync::Mutex;"),
        ("odata/url.rs", "pub async fn f() {}"),
        ("secret/url.rs", "pub fn f() {}"),
        ("predicate/cellar.rs", "pub fn f() {}"),
        ("demo/world/people.rs", "use crate::demo::graph::Kind;"),
        ("demo/graph/page.rs", "use crate::demo::activity::Feed;"),
        ("predicate/like.rs", "use super::split::split;"),
        ("predicate/like.rs", "use crate::predicate::import;"),
        ("predicate/like/deep.rs", "use super::super::split;"),
        ("predicate/split.rs", "use super::Conjunct;"),
    ] {
        assert_eq!(faults(file, &format!("//! Header.\n{code}\n")).len(), 1, "{file}: {code}");
    }
    assert_eq!(faults("time.rs", "/// No header.\npub fn f() {}\n"), ["time.rs: does not begin with a header"]);
}

#[test]
fn what_is_allowed_is_not_found() {
    for (file, code) in [
        ("apis/graph/sign_ins.rs", "use crate::table::{Column, col};"),
        ("plan/scan.rs", "use crate::{odata, predicate::Bound, table::Op, wire};"),
        ("plan/scan.rs", "use super::slice; use crate::plan::pager;"),
        ("plan/scan.rs", "// use crate::http;\n/* crate::http /* nested */ crate::http */ fn f() {}"),
        (
            "plan/scan.rs",
            "const A: &str = \"crate::http\"; const B: &str = r#\"\"crate::http\"#; const C: char = '\"'; const D: u8 = b'\"';",
        ),
        ("plan/scan.rs", "fn f() {}\n#[cfg(test)]\nmod tests { use crate::http; }"),
        ("plan/tests.rs", "use crate::http;"),
        ("predicate/split.rs", "use super::{clause::Clause, like}; use self::own;"),
        ("predicate/split/inner.rs", "use super::sibling; use super::super::bind;"),
        ("predicate/mod.rs", "use split::split; use self::like::Like;"),
        ("predicate/import.rs", "use datafusion::physical_expr::PhysicalExpr;"),
        ("predicate/import/literal.rs", "use datafusion::scalar::ScalarValue;"),
        ("http/client.rs", "use crate::table::Quota; use tokio::time::sleep; async fn f() {}"),
        ("auth/mod.rs", "use crate::http::Client;"),
        ("engine/session.rs", "use crate::{auth, decode, http, plan, settings}; use datafusion::prelude::*;"),
        ("report.rs", "use crate::{engine, http}; use super::auth;"),
        ("demo/server/service.rs", "use crate::{apis, odata::parse};"),
        ("cli/run.rs", "use crate::{demo, output, repl, report}; use std::env;"),
        ("lib.rs", "pub use datafusion;"),
    ] {
        assert_eq!(faults(file, &format!("//! Header.\n{code}\n")), [""; 0], "{file}: {code}");
    }
}
