//! The options of a request: `api-version`, which none may lack, `$filter`, `$top` and `$skiptoken`. Nothing else is
//! documented, and nothing else is taken.

use crate::demo::graph::{Refusal, decode};

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Query {
    /// Text of the filter, decoded.
    pub(super) filter: Option<String>,
    /// The newest so many.
    pub(super) top: Option<usize>,
}

/// The options of a request.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) query: Query,
    /// The place to go on from: its token stands for all else that was asked.
    pub(super) token: Option<String>,
}

/// Reads the part of the URL after `?`.
pub(super) fn read(text: &str) -> Result<Options, Refusal> {
    let (mut options, mut seen) = (Options::default(), Vec::new());
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name)?, decode(value)?);
        if seen.contains(&name) {
            return Err(Refusal::bad_request(format!("The query option '{name}' appears more than once.")));
        }
        match name.as_str() {
            "api-version" if value == "beta" => {}
            "api-version" => {
                return Err(Refusal::bad_request(format!("The specified api-version '{value}' is invalid.")));
            }
            "$filter" => options.query.filter = Some(value),
            "$skiptoken" => options.token = Some(value),
            "$top" => {
                let top = value.parse().ok().filter(|n| *n > 0);
                options.query.top =
                    Some(top.ok_or_else(|| Refusal::bad_request(format!("Invalid value '{value}' for $top.")))?);
            }
            _ => return Err(Refusal::bad_request(format!("The query option '{name}' is not supported."))),
        }
        seen.push(name);
    }
    if !seen.iter().any(|name| name == "api-version") {
        return Err(Refusal::bad_request("The query parameter 'api-version' is required."));
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_names_the_version_and_a_plus_is_a_blank() {
        let options = read("api-version=beta&$filter=appDisplayName+eq+'Azure+Portal%2B'").unwrap();
        assert_eq!(options.query.filter.as_deref(), Some("appDisplayName eq 'Azure Portal+'"));
        assert_eq!(read("api-version=beta&%24skiptoken=-1339686058").unwrap().token.as_deref(), Some("-1339686058"));
        for text in [
            "",
            "$filter=x",
            "api-version=1.6",
            "API-VERSION=beta",
            "api-version=beta&$orderby=signinDateTime",
            "api-version=beta&$select=id",
            "api-version=beta&$skip=1",
            "api-version=beta&$count=true",
            "api-version=beta&$top=0",
            "api-version=beta&$filter=a&$filter=b",
            "api-version=beta&$filter=%zz",
        ] {
            assert_eq!(read(text).unwrap_err().status, 400, "{text}");
        }
    }
}
