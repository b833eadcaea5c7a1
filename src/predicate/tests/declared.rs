//! Of every table: what is declared is sent, and nothing else.

use super::{conjuncts, outcome};
use crate::apis;
use crate::table::{ApiVersion, Case, Column, Edm, Op, Ops};

/// Columns and fields of structs with the SQL and the wire path that reach them.
fn leaves(columns: &'static [Column], sql: &str, wire: &str, found: &mut Vec<(&'static Column, String, String)>) {
    for column in columns {
        // Quoted: `user` is a word of SQL.
        let path = column.asked.map_or_else(|| format!("{wire}{}", column.wire), |asked| asked.path.to_owned());
        let name = format!("{sql}\"{}\"", column.name);
        match column.edm {
            Edm::Object(fields) => leaves(fields, &format!("{name}."), &format!("{path}/"), found),
            _ => found.push((column, name, path)),
        }
    }
}

/// Of every table of a service: each test that a declaration allows is sent, and no other is.
#[test]
fn what_is_declared_is_sent_and_nothing_else() {
    let (mut sent, mut kept) = (0, 0);
    for set in apis::ALL.iter().filter(|set| set.pages().is_some()) {
        let mut all = Vec::new();
        leaves(set.columns, "", "", &mut all);
        for (version, (column, name, path)) in
            [ApiVersion::V1, ApiVersion::Beta].into_iter().flat_map(|v| all.iter().map(move |leaf| (v, leaf)))
        {
            let chooses = set.population().is_some_and(|p| [p.column, p.flag].contains(&column.name));
            if chooses || set.time == Some(column.name) {
                continue;
            }
            for (op, test, text) in asked(column, name, path) {
                // Of what is written in codes, `x` has none.
                let coded = column.asked.is_some_and(|asked| !asked.words.is_empty());
                let declared = column.ops_in(version).has(op) && !coded;
                let expected = if declared { text } else { String::new() };
                assert_eq!(
                    outcome(&conjuncts(&test, set), set, version).0,
                    expected,
                    "{} {version:?}: {test}",
                    set.name
                );
                *(if declared { &mut sent } else { &mut kept }) += 1;
            }
        }
    }
    assert!(sent > 70 && kept > 500, "{sent} sent, {kept} kept");
}

/// Tests in SQL that an operator would carry, with the text that they would be sent as.
fn asked(column: &Column, name: &str, path: &str) -> Vec<(Op, String, String)> {
    let range = Ops::of(Op::Le).with(Op::Ge);
    let strict = Ops::of(Op::Lt).with(Op::Gt);
    let has_one_of = |of: Ops| of.iter().any(|op| column.ops_in(ApiVersion::Beta).has(op));
    let guid = "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46";
    match column.edm {
        Edm::Text if column.case == Case::Guid => {
            vec![(Op::Eq, format!("{name} = '{guid}'"), format!("{path} eq {guid}"))]
        }
        // Where strict bounds alone are documented, the one beside is sent.
        Edm::Int32 | Edm::Int64 if has_one_of(strict) && !has_one_of(range) => vec![
            (Op::Eq, format!("{name} = 7"), format!("{path} eq 7")),
            (Op::Lt, format!("{name} <= 7"), format!("{path} lt 8")),
            (Op::Gt, format!("{name} >= 7"), format!("{path} gt 6")),
        ],
        Edm::Text | Edm::Enum(_) => vec![
            (Op::Eq, format!("{name} = 'x'"), format!("{path} eq 'x'")),
            (Op::StartsWith, format!("{name} LIKE 'x%'"), format!("startswith({path},'x')")),
            (Op::EndsWith, format!("{name} LIKE '%x'"), format!("endswith({path},'x')")),
            (Op::Contains, format!("{name} LIKE '%x%'"), format!("contains({path},'x')")),
        ],
        Edm::Bool => vec![(Op::Eq, name.into(), format!("{path} eq true"))],
        Edm::Int32 | Edm::Int64 => vec![
            (Op::Eq, format!("{name} = 7"), format!("{path} eq 7")),
            (Op::Le, format!("{name} <= 7"), format!("{path} le 7")),
            (Op::Ge, format!("{name} >= 7"), format!("{path} ge 7")),
        ],
        Edm::Double => vec![(Op::Le, format!("{name} <= 7.5"), format!("{path} le 7.5"))],
        Edm::Instant => vec![],
        Edm::List(item) if item.is_text() => {
            vec![(Op::Eq, format!("array_has({name}, 'x')"), format!("{path}/any(t: t eq 'x')"))]
        }
        _ => vec![],
    }
}
