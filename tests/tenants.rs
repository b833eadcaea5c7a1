//! Tables that are several others: of all tenants, and of all sources of sign-ins. What a condition on the common columns asks of
//! each, what is not asked at all, and that the rows are those of the others.

use auditql::auth::Connection;
use auditql::demo::{Options, Tenant};
use auditql::engine::{Engine, Error, Policy};
use auditql::http::Pace;
use auditql::settings::Settings;

use super::lab::{self, answer, cause};

/// Two tenants, and an engine that is connected to both.
struct Two {
    contoso: Tenant,
    fabrikam: Tenant,
    engine: Engine,
}

impl Two {
    async fn new() -> Self {
        let contoso = Tenant::start(lab::options(3_000)).await.unwrap();
        let fabrikam = Tenant::start(Options { seed: 77, ..lab::options(2_000) }).await.unwrap();
        let named = |name: &str, tenant: &Tenant| Connection { name: name.into(), ..lab::connection(tenant) };
        let connections = [named("contoso", &contoso), named("fabrikam", &fabrikam)];
        let builder = connections.into_iter().fold(Engine::builder(), auditql::engine::EngineBuilder::connection);
        let builder = builder.settings(Settings::default()).policy(Policy::LOCAL);
        let engine = builder.now(lab::now()).pace(Pace::Unlimited).build().unwrap();
        Self { contoso, fabrikam, engine }
    }

    async fn rows(&self, sql: &str) -> Vec<String> {
        answer(&self.engine, sql).await.unwrap_or_else(|e| panic!("{sql}\n{e}")).rows()
    }

    /// Rows, and how many requests each tenant got for them.
    async fn asked(&self, sql: &str) -> (Vec<String>, [Vec<String>; 2]) {
        self.contoso.reset_stats();
        self.fabrikam.reset_stats();
        let rows = self.rows(sql).await;
        let of = |tenant: &Tenant| tenant.stats().requests.into_iter().map(|asked| asked.url).collect();
        (rows, [of(&self.contoso), of(&self.fabrikam)])
    }
}

fn sorted(mut rows: Vec<String>) -> Vec<String> {
    rows.sort_unstable();
    rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rows_of_all_tenants_are_those_of_each() {
    let two = Two::new().await;
    for condition in [
        "true",
        "status.error_code = 50126",
        "user_principal_name LIKE 'a%' AND status.error_code <> 0",
        "is_interactive",
        "created_date_time >= now() - INTERVAL '3 days'",
        "tenant_name <> 'fabrikam' OR status.error_code = 0",
    ] {
        let of_each = |name: &str| {
            let own = condition.replace("tenant_name", &format!("'{name}'"));
            format!("SELECT '{name}' AS tenant_name, id FROM {name}.entra.sign_ins WHERE {own}")
        };
        let apart = format!("{} UNION ALL {}", of_each("contoso"), of_each("fabrikam"));
        let apart = sorted(two.rows(&apart).await);
        let merged = format!("SELECT tenant_name, id FROM all_tenants.entra.sign_ins WHERE {condition}");
        assert_eq!(sorted(two.rows(&merged).await), apart, "{condition}");
        assert!(!apart.is_empty(), "{condition}");
    }
    let tables = two.rows("SELECT DISTINCT tenant_id FROM all_tenants.entra.directory_audits").await;
    assert_eq!(sorted(tables), sorted(vec![two.contoso.tenant_id().into(), two.fabrikam.tenant_id().into()]));
    let feed = two.rows("SELECT tenant_name, count(*) FROM all_tenants.m365.activity GROUP BY 1 ORDER BY 1").await;
    assert_eq!(feed.len(), 2, "{feed:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_condition_on_the_tenant_chooses_who_is_asked() {
    let two = Two::new().await;
    for (condition, contoso, fabrikam) in [
        ("tenant_name = 'contoso'", true, false),
        ("tenant_name <> 'contoso'", false, true),
        ("tenant_name IN ('contoso', 'northwind')", true, false),
        ("tenant_name LIKE 'fab%'", false, true),
        ("tenant_name = 'northwind'", false, false),
        ("tenant_name = NULL", false, false),
        ("tenant_name = 'contoso' AND tenant_name = 'fabrikam'", false, false),
        ("tenant_name = (SELECT 'fabri' || 'kam')", false, true),
        ("tenant_name = 'contoso' OR tenant_name = 'fabrikam'", true, true),
        ("upper(tenant_name) = 'CONTOSO'", true, false),
    ] {
        let sql = format!("SELECT id FROM all_tenants.entra.sign_ins WHERE {condition} AND is_interactive LIMIT 3");
        let (rows, [of_contoso, of_fabrikam]) = two.asked(&sql).await;
        // A limit is satisfied by the first that has the rows.
        let asked = (!of_contoso.is_empty(), !of_fabrikam.is_empty());
        assert_eq!(asked, (contoso, fabrikam && !contoso), "{condition}");
        assert_eq!(rows.len(), if contoso || fabrikam { 3 } else { 0 }, "{condition}");
    }
    let nobody = "SELECT id FROM all_tenants.entra.sign_ins WHERE tenant_name = 'northwind'";
    let answer = answer(&two.engine, nobody).await.unwrap();
    let said: Vec<String> = answer.tally.notices().iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("exclude all of contoso, fabrikam"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_newest_of_all_tenants_cost_a_page_of_each_stream() {
    let two = Two::new().await;
    let newest = |table: &str| format!("SELECT created_date_time, id FROM {table} ORDER BY 1 DESC LIMIT 10");
    let (rows, [of_contoso, of_fabrikam]) = two.asked(&newest("all_tenants.entra.sign_ins")).await;
    assert_eq!((of_contoso.len(), of_fabrikam.len()), (4, 4), "{of_contoso:#?}\n{of_fabrikam:#?}");
    let mut each = two.rows(&newest("contoso.entra.sign_ins")).await;
    each.extend(two.rows(&newest("fabrikam.entra.sign_ins")).await);
    each.sort_unstable_by(|a, b| b.cmp(a));
    let times = |rows: &[String]| -> Vec<String> { rows.iter().take(10).map(|r| r[..19].to_owned()).collect() };
    assert_eq!(times(&rows), times(&each));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn explain_names_each_tenant_and_who_is_left_out() {
    let two = Two::new().await;
    let sql = "EXPLAIN SELECT id FROM all_tenants.entra.sign_ins WHERE tenant_name = 'contoso' AND user_id = 'x'";
    let (rows, asked) = two.asked(sql).await;
    let text = rows.join("\n");
    assert!(asked.iter().all(Vec::is_empty));
    for part in ["1 of 2 are read", "fabrikam: not asked", "contoso: entra.sign_ins", "userId eq 'x'"] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_failure_of_a_tenant_names_it() {
    let two = Two::new().await;
    let named = |name: &str, connection: Connection| Connection { name: name.into(), ..connection };
    let dead = Connection {
        credential: auditql::auth::CredentialSource::AccessToken(azure_core::credentials::Secret::new("wrong")),
        ..named("fabrikam", lab::connection(&two.fabrikam))
    };
    let builder = Engine::builder().connection(named("contoso", lab::connection(&two.contoso))).connection(dead);
    let engine = builder.now(lab::now()).pace(Pace::Unlimited).build().unwrap();
    let sql = "SELECT count(*) FROM all_tenants.entra.sign_ins";
    let error = answer(&engine, sql).await.err().expect("a tenant cannot be read");
    assert!(matches!(cause(&error), Some(Error::Branch { branch, .. }) if branch == "fabrikam"), "{error}");
    let one = "SELECT count(*) FROM all_tenants.entra.sign_ins WHERE tenant_name = 'contoso'";
    assert_eq!(answer(&engine, one).await.unwrap().rows().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_ins_of_all_sources_are_those_of_each_and_each_is_asked_in_its_words() {
    let two = Two::new().await;
    let counts = two.rows("SELECT source, count(*) FROM contoso.entra.signins_all GROUP BY 1 ORDER BY 1").await;
    let graph = two.rows("SELECT count(*) FROM contoso.entra.sign_ins").await;
    let feed = "SELECT count(*) FROM contoso.m365.azure_active_directory WHERE operation LIKE 'UserLog%'";
    let feed = two.rows(feed).await;
    let legacy = two.rows("SELECT count(*) FROM contoso.aadgraph.signin_events").await;
    let expected = [("aadgraph", &legacy), ("graph", &graph), ("m365", &feed)];
    assert_eq!(counts, expected.map(|(source, count)| format!("{source} | {}", count[0])));
    let user = &two.rows("SELECT user_principal_name FROM contoso.entra.sign_ins WHERE is_interactive AND user_principal_name NOT LIKE '%''%' LIMIT 1").await[0];
    let sql = format!(
        "SELECT time, error_code FROM contoso.entra.signins_all WHERE source = 'graph' AND user_principal_name = '{user}' \
         AND error_code = 0 AND time >= now() - INTERVAL '5 days'"
    );
    let (rows, [asked, _]) = two.asked(&sql).await;
    assert!(!rows.is_empty());
    assert_eq!(asked.len(), 4, "{asked:#?}");
    for part in [format!("userPrincipalName eq '{user}'"), "status/errorCode eq 0".into(), "createdDateTime ge".into()]
    {
        assert!(asked.iter().all(|url| url.contains(&part)), "{part}\n{asked:#?}");
    }
    let newest = "SELECT time FROM contoso.entra.signins_all WHERE source = 'graph' ORDER BY time DESC LIMIT 10";
    assert_eq!(two.asked(newest).await.1[0].len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn legacy_rows_stand_beside_the_others_and_are_asked_in_their_words() {
    let two = Two::new().await;
    let same = "SELECT count(*) FROM contoso.entra.signins_all a JOIN contoso.aadgraph.signin_events l ON a.sign_in_id = l.id \
                WHERE a.source = 'aadgraph' AND (a.time, a.user_principal_name, a.app_id, a.ip_address, a.city, a.country, \
                a.is_success, a.error_code) IS NOT DISTINCT FROM (l.signin_date_time, l.user_principal_name, l.app_id, \
                l.ip_address, l.location.city, l.location.country, l.is_success, l.signin_error_code)";
    let legacy = two.rows("SELECT count(*) FROM contoso.aadgraph.signin_events").await;
    assert_eq!(two.rows(same).await, legacy);
    assert_ne!(legacy, ["0"]);
    let app = &two.rows("SELECT app_id FROM contoso.aadgraph.signin_events LIMIT 1").await[0];
    let sql = format!(
        "SELECT sign_in_id FROM contoso.entra.signins_all WHERE source = 'aadgraph' AND app_id = '{app}' \
         AND time >= now() - INTERVAL '3 days'"
    );
    let (rows, [asked, _]) = two.asked(&sql).await;
    assert!(!rows.is_empty() && !asked.is_empty());
    for part in [format!("appId eq '{app}'"), "signinDateTime ge".into()] {
        assert!(asked.iter().all(|url| url.contains("signinEvents") && url.contains(&part)), "{part}\n{asked:#?}");
    }
    // The one event has the same id in two of the sources, and both rows are there.
    let known = "SELECT count(*) FROM contoso.entra.signins_all a JOIN contoso.entra.signins_all b USING (sign_in_id) \
                 WHERE a.source = 'aadgraph' AND b.source = 'graph'";
    assert_ne!(two.rows(known).await, ["0"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_no_legacy_endpoint_is_the_answer_says_that_its_part_is_left_out() {
    let tenant = Tenant::start(lab::options(1_000)).await.unwrap();
    let engine = |aadgraph_url| {
        let connection = Connection { aadgraph_url, ..lab::connection(&tenant) };
        lab::engine(connection, Settings::default())
    };
    let with = engine(lab::connection(&tenant).aadgraph_url);
    let without = engine(None);
    let count = |condition: &str| {
        format!("SELECT source, count(*) FROM entra.signins_all WHERE {condition} GROUP BY 1 ORDER BY 1")
    };
    let said =
        |answer: &lab::Answer| -> Vec<String> { answer.tally.notices().iter().map(ToString::to_string).collect() };
    let whole = answer(&with, &count("true")).await.unwrap();
    assert!(said(&whole).iter().all(|note| !note.contains("left out")));
    let short = answer(&without, &count("true")).await.unwrap();
    assert_eq!(short.rows(), whole.rows()[1..], "the others are all there");
    assert_eq!(
        said(&short).iter().filter(|note| note.contains("aadgraph is left out")).count(),
        1,
        "{:?}",
        said(&short)
    );
    // Asked for by name, it is no empty answer without a word; excluded by a condition, there is nothing to say.
    let asked = answer(&without, &count("source = 'aadgraph'")).await.unwrap();
    assert!(
        asked.rows().is_empty() && said(&asked).iter().any(|note| note.contains("no aadgraph_url")),
        "{:?}",
        said(&asked)
    );
    let others = answer(&without, &count("source <> 'aadgraph'")).await.unwrap();
    assert!(said(&others).iter().all(|note| !note.contains("left out")), "{:?}", said(&others));
    for table in ["entra.signins_all", "all_tenants.entra.signins_all"] {
        let explained = answer(&without, &format!("EXPLAIN SELECT * FROM {table}")).await.unwrap().rows().join("\n");
        assert!(explained.contains("2 of 3 are read") && explained.contains("no aadgraph_url"), "{explained}");
    }
}
