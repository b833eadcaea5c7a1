//! Pages of a listing, and the opaque value that leads to the next.

use std::hash::{BuildHasher, RandomState};

use super::blobs::Blob;
use super::content::{ContentType, REACH};
use super::contents::Contents;
use super::refusal::Refusal;
use super::window::Window;
use crate::demo::json::Json;
use crate::demo::world::clock;
use crate::demo::world::dice::mix;

/// A page: entries, and the value of `nextPage` if there are more.
pub(super) struct Page<'a> {
    pub(super) blobs: &'a [Blob],
    pub(super) next: Option<String>,
}

/// Makes and reads the values of `nextPage`. The real ones hold signs that must not be encoded again.
#[derive(Default)]
pub(super) struct Tokens(RandomState);

impl Tokens {
    fn seal(&self, content: ContentType, window: Window, place: usize, empty: bool) -> String {
        let seal = self.0.hash_one((content, window, place, empty));
        format!("{place}${}${seal:016x}/+==", u8::from(empty))
    }

    fn place(&self, content: ContentType, window: Window, token: &str) -> Option<(usize, bool)> {
        let mut parts = token.split('$');
        let place = parts.next()?.parse().ok()?;
        let empty = parts.next()? == "1";
        (self.seal(content, window, place, empty) == token).then_some((place, empty))
    }
}

impl Contents {
    /// The page of a listing that a token leads to, or the first.
    pub(super) fn page(
        &self,
        tokens: &Tokens,
        content: ContentType,
        window: Window,
        token: Option<&str>,
    ) -> Result<Page<'_>, Refusal> {
        let place = token.map(|token| tokens.place(content, window, token).ok_or_else(|| Refusal::next_page(token)));
        let (place, was_empty) = place.transpose()?.unwrap_or((0, false));
        let listed = self.listed(content, window);
        // An empty page leads to the same place, where the next is not empty again.
        let roll = mix(self.seed ^ 0xe3b7, window.from.unsigned_abs() ^ place as u64);
        if !was_empty && roll % 1_000_000 < u64::from(self.feed.empty_per_million) {
            return Ok(Page { blobs: &[], next: Some(tokens.seal(content, window, place, true)) });
        }
        let end = listed.len().min(place.saturating_add(self.feed.page.max(1)));
        let blobs = listed.get(place..end).ok_or_else(|| Refusal::next_page("beyond the end"))?;
        let next = (end < listed.len()).then(|| tokens.seal(content, window, end, false));
        Ok(Page { blobs, next })
    }

    /// The blobs of a type that became available in a window.
    fn listed(&self, content: ContentType, window: Window) -> &[Blob] {
        let all = |from: usize| self.blobs[from..].partition_point(|blob| blob.content == content) + from;
        let first = self.blobs.partition_point(|blob| blob.content < content);
        let of_type = &self.blobs[first..all(first)];
        let at = |second: i64| of_type.partition_point(|blob| blob.created < second.saturating_mul(1_000));
        &of_type[at(window.from)..at(window.to)]
    }

    /// A blob by its identifier.
    pub(super) fn blob(&self, id: &str) -> Option<&Blob> {
        self.blobs.iter().find(|blob| blob.id == id)
    }
}

/// An entry of a listing.
pub(super) fn entry(blob: &Blob, root: &str) -> String {
    let stamp = |millis: i64| clock::of_millis(millis).to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let mut json = Json::object();
    json.text("contentType", blob.content.name());
    json.text("contentId", &blob.id);
    json.text("contentUri", &format!("{root}/audit/{}", blob.id));
    json.text("contentCreated", &stamp(blob.created));
    json.text("contentExpiration", &stamp(blob.created + REACH * 1_000));
    json.finish()
}
