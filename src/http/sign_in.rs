//! A sign-in that failed: what is told of it, and what it means for another attempt.

use std::time::Duration;

use azure_core::error::ErrorKind;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use super::attempt::told;
use super::retry::Outcome;
use super::transport::refused_tls;
use super::{Lacking, SignIn};
use crate::causes::{self, chain};
use crate::veil::Veil;

/// Longest message of a sign-in service that is kept.
const LONGEST_MESSAGE: usize = 4096;

/// A sign-in that failed. All who waited for it get a copy.
#[derive(Debug, Clone)]
pub(super) struct SignInFailure {
    pub(super) error: Box<SignIn>,
    outcome: Outcome,
    /// How long nobody signs in after it.
    rest: Duration,
}

impl SignInFailure {
    /// Reads the library's error, which wraps the reply of the sign-in service; of that only status, code and message
    /// are kept, since it may echo what was sent.
    pub(super) fn of(error: &azure_core::Error, veil: &Veil) -> Self {
        let inner = chain(error).filter_map(|e| e.downcast_ref::<azure_core::Error>());
        let deepest = inner.last().unwrap_or(error);
        let (status, code, told) = match deepest.kind() {
            ErrorKind::HttpResponse { status, error_code, raw_response } => {
                let told = raw_response.as_ref().and_then(|r| told_by(r.headers()));
                (Some(u16::from(*status)), error_code.as_deref().map(|c| format!("AADSTS{c}")), told)
            }
            _ => (None, None, None),
        };
        let passing = matches!(deepest.kind(), ErrorKind::Connection | ErrorKind::Io) && secured(deepest);
        let outcome = match status {
            // A 401 of the sign-in service is a rejected secret. A new credential would send the same.
            Some(status) if status != 401 => Outcome::Status { status, told },
            None if passing => Outcome::Fault,
            _ => Outcome::Permanent,
        };
        let lack = chain(error).find_map(|e| e.downcast_ref::<Lacking>()).map(|lacking| lacking.lack);
        let message: String = message(deepest).chars().take(LONGEST_MESSAGE).collect();
        let message = veil.told(&message);
        let code = code.or_else(|| code_in(&message));
        Self {
            error: Box::new(SignIn { status, code, message, lack, connection: None }),
            outcome,
            rest: Duration::ZERO,
        }
    }

    /// One that came to nothing in its time.
    pub(super) fn late(time: Duration) -> Self {
        let message = Veil::default().told(&format!("no token within {} s", time.as_secs()));
        let error = Box::new(SignIn { status: None, code: None, message, lack: None, connection: None });
        Self { error, outcome: Outcome::Fault, rest: Duration::ZERO }
    }

    /// The same of a connection of that name.
    pub(super) fn for_people_of(mut self, connection: Option<&str>) -> Self {
        self.error.connection = connection.map(str::to_owned);
        self
    }

    /// The same, with so long until the next.
    pub(super) fn resting(self, rest: Duration) -> Self {
        Self { rest, ..self }
    }

    pub(super) fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Whether another try would meet the same, until somebody changes something.
    pub(super) fn is_final(&self) -> bool {
        match self.outcome {
            Outcome::Permanent => true,
            Outcome::Status { status, .. } => matches!(status, 400..=499) && !matches!(status, 408 | 429),
            Outcome::Success | Outcome::Fault => false,
        }
    }

    pub(super) fn rest(&self) -> Duration {
        self.rest
    }
}

impl SignIn {
    /// Why a credential gave no token, outside of any request.
    pub fn of(error: &azure_core::Error, veil: &Veil) -> Self {
        *SignInFailure::of(error, veil).error
    }
}

/// The code among the words of the sign-in service or of the Azure CLI: `AADSTS50076`.
fn code_in(message: &str) -> Option<String> {
    let at = message.find("AADSTS")?;
    let digits = message[at + 6..].bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0).then(|| message[at..at + 6 + digits].to_owned())
}

fn told_by(headers: &azure_core::http::headers::Headers) -> Option<Duration> {
    let mut map = HeaderMap::new();
    for (name, value) in [("retry-after", RETRY_AFTER), ("date", reqwest::header::DATE)] {
        let text = headers.get_optional_str(&name.into()).and_then(|v| v.parse().ok());
        text.map(|text| map.insert(value, text));
    }
    told(&map)
}

fn secured(error: &azure_core::Error) -> bool {
    !chain(error).any(|e| e.downcast_ref::<reqwest::Error>().is_some_and(refused_tls))
}

/// The error's words and those of its causes, which say what was wrong with a connection or a certificate.
fn message(error: &azure_core::Error) -> String {
    causes::said(error).join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_wherever_it_stands() {
        for (message, code) in [
            ("AADSTS50076: Due to a configuration change", Some("AADSTS50076")),
            ("ERROR: (x) AADSTS700082 The refresh token", Some("AADSTS700082")),
            ("AADSTS", None),
            ("ERROR: Please run 'az login'", None),
        ] {
            assert_eq!(code_in(message).as_deref(), code, "{message}");
        }
    }
}
