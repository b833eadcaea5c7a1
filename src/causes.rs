//! An error and its causes.

use std::error::Error;
use std::io;
use std::iter;

/// An error and its causes, from the outside in. An I/O error names the source of what it wraps, which would skip the
/// wrapped error itself.
pub fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| match error.downcast_ref::<io::Error>() {
        Some(error) => error.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => (*error).source(),
    })
}

/// What they say, without what the text before already says: many libraries repeat the cause in the text of the whole.
pub fn said(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for text in chain(error).map(ToString::to_string) {
        if all.last().is_none_or(|last| !last.contains(&text)) {
            all.push(text);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Outer(&'static str, #[source] io::Error);

    #[test]
    fn no_cause_is_skipped_and_none_is_said_twice() {
        let error = Outer("the page broke off", io::Error::other("reset by peer"));
        assert_eq!(chain(&error).count(), 3, "the I/O error and what it wraps");
        assert_eq!(said(&error), ["the page broke off", "reset by peer"]);
        assert_eq!(said(&Outer("lost: reset by peer", io::Error::other("reset by peer"))), ["lost: reset by peer"]);
        assert_eq!(said(&io::Error::from(io::ErrorKind::NotFound)).len(), 1);
    }
}
