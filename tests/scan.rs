//! scan

use crate::lab::{Lab, options};

#[tokio::test(flavor = "multi_thread")]
async fn try_it() {
    let lab = Lab::new(options(6_000)).await;
    for sql in [
        "SELECT count(*), count(distinct id) FROM sign_ins",
        "SELECT id, status.error_code AS code FROM sign_ins ORDER BY created_date_time DESC LIMIT 10",
        "EXPLAIN SELECT id, status.error_code AS code FROM sign_ins WHERE created_date_time > now() - interval '2 days' and user_principal_name = 'Alice@x' and status.error_code <> 0 and app_display_name like 'Off%' ORDER BY created_date_time DESC LIMIT 10",
        "SELECT created_date_time, user_principal_name, ip_address FROM sign_ins WHERE status.error_code IN (50126, 50053) AND created_date_time > now() - interval '3 days' ORDER BY created_date_time LIMIT 5",
        "EXPLAIN ANALYZE SELECT count(*) FROM sign_ins WHERE is_interactive",
        "SELECT * FROM auditql.columns LIMIT 4",
    ] {
        let (rows, asked) = lab.asked(sql).await;
        println!("{sql}\n{}\n--{asked:#?}", rows.join("\n"));
    }
}
