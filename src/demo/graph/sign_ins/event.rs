//! One generated sign-in: a few numbers, from which its properties follow.
//!
//! Fifty thousand of these take a few megabytes and a fraction of a second; the text of a record (two to four kilobytes)
//! is made when it is served.

use std::borrow::Cow;

use super::kind::Kind;
use super::outcomes::{Outcome, Risk};
use crate::demo::world::World;
use crate::demo::world::apps::{App, Program, RESOURCES, Resource};
use crate::demo::world::devices::{DEVICES, Device};
use crate::demo::world::dice::{guid, mix};
use crate::demo::world::people::{Home, Person};
use crate::demo::world::places::{Address, PLACES, Place};

/// One sign-in.
#[derive(Clone, Copy)]
pub(in crate::demo) struct Event {
    /// What its identifiers and small accidents follow from.
    pub(super) seed: u64,
    /// When, in units of 100 ns since 1970.
    pub(super) ticks: i64,
    pub(super) kind: Kind,
    /// A person, a service principal or a managed identity, by kind.
    pub(super) actor: u16,
    pub(super) app: u16,
    pub(super) source: u16,
    pub(super) device: u16,
    pub(super) outcome: Outcome,
    pub(super) risk: Risk,
    /// What the session's identifier follows from.
    pub(super) session: u64,
    /// What the token's identifier follows from.
    pub(super) token: u64,
    /// The one property that is served with a value of the wrong type.
    pub(super) odd: Option<Odd>,
    /// How often it is served.
    pub(super) copies: u8,
}

/// A value of the wrong JSON type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::demo) enum Odd {
    /// `"errorCode": "50126"`
    CodeAsText,
    /// `"appDisplayName": {"value": …}`
    AppAsObject,
    /// `"location": "Lisbon"`
    PlaceAsText,
    /// `"riskEventTypes_v2": "…"`
    RiskAsText,
    /// `"isManaged": "true"`
    ManagedAsText,
    /// `"processingTimeInMilliseconds": "214"`
    TimeAsText,
}

impl Odd {
    pub(super) const ALL: [Self; 6] = [
        Self::CodeAsText,
        Self::AppAsObject,
        Self::PlaceAsText,
        Self::RiskAsText,
        Self::ManagedAsText,
        Self::TimeAsText,
    ];
}

/// Who acts: a person, or a program with an identity of its own.
pub(super) enum Actor<'a> {
    Person(&'a Person),
    Program(&'a Program),
}

/// The vendor's own tenant, as public documentation names it.
const VENDOR: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

impl Event {
    /// What follows from the record's seed for a purpose.
    pub(in crate::demo) fn roll(&self, purpose: u64) -> u64 {
        mix(self.seed, purpose)
    }

    /// Whether something happens that happens to `n` records in a thousand.
    pub(super) fn chance(&self, purpose: u64, n: u64) -> bool {
        self.roll(purpose) % 1000 < n
    }

    /// When, in units of 100 ns since 1970.
    pub(in crate::demo) fn ticks(&self) -> i64 {
        self.ticks
    }

    /// How often it is served.
    pub(in crate::demo) fn copies(&self) -> usize {
        self.copies.into()
    }

    /// The one property that is served with a value of the wrong type.
    pub(in crate::demo) fn oddity(&self) -> Option<Odd> {
        self.odd
    }

    pub(super) fn is_of(&self, kind: Kind) -> bool {
        self.kind == kind
    }

    /// What is said of its end, and of the second factor.
    pub(in crate::demo) fn words(&self) -> (&'static str, Option<&'static str>) {
        let words = self.outcome.words();
        (words.reason, words.details)
    }

    pub(in crate::demo) fn id(&self) -> String {
        guid(self.seed, 1)
    }

    /// Digits of the fraction of a second it is served with.
    pub(in crate::demo) fn digits(&self) -> usize {
        [0, 0, 3, 6, 7, 7, 7][usize::try_from(self.roll(2) % 7).unwrap_or_default()]
    }

    pub(super) fn actor<'a>(&self, world: &'a World) -> Actor<'a> {
        let index = usize::from(self.actor);
        match self.kind {
            Kind::Interactive | Kind::NonInteractive => Actor::Person(&world.people[index]),
            Kind::ServicePrincipal => Actor::Program(world.service(index)),
            Kind::ManagedIdentity => Actor::Program(&world.machines[index]),
        }
    }

    fn person<'a>(&self, world: &'a World) -> Option<&'a Person> {
        match self.actor(world) {
            Actor::Person(person) => Some(person),
            Actor::Program(_) => None,
        }
    }

    fn program<'a>(&self, world: &'a World) -> Option<&'a Program> {
        match self.actor(world) {
            Actor::Program(program) => Some(program),
            Actor::Person(_) => None,
        }
    }

    fn app<'a>(&self, world: &'a World) -> &'a App {
        &world.apps[usize::from(self.app)]
    }

    pub(super) fn resource(&self, world: &World) -> &'static Resource {
        &RESOURCES[self.program(world).map_or_else(|| self.app(world).resource, |p| p.resource)]
    }

    /// Where from, unless it came from within the cloud.
    pub(super) fn source<'a>(&self, world: &'a World) -> Option<&'a Address> {
        (self.kind != Kind::ManagedIdentity).then(|| world.sources.get(self.source))
    }

    pub(in crate::demo) fn place(&self, world: &World) -> Option<&'static Place> {
        self.source(world).filter(|_| self.odd != Some(Odd::PlaceAsText)).map(|s| &PLACES[s.place])
    }

    pub(in crate::demo) fn device(&self) -> &'static Device {
        &DEVICES[usize::from(self.device)]
    }

    /// Whether the second factor is asked for.
    pub(in crate::demo) fn needs_factor(&self) -> bool {
        matches!(self.outcome, Outcome::SuccessWithFactor | Outcome::FactorNeeded | Outcome::FactorDenied)
    }

    /// A number property that can be filtered. How it is served does not matter: digits in quotes are the number still.
    pub(in crate::demo) fn integer(&self, path: &str) -> Option<i64> {
        (path == "status/errorCode").then(|| self.outcome.words().code.into())
    }

    /// The values of a list property that can be filtered.
    pub(in crate::demo) fn list(&self, path: &str) -> Vec<&'static str> {
        match path {
            "signInEventTypes" => vec![self.kind.member()],
            "riskEventTypes" | "riskEventTypes_v2" => {
                let served = path == "riskEventTypes" || self.odd != Some(Odd::RiskAsText);
                let [.., detection] = self.risk.words();
                if detection.is_empty() || !served { vec![] } else { vec![detection] }
            }
            "conditionalAccessAudiences" if self.needs_factor() => vec![RESOURCES[0].id, RESOURCES[1].id],
            _ => vec![],
        }
    }

    /// A text property that can be filtered; `None` where it is null, missing or served with another type.
    pub(in crate::demo) fn text<'a>(&self, world: &'a World, path: &str) -> Option<Cow<'a, str>> {
        let fixed = |text: &'static str| Some(Cow::Borrowed(text));
        match path {
            "correlationId" => Some(guid(self.session, 0x0c0 + self.roll(3) % 4).into()),
            "originalRequestId" if self.kind == Kind::ManagedIdentity => fixed(""),
            "id" | "originalRequestId" => Some(self.id().into()),
            "conditionalAccessStatus" => fixed(self.outcome.words().access),
            "riskLevelDuringSignIn" => fixed(self.risk.words()[0]),
            "riskLevelAggregated" => fixed(self.risk.words()[1]),
            "riskState" => fixed(self.risk.words()[2]),
            "riskDetail" => fixed(self.risk.words()[3]),
            "resourceId" => fixed(self.resource(world).id),
            "resourceDisplayName" if self.chance(4, 20) => None,
            "resourceDisplayName" => fixed(self.resource(world).name),
            "clientAppUsed" => fixed(self.device().client),
            "tokenIssuerName" => fixed(""),
            // The tenant that the vendor's own applications and services belong to.
            "appOwnerTenantId" if self.program(world).is_none() => fixed(VENDOR),
            "appOwnerTenantId" => Some(world.tenant.as_str().into()),
            "resourceOwnerTenantId" => fixed(VENDOR),
            "authenticationRequirement" if self.kind == Kind::ManagedIdentity => None,
            "authenticationRequirement" if self.needs_factor() => fixed("multiFactorAuthentication"),
            "authenticationRequirement" => fixed("singleFactorAuthentication"),
            "ipAddress" => self.source(world).map(|s| Cow::Borrowed(s.ip.as_str())).or(fixed("")),
            "location/city" => self.place(world).and_then(|p| fixed(p.city)),
            "location/state" => self.place(world).and_then(|p| fixed(p.state)),
            "location/countryOrRegion" => self.place(world).and_then(|p| fixed(p.country)),
            _ => self.named(world, path),
        }
    }

    fn named<'a>(&self, world: &'a World, path: &str) -> Option<Cow<'a, str>> {
        let (person, program) = (self.person(world), self.program(world));
        let name = match path {
            "userDisplayName" => person?.name.as_str(),
            "userPrincipalName" => person?.upn.as_str(),
            "userId" => match person {
                Some(person) if person.home != Home::Nowhere => person.id.as_str(),
                Some(_) => "00000000-0000-0000-0000-000000000000",
                None if self.chance(5, 500) => "",
                None => return None,
            },
            "appId" => program.map_or_else(|| self.app(world).id.as_str(), |p| p.app_id.as_str()),
            "appDisplayName" if self.odd == Some(Odd::AppAsObject) => return None,
            "appDisplayName" => program.map_or_else(|| self.app(world).name, |p| p.name.as_str()),
            "servicePrincipalId" => program.map_or("", |p| p.id.as_str()),
            "servicePrincipalName" => program?.name.as_str(),
            "userAgent" => self.device().user_agent?,
            "deviceDetail/browser" => person.map(|_| self.device().browser)?,
            "deviceDetail/operatingSystem" => person.map(|_| self.device().system)?,
            _ => return None,
        };
        Some(Cow::Borrowed(name))
    }
}
