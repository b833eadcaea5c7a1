//! The tables of a service: whether each can be read, as far as one small request tells.
//!
//! Permissions are read from the token only to say what is missing: a table that answers is one that can be read, whatever
//! the token calls it.

use std::sync::Arc;

use super::{Doctor, Finding, Trouble};
use crate::apis;
use crate::auth::{self, Claims};
use crate::http::{self, Budget, Client, Services};
use crate::plan::Scan;
use crate::searches::{self, Searches};
use crate::subscriptions::{Population, Subscriptions};
use crate::table::{Api, EntitySet, Feed, Pages, Search, Source};
use crate::tally::Tally;
use crate::wire::Request;

impl Doctor<'_> {
    /// Looks over all tables that are read from the service.
    pub(super) async fn tables(&self, api: Api, claims: Option<&Claims>, tell: &mut impl FnMut(Finding)) {
        let client = match auth::client(self.connection, Arc::clone(&self.pacer), self.options.clone()) {
            Ok(client) => client,
            Err(error) => return tell(Finding::bad(&format!("tables of {}", api.name()), Trouble::Setup(error))),
        };
        let feeds = apis::ALL.iter().any(|set| set.feed().is_some() && of(set) == api);
        let population = if feeds { self.feed(&client, tell).await } else { None };
        for set in apis::ALL.iter().filter(|set| of(set) == api) {
            let lacks = lacking(set, claims);
            match &set.source {
                Source::Pages(pages) => tell(self.pages(set, pages, lacks, &client).await),
                Source::Search(search) => tell(self.searches(set, search, lacks, &client).await),
                Source::Feed(feed) => tell(of_feed(set, feed, lacks, population.as_ref())),
            }
        }
    }

    /// The request of a query for a row: as small as the service allows.
    fn few(&self, set: &'static EntitySet, pages: &'static Pages) -> Option<Request> {
        let scan = Scan {
            set,
            pages,
            version: set.version(self.connection.api_version),
            columns: set.column(set.key).into_iter().collect(),
            tenant: self.connection.tenant.as_str().into(),
            record_cap: None,
            conjuncts: Vec::new(),
            keys: Vec::new(),
            order: None,
            limit: Some(1),
            pushdown: true,
        };
        Some(scan.plan().streams.first()?.query.request())
    }

    async fn pages(
        &self,
        set: &'static EntitySet,
        pages: &'static Pages,
        lacks: Vec<&'static str>,
        client: &Client,
    ) -> Finding {
        let subject = set.qualified();
        // A set below others has no address of its own.
        if pages.path.contains('{') {
            return if lacks.is_empty() {
                Finding::skipped(&subject, "it can be asked for one object at a time only")
            } else {
                Finding::bad(&subject, Trouble::Permissions(lacks))
            };
        }
        let Some(request) = self.few(set, pages) else { return Finding::skipped(&subject, "nothing can be asked for") };
        match client.send(&request, &Budget::new(Arc::new(Tally::default()))).await {
            Ok(_) => Finding::good(&subject, "can be read".into()),
            Err(error) => refused(set, error, lacks),
        }
    }

    /// The list of searches says whether there can be one; none is ordered.
    async fn searches(
        &self,
        set: &'static EntitySet,
        search: &'static Search,
        lacks: Vec<&'static str>,
        client: &Client,
    ) -> Finding {
        let subject = set.qualified();
        let searches = Searches::new(client.clone(), search, None, Arc::default());
        match searches.ours(&Budget::new(Arc::new(Tally::default()))).await {
            Ok(_) => Finding::good(&subject, format!("can be searched ({})", searches.version().segment())),
            Err(searches::Error::Request(error)) => refused(set, error, lacks),
            Err(error) => Finding::bad(&subject, Trouble::Searches(error)),
        }
    }

    /// What the feed collects.
    async fn feed(&self, client: &Client, tell: &mut impl FnMut(Finding)) -> Option<Population> {
        let subject = "activity feed";
        let budget = Budget::new(Arc::new(Tally::default()));
        let asked = match Subscriptions::new(client.clone(), &self.connection.tenant) {
            Ok(subscriptions) => subscriptions.population(&budget).await,
            Err(error) => Err(error),
        };
        let population = match asked {
            Ok(population) => population,
            Err(error) => {
                tell(Finding::bad(subject, Trouble::Feed(error)));
                return None;
            }
        };
        if population.readable.is_empty() {
            tell(Finding::bad(subject, Trouble::NoSubscription));
        } else {
            // A tenant whose auditing is off is one that the feed does not know.
            tell(Finding::good(subject, format!("auditing is on; it collects {}", population.readable.join(", "))));
        }
        if !population.disabled.is_empty() {
            tell(Finding::bad(subject, Trouble::Disabled(population.disabled.clone())));
        }
        for (content_type, status) in &population.odd {
            tell(Finding::note(
                subject,
                format!("the status of {content_type} is '{}'", client.veil().told_name(status)),
            ));
        }
        Some(population)
    }
}

/// Says of the tables whose service the connection has no address for that they were left out.
pub(super) fn left_out(services: &Services, tell: &mut impl FnMut(Finding)) {
    for set in apis::ALL.iter().filter(|set| !services.contains_key(&of(set))) {
        tell(Finding::skipped(&set.qualified(), "the connection has no address for its service"));
    }
}

/// The service that a table is read from.
fn of(set: &EntitySet) -> Api {
    set.api()
}

/// What reading needs that the token does not say it has; nothing if it says nothing.
fn lacking(set: &EntitySet, claims: Option<&Claims>) -> Vec<&'static str> {
    let Some(claims) = claims else { return Vec::new() };
    let has = |name: &str| claims.permissions.iter().any(|permission| permission == name);
    set.permissions().iter().copied().filter(|name| !has(name)).collect()
}

/// What a refusal means for a table.
fn refused(set: &'static EntitySet, error: http::Error, lacks: Vec<&'static str>) -> Finding {
    let subject = set.qualified();
    let is_refusal = error.refusal().is_some_and(|refusal| refusal.status == 403);
    let no_licence = error
        .refusal()
        .is_some_and(|refusal| refusal.code.as_deref().is_some_and(|code| code.contains("NonPremiumTenant")));
    if is_refusal && !no_licence && !lacks.is_empty() {
        return Finding::bad(&subject, Trouble::Permissions(lacks));
    }
    Finding::bad(&subject, Trouble::Table { error, needs: set.needs(&[]) })
}

fn of_feed(set: &EntitySet, feed: &Feed, lacks: Vec<&'static str>, population: Option<&Population>) -> Finding {
    let subject = set.qualified();
    let Some(population) = population else { return Finding::skipped(&subject, "the activity feed cannot be asked") };
    let missing = feed.content_types.iter().filter(|name| !population.readable.contains(*name)).copied();
    let missing: Vec<&str> = missing.collect();
    if !lacks.is_empty() {
        Finding::bad(&subject, Trouble::Permissions(lacks))
    } else if !missing.is_empty() && missing.len() == feed.content_types.len() {
        Finding::note(&subject, format!("has no rows: {} is not subscribed to", missing.join(", ")))
    } else {
        Finding::good(&subject, "can be read".into())
    }
}
