//! The commands about who signs in: `login`, `logout`, `auth status`, `doctor`, `init`.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::auth::Cloud;
use crate::cli::credential::AUTHS;

/// Names of the commands.
pub(super) const NAMES: &[&str] = &["login", "logout", "auth", "doctor", "init"];

/// What is asked about who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum Identity {
    /// `login`
    Login {
        /// With a code instead of the browser.
        device_code: bool,
        /// Show the page's address only.
        no_browser: bool,
    },
    /// `logout`
    Logout,
    /// `auth status`
    Status,
    /// `doctor`
    Doctor,
    /// `init`
    Init(Box<Init>),
}

/// What `init` was told already.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Init {
    /// The connection's name.
    pub(in crate::cli) name: Option<String>,
    /// The tenant.
    pub(in crate::cli) tenant: Option<String>,
    /// The cloud.
    pub(in crate::cli) cloud: Option<String>,
    /// The kind of credential.
    pub(in crate::cli) auth: Option<String>,
    /// The application.
    pub(in crate::cli) client_id: Option<String>,
    /// Its certificate.
    pub(in crate::cli) certificate_path: Option<PathBuf>,
    /// The file of a federated token.
    pub(in crate::cli) federated_token_file: Option<PathBuf>,
    /// Microsoft Graph elsewhere.
    pub(in crate::cli) graph_url: Option<String>,
    /// The Management Activity API elsewhere.
    pub(in crate::cli) management_url: Option<String>,
    /// The sign-in service elsewhere.
    pub(in crate::cli) authority_url: Option<String>,
    /// Only write the file.
    pub(in crate::cli) no_try: bool,
}

/// The grammar.
pub(super) fn commands() -> [Command; 5] {
    let switch = |id: &'static str, help: &'static str| {
        Arg::new(id).long(id).action(ArgAction::SetTrue).help(help).help_heading("Signing in")
    };
    [
        Command::new("init")
            .about("Write a connection into your configuration, show what an administrator has to grant, and try it")
            .args(init().map(|arg| arg.help_heading("The connection"))),
        Command::new("login")
            .about("Sign in as a person, for connections with auth = \"browser\" or \"device_code\"")
            .args([
                switch(
                    "device-code",
                    "Type a code on another device instead; can be phished, and many tenants block it",
                ),
                switch("no-browser", "Only print the address of the sign-in page"),
            ]),
        Command::new("logout").about("Forget the person who signed in"),
        Command::new("auth")
            .about("Show who signs in, and what they may do")
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommand(Command::new("status").about("Show credential, tenant, application, permissions and expiry")),
        Command::new("doctor").about(
            "Check hosts, TLS, clock, sign-in, permissions and subscriptions of a connection, and say what to do",
        ),
    ]
}

fn init() -> [Arg; 11] {
    let text =
        |id: &'static str, value: &'static str, help: &'static str| Arg::new(id).long(id).value_name(value).help(help);
    let path = |id, value, help| text(id, value, help).value_parser(value_parser!(PathBuf));
    let auths = PossibleValuesParser::new(AUTHS.iter().map(|(auth, _)| *auth));
    let clouds = PossibleValuesParser::new(Cloud::ALL.map(Cloud::name));
    [
        text("name", "NAME", "What the connection is called; it is a catalog in SQL"),
        text("tenant", "TENANT", "The tenant's id, or one of its domains"),
        text("cloud", "CLOUD", "The tenant's cloud [global]").value_parser(clouds),
        text("auth", "AUTH", "How to sign in").value_parser(auths),
        text("client-id", "ID", "The application's id"),
        path("certificate-path", "FILE", "The application's certificate with its private key, PEM or PFX"),
        path("federated-token-file", "FILE", "The file in which the platform renews the workload's token"),
        text("graph-url", "URL", "Microsoft Graph elsewhere than in the cloud, such as a demo tenant"),
        text("management-url", "URL", "The Management Activity API elsewhere than in the cloud"),
        text("authority-url", "URL", "The sign-in service elsewhere than in the cloud; https only"),
        Arg::new("no-try").long("no-try").action(ArgAction::SetTrue).help("Only write the file, and send nothing"),
    ]
}

/// What a command asks; `None` if it is none of these.
pub(super) fn of(name: &str, matches: &ArgMatches) -> Option<Identity> {
    let text = |id: &str| matches.get_one::<String>(id).cloned();
    let path = |id: &str| matches.get_one::<PathBuf>(id).cloned();
    Some(match name {
        "login" => {
            Identity::Login { device_code: matches.get_flag("device-code"), no_browser: matches.get_flag("no-browser") }
        }
        "logout" => Identity::Logout,
        "auth" => Identity::Status,
        "doctor" => Identity::Doctor,
        "init" => Identity::Init(Box::new(Init {
            name: text("name"),
            tenant: text("tenant"),
            cloud: text("cloud"),
            auth: text("auth"),
            client_id: text("client-id"),
            certificate_path: path("certificate-path"),
            federated_token_file: path("federated-token-file"),
            graph_url: text("graph-url"),
            management_url: text("management-url"),
            authority_url: text("authority-url"),
            no_try: matches.get_flag("no-try"),
        })),
        _ => return None,
    })
}
