//! What to do about a sign-in that gave no token.

use crate::http::{Lack, SignIn};

/// How the reason ends why there is no credential.
pub const NOT_SET: &str = "it is not set";

/// What to do about it.
pub(super) const SET_IT: &str = "set it in the environment; EXPLAIN needs no credential";

/// Codes of the sign-in service, and what to do. Source: Microsoft Entra, "AADSTS error codes".
pub(super) const ADVICE: &[(&str, &str)] = &[
    (
        "AADSTS7000215",
        "AZURE_CLIENT_SECRET does not hold the secret's value; the portal also shows the secret's id, which is something else",
    ),
    ("AADSTS7000222", "the client secret has expired; create a new one in the app registration"),
    ("AADSTS700016", "the application is not known in this tenant; check AZURE_CLIENT_ID and the connection's tenant"),
    ("AADSTS90002", "the tenant does not exist in this cloud; check tenant and cloud of the connection"),
    ("AADSTS900023", "the tenant does not exist in this cloud; check tenant and cloud of the connection"),
    ("AADSTS53003", "a Conditional Access policy blocks this sign-in; its owner has to allow the application"),
    ("AADSTS50076", "the sign-in needs a second factor; sign in again with 'auditql login' or 'az login'"),
    (
        "AADSTS50079",
        "the account has to register a second factor first; sign in again with 'auditql login' or 'az login'",
    ),
    (
        "AADSTS700027",
        "the directory does not know the certificate; upload the certificate, without its key, to the app registration",
    ),
    ("AADSTS700024", "the signed statement is not valid at the service's time; set this machine's clock"),
    (
        "AADSTS700213",
        "no federated credential of the application matches the token's issuer and subject; add one in the app registration",
    ),
    (
        "AADSTS70021",
        "no federated credential of the application matches the token's issuer and subject; add one in the app registration",
    ),
    ("AADSTS700082", EXPIRED),
    ("AADSTS70043", EXPIRED),
    ("AADSTS70008", EXPIRED),
    ("AADSTS50173", "the sign-in was revoked, or the password changed; sign in again with 'auditql login'"),
    ("AADSTS50078", EXPIRED),
    (
        "AADSTS65001",
        "nobody consented to the application's permissions; 'auditql init' shows the link for an administrator",
    ),
    ("AADSTS90094", "an administrator has to consent to the application's permissions; 'auditql init' shows the link"),
    ("AADSTS65004", "the consent was declined; without it the application may read nothing"),
    (
        "AADSTS50020",
        "the account does not belong to this tenant; sign in with one that does, or change the connection's tenant",
    ),
    ("AADSTS50105", "the account is not assigned to the application; its owner has to assign it"),
    ("AADSTS50011", REDIRECT),
    ("AADSTS500113", REDIRECT),
    (
        "AADSTS7000218",
        "the application is no public client; switch on 'Allow public client flows' in the app registration, under Authentication",
    ),
    ("AADSTS50126", "the name or the password is wrong; sign in again"),
    ("AADSTS50034", "the account does not exist in this tenant; sign in with one that does"),
];

const EXPIRED: &str = "the sign-in has expired; sign in again with 'auditql login'";
const REDIRECT: &str = "the app registration lacks the redirect http://localhost; add it under Authentication, as one of \
     mobile and desktop applications";

/// What to do.
pub(super) fn advice(sign_in: &SignIn) -> String {
    let code = sign_in.code.as_deref().unwrap_or_default();
    let known = ADVICE.iter().find(|(known, _)| *known == code).map(|(_, advice)| *advice);
    let lacks = sign_in.lack.map(of_lack);
    let azure_cli = azure_cli(&sign_in.message);
    let advice = known.or(lacks).or(azure_cli).unwrap_or("check the connection's tenant, cloud and credential");
    match &sign_in.connection {
        // Typed without it, it signs in to another connection, or asks which is meant.
        Some(name) => advice.replace("'auditql login'", &format!("'auditql login --connection {name}'")),
        None => advice.to_owned(),
    }
}

/// Why the service was not reached, where the library says in its words that a request came to nothing.
pub(super) fn unreached(sign_in: &SignIn) -> Option<&'static str> {
    let message: &str = &sign_in.message;
    if sign_in.status.is_some() || !message.contains("error sending request") {
        return None;
    }
    let is_of = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if is_of(&["certificate", "invalid peer", "tls", "TLS"]) {
        return None;
    }
    Some(if is_of(&["dns error", "lookup address"]) { "the name cannot be resolved" } else { "it does not answer" })
}

fn of_lack(lack: Lack) -> &'static str {
    match lack {
        Lack::Setting => SET_IT,
        Lack::Person => "sign in with 'auditql login'",
        Lack::SafePlace => "only you may be able to read that folder and its files; correct it, then 'auditql login'",
        Lack::Certificate => {
            "check certificate_path, AZURE_CLIENT_CERTIFICATE_PATH and AZURE_CLIENT_CERTIFICATE_PASSWORD"
        }
        Lack::ValidCertificate => {
            "make a new one, upload it to the app registration, and point certificate_path to it; or set this machine's clock"
        }
        Lack::FederatedToken => {
            "check federated_token_file or AZURE_FEDERATED_TOKEN_FILE, and that the platform writes it"
        }
        Lack::ManagedIdentity => {
            "managed identities exist on virtual machines and services of Azure, once they are switched on there; elsewhere \
             choose another auth"
        }
    }
}

fn azure_cli(message: &str) -> Option<&'static str> {
    if message.contains("az not found") || message.contains("az: not found") {
        return Some("install the Azure CLI, or choose another auth for the connection");
    }
    message.contains("az login").then_some("sign in with 'az login', in the connection's tenant")
}
