//! The exports of a bucket.

use futures::stream::TryStreamExt as _;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStoreExt as _};

use super::error::Error;
use super::file_ref::FileRef;
use super::listed::{Listing, Passed};
use super::names::Meant;
use super::place::{Bucket, Place, told, wait};

/// The object of this location, whatever its name, or those below it that are meant, by name. Hidden ones are left out.
pub(super) fn files(bucket: &Bucket, prefix: &Path, meant: Meant) -> Result<Listing, Error> {
    let file = |object: ObjectMeta| FileRef::all(Place::Object(bucket.clone(), object));
    let failed = |error| Error::Open { path: bucket.named(prefix), source: told(error) };
    match wait(bucket.store.head(prefix)) {
        Ok(object) => return Ok(Listing { files: vec![file(object)], skipped: Vec::new() }),
        Err(object_store::Error::NotFound { .. }) => {}
        // The bucket itself is no object.
        Err(_) if prefix.is_root() => {}
        Err(error) => return Err(failed(error)),
    }
    let objects: Vec<ObjectMeta> = wait(bucket.store.list(Some(prefix)).try_collect()).map_err(failed)?;
    if objects.is_empty() {
        return Err(Error::Missing { path: bucket.named(prefix) });
    }
    let (mut files, mut passed) = (Vec::new(), Passed::default());
    for object in objects {
        let parts: Vec<String> =
            object.location.prefix_match(prefix).into_iter().flatten().map(|part| part.as_ref().to_owned()).collect();
        match parts.last() {
            _ if parts.iter().any(|part| part.starts_with('.')) => {}
            Some(name) if meant.takes(&name.to_lowercase()) => files.push(file(object)),
            _ => passed.count(&bucket.named(prefix), parts.join("/").into()),
        }
    }
    Ok(Listing::by_name(files, passed))
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
        block_on(store.put(&location.into(), bytes.to_vec().into())).unwrap();
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
        assert_eq!(remote.skipped, local.skipped.iter().cloned().map(skipped).collect::<Vec<_>>());
        let texts = |sources: &Sources| -> Vec<String> { sources.files.iter().map(|s| text(s).unwrap()).collect() };
        assert_eq!(texts(&remote), texts(&local));
        // One object may be asked for whatever its name, and what there is not is said.
        assert_eq!(texts(&listed(&store, "case/notes.txt").unwrap()), ["n"]);
        assert!(matches!(listed(&store, "cas").unwrap_err(), Error::Missing { .. }));
        assert_eq!(texts(&listed(&store, "case/a/.hidden").unwrap()), ["d"]);
    }

    #[test]
    fn an_object_that_was_written_to_since_it_was_listed_is_not_read() {
        let store = Arc::new(InMemory::new());
        put(&store, "a.json", b"old");
        let before = listed(&store, "").unwrap().files.remove(0);
        let stamp = Stamp::of(&before);
        assert!(stamp.holds(&before) && stamp == Stamp::of(&before));
        put(&store, "a.json", b"new");
        assert!(!stamp.holds(&before));
        let Err(Error::Open { source, .. }) = text(&before) else { panic!("it was read") };
        assert_eq!(source.to_string(), "it was written to since it was listed");
        let after = listed(&store, "").unwrap().files.remove(0);
        assert_eq!((text(&after).unwrap().as_str(), stamp == Stamp::of(&after)), ("new", false));
    }
}
