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
use azure_core::error::ErrorKind;
use azure_core::time::OffsetDateTime;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

#[cfg(any(feature = "cli", feature = "testing"))]
use super::Error;
use super::retry::{Limits, back_off};
use super::sign_in::SignInFailure;
use crate::veil::Veil;

/// A token is replaced this long before it expires, or at half its life if that is shorter.
const MARGIN: Duration = Duration::from_mins(5);
/// After a refresh that failed while the old token is still good, the next one is tried this much later.
const PAUSE: Duration = Duration::from_secs(30);
/// Longest time a credential may take: the Azure CLI can hang.
const LONGEST: Duration = Duration::from_secs(45);
/// After a sign-in that was refused, nobody tries again for so long: each try counts towards a lockout, and whoever
/// corrects something takes longer.
const REFUSED: Duration = Duration::from_secs(10);

type Make = dyn Fn() -> azure_core::Result<Arc<dyn TokenCredential>> + Send + Sync;

/// Where tokens come from.
#[derive(Clone)]
pub struct Credentials(Arc<Inner>);

struct Inner {
    source: Source,
    veil: Veil,
    /// The connection that people sign in to.
    connection: Option<String>,
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
    failed: BTreeMap<String, Failed>,
}

/// A try that failed. It is the answer to all who waited for it, and to whoever comes before the next one is due.
struct Failed {
    failure: SignInFailure,
    at: Instant,
    next: Instant,
    /// Tries in a row.
    times: u32,
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
        Self::over(Source::Given(token.clone()), &[token], None)
    }

    /// Tokens of the credential that `make` builds, again after each rejection. `secrets` are the texts that never may
    /// show in a message: sign-in services have been seen to echo them.
    pub fn made(
        secrets: &[Secret],
        make: impl Fn() -> azure_core::Result<Arc<dyn TokenCredential>> + Send + Sync + 'static,
    ) -> Self {
        Self::over(Source::Made(Box::new(make)), secrets, None)
    }

    /// The same of people, who sign in to a connection of that name.
    pub fn of_people(
        connection: String,
        secrets: &[Secret],
        make: impl Fn() -> azure_core::Result<Arc<dyn TokenCredential>> + Send + Sync + 'static,
    ) -> Self {
        Self::over(Source::Made(Box::new(make)), secrets, Some(connection))
    }

    fn over(source: Source, secrets: &[Secret], connection: Option<String>) -> Self {
        let veil = Veil::over(secrets.iter().map(Secret::secret));
        Self(Arc::new(Inner { source, veil, connection, state: Mutex::default() }))
    }

    /// What hides the secrets, and the tokens that came of them.
    pub fn veil(&self) -> &Veil {
        &self.0.veil
    }

    /// Whether a rejected token can be replaced.
    pub(super) fn renewable(&self) -> bool {
        matches!(self.0.source, Source::Made(_))
    }

    /// A token for the scope. Of many callers one fetches it and the others wait; its failure is theirs.
    pub(super) async fn token(&self, scope: &str, limits: &Limits) -> Result<Token, SignInFailure> {
        let make = match &self.0.source {
            Source::Given(secret) => return Ok(Token { secret: secret.clone(), generation: 0 }),
            Source::Made(make) => make,
        };
        let asked = Instant::now();
        // The one lock that is held while waiting: it is what makes the refresh a single flight.
        let mut state = self.0.state.lock().await;
        let (generation, now) = (state.generation, Instant::now());
        if let Some(failed) = state.failed.get(scope).filter(|failed| asked <= failed.at || now < failed.next) {
            return Err(failed.failure.clone().resting(failed.next.saturating_duration_since(now)));
        }
        let held = state.tokens.get(scope).cloned();
        if let Some(held) = held.as_ref().filter(|held| now < held.refresh) {
            return Ok(held.token(generation));
        }
        let held = match (state.fetch(make, scope).await, held.filter(|held| now < held.expires)) {
            (Ok(token), _) => {
                self.0.veil.add_token(token.token.secret());
                Held::of(&token, Instant::now())
            }
            (Err(_), Some(held)) => Held { refresh: now + PAUSE, ..held },
            (Err(error), None) => {
                let failure = SignInFailure::of(&error, &self.0.veil).for_people_of(self.0.connection.as_deref());
                return Err(state.refuse(scope, failure, limits));
            }
        };
        state.failed.remove(scope);
        state.tokens.insert(scope.to_owned(), held.clone());
        Ok(held.token(generation))
    }

    /// What can be read of a token for the scope.
    ///
    /// # Errors
    /// When there is none to be had.
    #[cfg(any(feature = "cli", feature = "testing"))]
    pub async fn look<T>(&self, scope: &str, read: impl FnOnce(&Secret) -> T) -> Result<T, Error> {
        let token = self.token(scope, &Limits::default()).await.map_err(|failure| Error::SignIn(failure.error))?;
        Ok(read(&token.secret))
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
        let failed = |message: String| azure_core::Error::with_message(ErrorKind::Credential, message);
        let token = timeout(LONGEST, credential.get_token(&[scope], None)).await;
        let token = token.unwrap_or_else(|_| Err(failed(format!("no token within {} s", LONGEST.as_secs()))))?;
        // The library takes a reply without its members for one with empty ones.
        if token.token.secret().is_empty() { Err(failed("the reply holds no token".into())) } else { Ok(token) }
    }

    /// Remembers a failure until the next try is due.
    fn refuse(&mut self, scope: &str, failure: SignInFailure, limits: &Limits) -> SignInFailure {
        let (at, times) = (Instant::now(), self.failed.get(scope).map_or(1, |failed| failed.times + 1));
        let rest = match (failure.is_final(), failure.outcome().told()) {
            (true, _) => REFUSED,
            (false, told) => told.unwrap_or_else(|| back_off(limits.base, times, limits.cap)),
        };
        let rest = rest.min(limits.longest_told);
        let failure = failure.resting(rest);
        self.failed.insert(scope.to_owned(), Failed { failure: failure.clone(), at, next: at + rest, times });
        failure
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

    use super::*;
    use crate::veil::Veiled;

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
        Credentials::made(&["CANARY".into(), "CAN/ARY".into()], move || {
            Ok(Arc::new(Counting { made: made.fetch_add(1, SeqCst), calls: AtomicU32::new(0), life, fails_from }))
        })
    }

    fn limits() -> Limits {
        Limits::default().scaled(100)
    }

    async fn secret(credentials: &Credentials, scope: &str) -> String {
        credentials.token(scope, &limits()).await.unwrap().secret.secret().to_owned()
    }

    #[tokio::test]
    async fn a_hundred_requests_cost_one_token() {
        let credentials = counting(3600, 99);
        let all = futures::future::join_all((0..100).map(|_| secret(&credentials, "a"))).await;
        assert!(all.iter().all(|t| t == "token-0-0"), "{all:?}");
        assert_eq!(secret(&credentials, "b").await, "token-0-1", "another scope is another token");
    }

    /// Fails with this status as often as it is asked.
    #[derive(Debug)]
    struct Failing(Arc<AtomicU32>, Option<u16>);

    #[async_trait::async_trait]
    impl TokenCredential for Failing {
        async fn get_token(&self, _: &[&str], _: Option<TokenRequestOptions<'_>>) -> azure_core::Result<AccessToken> {
            let call = self.0.fetch_add(1, SeqCst);
            tokio::time::sleep(Duration::from_millis(20)).await;
            let Some(status) = self.1 else {
                return Ok(AccessToken::new("", OffsetDateTime::now_utc() + azure_core::time::Duration::hours(1)));
            };
            let kind = ErrorKind::HttpResponse { status: status.into(), error_code: None, raw_response: None };
            Err(azure_core::Error::with_message(kind, format!("try {call}")))
        }
    }

    fn failing(status: Option<u16>) -> (Arc<AtomicU32>, Credentials) {
        let tries = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&tries);
        (tries, Credentials::made(&[], move || Ok(Arc::new(Failing(Arc::clone(&counted), status)))))
    }

    #[tokio::test]
    async fn a_sign_in_that_fails_fails_once_for_all_who_wait_for_it() {
        for status in [Some(401), Some(400), Some(503), None] {
            let (tries, credentials) = failing(status);
            let limits = limits();
            let all = futures::future::join_all((0..100).map(|_| credentials.token("a", &limits))).await;
            let messages: Vec<Veiled> = all.into_iter().map(|t| t.unwrap_err().error.message).collect();
            assert_eq!(tries.load(SeqCst), 1, "{status:?}");
            assert!(messages.iter().all(|m| *m == messages[0]), "{messages:?}");
        }
    }

    #[tokio::test]
    async fn the_next_try_is_made_when_it_is_due_and_not_before() {
        // A rejected secret is not sent again for a while, whoever asks.
        let (tries, credentials) = failing(Some(401));
        for _ in 0..10 {
            let failure = credentials.token("a", &limits()).await.unwrap_err();
            assert!(failure.rest() > REFUSED / 2, "{:?}", failure.rest());
        }
        assert_eq!(tries.load(SeqCst), 1);
        // A service in trouble is asked again after its rest, which grows.
        let (tries, credentials) = failing(Some(503));
        let mut rests = Vec::new();
        for _ in 0..4 {
            let rest = credentials.token("a", &limits()).await.unwrap_err().rest();
            credentials.token("a", &limits()).await.unwrap_err();
            rests.push(rest.as_millis());
            tokio::time::sleep(rest).await;
        }
        assert_eq!((tries.load(SeqCst), rests), (4, vec![5, 10, 20, 40]));
    }

    #[tokio::test]
    async fn a_rejected_token_is_replaced_once_for_all() {
        let credentials = counting(3600, 99);
        let rejected = credentials.token("a", &limits()).await.unwrap();
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
        credentials.token("a", &limits()).await.unwrap_err();
    }

    #[tokio::test]
    async fn secrets_are_taken_out_of_messages_and_never_printed() {
        let failure = counting(3600, 0).token("a", &limits()).await.unwrap_err();
        assert_eq!(&*failure.error.message, "no *** today, nor ***");
        let given = Credentials::given("CANARY".into());
        let token = given.token("a", &limits()).await.unwrap();
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
