//! Logs beside the tenant: one statement over both.

use auditql::settings::Settings;
use tempfile::TempDir;

use crate::lab::{Lab, options};

/// The statement of the manual: token replay.
fn replay() -> String {
    let page = include_str!("../../docs/logs.md");
    let from = page.find("    SELECT v.user_name").expect("the page has the statement");
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
    let dc =
        format!("time,event_id,user_name,computer\n{},4624,{name},DC01\n{},4624,{name},DC02\n", before(6), before(300));
    std::fs::write(folder.path().join("dc/security.csv"), dc).unwrap();
    // The domain controller's log stands in for its EVTX files, which no test can write: as CSV, with the same columns.
    let place = |name: &str| folder.path().join(name).display().to_string();
    let sql = replay().replace("logs/vpn.csv", &place("vpn.csv")).replace("logs/dc01/*.evtx", &place("dc"));
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
