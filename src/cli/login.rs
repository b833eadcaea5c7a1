//! `auditql login` and `auditql logout`: people come and go.

use std::path::Path;
use std::process::{Command, Stdio};

use super::args::Identity;
use crate::auth::{Connection, CredentialSource, Flow, Login, Person, SECRET_VARIABLES, SignedIn};
use crate::http::transport::TransportOptions;
use crate::repl::say;
use crate::report::{Exit, Report};

const NO_PERSON: &str = "people sign in to connections with auth = \"browser\" or \"device_code\"";

/// Programs that open a page, by their whole paths: the working folder's own would be found before them by name.
const OPENERS: &[&str] = &["/usr/bin/xdg-open", "/usr/local/bin/xdg-open", "/usr/bin/open"];

/// Signs a person in.
pub(super) async fn login(asked: &Identity, connection: &Connection) -> Result<Exit, Report> {
    let Identity::Login { device_code, no_browser } = *asked else { return Ok(Exit::Success) };
    let way = way(connection)?;
    let by_code = device_code
        || matches!(&connection.credential, CredentialSource::Person(Person { flow, .. }) if *flow == Flow::DeviceCode);
    let signed_in = if by_code {
        let shown = way.with_code(|code| {
            say(&format!("Open {} on any device and type the code {}", code.page, code.code));
            say(
                "Type it only because you started this sign-in here yourself: whoever sends you such a code signs in as you.",
            );
        });
        shown.await
    } else {
        let shown = way.with_browser(|page| {
            let opened = !no_browser && open(page.as_str());
            say(if opened {
                "Your browser opens this page to sign in:"
            } else {
                "Open this page in a browser of this machine to sign in:"
            });
            say(page.as_str());
        });
        shown.await
    };
    let signed_in = signed_in.map_err(|error| Report::of_error(&error))?;
    say(&format!("signed in{} to {}", named(&signed_in), connection.name));
    Ok(Exit::Success)
}

/// Signs a person out, on this machine.
pub(super) fn logout(connection: &Connection) -> Result<Exit, Report> {
    let way = way(connection)?;
    // What is damaged or open to others goes all the same.
    let who = way.current().ok().flatten();
    let had = way.forget().map_err(|error| Report::of_error(&error))?;
    match (had, who) {
        (true, Some(who)) => say(&format!("signed out{}", named(&who))),
        (true, None) => say("signed out"),
        (false, _) => say("nobody was signed in"),
    }
    Ok(Exit::Success)
}

/// The way of the connection's people.
fn way(connection: &Connection) -> Result<Login, Report> {
    let way = Login::of(connection, &TransportOptions::default()).map_err(|error| Report::of_error(&error))?;
    way.ok_or_else(|| {
        let name = &connection.name;
        if let CredentialSource::Missing(why) = &connection.credential {
            let hint = if why.contains("AZURE_CLIENT_ID") {
                "add client_id = \"…\" to the connection: for people, the id of a public client application of the tenant"
            } else {
                NO_PERSON
            };
            return Report::new(Exit::Usage, why.clone()).hint(hint);
        }
        let what =
            format!("the connection '{name}' signs in with {}, which needs no login", connection.credential.name());
        let hint = match &connection.credential {
            CredentialSource::AzureCli => "'az login' and 'az logout' change who that is",
            _ => NO_PERSON,
        };
        Report::new(Exit::Usage, what).hint(hint)
    })
}

fn named(who: &SignedIn) -> String {
    who.who.as_ref().map(|who| format!(" as {who}")).unwrap_or_default()
}

/// Opens a page in the user's browser, without this program's secrets; whether there is one to be asked.
fn open(page: &str) -> bool {
    let mut command = if cfg!(windows) {
        let mut command = Command::new(r"C:\Windows\System32\rundll32.exe");
        command.arg("url.dll,FileProtocolHandler");
        command
    } else {
        let Some(opener) = OPENERS.iter().find(|path| Path::new(path).is_file()) else { return false };
        Command::new(opener)
    };
    SECRET_VARIABLES.iter().for_each(|variable| {
        command.env_remove(variable);
    });
    command.arg(page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().is_ok()
}
