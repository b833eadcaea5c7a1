//! What would be lost or misread without a word.

use super::Lab;

#[tokio::test(flavor = "multi_thread")]
async fn a_stray_quote_takes_no_line_with_it() {
    let lab = Lab::new();
    let line = |second: u32, user: &str| format!("2026-05-01T08:00:{second:02}Z,{user},1.1.1.{second}\n");
    let rows = [line(0, "\"evil"), line(1, "bob"), line(2, "ann"), line(3, "\"evil"), line(4, "cyd")].concat();
    lab.file("ev.csv", format!("time,user,ip\n{rows}"));
    let (rows, said) = lab.told("SELECT line, user FROM '{dir}/ev.csv' ORDER BY line").await;
    assert_eq!(rows, ["3 | bob", "4 | ann", "6 | cyd"]);
    let told =
        said.iter().find(|text| text.contains("2 line(s) could not be read")).unwrap_or_else(|| panic!("{said:?}"));
    assert!(told.contains("line 2") && told.contains("evil"), "{told}");
    // The control: quotes that are in order span lines.
    lab.file(
        "in.csv",
        "time,user,ip\n2026-05-01T08:00:00Z,\"evil\nlines\",1.1.1.1\n2026-05-01T08:00:01Z,bob,1.1.1.2\n",
    );
    let (rows, said) = lab.told("SELECT line, user FROM '{dir}/in.csv' ORDER BY line").await;
    assert_eq!(rows, ["2 | evil\nlines", "4 | bob"]);
    assert!(said.iter().all(|text| !text.contains("could not be read")), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_behind_a_blank_may_stand_in_quotes() {
    let lab = Lab::new();
    lab.file(
        "a.csv",
        "time, user, ip\n2026-05-01T08:00:00Z, \"Smith, Bob\", 1.1.1.1\n2026-05-01T08:00:01Z, Ann, 1.1.1.2\n",
    );
    let (rows, said) = lab.told("SELECT user, client_address FROM '{dir}/a.csv' ORDER BY time").await;
    assert_eq!(rows, ["Smith, Bob | 1.1.1.1", "Ann | 1.1.1.2"]);
    assert!(said.iter().all(|text| !text.contains("could not be read")), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_of_a_log_that_are_called_as_ours_keep_their_names() {
    let lab = Lab::new();
    lab.file("a.csv", "file,line,raw,user\nevil.exe,70,x,bob\ngood.exe,80,y,ann\n");
    lab.file("b.ndjson", "{\"file\":\"evil.exe\",\"line\":70,\"raw\":\"x\",\"user\":\"bob\"}\n");
    for (name, at) in [("a.csv", 2), ("b.ndjson", 1)] {
        let sql = format!(
            "SELECT file, line, raw_2, _line, _file LIKE '%{name}' FROM '{{dir}}/{name}' WHERE file LIKE '%evil%'"
        );
        let (rows, said) = lab.told(&sql).await;
        assert_eq!(rows, [format!("evil.exe | 70 | x | {at} | true")], "{name}");
        assert!(said.iter().any(|text| text.contains("`raw` is the column raw_2")), "{said:?}");
    }
    // The control: where the log has none, they are ours.
    lab.file("c.csv", "user,n\nbob,1\n");
    assert_eq!(lab.rows("SELECT line, file LIKE '%c.csv' FROM '{dir}/c.csv'").await, ["2 | true"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_was_taken_for_a_table_says_how_all_of_it_is_read() {
    let lab = Lab::new();
    // The first mebibyte is rows of two fields, and most of the file is none.
    let text = format!("{}{}", "alice,admin\n".repeat(100_000), "so it goes\n".repeat(110_000));
    for (name, is_told) in [("x.log", true), ("x.csv", false)] {
        lab.file(name, &text);
        let (rows, said) = lab.told(&format!("SELECT count(column1) FROM '{{dir}}/{name}'")).await;
        assert_eq!(rows, ["100000"], "{name}");
        let told = said.iter().find(|text| text.contains("110000 line(s) could not be read"));
        assert_eq!(told.is_some_and(|text| text.contains("format => 'lines'")), is_told, "{name}: {said:?}");
    }
    // The control: a few lines are damage.
    lab.file("y.log", text.replace("so it goes\n", "") + "so it goes\n");
    let (_, said) = lab.told("SELECT count(column1) FROM '{dir}/y.log'").await;
    assert!(said.iter().any(|text| text.contains("1 line(s) could not be read")), "{said:?}");
    assert!(said.iter().all(|text| !text.contains("format => 'lines'")), "{said:?}");
}

/// Days that read both ways fill the sample, and one behind it does not.
fn europe() -> String {
    format!("time,user\n{}13/05/2026 00:00,eve\n", "01/05/2026 00:00,bob\n".repeat(60_000))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_date_that_shows_another_order_ends_the_statement() {
    let lab = Lab::new();
    lab.file("eu.csv", europe());
    let sql = "SELECT min(time), max(time), count(time) FROM";
    let report = lab.refusal(&format!("{sql} '{{dir}}/eu.csv'")).await;
    let text = report.to_string();
    for part in ["eu.csv", "line 60002", "13/05/2026 00:00", "day_first => true"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let stated = |is: &str| format!("{sql} read_csv('{{dir}}/eu.csv', day_first => {is})");
    let (rows, said) = lab.told(&stated("true")).await;
    assert_eq!(rows, ["2026-05-01T00:00:00Z | 2026-05-13T00:00:00Z | 60001"]);
    assert!(said.iter().all(|text| !text.contains("01/05/2026")), "nothing is assumed: {said:?}");
    // What contradicts a statement is NULL, and counted.
    let (rows, said) = lab.told(&stated("false")).await;
    assert_eq!(rows, ["2026-01-05T00:00:00Z | 2026-01-05T00:00:00Z | 60000"]);
    assert!(said.iter().any(|text| text.contains("line 60002")), "{said:?}");
    // Where the time is not read, nothing is misread.
    assert_eq!(lab.rows("SELECT count(*) FROM '{dir}/eu.csv'").await, ["60001"]);
    // The control: the order shows in the sample.
    lab.file("shown.csv", format!("{}01/05/2026 00:00,bob\n", europe().replacen("01/05", "13/05", 1)));
    assert_eq!(
        lab.rows(&format!("{sql} '{{dir}}/shown.csv'")).await,
        ["2026-05-01T00:00:00Z | 2026-05-13T00:00:00Z | 60002"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_beside_a_time_of_day_keeps_its_order_too() {
    let lab = Lab::new();
    let days = "01/05/2026,08:00:00,bob\n".repeat(60_000);
    lab.file("eu.csv", format!("date,time,user\n{days}13/05/2026,08:00:00,eve\n"));
    let report = lab.refusal("SELECT max(time) FROM '{dir}/eu.csv'").await.to_string();
    assert!(report.contains("line 60002") && report.contains("13/05/2026"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_column_is_read_in_its_own_order() {
    let lab = Lab::new();
    lab.file("a.csv", "time,created,user\n13/05/2026 08:00,05/13/2026 08:00,a\n03/05/2026 08:00,05/03/2026 08:00,b\n");
    let rows = lab.rows("SELECT time, created FROM '{dir}/a.csv' ORDER BY time").await;
    assert_eq!(rows, ["2026-05-03T08:00:00Z | 2026-05-03T08:00:00Z", "2026-05-13T08:00:00Z | 2026-05-13T08:00:00Z"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_few_odd_values_make_no_text_of_a_time() {
    let lab = Lab::new();
    let times = "2026-05-01 08:00:00,a\n".repeat(12);
    lab.file("zero.csv", format!("time,user\n{times}0000-00-00 00:00:00,b\n"));
    let (rows, said) =
        lab.told("SELECT count(time), count(*) FROM '{dir}/zero.csv' WHERE time > '2026-04-01' OR time IS NULL").await;
    assert_eq!(rows, ["12 | 13"]);
    assert!(
        said.iter().any(|text| text.contains("time: 1") && text.contains("line 14") || text.contains("line 14")),
        "{said:?}"
    );
    // Mail has them so, and logs of the United States.
    for (text, at) in [
        ("\"Fri, 01 May 2026 08:00:00 GMT\"", "2026-05-01T08:00:00Z"),
        ("\"Fri, 1 May 2026 08:00:00 -0200\"", "2026-05-01T10:00:00Z"),
        ("2026-05-01 08:00:00 PDT", "2026-05-01T15:00:00Z"),
    ] {
        lab.file("mail.csv", format!("time,user\n{text},a\n"));
        let (rows, said) = lab.told("SELECT time FROM '{dir}/mail.csv'").await;
        assert_eq!(rows, [at], "{text}");
        assert_eq!(said.iter().any(|said| said.contains("North America")), text.contains("PDT"), "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_is_called_like_a_time_and_is_text_is_told_of() {
    let lab = Lab::new();
    lab.file("de.csv", "time,user\n2026-05-02 08:00 Uhr,a\n2026-05-02 09:00 Uhr,b\n");
    let (rows, said) = lab.told("SELECT time FROM '{dir}/de.csv' ORDER BY 1").await;
    assert_eq!(rows[0], "2026-05-02 08:00 Uhr");
    assert!(said.iter().any(|text| text.contains("is text") && text.contains("08:00 Uhr")), "{said:?}");
    lab.file("both.csv", "time,user\n27/05/2026 08:00,a\n05/27/2026 09:00,b\n");
    let (_, said) = lab.told("SELECT time FROM '{dir}/both.csv'").await;
    assert!(said.iter().any(|text| text.contains("is text") && text.contains("day_first")), "{said:?}");
    // The controls: a time, and a name that promises none.
    lab.file("ok.csv", "time,note\n2026-05-02 08:00,2026-05-02 08:00 Uhr\n");
    let (_, said) = lab.told("SELECT * FROM '{dir}/ok.csv'").await;
    assert!(said.iter().all(|text| !text.contains("is text")), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn repeated_and_refused_logins_say_who_came_from_where() {
    let lab = Lab::new();
    let of = |message: &str| format!("2026-05-01T08:00:00+00:00 web sshd[4]: {message}\n");
    let lines = [
        "message repeated 5 times: [ Failed password for root from 9.9.9.1 port 22 ssh2]",
        "error: maximum authentication attempts exceeded for root from 9.9.9.2 port 22 ssh2 [preauth]",
        "error: PAM: Authentication failure for root from 9.9.9.3",
        "User root from 9.9.9.4 not allowed because not listed in AllowUsers",
    ];
    lab.file("auth.log", lines.map(of).concat());
    let rows = lab.rows("SELECT user_name, client_address, outcome FROM '{dir}/auth.log' ORDER BY line").await;
    assert_eq!(rows, [1, 2, 3, 4].map(|last| format!("root | 9.9.9.{last} | failure")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_of_forwarded_addresses_is_the_client() {
    let lab = Lab::new();
    let line = "1.1.1.5, 10.0.0.1 - - [27/Nov/2026:08:00:00 +0000] \"GET / HTTP/1.1\" 200 15\n";
    lab.file("access.log", line.repeat(2));
    let rows = lab.rows("SELECT client_address, virtual_host FROM '{dir}/access.log'").await;
    assert_eq!(rows, ["1.1.1.5 | NULL"; 2]);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_folder_leaves_out_is_told() {
    let lab = Lab::new();
    lab.file("logs/a.csv", "user,ip\na,1.1.1.1\n");
    lab.file("other/b.csv", "user,ip\nb,1.1.1.2\n");
    let told = |said: &[String]| said.iter().filter(|text| text.contains("left out")).cloned().collect::<Vec<_>>();
    let (_, said) = lab.told("SELECT user FROM '{dir}/logs'").await;
    assert!(told(&said).is_empty(), "the control: {said:?}");
    lab.file("logs/.hidden.csv", "user,ip\nc,1.1.1.3\n");
    std::os::unix::fs::symlink(lab.path("other"), lab.path("logs/link")).unwrap();
    let (rows, said) = lab.told("SELECT user FROM '{dir}/logs'").await;
    assert_eq!(rows, ["a"]);
    let [text] = told(&said).try_into().unwrap_or_else(|_| panic!("{said:?}"));
    assert!(text.contains(".hidden.csv") && text.contains('2'), "{text}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_pattern_matches_names_that_are_no_unicode() {
    use std::os::unix::ffi::OsStrExt as _;
    let lab = Lab::new();
    lab.file("a.csv", "user,ip\na,1.1.1.1\n");
    for name in [&b"b\xff.csv"[..], b"c\xff.txt"] {
        std::fs::write(lab.folder.path().join(std::ffi::OsStr::from_bytes(name)), "user,ip\nb,1.1.1.2\n").unwrap();
    }
    assert_eq!(lab.rows("SELECT user FROM '{dir}/*.csv' ORDER BY 1").await, ["a", "b"]);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_pattern_leads_through_folders_whose_names_are_no_unicode() {
    use std::os::unix::ffi::OsStrExt as _;
    let lab = Lab::new();
    lab.file("logs/a/1.csv", "user,ip\na,1.1.1.1\n");
    for (folder, user) in [(&b"logs/b\xff"[..], "b"), (b"logs/b\xff/c", "c"), (b"logs/d/e\xfe/f", "f")] {
        let folder = lab.folder.path().join(std::ffi::OsStr::from_bytes(folder));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("1.csv"), format!("user,ip\n{user},1.1.1.2\n")).unwrap();
    }
    for (pattern, expected) in [
        ("logs/*/1.csv", &["a", "b"][..]),
        ("logs/*/c/1.csv", &["c"]),
        ("logs/b*/*/?.csv", &["c"]),
        ("logs/**/1.csv", &["a", "b", "c", "f"]),
        ("logs/**", &["a", "b", "c", "f"]),
        ("logs/*", &["a", "b", "c", "f"]),
        ("logs/d/**/f/*.csv", &["f"]),
        ("logs/a/*", &["a"]),
    ] {
        let rows = lab.rows(&format!("SELECT user FROM '{{dir}}/{pattern}' ORDER BY 1")).await;
        assert_eq!(rows, expected, "{pattern}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_states_the_form_of_its_time() {
    let lab = Lab::new();
    let event = |time: &str, form: &str| {
        format!("LEEF:1.0|V|P|1|login|devTime={time}\tdevTimeFormat={form}\tsrc=1.1.1.1\tusrName=ann\n")
    };
    let lines = [
        event("03/04/2026 08:00:00", "dd/MM/yyyy HH:mm:ss"),
        event("Nov 27 2026 08:00:00.250 GMT", "MMM dd yyyy HH:mm:ss.SSS z"),
        event("1795766400000", "milliseconds"),
        event("2026-11-27 08:00:00", "dd/MM/yyyy HH:mm:ss"),
        event("03/04/2026 08:00:00", "dd/MM/yyyy"),
    ];
    lab.file("a.leef", lines.concat());
    let (rows, said) = lab.told("SELECT line, time FROM '{dir}/a.leef' ORDER BY line").await;
    assert_eq!(
        rows,
        [
            "1 | 2026-04-03T08:00:00Z",
            "2 | 2026-11-27T08:00:00.250Z",
            "3 | 2026-11-27T08:00:00Z",
            // What is misstated can be read in one way, or is none.
            "4 | 2026-11-27T08:00:00Z",
            "5 | NULL",
        ]
    );
    assert!(said.iter().any(|text| text.contains("line 5")), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn times_of_an_hour_that_clocks_show_twice_or_never_are_counted() {
    let lab = Lab::new();
    let line = |at: &str| format!("{at},bob\n");
    let hours = ["2026-10-25 01:59:59", "2026-10-25 02:30:00", "2026-10-25 02:59:59", "2026-10-25 03:00:00"];
    let gone = ["2026-03-29 02:30:00", "2026-03-29 03:00:00"];
    let all: String = hours.iter().chain(&gone).map(|at| line(at)).collect();
    // The same in pieces that are read side by side.
    for times in [1_usize, 40_000] {
        lab.file("paris.csv", format!("time,user\n{}", all.repeat(times)));
        let from =
            |zone: &str| format!("SELECT count(*), max(time) FROM read_csv('{{dir}}/paris.csv', timezone => '{zone}')");
        let (rows, said) = lab.told(&from("Europe/Paris")).await;
        assert_eq!(rows, [format!("{} | 2026-10-25T02:00:00Z", 6 * times)]);
        for (count, what, first) in [(2 * times, "showed twice", 3), (times, "passed over", 6)] {
            let told = said.iter().find(|text| text.contains(what)).unwrap_or_else(|| panic!("{what}: {said:?}"));
            assert!(told.contains(&format!("{count} time(s)")) && told.contains(&format!("line {first})")), "{told}");
        }
        // It is of no matter where nobody asks for times, and where the zone has one hour for each.
        let unasked = lab.told("SELECT max(user) FROM read_csv('{dir}/paris.csv', timezone => 'Europe/Paris')").await;
        for (_, said) in [unasked, lab.told(&from("+01:00")).await] {
            assert!(said.iter().all(|text| !text.contains("hour that")), "{said:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_of_an_event_that_is_not_understood_is_counted() {
    let lab = Lab::new();
    let event = |rt: &str| format!("Jan 18 11:07:53 h CEF:0|V|P|1|7|n|5|rt={rt} act=x\n");
    let text = event("Nov 20 2026 08:00:01 UTC") + &event("Nov 20 2026 08:00:01 CET").repeat(3);
    lab.file("x.cef", text);
    let (rows, said) = lab.told("SELECT count(*), count(time) FROM '{dir}/x.cef'").await;
    assert_eq!(rows, ["4 | 4"]);
    let told = said.iter().find(|text| text.contains("not understood")).unwrap_or_else(|| panic!("{said:?}"));
    assert!(told.contains("3 time(s)") && told.contains("line 2)"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn null_and_an_empty_text_come_back_from_a_csv_of_our_own() {
    let lab = Lab::new();
    for (columns, separator) in [("n, note", "csv"), ("note, n", "tsv")] {
        let values = "(VALUES (1, NULL), (2, ''), (3, ' '), (4, 'a,b'), (5, '\"'), (6, E'two\\nlines'), (7, 'NULL')) AS v(n, note)";
        let written = lab.written(&format!("SELECT {columns} FROM {values} ORDER BY n"), separator).await;
        lab.file(&format!("own.{separator}"), written);
        let sql = |from: &str| format!("SELECT n, note, note IS NULL FROM {from} ORDER BY n");
        let (rows, _) = lab.told(&sql(&format!("'{{dir}}/own.{separator}'"))).await;
        assert_eq!(rows, lab.told(&sql(values)).await.0, "{separator}");
    }
}
