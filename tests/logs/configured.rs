//! Logs that a configuration names.

use std::fs;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const VPN: &str =
    "time;user;ip\n01.05.2026 10:00:00;ada@contoso.com;203.0.113.9\n01.05.2026 10:05:00;bob@contoso.com;203.0.113.10\n";

struct Home(TempDir);

impl Home {
    fn new(config: &str) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        home.write(".config/auditql/config.toml", &format!("version = 1\n{config}"));
        home.write(".config/auditql/vpn.log", VPN);
        home
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_auditql"));
        command.args(args).current_dir(self.0.path()).env_clear().env("HOME", self.0.path());
        command.stdin(Stdio::null()).output().unwrap()
    }

    fn good(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn failed(&self, args: &[&str], code: i32, err: &str) {
        let output = self.run(args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(code) && said.contains(err), "{args:?}: {:?} {said}", output.status);
    }
}

const ONPREM: &str = "[connections.onprem]\nkind = 'files'\n[connections.onprem.tables.vpn]\npath = 'vpn.log'\nformat = 'csv'\n\
                      delimiter = ';'\ntimezone = 'Europe/Paris'\n";
const COUNT: &str = "SELECT count(*) AS n, min(time) AS first FROM ";

#[test]
fn named_logs_are_tables_beside_whatever_is_opened() {
    let home = Home::new(ONPREM);
    // The path begins at the folder of the configuration; the times are those of Paris.
    let expected = "n,first\n2,2026-05-01T08:00:00Z\n";
    for table in ["vpn", "onprem.vpn", "onprem.main.vpn"] {
        assert_eq!(home.good(&["--format", "csv", "-c", &format!("{COUNT}{table}")]), expected, "{table}");
    }
    let demo = ["demo", "--rows", "500", "--now", "2026-05-01T12:00:00Z", "--no-throttle", "--format", "csv", "-c"];
    assert_eq!(home.good(&[&demo[..], &[&format!("{COUNT}onprem.vpn")]].concat()), expected);
    let joined = "SELECT count(*) > 0 AS found FROM onprem.vpn v JOIN sign_ins s ON s.user_principal_name LIKE '%' || split_part(v.user_name, '@', 2)";
    assert_eq!(home.good(&[&demo[..], &[joined]].concat()).lines().next(), Some("found"));
}

#[test]
fn a_table_that_cannot_be_read_fails_where_it_is_asked_for_and_nowhere_else() {
    let home = Home::new(&format!("{ONPREM}[connections.onprem.tables.gone]\npath = 'nowhere/*.log'\n"));
    assert!(home.good(&["--format", "csv", "-c", "SELECT table_name FROM information_schema.tables"]).contains("gone"));
    home.good(&["-c", "SELECT count(*) FROM information_schema.columns"]);
    home.good(&["-c", "SELECT count(*) FROM vpn"]);
    home.failed(&["-c", "SELECT time FROM gone"], 1, "there is no file");
    home.failed(&["-c", "SELECT count(*) FROM onprem.gone"], 1, "there is no file");
}

#[test]
fn what_a_configuration_says_of_logs_is_read_strictly() {
    let table = |keys: &str| format!("[connections.onprem]\nkind = 'files'\n[connections.onprem.tables.vpn]\n{keys}\n");
    for (config, err) in [
        (table(""), "'connections.onprem.tables.vpn' has no path"),
        (table("path = 'a'\nformats = 'csv'"), "did you mean format?"),
        (table("path = 'a'\nformat = 'nonsense'"), "there is no format nonsense"),
        (table("path = 'a'\nheading = 'perhaps'"), "neither true nor false"),
        (table("path = 'a'\nyear = [1]"), "must be a string, a number, or true or false"),
        ("[connections.a]\ntenant = 't'\n[connections.a.tables.vpn]\npath = 'x'\n".into(), "its kind is not \"files\""),
        ("[connections.entra]\nkind = 'files'\n[connections.entra.tables.vpn]\npath = 'x'\n".into(), "'entra'"),
        ("[connections.a]\nkind = 'files'\n[connections.a.tables.'VPN 1']\npath = 'x'\n".into(), "'VPN 1'"),
    ] {
        Home::new(&config).failed(&["-c", "SELECT 1"], 2, err);
    }
}

#[test]
fn a_project_folder_names_no_files() {
    let home = Home::new(ONPREM);
    for text in [
        "[connections.onprem.tables.vpn]\npath = '/etc/passwd'",
        "[connections.other]\nkind = 'files'\n[connections.other.tables.x]\npath = '/etc/passwd'",
    ] {
        home.write("auditql.toml", &format!("version = 1\n{text}\n"));
        home.failed(&["-c", "SELECT 1"], 2, "a file in the working folder may not set 'connections'");
    }
    // The control: a choice among what the user has is fine.
    home.write("auditql.toml", "version = 1\nconnection = 'onprem'\n");
    assert_eq!(home.good(&["--format", "csv", "-c", "SELECT count(*) AS n FROM vpn"]), "n\n2\n");
}

#[test]
fn names_and_addresses_of_logs_are_not_shown_where_results_are_redacted() {
    let home = Home::new(ONPREM);
    home.write(".config/auditql/vpn.log", &format!("{VPN}a;b;c;d;e;secret-name\n"));
    let output = home.run(&["--redact", "--format", "ndjson", "-c", "SELECT * FROM vpn"]);
    let all = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    for secret in ["ada@contoso.com", "ada", "203.0.113.9", "bob", "secret-name"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
    assert!(all.contains("raw records are left out"), "{all}");
    // The control: without it they are there.
    let output = home.run(&["--format", "ndjson", "-c", "SELECT * FROM vpn"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("ada@contoso.com"));
}
