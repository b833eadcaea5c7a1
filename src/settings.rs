//! Every setting of a query: declared once, settable as a flag, an environment variable, a key of the configuration file
//! and with `SET auditql.<name>`.
//!
//! `cli` reads flags, environment and files; `engine` offers the same list to SQL. Both walk [`ALL`].

#[cfg(feature = "cli")]
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use crate::table::ApiVersion;

/// The settings of a session, typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Most requests that one statement may send, retries included.
    pub max_requests: Option<u64>,
    /// Total time that one statement may take.
    pub timeout: Option<Duration>,
    /// What is asked about first at a prompt, if it takes at least so long.
    pub confirm: Option<Duration>,
    /// Where estimates come from.
    pub estimates: Estimates,
    /// Give out what could be had and name what is missing, instead of failing.
    pub partial: bool,
    /// Send filters to the service. Off, every predicate is evaluated here.
    pub pushdown: bool,
    /// Ask a directory how many records there are, where that alone is wanted.
    pub remote_count: bool,
    /// Look the partners of a join by address range or time window up. Off, every pair is compared.
    pub range_joins: bool,
    /// Read once what a statement uses several times.
    pub share_scans: bool,
    /// Answer from a table that the session kept, where that provably has all the records.
    pub reuse: bool,
    /// Most chains of pages by which a long range of time is read at once.
    pub time_slices: usize,
    /// Make one row of a record that comes several times.
    pub dedup: bool,
    /// A bound on how late records of the activity feed become available, stated by the user.
    pub late_arrival: Option<Duration>,
    /// The records after which an answer of Azure AD Graph ends, where it is not as documented.
    pub aadgraph_record_cap: Option<u64>,
    /// The records after which a search of the audit log ends, where it is not as documented.
    pub audit_search_record_cap: Option<u64>,
    /// The version of Microsoft Graph that searches the audit log; `None`: the first that answers.
    pub audit_search_version: Option<ApiVersion>,
    /// Read a search of the audit log that was made before for the same records, where it must have found all of them.
    pub audit_search_reuse: bool,
    /// Databases of places and networks, in the order in which they are asked.
    pub geoip: Vec<PathBuf>,
    /// Memory that a session's queries may use together, in bytes.
    pub memory_limit: usize,
}

/// Where estimates come from of what a scan of a range of time takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Estimates {
    /// From numbers of days that the session has read anyway.
    Kept,
    /// The same; where there are none, a prompt asks the service for its own before it runs a statement.
    Ask,
    /// There are none.
    None,
}

impl Estimates {
    const ALL: [Self; 3] = [Self::Kept, Self::Ask, Self::None];

    const fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Ask => "ask",
            Self::None => "none",
        }
    }
}

/// Chains of requests at once are documented to be few; the quotas allow no more to be of use.
const MOST_SLICES: usize = 8;

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_requests: None,
            timeout: None,
            confirm: Some(Duration::from_mins(5)),
            estimates: Estimates::Kept,
            partial: false,
            pushdown: true,
            remote_count: true,
            range_joins: true,
            share_scans: true,
            reuse: false,
            time_slices: MOST_SLICES,
            dedup: true,
            late_arrival: None,
            aadgraph_record_cap: None,
            audit_search_record_cap: None,
            audit_search_version: None,
            audit_search_reuse: true,
            geoip: Vec::new(),
            memory_limit: 1 << 30,
        }
    }
}

/// One setting, as data.
#[derive(Debug)]
pub struct Setting {
    /// The name: `max_requests`. The flag is `--max-requests`, the variable `AUDITQL_MAX_REQUESTS`.
    pub name: &'static str,
    /// One sentence.
    pub doc: &'static str,
    /// What a value looks like: `N`, `DURATION`, `true|false`, `SIZE`.
    pub value: &'static str,
    get: fn(&Settings) -> String,
    set: fn(&mut Settings, &str) -> Option<()>,
}

/// All settings, in the order of the manual.
pub static ALL: &[Setting] = &[
    Setting {
        name: "max_requests",
        doc: "Maximum number of requests per statement, retries included; 'none' for no limit.",
        value: "N",
        get: |s| s.max_requests.map_or_else(|| "none".into(), |n| n.to_string()),
        set: |s, v| optional(v, |v| v.parse().ok()).map(|n| s.max_requests = n),
    },
    Setting {
        name: "timeout",
        doc: "Time limit for one statement, such as 90s, 10m or 2h; with 'none' or 0, only a lack of progress ends it.",
        value: "DURATION",
        get: |s| s.timeout.map_or_else(|| "none".into(), |t| format!("{}s", t.as_secs())),
        set: |s, v| limit(v).map(|t| s.timeout = t),
    },
    Setting {
        name: "confirm",
        doc: "At the prompt, ask before a statement whose requests take at least this long, such as 5m; with 'none', never.",
        value: "DURATION",
        get: |s| s.confirm.map_or_else(|| "none".into(), |t| format!("{}s", t.as_secs())),
        set: |s, v| limit(v).map(|longest| s.confirm = longest),
    },
    Setting {
        name: "estimates",
        doc: "Where estimates of what a scan of a time range takes come from. With 'kept', from what the session has read before. With 'ask', the prompt also reads entra.sign_in_summaries, once a session, before it runs a statement that these tell the length of: one request. With 'none', only the least is said. EXPLAIN never sends anything.",
        value: "kept|ask|none",
        get: |s| s.estimates.word().into(),
        set: |s, v| {
            let found = Estimates::ALL.into_iter().find(|one| v.eq_ignore_ascii_case(one.word()));
            found.map(|estimates| s.estimates = estimates)
        },
    },
    Setting {
        name: "partial",
        doc: "Return what could be read and report what is missing (exit code 5), instead of failing.",
        value: "true|false",
        get: |s| s.partial.to_string(),
        set: |s, v| boolean(v).map(|b| s.partial = b),
    },
    Setting {
        name: "pushdown",
        doc: "Send filters to the service. When off, the whole table is fetched and every predicate is evaluated locally: slower, same answer, and a check on the filters.",
        value: "true|false",
        get: |s| s.pushdown.to_string(),
        set: |s, v| boolean(v).map(|b| s.pushdown = b),
    },
    Setting {
        name: "remote_count",
        doc: "Ask the directory for count(*) with $count, where it can count exactly what the query means: one request, answered from an index that may lag behind. When off, the records are read and counted.",
        value: "true|false",
        get: |s| s.remote_count.to_string(),
        set: |s, v| boolean(v).map(|b| s.remote_count = b),
    },
    Setting {
        name: "range_joins",
        doc: "Look the partners up in a join by address range (ip_in) or time window (BETWEEN). When off, every pair is compared: slower, same answer, and a check on the look-up.",
        value: "true|false",
        get: |s| s.range_joins.to_string(),
        set: |s, v| boolean(v).map(|b| s.range_joins = b),
    },
    Setting {
        name: "share_scans",
        doc: "Read once what one statement uses several times, such as both sides of a self-join: fewer requests, and every use sees the same rows. When off, each use is read by itself.",
        value: "true|false",
        get: |s| s.share_scans.to_string(),
        set: |s, v| boolean(v).map(|b| s.share_scans = b),
    },
    Setting {
        name: "reuse",
        doc: "Answer a question on sign-ins, directory audits and other logs from a table that this session kept with CREATE TABLE … AS SELECT, if that provably has all records of the question, as they were when it was read; the answer says so.",
        value: "true|false",
        get: |s| s.reuse.to_string(),
        set: |s, v| boolean(v).map(|b| s.reuse = b),
    },
    Setting {
        name: "time_slices",
        doc: "Number of slices, from 1 to 8, in which a long time range is read at once, where its pages tell of many and one page at a time would not use the quota. With 1, a range is read page by page.",
        value: "1-8",
        get: |s| s.time_slices.to_string(),
        set: |s, v| v.parse().ok().filter(|n| (1..=MOST_SLICES).contains(n)).map(|n| s.time_slices = n),
    },
    Setting {
        name: "dedup",
        doc: "Return a record that arrives more than once as one row. When off, every copy is a row.",
        value: "true|false",
        get: |s| s.dedup.to_string(),
        set: |s, v| boolean(v).map(|b| s.dedup = b),
    },
    Setting {
        name: "late_arrival",
        doc: "How late records of the activity feed can become available, such as 24h: queries with an upper bound on creation_time leave out later ones. 'none' for no limit.",
        value: "DURATION",
        get: |s| s.late_arrival.map_or_else(|| "none".into(), |t| format!("{}s", t.as_secs())),
        set: |s, v| optional(v, duration).map(|t| s.late_arrival = t),
    },
    Setting {
        name: "aadgraph_record_cap",
        doc: "Number of records at which an endpoint of Azure AD Graph ends an answer to a query of sign-ins; an answer with that many is split by time and read again. 'documented' is 1,000,000.",
        value: "N",
        get: |s| s.aadgraph_record_cap.map_or_else(|| "documented".into(), |n| n.to_string()),
        set: |s, v| record_cap(v).map(|n| s.aadgraph_record_cap = n),
    },
    Setting {
        name: "audit_search_record_cap",
        doc: "Number of records at which a search of the audit log ends; one with that many is split by time and ordered again. 'documented' is 1,000,000, or what the search says of itself.",
        value: "N",
        get: |s| s.audit_search_record_cap.map_or_else(|| "documented".into(), |n| n.to_string()),
        set: |s, v| record_cap(v).map(|n| s.audit_search_record_cap = n),
    },
    Setting {
        name: "audit_search_version",
        doc: "Version of Microsoft Graph that searches the audit log; 'any' tries v1.0, then beta, and keeps to the one that answers.",
        value: "any|v1.0|beta",
        get: |s| s.audit_search_version.map_or("any", ApiVersion::segment).into(),
        set: |s, v| version(v).map(|version| s.audit_search_version = version),
    },
    Setting {
        name: "audit_search_reuse",
        doc: "Read an earlier search of the audit log for the same records instead of ordering a new one, if its time range had ended more than 24 hours before it was ordered.",
        value: "true|false",
        get: |s| s.audit_search_reuse.to_string(),
        set: |s, v| boolean(v).map(|b| s.audit_search_reuse = b),
    },
    Setting {
        name: "geoip",
        doc: "Databases in MaxMind's format (.mmdb) that geoip_country, geoip_city, geoip_asn and geoip_org look addresses up in, with commas between them; in a configuration file, relative to its folder. Each is read into memory when it is first needed. 'none' for none.",
        value: "FILES",
        get: |s| files_text(&s.geoip),
        set: |s, v| files(v).map(|files| s.geoip = files),
    },
    Setting {
        name: "memory_limit",
        doc: "Memory that the queries of a session share, such as 512MiB or 2GiB.",
        value: "SIZE",
        get: |s| format!("{}MiB", s.memory_limit >> 20),
        set: |s, v| size(v).map(|n| s.memory_limit = n),
    },
];

/// Why a setting was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SettingError {
    /// No setting has that name.
    #[error("there is no setting '{0}'")]
    Unknown(String),
    /// The value is not of the setting's form.
    #[error("'{value}' is not a valid value for {name}, which takes {form}")]
    Value {
        /// The setting.
        name: &'static str,
        /// What was given.
        value: String,
        /// What it takes.
        form: &'static str,
    },
}

impl Settings {
    /// Sets one setting from text.
    ///
    /// # Errors
    /// When no setting has that name, or the value is not of its form; nothing is changed then.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), SettingError> {
        let setting = ALL.iter().find(|s| s.name == name).ok_or_else(|| SettingError::Unknown(name.into()))?;
        (setting.set)(self, value.trim()).ok_or_else(|| SettingError::Value {
            name: setting.name,
            value: value.into(),
            form: setting.value,
        })
    }
}

impl Setting {
    /// The values that it can have, where its form names them: `true|false`, `1-8`. None where they are any of a kind.
    pub fn values(&self) -> Vec<String> {
        if self.value.contains('|') {
            return self.value.split('|').map(str::to_owned).collect();
        }
        let ends = self.value.split_once('-').and_then(|(least, most)| Some((least.parse().ok()?, most.parse().ok()?)));
        ends.map_or_else(Vec::new, |(least, most): (u8, u8)| (least..=most).map(|n| n.to_string()).collect())
    }

    /// The present value as text that [`Settings::set`] accepts.
    pub fn get(&self, settings: &Settings) -> String {
        (self.get)(settings)
    }
}

/// Files with commas between them.
fn files(text: &str) -> Option<Vec<PathBuf>> {
    if text.eq_ignore_ascii_case("none") {
        return Some(Vec::new());
    }
    text.split(',').map(str::trim).map(|name| (!name.is_empty()).then(|| name.into())).collect()
}

fn files_text(files: &[PathBuf]) -> String {
    let names: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// A setting's value as it stands in a file: where it names files, they begin at the file's folder.
#[cfg(feature = "cli")]
pub(crate) fn within(name: &str, value: &str, folder: &Path) -> String {
    match files(value).filter(|_| name == "geoip") {
        Some(files) => files_text(&files.iter().map(|path| folder.join(path)).collect::<Vec<_>>()),
        None => value.to_owned(),
    }
}

fn optional<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    if text.eq_ignore_ascii_case("none") { Some(None) } else { parse(text).map(Some) }
}

/// A limit of time. None at all is no limit, as elsewhere in SQL: of a limit that ends every statement nobody has anything.
fn limit(text: &str) -> Option<Option<Duration>> {
    let never = text.eq_ignore_ascii_case("off");
    let limit = if never { Some(None) } else { optional(text, duration) };
    limit.map(|limit| limit.filter(|limit| !limit.is_zero()))
}

/// No answer is without a record: a cap of none would make each one suspect.
fn record_cap(text: &str) -> Option<Option<u64>> {
    if text.eq_ignore_ascii_case("documented") {
        return Some(None);
    }
    text.parse().ok().filter(|n| *n > 0).map(Some)
}

fn version(text: &str) -> Option<Option<ApiVersion>> {
    match text.to_ascii_lowercase().as_str() {
        "any" => Some(None),
        "v1.0" => Some(Some(ApiVersion::V1)),
        "beta" => Some(Some(ApiVersion::Beta)),
        _ => None,
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "on" | "1" => Some(true),
        "false" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// Reads a time such as `90s`, `10m`, `2h` or `1d`.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = split_unit(text)?;
    let seconds = match unit {
        "" | "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    number.checked_mul(seconds).map(Duration::from_secs)
}

fn size(text: &str) -> Option<usize> {
    let (number, unit) = split_unit(text)?;
    let shift = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "kib" | "k" => 10,
        "mib" | "m" => 20,
        "gib" | "g" => 30,
        _ => return None,
    };
    usize::try_from(number.checked_mul(1 << shift)?).ok()
}

fn split_unit(text: &str) -> Option<(u64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    Some((text[..digits].parse().ok()?, text[digits..].trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_accepts_what_it_prints() {
        let settings = Settings {
            timeout: Some(Duration::from_secs(90)),
            geoip: vec!["a.mmdb".into(), "b.mmdb".into()],
            ..Settings::default()
        };
        for setting in ALL {
            let mut copy = settings.clone();
            copy.set(setting.name, &setting.get(&settings)).unwrap();
            assert_eq!(copy, settings, "{}", setting.name);
        }
    }

    #[test]
    fn values_are_read_with_their_units() {
        let mut s = Settings::default();
        for (name, value) in [("timeout", "10m"), ("memory_limit", "2GiB"), ("max_requests", "none"), ("partial", "ON")]
        {
            s.set(name, value).unwrap();
        }
        assert_eq!(
            (s.timeout, s.memory_limit, s.max_requests, s.partial),
            (Some(Duration::from_mins(10)), 2 << 30, None, true)
        );
    }

    #[test]
    fn a_limit_of_no_time_is_none() {
        for name in ["timeout", "confirm"] {
            for value in ["0", "0s", "off", "none"] {
                let mut s = Settings { timeout: Some(Duration::from_mins(1)), ..Settings::default() };
                s.set(name, value).unwrap();
                let limit = if name == "timeout" { s.timeout } else { s.confirm };
                assert_eq!(limit, None, "{name} {value}");
            }
        }
    }

    #[cfg(feature = "cli")]
    #[test]
    fn files_in_a_configuration_begin_at_its_folder() {
        let folder = Path::new("/etc/x");
        assert_eq!(within("geoip", "a.mmdb, /b.mmdb", folder), "/etc/x/a.mmdb, /b.mmdb");
        assert_eq!((within("geoip", "None", folder), within("timeout", "a", folder)), ("none".into(), "a".into()));
        let mut s = Settings::default();
        s.set("geoip", " a.mmdb , b c.mmdb").unwrap();
        assert_eq!(s.geoip, [PathBuf::from("a.mmdb"), "b c.mmdb".into()]);
    }

    #[test]
    fn a_value_of_the_wrong_form_changes_nothing() {
        let mut s = Settings::default();
        for (name, value) in [
            ("timeout", "soon"),
            ("memory_limit", "99999999999999GiB"),
            ("max_requests", "-1"),
            ("nope", "1"),
            ("aadgraph_record_cap", "0"),
            ("aadgraph_record_cap", "none"),
            ("time_slices", "0"),
            ("time_slices", "9"),
            ("geoip", ""),
            ("geoip", "a.mmdb,,b.mmdb"),
        ] {
            s.set(name, value).unwrap_err();
        }
        assert_eq!(s, Settings::default());
    }
}
