//! Results that may be shown outside: nobody's name or address is left in them, and they can still be joined.

use std::collections::{BTreeSet, HashMap};
use std::process::{Command, Output, Stdio};

use auditql::apis;
use auditql::table::{Column, Edm};
use tempfile::TempDir;

use crate::terminal::Terminal;

fn demo(home: &TempDir, args: &[&str]) -> Output {
    let demo = ["demo", "--rows", "600", "--now", "2026-05-01T12:00:00Z", "--no-throttle"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_auditql"));
    command.args(demo).args(args).current_dir(home.path()).env_clear().env("HOME", home.path());
    command.stdin(Stdio::null()).output().unwrap()
}

fn text(output: Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Everything in the demo's records that points to somebody.
fn secrets(home: &TempDir) -> BTreeSet<String> {
    let sql = "SELECT user_display_name, user_principal_name, user_id, ip_address, sign_in_identifier, \
               device_detail.display_name, device_detail.device_id, home_tenant_id, home_tenant_name, \
               resource_tenant_id, service_principal_name, service_principal_id, azure_resource_id, session_id, \
               unique_token_identifier, managed_service_identity.associated_resource_id, \
               CASE WHEN mfa_detail.auth_detail LIKE '+%' THEN mfa_detail.auth_detail END FROM sign_ins";
    let rows = text(demo(home, &["--format", "ndjson", "-c", sql]));
    let rows = rows.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let values = rows.flat_map(|row| row.as_object().unwrap().values().cloned().collect::<Vec<_>>());
    let texts = values.filter_map(|value| value.as_str().map(str::to_lowercase));
    texts.filter(|text| text.len() > 3 && !text.starts_with("00000000-0000")).collect()
}

/// One of the secrets that a text holds. All are looked for at once: there are thousands, in megabytes.
fn found<'s>(secrets: &'s BTreeSet<String>, text: &str) -> Option<&'s String> {
    let mut by_head: HashMap<&[u8], Vec<&String>> = HashMap::new();
    secrets.iter().for_each(|secret| by_head.entry(&secret.as_bytes()[..HEAD]).or_default().push(secret));
    let bytes = text.as_bytes();
    let at = |at: usize| by_head.get(&bytes[at..at + HEAD])?.iter().find(|s| bytes[at..].starts_with(s.as_bytes()));
    (0..bytes.len().saturating_sub(HEAD - 1)).find_map(at).copied()
}

/// Bytes that every secret has.
const HEAD: usize = 4;

#[test]
fn the_search_finds_a_secret() {
    let secrets = BTreeSet::from(["ada@contoso.com".to_owned(), "adam".to_owned()]);
    assert_eq!(found(&secrets, "x ada@contoso.com"), secrets.first());
    assert_eq!(found(&secrets, "an adam"), secrets.last());
    assert_eq!(found(&secrets, "ada"), None);
}

#[test]
fn no_format_shows_anybody() {
    let home = tempfile::tempdir().unwrap();
    let secrets = secrets(&home);
    assert!(secrets.len() > 1_000);
    for sql in [
        "SELECT * FROM sign_ins",
        "SELECT user_display_name AS a, upper(user_display_name) AS b, user_display_name || ' from ' || ip_address AS c, \
         max(user_principal_name) AS d, array_agg(ip_address) AS e FROM sign_ins GROUP BY 1, 2, 3",
        "SELECT named_struct('u', user_id, 'i', [ip_address]) AS f, [user_display_name] AS g FROM sign_ins",
        "SELECT w.who FROM (SELECT user_display_name AS who FROM sign_ins UNION ALL SELECT user_id FROM sign_ins) w",
        "SELECT device_detail AS l, unnest(authentication_details), mfa_detail.auth_detail, \
         device_detail.display_name FROM sign_ins",
        "SELECT (array_agg(device_detail))[1]['display_name'] AS m, max(home_tenant_name) FROM sign_ins \
         GROUP BY ip_address",
        "SELECT user_display_name, user_type, max(ip_address) FROM sign_ins GROUP BY ROLLUP (user_display_name, user_type)",
        "SELECT DISTINCT ON (user_id) user_principal_name || ' \"@a.b', user_display_name || ' / ada@contoso.com' \
         FROM sign_ins",
        "CREATE VIEW seen AS SELECT device_detail, user_display_name FROM sign_ins; SELECT * FROM seen",
        "SELECT unnest(device_detail), sign_in_identifier FROM sign_ins",
        "SELECT raw -> 'userDisplayName' AS j, raw ->> 'ipAddress' AS k FROM sign_ins",
        "CREATE TABLE kept AS SELECT user_display_name AS x, ip_address AS y FROM sign_ins; SELECT * FROM kept",
    ] {
        let all = ["table", "csv", "html", "arrow", "tsv", "json", "ndjson", "markdown"];
        for format in &all[..if sql == "SELECT * FROM sign_ins" { all.len() } else { 3 }] {
            let shown = text(demo(&home, &["--redact", "--format", format, "-c", sql])).to_lowercase();
            assert!(shown.len() > 100, "{format}: {sql}");
            let found = found(&secrets, &shown);
            assert_eq!(found, None, "{format}: {sql}");
        }
    }
}

#[test]
fn equal_values_stay_equal_and_a_key_makes_runs_agree() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("key"), "0123456789abcdef0123456789abcdef").unwrap();
    let sql = "SELECT user_principal_name, ip_address, status.error_code FROM sign_ins ORDER BY id";
    let plain = text(demo(&home, &["--format", "csv", "-c", sql]));
    let with = |args: &[&str]| text(demo(&home, &[args, &["--format", "csv", "-c", sql]].concat()));
    let keyed = with(&["--redact-key", "key"]);
    assert_eq!(keyed, with(&["--redact-key", "key"]));
    assert_ne!(with(&["--redact"]), with(&["--redact"]));
    let column = |text: &str, at: usize| -> Vec<String> {
        text.lines().map(|line| line.split(',').nth(at).unwrap().to_owned()).collect()
    };
    for at in [0, 1] {
        let pairs: BTreeSet<(String, String)> = column(&plain, at).into_iter().zip(column(&keyed, at)).collect();
        let (from, to): (BTreeSet<&String>, BTreeSet<&String>) = pairs.iter().map(|(a, b)| (a, b)).unzip();
        assert!(from.len() == pairs.len() && to.len() == pairs.len() && from.len() > 10, "{pairs:?}");
    }
    assert_eq!(column(&plain, 2), column(&keyed, 2));
    assert!(keyed.contains("@redacted.example") && keyed.contains(",24"), "{keyed}");
}

/// Declared text that points to nobody, or only by what the text replacement finds: what happened, how, with which client
/// and rule, at which place. A column by its name, one of two with that name with what is above it, `.name` for a table's
/// own, `table.name` for one table's. Enumerations and texts with codes are no text; raw records are left out.
const HARMLESS: &[&str] = &[
    // Sign-ins and changes of the directory.
    "activity_display_name status.additional_details app.display_name app_display_name app_id app_version \
     applied_conditional_access_policies.display_name applied_conditional_access_policies.id auth_method \
     authentication_app_policy_evaluation_details.policy_name authentication_context_class_references.id \
     authentication_method authentication_methods_used authentication_protocol authentication_requirement \
     authentication_step_requirement authentication_step_result_detail authentication_strength.display_name \
     authentication_strength_id browser category city client_app client_app_used conditional_access_audiences \
     conditional_access_condition conditions_not_satisfied conditions_satisfied correlation_id country_or_region \
     cross_tenant_access_type detail enforced_grant_controls enforced_session_controls event_type \
     executed_listener_id expiration_requirement failure_reason group_type .id incoming_token_type key \
     logged_by_service modified_properties.display_name operating_system operation_type original_request_id \
     requirement_provider resource_display_name .resource_id result result_reason \
     risk_event_types_v2 roles rule_satisfied session_controls_not_satisfied sign_in_event_types state status \
     trust_type type user_agent user_type",
    // The same in the words of the legacy reports.
    "activity_operation_type activity_result_description activity_result_status activity_type actor_type \
     component_or_source country internal_correlation_id login_status mfa_auth_method mfa_result odata_type \
     target_resource_type tenant_geolocation",
    // Objects of the directory: kinds, states, languages, products.
    "age_group app_role_id app_roles.description app_roles.display_name app_roles.id app_roles.value \
     application_template_id assigned_licenses.disabled_plans assigned_plans.service capability_status \
     consent_provided_for_minor country creation_type device_category device_ownership directory_roles.description \
     directory_roles.display_name disabled_by_microsoft_status employee_type enrollment_profile_name enrollment_type \
     external_user_state group_members.group_id group_membership_claims group_types identity_provider management_type \
     manufacturer mdm_app_id membership_rule_processing_state model operating_system_version origin password_policies \
     preferred_language preferred_single_sign_on_mode principal_type profile_type resource_access.id resource_app_id \
     role_id role_template_id scope service_plan_id service_principal_type sign_in_audience sign_in_type sku_id \
     system_labels tags usage usage_location verified_publisher.display_name verified_publisher_id visibility \
     allowed_member_types admin_consent_description admin_consent_display_name user_consent_description \
     user_consent_display_name oauth2_permission_scopes.id oauth2_permission_scopes.value last_sign_in_request_id \
     last_non_interactive_sign_in_request_id last_successful_sign_in_request_id",
    // Conditional Access, methods of authentication, provisioning.
    "built_in_controls client_app_types conditions.devices countries_and_regions country_lookup_method \
     custom_authentication_factors exclude_applications exclude_groups exclude_locations exclude_platforms \
     exclude_roles grant_controls.authentication_strength include_applications include_groups include_locations \
     include_platforms include_roles include_user_actions methods_registered operator service_principal_risk_levels \
     session_controls sign_in_risk_levels system_preferred_authentication_methods template_id terms_of_use \
     user_preferred_method_for_secondary_authentication user_risk_levels change_id cycle_id error_category error_code \
     identity_type initiator_type job_id provisioning_action provisioning_step_type provisioning_steps.name \
     recommended_action source_system.display_name source_system.id target_system.display_name target_system.id",
    // Alerts and incidents.
    "actor_display_name alert_policy_id detection_source detector_id investigation_state mitre_techniques product_name \
     recommended_actions redirect_incident_id service_source system_tags threat_display_name threat_family_name",
    // What every record of the feed has, and the directory's.
    "activity api_id application application_id auth_details.name client client_app_id client_app_name content_type \
     detection_timing_type device_properties.name document_properties.name error_number extended_properties.name \
     extra_properties.name fields.name inter_systems_id intra_system_id logon_error modified_properties.name \
     operation operation_properties.name other_conditions.name parameters.name record_type_name request_id \
     result_status risk_detail risk_event_type risk_id risk_level risk_state source token_issuer_type \
     user_type_name workload",
    // Exchange, SharePoint, data loss prevention.
    "actions actor_info_string application_display_name auth_type authentication_type browser_name browser_version \
     client_info_string client_process_name client_request_id client_version cloud_instance_name compliance_label \
     consumer_mailbox destination_file_extension destination_label event_source exception_info.reason \
     file_extension file_type geo_location host_app_id implicit_share incident_id item_type list_base_template_type \
     list_base_type list_color list_icon list_server_template member_rights originating_server overridden_actions \
     platform policy_details.policy_id policy_details.policy_name rule_id rule_mode rule_name rules search_scope \
     sensitive_information_type_name sensitive_type sensitivity sensitivity_label_id severity sharing_type \
     source_file_extension source_label source_name target_user_or_group_type template_type_id token_type \
     virus_info virus_vendor",
    // Teams, Power BI, compliance and others.
    "action activity_id app_host application_mode artifact_kind channel_type client_application client_region \
     cmdlet_version communication_type consumption_method data_classification distribution_method event form_type \
     forms_user_type label_action label_id label_name message message_version .name network_message_id \
     org_app_permission report_type reshare_permission switch_state tab_type user_service_plan version",
    // Defender.
    "action_approval action_id action_status action_type additional_actions_and_results alert_display_name alert_id \
     alert_type algorithm app_name applications.name cluster_by cluster_group confidence_level delivery_action \
     delivery_location details detection_method detection_technology directionality entity_type final_override \
     investigation_id investigation_ids investigation_type latest_delivery_location malware_family \
     network_message_ids original_delivery_location pending_type phish_confidence_level .policy_id \
     provider_alert_id provider_name related_alert_ids system_alert_id threats threats_and_detection_tech verdict",
];

/// Calls `check` for every declared column that holds text, with the name of the one above it.
fn each_text(columns: &'static [Column], above: &str, check: &mut dyn FnMut(&str, &'static Column)) {
    for column in columns {
        let is_text = match column.edm {
            Edm::List(item) => matches!(item, Edm::Text | Edm::Json),
            edm => matches!(edm, Edm::Text | Edm::Json),
        };
        if is_text && column.codes.is_none() {
            check(above, column);
        }
        each_text(column.fields(), column.name, check);
    }
}

#[test]
fn every_declared_text_is_sensitive_or_known_to_be_harmless() {
    let harmless: BTreeSet<&str> = HARMLESS.iter().flat_map(|line| line.split_whitespace()).collect();
    let (mut used, mut forgotten) = (BTreeSet::new(), BTreeSet::new());
    for set in apis::ALL {
        each_text(set.columns, "", &mut |above, column| {
            let path = format!("{above}.{}", column.name);
            let own = format!("{}{path}", set.name);
            let names = [column.name, path.as_str(), own.as_str()];
            match (names.into_iter().find_map(|name| harmless.get(name)), column.sensitive) {
                (Some(name), None) => drop(used.insert(*name)),
                // What is harmless under a name in most tables need not be so in all.
                (_, Some(_)) => {}
                (None, None) => drop(forgotten.insert(format!("{} {path}", set.qualified()))),
            }
        });
    }
    assert!(forgotten.is_empty(), "neither sensitive nor harmless: {forgotten:#?}");
    assert!(used == harmless, "no longer there: {:?}", harmless.difference(&used).collect::<Vec<_>>());
}

#[test]
fn names_of_columns_do_not_show_what_was_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let asked =
        "count(*) FILTER (WHERE user_principal_name = 'farah@contoso.com' OR user_display_name = 'Farah Azizi')";
    for sql in [
        format!("SELECT {asked} FROM sign_ins"),
        format!("SELECT * FROM (SELECT {asked} FROM sign_ins)"),
        format!("CREATE VIEW v AS SELECT {asked} FROM sign_ins; SELECT * FROM v"),
        format!("CREATE TABLE t AS SELECT {asked} FROM sign_ins; SELECT * FROM t"),
        format!("PREPARE p AS SELECT {asked} FROM sign_ins; EXECUTE p"),
        "SELECT upper(user_display_name) LIKE 'Farah%', named_struct('farah@contoso.com', 1) AS s FROM sign_ins".into(),
        "SELECT 'Farah' FROM sign_ins UNION ALL SELECT user_display_name FROM sign_ins LIMIT 1".into(),
    ] {
        for format in ["table", "csv", "json"] {
            let shown = text(demo(&home, &["--redact", "--format", format, "-c", &sql]));
            let names = if format == "csv" { shown.lines().next().unwrap() } else { shown.as_str() };
            assert!(!names.to_lowercase().contains("farah") && shown.contains("text-"), "{sql}: {shown}");
        }
    }
    let fields =
        text(demo(&home, &["--redact", "--format", "csv", "-c", "SELECT status.error_code, id AS a FROM sign_ins"]));
    assert!(fields.starts_with("error_code,a\n"), "{fields}");
}

#[test]
fn what_is_said_beside_a_result_does_not_quote_records() {
    let home = tempfile::tempdir().unwrap();
    let sql = "SELECT max(user_display_name) FROM sign_ins WHERE user_display_name LIKE '%O''%'";
    let name = text(demo(&home, &["--format", "csv", "-c", sql])).lines().nth(1).unwrap().to_owned();
    let quoted = name.replace('\'', "''");
    for (sql, said) in [
        (format!("SELECT user_display_name::int FROM sign_ins WHERE user_display_name = '{quoted}'"), "cannot be cast"),
        (format!("SELECT id FROM sign_ins WHERE user_display_name = '{}'", quoted.to_lowercase()), "is never '…'"),
        (
            format!("SELECT id FROM sign_ins WHERE user_display_name LIKE '{}%'", quoted.to_lowercase()),
            "if case were ignored",
        ),
        (
            format!(
                "SELECT regexp_like('a', user_display_name || '(') FROM sign_ins WHERE user_display_name = '{quoted}'"
            ),
            "a regular expression cannot be read: in '…'",
        ),
        (format!("SELECT '{quoted}' FRM sign_ins"), "error"),
    ] {
        let output = demo(&home, &["--redact", "-c", &sql]);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(errors.contains(said), "{errors}");
        let holds = |errors: &str| [&name, &quoted].iter().any(|it| errors.to_lowercase().contains(&it.to_lowercase()));
        assert!(!holds(&errors), "{errors}");
        let plain = demo(&home, &["-c", &sql]);
        assert!(holds(&String::from_utf8_lossy(&plain.stderr)), "the test has no object: {sql}");
    }
}

#[test]
fn what_describes_tables_and_plans_stays_readable() {
    let home = tempfile::tempdir().unwrap();
    for (sql, seen) in [
        ("EXPLAIN SELECT id FROM sign_ins WHERE user_display_name = 'Farah O''Neil'", "user_display_name = "),
        ("EXPLAIN ANALYZE SELECT id FROM sign_ins WHERE user_display_name = 'Farah O''Neil'", "ScanExec"),
        ("SHOW TABLES", "sharepoint"),
        ("DESCRIBE sign_ins", "user_principal_name"),
        ("SHOW auditql.max_requests", "auditql.max_requests"),
        ("SELECT * FROM auditql.columns", "Display name of the user."),
        ("SELECT upper(name) FROM record_types", "EXCHANGEADMIN"),
    ] {
        let shown = text(demo(&home, &["--redact", "-c", sql]));
        assert!(shown.contains(seen) && !shown.contains("Farah") && !shown.contains("O'Neil"), "{sql}: {shown}");
        assert!(sql.starts_with("EXPLAIN") || !shown.contains("text-"), "{sql}: {shown}");
    }
    let own = "CREATE VIEW v AS SELECT 'Farah' AS who; SELECT definition FROM information_schema.views";
    assert!(!text(demo(&home, &["--redact", "-c", own])).contains("Farah"));
    let mut terminal = Terminal::demo(home.path(), 200, &["--redact"]);
    terminal.line("\\d sign_ins", "The whole record as received, as JSON text.");
    terminal.line("\\d", "One row per sign-in");
}

#[test]
fn what_gives_a_value_as_it_is_gives_its_pseudonym() {
    let home = tempfile::tempdir().unwrap();
    let sql = "SELECT user_display_name, min(user_display_name), max(user_display_name), first_value(user_display_name), \
               (array_agg(user_display_name))[1], max(user_display_name) OVER (PARTITION BY user_display_name) \
               FROM sign_ins WHERE user_display_name > '' GROUP BY user_display_name";
    let shown = text(demo(&home, &["--redact", "--format", "csv", "-c", sql]));
    assert!(shown.lines().count() > 10);
    for line in shown.lines().skip(1) {
        let cells: BTreeSet<&str> = line.split(',').collect();
        assert!(cells.len() == 1 && line.starts_with("user-"), "{line}");
    }
}

/// What a session remembers is about people too.
#[test]
fn the_tables_of_the_session_show_nobody() {
    let home = tempfile::tempdir().unwrap();
    let asked = "SELECT count(*) FROM sign_ins WHERE user_principal_name = 'farah@contoso.com' AND is_interactive";
    let log = "SELECT status, url FROM auditql.requests";
    let both = [asked, asked, log].join("; ");
    let plain = text(demo(&home, &["--format", "csv", "-c", &both]));
    assert!(plain.contains("farah@contoso.com"), "the test has no object: {plain}");
    let shown = text(demo(&home, &["--redact", "--format", "csv", "-c", &both]));
    assert!(!shown.contains("farah") && !shown.contains("auditLogs"), "{shown}");
    let urls: Vec<&str> = shown.lines().filter_map(|line| line.strip_prefix("200,")).collect();
    assert!(urls.len() == 2 && urls[0] == urls[1] && urls[0].starts_with("object-"), "equal ones stay equal: {shown}");
    let sql = "SELECT * FROM auditql.connections; SELECT table_name, state FROM auditql.coverage";
    let tenant = text(demo(&home, &["--format", "csv", "-c", "SELECT tenant FROM auditql.connections"]));
    let tenant = tenant.lines().nth(1).unwrap();
    let shown = text(demo(&home, &["--redact", "--format", "csv", "-c", sql]));
    assert!(tenant.len() > 3 && !shown.contains(tenant) && shown.contains("tenant-"), "{shown}");
}

/// What is told of a file shows where it was looked at, and may be a row of it.
#[test]
fn notes_show_no_cells_of_a_file() {
    let home = tempfile::tempdir().unwrap();
    for (rows, told) in [
        ("John Smith,Secret Project X\nAna Lee,Other\n", "the first row is one like the others"),
        (
            "time,John O'Smith\n2026-05-01T08:00:00Z,10.0.0.1\n2026-05-01T08:00:01Z,10.0.0.2\n",
            "the first row names the columns",
        ),
        ("# made by hand\n# John Smith,Secret Project X\nAna,10.0.0.1\nBob,10.0.0.2\n", "left out as comments"),
    ] {
        std::fs::write(home.path().join("people.csv"), rows).unwrap();
        let asked = |flags: &[&str]| {
            let output = demo(&home, &[flags, &["-c", "SELECT count(*) FROM 'people.csv'"]].concat());
            String::from_utf8(output.stderr).unwrap()
        };
        let (plain, shown) = (asked(&[]), asked(&["--redact"]));
        assert!(plain.contains("John") && plain.contains(told), "the test has no object: {plain}");
        assert!(shown.contains(told), "{shown}");
        assert!(!["John", "Smith", "Secret"].iter().any(|word| shown.contains(word)), "{shown}");
    }
}

#[test]
fn a_key_that_could_be_guessed_is_refused() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("key"), "short\n").unwrap();
    let refused = demo(&home, &["--redact-key", "key", "-c", "SELECT 1"]);
    assert_eq!(refused.status.code(), Some(2));
    // What never ends holds no key.
    let endless = demo(&home, &["--redact-key", "/dev/zero", "-c", "SELECT 1"]);
    assert_eq!(endless.status.code(), Some(2));
}
