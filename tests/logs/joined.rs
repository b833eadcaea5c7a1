//! Logs beside the tenant: one statement over both.

use auditql::settings::Settings;
use tempfile::TempDir;

use super::evtx_file::{Written, adfs, file, security};
use crate::lab::{Lab, options};

/// A statement of the manual, by its beginning.
fn statement(begin: &str) -> String {
    let page = include_str!("../../docs/logs.md");
    let from = page.find(&format!("    {begin}")).expect("the page has the statement");
    page[from..from + page[from..].find(';').unwrap()].to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_the_vpn_meets_a_foreign_sign_in() {
    let lab = Lab::with(options(3_000), Settings::default()).await;
    let sign_in = "SELECT user_principal_name, created_date_time, ip_address FROM sign_ins WHERE status.error_code = 0 AND \
                   is_interactive AND user_principal_name LIKE '%@%' ORDER BY created_date_time DESC LIMIT 1";
    let row = lab.rows(sign_in).await.remove(0);
    let [user, time, address] = row.split(" | ").collect::<Vec<_>>()[..] else { panic!("{row}") };
    let instant: chrono::DateTime<chrono::Utc> = time.parse().unwrap();
    let before = |minutes| (instant - chrono::TimeDelta::minutes(minutes)).to_rfc3339();
    let folder = TempDir::new().unwrap();
    let (name, _) = user.split_once('@').unwrap();
    // One session of the person five minutes before, one hours before, one of somebody else; and one from the same address.
    let vpn = format!(
        "time,user,client ip,group\n{},{user},192.0.2.77,staff\n{},{user},192.0.2.78,staff\n{},nobody@contoso.com,192.0.2.79,staff\n{},{user},{address},staff\n",
        before(5),
        before(500),
        before(5),
        before(4)
    );
    std::fs::write(folder.path().join("vpn.csv"), vpn).unwrap();
    std::fs::create_dir(folder.path().join("dc")).unwrap();
    let logon = |minutes, computer| Written {
        computer,
        ..security(4624, &before(minutes), &[("TargetUserName", name), ("LogonType", "3")])
    };
    std::fs::write(folder.path().join("dc/security.evtx"), file(&[logon(6, "DC01"), logon(300, "DC02")])).unwrap();
    let place = |name: &str| folder.path().join(name).display().to_string();
    let sql = statement("SELECT v.user_name").replace("logs/vpn.csv", &place("vpn.csv"));
    let sql = sql.replace("logs/dc01/*.evtx", &place("dc/*.evtx"));
    let rows = lab.rows(&sql).await;
    let found =
        rows.iter().filter(|row| row.contains("192.0.2.77") && row.contains(address) && row.contains("DC01")).count();
    assert_eq!(found, 1, "{rows:?}");
    for other in ["192.0.2.78", "192.0.2.79", "DC02"] {
        assert!(rows.iter().all(|row| !row.contains(other)), "{other}: {rows:?}");
    }
    // The control: without the ten minutes, the others are found too.
    let all = sql.replace("10 minutes", "600 minutes");
    assert!(lab.rows(&all).await.iter().any(|row| row.contains("192.0.2.78")), "the old session is within 600 minutes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_ad_fs_meets_its_sign_in_and_what_was_done_with_it() {
    let lab = Lab::with(options(3_000), Settings::default()).await;
    // Somebody who signed in and then did something in Office.
    let active = "SELECT s.correlation_id, s.user_principal_name, s.created_date_time, s.ip_address FROM sign_ins s \
                  JOIN m365.activity o ON o.user_id = s.user_principal_name AND o.creation_time BETWEEN s.created_date_time \
                  AND s.created_date_time + INTERVAL '1 hour' WHERE s.status.error_code = 0 \
                  AND s.created_date_time > now() - INTERVAL '5 days' ORDER BY 3 DESC LIMIT 1";
    let row = lab.rows(active).await.remove(0);
    let [correlation, user, time, address] = row.split(" | ").collect::<Vec<_>>()[..] else { panic!("{row}") };
    let audit = |id: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-16\"?><AuditBase><AuditResult>Success</AuditResult><UserId>{id}</UserId>\
             <RelyingParty>urn:federation:MicrosoftOnline</RelyingParty><IpAddress>198.51.100.77</IpAddress></AuditBase>"
        )
    };
    let (own, other) = (audit(user), audit("nobody@contoso.com"));
    let stranger = "9bfa2086-82e9-4410-a4e7-e185e2d8fa25";
    let events = [
        adfs(1200, time, &[&correlation.to_uppercase(), &own]),
        adfs(1202, time, &[correlation, &own]),
        adfs(1200, time, &[stranger, &other]),
    ];
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("adfs.evtx"), file(&events)).unwrap();
    let path = folder.path().join("*.evtx").display().to_string();
    let rows = lab.rows(&statement("SELECT a.time").replace("logs/adfs/*.evtx", &path)).await;
    // A client may give several sign-ins one id; each address of them is a row.
    let found: Vec<&String> =
        rows.iter().filter(|row| row.contains(&format!("198.51.100.77 | {address} | "))).collect();
    assert_eq!(found.len(), 1, "{rows:?}");
    let office: u64 = found[0].split(" | ").nth(4).unwrap().parse().unwrap();
    assert!(office > 0 && rows.iter().all(|row| row.contains(user)), "{rows:?}");
    // The control: the other token met no sign-in, and is in the log.
    let log = format!("SELECT count(*) FROM read_evtx('{path}', view => 'adfs')");
    assert_eq!(lab.rows(&log).await, ["3"]);
}
