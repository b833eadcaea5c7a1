//! An entity set: which table it is, what its records are about, its columns. Where they come from is its source.

use super::{Api, ApiVersion, Column, Costly, Feed, Pages, Parent, Population, Quota, Search, Source, Versions};

/// What a record is about, whichever way it came: services, exports and diagnostic streams write the same records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Sign-ins of the directory.
    SignIns,
    /// Changes in the directory.
    DirectoryAudits,
    /// Records of the Management Activity feed, which are the records of the unified audit log.
    Activity,
    /// Users of the directory.
    Users,
    /// Groups of the directory.
    Groups,
    /// Who is in a group.
    GroupMembers,
    /// Applications as tenants know them.
    ServicePrincipals,
    /// Applications as they are registered.
    Applications,
    /// Devices of the directory.
    Devices,
    /// Administrator roles that are in use.
    DirectoryRoles,
    /// Who holds such a role.
    DirectoryRoleMembers,
    /// What applications may do for people.
    PermissionGrants,
    /// What people, groups and applications may do in an application.
    AppRoleAssignments,
    /// Conditional Access policies.
    ConditionalAccessPolicies,
    /// Places that Conditional Access knows.
    NamedLocations,
    /// How people can prove who they are.
    AuthenticationMethods,
    /// What was provisioned into other systems.
    Provisioning,
    /// Risks that were detected.
    RiskDetections,
    /// Users at risk.
    RiskyUsers,
    /// Service principals at risk.
    RiskyServicePrincipals,
    /// Numbers of sign-ins by day.
    SignInDays,
    /// Numbers of sign-ins by application.
    SignInApplications,
    /// Sign-ins in groups, with their numbers.
    SummarizedSignIns,
    /// Alerts of Microsoft Defender.
    Alerts,
    /// Incidents of Microsoft Defender.
    Incidents,
    /// Sign-ins as the reports of Azure AD Graph wrote them.
    SigninEvents,
    /// Changes in the directory as the reports of Azure AD Graph wrote them.
    AuditEvents,
}

/// What a request needs to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Needs {
    /// Application permissions.
    pub permissions: &'static [&'static str],
    /// A licence, and the column without which it is not needed, if there is one.
    pub licence: Option<(&'static str, Option<&'static str>)>,
}

/// A declared table of a remote service.
#[derive(Debug)]
pub struct EntitySet {
    /// SQL schema: `entra`.
    pub schema: &'static str,
    /// SQL name.
    pub name: &'static str,
    /// One paragraph for `\d` and the manual.
    pub doc: &'static str,
    /// What its records are about.
    pub family: Family,
    /// Where they come from.
    pub source: Source,
    /// SQL name of the column that holds the event's own time; `None`: its records are things as they are now, and nothing
    /// that happened.
    pub time: Option<&'static str>,
    /// SQL name of the column that identifies a record.
    pub key: &'static str,
    /// SQL names of the columns of which one says who did it, in every record.
    pub actors: &'static [&'static str],
    /// SQL name of the column within whose values that holds, where one is not enough: the tenant, where records of several
    /// can come together, or what a record is linked to.
    pub within: Option<&'static str>,
    /// Which of several differing copies of a record is the last.
    pub versions: Versions,
    /// The columns, in output order; `raw` is the last.
    pub columns: &'static [Column],
}

impl EntitySet {
    /// The top-level column of that SQL name.
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// The column that holds the event's own time, if its records are events.
    pub fn time_column(&self) -> Option<&'static Column> {
        self.column(self.time?)
    }

    /// Position of the top-level column of that SQL name.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name)
    }

    /// `schema.name`, as SQL writes it.
    pub fn qualified(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }

    /// The listing that it is read from, if it is one of pages.
    pub const fn pages(&self) -> Option<&Pages> {
        match &self.source {
            Source::Pages(pages) => Some(pages),
            Source::Feed(_) | Source::Search(_) => None,
        }
    }

    /// The version of Microsoft Graph that it is read in, where a connection asks one.
    pub const fn version(&self, asked: ApiVersion) -> ApiVersion {
        match &self.source {
            Source::Pages(pages) if pages.beta => ApiVersion::Beta,
            _ => asked,
        }
    }

    /// The searches that it is read from, if it is.
    pub const fn search(&self) -> Option<&Search> {
        match &self.source {
            Source::Search(search) => Some(search),
            Source::Pages(_) | Source::Feed(_) => None,
        }
    }

    /// Which records of the feed, if it is a table of the feed.
    pub const fn feed(&self) -> Option<&Feed> {
        match &self.source {
            Source::Feed(feed) => Some(feed),
            Source::Pages(_) | Source::Search(_) => None,
        }
    }

    /// The kinds that must be asked for one by one, if any.
    pub fn population(&self) -> Option<&Population> {
        self.pages().and_then(|pages| pages.population.as_ref())
    }

    /// The set of whose records each has a listing of its own, if it is such a one.
    pub fn parent(&self) -> Option<&Parent> {
        self.pages().and_then(|pages| pages.parent.as_ref())
    }

    /// Application permissions that reading it from its service needs.
    pub const fn permissions(&self) -> &'static [&'static str] {
        match &self.source {
            Source::Pages(pages) => pages.permissions,
            Source::Feed(feed) => feed.permissions,
            Source::Search(search) => search.permissions,
        }
    }

    /// What these of its columns cost more than the others do, if one of them is costly.
    pub fn costly(&self, columns: &[&Column]) -> Option<&Costly> {
        let costly = self.pages()?.costly?;
        columns.iter().any(|column| column.name == costly.column).then_some(costly)
    }

    /// What reading these of its columns needs.
    pub fn needs(&self, columns: &[&Column]) -> Needs {
        match (self.costly(columns), self.pages()) {
            (Some(costly), _) => {
                Needs { permissions: costly.permissions, licence: Some((costly.licence, Some(costly.column))) }
            }
            (None, Some(pages)) => {
                Needs { permissions: pages.permissions, licence: pages.licence.map(|name| (name, None)) }
            }
            (None, None) => Needs { permissions: self.permissions(), licence: None },
        }
    }

    /// The column or field at a path of names on the wire.
    pub fn at_wire(&self, path: &str) -> Option<&'static Column> {
        let mut columns = self.columns;
        let mut found = None;
        for name in path.split('/') {
            found = columns.iter().find(|column| column.wire == name);
            columns = found?.fields();
        }
        found
    }

    /// The quota that its requests count against, unless a column has one of its own.
    pub const fn quota(&self) -> Quota {
        match &self.source {
            Source::Pages(pages) => pages.quota,
            Source::Feed(_) => Quota::Activity,
            Source::Search(search) => search.quota,
        }
    }

    /// The service that it is read from.
    pub const fn api(&self) -> Api {
        match &self.source {
            Source::Pages(pages) => pages.api,
            Source::Feed(_) => Api::Activity,
            Source::Search(_) => Api::Graph,
        }
    }

    /// The path that it is read from, below the version or the tenant.
    pub const fn path(&self) -> &'static str {
        match &self.source {
            Source::Pages(pages) => pages.path,
            Source::Feed(_) => "/activity/feed/subscriptions/content",
            Source::Search(search) => search.path,
        }
    }

    /// How many days back its service keeps records; `None`: without limit.
    pub const fn retention_days(&self) -> Option<u32> {
        match &self.source {
            Source::Pages(pages) => pages.retention_days,
            Source::Feed(feed) => Some(feed.retention_days),
            Source::Search(search) => Some(search.retention_days),
        }
    }
}
