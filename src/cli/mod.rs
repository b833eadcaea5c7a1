//! The program: reads flags, environment, configuration and clock, and nobody else does.
//!
//! Everything runs on a thread with a large stack, and so do the workers: DataFusion plans expressions by recursion, and a
//! condition of a few thousand terms overflows the stack that threads get by default, which no program survives.

mod args;
mod ask;
mod config;
mod connect;
mod credential;
#[cfg(feature = "demo")]
mod demo;
mod docs;
mod doctor;
mod ending;
mod env;
mod identity;
mod init;
mod login;
mod others;
mod own;
mod piped;
mod reports;
mod rows;
mod run;
mod saved;
mod searches;
mod status;
mod subscriptions;

use std::ffi::OsString;
use std::io::Write as _;
use std::panic::PanicHookInfo;
use std::process::ExitCode;
use std::thread;

use self::env::Env;
use crate::output::safe;
use crate::repl::tell;
use crate::report::{Exit, Report};

/// Stack of every thread that plans or runs a query.
const STACK: usize = 64 << 20;

/// What to do where there is no connection, and one is needed.
const NO_CONNECTION: &str = "'auditql init' writes one; 'auditql demo' has a tenant to try without any";

/// Runs the program.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(on_panic));
    let args: Vec<OsString> = std::env::args_os().collect();
    if let Err(report) = args::refuse_secrets(&args) {
        return left_with(&report).into();
    }
    let args = match args::parse(args) {
        Ok(args) => args,
        Err(error) => {
            // Help for a reader that went away is no error.
            let _ = if error.use_stderr() { say_refusal(&error) } else { error.print() };
            return if error.use_stderr() { Exit::Usage } else { Exit::Success }.into();
        }
    };
    let program = thread::Builder::new().stack_size(STACK).spawn(move || on_runtime(args));
    program.ok().and_then(|program| program.join().ok()).unwrap_or(Exit::Bug).into()
}

/// What is wrong with the command line. It quotes the words that were given, and those may come from anywhere.
fn say_refusal(error: &clap::Error) -> std::io::Result<()> {
    let text = error.render().to_string();
    let text = Env::read().veil().told(&text);
    text.lines().try_for_each(|line| writeln!(std::io::stderr(), "{}", safe::line(line)))
}

/// Statements have a runtime of their own: however busy one keeps it, this one hears Ctrl-C and the clock.
fn on_runtime(args: args::Args) -> Exit {
    let (runtime, workers) = match runtime().and_then(|runtime| Ok((runtime, self::runtime()?))) {
        Ok(runtimes) => runtimes,
        Err(error) => return left_with(&Report::chain(Exit::Bug, &error)),
    };
    let exit = runtime.block_on(run::run(args, workers.handle())).unwrap_or_else(|report| left_with(&report));
    // What is still under way must not keep the program.
    workers.shutdown_background();
    runtime.shutdown_background();
    exit
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().thread_stack_size(STACK).enable_all().build()
}

/// Ends with an error about flags, environment or configuration: a secret may stand there in any place.
fn left_with(report: &Report) -> Exit {
    tell(&report.veiled(&Env::read().veil()));
    report.exit
}

/// Says where a bug showed itself, without the message: it may quote records or secrets. What a damaged file makes its reader do is none.
fn on_panic(info: &PanicHookInfo<'_>) {
    if crate::engine::is_of_file() {
        return;
    }
    let place = info.location().map(|place| format!(" at {}:{}", place.file(), place.line())).unwrap_or_default();
    let _ = writeln!(std::io::stderr(), "error: auditql has a bug{place}");
}
