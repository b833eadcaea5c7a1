//! The formats, by example and damaged.

use super::*;
use crate::logs::trials::{damaged, options, recognised, table};

const CEF: &str = concat!(
    "Sep 19 08:26:10 host CEF:0|Security|threatmanager|1.0|100|worm successfully stopped|10|src=10.0.0.1 dst=2.1.2.2 spt=1232\n",
    "CEF:0|security|threatmanager|1.0|100|detected a \\| in packet|10|src=::ffff:10.0.0.1 act=blocked a \\= dst=1.1.1.1 rt=1764230400000\n",
    "<134>1 2026-11-20T08:00:00Z fw - - - - CEF:1|V|P|2|c\\\\d|n|Low|suser=CONTOSO\\\\alice msg=two words\\nand a line rt=Nov 20 2026 08:00:01 cs1Label=x\n",
);

#[test]
fn the_examples_of_cef_are_read() {
    let rows = table("x.log", CEF, &options(&[("year", "2026")]));
    assert_eq!(
        rows,
        [
            "time | client_address | user_name | host | vendor | product | product_version | event_class | event_name | severity | extension",
            "1: 2026-09-19T08:26:10Z | 10.0.0.1 | ∅ | host | Security | threatmanager | 1.0 | 100 | worm successfully stopped | 10 | src=10.0.0.1;dst=2.1.2.2;spt=1232",
            "2: 2025-11-27T08:00:00Z | 10.0.0.1 | ∅ | ∅ | security | threatmanager | 1.0 | 100 | detected a | in packet | 10 | src=::ffff:10.0.0.1;act=blocked a =;dst=1.1.1.1;rt=1764230400000",
            "3: 2026-11-20T08:00:01Z | ∅ | CONTOSO\\alice | fw | V | P | 2 | c\\d | n | Low | suser=CONTOSO\\alice;msg=two words\nand a line;rt=Nov 20 2026 08:00:01;cs1Label=x",
        ]
    );
}

#[test]
fn a_key_that_comes_very_often_costs_each_time_the_same() {
    let line = format!("CEF:0|V|P|1|1|n|5|{}\n", "a=1 ".repeat(20_000));
    let rows = table("x.log", &line, &Options::default());
    assert!(rows[1].ends_with(";a_19999=1;a_20000=1"), "{}", rows.len());
}

#[test]
fn a_day_that_the_stated_year_does_not_have_is_counted() {
    let line = "Feb 29 08:00:00 fw CEF:0|V|P|1|1|n|5|src=10.0.0.1\n";
    let rows = table("x.log", line, &options(&[("year", "2023")]));
    assert!(rows[1].starts_with("1: ∅ | 10.0.0.1"), "{rows:?}");
    assert_eq!(rows[2..], ["1? time 02-29 08:00:00"]);
    // The control: a year that has it.
    assert_eq!(table("x.log", line, &options(&[("year", "2024")])).len(), 2);
}

const LEEF: &str = concat!(
    "Jan 18 11:07:53 192.168.1.1 LEEF:1.0|Microsoft|MSExchange|2013 SP1|15345|src=192.0.2.0\tdst=172.50.123.1\tsev=5\tcat=anomaly\tusrName=joe.black\n",
    "LEEF:2.0|Lancope|StealthWatch|1.0|41|^|src=10.0.1.8^dst=10.0.0.5^sev=5^devTime=Nov 20 2026 08:00:00 GMT+01:00\n",
    "LEEF:2.0|V|P|1.0|7|x7C|src=10.0.1.8|msg=a=b c\n",
);

#[test]
fn the_examples_of_leef_are_read() {
    let rows = table("x.log", LEEF, &options(&[("year", "2018")]));
    assert_eq!(
        rows[1..],
        [
            "1: 2018-01-18T11:07:53Z | 192.0.2.0 | joe.black | 192.168.1.1 | Microsoft | MSExchange | 2013 SP1 | 15345 | ∅ | 5 | src=192.0.2.0;dst=172.50.123.1;sev=5;cat=anomaly;usrName=joe.black",
            "2: 2026-11-20T07:00:00Z | 10.0.1.8 | ∅ | ∅ | Lancope | StealthWatch | 1.0 | 41 | ∅ | 5 | src=10.0.1.8;dst=10.0.0.5;sev=5;devTime=Nov 20 2026 08:00:00 GMT+01:00",
            "3: ∅ | 10.0.1.8 | ∅ | ∅ | V | P | 1.0 | 7 | ∅ | ∅ | src=10.0.1.8;msg=a=b c",
        ]
    );
    assert_eq!(recognised("x.log", LEEF.as_bytes(), &Options::default()).format.name(), "leef");
    assert_eq!(recognised("x.log", CEF.as_bytes(), &Options::default()).format.name(), "cef");
}

#[test]
fn a_device_s_time_is_known_by_its_form_or_by_itself() {
    let head = "Jan 18 11:07:53 h LEEF:2.0|V|P|1.0|7|^|";
    for (event, expected) in [
        ("devTimeFormat=dd/MM/yyyy HH:mm^devTime=03/04/2026 08:00", "1: 2026-04-03T08:00:00Z"),
        ("devTimeFormat=dd/MM/YYYY HH:mm^devTime=03/04/2026 08:00", "1: 2026-04-03T08:00:00Z"),
        ("devTimeFormat=dd/MM/yyyy^devTime=03/04/2026 08:00", "1? time 03/04/2026 08:00"),
        // What is misstated takes no known time away.
        ("devTimeFormat=dd/MM/yyyy^devTime=2026-04-03T08:00:00Z", "1: 2026-04-03T08:00:00Z"),
        ("devTimeFormat=dd/MM/yyyy^devTime=23/04/2026 08:00", "1: 2026-04-23T08:00:00Z"),
        ("devTimeFormat=dd/MM/yyyy^devTime=03/04/2026 08:00^rt=1764230400000", "1: 2025-11-27T08:00:00Z"),
        ("devTimeFormat=dd/MM/yyyy^devTime=1764230400000", "1: 2025-11-27T08:00:00Z"),
        ("devTimeFormat=dd/MM/yyyy^devTime=Jan 17 08:00:00", "1? time Jan 17 08:00:00"),
        // The control: without a form it is the time that one reads first.
        ("devTime=03/04/2026 08:00", "1: 2026-03-04T08:00:00Z"),
        ("devTime=never", "1: 2026-01-18T11:07:53Z"),
    ] {
        let told = table("x.log", &format!("{head}{event}\n"), &options(&[("year", "2026")]));
        let told: Vec<&str> = told.iter().filter_map(|told| told.split(" | ").next()).collect();
        assert!(told.contains(&expected), "{event}: {told:?}");
        assert_eq!(told.iter().any(|told| told.starts_with("1?")), expected.starts_with("1?"), "{event}: {told:?}");
    }
}

#[test]
fn a_time_of_an_event_that_is_not_understood_is_told() {
    let bare = "CEF:0|V|P|1|7|n|5|";
    let behind_syslog = format!("Jan 18 11:07:53 h {bare}");
    for (head, rt, expected) in [
        (bare, "rt=Nov 20 2026 08:00:01", ["1: 2026-11-20T08:00:01Z", ""]),
        (bare, "rt=Nov 20 2026 08:00:01.5 GMT+01:00", ["1: 2026-11-20T07:00:01.500Z", ""]),
        (bare, "rt=Nov 20 08:00:01 UTC", ["1: 2026-11-20T08:00:01Z", ""]),
        (bare, "rt=Nov 20 08:00:01 EST", ["1: 2026-11-20T13:00:01Z", ""]),
        // Nothing stands for it.
        (bare, "rt=20 brumaire 08:00:01", ["1: ∅", "1? time 20 brumaire 08:00:01"]),
        (bare, "rt=Nov 20 2026 08:00:01 CET", ["1: ∅", "1? time Nov 20 2026 08:00:01 CET"]),
        (bare, "rt=Feb 31 2026 08:00:01", ["1: ∅", "1? time Feb 31 2026 08:00:01"]),
        // Another time does.
        (&behind_syslog, "rt=Nov 20 2026 08:00:01 CET", ["1: 2026-01-18T11:07:53Z", "1~ Replaced"]),
        (bare, "rt=soon start=1764230400000", ["1: 2025-11-27T08:00:00Z", "1~ Replaced"]),
        // What is not there is not misunderstood.
        (&behind_syslog, "act=x", ["1: 2026-01-18T11:07:53Z", ""]),
        (bare, "act=x", ["1: ∅", ""]),
    ] {
        let told = table("x.cef", &format!("{head}{rt}\n"), &options(&[("year", "2026"), ("format", "cef")]));
        let row = told[1].split(" | ").next();
        let said = told.get(2).map_or("", String::as_str);
        assert_eq!([row.unwrap_or_default(), said], expected, "{head}{rt}");
    }
}

#[test]
fn damaged_lines_are_accounted_for() {
    let count = damaged("x.cef", &CEF.repeat(4), true, &|_, _| false);
    assert!(count >= 100, "{count}");
    let count = damaged("x.leef", &LEEF.repeat(4), true, &|_, _| false);
    assert!(count >= 100, "{count}");
}
