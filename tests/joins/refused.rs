//! What is written wrongly: each error says what to write.

use fastrand::Rng;

use super::{Lab, tables};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_asof_join_says_what_one_is() {
    let lab = Lab::new();
    tables(&lab, &mut Rng::with_seed(5), (3, 3)).await;
    for (join, why) in [
        ("a ASOF JOIN b ON a.k = b.k", "does not say what is the nearest"),
        ("a ASOF JOIN b ON a.k = b.k AND a.t >= b.first AND a.t <= b.last", "compares several times"),
        ("a ASOF JOIN b ON a.k = b.k AND a.t >= a.first", "does not say what is the nearest"),
        ("a ASOF JOIN b ON a.addr >= b.addr", "compares something else"),
        ("a ASOF JOIN b USING (k)", "takes its condition in ON"),
        ("a ASOF JOIN b", "takes its condition in ON"),
        ("a ASOF RIGHT JOIN b ON a.t >= b.t", "left side only"),
        ("a ASOF JOIN b MATCH_CONDITION (a.t = b.t) ON a.k = b.k", "has to compare a time of each side"),
        ("a ASOF JOIN b ON a.t >= b.t AND a.id IN (SELECT id FROM b)", "holds a subquery"),
        ("a JOIN b ON nearest(a.t, b.t)", "means nothing elsewhere"),
        ("a ASOF JOIN b ON nearest(a.t)", "does not say what is the nearest"),
        ("a GLOBAL JOIN b ON a.id = b.id", "GLOBAL JOIN is not supported"),
    ] {
        let error = lab.error(&format!("SELECT a.id FROM {join}")).await;
        assert!(error.contains(why), "{join}\n{error}");
        for word in ["asof_condition", "Internal", "Extension", "physical"] {
            assert!(!error.contains(word), "{join}\n{error}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sessions_says_what_does() {
    let lab = Lab::new();
    tables(&lab, &mut Rng::with_seed(6), (9, 3)).await;
    for (call, why) in [
        ("sessionize(t, INTERVAL '5 minutes')", "needs their order"),
        ("sessionize(t, INTERVAL '5 minutes') OVER ()", "needs their order"),
        ("sessionize(t, INTERVAL '5 minutes') OVER (PARTITION BY k)", "needs their order"),
        ("sessionize(t, INTERVAL '5 minutes') OVER (ORDER BY id)", "not in the order of their time"),
        ("sessionize(t, INTERVAL '1 month') OVER (ORDER BY t)", "months"),
        ("sessionize(t, INTERVAL '-1 minute') OVER (ORDER BY t)", "negative"),
        ("sessionize(t, NULL::interval) OVER (ORDER BY t)", "gap is NULL"),
        ("sessionize(addr, INTERVAL '1 minute') OVER (ORDER BY t)", "does not take (text, interval)"),
        ("sessionize(t, 5) OVER (ORDER BY t)", "does not take (timestamp, "),
        ("sessionize(t) OVER (ORDER BY t)", "does not take (timestamp)"),
    ] {
        let error = lab.error(&format!("SELECT {call} FROM a")).await;
        assert!(error.contains(why), "{call}\n{error}");
    }
}
