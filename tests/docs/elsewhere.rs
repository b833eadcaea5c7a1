//! The pages for those who come from elsewhere: each SQL of ours in them runs on the demo tenant, and the links of all pages lead somewhere.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use auditql::demo::{Feed, Options};
use auditql::settings::Settings;

use super::{kept, pages};
use crate::lab::{self, Lab};

/// Files that the pages join.
const FILES: [(&str, &str); 4] = [
    ("ips.txt", "203.0.113.17\n192.0.2.146\n"),
    ("vpn.csv", "time,user_name,client_address\n2026-04-20T08:00:00Z,ana.o'neil@lumenworks.example,203.0.113.77\n"),
    ("networks.csv", "cidr,site\n198.51.100.0/24,office\n"),
    ("watchlist.csv", "user_principal_name,reason\nana.park@lumenworks.example,leaver\n"),
];

/// What a page writes in the last column of its tables, and in blocks of SQL.
fn statements(page: &str) -> Vec<String> {
    let cells = page.lines().filter(|line| line.starts_with("| ")).filter_map(|line| {
        let cell = line.trim_end_matches([' ', '|']).rsplit(" | ").next()?;
        let sql = cell.trim().strip_prefix('`')?.split('`').next()?;
        // A bar inside a cell would end it.
        Some(sql.replace("\\|", "|"))
    });
    let blocks = page.split("```sql\n").skip(1).filter_map(|rest| rest.split("\n```").next()).map(str::to_owned);
    cells.chain(blocks).filter(|text| is_statement(text)).collect()
}

/// Commands of a shell or of the prompt stand in the same column.
fn is_statement(text: &str) -> bool {
    ["SELECT ", "WITH ", "EXPLAIN ", "FROM ", "SUMMARIZE ", "CREATE ", "SET "].iter().any(|word| text.starts_with(word))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_statement_of_these_pages_runs() {
    let feed = Feed { records: 4_000, throttle: None, ..Feed::default() };
    let lab = Lab::new(Options { feed, ..lab::options(6_000) }).await;
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in FILES {
        fs::write(folder.path().join(name), text).unwrap();
    }
    for tool in ["kql", "steampipe", "powershell", "duckdb"] {
        let name = format!("coming-from-{tool}.md");
        let engine = lab::engine(lab::connection(&lab.tenant), Settings::default());
        let (mut with_rows, statements) = (0, statements(&kept()[&name]));
        assert!(statements.len() >= 12, "docs/{name} has {}", statements.len());
        for sql in &statements {
            let at = |file: &str| format!("'{}'", folder.path().join(file).display());
            let placed = FILES.iter().fold(sql.clone(), |sql, (file, _)| sql.replace(&format!("'{file}'"), &at(file)));
            for part in placed.split(";\n") {
                let answer = lab::answer(&engine, part).await;
                with_rows +=
                    usize::from(!answer.unwrap_or_else(|e| panic!("docs/{name}: {part}\n{e}")).rows().is_empty());
            }
        }
        assert!(with_rows * 4 >= statements.len() * 3, "docs/{name}: {with_rows} of {} have rows", statements.len());
    }
}

#[test]
fn a_cell_of_a_table_is_read_as_it_is_written() {
    let page = "| there | here |\n|---|---|\n| `take 5` | `SELECT a \\|\\| b FROM t` |\n| `x` | `\\d`, or `\\df` |\n";
    assert_eq!(statements(page), ["SELECT a || b FROM t"]);
}

/// What a heading is called in a link.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// Links that lead nowhere, as `page: link`.
fn broken(pages: &BTreeMap<String, String>, top: &Path) -> Vec<String> {
    let mut broken = Vec::new();
    for (name, page) in pages {
        let folder = Path::new(name).parent().unwrap();
        let links = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.contains("://") && !link.contains(' ')) {
            let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { top.join(name) } else { top.join(folder).join(path) };
            let heading = |text: &str| {
                text.lines()
                    .any(|line| line.starts_with('#') && anchor(line.trim_start_matches('#').trim()) == fragment)
            };
            let found = target.exists()
                && (fragment.is_empty() || fs::read_to_string(&target).is_ok_and(|text| heading(&text)));
            if !found {
                broken.push(format!("{name}: {link}"));
            }
        }
    }
    broken
}

#[test]
fn links_of_the_pages_lead_somewhere() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = BTreeMap::new();
    pages(&top.join("docs"), "docs/", &mut all);
    for name in ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"] {
        all.insert(name.to_owned(), fs::read_to_string(top.join(name)).unwrap());
    }
    assert!(all.values().any(|page| page.contains("](")));
    assert_eq!(broken(&all, top), Vec::<String>::new());
    // The control: a page and a heading that are not there.
    let wrong = "[a](docs/nowhere.md) [b](README.md#nothing-of-the-kind) [c](README.md#start)";
    let wrong = BTreeMap::from([("README.md".to_owned(), wrong.to_owned())]);
    assert_eq!(broken(&wrong, top).len(), 2);
}
