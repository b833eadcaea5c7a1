//! Applications, service principals, and what they may do.

use serde_json::{Value, json};

use super::super::property::{Property, Type, Version, both, object};
use super::super::table::{Link, Listed, Premise, Table};
use super::{DIRECTORY_OPTIONS, DIRECTORY_PAGES, Luck, Things, merged};
use crate::demo::gate::Quota;
use crate::demo::world::attack::EVIL_APP;
use crate::demo::world::dice::{guid, mix};
use crate::demo::world::directory::Target;
use crate::demo::world::people::PEOPLE;

/// `GET /servicePrincipals`.
pub(in crate::demo::graph) static SERVICE_PRINCIPALS: Table = Table {
    path: "/servicePrincipals",
    versions: &Version::ALL,
    properties: PRINCIPAL_PROPERTIES,
    entity: "microsoft.graph.servicePrincipal",
    time: None,
    options: DIRECTORY_OPTIONS,
    unasked: None,
    costly: None,
    link: None,
    quota: Quota::Directory,
    listed: Listed::Anyhow,
    population: None,
    page: DIRECTORY_PAGES,
    tell: |premise| Ok(Things::boxed(premise, PRINCIPAL_PROPERTIES, None, principals)),
};

/// `GET /applications`.
pub(in crate::demo::graph) static APPLICATIONS: Table = Table {
    path: "/applications",
    properties: APPLICATION_PROPERTIES,
    entity: "microsoft.graph.application",
    tell: |premise| Ok(Things::boxed(premise, APPLICATION_PROPERTIES, None, applications)),
    ..SERVICE_PRINCIPALS
};

/// `GET /servicePrincipals/{id}/appRoleAssignedTo`.
pub(in crate::demo::graph) static APP_ROLE_ASSIGNMENTS: Table = Table {
    path: "/servicePrincipals/{id}/appRoleAssignedTo",
    properties: ASSIGNMENT_PROPERTIES,
    entity: "microsoft.graph.appRoleAssignment",
    options: &["$filter", "$top"],
    link: Some(&Link { of: "/servicePrincipals", property: "resourceId", served: true }),
    tell: |premise| Ok(Things::boxed(premise, ASSIGNMENT_PROPERTIES, None, assignments)),
    ..SERVICE_PRINCIPALS
};

/// `GET /oauth2PermissionGrants`.
pub(in crate::demo::graph) static OAUTH2_PERMISSION_GRANTS: Table = Table {
    path: "/oauth2PermissionGrants",
    properties: GRANT_PROPERTIES,
    entity: "microsoft.graph.oAuth2PermissionGrant",
    options: &["$filter"],
    tell: |premise| Ok(Things::boxed(premise, GRANT_PROPERTIES, None, grants)),
    ..SERVICE_PRINCIPALS
};

/// Taken from the matrix of "Advanced query capabilities on directory objects" and the properties' own texts (August 2026).
static PRINCIPAL_PROPERTIES: &[Property] = &[
    object("id", Type::Text, "eq", "ne"),
    object("appId", Type::Text, "eq startswith", "ne"),
    object("displayName", Type::Text, "eq startswith", "ne ge le null"),
    both("servicePrincipalType", Type::Text, ""),
    object("accountEnabled", Type::Flag, "eq", "ne"),
    object("appOwnerOrganizationId", Type::Guid, "", "eq ne ge le"),
    object("appRoleAssignmentRequired", Type::Flag, "", "eq ne"),
    object("applicationTemplateId", Type::Text, "eq", "ne startswith"),
    object("disabledByMicrosoftStatus", Type::Text, "eq", "ne"),
    both("createdDateTime", Type::Instant, ""),
    both("deletedDateTime", Type::Instant, ""),
    object("description", Type::Text, "", "eq ne ge le startswith"),
    both("appDisplayName", Type::Text, ""),
    both("appDescription", Type::Text, ""),
    both("homepage", Type::Text, ""),
    both("loginUrl", Type::Text, ""),
    both("logoutUrl", Type::Text, ""),
    both("replyUrls", Type::Texts, ""),
    both("notes", Type::Text, ""),
    both("notificationEmailAddresses", Type::Texts, ""),
    both("preferredSingleSignOnMode", Type::Text, ""),
    both("signInAudience", Type::Text, ""),
    object("servicePrincipalNames", Type::Texts, "eq startswith", "ge le"),
    object("alternativeNames", Type::Texts, "eq startswith", "ge le"),
    object("tags", Type::Texts, "eq startswith", "ge le"),
    both("appRoles", Type::Other, ""),
    both("oauth2PermissionScopes", Type::Other, ""),
    object("keyCredentials[]/endDateTime", Type::Other, "", "eq ge le"),
    both("passwordCredentials", Type::Other, ""),
    both("verifiedPublisher/displayName", Type::Text, ""),
    both("verifiedPublisher/verifiedPublisherId", Type::Text, ""),
    both("verifiedPublisher/addedDateTime", Type::Instant, ""),
];

static APPLICATION_PROPERTIES: &[Property] = &[
    object("id", Type::Text, "eq", "ne"),
    both("appId", Type::Text, "eq"),
    object("displayName", Type::Text, "eq startswith", "ne ge le null"),
    object("createdDateTime", Type::Instant, "eq ge le", "ne null"),
    both("deletedDateTime", Type::Instant, ""),
    object("description", Type::Text, "", "eq ne ge le startswith"),
    object("publisherDomain", Type::Text, "eq startswith", "ne ge le"),
    object("signInAudience", Type::Text, "eq", "ne"),
    object("applicationTemplateId", Type::Text, "eq", "ne"),
    object("disabledByMicrosoftStatus", Type::Text, "eq", "ne"),
    object("identifierUris", Type::Texts, "eq startswith", "ne ge le"),
    object("tags", Type::Texts, "eq startswith", "ge le"),
    object("requiredResourceAccess[]/resourceAppId", Type::Text, "", "eq"),
    both("requiredResourceAccess[]/resourceAccess", Type::Other, ""),
    both("appRoles", Type::Other, ""),
    object("keyCredentials[]/endDateTime", Type::Other, "", "eq ge le"),
    both("passwordCredentials", Type::Other, ""),
    object("info/termsOfServiceUrl", Type::Text, "", "eq ne ge le"),
    both("info/privacyStatementUrl", Type::Text, ""),
    both("info/marketingUrl", Type::Text, ""),
    both("info/supportUrl", Type::Text, ""),
    both("web/redirectUris", Type::Texts, ""),
    both("spa/redirectUris", Type::Texts, ""),
    both("publicClient/redirectUris", Type::Texts, ""),
    both("isFallbackPublicClient", Type::Flag, ""),
    both("groupMembershipClaims", Type::Text, ""),
    both("notes", Type::Text, ""),
    both("serviceManagementReference", Type::Text, ""),
    both("verifiedPublisher/displayName", Type::Text, ""),
    both("verifiedPublisher/verifiedPublisherId", Type::Text, ""),
    both("verifiedPublisher/addedDateTime", Type::Instant, ""),
];

static ASSIGNMENT_PROPERTIES: &[Property] = &[
    both("id", Type::Text, ""),
    both("resourceId", Type::Text, ""),
    both("resourceDisplayName", Type::Text, ""),
    both("appRoleId", Type::Text, ""),
    both("principalId", Type::Text, ""),
    both("principalType", Type::Text, ""),
    both("principalDisplayName", Type::Text, "eq startswith"),
    both("createdDateTime", Type::Instant, ""),
    both("deletedDateTime", Type::Instant, ""),
];

static GRANT_PROPERTIES: &[Property] = &[
    both("id", Type::Text, ""),
    both("clientId", Type::Text, "eq"),
    both("consentType", Type::Text, "eq"),
    both("principalId", Type::Text, ""),
    both("resourceId", Type::Text, ""),
    both("scope", Type::Text, ""),
];

/// An application of the world, as the directory has it.
struct App {
    principal: String,
    app_id: String,
    name: String,
    kind: &'static str,
    /// It is registered in this tenant.
    own: bool,
    azure: Option<String>,
}

fn all(premise: &Premise) -> Vec<App> {
    let world = &premise.world;
    let used = world.apps.iter().map(|app| {
        // Microsoft's identifiers are published; the tenant's own follow from chance.
        let own = app.id.as_bytes()[14] == b'4' && !app.name.starts_with("Microsoft");
        let kind = if app.name == "VPN" { "Legacy" } else { "Application" };
        let (principal, name) =
            (guid(mix(premise.seed, app.resource as u64), mix(7, hash(&app.id))), app.name.to_owned());
        App { principal, app_id: app.id.clone(), name, kind, own, azure: None }
    });
    let programs = world.services.iter().chain(&world.machines).map(|program| App {
        principal: program.id.clone(),
        app_id: program.app_id.clone(),
        name: program.name.clone(),
        kind: if program.azure.is_some() { "ManagedIdentity" } else { "Application" },
        own: program.azure.is_none(),
        azure: program.azure.clone(),
    });
    let seed = EVIL_APP.len() as u64;
    let evil = world.attack.is_some().then(|| App {
        principal: guid(seed, Target::ServicePrincipal as u64),
        app_id: guid(seed, 0xa99),
        name: EVIL_APP.into(),
        kind: "Application",
        own: false,
        azure: None,
    });
    used.chain(programs).chain(evil).collect()
}

fn hash(text: &str) -> u64 {
    text.bytes().fold(0, |seed, byte| mix(seed, byte.into()))
}

fn credentials(luck: Luck, premise: &Premise) -> (Value, Value) {
    let at = |purpose| luck.time(premise, purpose, 700, 0);
    let keys = if luck.rare(40, 3) {
        json!([{ "keyId": guid(luck.0, 41), "displayName": "CN=signing", "type": "AsymmetricX509Cert", "usage": "Verify", "startDateTime": at(42), "endDateTime": at(43), "customKeyIdentifier": "3q2+7w==", "key": null }])
    } else {
        json!([])
    };
    let secrets = if luck.rare(44, 3) {
        json!([{ "keyId": guid(luck.0, 45), "displayName": luck.pick(46, &[None, Some("rotated"), Some("backup")]), "hint": "aB3", "startDateTime": at(47), "endDateTime": at(48), "secretText": null, "customKeyIdentifier": null }])
    } else {
        json!([])
    };
    (keys, secrets)
}

fn publisher(luck: Luck, premise: &Premise) -> Value {
    if luck.rare(50, 3) {
        json!({ "displayName": premise.world.organisation.name(), "verifiedPublisherId": "6123456", "addedDateTime": luck.time(premise, 51, 900, 0) })
    } else {
        json!({ "displayName": null, "verifiedPublisherId": null, "addedDateTime": null })
    }
}

fn principals(premise: &Premise) -> Vec<Value> {
    all(premise).into_iter().enumerate().map(|(n, app)| principal(premise, n, &app)).collect()
}

fn principal(premise: &Premise, n: usize, app: &App) -> Value {
    let (luck, domain) = (Luck::of(premise, 0x599, n), premise.world.organisation.domain());
    let (keys, secrets) = credentials(luck, premise);
    let home = if app.own { premise.world.tenant.clone() } else { "f8cdef31-a31e-4b4a-93e4-5f571e91255a".into() };
    let machine = app.kind == "ManagedIdentity";
    merged([
        json!({
            "id": app.principal,
            "appId": app.app_id,
            "displayName": app.name,
            "servicePrincipalType": app.kind,
            "accountEnabled": !luck.rare(1, 11),
            "appOwnerOrganizationId": if machine { Value::Null } else { json!(home) },
            "appRoleAssignmentRequired": luck.rare(2, 3),
            "applicationTemplateId": if luck.rare(3, 4) { json!(guid(n as u64 % 3, 0x7e31)) } else { Value::Null },
            "disabledByMicrosoftStatus": if luck.rare(4, 30) { json!("DisabledDueToViolationOfServicesAgreement") } else { Value::Null },
            "createdDateTime": luck.time(premise, 5, 1_500, 0),
            "deletedDateTime": Value::Null,
            "description": if luck.rare(6, 3) { json!(format!("{} for all", app.name)) } else { Value::Null },
            "appDisplayName": if machine { Value::Null } else { json!(app.name) },
            "appDescription": Value::Null,
        }),
        json!({
            "homepage": if luck.rare(7, 2) { json!(format!("https://app{n}.{domain}/")) } else { Value::Null },
            "loginUrl": Value::Null,
            "logoutUrl": if luck.rare(8, 5) { json!(format!("https://app{n}.{domain}/out")) } else { Value::Null },
            "replyUrls": if luck.rare(9, 2) { json!([format!("https://app{n}.{domain}/cb")]) } else { json!([]) },
            "notes": if luck.rare(10, 8) { json!("Ask O'Neil first") } else { Value::Null },
            "notificationEmailAddresses": if luck.rare(11, 6) { json!([format!("it@{domain}")]) } else { json!([]) },
            "preferredSingleSignOnMode": luck.pick(12, &[None, Some("saml"), Some("oidc")]),
            "signInAudience": if machine { Value::Null } else { json!(luck.pick(13, &["AzureADMyOrg", "AzureADMultipleOrgs"])) },
            "servicePrincipalNames": [app.app_id, format!("api://{n}")],
            "alternativeNames": app.azure.iter().map(|azure| vec!["isExplicit=False".to_owned(), azure.clone()]).next().unwrap_or_default(),
            "tags": if machine { json!([]) } else { json!(["WindowsAzureActiveDirectoryIntegratedApp", luck.pick(14, &["HideApp", "custom'tag"])]) },
        }),
        json!({
            "appRoles": [{ "id": guid(n as u64, 0x401), "value": "Reader", "displayName": "Reader", "description": "Reads", "allowedMemberTypes": ["User", "Application"], "isEnabled": true, "origin": "Application" }],
            "oauth2PermissionScopes": [{ "id": guid(n as u64, 0x5c0), "value": "user_impersonation", "type": "User", "isEnabled": true, "adminConsentDisplayName": "Access", "adminConsentDescription": "Access it", "userConsentDisplayName": null, "userConsentDescription": null }],
            "keyCredentials": keys,
            "passwordCredentials": secrets,
            "verifiedPublisher": publisher(luck, premise),
        }),
    ])
}

/// `lumenworks` → `LumenWorks`
fn capitalised(label: &str) -> String {
    let mut letters = label.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect::<String>().replace("works", "Works").replace("water", "Water")
}

fn applications(premise: &Premise) -> Vec<Value> {
    let own = all(premise).into_iter().filter(|app| app.own).enumerate();
    own.map(|(n, app)| {
        let (luck, organisation) = (Luck::of(premise, 0xa99, n), premise.world.organisation);
        let (domain, label) = (organisation.domain(), organisation.label());
        let [terms, help] = ["terms", "help"].map(|page| format!("https://{domain}/{page}"));
        // Written by hand, in another case than the directory has it.
        let (by_hand, shouted) = (format!("https://{}.example/Terms", organisation.name()), capitalised(label));
        let (keys, secrets) = credentials(luck, premise);
        merged([
            json!({
                "id": guid(mix(hash(&app.app_id), 1), 0xa99),
                "appId": app.app_id,
                "displayName": app.name,
                "createdDateTime": if luck.rare(1, 9) { Value::Null } else { json!(luck.time(premise, 2, 1_500, 0)) },
                "deletedDateTime": Value::Null,
                "description": if luck.rare(3, 2) { json!(format!("Does {}", app.name)) } else { Value::Null },
                "publisherDomain": if luck.rare(4, 4) { json!(format!("{shouted}.example")) } else { json!(domain) },
                "signInAudience": luck.pick(5, &["AzureADMyOrg", "AzureADMultipleOrgs", "PersonalMicrosoftAccount"]),
                "applicationTemplateId": if luck.rare(6, 3) { json!(guid(n as u64 % 3, 0x7e31)) } else { Value::Null },
                "disabledByMicrosoftStatus": luck.pick(7, &[None, None, None, Some("NotDisabled")]),
                "identifierUris": if luck.rare(8, 2) { json!([format!("api://{n}"), format!("https://{domain}/{n}")]) } else { json!([]) },
                "tags": if luck.rare(9, 2) { json!(["HideApp", "o'clock"]) } else { json!([]) },
                "requiredResourceAccess": [{ "resourceAppId": "00000003-0000-0000-c000-000000000000", "resourceAccess": [{ "id": guid(n as u64 % 5, 0x5c0), "type": "Scope" }] }],
                "appRoles": [],
            }),
            json!({
                "keyCredentials": keys,
                "passwordCredentials": secrets,
                "info": { "termsOfServiceUrl": luck.pick(10, &[None, Some(&terms), Some(&by_hand)]), "privacyStatementUrl": null, "marketingUrl": null, "supportUrl": luck.pick(11, &[None, Some(&help)]) },
                "web": { "redirectUris": if luck.rare(12, 2) { json!([format!("https://app{n}.{domain}/cb")]) } else { json!([]) } },
                "spa": { "redirectUris": [] },
                "publicClient": { "redirectUris": if luck.rare(13, 3) { json!(["http://localhost"]) } else { json!([]) } },
                "isFallbackPublicClient": luck.pick(14, &[None, Some(true), Some(false)]),
                "groupMembershipClaims": luck.pick(15, &[None, Some("SecurityGroup"), Some("All")]),
                "notes": if luck.rare(16, 6) { json!("Führt die Buchhaltung") } else { Value::Null },
                "serviceManagementReference": if luck.rare(17, 5) { json!(format!("CMDB-{n}")) } else { Value::Null },
                "verifiedPublisher": publisher(luck, premise),
            }),
        ])
    })
    .collect()
}

/// Each application has a role that some people and programs were given.
fn assignments(premise: &Premise) -> Vec<Value> {
    let (world, apps) = (&premise.world, all(premise));
    let mut found = Vec::new();
    for (n, app) in apps.iter().enumerate() {
        let luck = Luck::of(premise, 0xa55, n);
        let mut assign = |id: &str, name: &str, kind: &str| {
            let seed = mix(hash(id), n as u64);
            found.push(json!({
                "id": super::token(seed),
                "resourceId": app.principal,
                "resourceDisplayName": app.name,
                "appRoleId": if seed.is_multiple_of(3) { "00000000-0000-0000-0000-000000000000".into() } else { guid(n as u64, 0x401) },
                "principalId": id,
                "principalType": kind,
                "principalDisplayName": name,
                "createdDateTime": Luck(seed).time(premise, 1, 700, 7),
                "deletedDateTime": Value::Null,
            }));
        };
        let holds = |person: &usize| n.is_multiple_of(2) && mix(luck.0, *person as u64).is_multiple_of(67);
        (0..PEOPLE)
            .filter(holds)
            .for_each(|person| assign(&world.people[person].id, &world.people[person].name, "User"));
        if n.is_multiple_of(5) {
            let service = &world.services[n % world.services.len()];
            assign(&service.id, &service.name, "ServicePrincipal");
        }
    }
    found
}

fn grants(premise: &Premise) -> Vec<Value> {
    let (world, apps) = (&premise.world, all(premise));
    let graph = guid(0x6a9, 0x599);
    let mut found = Vec::new();
    for (n, app) in apps.iter().enumerate() {
        let luck = Luck::of(premise, 0x64a, n);
        let mut grant = |principal: Option<&str>, scope: &str| {
            found.push(json!({
                "id": super::token(mix(hash(principal.unwrap_or("all")), n as u64)),
                "clientId": app.principal,
                "consentType": if principal.is_some() { "Principal" } else { "AllPrincipals" },
                "principalId": principal,
                "resourceId": graph,
                "scope": scope,
            }));
        };
        if app.name == EVIL_APP {
            let victim = world.attack.as_ref().map_or(0, |attack| attack.victim);
            grant(Some(&world.people[victim].id), "Mail.ReadWrite Mail.Send Files.Read.All offline_access");
            continue;
        }
        if luck.rare(1, 2) {
            grant(None, luck.pick(2, &["User.Read", " User.Read openid profile", "Directory.Read.All"]));
        }
        if luck.rare(3, 3) {
            grant(
                Some(&world.people[luck.below(4, PEOPLE)].id),
                luck.pick(5, &["User.Read", "Mail.Read offline_access"]),
            );
        }
    }
    found
}
