//! Addresses of stores of objects (`s3://…`, `abfss://…`, `gs://…`, `https://…`), and what opens them.
//!
//! Signing, paging and asking again are `object_store`'s, with the variables that each cloud's own tools read; what is sent
//! goes through the one transport of [`http`](crate::http), so that its rules hold here too: no redirects to other hosts, no
//! proxy for this machine, TLS with the system's certificates. Nothing is sent before a file is looked for.
//!
//! Each kind of store is a feature of its own, because the library brings a second HTTP client with it. Without the feature
//! an address is refused by name.

mod address;
#[cfg(feature = "store")]
mod connection;
#[cfg(feature = "store")]
mod entry;
mod kind;
mod links;
#[cfg(feature = "store")]
mod open;
#[cfg(feature = "store")]
mod refusal;

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use glob::Pattern;

use crate::files::{Bucket, Input, StoreFault};
use crate::http::transport::TransportOptions;
pub use address::scheme;
use address::{Address, Meant};
#[cfg(feature = "cli")]
pub use kind::{SECRETS, is_read};
use links::Links;

/// Buckets that stay open; more are opened anew each time.
const OPEN: usize = 64;

/// The stores that a session reads from, and what it asks them with.
#[derive(Clone, Default)]
pub struct Stores(Arc<Inner>);

#[derive(Default)]
#[cfg_attr(not(feature = "store"), allow(dead_code, reason = "nothing is asked without a kind of store"))]
struct Inner {
    /// Variables of the environment, by their names: credentials, regions, endpoints.
    variables: Vec<(String, String)>,
    transport: TransportOptions,
    open: Mutex<HashMap<String, Bucket>>,
    links: Links,
}

impl fmt::Debug for Stores {
    /// The variables hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stores")
    }
}

impl Stores {
    /// Stores that are asked with these variables (`AWS_ACCESS_KEY_ID` and its like), by such a transport.
    pub fn new(variables: Vec<(String, String)>, transport: TransportOptions) -> Self {
        Self(Arc::new(Inner { variables, transport, open: Mutex::default(), links: Links::default() }))
    }

    /// What a path is called: a link without its query, which may sign it.
    pub fn name(&self, path: &str) -> String {
        self.0.links.name(path)
    }

    /// A text in which the links that are known stand by their names.
    pub fn in_names(&self, text: &str) -> String {
        self.0.links.in_names(text)
    }

    /// What a path means: a file of this machine, or what lies behind an address.
    pub fn input(&self, path: &Path) -> Input {
        let Some(text) = path.to_str() else { return Input::Path(path.to_owned()) };
        if scheme(text).is_none() {
            return Input::Path(text.strip_prefix("file://").unwrap_or(text).into());
        }
        let link = self.0.links.of(text);
        let opened = Address::of(&link).and_then(|address| self.opened(&address));
        opened.unwrap_or_else(|(shown, why)| Input::Closed(shown.into(), why))
    }

    fn opened(&self, address: &Address) -> Result<Input, (String, StoreFault)> {
        let failed = |why| (self.name(&address.shown()), why);
        let bucket = self.bucket(address).map_err(failed)?;
        Ok(match &address.meant {
            Meant::Location(location) => Input::Objects(bucket, location.clone()),
            Meant::Pattern(pattern) => {
                let pattern = Pattern::new(pattern);
                let flaw = |flaw: glob::PatternError| failed(StoreFault::Address { why: flaw.msg.to_owned() });
                Input::Matching(bucket, pattern.map_err(flaw)?)
            }
        })
    }

    /// The bucket of an address: the same one each time, with its connections.
    fn bucket(&self, address: &Address) -> Result<Bucket, StoreFault> {
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let key = address.query.as_ref().map_or_else(|| address.base.clone(), |_| address.shown());
        if let Some(known) = open.get(&key) {
            return Ok(known.clone());
        }
        let bucket = self.0.open(address)?;
        // What is behind the name of its one file.
        let bucket = match (&address.query, self.name(&address.shown()).rsplit_once('?')) {
            (Some(_), Some((_, number))) => bucket.marked(&format!("?{number}")),
            _ => bucket,
        };
        if open.len() < OPEN {
            open.insert(key, bucket.clone());
        }
        Ok(bucket)
    }
}

#[cfg(not(feature = "store"))]
impl Inner {
    #[expect(clippy::unused_self, reason = "it is asked with its variables where there is a kind of store")]
    fn open(&self, address: &Address) -> Result<Bucket, StoreFault> {
        Err(address.not_built())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_without_a_scheme_is_a_file_of_this_machine() {
        let stores = Stores::default();
        for (path, file) in [("a.csv", "a.csv"), ("file:///a.csv", "/a.csv"), ("../a:b", "../a:b"), ("C:\\x", "C:\\x")]
        {
            assert_eq!(stores.input(Path::new(path)), Input::Path(file.into()), "{path}");
        }
    }

    #[test]
    fn what_cannot_be_asked_is_an_input_that_says_why() {
        let stores = Stores::default();
        let why = |text: &str| match stores.input(Path::new(text)) {
            Input::Closed(_, why) => why.to_string(),
            other => panic!("{text} is {other}"),
        };
        assert!(why("ftp://host/a.csv").contains("ftp"), "{}", why("ftp://host/a.csv"));
        assert!(why("https://user:CANARY@host/a.csv").contains("user name"));
        assert!(why("s3:///a.csv").contains("no bucket"));
        #[cfg(not(feature = "s3"))]
        assert_eq!(why("s3://b/a.csv"), "this build of auditql does not read s3: addresses, and nothing was sent");
    }
}
