//! From the command line to answers: what is opened, where statements come from, where results go.

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};

use tokio::runtime::Handle;

use super::args::{Args, Identity, Input, Saved};
use super::config::{self, Author, Config};
use super::connect::Chosen;
#[cfg(feature = "demo")]
use super::demo::Started;
use super::env::{Env, variable_of};
use super::piped::{self, Piped};
use super::rows::{check_output, check_text};
use super::{connect, docs, ending, identity, others, own, reports, saved, searches, subscriptions};
use crate::engine::{Engine, EngineBuilder, Parameters, Policy};
use crate::output::{self, Expanded, Format, Redactor, Sink};
use crate::queries::Library;
use crate::repl::commands::of_script;
use crate::repl::split::{Statement, split};
use crate::repl::{ConnectionInfo, Outfit, Session, USUAL_PAGER, Voice, check_name, format, prompt, say, script};
use crate::report::{self, About, Exit, Report};
use crate::settings::{SettingError, Settings};

/// The file of a working folder.
const PROJECT_FILE: &str = "auditql.toml";

/// The prompt's name where nothing is open.
const NOTHING: &str = "auditql";

/// Bytes of a key below which pseudonyms could be tried out.
const SHORTEST_KEY: usize = 16;

/// Runs the program to its exit code.
pub(super) async fn run(args: Args, workers: &Handle) -> Result<Exit, Report> {
    if let Some(folder) = &args.docs {
        return docs::write(folder).map(|()| Exit::Success).map_err(|error| unwritable(folder, &error));
    }
    if let Some(asked) = &args.own {
        check_text(&args)?;
        return own::tell(asked);
    }
    let env = Env::read();
    env.check()?;
    let files = Files::read(&args, &env)?;
    let settings = settings(&args, &env, &files.user)?;
    let format = match &args.page {
        Some(_) => reports::format(&args)?,
        None => written_as(&args, chosen_format(&args, &env, &files)?)?,
    };
    if let Some(asked) = &args.identity {
        check_text(&args)?;
        return identity::run(asked, &args, &env, &files).await;
    }
    let pace = config::pace_folder(&env, &files.user);
    if let Some(asked) = &args.subscriptions {
        check_text(&args)?;
        let connection = chosen(&args, &env, &files)?.map(Chosen::service).transpose()?;
        return subscriptions::run(asked, connection, pace.as_deref()).await;
    }
    if args.searches {
        check_text(&args)?;
        let connection = chosen(&args, &env, &files)?.map(Chosen::service).transpose()?;
        return searches::run(&settings, connection, pace.as_deref()).await;
    }
    let piped = Piped::of(&args)?;
    let library = saved::library(&files.user)?;
    let page = args.page.as_ref().map(|page| reports::asked(page, &args)).transpose()?;
    let (statements, parameters) = match &args.saved {
        _ if page.is_some() => page.map_or_else(Default::default, |(all, values)| (Some(all), values)),
        Some(Saved::Run { name, words }) => saved::called(&library, name, words, &args)?,
        Some(asked) => {
            check_text(&args)?;
            return saved::tell(&library, asked);
        }
        None => (statements(&args)?, Parameters::default()),
    };
    check_output(&args, statements.as_deref())?;

    let builder =
        Engine::builder().settings(settings).policy(Policy::LOCAL).stores(env.stores()).runtime(workers.clone());
    let builder = temporary().into_iter().fold(builder, EngineBuilder::spill_dir);
    let builder = piped::inputs(&args.exports, piped.as_ref(), builder);
    let builder = connect::with_logs(&files.user, builder)?;
    #[cfg(feature = "demo")]
    if let Some(demo) = &args.demo {
        let tenant = Started::start(demo, &args).await?;
        return match (&demo.export, demo.serve) {
            (Some(folder), _) => tenant.export(demo, folder),
            (None, Some(_)) => Ok(tenant.serve().await),
            (None, None) => {
                if statements.is_none() {
                    tenant.greet();
                }
                let asked = Asked { statements, parameters, queries: library, piped };
                answer(tenant.opened(demo, builder)?, &args, &env, format, asked).await
            }
        };
    }
    let builder = pace.into_iter().fold(builder, EngineBuilder::pace_folder);
    let opened = opened(&args, &env, &files, builder)?;
    if opened.name == NOTHING && statements.is_none() {
        say(&format!("no connection is configured: {}", super::NO_CONNECTION));
    }
    answer(opened, &args, &env, format, Asked { statements, parameters, queries: library, piped }).await
}

/// What there is to answer.
struct Asked {
    /// Statements; `None` when there is a person to ask.
    statements: Option<Vec<Statement>>,
    /// What names in them stand for.
    parameters: Parameters,
    /// The saved queries, for the prompt.
    queries: Library,
    /// Standard input, if it is among what is asked.
    piped: Option<Piped>,
}

/// What is asked: the demo tenant, a connection or files.
pub(super) struct Opened {
    /// The engine that can ask it.
    pub(super) builder: EngineBuilder,
    /// The prompt's name for it.
    pub(super) name: String,
    /// The connections that the prompt can show.
    pub(super) connections: Vec<ConnectionInfo>,
}

fn opened(args: &Args, env: &Env, files: &Files, builder: EngineBuilder) -> Result<Opened, Report> {
    let chosen = chosen(args, env, files)?;
    let own = if args.exports.is_empty() { NOTHING } else { "files" };
    let name = chosen.as_ref().map_or(own, Chosen::name).to_owned();
    // Whoever asks files asks no service by the way, unless it is named.
    let builder = match &chosen {
        Some(Chosen::Service(connection)) if args.exports.is_empty() && !args.only && !files.user.only => {
            others::added(builder, connection, &files.user, env)
        }
        _ => builder,
    };
    let with_others = builder.has_others();
    let builder = chosen.into_iter().fold(builder, |builder, chosen| chosen.added_to(builder));
    Ok(Opened { builder, connections: known(&files.user, &name, with_others), name })
}

/// The connection. Files are asked instead of a service, unless both are named: a short table name must not mean the other
/// one.
pub(super) fn chosen(args: &Args, env: &Env, files: &Files) -> Result<Option<Chosen>, Report> {
    if args.exports.is_empty() || args.connection.is_some() {
        connect::choose(args.connection.as_deref(), env, &files.project, &files.user)
    } else {
        Ok(None)
    }
}

/// Answers the statements, or opens the prompt when there are none to answer.
async fn answer(
    opened: Opened,
    args: &Args,
    env: &Env,
    format: &'static Format,
    mut asked: Asked,
) -> Result<Exit, Report> {
    let engine = opened.builder.build().map_err(|error| Report::of_query(&error.into(), &About::default()))?;
    let ended = ending::watch(&engine, asked.piped.as_ref().map(Piped::kept));
    let ended = ended.map_err(|error| Report::chain(Exit::Bug, &error))?;
    asked.piped.iter_mut().for_each(Piped::handed_over);
    let mut session = Session { parameters: asked.parameters, ended, ..session(args, env, engine, format)? };
    match asked.statements {
        Some(statements) => answer_all(&session, &statements, args.output.as_deref()).await,
        None => {
            session.ended.people.store(true, Relaxed);
            let outfit = Outfit { queries: Arc::new(asked.queries), ..outfit(env, opened.name, opened.connections) };
            Ok(prompt(&mut session, outfit).await)
        }
    }
}

/// Where what does not fit into memory is kept. Said to the engine so that it is in the session's own folder, which the
/// next run removes if this one is killed; a system whose folder cannot be written to is no reason to answer nothing.
fn temporary() -> Option<PathBuf> {
    let folder = std::env::temp_dir();
    tempfile::tempdir_in(&folder).ok().map(|_| folder)
}

fn session(args: &Args, env: &Env, engine: Engine, format: &'static Format) -> Result<Session, Report> {
    let watched = io::stderr().is_terminal();
    let voice = match (args.quiet, args.verbose || watched) {
        (true, _) => Voice::Quiet,
        (false, true) => Voice::Costs,
        (false, false) => Voice::Notices,
    };
    let progress = watched && !args.quiet && !env.is_dumb();
    let (expanded, redact, streams) = (Expanded::Auto, redactor(args)?, args.stream);
    if streams && voice != Voice::Quiet && !io::stdout().is_terminal() {
        say("note: --stream writes rows as they arrive; only the exit code tells whether they are complete");
    }
    let csv_raw = args.csv_raw;
    let (timing, parameters) = (false, Parameters::default());
    let (ascii, kept) = (env.is_ascii(), Mutex::default());
    Ok(Session {
        engine,
        format,
        csv_raw,
        streams,
        redact,
        expanded,
        voice,
        progress,
        timing,
        parameters,
        ascii,
        kept,
        ended: Arc::default(),
    })
}

/// What gives pseudonyms, if it is asked for: by the key of a file, else by one of this run.
fn redactor(args: &Args) -> Result<Option<Redactor>, Report> {
    let Some(path) = &args.redact_key else {
        let redactor =
            || Redactor::of_this_run().ok_or_else(|| Report::new(Exit::Bug, "the system provides no random numbers"));
        return args.redact.then(redactor).transpose();
    };
    let key = config::read_small(path)
        .map_err(|error| Report::of_file(format!("{} cannot be read", path.display()), &error))?;
    let key = key.trim_ascii();
    if key.len() < SHORTEST_KEY {
        let what = format!("{} does not hold a key of at least {SHORTEST_KEY} bytes", path.display());
        return Err(Report::new(Exit::Usage, what).hint("openssl rand -hex 32 makes one"));
    }
    Ok(Some(Redactor::with_key(key)))
}

/// In order, up to the first that fails. An incomplete answer does not stop the others.
async fn answer_all(session: &Session, statements: &[Statement], file: Option<&Path>) -> Result<Exit, Report> {
    let mut exit = Exit::Success;
    for statement in statements {
        let sink = match file {
            Some(path) => Sink::file(path, session.streams).map_err(|error| unwritable(path, &error))?,
            None => Sink::stdout(session.streams),
        };
        let answered = session.answer(statement, sink).await;
        if !matches!(answered.exit, Exit::Success | Exit::Incomplete) {
            return Ok(answered.exit);
        }
        exit = if answered.exit == Exit::Incomplete { Exit::Incomplete } else { exit };
        if answered.reader_gone {
            break;
        }
    }
    Ok(exit)
}

fn unwritable(path: &Path, error: &io::Error) -> Report {
    Report::of_file(format!("{} cannot be written", path.display()), error)
}

/// The configuration files.
pub(super) struct Files {
    /// The user's.
    pub(super) user: Config,
    /// The working folder's.
    pub(super) project: Config,
}

impl Files {
    pub(super) fn read(args: &Args, env: &Env) -> Result<Self, Report> {
        let named = named_config(args, env);
        let path = named.clone().or_else(config::user_file);
        let user = path.as_deref().map(|path| config::read(path, Author::User)).transpose()?.flatten();
        // What is to be written need not be there.
        let writes = matches!(args.identity, Some(Identity::Init(_)));
        if let (Some(named), None, false) = (&named, &user, writes) {
            return Err(Report::new(Exit::Usage, format!("there is no file {}", named.display())));
        }
        // Named with --config, the file of the working folder is the user's own.
        let same = |path: &PathBuf| path.canonicalize().ok() == Path::new(PROJECT_FILE).canonicalize().ok();
        let project = if path.as_ref().is_some_and(|path| user.is_some() && same(path)) {
            None
        } else {
            config::read(Path::new(PROJECT_FILE), Author::Project)?
        };
        Ok(Self { user: user.unwrap_or_default(), project: project.unwrap_or_default() })
    }
}

/// The file that was named in place of the user's own.
pub(super) fn named_config(args: &Args, env: &Env) -> Option<PathBuf> {
    args.config.clone().or_else(|| env.get("AUDITQL_CONFIG").map(PathBuf::from))
}

/// Flag before environment before file.
fn settings(args: &Args, env: &Env, user: &Config) -> Result<Settings, Report> {
    let mut settings = Settings::default();
    let mut set = |name: &str, value: &str| {
        settings
            .set(name, value)
            .map_err(|error: SettingError| Report::chain(Exit::Usage, &error).hint(report::of_setting(&error)))
    };
    user.settings.iter().try_for_each(|(name, value)| set(name, value))?;
    env.settings().try_for_each(|(name, value)| {
        let variable = variable_of(name);
        set(name, value).map_err(|report| {
            let form = report.hint.clone().unwrap_or_default();
            report.hint(format!("it comes from the environment: {variable}={value}; {form}"))
        })
    })?;
    args.settings.iter().try_for_each(|(name, value)| set(name, value))?;
    Ok(settings)
}

fn chosen_format(args: &Args, env: &Env, files: &Files) -> Result<&'static Format, Report> {
    let file = || files.project.format.as_deref().or(files.user.format.as_deref());
    match args.format.as_deref().or(env.get("AUDITQL_FORMAT")).or_else(file) {
        Some(name) => format(name),
        None => Ok(&output::ALL[0]),
    }
}

/// The format of a result that goes to a file: the ending of its name chooses where no flag does, and a flag that says
/// otherwise is a slip.
fn written_as(args: &Args, format: &'static Format) -> Result<&'static Format, Report> {
    args.output.as_deref().map_or(Ok(()), check_name)?;
    match args.output.as_deref().and_then(output::by_ending) {
        Some(named) if args.format.is_none() => Ok(named),
        Some(named) if named.name != format.name => {
            let what =
                format!("--format {} contradicts the file's ending, which stands for {}", format.name, named.name);
            Err(Report::new(Exit::Usage, what).hint("drop --format, or give the file another ending"))
        }
        _ => Ok(format),
    }
}

/// The statements to answer; `None` when there is a person to ask.
fn statements(args: &Args) -> Result<Option<Vec<Statement>>, Report> {
    let serves = args.demo.as_ref().is_some_and(|demo| demo.serve.is_some() || demo.export.is_some());
    if serves || args.inputs.is_empty() && io::stdin().is_terminal() {
        return Ok(None);
    }
    if args.inputs.is_empty() {
        let all = split(&standard_input()?).into_statements();
        return all.into_iter().map(of_script).collect::<Result<_, _>>().map(Some);
    }
    let mut all = Vec::new();
    for input in &args.inputs {
        all.extend(match input {
            Input::Text(text) => split(text).into_statements(),
            Input::File(path) => split(&script_of(path)?).into_statements(),
        });
    }
    all.into_iter().map(of_script).collect::<Result<_, _>>().map(Some)
}

fn script_of(path: &Path) -> Result<String, Report> {
    if path.as_os_str() == "-" {
        return standard_input();
    }
    let text = std::fs::File::open(path).and_then(script::text);
    text.map_err(|error| Report::of_file(format!("{} cannot be read", path.display()), &error))
}

fn standard_input() -> Result<String, Report> {
    script::text(io::stdin()).map_err(|error| Report::of_file("standard input cannot be read", &error))
}

/// What the prompt is given.
fn outfit(env: &Env, name: String, connections: Vec<ConnectionInfo>) -> Outfit {
    let usual = if cfg!(windows) { "notepad" } else { "vi" };
    let pager = env.get("PAGER").unwrap_or(if cfg!(windows) { "cat" } else { USUAL_PAGER });
    Outfit {
        name,
        history: history(),
        // Of the user's own folder: a project's file could run statements in the user's name.
        rc: config::user_folder().map(|folder| folder.join("rc")).filter(|path| path.is_file()),
        editor: env.get("VISUAL").or(env.get("EDITOR")).unwrap_or(usual).to_owned(),
        pager: Some(pager).filter(|pager| *pager != "cat" && !env.is_dumb()).map(str::to_owned),
        queries: Arc::default(),
        colours: env.get("NO_COLOR").is_none() && !env.is_dumb(),
        home: etcetera::home_dir().ok(),
        connections,
    }
}

/// The connections of the configuration, and the open one if it comes from the environment.
fn known(user: &Config, open: &str, with_others: bool) -> Vec<ConnectionInfo> {
    let of = |(name, entry): (&String, &config::Entry)| ConnectionInfo {
        name: name.clone(),
        open: name == open,
        catalog: with_others || name == open,
        tenant: entry.tenant.clone().unwrap_or_default(),
        auth: entry.auth.clone().unwrap_or_else(|| "the environment".into()),
    };
    let mut all: Vec<ConnectionInfo> = user.connections.iter().map(of).collect();
    if open == connect::FROM_ENVIRONMENT {
        let (name, tenant) = (open.to_owned(), "AZURE_TENANT_ID".to_owned());
        all.push(ConnectionInfo { name, open: true, catalog: true, tenant, auth: "the environment".into() });
    }
    all
}

/// Where the prompt keeps its history, in a folder that only its owner can enter.
fn history() -> Option<PathBuf> {
    let folder = config::state_folder()?;
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&folder).ok()?;
    Some(folder.join("history"))
}

#[cfg(test)]
mod tests {
    use super::super::config::parse;
    use super::*;

    #[test]
    fn a_setting_of_a_flag_goes_before_the_environment_and_that_before_the_file() {
        let user =
            parse("version = 1\n[settings]\nmax_requests = 1\ntimeout = '1m'\npartial = true", Author::User, "f")
                .unwrap();
        let env = Env::of(&[("AUDITQL_MAX_REQUESTS", "2"), ("AUDITQL_TIMEOUT", "2m")]);
        let args = Args { settings: vec![("max_requests", "3".into())], ..Args::default() };
        let settings = settings(&args, &env, &user).unwrap();
        assert_eq!(
            (settings.max_requests, settings.timeout.unwrap().as_secs(), settings.partial),
            (Some(3), 120, true)
        );
    }

    #[test]
    fn a_setting_of_the_wrong_form_is_a_usage_error() {
        let args = Args { settings: vec![("timeout", "soon".into())], ..Args::default() };
        let report = settings(&args, &Env::default(), &Config::default()).unwrap_err();
        assert_eq!(
            (report.exit, report.what.as_str()),
            (Exit::Usage, "'soon' is not a valid value for timeout, which takes DURATION")
        );
        assert!(report.hint.is_some_and(|hint| hint.contains("90s, 10m or 2h")));
        let env = Env::of(&[("AUDITQL_PARTIAL", "yes")]);
        let hint = settings(&Args::default(), &env, &Config::default()).unwrap_err().hint.unwrap();
        assert!(hint.starts_with("it comes from the environment: AUDITQL_PARTIAL=yes; partial: "), "{hint}");
    }

    #[test]
    fn the_ending_of_a_file_chooses_its_format() {
        let chosen = |format: Option<&str>, file: &str| {
            let args = Args { format: format.map(String::from), output: Some(file.into()), ..Args::default() };
            let files = Files { user: Config::default(), project: Config::default() };
            let format = chosen_format(&args, &Env::of(&[("AUDITQL_FORMAT", "json")]), &files).unwrap();
            written_as(&args, format).map(|format| format.name).map_err(|report| report.exit)
        };
        for (format, file, expected) in [
            (None, "x.csv", Ok("csv")),
            (None, "deep.json/x.PARQUET", Ok("parquet")),
            (None, "x.jsonl", Ok("ndjson")),
            (None, "x", Ok("json")),
            (None, "x.txt", Ok("json")),
            (None, "csv", Ok("json")),
            (Some("table"), "x.txt", Ok("table")),
            (Some("csv"), "x.csv", Ok("csv")),
            (Some("table"), "x.csv", Err(Exit::Usage)),
            (Some("csv"), "x.md", Err(Exit::Usage)),
        ] {
            assert_eq!(chosen(format, file), expected, "{format:?} {file}");
        }
    }
}
