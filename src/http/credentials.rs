//! Keeps the token of a connection: fetched once however many requests wait for it, anew before it expires, and dropped
//! with its credential when the service rejects it.
//!
//! The library's credentials cache, but a cache that cannot be emptied would hand out the rejected token again, and the
//! Azure CLI's has none: each token costs a process. So the cache is here and the credential behind it is expendable.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::{AccessToken, Secret, TokenCredential};
use azure_core::time::OffsetDateTime;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::attempt::SignInFailure;

/// A token is replaced this long before it expires, or at half its life if that is shorter.
const MARGIN: Duration = Duration::from_mins(5);
/// After a refresh that failed while the old token is still good, the next one is tried this much later.
const PAUSE: Duration = Duration::from_secs(30);
/// Longest time a credential may take: the Azure CLI can hang.
const LONGEST: Duration = Duration::from_mins(1);

type Make = dyn Fn() -> azure_core::Result<Arc<dyn TokenCredential>> + Send + Sync;

/// Where tokens come from.
#[derive(Clone)]
pub struct Credentials(Arc<Inner>);

struct Inner {
    source: Source,
    secrets: Vec<Secret>,
    state: Mutex<State>,
}

enum Source {
    Given(Secret),
    Made(Box<Make>),
}

#[derive(Default)]
struct State {
    generation: u64,
    credential: Option<Arc<dyn TokenCredential>>,
    tokens: BTreeMap<String, Held>,
}

#[derive(Clone)]
struct Held {
    secret: Secret,
    refresh: Instant,
    expires: Instant,
}

/// A token and which credential it came from.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) secret: Secret,
    pub(super) generation: u64,
}

impl Credentials {
    /// A token that is used as it is. When the service rejects it, there is no other.
    pub fn given(token: Secret) -> Self {
        Self::over(Source::Given(token.clone()), vec![token])
    }

    /// Tokens of the credential that `make` builds, again after each rejection. `secrets` are the texts that never may
    /// show in a message: sign-in services have been seen to echo them.
    pub fn made(
        secrets: Vec<Secret>,
        make: impl Fn() -> azure_core::Result<Arc<dyn TokenCredential>> + Send + Sync + 'static,
    ) -> Self {
        Self::over(Source::Made(Box::new(make)), secrets)
    }

    fn over(source: Source, secrets: Vec<Secret>) -> Self {
        Self(Arc::new(Inner { source, secrets, state: Mutex::default() }))
    }

    /// Whether a rejected token can be replaced.
    pub(super) fn renewable(&self) -> bool {
        matches!(self.0.source, Source::Made(_))
    }

    /// A token for the scope. Of many callers one fetches it and the others wait.
    pub(super) async fn token(&self, scope: &str) -> Result<Token, SignInFailure> {
        let make = match &self.0.source {
            Source::Given(secret) => return Ok(Token { secret: secret.clone(), generation: 0 }),
            Source::Made(make) => make,
        };
        // The one lock that is held while waiting: it is what makes the refresh a single flight.
        let mut state = self.0.state.lock().await;
        let (generation, now) = (state.generation, Instant::now());
        let held = state.tokens.get(scope).cloned();
        if let Some(held) = held.as_ref().filter(|held| now < held.refresh) {
            return Ok(held.token(generation));
        }
        let held = match state.fetch(make, scope).await {
            Ok(token) => Held::of(&token, Instant::now()),
            Err(error) => held
                .filter(|held| now < held.expires)
                .map(|held| Held { refresh: now + PAUSE, ..held })
                .ok_or_else(|| SignInFailure::of(&error, &self.0.secrets))?,
        };
        state.tokens.insert(scope.to_owned(), held.clone());
        Ok(held.token(generation))
    }

    /// Drops the credential a rejected token came from, with all its tokens; once, however many requests were rejected.
    pub(super) async fn renew(&self, rejected: &Token) {
        let mut state = self.0.state.lock().await;
        if state.generation == rejected.generation {
            *state = State { generation: state.generation + 1, ..State::default() };
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("renewable", &self.renewable()).finish_non_exhaustive()
    }
}

impl State {
    async fn fetch(&mut self, make: &Make, scope: &str) -> azure_core::Result<AccessToken> {
        let credential = match &self.credential {
            Some(credential) => Arc::clone(credential),
            None => Arc::clone(self.credential.insert(make()?)),
        };
        timeout(LONGEST, credential.get_token(&[scope], None)).await.unwrap_or_else(|_| {
            let message = format!("no token within {} s", LONGEST.as_secs());
            Err(azure_core::Error::with_message(azure_core::error::ErrorKind::Credential, message))
        })
    }
}

impl Held {
    /// Expiry is turned into the monotonic clock at once: later jumps of the wall clock do not matter.
    fn of(token: &AccessToken, now: Instant) -> Self {
        let life: Duration = (token.expires_on - OffsetDateTime::now_utc()).try_into().unwrap_or_default();
        let margin = MARGIN.min(life / 2);
        Self { secret: token.token.clone(), refresh: now + life.saturating_sub(margin), expires: now + life }
    }

    fn token(&self, generation: u64) -> Token {
        Token { secret: self.secret.clone(), generation }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

    use azure_core::credentials::TokenRequestOptions;
    use azure_core::error::ErrorKind;

    use super::*;

    /// Hands out `token-<credential>-<call>`, living for so many seconds; fails from the given call on.
    #[derive(Debug)]
    struct Counting {
        made: u32,
        calls: AtomicU32,
        life: i64,
        fails_from: u32,
    }

    #[async_trait::async_trait]
    impl TokenCredential for Counting {
        async fn get_token(&self, _: &[&str], _: Option<TokenRequestOptions<'_>>) -> azure_core::Result<AccessToken> {
            let call = self.calls.fetch_add(1, SeqCst);
            tokio::task::yield_now().await;
            if call >= self.fails_from {
                return Err(azure_core::Error::with_message(ErrorKind::Credential, "no CANARY today, nor CAN%2FARY"));
            }
            let expires = OffsetDateTime::now_utc() + azure_core::time::Duration::seconds(self.life);
            Ok(AccessToken::new(format!("token-{}-{call}", self.made), expires))
        }
    }

    fn counting(life: i64, fails_from: u32) -> Credentials {
        let made = AtomicU32::new(0);
        Credentials::made(vec!["CANARY".into(), "CAN/ARY".into()], move || {
            Ok(Arc::new(Counting { made: made.fetch_add(1, SeqCst), calls: AtomicU32::new(0), life, fails_from }))
        })
    }

    async fn secret(credentials: &Credentials, scope: &str) -> String {
        credentials.token(scope).await.unwrap().secret.secret().to_owned()
    }

    #[tokio::test]
    async fn a_hundred_requests_cost_one_token() {
        let credentials = counting(3600, 99);
        let all = futures::future::join_all((0..100).map(|_| secret(&credentials, "a"))).await;
        assert!(all.iter().all(|t| t == "token-0-0"), "{all:?}");
        assert_eq!(secret(&credentials, "b").await, "token-0-1", "another scope is another token");
    }

    #[tokio::test]
    async fn a_rejected_token_is_replaced_once_for_all() {
        let credentials = counting(3600, 99);
        let rejected = credentials.token("a").await.unwrap();
        for _ in 0..3 {
            credentials.renew(&rejected).await;
        }
        assert_eq!(secret(&credentials, "a").await, "token-1-0");
    }

    #[tokio::test]
    async fn a_failed_refresh_leaves_the_old_token_in_use() {
        let credentials = counting(0, 1);
        assert_eq!(secret(&credentials, "a").await, "token-0-0");
        {
            let mut state = credentials.0.state.lock().await;
            let held = state.tokens.get_mut("a").unwrap();
            held.expires = Instant::now() + Duration::from_mins(1);
        }
        assert_eq!(secret(&credentials, "a").await, "token-0-0", "due for refresh, refresh fails, still good");
        credentials.0.state.lock().await.tokens.get_mut("a").unwrap().refresh = Instant::now();
        credentials.0.state.lock().await.tokens.get_mut("a").unwrap().expires = Instant::now();
        credentials.token("a").await.unwrap_err();
    }

    #[tokio::test]
    async fn secrets_are_taken_out_of_messages_and_never_printed() {
        let failure = counting(3600, 0).token("a").await.unwrap_err();
        assert_eq!(failure.error.message, "no *** today, nor ***");
        let given = Credentials::given("CANARY".into());
        let token = given.token("a").await.unwrap();
        assert!(!format!("{given:?} {token:?}").contains("CANARY"));
        assert!(!given.renewable());
    }

    #[test]
    fn short_lived_tokens_are_replaced_at_half_their_life() {
        let now = Instant::now();
        let life = |seconds| {
            let expires = OffsetDateTime::now_utc() + azure_core::time::Duration::seconds(seconds);
            (Held::of(&AccessToken::new("x", expires), now).refresh - now).as_secs_f64().round()
        };
        assert_eq!((life(3600), life(100), life(-5)), (3300.0, 50.0, 0.0));
    }
}
