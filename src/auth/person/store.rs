//! Where the tokens of people are kept: a file for each sign-in service, tenant and application, in a folder of the user's.
//!
//! Not in the keyring: on Linux that is a service on D-Bus, with a stack of crates to talk to it, and the machines on which
//! audit logs are read over SSH have none running. A file has what protects it in plain sight: it belongs to the user, who
//! alone can read it, its folder likewise, and it is no link to somewhere else. What is not so, is not used. It is replaced
//! as a whole, so a reader meets the old one or the new one.
//!
//! A refresh token goes back to where it came from and nowhere else: what it was issued for is in the file, and a
//! connection that was moved to another sign-in service or tenant finds nobody signed in.

use std::fs::{self, DirBuilder, File, Metadata};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use azure_core::credentials::Secret;
use serde::{Deserialize, Serialize};

use super::endpoint::Endpoint;
use crate::http::Lack;

/// Longest file that is read.
const LONGEST: u64 = 256 << 10;

/// The file of one sign-in service, tenant and application.
#[derive(Debug, Clone)]
pub(super) struct Store {
    folder: PathBuf,
    file: PathBuf,
    issued: Issued,
}

/// What a refresh token was issued for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Issued {
    authority: String,
    tenant: String,
    client_id: String,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    version: u32,
    #[serde(flatten)]
    issued: Issued,
    /// Who signed in, for people.
    who: Option<String>,
    refresh_token: String,
}

/// A person who signed in.
#[derive(Debug, Clone)]
pub(super) struct Saved {
    pub(super) who: Option<String>,
    pub(super) refresh: Secret,
}

impl Store {
    pub(super) fn new(folder: &Path, endpoint: &Endpoint) -> Self {
        let issued = Issued {
            authority: endpoint.authority.to_string(),
            tenant: endpoint.tenant.to_ascii_lowercase(),
            client_id: endpoint.client_id.to_ascii_lowercase(),
        };
        let name = digest(&SHA256, format!("{}\n{}\n{}", issued.authority, issued.tenant, issued.client_id).as_bytes());
        let name: String = name.as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        Self { folder: folder.to_owned(), file: folder.join(format!("{name}.json")), issued }
    }

    /// Whoever signed in; `None` when nobody did.
    pub(super) fn load(&self) -> azure_core::Result<Option<Saved>> {
        let Some(text) = self.read().map_err(|why| self.unsafe_because(&why))? else { return Ok(None) };
        let kept =
            serde_json::from_str(&text).ok().filter(|kept: &Kept| kept.version == 1 && kept.issued == self.issued);
        Ok(kept.map(|kept| Saved { who: kept.who, refresh: Secret::new(kept.refresh_token) }))
    }

    /// Keeps a person's token in place of whatever was there.
    pub(super) fn save(&self, saved: &Saved) -> azure_core::Result<()> {
        let kept = Kept {
            version: 1,
            issued: self.issued.clone(),
            who: saved.who.clone(),
            refresh_token: saved.refresh.secret().to_owned(),
        };
        self.write(&kept).map_err(|why| self.unsafe_because(&why))
    }

    /// Forgets whoever signed in; whether there was somebody.
    pub(super) fn forget(&self) -> azure_core::Result<bool> {
        match fs::remove_file(&self.file) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(self.unsafe_because(&error.kind().to_string())),
        }
    }

    fn read(&self) -> Result<Option<String>, String> {
        match fs::symlink_metadata(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            found => own(&found.map_err(told)?, "the folder", Metadata::is_dir)?,
        }
        let named = match fs::symlink_metadata(&self.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            found => found.map_err(told)?,
        };
        own(&named, "the file", Metadata::is_file)?;
        let mut file = File::open(&self.file).map_err(told)?;
        // Between the look and the opening it can have been exchanged for a link.
        let opened = file.metadata().map_err(told)?;
        if !same(&named, &opened) || opened.len() > LONGEST {
            return Err("the file changed while it was read".into());
        }
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(told)?;
        Ok(Some(text))
    }

    fn write(&self, kept: &Kept) -> Result<(), String> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.folder).map_err(told)?;
        own(&fs::symlink_metadata(&self.folder).map_err(told)?, "the folder", Metadata::is_dir)?;
        // Made for its owner alone, then put in the place of the old one: a link there is replaced, not followed.
        let mut file = tempfile::NamedTempFile::new_in(&self.folder).map_err(told)?;
        let text = serde_json::to_vec_pretty(kept).map_err(|_| "it cannot be written".to_owned())?;
        file.write_all(&text).and_then(|()| file.as_file().sync_all()).map_err(told)?;
        file.persist(&self.file).map(drop).map_err(|error| told(error.error))
    }

    fn unsafe_because(&self, why: &str) -> azure_core::Error {
        Lack::SafePlace.error(format!("the tokens of people cannot be kept in {}: {why}", self.folder.display()))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn told(error: io::Error) -> String {
    error.kind().to_string()
}

/// Whether it is what it should be, the user's, and nobody else's.
fn own(meta: &Metadata, what: &str, is: fn(&Metadata) -> bool) -> Result<(), String> {
    if !is(meta) {
        return Err(format!("{what} is a link, or something else than it should be"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        // Whatever is made now belongs to the user, so this tells who that is without a call to the system's library.
        let user = tempfile::tempfile().and_then(|file| file.metadata()).map_err(told)?.uid();
        if meta.uid() != user {
            return Err(format!("{what} belongs to another user"));
        }
        if meta.mode() & 0o077 != 0 {
            let mode = if meta.is_dir() { "700" } else { "600" };
            return Err(format!("{what} is open to other users; 'chmod {mode}' closes it"));
        }
    }
    Ok(())
}

#[cfg(unix)]
fn same(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn same(a: &Metadata, b: &Metadata) -> bool {
    a.len() == b.len()
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;
    use crate::auth::{Connection, CredentialSource};
    use crate::http::transport::TransportOptions;

    const TENANT: &str = "7b795fb9-09d3-42f4-a494-38864f99ba3c";

    fn endpoint(tenant: &str, app: &str, authority: &str) -> Endpoint {
        let connection = Connection {
            authority_url: Some(authority.parse().unwrap()),
            ..Connection::new("lab", tenant, CredentialSource::AzureCli)
        };
        Endpoint::new(&connection, app, &TransportOptions::default()).unwrap()
    }

    fn store(folder: &Path) -> Store {
        Store::new(folder, &endpoint(TENANT, "app", "https://login.example"))
    }

    fn saved() -> Saved {
        Saved { who: Some("ada@contoso.com".into()), refresh: "R1".into() }
    }

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    fn chmod(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn what_is_kept_is_the_users_alone_and_comes_back() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("a/tokens");
        let store = store(&folder);
        assert!(store.load().unwrap().is_none() && !store.forget().unwrap());
        store.save(&saved()).unwrap();
        store.save(&Saved { refresh: "R2".into(), ..saved() }).unwrap();
        let loaded = store.load().unwrap().unwrap();
        assert_eq!((loaded.who.as_deref(), loaded.refresh.secret()), (Some("ada@contoso.com"), "R2"));
        assert_eq!((mode(&folder), mode(&store.file)), (0o700, 0o600));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing half-written is left");
        assert!(store.forget().unwrap() && store.load().unwrap().is_none());
    }

    #[test]
    fn a_token_goes_back_to_where_it_came_from_only() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("tokens");
        let own = store(&folder);
        own.save(&saved()).unwrap();
        for (tenant, app, authority) in [
            (TENANT, "app", "https://evil.example"),
            (TENANT, "other", "https://login.example"),
            ("other.example", "app", "https://login.example"),
        ] {
            let moved = Store::new(&folder, &endpoint(tenant, app, authority));
            assert!(moved.load().unwrap().is_none(), "{tenant} {app} {authority}");
            // Nor by a copy in its place.
            fs::copy(&own.file, &moved.file).unwrap();
            assert!(moved.load().unwrap().is_none(), "{tenant} {app} {authority}");
        }
    }

    #[test]
    fn what_others_can_read_or_lead_elsewhere_is_not_used() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("tokens");
        let store = store(&folder);
        let refused = |case: &str| {
            let error = store.load().expect_err(case);
            assert!(!error.to_string().contains("R1"), "{error}");
            error.to_string()
        };
        store.save(&saved()).unwrap();
        chmod(&store.file, 0o644);
        assert!(refused("readable").contains("chmod 600"));
        chmod(&store.file, 0o600);
        chmod(&folder, 0o755);
        assert!(refused("open folder").contains("chmod 700"));
        assert!(store.save(&saved()).is_err());
        chmod(&folder, 0o700);
        let elsewhere = home.path().join("elsewhere");
        fs::rename(&store.file, &elsewhere).unwrap();
        symlink(&elsewhere, &store.file).unwrap();
        assert!(refused("link").contains("link"));
        // Saving replaces the link and leaves what it led to.
        let before = fs::read(&elsewhere).unwrap();
        store.save(&Saved { refresh: "R3".into(), ..saved() }).unwrap();
        assert_eq!((fs::read(&elsewhere).unwrap(), store.load().unwrap().unwrap().refresh), (before, "R3".into()));
        let real = home.path().join("real");
        fs::rename(&folder, &real).unwrap();
        symlink(&real, &folder).unwrap();
        assert!(refused("linked folder").contains("link"));
        assert!(store.save(&saved()).is_err());
    }

    #[test]
    fn what_is_damaged_is_nobody() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("tokens");
        let store = store(&folder);
        store.save(&saved()).unwrap();
        for text in ["", "{}", "CANARY", "[1]"] {
            fs::write(&store.file, text).unwrap();
            assert!(store.load().unwrap().is_none(), "{text}");
        }
        fs::write(&store.file, "x".repeat(300_000)).unwrap();
        assert!(store.load().is_err());
    }
}
