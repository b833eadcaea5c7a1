//! What to do when a store of objects gives no answer.

use super::{Exit, Report, remote};
use crate::files::StoreFault;

/// A report with what to do about the fault that it came of.
pub(super) fn advised(report: Report, fault: &StoreFault) -> Report {
    let (exit, hint) = advice(fault);
    Report { exit: exit.unwrap_or(report.exit), ..report.hint(hint) }
}

fn advice(fault: &StoreFault) -> (Option<Exit>, String) {
    use StoreFault as F;
    let (exit, hint) = match fault {
        F::NotBuilt { feature, .. } => {
            let build = format!("build it with the feature: cargo install --path . --features {feature}");
            return (None, format!("{build} ('stores' has all of them); or download the file, and use its path"));
        }
        F::Address { .. } => (
            None,
            "write s3://BUCKET/KEY, abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/PATH, gs://BUCKET/KEY or https://HOST/FILE; keys may be patterns",
        ),
        F::Settings { .. } => (
            Some(Exit::Usage),
            "the variables are those of the cloud's own tools: AWS_…, AZURE_STORAGE_…, GOOGLE_…; docs/stores.md names them",
        ),
        F::NoCredentials => (
            Some(Exit::SignIn),
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (of a profile: aws configure export-credentials --format env), \
             AZURE_STORAGE_ACCOUNT_KEY, or GOOGLE_APPLICATION_CREDENTIALS; AWS_SKIP_SIGNATURE=true or its like asks for what is public",
        ),
        F::Denied(_) => (
            Some(Exit::Remote),
            "the credentials need to list and to read: s3:ListBucket and s3:GetObject, Storage Blob Data Reader, or Storage \
             Object Viewer; without the first, what is missing is refused as well",
        ),
        F::NoBucket => {
            (Some(Exit::Remote), "look at the bucket's name, and at the endpoint and the account of the environment")
        }
        F::Region { region } => return (Some(Exit::Remote), format!("set AWS_REGION={region}")),
        F::Redirected { .. } => (Some(Exit::Remote), "if you trust that place, use its address"),
        F::Unreachable { .. } => {
            (Some(Exit::Remote), "look at the name of the host, the network, HTTPS_PROXY and AWS_ENDPOINT_URL")
        }
        F::Plain { .. } => (
            Some(Exit::Usage),
            "use https:; AWS_ALLOW_HTTP=true or AZURE_ALLOW_HTTP=true allows it for a store of your own network",
        ),
        F::Answered(_) => (Some(Exit::Remote), "try again later; if it stays, look at the endpoint of the environment"),
        F::NoLength => (Some(Exit::Remote), "download it, and read the copy"),
        F::Changed => (Some(Exit::Incomplete), "try again, or read a copy of it"),
        F::Requests { .. } => (Some(Exit::Incomplete), remote::FEWER),
        F::Time => (Some(Exit::Deadline), remote::MORE_TIME),
        F::Endless { .. } => (Some(Exit::Remote), "name a longer prefix, or one object"),
    };
    (exit, hint.to_owned())
}
