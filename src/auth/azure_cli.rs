//! How the Azure CLI is run: without this program's secrets, never out of the working folder, and not for ever.
//!
//! The library has the shell change to the system's folder before it looks for `az`, so entries of PATH that are relative
//! lead nowhere near the folder that a query was typed in. What it does not do is done here.

use std::ffi::OsStr;
use std::io;
use std::process::{Output, Stdio};

use azure_identity::Executor;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;

use super::SECRET_VARIABLES;

/// Most bytes that are read of what it says.
const CAP: u64 = 1 << 20;

/// Runs it.
#[derive(Debug)]
pub(super) struct Quietly;

#[async_trait::async_trait]
impl Executor for Quietly {
    async fn run(&self, program: &OsStr, args: &[&OsStr]) -> io::Result<Output> {
        let mut command = Command::new(program);
        command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        SECRET_VARIABLES.iter().for_each(|variable| {
            command.env_remove(variable);
        });
        let mut child = command.spawn()?;
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let (stdout, stderr) = tokio::try_join!(capped(out), capped(err))?;
        Ok(Output { status: child.wait().await?, stdout, stderr })
    }
}

async fn capped(pipe: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let Some(pipe) = pipe else { return Ok(bytes) };
    if pipe.take(CAP).read_to_end(&mut bytes).await? as u64 == CAP {
        return Err(io::Error::other("the Azure CLI says more than any token is long"));
    }
    Ok(bytes)
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    async fn shell(script: &str) -> io::Result<Output> {
        Quietly.run(OsStr::new("/bin/sh"), &[OsStr::new("-c"), OsStr::new(script)]).await
    }

    #[tokio::test]
    async fn it_is_run_to_its_end_and_not_beyond_reason() {
        let output = shell("echo out; echo err >&2; exit 3").await.unwrap();
        assert_eq!((output.stdout, output.stderr, output.status.code()), (b"out\n".into(), b"err\n".into(), Some(3)));
        assert!(shell("yes").await.is_err(), "endless");
    }
}
