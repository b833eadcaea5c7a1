//! What the beta version adds to a generated sign-in.

use super::super::event::{Actor, Event, Odd};
use super::super::kind::Kind;
use super::super::outcomes::Outcome;
use super::Page;
use crate::demo::json::Json;
use crate::demo::world::clock;
use crate::demo::world::dice::{guid, hex, mix};
use crate::demo::world::people::{FACTORS, Home, PARTNERS};

impl Page<'_> {
    /// Everything that version 1.0 does not have.
    pub(super) fn beta(&mut self) {
        self.population();
        self.tokens();
        self.authentication();
        self.network();
        self.workload();
    }

    fn population(&mut self) {
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
        match bound {
            "none" => self.json.raw("tokenProtectionStatusDetails", "null"),
            // 1002: the device is not known to the directory.
            status => self.json.nested("tokenProtectionStatusDetails", |j| {
                j.text("signInSessionStatus", status);
                j.raw("signInSessionStatusCode", if status == "bound" { "0" } else { "1002" });
            }),
        }
        self.optional(46, "clientSessionId", session.as_deref().map(|_| guid(event.session, 0xc11)).as_deref());
        self.texts(&["appOwnerTenantId", "resourceOwnerTenantId"]);
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
        self.json.objects("authenticationDetails", steps, |j, step| step.write(j, &clock::print(ticks, digits)));
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

    /// What the service tells of agents: of others that they are none, or nothing.
    fn agent(&mut self, is_agent: bool, parent: &str) {
        if !is_agent && self.event.chance(73, 500) {
            return self.json.raw("agent", "null");
        }
        self.json.nested("agent", |j| {
            j.text("agentType", if is_agent { "agenticAppInstance" } else { "notAgentic" });
            j.text("agentSubjectType", "notAgentic");
            j.text_or_null("agentSubjectParentId", None);
            j.text_or_null("parentAppId", is_agent.then_some(parent));
        });
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
            self.agent(false, "");
            return self.json.raw("managedServiceIdentity", "null");
        };
        let machine = program.azure.is_some();
        self.agent(!machine && self.event.chance(72, 60), &program.app_id);
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
