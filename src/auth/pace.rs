//! Whose requests a service counts together.

use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};

use super::{Claims, Connection, CredentialSource};
use crate::http::{Pace, Pacer};

/// What paces the requests of a connection. With a folder, all processes that name it keep the quotas together, where they
/// send in the name of the same application in the same tenant.
pub fn pacer(connection: &Connection, pace: Pace, folder: Option<&Path>) -> Pacer {
    let pacer = Pacer::with_quotas(pace, connection.quotas.clone());
    match folder {
        Some(folder) => pacer.shared_in(folder.join(name(connection))),
        None => pacer,
    }
}

/// A name that only connections of one application, tenant and place have, and that tells nobody which. A tenant that goes by
/// its id here and by a domain there is two: nothing but a sign-in tells that they are one.
fn name(connection: &Connection) -> String {
    let urls = [&connection.graph_url, &connection.management_url, &connection.aadgraph_url];
    let urls = urls.map(|url| url.as_ref().map_or("", |url| url.as_str())).join("\n");
    let of = format!("{}\n{}\n{urls}", connection.tenant, application(&connection.credential)).to_ascii_lowercase();
    digest(&SHA256, of.as_bytes()).as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The application, or what is known of it: how it proves who it is makes no other one of it.
fn application(credential: &CredentialSource) -> String {
    let told = match credential {
        CredentialSource::AccessToken(token) => Claims::read(token.secret()).and_then(|claims| claims.application),
        _ => credential.client_id().map(str::to_owned),
    };
    told.unwrap_or_else(|| credential.name().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{Certificate, Flow, Person};

    #[test]
    fn one_application_in_one_tenant_has_one_name_however_it_signs_in() {
        let secret = |id: &str| CredentialSource::ClientSecret { client_id: id.into(), secret: "s".into() };
        let one = Connection::new("a", "contoso.example", secret("ab"));
        let certificate = Certificate { path: "x".into(), password: None, send_chain: false };
        let certificate = CredentialSource::Certificate { client_id: "AB".into(), certificate };
        let person = Person { client_id: "cd".into(), flow: Flow::Browser, tokens: "x".into() };
        let url = Some("https://graph.example/".parse().unwrap());
        for (other, same) in [
            (Connection { name: "b".into(), tenant: "CONTOSO.example".into(), ..one.clone() }, true),
            (Connection { credential: certificate, ..one.clone() }, true),
            (Connection { credential: secret("cd"), ..one.clone() }, false),
            (Connection { credential: CredentialSource::Person(person), ..one.clone() }, false),
            (Connection { credential: CredentialSource::AzureCli, ..one.clone() }, false),
            (Connection { tenant: "fabrikam.example".into(), ..one.clone() }, false),
            (Connection { graph_url: url, ..one.clone() }, false),
        ] {
            assert_eq!(name(&other) == name(&one), same, "{other:?}");
        }
        assert!(name(&one).bytes().all(|byte| byte.is_ascii_hexdigit()) && name(&one).len() == 32);
    }

    #[test]
    fn a_token_is_of_the_application_that_it_names() {
        use base64::Engine as _;
        let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(r#"{"appid":"ab"}"#);
        let token = |text: String| CredentialSource::AccessToken(text.into());
        assert_eq!(application(&token(format!("h.{payload}.s"))), "ab");
        assert_eq!(application(&token("opaque".into())), "access_token");
    }
}
