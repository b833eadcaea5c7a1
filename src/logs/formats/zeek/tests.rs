//! The format, by example and damaged.

use crate::logs::trials::{damaged, options, read, recognised, table};
use crate::logs::{Kind, Options};

/// From <https://docs.zeek.org/en/master/log-formats.html>, shortened.
const CONN: &str = "\
#separator \\x09
#set_separator\t,
#empty_field\t(empty)
#unset_field\t-
#path\tconn
#open\t2020-06-05-14-39-59
#fields\tts\tuid\tid.orig_h\tid.orig_p\tproto\tservice\tduration\tlocal_orig\ttunnel_parents
#types\ttime\tstring\taddr\tport\tenum\tstring\tinterval\tbool\tset[string]
1591367999.305988\tCMdzit1AMNsmfAIiQc\t192.168.4.76\t36844\tudp\tdns\t0.066852\tT\t-
1591367999.430166\tC5bLoe2Mvxqhawzqqd\tfe80::1\t46378\ttcp\t-\t-\tF\tCx\\x2cy,Cz
1591368000.0\tCk\\xc3\\xa9\\x2d\t192.168.4.76\t1\ttcp\thttp\t0.2\tT\t(empty)
#close\t2020-06-05-14-40-01
";

#[test]
fn fields_are_of_the_types_that_the_heading_declares() {
    assert_eq!(
        table("conn.log", CONN, &Options::default()),
        [
            "time | client_address | ts | uid | id_orig_h | id_orig_p | proto | service | duration | local_orig | tunnel_parents",
            "9: 2020-06-05T14:39:59.305988Z | 192.168.4.76 | 2020-06-05T14:39:59.305988Z | CMdzit1AMNsmfAIiQc | 192.168.4.76 | 36844 | udp | dns | 0.066852 | true | ∅",
            "10: 2020-06-05T14:39:59.430166Z | fe80::1 | 2020-06-05T14:39:59.430166Z | C5bLoe2Mvxqhawzqqd | fe80::1 | 46378 | tcp | ∅ | ∅ | false | [\"Cx,y\", \"Cz\"]",
            "11: 2020-06-05T14:40:00Z | 192.168.4.76 | 2020-06-05T14:40:00Z | Cké- | 192.168.4.76 | 1 | tcp | http | 0.2 | true | []",
        ]
    );
    let found = recognised("conn.log", CONN.as_bytes(), &Options::default());
    assert_eq!((found.format.name(), found.layout.assumed().len()), ("zeek", 0));
}

#[test]
fn an_empty_log_has_its_columns() {
    let heading: String = CONN.split_inclusive('\n').take(8).collect();
    assert_eq!(table("x", &heading, &Options::default()).len(), 1);
    let found = recognised("x", heading.as_bytes(), &Options::default());
    let kinds: Vec<Kind> = found.layout.fields().iter().map(|field| field.kind).collect();
    assert_eq!(kinds[..3], [Kind::Time, Kind::Text, Kind::Time]);
}

#[test]
fn headings_hold_up_to_the_next() {
    let two = "#fields\ta\tb\n#types\tcount\tstring\n1\tx\n#separator |\n#fields|b|c\n#types|string|count\ny|2\n";
    assert_eq!(table("x", two, &Options::default()), ["a | b | c", "3: 1 | x | ∅", "7: ∅ | y | 2"]);
    // One of which the sample had nothing.
    let found = recognised("x", b"#fields\ta\n#types\tcount\n1\n", &Options::default());
    let told = read(&*found.layout, b"#fields\tb\ta\nx\t7\n-\tmany\n", 3);
    assert_eq!(told.unknown, [(2, "b".to_owned())]);
    assert_eq!(told.odd, [(3, 0, "many".to_owned())]);
    assert_eq!(told.rows[0].1[0], "7");
}

#[test]
fn what_stands_before_a_heading_or_fits_none_is_bad() {
    let found = recognised("conn.log", CONN.as_bytes(), &Options::default());
    let told = read(&*found.layout, b"1\t2\n#fields\tts\tuid\n1\n#nonsense\n", 100);
    let lines: Vec<u64> = told.bad.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [1, 3, 4]);
}

#[test]
fn stated_as_zeek_its_json_is_read_too() {
    let json = "{\"ts\":1591367999.3,\"id.orig_h\":\"10.0.0.1\"}\n";
    let stated = options(&[("format", "zeek")]);
    assert_eq!(
        table("conn.log", json, &stated),
        [
            "time | client_address | ts | id_orig_h",
            "1: 2020-06-05T14:39:59.300Z | 10.0.0.1 | 2020-06-05T14:39:59.300Z | 10.0.0.1"
        ]
    );
}

#[test]
fn damaged_lines_are_accounted_for() {
    let records: Vec<&str> = CONN.lines().collect();
    let text = format!("{}\n{}\n", records[..8].join("\n"), records[8..11].join("\n").repeat(6));
    let is_heading = |line: &str| {
        ["#separator ", "#set_separator", "#empty_field", "#unset_field", "#path", "#open", "#fields", "#types"]
            .iter()
            .any(|start| line.starts_with(start))
    };
    let count = damaged("conn.log", &text, true, &|_, line| is_heading(line));
    assert!(count >= 100, "{count}");
}
