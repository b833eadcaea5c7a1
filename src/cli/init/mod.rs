//! `auditql init`: from nothing to a connection that works, by questions at a terminal or by flags.
//!
//! What is written holds no secret; where one is needed it is asked for without showing, for the try alone. What an
//! administrator has to do is shown in the words and with the address that they need.

mod file;
mod grants;

use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::args::Init;
use super::credential::AUTHS;
use super::{ask, config};
use crate::auth::{Cloud, NameFlaw, check_name};
use crate::repl::say;
use crate::report::{Exit, Report};
use crate::table::is_guid;

/// What it is called unless something else is said.
const NAME: &str = "work";

/// A connection that was written.
pub(super) struct Written {
    /// Its name.
    pub(super) name: String,
    /// Where it was written.
    pub(super) path: PathBuf,
    /// The application that it names, if it names one.
    pub(super) client_id: Option<String>,
}

/// Asks for what is missing, and writes it.
pub(super) fn write(asked: &Init, config: Option<&Path>) -> Result<Written, Report> {
    let path = config.map(Path::to_owned).or_else(config::user_file);
    let path =
        path.ok_or_else(|| Report::new(Exit::Usage, "there is no home folder").hint("name a file with --config"))?;
    let before = config::text_of(&path)?;
    let answers = Answers::gather(asked)?;
    let shown = path.display().to_string();
    let text = file::with_section(before.as_deref(), &answers.name, &answers.section(), &shown)?;
    file::write(&path, &text)
        .map_err(|error: io::Error| Report::of_file(format!("{shown} cannot be written"), &error))?;
    say(&format!("{} the connection '{}' in {shown}", if before.is_some() { "added" } else { "wrote" }, answers.name));
    let client_id = answers.keys.iter().find(|(key, _)| *key == "client_id");
    let client_id = client_id.and_then(|(_, value)| value.as_str()).map(str::to_owned);
    Ok(Written { name: answers.name, path, client_id })
}

pub(super) use grants::show as show_grants;

/// What the section says, in its order.
struct Answers {
    name: String,
    keys: Vec<(&'static str, Value)>,
}

impl Answers {
    fn gather(asked: &Init) -> Result<Self, Report> {
        let tenant = answer(
            "tenant",
            asked.tenant.as_deref(),
            "Which tenant? Its id, which the activity feed needs, or one of its domains",
            None,
            tenant,
        )?;
        let auths: Vec<String> = AUTHS.iter().map(|(auth, doc)| format!("  {auth:<18} {doc}")).collect();
        if asked.auth.is_none() && ask::can() {
            say("How does auditql sign in?");
            auths.iter().for_each(|line| say(line));
        }
        let auth = answer("auth", asked.auth.as_deref(), "Choose one of these", Some("browser"), auth)?;
        let text = |text: &str| Value::String(text.to_owned());
        let mut keys = vec![("tenant", text(&tenant)), ("auth", text(&auth))];
        keys.extend(
            asked.cloud.as_deref().filter(|cloud| *cloud != Cloud::Global.name()).map(|cloud| ("cloud", text(cloud))),
        );
        if matches!(auth.as_str(), "client_secret" | "certificate" | "workload_identity" | "browser" | "device_code") {
            let what = "Which application? Its id, from the app registration";
            keys.push(("client_id", text(&answer("client-id", asked.client_id.as_deref(), what, None, client_id)?)));
        } else if let Some(id) = &asked.client_id {
            client_id(id).map_err(|why| Report::new(Exit::Usage, why))?;
            keys.push(("client_id", text(id)));
        }
        let files: [(&str, &str, &Option<PathBuf>, &str, &str); 2] = [
            (
                "certificate",
                "certificate-path",
                &asked.certificate_path,
                "certificate_path",
                "Which file has the certificate and its key, PEM or PFX?",
            ),
            (
                "workload_identity",
                "federated-token-file",
                &asked.federated_token_file,
                "federated_token_file",
                "In which file does the platform renew the token?",
            ),
        ];
        for (_, flag, given, key, what) in files.into_iter().filter(|(of, ..)| *of == auth) {
            let given = given.as_ref().and_then(|path| path.to_str());
            let path = answer(flag, given, what, None, existing)?;
            let whole = std::path::absolute(&path).unwrap_or_else(|_| PathBuf::from(&path));
            keys.push((key, text(&whole.to_string_lossy())));
        }
        keys.extend(addresses(asked)?);
        let name = answer(
            "name",
            asked.name.as_deref().or((!ask::can()).then_some(NAME)),
            "What is it to be called?",
            Some(NAME),
            name,
        )?;
        Ok(Self { name, keys })
    }

    /// Texts of JSON are texts of TOML.
    fn section(&self) -> String {
        self.keys.iter().map(|(key, value)| format!("{key} = {value}\n")).collect()
    }
}

/// Addresses elsewhere than in the cloud. Plain http on loopback is meant by whoever writes it.
fn addresses(asked: &Init) -> Result<Vec<(&'static str, Value)>, Report> {
    let given = [
        ("graph_url", asked.graph_url.as_deref()),
        ("management_url", asked.management_url.as_deref()),
        ("authority_url", asked.authority_url.as_deref()),
    ];
    let mut keys = Vec::new();
    let mut plain = false;
    for (key, url) in given.into_iter().filter_map(|(key, url)| url.map(|url| (key, url))) {
        let parsed =
            url::Url::parse(url).map_err(|error| Report::new(Exit::Usage, format!("{key} is no address: {error}")))?;
        plain |= parsed.scheme() == "http" && crate::http::pin::is_loopback(&parsed);
        keys.push((key, Value::String(url.to_owned())));
    }
    if plain {
        keys.push(("allow_insecure_loopback", Value::Bool(true)));
    }
    Ok(keys)
}

/// The answer that a flag gave, or that the person gives; without either it is a usage error that names the flag.
fn answer(
    flag: &str,
    given: Option<&str>,
    question: &str,
    proposed: Option<&str>,
    usable: fn(&str) -> Result<(), String>,
) -> Result<String, Report> {
    match given {
        Some(given) => {
            usable(given).map(|()| given.to_owned()).map_err(|why| Report::new(Exit::Usage, format!("--{flag}: {why}")))
        }
        None if ask::can() => ask::question(question, proposed, usable),
        None => Err(Report::new(Exit::Usage, format!("--{flag} is missing, and there is no terminal to ask on"))
            .hint("'auditql init --help' lists what it takes")),
    }
}

fn tenant(text: &str) -> Result<(), String> {
    let is_domain = text.contains('.') && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-');
    if is_guid(text) || is_domain {
        Ok(())
    } else {
        Err("that is neither a tenant's id (a GUID) nor a domain such as contoso.com".into())
    }
}

fn client_id(text: &str) -> Result<(), String> {
    // It is not repeated: a secret is pasted here easily.
    if is_guid(text) {
        Ok(())
    } else {
        Err("that is not an application's id, which is a GUID; a secret does not belong here".into())
    }
}

fn auth(text: &str) -> Result<(), String> {
    let known: Vec<&str> = AUTHS.iter().map(|(auth, _)| *auth).collect();
    if known.contains(&text) { Ok(()) } else { Err(format!("choose one of {}", known.join(", "))) }
}

fn existing(text: &str) -> Result<(), String> {
    if Path::new(text).is_file() { Ok(()) } else { Err("there is no such file".into()) }
}

fn name(text: &str) -> Result<(), String> {
    check_name(text).map_err(|flaw| match flaw {
        NameFlaw::Reserved => "that name is reserved".into(),
        NameFlaw::Quoted => "use lower-case letters, digits and _, so that SQL takes it as it stands".into(),
    })
}
