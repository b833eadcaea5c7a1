//! What there is to say about the tenant: counts, reach, the people in the story, and three queries worth typing.

use chrono::{DateTime, Utc};

use super::graph::{Item, Kind, Rows};
use super::world::{World, clock};

/// Facts about a tenant, for a greeting.
#[derive(Debug, Clone)]
pub struct Story {
    /// Distinct records of each kind, in the order of [`Kind::ALL`].
    pub counts: [(Kind, usize); 4],
    /// Times of the oldest and the newest record.
    pub reach: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// What an investigation should end with; none when the records came from a file.
    pub attack: Option<AttackFacts>,
    /// Queries worth typing: each needs a request or two for a kind of sign-in.
    pub queries: [Example; 3],
}

/// The attack in the data, told.
#[derive(Debug, Clone)]
pub struct AttackFacts {
    /// User principal name of the account that was taken over.
    pub victim: String,
    /// The addresses that the password spray came from.
    pub spray: Vec<String>,
    /// The address from which the stolen token was used.
    pub replay: String,
    /// The account that was tried many times within minutes.
    pub besieged: String,
    /// The account that was tried once from each of several countries.
    pub circled: String,
    /// The account that was made, given a role and deleted.
    pub helper: String,
    /// The guest who was let in to read.
    pub guest: String,
    /// Where the guest read, and the link for anyone was used.
    pub reader: String,
    /// When the spray began.
    pub start: DateTime<Utc>,
    /// `sessionId` of the stolen session.
    pub session: String,
}

/// A query worth typing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// What it asks, in a few words.
    pub title: &'static str,
    /// The query.
    pub sql: String,
}

impl Story {
    pub(super) fn of(records: &dyn Rows, world: &World) -> Self {
        let mut counts = Kind::ALL.map(|kind| (kind, 0));
        for row in 0..records.len() {
            let kinds = records.list(row, "signInEventTypes");
            for (_, count) in counts.iter_mut().filter(|(kind, _)| kinds.contains(&Item::Text(kind.member()))) {
                *count += 1;
            }
        }
        let time = |row| clock::date_time(records.ticks(row));
        let reach = records.len().checked_sub(1).map(|last| (time(last), time(0)));
        let ip = |source: u16| world.sources.get(source).ip.clone();
        let attack = world.attack.as_ref().map(|attack| AttackFacts {
            victim: world.people[attack.victim].upn.clone(),
            spray: attack.spray.map(ip).to_vec(),
            replay: ip(attack.replay),
            besieged: world.people[attack.besieged].upn.clone(),
            circled: world.people[attack.circled].upn.clone(),
            helper: world.people[attack.helper].upn.clone(),
            guest: world.people[attack.guest].upn.clone(),
            reader: ip(attack.reader),
            start: clock::date_time(attack.start),
            session: attack.session_id(),
        });
        let queries = if attack.is_some() { leading() } else { plain() };
        Self { counts, reach, attack, queries }
    }
}

const NEWEST: &str = "SELECT created_date_time, user_principal_name, status.error_code\n\
    FROM sign_ins WHERE is_interactive\n\
    ORDER BY created_date_time DESC LIMIT 10";

const SPRAY: &str = "SELECT ip_address, count(*) AS failures,\n  \
      count(DISTINCT user_principal_name) AS accounts\n\
    FROM sign_ins WHERE is_interactive AND status.error_code = 50126\n\
    GROUP BY 1 ORDER BY accounts DESC LIMIT 5";

const CHANGES: &str = "SELECT activity_date_time, activity_display_name, result\n\
    FROM directory_audits ORDER BY activity_date_time DESC LIMIT 10";

/// Queries that suit any records.
fn plain() -> [Example; 3] {
    let failures = "SELECT status.error_code, count(*) AS n FROM sign_ins GROUP BY 1 ORDER BY n DESC";
    let countries = "SELECT user_principal_name,\n  \
          array_agg(DISTINCT location.country_or_region) AS countries\n\
        FROM sign_ins GROUP BY 1 HAVING count(DISTINCT location.country_or_region) > 1";
    [
        Example { title: "the newest sign-ins", sql: NEWEST.into() },
        Example { title: "how sign-ins end", sql: failures.into() },
        Example { title: "who was in more than one country", sql: countries.into() },
    ]
}

/// Queries that lead into the story and tell nothing of it.
fn leading() -> [Example; 3] {
    [
        Example { title: "the newest sign-ins", sql: NEWEST.into() },
        Example { title: "which addresses tried many accounts", sql: SPRAY.into() },
        Example { title: "what was changed in the directory last", sql: CHANGES.into() },
    ]
}
