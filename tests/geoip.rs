//! Addresses looked up in databases of places and networks: answers, and every way to have none.

mod mmdb;

use std::fs;
use std::path::Path;

use auditql::engine::{Engine, Policy};
use auditql::report::{About, Report};
use auditql::settings::Settings;
use mmdb::{Pointers, Value, database};
use tempfile::TempDir;

use crate::lab::{answer, now};

fn place<'a>(country: &'a str, city: &'a str) -> Value<'a> {
    let names = Value::Map(vec![("de", Value::Text("anders")), ("en", Value::Text(city))]);
    let country = Value::Map(vec![("geoname_id", Value::Number(1)), ("iso_code", Value::Text(country))]);
    Value::Map(vec![("city", Value::Map(vec![("names", names)])), ("country", country)])
}

fn system(number: u32, name: &str) -> Value<'_> {
    Value::Map(vec![
        ("autonomous_system_number", Value::Number(number)),
        ("autonomous_system_organization", Value::Text(name)),
    ])
}

fn cities(version: u16, pointers: Pointers) -> Vec<u8> {
    let mut all = vec![("203.0.113.0/24", place("NL", "Amsterdam")), ("198.51.100.128/25", place("BR", "São Paulo"))];
    if version == 6 {
        all.push(("2001:db8:7::/48", place("SE", "Umeå")));
    }
    database("GeoLite2-City", version, pointers, &all)
}

fn systems() -> Vec<u8> {
    let all = [("203.0.112.0/20", system(64_496, "Example Hosting")), ("2001:db8::/32", system(4_200_000_001, "Six"))];
    database("GeoLite2-ASN", 6, Pointers::Of24, &all)
}

fn engine(files: &str) -> Engine {
    let mut settings = Settings::default();
    settings.set("geoip", files).unwrap();
    Engine::builder().policy(Policy::LOCAL).settings(settings).now(now()).build().unwrap()
}

/// The databases of a folder, as the setting takes them.
fn written(folder: &TempDir, files: &[(&str, Vec<u8>)]) -> String {
    let path = |name: &str| folder.path().join(name).display().to_string();
    files.iter().for_each(|(name, bytes)| fs::write(path(name), bytes).unwrap());
    files.iter().map(|(name, _)| path(name)).collect::<Vec<_>>().join(",")
}

async fn one(engine: &Engine, sql: &str) -> String {
    answer(engine, sql).await.unwrap_or_else(|error| panic!("{sql}\n{error}")).rows().join("\n")
}

async fn refusal(engine: &Engine, sql: &str) -> String {
    match answer(engine, sql).await {
        Ok(answer) => panic!("{sql} was answered: {:?}", answer.rows()),
        Err(error) => {
            format!("{:?}", Report::of_query(&error, &About { sql, line: 1, tables: &[], ..About::default() }))
        }
    }
}

#[tokio::test]
async fn an_address_is_looked_up_in_trees_of_both_kinds() {
    for (version, pointers) in [(4, Pointers::Of24), (4, Pointers::Of28), (6, Pointers::Of24), (6, Pointers::Of32)] {
        let folder = TempDir::new().unwrap();
        let engine = engine(&written(&folder, &[("c.mmdb", cities(version, pointers)), ("a.mmdb", systems())]));
        let six = if version == 6 { "SE Umeå" } else { "NULL NULL" };
        for (address, place, system) in [
            ("203.0.113.9", "NL Amsterdam", "64496 Example Hosting"),
            ("203.0.113.9:443", "NL Amsterdam", "64496 Example Hosting"),
            ("::ffff:203.0.113.9", "NL Amsterdam", "64496 Example Hosting"),
            ("203.0.112.1", "NULL NULL", "64496 Example Hosting"),
            ("198.51.100.128", "BR São Paulo", "NULL NULL"),
            ("198.51.100.127", "NULL NULL", "NULL NULL"),
            ("[2001:db8:7::1]:80", six, "4200000001 Six"),
            ("2001:db9::1", "NULL NULL", "NULL NULL"),
            ("vpn.example.org", "NULL NULL", "NULL NULL"),
            ("", "NULL NULL", "NULL NULL"),
        ] {
            let (_, city) = place.split_once(' ').unwrap();
            let (country, (asn, org)) = (place.split(' ').next().unwrap(), system.split_once(' ').unwrap());
            let of_value = format!("'{address}'");
            for (given, from) in [(of_value.as_str(), ""), ("a", &*format!(" FROM (VALUES ('{address}')) v(a)"))] {
                let sql = format!(
                    "SELECT coalesce(geoip_country({given}), 'NULL'), coalesce(geoip_city({given}), 'NULL'), \
                     coalesce(geoip_asn({given})::text, 'NULL'), coalesce(geoip_org({given}), 'NULL'){from}"
                );
                let found = one(&engine, &sql).await;
                let joined = [country, city, asn, org].join(" | ");
                assert_eq!(found, joined, "{address} in version {version}");
            }
        }
        assert_eq!(one(&engine, "SELECT geoip_asn(NULL) IS NULL AND geoip_city(NULL) IS NULL").await, "true");
    }
}

#[tokio::test]
async fn a_condition_on_a_place_chooses_rows() {
    let folder = TempDir::new().unwrap();
    let engine = engine(&written(&folder, &[("c.mmdb", cities(6, Pointers::Of28))]));
    fs::write(folder.path().join("vpn.csv"), "user,ip\nada,203.0.113.5\nbob,198.51.100.200\neve,-\n").unwrap();
    let log = folder.path().join("vpn.csv");
    let sql = |condition: &str| format!("SELECT count(*) FROM '{}' WHERE {condition}", log.display());
    for (condition, expected) in
        [("geoip_country(ip) = 'NL'", "1"), ("geoip_country(ip) <> 'NL'", "1"), ("geoip_country(ip) IS NULL", "1")]
    {
        assert_eq!(one(&engine, &sql(condition)).await, expected, "{condition}");
    }
}

#[tokio::test]
async fn without_a_database_the_question_is_refused_before_anything_is_read() {
    let engine = engine("none");
    for sql in [
        "SELECT geoip_country('203.0.113.9')",
        "EXPLAIN SELECT geoip_country(a) FROM (VALUES ('203.0.113.9')) v(a)",
        "SELECT a FROM (VALUES ('203.0.113.9')) v(a) WHERE false AND geoip_asn(a) = 1 OR geoip_asn(a) = 2",
    ] {
        let said = refusal(&engine, sql).await;
        assert!(said.contains("no database") && said.contains("SET auditql.geoip ="), "{sql}: {said}");
    }
    let said = refusal(&engine, "SELECT geoip_country(1)").await;
    assert!(said.contains("does not take (bigint)") && said.contains("geoip_country(address)"), "{said}");
}

#[tokio::test]
async fn a_database_of_something_else_is_not_answered_from_with_null() {
    let folder = TempDir::new().unwrap();
    let cities_only = engine(&written(&folder, &[("c.mmdb", cities(6, Pointers::Of24))]));
    let said = refusal(&cities_only, "SELECT geoip_asn('203.0.113.9')").await;
    assert!(said.contains("none of the databases has autonomous systems") && said.contains("GeoLite2-City"), "{said}");
    // One that calls itself so and has other fields.
    let flat = Value::Map(vec![("country", Value::Text("NL"))]);
    let flat = database("x\u{1b}[31m-Country", 4, Pointers::Of24, &[("203.0.113.0/24", flat)]);
    let flat = engine(&written(&folder, &[("f.mmdb", flat)]));
    let said = refusal(&flat, "SELECT geoip_country('203.0.113.9')").await;
    assert!(said.contains("f.mmdb cannot be read at 203.0.113.9"), "{said}");
    let said = refusal(&flat, "SELECT geoip_asn('203.0.113.9')").await;
    assert!(said.contains("x[31m-Country") && !said.contains("\\u{1b}"), "{said}");
}

#[tokio::test]
async fn what_is_no_database_says_so() {
    let folder = TempDir::new().unwrap();
    let whole = cities(6, Pointers::Of24);
    let files = [
        ("text.mmdb", b"network,country\n".to_vec(), "is no database in MaxMind's format"),
        ("empty.mmdb", Vec::new(), "is no database in MaxMind's format"),
        ("cut.mmdb", whole[..whole.len() / 2].to_vec(), "is no database in MaxMind's format"),
    ];
    for (name, bytes, expected) in files {
        let said = refusal(&engine(&written(&folder, &[(name, bytes)])), "SELECT geoip_country('203.0.113.9')").await;
        assert!(said.contains(name) && said.contains(expected), "{name}: {said}");
    }
    for (path, expected) in [
        (folder.path().join("missing.mmdb"), "cannot be read"),
        (folder.path().to_owned(), "is no regular file"),
        (Path::new("/dev/zero").to_owned(), "is no regular file"),
    ] {
        let said = refusal(&engine(&path.display().to_string()), "SELECT geoip_country('203.0.113.9')").await;
        assert!(said.contains(expected), "{}: {said}", path.display());
    }
}

#[tokio::test]
async fn who_may_name_the_file() {
    let folder = TempDir::new().unwrap();
    let files = written(&folder, &[("c.mmdb", cities(4, Pointers::Of24))]);
    let set = format!("SET auditql.geoip = '{files}'");
    let own = engine("none");
    one(&own, &set).await;
    assert_eq!(one(&own, "SELECT geoip_country('203.0.113.9')").await, "NL");
    // What is open stays as it was read; who names it again reads it again.
    fs::remove_file(&files).unwrap();
    assert_eq!(one(&own, "SELECT geoip_city('203.0.113.9')").await, "Amsterdam");
    one(&own, "SET auditql.geoip = 'none'").await;
    refusal(&own, "SELECT geoip_city('203.0.113.9')").await;
    one(&own, &set).await;
    let said = refusal(&own, "SELECT geoip_city('203.0.113.9')").await;
    assert!(said.contains("cannot be read"), "{said}");
    // Whoever hands on the SQL of others names the file himself.
    let files = written(&folder, &[("c.mmdb", cities(4, Pointers::Of24))]);
    let mut settings = Settings::default();
    settings.set("geoip", &files).unwrap();
    let host = Engine::builder().settings(settings).now(now()).build().unwrap();
    assert_eq!(one(&host, "SELECT geoip_country('203.0.113.9')").await, "NL");
    for sql in ["SET auditql.geoip = '/etc/passwd'", "RESET auditql.geoip"] {
        let said = refusal(&host, sql).await;
        assert!(said.contains("cannot be changed by a statement"), "{sql}: {said}");
    }
}

/// Names are whatever somebody put there: they are values, and no longer than names are.
#[tokio::test]
async fn names_of_a_database_are_not_trusted() {
    let folder = TempDir::new().unwrap();
    let (odd, long) = ("a\u{1b}]0;x\u{7}\r\n', DROP", "x".repeat(1025));
    let all = [
        ("203.0.113.0/25", system(1, odd)),
        ("203.0.113.128/26", system(2, &long)),
        ("203.0.113.192/26", system(3, &long[..1024])),
    ];
    let engine = engine(&written(&folder, &[("a.mmdb", database("A-ASN", 4, Pointers::Of24, &all))]));
    let sql = format!("SELECT geoip_org('203.0.113.1') = '{}'", odd.replace('\'', "''"));
    assert_eq!(one(&engine, &sql).await, "true");
    assert_eq!(one(&engine, "SELECT length(geoip_org('203.0.113.200'))").await, "1024");
    let said = refusal(&engine, "SELECT geoip_org('203.0.113.130')").await;
    assert!(said.contains("a name of 1025 bytes"), "{said}");
}

/// Each damaged file is answered from, or refused with its name. Undamaged, it is answered from: the control.
#[tokio::test]
async fn a_damaged_database_is_an_answer_or_an_error() {
    let sound = cities(6, Pointers::Of28);
    let seed: u64 = 0x6765_6f69_7000_0001;
    let mut random = fastrand::Rng::with_seed(seed);
    let sql = "SELECT count(geoip_country(a)), count(geoip_city(a)) FROM \
               (VALUES ('203.0.113.9'), ('198.51.100.200'), ('2001:db8:7::1'), ('8.8.8.8')) v(a)";
    let (mut answered, mut refused) = (0, 0);
    for variant in 0..200 {
        let mut bytes = sound.clone();
        match variant {
            0 => {}
            _ if variant % 4 == 0 => bytes.truncate(random.usize(..bytes.len())),
            _ => {
                for _ in 0..random.usize(1..12) {
                    let at = random.usize(..bytes.len());
                    bytes[at] = random.u8(..);
                }
            }
        }
        let folder = TempDir::new().unwrap();
        match answer(&engine(&written(&folder, &[("d.mmdb", bytes)])), sql).await {
            Ok(_) => answered += 1,
            Err(error) => {
                let said =
                    format!("{:?}", Report::of_query(&error, &About { sql, line: 1, tables: &[], ..About::default() }));
                assert!(said.contains("d.mmdb"), "seed {seed:#x}, variant {variant}: {said}");
                refused += 1;
            }
        }
        assert!(variant > 0 || answered == 1, "the control is answered");
    }
    assert!(answered > 1 && refused > 50, "{answered} answered, {refused} refused");
}
