//! A network as it is asked of the service: by what its addresses begin with.

use auditql::settings::Settings;

use crate::lab::{self, Lab, options};

#[tokio::test(flavor = "multi_thread")]
async fn a_network_is_asked_by_its_octets() {
    let lab = Lab::new(options(1_200)).await;
    let plain = lab::engine(lab::connection(&lab.tenant), Settings { pushdown: false, ..Settings::default() });
    let addresses = lab
        .rows(
            "SELECT ip_address FROM (SELECT ip_address, count(*) AS n FROM sign_ins WHERE is_interactive GROUP BY 1) \
             WHERE ip_family(ip_address) = 4 ORDER BY n DESC, 1 LIMIT 4",
        )
        .await;
    assert_eq!(addresses.len(), 4);
    let (mut found, mut fewer) = (0, 0);
    for address in &addresses {
        for bits in [7, 8, 12, 16, 20, 24, 27, 32] {
            for condition in ["", "NOT "] {
                let sql = format!(
                    "SELECT id FROM sign_ins WHERE is_interactive AND {condition}ip_in(ip_address, '{address}/{bits}')"
                );
                lab.tenant.reset_stats();
                let pushed = lab.answer(&sql).await.unwrap();
                let asked: Vec<String> =
                    lab.tenant.stats().requests.iter().map(|asked| asked.url.replace("%20", " ")).collect();
                let named = asked.iter().any(|url| url.contains("ipAddress"));
                assert_eq!(named, condition.is_empty() && bits >= 8, "{sql}\n{asked:?}");
                let whole = lab::answer(&plain, &sql).await.unwrap();
                let (mut rows, mut all) = (pushed.rows(), whole.rows());
                rows.sort_unstable();
                all.sort_unstable();
                assert_eq!(rows, all, "{sql}");
                found += rows.len();
                fewer += usize::from(pushed.tally.rows_received.get() < whole.tally.rows_received.get());
            }
        }
    }
    assert!(found > 100 && fewer >= 16, "{found} rows, {fewer} statements received fewer");
}
