//! What the command line says, and what is read of it.

use std::time::Duration;

use super::*;

fn read(args: &[&str]) -> Result<Args, clap::Error> {
    parse(std::iter::once("auditql").chain(args.iter().copied()).map(OsString::from))
}

#[test]
fn the_grammar_is_sound() {
    command().debug_assert();
}

#[test]
fn every_setting_is_a_flag_on_either_side_of_demo() {
    let args = read(&["--max-requests", "5", "demo", "--partial", "--timeout", "10m", "--pushdown=false"]).unwrap();
    let expected = [("max_requests", "5"), ("timeout", "10m"), ("partial", "true"), ("pushdown", "false")];
    assert_eq!(args.settings, expected.map(|(name, value)| (name, value.to_owned())));
    for setting in settings::ALL {
        let flag = format!("--{}=x", setting.name.replace('_', "-"));
        assert_eq!(read(&[&flag]).unwrap().settings, [(setting.name, "x".to_owned())]);
    }
}

#[test]
fn the_demos_replies_take_as_long_as_a_client_waits() {
    let demo = |args: &[&str]| read(&[&["demo"], args].concat()).map(|args| args.demo.unwrap());
    let lying = demo(&["--lie", "ipAddress,appId", "--lie=createdDateTime"]).unwrap();
    assert_eq!(lying.lies, ["ipAddress", "appId", "createdDateTime"]);
    let slow = demo(&["--latency", "100ms", "--link-life", "2s"]).unwrap();
    assert_eq!((slow.latency, slow.link_life), (Some(Duration::from_millis(100)), Some(Duration::from_secs(2))));
    for wrong in ["--latency=31s", "--latency=100", "--latency=-1ms", "--latency=1.5s", "--link-life=x", "--latency=ms"]
    {
        demo(&[wrong]).unwrap_err();
    }
    for wrong in ["--rows=abc", "--seed=1.5", "--rows=-1"] {
        let told = demo(&[wrong]).unwrap_err().to_string();
        assert!(told.contains("whole number"), "{told}");
    }
    for wrong in ["--tenants=abc", "--tenants=3"] {
        assert!(demo(&[wrong]).unwrap_err().to_string().contains("1 or 2"), "{wrong}");
    }
    assert_eq!(demo(&["--latency=30"]).unwrap().latency, Some(Duration::from_secs(30)), "seconds, as settings have it");
}

#[test]
fn statements_and_files_keep_their_order() {
    for demo in [&[][..], &["demo"]] {
        let flags = ["-c", "A", "-f", "b.sql", "-c", "C"];
        let args = read(&[demo, &flags].concat()).unwrap();
        assert_eq!(args.inputs, [Input::Text("A".into()), Input::File("b.sql".into()), Input::Text("C".into())]);
    }
    assert_eq!(read(&["-c", "A", "demo"]).unwrap().inputs, [Input::Text("A".into())]);
}

#[test]
fn sql_may_begin_with_a_comment_and_a_flag_is_not_sql() {
    let sql = "-- who\nSELECT 1";
    for args in [&["-c", sql][..], &["-c", sql, "demo"], &["demo", "-c", sql]] {
        assert_eq!(read(args).unwrap().inputs, [Input::Text(sql.into())], "{args:?}");
    }
    for args in [&["-c", "--verbose"][..], &["-c", "-v"], &["-c", "--timeout=5s", "demo"], &["-c"]] {
        assert_eq!(read(args).unwrap_err().exit_code(), 2, "{args:?}");
    }
}

#[test]
fn flags_behind_a_saved_query_are_the_program_s_and_the_rest_is_for_the_query() {
    let behind = ["--since", "7d", "--format", "csv", "--ips=@f", "-q", "--timeout=5m", "--partial", "--user", "--x"];
    for (first, is_demo) in [(&["run", "spray"][..], false), (&["demo", "--rows", "5", "run", "spray"], true)] {
        let args = read(&[first, &behind].concat()).unwrap();
        let words = ["--since", "7d", "--ips=@f", "--user", "--x"].map(str::to_owned).to_vec();
        assert_eq!(args.saved, Some(Saved::Run { name: "spray".into(), words }));
        assert_eq!((args.format.as_deref(), args.quiet, args.demo.is_some()), (Some("csv"), true, is_demo));
        assert_eq!(args.settings.len(), 2, "{:?}", args.settings);
        assert!(args.demo.is_none_or(|demo| demo.rows == Some(5)));
    }
    let args = read(&["queries", "inbox", "rules"]).unwrap();
    assert_eq!(args.saved, Some(Saved::List("inbox rules".into())));
    assert_eq!(read(&["queries", "show", "x"]).unwrap().saved, Some(Saved::Show("x".into())));
    assert_eq!(read(&["run"]).unwrap_err().exit_code(), 2);
    assert_eq!(read(&["run", "x", "--format", "xml"]).unwrap_err().exit_code(), 2);
}

#[test]
fn sql_needs_no_flag_and_a_word_alone_is_no_sql() {
    let sql = "SELECT 1";
    for args in [&[sql][..], &["--format", "csv", sql], &["demo", sql], &["demo", "--rows", "5", sql]] {
        let read = read(args).unwrap();
        assert_eq!((read.inputs, read.saved), (vec![Input::Text(sql.into())], None), "{args:?}");
    }
    let both = read(&["-c", "SELECT 2", sql]).unwrap();
    assert_eq!(both.inputs, [Input::Text("SELECT 2".into()), Input::Text(sql.into())]);
    for (args, told) in [
        (&["quer"][..], "'queries'"),
        (&["SELECT", "1"], "in quotes"),
        (&["demo", "runn"], "'run'"),
        (&["Cargo.toml"], "--input"),
        (&[sql, sql], "-c"),
    ] {
        let error = read(args).unwrap_err();
        assert!(error.exit_code() == 2 && error.to_string().contains(told), "{args:?}: {error}");
    }
    assert_eq!(read(&["run", "x"]).unwrap().inputs, []);
}

#[test]
fn exports_are_taken_on_either_side_of_demo() {
    let inputs = ["--input", "a.json", "--input", "logs/*.csv"];
    for args in [[&inputs[..], &["demo"]].concat(), [&["demo"], &inputs[..]].concat(), inputs.to_vec()] {
        assert_eq!(read(&args).unwrap().exports, [PathBuf::from("a.json"), "logs/*.csv".into()], "{args:?}");
    }
}

#[test]
fn secrets_are_refused_without_being_repeated() {
    for flag in SECRET_FLAGS {
        for args in [vec![format!("{flag}=CANARY")], vec![(*flag).to_owned(), "CANARY".into()]] {
            let args: Vec<OsString> = args.into_iter().map(OsString::from).collect();
            let report = refuse_secrets(&args).unwrap_err();
            assert!(report.exit == Exit::Usage && !report.to_string().contains("CANARY"), "{report}");
        }
    }
    refuse_secrets(&["-c".into(), "SELECT '--token'".into()]).unwrap();
}

#[test]
fn what_makes_no_sense_is_refused() {
    for args in [
        &["--format", "xml"][..],
        &["demo", "--now", "today"],
        &["demo", "--serve", "x"],
        &["--frmat", "csv"],
        &["--rows", "5"],
    ] {
        assert_eq!(read(args).unwrap_err().exit_code(), 2, "{args:?}");
    }
}
