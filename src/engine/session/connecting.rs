//! Connections become what requests are sent with: at once, or when a statement first asks one of those that it may not need.

use std::path::PathBuf;
use std::sync::Arc;

use super::merged::Tenant;
use super::system_tables::Known;
use crate::auth::{self, Connection, CredentialSource};
use crate::engine::error::{Error, Unusable};
use crate::engine::runtime::{Connected, Connections};
use crate::engine::scan::feed::population;
use crate::engine::scan::located::Records;
use crate::files::Input;
use crate::http::{Options, Pace, Pacer, Quotas};
use crate::table::ApiVersion;

/// A connection that a session has besides those that must work.
pub(crate) enum Other {
    /// A service.
    Service(Box<Connection>),
    /// Exported files under a name.
    Files(String, Vec<Input>),
    /// What cannot be used.
    Unusable {
        /// Its name.
        name: String,
        /// The tenant, if it says which.
        tenant: Option<String>,
        /// Why not.
        why: Arc<Unusable>,
    },
}

impl Other {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Service(connection) => &connection.name,
            Self::Files(name, _) | Self::Unusable { name, .. } => name,
        }
    }

    /// Enters it as one that is opened when it is first asked.
    pub(crate) fn enter(&self, connections: &mut Connections, pacers: &mut Pacers, (pace, http): (Pace, &Options)) {
        match self {
            Self::Service(connection) => {
                let (pacer, connection, http) = (pacers.of(connection, pace), connection.clone(), http.clone());
                let open = move || connect(&connection, pacer, http).map(Arc::new);
                connections.insert(self.name(), move || open().map_err(|e| Arc::new(Unusable::Failed(Box::new(e)))));
            }
            Self::Unusable { why, .. } => {
                let why = Arc::clone(why);
                connections.insert(self.name(), move || Err(why));
            }
            Self::Files(..) => {}
        }
    }

    /// Enters it into the table of connections.
    pub(crate) fn show(&self, known: &mut Known) {
        match self {
            Self::Service(connection) => known.service(connection),
            Self::Files(name, inputs) => known.files(name, inputs),
            Self::Unusable { name, tenant, .. } => known.unusable(name, tenant.as_deref()),
        }
    }

    /// As a tenant, if it is one.
    pub(crate) fn tenant(&self) -> Option<Tenant<'_>> {
        match self {
            Self::Service(connection) => Some(Tenant::of(connection)),
            Self::Unusable { name, tenant, .. } => {
                let records = Records::Service(ApiVersion::Beta);
                // Nothing of it is left out without an error.
                let has_aadgraph = true;
                Some(Tenant { connection: name, tenant: tenant.as_deref().unwrap_or_default(), records, has_aadgraph })
            }
            Self::Files(..) => None,
        }
    }

    /// Its name and inputs, if it is files.
    pub(crate) fn files(&self) -> Option<(&str, &[Input])> {
        match self {
            Self::Files(name, inputs) => Some((name, inputs)),
            Self::Service(_) | Self::Unusable { .. } => None,
        }
    }
}

/// What requests of a connection are sent with. Nothing is sent, no credential is asked for.
pub(crate) fn connect(connection: &Connection, pacer: Arc<Pacer>, http: Options) -> Result<Connected, Error> {
    let name = || connection.name.clone();
    let client = auth::client(connection, pacer, http).map_err(|source| Error::Connection { name: name(), source })?;
    let content_types = population(connection.content_types.as_deref())
        .map_err(|content_type| Error::ContentType { name: name(), content_type })?;
    let (tenant, keeps, quotas) = (connection.tenant.clone(), connection.keeps, connection.quotas.clone());
    Ok(Connected { client, tenant, content_types, keeps, quotas, search_version: Arc::default() })
}

/// One pacer for all connections that a service counts together.
#[derive(Default)]
pub(crate) struct Pacers {
    /// Where send times are shared with other processes.
    folder: Option<PathBuf>,
    all: Vec<(PacedBy, Arc<Pacer>)>,
}

/// What quotas are counted by: the tenant, and who asks.
type PacedBy = (String, CredentialSource, [Option<url::Url>; 3], Quotas);

impl Pacers {
    pub(crate) fn shared_in(folder: Option<PathBuf>) -> Self {
        Self { folder, all: Vec::new() }
    }

    /// The pacer of a connection.
    pub(crate) fn of(&mut self, connection: &Connection, pace: Pace) -> Arc<Pacer> {
        let Connection { tenant, credential, graph_url, management_url, aadgraph_url, quotas, .. } = connection.clone();
        let by = (tenant.to_ascii_lowercase(), credential, [graph_url, management_url, aadgraph_url], quotas);
        if let Some((_, pacer)) = self.all.iter().find(|(other, _)| *other == by) {
            return Arc::clone(pacer);
        }
        let pacer = Arc::new(auth::pacer(connection, pace, self.folder.as_deref()));
        self.all.push((by, Arc::clone(&pacer)));
        pacer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_of_one_application_and_tenant_have_one_pacer() {
        let secret = |id: &str| CredentialSource::ClientSecret { client_id: id.into(), secret: "s".into() };
        let one = Connection::new("a", "contoso.example", secret("x"));
        let mut pacers = Pacers::default();
        let first = pacers.of(&one, Pace::Documented);
        let mut other = Quotas::default();
        other.set(crate::table::Quota::Reports, None);
        for (connection, same) in [
            (Connection { name: "b".into(), tenant: "CONTOSO.example".into(), ..one.clone() }, true),
            (Connection { api_version: crate::table::ApiVersion::V1, ..one.clone() }, true),
            (Connection { tenant: "fabrikam.example".into(), ..one.clone() }, false),
            (Connection { credential: secret("y"), ..one.clone() }, false),
            (Connection { quotas: other, ..one.clone() }, false),
        ] {
            assert_eq!(Arc::ptr_eq(&first, &pacers.of(&connection, Pace::Documented)), same, "{connection:?}");
        }
    }
}
