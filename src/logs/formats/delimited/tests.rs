//! The format, by example and damaged.

use crate::logs::trials::{damaged, options, read, recognised, table};
use crate::logs::{Error, Kind, Options, Sample, recognise};

const VPN: &str = "\
Time,User Name,Source IP,Session ID,Bytes,Action\r
2026-11-27 08:00:00,alice@contoso.example,203.0.113.7:5000,0017,1024,connect\r
2026-11-27 08:05:00,bob@contoso.example,2001:DB8::1,0018,,connect\r
2026-11-27 09:00:00,alice@contoso.example,203.0.113.7:5000,0017,2048,\"disconnect, idle\"\r
";

#[test]
fn a_vpn_log_has_time_address_user_and_its_own_columns() {
    assert_eq!(
        table("vpn.csv", VPN, &Options::default()),
        [
            "time | client_address | user_name | source_ip | session_id | bytes | action",
            "2: 2026-11-27T08:00:00Z | 203.0.113.7 | alice@contoso.example | 203.0.113.7:5000 | 0017 | 1024 | connect",
            "3: 2026-11-27T08:05:00Z | 2001:db8::1 | bob@contoso.example | 2001:DB8::1 | 0018 | ∅ | connect",
            "4: 2026-11-27T09:00:00Z | 203.0.113.7 | alice@contoso.example | 203.0.113.7:5000 | 0017 | 2048 | disconnect, idle",
        ]
    );
    let found = recognised("vpn.csv", VPN.as_bytes(), &Options::default());
    let assumed = found.layout.assumed();
    assert!(assumed.iter().any(|said| said.contains("UTC was assumed")), "{assumed:?}");
    assert!(assumed.iter().any(|said| said.contains("names the columns: 'Time, User Name, ")), "{assumed:?}");
    let raw = &read(&*found.layout, VPN.as_bytes(), 100).rows[2].1[7];
    assert_eq!(raw, "2026-11-27 09:00:00,alice@contoso.example,203.0.113.7:5000,0017,2048,\"disconnect, idle\"");
}

#[test]
fn a_stated_zone_moves_times_and_is_no_assumption() {
    let paris = options(&[("timezone", "Europe/Paris")]);
    assert_eq!(table("vpn.csv", VPN, &paris)[1].split(" | ").next(), Some("2: 2026-11-27T07:00:00Z"));
    let found = recognised("vpn.csv", VPN.as_bytes(), &paris);
    assert!(!found.layout.assumed().iter().any(|said| said.contains("zone")));
    let sample = Sample { name: "vpn.csv", head: VPN.as_bytes(), is_whole: true, modified: None };
    let error = recognise(&sample, &options(&[("timezone", "Europe/Atlantis")])).unwrap_err();
    assert!(matches!(error, Error::Option { option: "timezone", .. }), "{error}");
}

#[test]
fn a_list_without_heading_loses_no_first_line() {
    for name in ["ips.txt", "ips.csv", "ips"] {
        assert_eq!(table(name, "10.0.0.1\n10.0.0.2\n", &Options::default()), ["value", "1: 10.0.0.1", "2: 10.0.0.2"]);
    }
    assert_eq!(
        table("list.csv", "10.0.0.1;evil;3\n10.0.0.2;worse;4\n", &Options::default()),
        ["column1 | column2 | column3", "1: 10.0.0.1 | evil | 3", "2: 10.0.0.2 | worse | 4"]
    );
    let unclear = "alice,admin\nbob,clerk\n";
    assert_eq!(table("x.csv", unclear, &Options::default()).len(), 3);
    assert_eq!(table("x.csv", unclear, &options(&[("heading", "true")])), ["alice | admin", "2: bob | clerk"]);
    let said = recognised("x.csv", unclear.as_bytes(), &Options::default()).layout.assumed();
    assert!(said[0].contains("heading => true"), "{said:?}");
}

#[test]
fn a_later_odd_value_costs_itself_and_a_later_odd_row_its_line() {
    let text = format!("user,count\n{}bob,many\nbob,1,2\nbob,7\n", "alice,5\n".repeat(40_000));
    let found = recognised("x.csv", &text.as_bytes()[..1 << 18], &Options::default());
    assert_eq!(found.layout.fields()[2].kind, Kind::Int);
    let told = read(&*found.layout, text.as_bytes(), 1 << 16);
    assert_eq!(told.rows.len(), 40_002);
    assert_eq!(told.odd, [(40_002, 2, "many".to_owned())]);
    assert_eq!(told.bad.len(), 1);
    assert_eq!(told.rows[40_000].1[2], "∅");
}

#[test]
fn options_are_kept_or_refused() {
    let stated = options(&[("columns", "who text, since timestamp, n bigint"), ("delimiter", ";")]);
    assert_eq!(
        table("x.log", "a;2026-11-27 08:00;5\nb;never;6\n", &stated),
        [
            "time | who | since | n",
            "1: 2026-11-27T08:00:00Z | a | 2026-11-27T08:00:00Z | 5",
            "2: ∅ | b | ∅ | 6",
            "2? time never",
        ]
    );
    let sample = Sample { name: "x.csv", head: b"a,b\n1,2\n", is_whole: true, modified: None };
    let error = recognise(&sample, &options(&[("columns", "only text")])).unwrap_err();
    assert_eq!(error.to_string(), "option columns: 1 columns are stated, rows have 2 fields");
}

#[test]
fn a_day_alone_that_contradicts_the_order_of_the_others_is_no_silence() {
    // In the sample both show, and the column is text; behind it, the rows before may have been misread.
    let text = format!("when,user\n{}27/04/2026,b\n", "04/27/2026 08:00,a\n03/04/2026 08:00,a\n".repeat(20_000));
    let found = recognised("x.csv", &text.as_bytes()[..1 << 18], &Options::default());
    let told = read(&*found.layout, text.as_bytes(), 1 << 16);
    assert_eq!(told.contrary[0], (40_002, "27/04/2026".to_owned()));
    // The control: one that contradicts nothing is no time, and counted.
    let told = read(&*found.layout, text.replace("\n27/04/2026", "\n04/27/2026").as_bytes(), 1 << 16);
    assert_eq!((told.contrary.len(), told.odd.len()), (0, 1));
}

#[test]
fn dates_are_read_in_the_order_that_one_of_them_shows() {
    let text = "when,user\n03/04/2026 08:00,a\n27/04/2026 08:00,b\n";
    assert_eq!(table("x.csv", text, &Options::default())[1], "2: 2026-04-03T08:00:00Z | a | 2026-04-03T08:00:00Z | a");
    let both = "from,to,seen\n27/04/2026,04/28/2026,03/04/2026 08:00\n";
    let said = recognised("x.csv", both.as_bytes(), &Options::default()).layout.assumed();
    assert!(said.iter().any(|said| said.contains("03/04/2026 08:00 are read as day/month/year")), "{said:?}");
    let unclear = "when,user\n03/04/2026 08:00,a\n";
    assert!(table("x.csv", unclear, &Options::default())[1].starts_with("2: 2026-03-04"));
    let said = recognised("x.csv", unclear.as_bytes(), &Options::default()).layout.assumed();
    assert!(said.iter().any(|said| said.contains("03/04/2026 08:00")), "{said:?}");
}

#[test]
fn a_day_and_a_time_of_day_are_one_time() {
    let text = "Date,Time,User\n2026-11-27,08:00:00,a\n-,-,b\n";
    assert_eq!(
        table("x.csv", text, &Options::default()),
        [
            "time | user_name | date | time_of_day | user",
            "2: 2026-11-27T08:00:00Z | a | 2026-11-27 | 08:00:00 | a",
            "3: ∅ | b | - | - | b"
        ]
    );
}

#[test]
fn an_odd_time_of_day_costs_its_own_row_the_time() {
    for odd in ["24:00:00", "notatime"] {
        let text = format!(
            "Date,Time,User\n2026-11-27,08:00:00,a\n2026-11-27,{odd},b\n2026-11-27,08:00:01,c\n2026-11-27,08:00:02,d\n"
        );
        let rows = table("x.csv", &text, &Options::default());
        assert_eq!(rows[2], format!("3: ∅ | b | 2026-11-27 | {odd} | b"));
        assert!(rows[1].starts_with("2: 2026-11-27T08:00:00Z"), "{rows:?}");
        assert_eq!(rows[5], format!("3? time 2026-11-27 {odd}"), "told once");
    }
}

#[test]
fn what_ends_every_row_is_no_column_until_something_stands_behind_it() {
    let text = "user,ip,\na,1.2.3.4,\nb,1.2.3.5,\n";
    assert_eq!(table("x.csv", text, &Options::default())[0], "client_address | user_name | user | ip");
    let found = recognised("x.csv", text.as_bytes(), &Options::default());
    let told = read(&*found.layout, b"user,ip,\nc,1.2.3.6,more\n", 5);
    assert_eq!((told.rows.len(), told.unknown), (1, vec![(2, "column3".to_owned())]));
}

#[test]
fn a_quote_in_a_comment_or_a_legend_opens_no_field() {
    let text = "# exported by Ada: \"all of it\n#,\"more\nuser,ip\n# c\na,10.0.0.1\n#,\"x\nb,10.0.0.2\n";
    let expected =
        ["client_address | user_name | user | ip", "5: 10.0.0.1 | a | a | 10.0.0.1", "7: 10.0.0.2 | b | b | 10.0.0.2"];
    assert_eq!(table("x.csv", text, &Options::default()), expected);
    assert_eq!(table("x.csv", &text.replace('#', ";"), &options(&[("comment", ";")])), expected);
    // The control: in a row it does.
    assert_eq!(
        table("x.csv", &format!("{text}c,\"10.0.0.3\nd,10.0.0.4\n"), &Options::default())[3..],
        ["9: 10.0.0.4 | d | d | 10.0.0.4", "8! its quote is not closed",]
    );
    let said = |text: &str| recognised("x.csv", text.as_bytes(), &Options::default()).layout.assumed();
    assert!(said(text).iter().any(|said| said.contains("such as '#, more'")), "{:?}", said(text));
    assert!(!said(&text.replace("#,\"x\n", "").replace("#,\"more\n", "")).iter().any(|said| said.contains("comments")));
}

#[test]
fn a_row_that_begins_with_a_mark_of_comments_is_not_lost() {
    let text = "user,cmd,k\nana,ls,1\n#bob,\"id\nroot,ls\",2\ncid,x,3\n";
    let expected = [
        "user_name | user | cmd | k",
        "2: ana | ana | ls | 1",
        "3: #bob | #bob | id\nroot,ls | 2",
        "5: cid | cid | x | 3",
    ];
    assert_eq!(table("x.csv", text, &Options::default()), expected);
    let said = |text: &str| recognised("x.csv", text.as_bytes(), &Options::default()).layout.assumed().join("; ");
    assert!(said(text).contains("such as '#bob, idroot,ls, 2' (read_log('FILE', comment => '#')"), "{}", said(text));
    // What explains the file stands in front of all rows; among them it is a line that is no row.
    let text = "# made by x\nuser,k\nana,1\n# from here\n#bob,2\n";
    assert_eq!(
        table("x.csv", text, &Options::default()),
        [
            "user_name | user | k",
            "3: ana | ana | 1",
            "5: #bob | #bob | 2",
            "4! it has another number of fields than the others",
        ]
    );
    // The control: whoever states the mark has comments.
    assert_eq!(table("x.csv", text, &options(&[("comment", "#")])).len(), 2);
    assert!(!said("# made by x\nuser,k\nana,1\n# from here\nbob,2\n").contains("begin with #"));
}

#[test]
fn a_heading_of_very_many_names_has_a_thousand_columns_and_says_so() {
    let text = format!("{}a\n{}1\n", "a,".repeat(19_999), "1,".repeat(19_999));
    let found = recognised("x.csv", text.as_bytes(), &options(&[("heading", "true")]));
    let names: Vec<&str> = found.layout.fields().iter().map(|field| field.name.as_str()).collect();
    assert_eq!((names.len(), names[0], names[999], names[1000]), (1001, "a", "a_1000", "raw"));
    let said = found.layout.assumed();
    assert!(said.contains(&"the first 1000 fields are columns: others are in raw only".to_owned()), "{said:?}");
    let told = read(&*found.layout, text.as_bytes(), 1 << 20);
    assert_eq!((told.rows.len(), told.bad.len(), told.unknown.len()), (1, 0, 19_000));
}

#[test]
fn nothing_in_quotes_is_an_empty_text_unless_all_is_in_quotes() {
    let of = |text: &str| table("x.csv", text, &Options::default())[1..].join("; ");
    assert_eq!(of("k,note\n1,\"\"\n2,\n3,x\n"), "2: 1 | ; 3: 2 | ∅; 4: 3 | x");
    // Who puts all in quotes, as PowerShell does, has no other way to write nothing.
    assert_eq!(of("\"k\",\"note\"\n\"1\",\"\"\n\"3\",\"x\"\n"), "2: 1 | ∅; 3: 3 | x");
    assert_eq!(of("\"k\",\"note\"\n\"1\",\" \"\n\"3\",\"x\"\n"), "2: 1 |  ; 3: 3 | x");
    // The control: one field without them, and quotes that are needed.
    assert_eq!(of("\"k\",\"note\"\n\"1\",\"\"\n\"3\",x\n"), "2: 1 | ; 3: 3 | x");
    let needed = "\"a,k\",\"note,x\"\n\"1,a\",\"\"\n\"3,b\",\"x,y\"\n";
    assert_eq!(table("x.csv", needed, &options(&[("heading", "true")]))[1..], ["2: 1,a | ", "3: 3,b | x,y"]);
    // A row of one column that is nothing would be a blank line.
    let one = table("x.csv", "note\n\"\"\nx\n", &options(&[("heading", "true")]));
    assert_eq!(one[1..], ["2: ∅", "3: x"]);
}

#[test]
fn a_column_without_a_name_is_called_as_in_sql() {
    let text = "27.11.2026,a\n28.11.2026,b\n29.11.2026,c\n";
    let found = recognised("x.csv", text.as_bytes(), &Options::default());
    let said = found.layout.assumed().join("; ");
    assert!(said.contains("`column1` is text, for days such as 27.11.2026"), "{said}");
    assert_eq!(found.layout.fields()[0].doc, "`column1` of the file.");
}

#[test]
fn prose_is_no_table() {
    let text = "Dear all,\nthis is a text, and, well, no table.\nBye\n";
    assert_eq!(recognised("x.txt", text.as_bytes(), &Options::default()).format.name(), "lines");
    // Of Python's logging: the comma is that of the seconds' decimals.
    let python = "2026-01-01 10:00:00,123 INFO root: started\n2026-01-01 10:00:01,456 INFO root: done\n";
    for name in ["x.txt", "x.log"] {
        assert_eq!(recognised(name, python.as_bytes(), &Options::default()).format.name(), "lines");
    }
    assert_eq!(recognised("x.csv", python.as_bytes(), &Options::default()).format.name(), "csv");
    let bars = python.replace(" INFO ", " | INFO | ");
    assert_eq!(table("x.log", &bars, &Options::default())[0], "time | column1 | column2 | column3");
    let rows = "2026-11-27,a,b\n2026-11-28,c,d\n2026-11-29,e,f\n";
    assert_eq!(recognised("x.log", rows.as_bytes(), &Options::default()).format.name(), "csv");
}

#[test]
fn damaged_rows_are_accounted_for() {
    let text =
        format!("{VPN}{}", "2026-11-27 10:00:00,\"Carol \"\"C\"\"\",198.51.100.4,0019,7,\"two\nlines\"\n".repeat(12));
    // The heading, wherever damage has put it.
    let count =
        damaged("vpn.csv", &text, true, &|line, text| line <= 2 || text.starts_with('#') || text.contains("Source IP"));
    assert!(count >= 100, "{count}");
}
