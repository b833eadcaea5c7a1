//! Links with a query, such as one that signs them: known by names without it.
//!
//! What a table is called is what it is made of, so the name of a file stands in plans, in errors and in rows. The query of a link
//! may be all that it takes to read the file, so it stands in none of them: a link is called by its address and a number, and what it
//! means is known here, as long as the session lasts.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Links that are remembered.
const MOST: usize = 10_000;
/// What stands between the address and the number.
const MARK: &str = "?…";

/// The links of a session.
#[derive(Default)]
pub(super) struct Links(Mutex<Vec<String>>);

impl Links {
    /// What a link is called; itself, if it has no query.
    pub(super) fn name(&self, link: &str) -> String {
        let is_link = ["https://", "http://"]
            .iter()
            .any(|begin| link.get(..begin.len()).is_some_and(|own| own.eq_ignore_ascii_case(begin)));
        let Some((address, query)) = link.split_once('?').filter(|_| is_link) else { return link.to_owned() };
        let mut known = self.known();
        if numbered(query).is_some_and(|at| at < known.len()) {
            return link.to_owned();
        }
        let at = known.iter().position(|own| own == link).unwrap_or_else(|| {
            if known.len() < MOST {
                known.push(link.to_owned());
            }
            known.len() - 1
        });
        format!("{address}{MARK}{}", at + 1)
    }

    /// The link that is called so; itself, if it is no such name.
    pub(super) fn of(&self, name: &str) -> String {
        let at = name.split_once('?').and_then(|(_, query)| numbered(query));
        at.and_then(|at| self.known().get(at).cloned()).unwrap_or_else(|| name.to_owned())
    }

    /// A text in which the links that are known stand by their names.
    pub(super) fn in_names(&self, text: &str) -> String {
        let known = self.known().clone();
        let mut links: Vec<&String> = known.iter().filter(|link| text.contains(link.as_str())).collect();
        // One that another begins with comes behind it.
        links.sort_by_key(|link| std::cmp::Reverse(link.len()));
        links.into_iter().fold(text.to_owned(), |text, link| text.replace(link.as_str(), &self.name(link)))
    }

    fn known(&self) -> MutexGuard<'_, Vec<String>> {
        // A link is put in whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of a link, by what stands behind the question mark of its name.
fn numbered(query: &str) -> Option<usize> {
    query.strip_prefix('…')?.parse::<usize>().ok()?.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_called_by_its_address_and_a_number() {
        let links = Links::default();
        let (one, other) = ("https://h/a.csv?sig=CANARY&x=1", "https://h/a.csv?sig=CANARY&x=2");
        assert_eq!(
            [one, other, one].map(|link| links.name(link)),
            ["https://h/a.csv?…1", "https://h/a.csv?…2", "https://h/a.csv?…1"]
        );
        assert_eq!(
            (links.of("https://h/a.csv?…2").as_str(), links.name("https://h/a.csv?…2").as_str()),
            (other, "https://h/a.csv?…2")
        );
        // What is no link, or has no query, is called what it is.
        for name in ["https://h/a.csv", "a?.csv", "s3://b/a?.csv", "HTTPS://h/a"] {
            assert_eq!((links.name(name).as_str(), links.of(name).as_str()), (name, name));
        }
        let sql = format!("SELECT * FROM '{one}' JOIN '{one}0'");
        links.name(&format!("{one}0"));
        assert_eq!(links.in_names(&sql), "SELECT * FROM 'https://h/a.csv?…1' JOIN 'https://h/a.csv?…3'");
        assert_eq!(links.of("https://h/a.csv?…9"), "https://h/a.csv?…9", "one of another session");
    }
}
