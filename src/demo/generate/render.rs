//! The JSON of a generated sign-in, as the service writes it for each API version.
//!
//! What can be filtered is taken from [`Event::text`] and its siblings, so that the answer to a filter and the record
//! agree; the rest follows from the record's seed. A property without a value is null in most records and missing in the
//! others, as on the wire.

use super::World;
use super::dice::{guid, hex, mix};
use super::event::{Actor, Event, Odd};
use super::outcomes::{FACTORS, Outcome, POLICIES};
use super::people::{Home, PARTNERS, Person};
use crate::demo::json::Json;
use crate::demo::operators::Version;
use crate::demo::record::Kind;
use crate::demo::time;

impl Event {
    /// When, in units of 100 ns since 1970.
    pub(in crate::demo) fn ticks(&self) -> i64 {
        self.ticks
    }

    /// How often it is served.
    pub(in crate::demo) fn copies(&self) -> usize {
        self.copies.into()
    }

    /// The record as an API version serves it.
    pub(in crate::demo) fn json(&self, world: &World, version: Version) -> String {
        let mut json = Json::object();
        let page = &mut Page { event: self, world, json: &mut json };
        page.identity();
        page.access();
        page.status();
        page.device();
        page.location();
        page.policies(version);
        if version == Version::Beta {
            page.beta();
            page.tokens();
            page.authentication();
            page.network();
            page.workload();
        }
        json.finish()
    }
}

struct Page<'a> {
    event: &'a Event,
    world: &'a World,
    json: &'a mut Json,
}

impl Page<'_> {
    /// Properties that can be filtered, under their own names.
    fn texts(&mut self, names: &[&'static str]) {
        for (n, name) in (100..).zip(names) {
            let value = self.event.text(self.world, name);
            self.optional(n, name, value.as_deref());
        }
    }

    /// A value, or null, or in one of four records nothing at all.
    fn optional(&mut self, purpose: u64, name: &str, value: Option<&str>) {
        if value.is_some() || self.event.roll(purpose) % 4 != 0 {
            self.json.text_or_null(name, value);
        }
    }

    fn identity(&mut self) {
        let event = self.event;
        self.json.text("id", &event.id());
        self.json.text("createdDateTime", &time::print(event.ticks, event.digits()));
        self.texts(&["userDisplayName", "userPrincipalName", "userId", "appId"]);
        if event.odd == Some(Odd::AppAsObject) {
            self.json.nested("appDisplayName", |j| j.text("value", "Teams"));
        } else {
            self.texts(&["appDisplayName"]);
        }
        self.texts(&["ipAddress", "clientAppUsed", "userAgent", "correlationId"]);
        self.json.flag("isInteractive", event.kind == Kind::Interactive);
        self.texts(&["resourceDisplayName", "resourceId", "servicePrincipalId", "servicePrincipalName"]);
        self.json.text("resourceTenantId", &self.world.tenant);
        let home = self.home_tenant();
        self.json.text("homeTenantId", &home);
    }

    fn person(&self) -> Option<&Person> {
        match self.event.actor(self.world) {
            Actor::Person(person) => Some(person),
            Actor::Program(_) => None,
        }
    }

    fn home_tenant(&self) -> String {
        match self.person().map(|p| p.home) {
            Some(Home::Partner(n)) => guid(n as u64, 0x7e7a),
            _ => self.world.tenant.clone(),
        }
    }

    fn access(&mut self) {
        self.texts(&[
            "conditionalAccessStatus",
            "riskDetail",
            "riskLevelAggregated",
            "riskLevelDuringSignIn",
            "riskState",
        ]);
        self.json.texts("riskEventTypes", &self.event.list("riskEventTypes"));
        if self.event.odd == Some(Odd::RiskAsText) {
            self.json.text("riskEventTypes_v2", "[]");
        } else {
            self.json.texts("riskEventTypes_v2", &self.event.list("riskEventTypes_v2"));
        }
        let phone = self.person().filter(|p| FACTORS[p.factor].0.starts_with("Passwordless"));
        let (Some(person), true) = (phone, self.event.needs_factor()) else {
            return self.json.raw("authenticationAppDeviceDetails", "null");
        };
        let device = guid(u64::from(person.devices[1]), mix(0, person.factor as u64));
        self.json.nested("authenticationAppDeviceDetails", |j| {
            j.text("deviceId", &device);
            j.text("operatingSystem", "Android");
            j.text("clientApp", "Microsoft Authenticator App");
            j.text("appVersion", "6.2407.5108");
        });
    }

    fn status(&mut self) {
        let (words, odd) = (self.event.outcome.words(), self.event.odd == Some(Odd::CodeAsText));
        let code = words.code.to_string();
        self.json.nested("status", |j| {
            j.raw("errorCode", &if odd { format!("\"{code}\"") } else { code });
            j.text("failureReason", words.reason);
            j.text_or_null("additionalDetails", words.details);
        });
    }

    fn device(&mut self) {
        let Some(person) = self.person() else {
            return self.json.raw("deviceDetail", "null");
        };
        let (device, odd) = (self.event.device(), self.event.odd == Some(Odd::ManagedAsText));
        let id = device.trust.map(|_| guid(mix(0, u64::from(self.event.device)), u64::from(person.sources[1])));
        let name =
            device.trust.map(|_| format!("LW-{}-{:03}", device.system.get(..3).unwrap_or("DEV"), person.sources[1]));
        let boolean = |b: Option<bool>| b.map_or("null", |b| if b { "true" } else { "false" });
        self.json.nested("deviceDetail", |j| {
            j.text("deviceId", id.as_deref().unwrap_or_default());
            j.text_or_null("displayName", name.as_deref());
            j.text("operatingSystem", device.system);
            j.text("browser", device.browser);
            j.raw("isCompliant", boolean(device.compliant));
            j.raw("isManaged", if odd { "\"true\"" } else { boolean(device.compliant) });
            j.text_or_null("trustType", device.trust);
        });
    }

    fn location(&mut self) {
        if self.event.odd == Some(Odd::PlaceAsText) {
            return self.json.text("location", "Lisbon, PT");
        }
        let Some(place) = self.event.place(self.world) else {
            return if self.event.chance(20, 500) {
                self.json.nested("location", |_| {})
            } else {
                self.json.raw("location", "null")
            };
        };
        let altitude = if self.event.chance(21, 30) { "12" } else { "null" };
        self.json.nested("location", |j| {
            j.text("city", place.city);
            j.text("state", place.state);
            j.text("countryOrRegion", place.country);
            if let Some((latitude, longitude)) = place.at {
                j.nested("geoCoordinates", |j| {
                    j.raw("altitude", altitude);
                    j.raw("latitude", latitude);
                    j.raw("longitude", longitude);
                });
            }
        });
    }

    fn policies(&mut self, version: Version) {
        let (event, beta) = (self.event, version == Version::Beta);
        let count = if self.person().is_some() { POLICIES.len() } else { 0 };
        self.json.objects("appliedConditionalAccessPolicies", 0..count, |j, n| {
            let (name, grant, session) = POLICIES[n];
            let result = policy_result(n, event);
            j.text("id", &guid(n as u64, 0xca));
            j.text("displayName", name);
            j.texts("enforcedGrantControls", if grant.is_empty() { &[] } else { std::slice::from_ref(&grant) });
            j.texts("enforcedSessionControls", if session.is_empty() { &[] } else { std::slice::from_ref(&session) });
            j.text("result", result);
            if !beta {
                return;
            }
            let met = result != "notApplied";
            j.text("conditionsSatisfied", if met { "application,users" } else { "none" });
            j.text("conditionsNotSatisfied", if met { "none" } else { "clientType" });
            j.texts("sessionControlsNotSatisfied", &[]);
            j.raw("authenticationStrength", "null");
            j.raw("includeRulesSatisfied", r#"[{"conditionalAccessCondition":"users","ruleSatisfied":"allUsers"}]"#);
            j.raw("excludeRulesSatisfied", "[]");
        });
    }

    fn beta(&mut self) {
        let event = self.event;
        self.json.texts("signInEventTypes", &event.list("signInEventTypes"));
        self.texts(&["originalRequestId", "tokenIssuerName", "authenticationRequirement"]);
        self.json.text("tokenIssuerType", "AzureAD");
        self.json.texts("conditionalAccessAudiences", &event.list("conditionalAccessAudiences"));
        let time = (80 + event.roll(30) % 700).to_string();
        let odd = event.odd == Some(Odd::TimeAsText);
        self.json.raw("processingTimeInMilliseconds", &if odd { format!("\"{time}\"") } else { time });
        let (upn, home) = self.person().map_or((None, None), |p| (Some(p.upn.clone()), Some(p.home)));
        self.optional(31, "signInIdentifier", upn.as_deref());
        self.optional(32, "signInIdentifierType", upn.as_deref().map(|_| "userPrincipalName"));
        let (kind, partner) = match home {
            Some(Home::Partner(n)) => (Some("guest"), Some(PARTNERS[n].0)),
            Some(Home::Here) => (Some("member"), None),
            Some(Home::Nowhere) | None => (None, None),
        };
        self.optional(38, "userType", kind);
        self.optional(33, "homeTenantName", partner.or(event.chance(34, 100).then_some("")));
        self.json.text("crossTenantAccessType", if partner.is_some() { "b2bCollaboration" } else { "none" });
        self.json.flag("isTenantRestricted", false);
        self.json.raw("flaggedForReview", if event.chance(35, 3) { "true" } else { "false" });
        let azure = match event.actor(self.world) {
            Actor::Program(program) => program.azure.as_deref(),
            Actor::Person(_) => None,
        };
        self.optional(37, "azureResourceId", azure);
        self.json.raw("privateLinkDetails", if event.chance(36, 5) { PRIVATE_LINK } else { "null" });
    }

    fn tokens(&mut self) {
        let event = self.event;
        let session =
            (event.kind != Kind::ManagedIdentity && self.person().is_some()).then(|| guid(event.session, 0x5e5));
        self.optional(40, "sessionId", session.as_deref());
        // Base64url without padding, as the service writes it.
        let token: String = hex(u128::from(mix(event.token, 41)) << 64 | u128::from(mix(event.token, 42)))[..22]
            .replace('0', "_")
            .replace('a', "-");
        self.json.text("uniqueTokenIdentifier", &token);
        let incoming = match event.kind {
            Kind::NonInteractive if event.chance(42, 600) => "primaryRefreshToken",
            Kind::NonInteractive => "refreshToken",
            _ => "none",
        };
        self.json.text("incomingTokenType", incoming);
        let protocol = match event.device().client {
            "IMAP4" | "Authenticated SMTP" => "ropc",
            "Mobile Apps and Desktop clients" if event.chance(43, 20) => "deviceCode",
            "Browser" if event.chance(43, 40) => "saml20",
            _ if event.kind == Kind::Interactive => "oAuth2",
            _ => "none",
        };
        self.json.text("authenticationProtocol", protocol);
        self.json.text("originalTransferMethod", if protocol == "deviceCode" { "deviceCodeFlow" } else { "none" });
        let bound = ["unbound", "none", "bound"][usize::try_from(event.roll(44) % 3).unwrap_or_default()];
        self.json.text("signInTokenProtectionStatus", bound);
        self.json.text("appTokenProtectionStatus", "none");
        self.json.text("resourceServicePrincipalId", &guid(mix(0, event.resource(self.world).name.len() as u64), 45));
    }

    fn authentication(&mut self) {
        let event = self.event;
        let (factor, detail) = self.person().map_or(("", ""), |p| FACTORS[p.factor]);
        let shown = event.needs_factor() && event.kind == Kind::Interactive;
        let steps: Vec<Step> = match self.person() {
            None => vec![],
            Some(_) if event.kind != Kind::Interactive => vec![Step::remembered()],
            Some(_) if shown => vec![Step::password(event.outcome), Step::factor(factor, detail, event.outcome)],
            Some(_) => vec![Step::password(event.outcome)],
        };
        let methods: &[&str] = if shown { &["Password", "Multifactor"] } else { &[] };
        self.json.texts("authenticationMethodsUsed", methods);
        let (ticks, digits) = (event.ticks, event.digits());
        self.json.objects("authenticationDetails", steps, |j, step| step.write(j, &time::print(ticks, digits)));
        match (shown && event.outcome.is_success(), event.chance(50, 300)) {
            (true, _) => self.json.nested("mfaDetail", |j| {
                j.text("authMethod", factor);
                j.text_or_null("authDetail", Some(detail).filter(|d| !d.is_empty()));
            }),
            (false, true) => self.json.nested("mfaDetail", |_| {}),
            (false, false) => self.json.raw("mfaDetail", "null"),
        }
        let legacy = if protocol_is_legacy(event) { "True" } else { "False" };
        self.json.objects(
            "authenticationProcessingDetails",
            [("Legacy TLS (TLS 1.0, 1.1, 3DES)", legacy), ("Is CAE Token", "False")],
            |j, kv| {
                j.text("key", kv.0);
                j.text("value", kv.1);
            },
        );
        self.json.raw("authenticationContextClassReferences", if event.chance(51, 15) { CONTEXT } else { "[]" });
        self.json.raw("authenticationRequirementPolicies", if event.needs_factor() { MFA_POLICY } else { "[]" });
        self.json.raw("sessionLifetimePolicies", if event.chance(52, 40) { LIFETIME } else { "[]" });
        self.json.raw("authenticationAppPolicyEvaluationDetails", if event.chance(53, 10) { APP_POLICY } else { "[]" });
        self.json.raw("appliedEventListeners", if event.chance(54, 5) { LISTENER } else { "[]" });
    }

    fn network(&mut self) {
        let event = self.event;
        let source = event.source(self.world);
        let (asn, name) = (source.map(|s| s.asn.to_string()), source.and_then(|s| s.network));
        self.json.raw("autonomousSystemNumber", asn.as_deref().unwrap_or("null"));
        self.json.objects("networkLocationDetails", name, |j, name| {
            j.text("networkType", "namedNetwork");
            j.texts("networkNames", &[name]);
        });
        let through = event.chance(60, 8);
        let relay = through.then_some("2001:db8:5a5e::1");
        self.json.flag("isThroughGlobalSecureAccess", through);
        self.optional(61, "globalSecureAccessIpAddress", relay);
        self.optional(62, "ipAddressFromResourceProvider", event.chance(63, 50).then_some("192.0.2.77"));
    }

    fn workload(&mut self) {
        let Actor::Program(program) = self.event.actor(self.world) else {
            self.json.text("clientCredentialType", "none");
            self.json.text("servicePrincipalCredentialKeyId", "");
            return self.json.raw("managedServiceIdentity", "null");
        };
        let machine = program.azure.is_some();
        self.json.text("clientCredentialType", program.credential);
        self.json.text("servicePrincipalCredentialKeyId", &guid(mix(1, program.name.len() as u64), 70));
        let thumbprint = hex(u128::from(mix(2, program.name.len() as u64))).to_uppercase();
        self.optional(
            71,
            "servicePrincipalCredentialThumbprint",
            (program.credential == "certificate").then_some(thumbprint.as_str()),
        );
        let federated =
            (program.credential == "federatedIdentityCredential").then(|| guid(3, program.name.len() as u64));
        self.optional(72, "federatedCredentialId", federated.as_deref());
        self.json.nested("managedServiceIdentity", |j| {
            j.text("msiType", if machine { "systemAssigned" } else { "none" });
            j.text_or_null("associatedResourceId", program.azure.as_deref());
            j.text("federatedTokenId", "");
            j.text("federatedTokenIssuer", "");
        });
    }
}

fn protocol_is_legacy(event: &Event) -> bool {
    matches!(event.device().client, "IMAP4" | "Authenticated SMTP")
}

fn policy_result(policy: usize, event: &Event) -> &'static str {
    match (policy, event.outcome) {
        (0, Outcome::SuccessWithFactor | Outcome::KeepSignedIn) => "success",
        (0, Outcome::FactorNeeded | Outcome::FactorDenied) | (1, Outcome::Blocked) => "failure",
        (2, Outcome::SessionExpired) => "failure",
        (3, _) if event.chance(80, 700) => "reportOnlyNotApplied",
        (3, _) => "reportOnlyFailure",
        _ => "notApplied",
    }
}

/// One step of an authentication.
struct Step {
    method: &'static str,
    detail: &'static str,
    requirement: &'static str,
    result: &'static str,
    succeeded: bool,
}

impl Step {
    fn password(outcome: Outcome) -> Self {
        let succeeded = outcome.knew_password();
        let result = if succeeded { "Correct password" } else { "Incorrect password" };
        Self {
            method: "Password",
            detail: "Password in the cloud",
            requirement: "Primary authentication",
            result,
            succeeded,
        }
    }

    fn factor(method: &'static str, detail: &'static str, outcome: Outcome) -> Self {
        let result = match outcome {
            Outcome::SuccessWithFactor => "MFA completed in Azure AD",
            Outcome::FactorDenied => "MFA denied; user declined the authentication",
            _ => "MFA required in Azure AD",
        };
        Self { method, detail, requirement: "Multifactor authentication", result, succeeded: outcome.is_success() }
    }

    fn remembered() -> Self {
        Self {
            method: "Previously satisfied",
            detail: "",
            requirement: "Primary authentication",
            result: "First factor requirement satisfied by claim in the token",
            succeeded: true,
        }
    }

    fn write(&self, json: &mut Json, time: &str) {
        json.text("authenticationStepDateTime", time);
        json.text("authenticationMethod", self.method);
        json.text_or_null("authenticationMethodDetail", Some(self.detail).filter(|d| !d.is_empty()));
        json.flag("succeeded", self.succeeded);
        json.text("authenticationStepResultDetail", self.result);
        json.text("authenticationStepRequirement", self.requirement);
    }
}

const PRIVATE_LINK: &str = r#"{"policyId":"6a6f0a5e-0000-4000-8000-000000000001","policyName":"pl-hq","resourceId":"/subscriptions/lab/privateLinkForAzureAd/pl-hq","policyTenantId":"6a6f0a5e-0000-4000-8000-000000000002"}"#;
const CONTEXT: &str = r#"[{"id":"c1","detail":"required"}]"#;
const MFA_POLICY: &str = r#"[{"requirementProvider":"multiConditionalAccess","detail":"Conditional Access"}]"#;
const LIFETIME: &str = r#"[{"expirationRequirement":"signInFrequencyPeriodicReauthentication","detail":"Sign-in frequency (periodic re-authentication)"}]"#;
const APP_POLICY: &str = r#"[{"policyName":"Application name","adminConfiguration":"enabled","authenticationEvaluation":"success","status":"Enabled"}]"#;
const LISTENER: &str = r##"[{"eventType":"tokenIssuanceStart","executedListenerId":"6a6f0a5e-0000-4000-8000-000000000003","handlerResult":{"@odata.type":"#microsoft.graph.authenticationListener","priority":500}}]"##;
