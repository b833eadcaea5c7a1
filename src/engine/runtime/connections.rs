//! The connections of a session, by name. One that nobody asked is not opened.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use datafusion::execution::TaskContext;

use super::Connected;
use crate::causes;
use crate::engine::error::{Error, Unusable};

/// A connection, opened, or why it cannot be.
type Opened = Result<Arc<Connected>, Arc<Unusable>>;

/// The connections of a session.
#[derive(Default)]
pub(crate) struct Connections(BTreeMap<String, LazyLock<Opened, Box<dyn FnOnce() -> Opened + Send>>>);

impl Connections {
    /// Adds one that is opened like this when it is first asked.
    pub(crate) fn insert(&mut self, name: &str, open: impl FnOnce() -> Opened + Send + 'static) {
        self.0.insert(name.to_owned(), LazyLock::new(Box::new(open)));
    }

    /// One that can be used.
    pub(crate) fn get(&self, name: &str) -> Option<&Connected> {
        self.0.get(name)?.as_deref().ok()
    }

    /// Why one cannot be used, in a line.
    pub(crate) fn flaw(&self, name: &str) -> Option<String> {
        let why = LazyLock::force(self.0.get(name)?).as_ref().err()?;
        Some(causes::said(why.as_ref()).join(": "))
    }

    /// That one cannot be used, as a line of EXPLAIN; empty: it can.
    pub(crate) fn flaw_line(&self, name: &str) -> String {
        let line = |why| format!("  nothing can be sent: the connection '{name}' cannot be used: {why}\n");
        self.flaw(name).map_or_else(String::new, line)
    }

    /// The connection that a task asks.
    pub(crate) fn of(context: &TaskContext, name: &str) -> Result<Arc<Connected>, Error> {
        let all = context.session_config().get_extension::<Self>();
        let Some(found) = all.as_ref().and_then(|all| all.0.get(name)) else {
            return Err(Error::NoConnection(name.into()));
        };
        LazyLock::force(found).clone().map_err(|why| Error::Unusable { name: name.into(), why })
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
