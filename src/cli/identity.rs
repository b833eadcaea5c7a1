//! The commands about who signs in: each has a connection, except the one that makes it.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::args::{Args, Identity, Init};
use super::config::pace_folder;
use super::connect::Chosen;
use super::env::Env;
use super::run::{Files, chosen, named_config};
use super::{ask, doctor, init, login, status};
use crate::auth::{Connection, CredentialSource};
use crate::repl::say;
use crate::report::{Exit, Report};

/// Does what was asked.
pub(super) async fn run(asked: &Identity, args: &Args, env: &Env, files: &Files) -> Result<Exit, Report> {
    if !args.inputs.is_empty() || !args.exports.is_empty() {
        // A statement that is passed over would look like one that has no rows.
        return Err(Report::new(Exit::Usage, "this command answers no statements and reads no files")
            .hint("run it without -c, -f and --input"));
    }
    let pace = pace_folder(env, &files.user);
    if let Identity::Init(answers) = asked {
        return initialise(answers, args, env, pace.as_deref()).await;
    }
    let connection = chosen(args, env, files)?.map(Chosen::service).transpose()?.ok_or_else(|| {
        Report::new(Exit::Usage, "no connection is configured, so there is nobody to sign in")
            .hint(super::NO_CONNECTION)
    })?;
    match asked {
        Identity::Login { .. } => login::login(asked, &connection).await,
        Identity::Logout => login::logout(&connection),
        Identity::Status => status::show(&connection, now()).await,
        Identity::Doctor | Identity::Init(_) => Ok(doctor::examine(&connection, env, pace.as_deref(), now()).await),
    }
}

/// Writes a connection, shows what it needs, and tries it.
async fn initialise(answers: &Init, args: &Args, env: &Env, pace: Option<&Path>) -> Result<Exit, Report> {
    let written = init::write(answers, named_config(args, env).as_deref())?;
    let args = Args { connection: Some(written.name.clone()), ..args.clone() };
    let env = with_secret(env, &args, &written)?;
    let connection = opened(&args, &env, &written)?;
    init::show_grants(&connection, written.client_id.as_deref());
    let is_person = matches!(&connection.credential, CredentialSource::Person(_));
    if answers.no_try {
        return Ok(Exit::Success);
    }
    if is_person && ask::can() {
        let wanted = ask::question("Sign in now? y or n", Some("y"), |_| Ok(()))?;
        if matches!(wanted.as_str(), "y" | "Y" | "yes") {
            let asked = Identity::Login { device_code: false, no_browser: false };
            login::login(&asked, &connection).await?;
        }
    }
    say("Trying it:");
    let exit = doctor::examine(&connection, &env, pace, now()).await;
    if exit != Exit::Success {
        let name = &written.name;
        say(&format!(
            "The connection is written, but it does not work yet; 'auditql doctor --connection {name}' tries it again."
        ));
    }
    Ok(exit)
}

/// The connection that was written, as the next run would open it.
fn opened(args: &Args, env: &Env, written: &init::Written) -> Result<Connection, Report> {
    let args = Args { config: Some(written.path.clone()), ..args.clone() };
    let chosen = chosen(&args, env, &Files::read(&args, env)?)?;
    let chosen = chosen.ok_or_else(|| Report::new(Exit::Bug, "the connection that was written is not there"))?;
    chosen.service()
}

/// The environment with the secret that the connection lacks, asked for without showing it, for this try alone.
fn with_secret(env: &Env, args: &Args, written: &init::Written) -> Result<Env, Report> {
    let CredentialSource::Missing(why) = opened(args, env, written)?.credential else { return Ok(env.clone()) };
    let wanted = ["AZURE_CLIENT_SECRET", "AUDITQL_ACCESS_TOKEN"].into_iter().find(|variable| why.contains(variable));
    let Some(variable) = wanted.filter(|_| ask::can()) else { return Ok(env.clone()) };
    let secret = ask::secret(&format!(
        "{variable} is not set. Type its value to try the connection now; it is not kept, and not shown:"
    ))?;
    say(&format!("From now on, set {variable} in the environment."));
    Ok(if secret.is_empty() { env.clone() } else { env.with(variable, &secret) })
}

#[expect(clippy::disallowed_methods, reason = "cli is where the clock is read")]
fn now() -> DateTime<Utc> {
    Utc::now()
}
