//! Functions of addresses of the web.

use url::Url;

use super::function::{Function, Of, Type};

pub(super) const FUNCTIONS: &[Function] = &[Function {
    name: "parse_url",
    also: &[],
    doc: "A part of an address of the web: protocol, host, port, path, query, fragment, or user. NULL, if the address is none or lacks it.",
    args: &[("address", Type::Text, "An address with its protocol."), ("part", Type::Text, "Which part, in any case.")],
    of: Of::Text(|args| {
        let url = Url::parse(args[0].text().trim()).ok()?;
        let part = match args[1].text().to_ascii_lowercase().as_str() {
            "protocol" | "scheme" => Some(url.scheme().to_owned()),
            "host" => url.host_str().map(str::to_owned),
            "port" => url.port_or_known_default().map(|port| port.to_string()),
            "path" => Some(url.path().to_owned()),
            "query" => url.query().map(str::to_owned),
            "fragment" | "ref" => url.fragment().map(str::to_owned),
            "user" | "userinfo" => Some(url.username().to_owned()),
            _ => None,
        };
        part.filter(|part| !part.is_empty())
    }),
    examples: &[
        ("parse_url('https://Login.Example.org/a?b=c#d', 'HOST')", Some("login.example.org")),
        ("parse_url('https://example.org/a?b=c', 'query')", Some("b=c")),
        ("parse_url('example.org', 'host')", None),
    ],
}];
