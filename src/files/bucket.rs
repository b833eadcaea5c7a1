//! The files of a bucket: one object, those below a location, or those that a pattern matches.
//!
//! A listing comes from somebody else. It is bounded in length and in time, and a name that it gives twice is an error:
//! it would be read twice, or goes in circles.

use std::collections::HashSet;
use std::io;
use std::time::Duration;

use futures::stream::StreamExt as _;
use glob::Pattern;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStoreExt as _};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::error::Error;
use super::fault::StoreFault;
use super::file_ref::FileRef;
use super::listed::{Listing, Passed};
use super::names::{MATCHED, Meant, is_hidden};
use super::place::{Bucket, Place, told, wait};

/// Objects that one input is read from at most.
const MOST: usize = 100_000;
/// Objects that are listed to find them: a thousand pages.
const MOST_LISTED: usize = 1_000_000;
/// How long a listing may go on without naming an object.
const SILENCE: Duration = Duration::from_mins(1);
/// The object of this location, whatever its name, or those below it that are meant, by name. Hidden ones are left out.
pub(super) fn files(bucket: &Bucket, prefix: &Path, meant: Meant) -> Result<Listing, Error> {
    let name = || bucket.named(prefix);
    // The bucket itself is no object.
    if !prefix.is_root() {
        match wait(bucket.store.head(prefix)) {
            Ok(object) => return Ok(Listing { files: vec![file(bucket, object)], skipped: Vec::new() }),
            Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(Error::Open { path: name(), source: told(error) }),
        }
    }
    if !bucket.lists {
        return Err(Error::Missing { path: name() });
    }
    let mut found = Found::default();
    walk(bucket, prefix, name, |object| {
        let parts = below(&object, prefix);
        found.take(bucket, object, parts.as_deref(), meant, prefix.as_ref());
        found.files.len()
    })?;
    if found.is_empty { Err(Error::Missing { path: name() }) } else { Ok(found.listing()) }
}

/// The objects that a pattern matches, whatever their names, and those below what it matches that are meant.
pub(super) fn matching(bucket: &Bucket, pattern: &Pattern, meant: Meant) -> Result<Listing, Error> {
    let name = || bucket.named(pattern);
    let mut found = Found::default();
    walk(bucket, &begin(pattern.as_str()), name, |object| {
        let location = object.location.as_ref().to_owned();
        let matches = |part: &&str| pattern.matches_with(part, MATCHED);
        if matches(&location.as_str()) {
            found.is_empty = false;
            found.files.push(file(bucket, object));
        } else if let Some(folder) = folders(&location).find(matches) {
            let parts = below(&object, &Path::from(folder));
            found.take(bucket, object, parts.as_deref(), meant, folder);
        }
        found.files.len()
    })?;
    if found.is_empty { Err(Error::Missing { path: name() }) } else { Ok(found.listing()) }
}

/// What an object is called below a location, part by part.
fn below(object: &ObjectMeta, location: &Path) -> Option<Vec<String>> {
    object.location.prefix_match(location).map(|parts| parts.map(|part| part.as_ref().to_owned()).collect())
}

/// What lies above an object, the nearest to the root first.
fn folders(location: &str) -> impl Iterator<Item = &str> {
    location.match_indices('/').map(|(at, _)| &location[..at])
}

/// The object that a file is.
fn object(file: &FileRef) -> Option<&ObjectMeta> {
    match &file.place {
        Place::Object(_, object) => Some(object),
        Place::Path(_) | Place::Kept(_) => None,
    }
}

/// The location below which everything lies that a pattern matches: its parts without signs.
fn begin(pattern: &str) -> Path {
    let parts = pattern.split('/').take_while(|part| !part.contains(['*', '?', '[']));
    let parts: Vec<&str> = parts.collect();
    Path::parse(parts.join("/")).unwrap_or_default()
}

fn file(bucket: &Bucket, object: ObjectMeta) -> FileRef {
    FileRef::all(Place::Object(bucket.clone(), object))
}

/// What was found of what is meant.
struct Found {
    files: Vec<FileRef>,
    passed: Passed,
    /// Nothing at all is there.
    is_empty: bool,
}

impl Default for Found {
    fn default() -> Self {
        Self { files: Vec::new(), passed: Passed::default(), is_empty: true }
    }
}

impl Found {
    /// Takes an object that lies below `within`.
    fn take(&mut self, bucket: &Bucket, object: ObjectMeta, parts: Option<&[String]>, meant: Meant, within: &str) {
        let parts = parts.unwrap_or_default();
        self.is_empty = false;
        match parts.last() {
            _ if parts.iter().any(|part| is_hidden(part)) => {
                self.passed.count(&bucket.named(within), parts.join("/").into());
            }
            Some(name) if meant.takes(&name.to_lowercase()) => self.files.push(file(bucket, object)),
            // The location itself is listed where a console made a folder of it.
            _ if parts.is_empty() => {}
            _ => self.passed.count(&bucket.named(within), parts.join("/").into()),
        }
    }

    /// What was found, without objects of no length that others lie below: consoles make them where somebody makes a folder.
    fn listing(mut self) -> Listing {
        let all = self.files.iter().filter_map(object);
        let above: HashSet<String> =
            all.flat_map(|object| folders(object.location.as_ref()).map(str::to_owned)).collect();
        let is_marker = |object: &ObjectMeta| object.size == 0 && above.contains(object.location.as_ref());
        self.files.retain(|file| !object(file).is_some_and(is_marker));
        Listing::by_name(self.files, self.passed)
    }
}

/// Hands on every object below a location, as long as `take` has not taken too many.
fn walk(
    bucket: &Bucket,
    location: &Path,
    name: impl Fn() -> std::path::PathBuf,
    mut take: impl FnMut(ObjectMeta) -> usize,
) -> Result<(), Error> {
    let failed = |source: io::Error| Error::Open { path: name(), source };
    let endless = |why: String| failed(StoreFault::Endless { why }.into());
    let mut listing = bucket.store.list(Some(location));
    let mut known: HashSet<Path> = HashSet::new();
    loop {
        let next = wait(async {
            match Handle::try_current() {
                Ok(_) => timeout(SILENCE, listing.next()).await,
                // Without a runtime a store has no network either.
                Err(_) => Ok(listing.next().await),
            }
        });
        let Ok(next) = next else {
            return Err(endless(format!("it named no object for {} s", SILENCE.as_secs())));
        };
        let Some(object) = next else { return Ok(()) };
        let object = object.map_err(|error| failed(told(error)))?;
        if !known.insert(object.location.clone()) {
            return Err(endless(format!("it names {} twice", object.location)));
        }
        if known.len() > MOST_LISTED {
            return Err(Error::TooMany { path: name(), most: MOST_LISTED });
        }
        if take(object) > MOST {
            return Err(Error::TooMany { path: name(), most: MOST });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::sync::Arc;

    use futures::executor::block_on;
    use object_store::ObjectStore;
    use object_store::memory::InMemory;

    use super::super::unpack::open;
    use super::super::{Input, Skipped, Sources, Stamp, sources};
    use super::*;

    fn put(store: &InMemory, location: &str, bytes: &[u8]) {
        block_on(store.put(&Path::parse(location).unwrap(), bytes.to_vec().into())).unwrap();
    }

    fn listed(store: &Arc<InMemory>, prefix: &str) -> Result<Sources, Error> {
        let store: Arc<dyn ObjectStore> = Arc::clone(store) as _;
        sources(&[Input::Objects(Bucket::new(store, "s3://evidence"), prefix.into())])
    }

    fn text(source: &FileRef) -> Result<String, Error> {
        let mut text = String::new();
        open(source)?.read_to_string(&mut text).unwrap();
        Ok(text)
    }

    fn zip(names: &[&str]) -> Vec<u8> {
        use std::io::Write as _;
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for name in names {
            archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(name.as_bytes()).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    #[test]
    fn a_bucket_holds_what_a_folder_of_the_same_names_holds() {
        let (folder, store) = (tempfile::tempdir().unwrap(), Arc::new(InMemory::new()));
        for (name, bytes) in [
            ("b.json", b"b".to_vec()),
            ("a.CSV.gz", b"a".to_vec()),
            ("a/c.ndjson", Vec::new()),
            ("a/.hidden/d.json", b"d".to_vec()),
            ("a/.hidden/e.json", b"e".to_vec()),
            ("~$b.json", b"lock".to_vec()),
            ("notes.txt", b"n".to_vec()),
            ("a/x.xlsx", b"x".to_vec()),
            ("z.zip", zip(&["two.json", "one.json", "read.me", "__MACOSX/one.json"])),
        ] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, &bytes).unwrap();
            put(&store, &format!("case/{name}"), &bytes);
        }
        put(&store, "case2/other.json", b"");
        let local = sources(&[Input::Path(folder.path().to_owned())]).unwrap();
        let remote = listed(&store, "case").unwrap();
        let begin = folder.path().display().to_string();
        let moved = |text: String| text.replace(&begin, "s3://evidence/case");
        let names = |sources: &Sources| -> Vec<String> { sources.files.iter().map(ToString::to_string).collect() };
        assert_eq!(names(&remote), names(&local).into_iter().map(moved).collect::<Vec<_>>());
        assert_eq!(names(&remote)[3..], ["s3://evidence/case/z.zip/one.json", "s3://evidence/case/z.zip/two.json"]);
        let skipped = |of: Skipped| Skipped { within: moved(of.within.display().to_string()).into(), ..of };
        let hidden = local.skipped.iter().find(|skipped| skipped.why == super::super::Why::Hidden).unwrap();
        assert_eq!((hidden.count, hidden.first.to_str()), (2, Some("a/.hidden")));
        assert_eq!(remote.skipped, local.skipped.iter().cloned().map(skipped).collect::<Vec<_>>());
        let texts = |sources: &Sources| -> Vec<String> { sources.files.iter().map(|s| text(s).unwrap()).collect() };
        assert_eq!(texts(&remote), texts(&local));
        // One object may be asked for whatever its name, and what there is not is said.
        assert_eq!(texts(&listed(&store, "case/notes.txt").unwrap()), ["n"]);
        assert!(matches!(listed(&store, "cas").unwrap_err(), Error::Missing { .. }));
        assert_eq!(texts(&listed(&store, "case/a/.hidden").unwrap()), ["d", "e"]);
    }

    #[test]
    fn an_object_that_was_written_to_since_it_was_listed_is_not_read() {
        let store = Arc::new(InMemory::new());
        // What is longer than its begin is read piece by piece.
        let long = |text: &str| text.repeat(100_000);
        put(&store, "a.json", long("old").as_bytes());
        let before = listed(&store, "").unwrap().files.remove(0);
        let stamp = Stamp::of(&before);
        assert!(stamp.holds(&before) && stamp == Stamp::of(&before));
        let mut begun = open(&before).unwrap();
        put(&store, "a.json", long("new").as_bytes());
        assert!(!stamp.holds(&before));
        // What came before is of the state that was listed; nothing of another one is put behind it.
        let mut read = String::new();
        match begun.read_to_string(&mut read) {
            Ok(_) => assert!(read == long("old")),
            Err(error) => assert_eq!(error.to_string(), "it was written to since it was listed"),
        }
        let after = listed(&store, "").unwrap().files.remove(0);
        assert_eq!((text(&after).unwrap(), stamp == Stamp::of(&after)), (long("new"), false));
        // What was not looked at is asked for in the state in which it was listed.
        put(&store, "b.json", b"old");
        let found = wait(store.head(&"b.json".into())).unwrap();
        put(&store, "b.json", b"new");
        let bucket = Bucket::new(Arc::clone(&store) as _, "s3://evidence");
        let Err(Error::Open { source, .. }) = text(&file(&bucket, found)) else { panic!("it was read") };
        assert_eq!(source.to_string(), "it was written to since it was listed");
    }
}
