//! The proof that an application holds its key: a short statement for the sign-in service, signed.
//!
//! Source: Microsoft Entra, "Certificate credentials": PS256, `x5t#S256`, five to ten minutes of life. With `x5c` the
//! service can follow the certificate to an authority that the application trusts ("subject name and issuer").

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::RSA_PSS_SHA256;
use azure_core::Uuid;
use azure_core::http::ClientMethodOptions;
use azure_core::time::OffsetDateTime;
use azure_identity::ClientAssertion;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;

use super::Identity;
use crate::auth::Certificate;
use crate::http::Lack;

/// How long a statement can be used, in seconds.
const LIFE: i64 = 600;

/// Signs a statement for each token.
#[derive(Debug)]
pub(in crate::auth) struct Signed {
    certificate: Certificate,
    audience: String,
    client_id: String,
}

impl Signed {
    /// Statements of the application for the token endpoint of that address.
    pub(in crate::auth) fn new(certificate: Certificate, audience: String, client_id: String) -> Self {
        Self { certificate, audience, client_id }
    }

    pub(super) fn statement(&self, identity: &Identity, now: OffsetDateTime) -> Option<String> {
        let leaf = &identity.leaf.der;
        let mut header = json!({
            "alg": "PS256", "typ": "JWT", "x5t#S256": URL_SAFE_NO_PAD.encode(digest(&SHA256, leaf)),
        });
        if self.certificate.send_chain {
            let chain: Vec<String> = std::iter::once(leaf).chain(&identity.above).map(|c| STANDARD.encode(c)).collect();
            header["x5c"] = chain.into();
        }
        let now = now.unix_timestamp();
        let claims = json!({
            "aud": self.audience, "iss": self.client_id, "sub": self.client_id,
            "jti": Uuid::new_v4().to_string(), "nbf": now, "iat": now, "exp": now + LIFE,
        });
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(&header), part(&claims));
        let mut signature = vec![0; identity.key.public_modulus_len()];
        identity.key.sign(&RSA_PSS_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).ok()?;
        Some(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

#[async_trait::async_trait]
impl ClientAssertion for Signed {
    /// The file is read each time: a certificate that was renewed is used without a restart.
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        let identity = Identity::read(&self.certificate)?;
        let statement = self.statement(&identity, OffsetDateTime::now_utc());
        statement.ok_or_else(|| Lack::Certificate.error("the certificate's key cannot sign"))
    }
}
