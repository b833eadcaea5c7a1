//! The format, by example and damaged.

use super::*;
use crate::logs::trials::{damaged, read, recognised, table};

const IIS: &str = "\
#Software: Microsoft Internet Information Services 10.0
#Version: 1.0
#Date: 2026-11-27 08:00:00
#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query cs-username c-ip cs(User-Agent) sc-status time-taken
2026-11-27 08:00:00 10.0.0.1 GET /a+b - - 203.0.113.7 Mozilla/5.0+(Windows+NT+10.0) 200 15
2026-11-27 08:00:01 10.0.0.1 POST /adfs/ls client=x CONTOSO\\alice fe80::1%12 - 302 7
#Date: 2026-11-28 00:00:00
#Fields: time c-ip cs-method sc-status cs-host
00:00:03 198.51.100.4 GET 404 fs.contoso.example
";

#[test]
fn several_headings_in_one_file_are_one_table() {
    assert_eq!(
        table("u_ex.log", IIS, &Options::default()),
        [
            "time | client_address | user_name | date | time_of_day | s_ip | cs_method | cs_uri_stem | cs_uri_query | cs_username | c_ip | cs_user_agent | sc_status | time_taken | cs_host",
            "5: 2026-11-27T08:00:00Z | 203.0.113.7 | ∅ | 2026-11-27 | 08:00:00 | 10.0.0.1 | GET | /a+b | ∅ | ∅ | 203.0.113.7 | Mozilla/5.0 (Windows NT 10.0) | 200 | 15 | ∅",
            "6: 2026-11-27T08:00:01Z | fe80::1 | CONTOSO\\alice | 2026-11-27 | 08:00:01 | 10.0.0.1 | POST | /adfs/ls | client=x | CONTOSO\\alice | fe80::1%12 | ∅ | 302 | 7 | ∅",
            "9: 2026-11-28T00:00:03Z | 198.51.100.4 | ∅ | 2026-11-28 | 00:00:03 | ∅ | GET | ∅ | ∅ | ∅ | 198.51.100.4 | ∅ | 404 | ∅ | fs.contoso.example",
        ]
    );
    // UTC is not assumed: the format says so.
    assert_eq!(recognised("x", IIS.as_bytes(), &Options::default()).layout.assumed(), [NEXT_DAY]);
}

#[test]
fn lines_without_a_date_go_on_past_midnight() {
    let begin = "#Date: 2026-11-27 22:00:00\n#Fields: time c-ip\n";
    let lines = "23:59:59 10.0.0.1\n00:00:01 10.0.0.2\n23:59:58 10.0.0.3\n00:00:02 10.0.0.4\n11:00:00 10.0.0.5\n\
        22:30:00 10.0.0.6\n01:00:00 10.0.0.7\n#Date: 2026-12-24 01:00:00\n01:00:00 10.0.0.8\n";
    let rows = table("u_ex.log", &format!("{begin}{lines}"), &Options::default());
    let times: Vec<&str> = rows[1..].iter().map(|row| row.split(" | ").next().unwrap()).collect();
    assert_eq!(
        times,
        [
            "3: 2026-11-27T23:59:59Z",
            "4: 2026-11-28T00:00:01Z",
            "5: 2026-11-27T23:59:58Z",
            "6: 2026-11-28T00:00:02Z",
            "7: 2026-11-28T11:00:00Z",
            "8: 2026-11-28T22:30:00Z",
            "9: 2026-11-29T01:00:00Z",
            "11: 2026-12-24T01:00:00Z",
        ]
    );
    let said = recognised("x", format!("{begin}{lines}").as_bytes(), &Options::default()).layout.assumed();
    assert!(said.iter().any(|said| said.contains("#Date")), "{said:?}");
    // Behind lines that name their dates, they have none, which is told; so has a line before any directive.
    let found = recognised("x", &IIS.as_bytes()[..IIS.find("#Date: 2026-11-28").unwrap()], &Options::default());
    let told = read(&*found.layout, format!("{IIS}{begin}{lines}").as_bytes(), 100);
    assert_eq!((told.rows.len(), told.odd.len(), told.rows[3].1[0].as_str()), (11, 9, "∅"));
}

#[test]
fn a_quiet_spell_is_of_the_day_that_it_is_in() {
    for (lines, days) in [
        ("#Date: 2026-05-01 10:00:04\n10:00:04\n23:00:00\n23:30:00\n", &[1, 1, 1][..]),
        ("#Date: 2026-05-04 00:00:04\n13:00:00\n14:00:00\n", &[4, 4]),
        // Nothing is of before the directive, and a quiet day behind midnight is no late line.
        ("#Date: 2026-05-04 00:00:04\n23:59:59\n00:00:01\n13:00:00\n22:00:00\n", &[4, 5, 5, 5]),
        // A late line does not lead back those behind it.
        ("#Date: 2026-05-04 22:00:00\n00:00:01\n23:59:58\n13:00:00\n", &[5, 4, 5]),
        ("#Date: 2026-05-04 22:00:00\n00:00:01\n#Date: 2026-05-09 00:00:01\n23:59:58\n", &[5, 9]),
    ] {
        let rows = table("u_ex.log", &format!("#Fields: time\n{lines}"), &Options::default());
        let read: Vec<u32> =
            rows[1..].iter().map(|row| row.split("2026-05-").nth(1).unwrap()[..2].parse().unwrap()).collect();
        assert_eq!(read, days, "{rows:?}");
    }
}

#[test]
fn a_field_that_comes_later_is_told() {
    let found = recognised("x", IIS.as_bytes(), &Options::default());
    let later = format!("{IIS}#Fields: time x-new\n00:00:04 y\n");
    let told = read(&*found.layout, later.as_bytes(), 100);
    assert_eq!((told.unknown, told.rows.len()), (vec![(10, "x-new".to_owned())], 4));
    let without = read(&*found.layout, b"2026-11-27 08:00:00 x\n#Fields: date time\na b c\n", 100);
    assert_eq!(without.bad.len(), 2, "{:?}", without.bad);
}

#[test]
fn values_in_quotes_may_have_blanks() {
    assert_eq!(quoted("a \"b c\" \"d\" e\"f"), ["a", "b c", "d", "e\"f"]);
}

#[test]
fn damaged_lines_are_accounted_for() {
    // With dates, it is cut into pieces.
    let dated = &IIS[..IIS.find("#Date: 2026-11-28").unwrap()];
    for text in [IIS, dated] {
        let count = damaged("u_ex.log", &text.repeat(4), true, &|_, line| line.starts_with('#'));
        assert!(count >= 100, "{count}");
    }
}
