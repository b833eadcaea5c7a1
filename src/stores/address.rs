//! An address as a person writes it, read without asking anybody.
//!
//! A key of a bucket is text and no path of a URL: `s3://b/a%20b` names what is called so. Only what a web server is asked
//! for is written in the spelling of URLs.

use std::path::Path as LocalPath;

use object_store::path::Path;
use url::Url;

use super::kind::Kind;
use crate::files::StoreFault;

/// What keeps a key from being asked for.
const ODD: &str = "a part of its path is empty, is '.' or '..', or holds a control character";

/// An address that can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) kind: Kind,
    /// Its scheme as it was written.
    pub(super) scheme: String,
    /// What is opened, as one address: `s3://evidence`.
    pub(super) base: String,
    /// What of it is meant.
    pub(super) meant: Meant,
    /// What stands behind the address of a link: it may sign it.
    pub(super) query: Option<String>,
}

/// What of a bucket is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meant {
    /// An object, or all below it.
    Location(Path),
    /// Whatever a pattern matches.
    Pattern(String),
}

/// The scheme of an address that is not one of a file here, in lower case.
pub fn scheme(location: &str) -> Option<String> {
    let url = Url::parse(location).ok().filter(|_| !LocalPath::new(location).is_absolute());
    let scheme = match url {
        Some(url) => url.scheme().to_owned(),
        // `https://` names nothing, and `s3://b ucket` no host: no file of this machine either.
        None => {
            location.split_once("://").map(|(scheme, _)| scheme.to_lowercase()).filter(|it| Kind::of(it).is_some())?
        }
    };
    // A single letter is a drive.
    (scheme != "file" && scheme.len() > 1).then_some(scheme)
}

impl Address {
    /// Reads an address; what is wrong with it comes with the name by which it may be shown.
    pub(super) fn of(text: &str) -> Result<Self, (String, StoreFault)> {
        let wrong = |why: &str| (shown(text), StoreFault::Address { why: why.to_owned() });
        let scheme = scheme(text).ok_or_else(|| wrong("it has no scheme"))?;
        let kind = Kind::of(&scheme)
            .ok_or_else(|| wrong(&format!("{scheme}: is not one of s3:, abfss:, az:, gs: and https:")))?;
        let rest = text.get(scheme.len()..).and_then(|rest| rest.strip_prefix("://"));
        let rest = rest.ok_or_else(|| wrong("behind the scheme stands no ://"))?;
        let (host, key) = rest.split_once('/').unwrap_or((rest, ""));
        if host.is_empty() {
            return Err(wrong(if kind == Kind::Https { "it names no host" } else { "it names no bucket" }));
        }
        if kind == Kind::Https {
            return Self::of_web(text, scheme).map_err(wrong);
        }
        if host.contains(':') || host.contains('@') && !scheme.starts_with("abfs") {
            return Err(wrong("a user name, a password or a port has no place in it"));
        }
        let base = format!("{scheme}://{host}");
        let key = key.trim_end_matches('/');
        let meant = match key.contains(['*', '?', '[']) {
            // No key has such a part, so the pattern would match nothing.
            true if key.split('/').any(|part| matches!(part, "." | "..")) => return Err(wrong(ODD)),
            true => Meant::Pattern(key.to_owned()),
            false => Meant::Location(Path::parse(key).map_err(|_| wrong(ODD))?),
        };
        Ok(Self { kind, scheme, base, meant, query: None })
    }

    /// A file of a web server: one file, since nothing lists what there is.
    fn of_web(text: &str, scheme: String) -> Result<Self, &'static str> {
        let url = Url::parse(text).map_err(|_| "it cannot be read as a URL")?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("a user name or a password has no place in it");
        }
        if url.fragment().is_some() {
            return Err("it has a fragment, which is never sent");
        }
        if url.query().is_some_and(|query| query.starts_with("%E2%80%A6")) {
            return Err("what stands for its query is of another session: write the link anew");
        }
        if url.path().contains(['*', '[']) {
            return Err("a web server does not list its files, so it can have no pattern");
        }
        if url.path().ends_with('/') {
            return Err("it names no file, and a web server does not list its files");
        }
        let location = Path::from_url_path(url.path()).map_err(|_| ODD)?;
        Ok(Self {
            kind: Kind::Https,
            scheme,
            base: url.origin().ascii_serialization(),
            meant: Meant::Location(location),
            query: url.query().filter(|query| !query.is_empty()).map(str::to_owned),
        })
    }

    /// The bucket or the container, if nothing else stands there.
    #[cfg(any(feature = "s3", feature = "gcs"))]
    pub(super) fn host(&self) -> &str {
        self.base.split_once("://").map_or(self.base.as_str(), |(_, host)| host)
    }

    /// All of it, which is what it is called if it has no query.
    pub(super) fn shown(&self) -> String {
        let query = self.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
        match &self.meant {
            Meant::Location(location) if !query.is_empty() => format!("{}/{location}{query}", self.base),
            Meant::Location(location) => format!("{}/{location}", self.base),
            Meant::Pattern(pattern) => format!("{}/{pattern}", self.base),
        }
    }

    /// That its kind of store is not part of this build.
    pub(super) fn not_built(&self) -> StoreFault {
        StoreFault::NotBuilt { scheme: self.scheme.clone(), feature: self.kind.feature() }
    }
}

/// An address without what may be a secret in it.
fn shown(text: &str) -> String {
    let text = text.split(['?', '#']).next().unwrap_or(text);
    match text.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.split_once('@')?))) {
        Some((scheme, (user, rest))) if !user.contains('/') && !scheme.starts_with("abfs") => {
            format!("{scheme}://…@{rest}")
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_another_machine_is_known_by_its_scheme() {
        for (location, expected) in [
            ("https://x.example/a.csv", Some("https")),
            ("HTTP://x.example/a.csv", Some("http")),
            ("http:/x.example/a.csv", Some("http")),
            ("s3://bucket/a.csv", Some("s3")),
            ("s3://", Some("s3")),
            ("https://", Some("https")),
            ("memory:///a", Some("memory")),
            ("data:text/csv,a", Some("data")),
            ("file:///a.csv", None),
            ("/http://x/a.csv", None),
            ("C:\\a.csv", None),
            ("a.csv", None),
            ("folder/a b.csv", None),
            ("../a:b.csv", None),
        ] {
            assert_eq!(scheme(location).as_deref(), expected, "{location}");
        }
    }

    #[test]
    fn a_key_is_text_and_a_web_address_is_a_url() {
        for (text, base, meant) in [
            ("s3://b/a/x%20y z.json", "s3://b", Meant::Location(Path::parse("a/x%20y z.json").unwrap())),
            ("s3://b", "s3://b", Meant::Location(Path::default())),
            ("s3://b/logs/", "s3://b", Meant::Location(Path::from("logs"))),
            ("s3://b/logs/*.json.gz", "s3://b", Meant::Pattern("logs/*.json.gz".into())),
            ("abfss://c@acc.dfs.core.windows.net/x", "abfss://c@acc.dfs.core.windows.net", Meant::Location("x".into())),
            (
                "https://h.example:8443/a%20b.csv",
                "https://h.example:8443",
                Meant::Location(Path::parse("a b.csv").unwrap()),
            ),
        ] {
            let address = Address::of(text).unwrap();
            assert_eq!((address.base.as_str(), &address.meant), (base, &meant), "{text}");
        }
        let link = Address::of("https://h.example/a.csv?sig=a%2Bb&x=*").unwrap();
        assert_eq!((link.query.as_deref(), link.meant), (Some("sig=a%2Bb&x=*"), Meant::Location("a.csv".into())));
    }

    #[test]
    fn what_is_no_address_is_told_without_its_secrets() {
        for (text, why) in [
            ("s3:///a", "no bucket"),
            ("https://", "no host"),
            ("https://user:CANARY@h/a", "user name"),
            ("https://h/a?…7", "another session"),
            ("https://h/a#CANARY", "fragment"),
            ("https://h/logs/", "names no file"),
            ("https://h/*.csv", "pattern"),
            ("s3://AK:CANARY@b/a", "user name"),
            ("s3://b/a//c", "is empty"),
            ("s3://b/../c", "'..'"),
            ("s3://b/*/../c", "'..'"),
            ("gopher://h/a", "gopher"),
        ] {
            let (shown, fault) = Address::of(text).unwrap_err();
            assert!(fault.to_string().contains(why), "{text}: {fault}");
            assert!(!format!("{shown} {fault}").contains("CANARY"), "{text}: {shown} {fault}");
        }
    }
}
