//! The errors of the layers below: exit code and advice for each, one arm for each type.

use std::error::Error;
use std::io;
use std::path::Path;

use super::names::nearest;
use super::{About, Exit, Report, doctor, expressions, remote, stores, types, words};
use crate::plan::CapError;
use crate::table::Needs;
use crate::{auth, causes, decode, engine, files, geoip, http, logs, plan, settings};
use crate::{searches, subscriptions};

const PARTIAL: &str = "--partial returns what could be read and says what is missing";
const ODD_REPLY: &str = "the service broke its own rules; try again, and report it if it happens again";
const SHORTER: &str = "with ORDER BY in OVER each row has a value of its own, without it all rows have one; PARTITION BY and ROWS 100 PRECEDING make \
     windows shorter, GROUP BY has a value for each group; --memory-limit raises the limit";

/// Looked for from the outside in, because a layer may have wrapped another's error.
pub(super) fn of_layer(error: &(dyn Error + 'static), about: &About<'_>) -> Report {
    let report = causes::chain(error)
        .find_map(|inner| known(inner, about))
        .or_else(|| expressions::of(&error.to_string(), about.sql).map(super::in_words))
        .unwrap_or_else(|| Report::chain(Exit::Query, error));
    files::StoreFault::of(error).into_iter().fold(report, stores::advised)
}

fn known(error: &(dyn Error + 'static), about: &About<'_>) -> Option<Report> {
    if let Some(error) = error.downcast_ref::<engine::Error>() {
        return Some(of_engine(error, about));
    }
    if let Some(trouble) = error.downcast_ref::<crate::doctor::Trouble>() {
        return Some(doctor::of_trouble(trouble));
    }
    if let Some(error) = error.downcast_ref::<http::Error>() {
        return Some(remote::of_http(error, Needs::default()));
    }
    if let Some(error) = error.downcast_ref::<auth::Error>() {
        return Some(of_auth(error));
    }
    if let Some(error) = error.downcast_ref::<subscriptions::Error>() {
        return Some(of_subscriptions(error));
    }
    if let Some(error) = error.downcast_ref::<searches::Error>() {
        return Some(of_searches(error));
    }
    if error.is::<decode::Error>() || error.is::<decode::RecordError>() {
        return Some(Report::chain(Exit::Remote, error).hint(ODD_REPLY));
    }
    if error.is::<plan::PagerError>() {
        return Some(Report::chain(Exit::Incomplete, error).hint(ODD_REPLY));
    }
    if let Some(fault) = error.downcast_ref::<settings::SettingError>() {
        return Some(Report::chain(Exit::Query, error).hint(of_setting(fault)));
    }
    None
}

/// What to do about a setting.
pub(crate) fn of_setting(error: &settings::SettingError) -> String {
    match error {
        settings::SettingError::Unknown(name) => words::near_setting(name),
        settings::SettingError::Value { name, .. } => settings::ALL
            .iter()
            .find(|setting| setting.name == *name)
            .map_or_else(String::new, |setting| format!("{name}: {}", setting.doc)),
    }
}

/// What to do about an answer that ended at a cap.
fn of_cap(error: &CapError, setting: &str) -> String {
    match error {
        CapError::OneSecond { .. } => format!(
            "query fewer records of that second, with = on a user, an application, an operation or the outcome; or set \
             {setting}, if the endpoint gives more; --partial returns what could be read"
        ),
        CapError::RangeIgnored { .. } | CapError::NoTime { .. } | CapError::Keyless { .. } => {
            format!("set {setting}, if the endpoint gives more; --partial returns what could be read")
        }
        CapError::NoDedup { .. } => "run it without --dedup=false, or use a shorter time range".into(),
    }
}

/// What to do about records that a service no longer keeps. What is left may be an answer; nothing at all is none.
fn of_kept(kept: &engine::Kept) -> String {
    let older = match kept.is_searched {
        true => "m365.audit_search goes back 180 days, and exports that were saved are read with --input",
        false => "older records are in exports that were saved, which --input reads",
    };
    match kept.nothing_left {
        true => format!("nothing of this range is left there; {older}"),
        // A time that is written out would lie outside again, as soon as the clock has gone on.
        false => format!("begin the range at ago('{}d') or later; {older}; {PARTIAL}", kept.days),
    }
}

/// What is asked for without the table that cannot be read.
fn of_timeline((table, is_file): (&str, bool), others: &[String], mut report: Report) -> Report {
    let names: Vec<String> = others.iter().map(|other| format!("'{}'", other.replace('\'', "''"))).collect();
    let without = match (names.is_empty(), is_file) {
        (true, false) => return report,
        (true, true) => format!("timeline without files leaves {table} out"),
        (false, _) => {
            let argument = if is_file { "files" } else { "sources" };
            format!("timeline(…, {argument} => [{}]) leaves {table} out", names.join(", "))
        }
    };
    let hint = report.hint.take().map_or(without.clone(), |hint| format!("{hint}; {without}"));
    report.hint(hint)
}

/// A column that is not there may be further on in the file.
fn of_sampled(file: &str, names_fields: bool, mut report: Report) -> Report {
    let size = logs::Sample::SIZE >> 20;
    let further = match names_fields {
        true => "a field that first comes later is in raw: raw ->> 'name'",
        false => "read_csv('FILE', columns => 'a text, b bigint') states others",
    };
    let sampled = format!("the columns of {file} are those of its first {size} MiB; {further}");
    let hint = report.hint.take().map_or(sampled.clone(), |hint| format!("{hint}; {sampled}"));
    report.hint(hint)
}

/// What to do about databases of places and networks.
fn of_places(error: &geoip::Error) -> &'static str {
    use geoip::Error as E;
    match error {
        E::Unset => {
            "SET auditql.geoip = 'GeoLite2-City.mmdb, GeoLite2-ASN.mmdb' names files of your own; --geoip, AUDITQL_GEOIP and geoip \
             under [settings] in your configuration do as well"
        }
        E::Lacks { .. } => "auditql.geoip takes several files, with a comma between them: add one that has them",
        E::Open { .. } | E::NoFile { .. } | E::TooLarge { .. } => "auditql.geoip names the files: correct it",
        E::NoDatabase { .. } | E::Damaged { .. } => {
            "download the database again: a file ending in .mmdb, out of its archive"
        }
    }
}

fn of_engine(error: &engine::Error, about: &About<'_>) -> Report {
    use engine::Error as E;
    match error {
        E::Request { needs, source, .. } => under(error, remote::of_http(source, **needs)),
        E::Page { request_id, said, .. } => {
            let mut report = Report::chain(Exit::Remote, error).hint(ODD_REPLY);
            report.causes.extend(said.as_ref().map(ToString::to_string));
            report.causes.extend(request_id.as_ref().map(|id| format!("request id {id}")));
            report
        }
        E::Chain { .. } | E::Listing { .. } => Report::chain(Exit::Incomplete, error)
            .hint("try again, or use a shorter time range; --partial returns what could be read"),
        E::Capped { source, setting, .. } => Report::chain(Exit::Incomplete, error).hint(of_cap(source, setting)),
        E::Search { source, .. } => under(error, of_searches(source)),
        E::Unread { .. } => Report::chain(Exit::Incomplete, error)
            .hint("try again later, or use a shorter time range; --partial returns what could be read"),
        E::KindIgnored { .. } => Report::chain(Exit::Remote, error).hint(ODD_REPLY),
        E::Keyless { .. } => Report::chain(Exit::Remote, error).hint("--dedup=false returns every copy"),
        E::Incomplete { kept: Some(kept), .. } => Report::chain(Exit::Incomplete, error).hint(of_kept(kept)),
        E::Incomplete { .. } | E::BlobGone { .. } | E::NoRecords { .. } => {
            let mut report = Report::chain(Exit::Incomplete, error).hint(PARTIAL);
            if let E::NoRecords { request_id: Some(id), .. } = error {
                report.causes.push(format!("request id {id}"));
            }
            report
        }
        E::Branch { source, .. } => under(error, of_engine(source, about)),
        E::OfTimeline { table, is_file, others, source } => {
            of_timeline((table, *is_file), others, Report::of_query(source, about))
        }
        E::PartialRefused { .. } => Report::chain(Exit::Query, error).hint("run it without --partial"),
        E::Sampled { file, names_fields, source } => of_sampled(file, *names_fields, Report::of_query(source, about)),
        E::Evaluation(inner) | E::Session(inner) | E::Memory(inner) => Report::of_query(inner, about),
        E::Deadline => Report::chain(Exit::Deadline, error).hint(remote::MORE_TIME),
        // What to do is said of the fault that it came of.
        E::OfStore(_) => Report::chain(Exit::Incomplete, error),
        E::Ending => Report::chain(Exit::Terminated, error),
        E::NotSubscribed { content_type, .. } => Report::chain(Exit::Usage, error).hint(format!(
            "'auditql subscriptions start {content_type}' starts it; the first records arrive within hours"
        )),
        E::Disabled { source, .. } => {
            let mut report = Report::chain(Exit::Usage, error).hint(
                "an administrator of the tenant or of the service disabled it: ask them; what is not collected now \
                 cannot be read later",
            );
            report.causes.extend(source.iter().flat_map(|error| remote::of_http(error, Needs::default()).causes));
            report
        }
        E::Subscriptions { source, .. } => under(error, of_subscriptions(source)),
        E::ContentType { .. } => Report::chain(Exit::Usage, error).hint(content_types()),
        E::TooLarge(part) => Report::chain(Exit::Query, error).hint(smaller(*part)),
        E::TooMuch { .. } => Report::chain(Exit::Query, error)
            .hint("that is a quarter of --memory-limit; produce less, or raise the limit"),
        E::LongValues { .. } => Report::chain(Exit::Query, error).hint(SHORTER),
        E::Places { source, .. } => Report::chain(Exit::Query, error).hint(of_places(source)),
        E::CircularView(_) => {
            Report::chain(Exit::Query, error).hint("CREATE OR REPLACE VIEW changes it, DROP VIEW removes it")
        }
        E::NotMain(_) => Report::chain(Exit::Query, error).hint("tables of a service are read-only"),
        E::TableExists(_) => Report::chain(Exit::Query, error)
            .hint("choose another name; CREATE OR REPLACE replaces a table of your own"),
        E::NotATable(_) => Report::chain(Exit::Query, error).hint("DROP VIEW removes it"),
        E::TwiceNamed(_) => Report::chain(Exit::Query, error).hint("give one of them another name with AS"),
        E::NotKept { column, kind } => {
            let what = format!("column {column} has the type {}, which a table cannot store", types::in_sql(kind));
            Report::new(Exit::Query, what).hint(format!("CAST({column} AS TEXT) turns it into text"))
        }
        E::Dialect { instead, .. } => Report::chain(Exit::Query, error).hint(instead),
        E::OutOfRange { of, .. } => Report::chain(Exit::Query, error).hint(match *of {
            "decimal" => "a decimal has 38 digits at most; CAST(x AS DOUBLE) has room, and 15 digits of it are exact",
            "timestamp" => {
                "a time of nanoseconds lies between 1677-09-21 and 2262-04-11; a column is compared as it is, x > '9999-01-01', without a cast"
            }
            "interval" => "an interval of this kind ends after 292 years; extract(epoch FROM …) makes a number of it",
            _ => "CAST(x AS DECIMAL(38, 0)) before it has room for 38 digits",
        }),
        E::Unbound { name, known } => Report::chain(Exit::Query, error).hint(value_of(name, known)),
        E::NotDone { instead, .. } => Report::chain(Exit::Query, error).hint(*instead),
        E::NotSettable { name, .. } => {
            Report::chain(Exit::Query, error).hint(match settings::ALL.iter().find(|setting| setting.name == name) {
                Some(own) => format!("write SET auditql.{} = VALUE", own.name),
                None => "SET auditql.NAME = VALUE changes a setting; auditql.settings lists them".to_owned(),
            })
        }
        E::Store(_) => Report::chain(Exit::Query, error),
        E::NoConnection(_) | E::ConnectionName(_) | E::LogName(_) => Report::chain(Exit::Usage, error),
        E::Input(source) => Report::chain(Exit::Usage, error).hint(input(source).unwrap_or(INPUT)),
        E::Paths { connection, source } => Report::chain(Exit::Usage, error).hint(of_paths(connection, source)),
        E::Logs { source, .. } => of_logs(error, source),
        // The rows that other files hold are missing.
        E::Files { .. } => Report::chain(Exit::Incomplete, error),
        E::FilesChanged { .. } => Report::chain(Exit::Incomplete, error)
            .hint("try again once nothing writes to them; copies of a record are compared before one is chosen"),
        E::Connection { source, .. } => under(error, of_auth(source)),
        E::Unusable { name, why } => match why.as_ref() {
            engine::Unusable::Failed(inner) => of_engine(inner, about),
            engine::Unusable::Described { hint, .. } => {
                let hint = hint.clone().unwrap_or_else(|| format!("correct [connections.{name}] in the configuration"));
                Report::chain(Exit::Usage, error)
                    .hint(format!("{hint}; until then, tenant_name <> '{name}' reads all tenants but this one"))
            }
        },
    }
}

/// Why a file is no table. What is wrong with it is said first: the table is called as the file is.
fn of_logs(error: &engine::Error, source: &engine::LogError) -> Report {
    use engine::LogError as L;
    let report = |hint: &str| Report::chain(Exit::Query, error).hint(hint.to_owned());
    match source {
        L::File(files::Error::Missing { path }) if path.starts_with("~") => {
            Report::chain(Exit::Query, source).hint("write the path of your home folder out: only a shell knows ~")
        }
        L::File(files::Error::Missing { path }) if crate::stores::scheme(&path.to_string_lossy()).is_some() => {
            Report::chain(Exit::Query, source).hint(
                "no object is called so, and none lies below it or matches; letters count in both cases, and a web server says \
                 the same of what it does not show",
            )
        }
        L::Contrary { was_day_first, .. } => report(match *was_day_first {
            true => {
                "state the order: read_log('FILE', day_first => false), or true if it is the line that is wrong; dates that \
                 contradict what is stated are NULL, and counted"
            }
            false => {
                "state the order: read_log('FILE', day_first => true), or false if it is the line that is wrong; dates that \
                 contradict what is stated are NULL, and counted"
            }
        }),
        L::Changed { .. } => Report::chain(Exit::Incomplete, source).hint("try again, or read a copy of it"),
        L::File(files::Error::Missing { path }) => Report::chain(Exit::Query, source).hint(near_file(path).unwrap_or_else(|| {
            "a path begins at the working folder; 'logs/*.evtx' is a pattern, 'logs' a folder with all in it".into()
        })),
        L::File(source) => {
            let named = "'logs/*.evtx' is a pattern, 'logs/**/*.evtx' one for all folders below, 'logs' a folder with all in it";
            Report::chain(Exit::Query, source).hint(input(source).unwrap_or(named))
        }
        L::Unreadable { source, .. } => {
            report(opened(source).unwrap_or("it may be cut short, or packed in a way that is not read here: unpack it"))
        }
        L::NotColumns { .. } => report("read files of one format at a time, and leave out what is empty or none: read_log(ARRAY['a', 'b']) names several"),
        L::TwoColumns { .. } => report("write it again with a name of its own for each: SELECT a.x, b.x AS other"),
        L::DamagedRows { .. } => report("fetch or export it again; columns that are whole can still be selected alone"),
        L::Damaged { .. } => report("fetch or export it again; if it is cut, nothing of it can be read without its end"),
        L::Stored { .. } => {
            Report::chain(Exit::Query, source).hint("download it, and read the copy: of files of columns, only Parquet is read from stores")
        }
        L::Packed { .. } => report("unpack it: such a file is read from its end"),
        L::NotBuilt { form, .. } => report(match *form {
            "Avro" => "build it with the feature avro: cargo install --path . --features avro",
            _ => "build it with all features",
        }),
        L::TakesNothing { .. } => {
            Report::chain(Exit::Query, source).hint("leave it out: their columns and types are in the files themselves")
        }
        L::Option(source) => Report::chain(Exit::Query, source).hint(stated(source)),
        L::Form { source: logs::Error::Option { option, .. }, .. } => report(&form_of(option)),
        L::Form { .. } => {
            report(&format!("read_log('FILE', format => 'FORMAT') states a format; there are {}", formats()))
        }
    }
}

/// A file of nearly that name beside the one that is not there; of a link, where it leads.
fn near_file(path: &Path) -> Option<String> {
    if let Some(to) = files::link(path) {
        let (link, to) = (path.display(), to.display());
        return Some(format!("{link} is a link to {to}, and that is not there: name the file where it is now"));
    }
    let name = path.file_name()?.to_str()?;
    let beside = files::beside(path);
    let near = nearest(name, beside.iter().map(|known| (known.as_str(), known.as_str())))?;
    let near = path.with_file_name(near).display().to_string();
    Some(format!("did you mean '{}'?", near.replace('\'', "''")))
}

/// What an option of logs takes.
fn form_of(option: &str) -> String {
    let form = match option {
        "timezone" => "the name of a zone, 'Europe/Berlin', or what it is ahead of UTC, '+02:00'",
        "columns" => "a name and a type for each field of a row: 'user text, bytes bigint, at timestamp'",
        "delimiter" | "comment" => "one character: ';'",
        "year" => "a year: '2026'",
        _ => "'true' or 'false'",
    };
    format!("{option} takes {form}")
}

/// What there is to state of logs.
pub(crate) fn stated(error: &logs::Error) -> String {
    match error {
        logs::Error::NoSuchFormat { .. } => format!("the formats are {}", formats()),
        logs::Error::NoSuchView { .. } => format!("the views are {}", views()),
        logs::Error::NotTaken { option, formats } => {
            let takes = |format: &&&'static dyn logs::Format| format.takes().contains(option);
            let who: Vec<&str> = logs::ALL.iter().filter(takes).map(|format| format.name()).collect();
            let them: Vec<String> = formats.iter().map(|format| options_of(*format)).collect();
            format!("leave it out; {}; {option} is for {}", them.join("; "), who.join(", "))
        }
        logs::Error::Option { option, .. } => form_of(option),
        _ => format!("the options are {}", logs::Options::NAMES.join(", ")),
    }
}

fn formats() -> String {
    logs::ALL.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ")
}

/// The options that a format takes, in words.
fn options_of(format: &dyn logs::Format) -> String {
    match format.takes() {
        [] => format!("{} takes no option but format", format.name()),
        takes => format!("{} takes {}", format.name(), takes.join(", ")),
    }
}

fn views() -> String {
    let of = |format: &&'static dyn logs::Format| {
        let names: Vec<&str> = format.views().iter().map(|view| view.name).collect();
        (!names.is_empty()).then(|| format!("{} (of {})", names.join(", "), format.name()))
    };
    logs::ALL.iter().filter_map(of).collect::<Vec<_>>().join("; ")
}

fn content_types() -> String {
    format!("the content types are {}", crate::apis::activity::content::CONTENT_TYPES.join(", "))
}

pub(super) fn of_subscriptions(error: &subscriptions::Error) -> Report {
    use subscriptions::Error as E;
    match error {
        E::TenantId(_) => Report::chain(Exit::Usage, error).hint("set the connection's tenant to its id, a GUID"),
        E::ContentType(_) => Report::chain(Exit::Usage, error).hint(content_types()),
        E::Request(source) => remote::of_http(source, Needs { permissions: &["ActivityFeed.Read"], licence: None }),
        E::Reply(_) => Report::chain(Exit::Remote, error).hint(ODD_REPLY),
    }
}

pub(super) fn of_searches(error: &searches::Error) -> Report {
    use searches::Error as E;
    match error {
        E::Request(source) => remote::of_http(source, Needs { permissions: SEARCHING, licence: None }),
        E::Reply(_) | E::Id(_) => Report::chain(Exit::Remote, error).hint(ODD_REPLY),
        E::Ended { .. } => Report::chain(Exit::Remote, error).hint(
            "run the query again, which orders a new search; if that ends in the same way, use a shorter time range or \
             search the latest days in m365.activity",
        ),
        E::Lost(_) => Report::chain(Exit::Remote, error)
            .hint("check the network and try again; 'auditql searches' lists searches that were ordered all the same"),
    }
}

/// What searching the audit log needs.
const SEARCHING: &[&str] = &["AuditLogsQuery.Read.All"];

/// What to do about an input that cannot be read.
fn input(error: &files::Error) -> Option<&'static str> {
    Some(match error {
        files::Error::NoFile { .. } => "a statement may read an input more than once, so write it to a file first",
        files::Error::Spreadsheet { .. } => "save it as CSV (UTF-8), and use that file",
        files::Error::Upwards { .. } => {
            "write the folder that is meant in place of '..'; a/*/../b is one place for each folder of a"
        }
        files::Error::TooMany { .. } => "name a longer prefix, or a pattern that begins with one",
        files::Error::Open { source, .. } => return opened(source),
        files::Error::Empty { .. } => "save spreadsheets as CSV; a file with any ending is read if you name it",
        _ => return None,
    })
}

/// What to do about a file that is there and cannot be opened.
fn opened(error: &io::Error) -> Option<&'static str> {
    use io::ErrorKind as K;
    match error.kind() {
        K::PermissionDenied => Some("it takes the right to read it: ask its owner, or read a copy"),
        K::Unsupported => Some("unpack it first, with its password if it has one, and read what was in it"),
        K::InvalidData | K::InvalidInput | K::UnexpectedEof | K::Other => Some(
            "it may be cut short or damaged, or packed in a way that is not read here: copy it again, or unpack it",
        ),
        _ => None,
    }
}

/// The same about the paths that a connection has.
fn of_paths(connection: &str, error: &files::Error) -> String {
    input(error).map_or_else(
        || {
            format!(
                "correct paths in [connections.{connection}]; a relative one begins at the folder of the configuration"
            )
        },
        str::to_owned,
    )
}

const INPUT: &str = "--input takes a file, a folder or a quoted pattern";

/// What to do about a statement that is too large.
fn smaller(part: engine::Part) -> &'static str {
    use engine::Part as P;
    match part {
        P::Operators => "write x IN (…) for a list of values, or join a table: (VALUES (…), (…)) AS wanted(x)",
        P::Tables | P::Uses => "do it in steps: CREATE TABLE part AS SELECT … keeps the rows of one step for the next",
        P::Branches => "join a table instead: (VALUES (…, …), (…, …)) AS names(x, name)",
        P::Types => "use a simpler type",
        P::Steps => "json_get(x, 'a', 'b', …) takes a whole path",
        P::Columns => "select fewer columns at a time",
        P::Text => "put long lists of values into a table, or split the query",
    }
}

pub(super) fn of_auth(error: &auth::Error) -> Report {
    match error {
        auth::Error::Connection(_) => Report::chain(Exit::Usage, error).hint("correct it in the configuration"),
        auth::Error::Http(error) => remote::of_http(error, Needs::default()),
        auth::Error::Credential(_) => Report::chain(Exit::SignIn, error),
    }
}

/// A report of a cause, under what it was the cause of.
fn under(error: &engine::Error, mut report: Report) -> Report {
    report.causes.insert(0, std::mem::replace(&mut report.what, error.to_string()));
    report
}

/// How a name in a statement gets its value.
fn value_of(name: &str, known: &[String]) -> String {
    match nearest(name, known.iter().map(|known| (known.as_str(), known.as_str()))) {
        Some(near) => format!("did you mean :{near}?"),
        None => format!("\\set {name} VALUE gives it one at the prompt, and --{name} VALUE to a saved query"),
    }
}
