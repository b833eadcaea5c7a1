//! The header of a syslog line: RFC 5424, RFC 3164, and what rsyslog writes to files, which has no priority.

use std::borrow::Cow;

use crate::logs::years::Stamp;

/// A line in its parts. What is not there is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::logs::formats) struct Header<'a> {
    /// Facility × 8 + severity.
    pub(in crate::logs::formats) priority: Option<u16>,
    pub(in crate::logs::formats) stamp: Option<Stamp>,
    pub(in crate::logs::formats) host: &'a str,
    pub(in crate::logs::formats) app: &'a str,
    pub(in crate::logs::formats) process: &'a str,
    pub(in crate::logs::formats) message_id: &'a str,
    pub(in crate::logs::formats) data: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    pub(in crate::logs::formats) message: &'a str,
}

/// Reads a line; `None`, if it is none of the three.
pub(in crate::logs::formats) fn header(line: &str) -> Option<Header<'_>> {
    let (priority, rest) = match priority(line) {
        Some((priority, rest)) => (Some(priority), rest),
        None if line.starts_with('<') => return None,
        None => (None, line),
    };
    match rest.strip_prefix("1 ") {
        Some(rest) if priority.is_some() => rfc_5424(priority, rest),
        _ => rfc_3164(priority, rest),
    }
}

fn priority(line: &str) -> Option<(u16, &str)> {
    let (digits, rest) = line.strip_prefix('<')?.split_once('>')?;
    let is_number = (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let priority = digits.parse().ok().filter(|priority| is_number && *priority < 192)?;
    Some((priority, rest))
}

/// `2026-11-27T08:00:00.123Z host app 42 ID47 [id name="value"] message`
/// (source: <https://www.rfc-editor.org/rfc/rfc5424#section-6>).
fn rfc_5424(priority: Option<u16>, rest: &str) -> Option<Header<'_>> {
    let (stamp, rest) = match rest.strip_prefix("- ") {
        Some(rest) => (None, rest),
        None => Stamp::take(rest).map(|(stamp, rest)| (Some(stamp), rest))?,
    };
    let mut words = rest.splitn(5, ' ');
    let mut word = || words.next().map(|word| if word == "-" { "" } else { word });
    let (host, app, process, message_id) = (word()?, word()?, word()?, word()?);
    let (data, message) = structured(words.next()?)?;
    let message = message.strip_prefix(' ').unwrap_or(message);
    let message = message.strip_prefix('\u{feff}').unwrap_or(message);
    Some(Header { priority, stamp, host, app, process, message_id, data, message })
}

/// Structured data: each parameter by its element's name and its own, `origin.ip`.
fn structured(text: &str) -> Option<(Vec<(Cow<'_, str>, Cow<'_, str>)>, &str)> {
    if let Some(rest) = text.strip_prefix('-') {
        return Some((Vec::new(), rest));
    }
    let (mut data, mut rest) = (Vec::new(), text);
    while let Some(element) = rest.strip_prefix('[') {
        let end = element.find([' ', ']'])?;
        let id = &element[..end];
        rest = &element[end..];
        while let Some(parameter) = rest.strip_prefix(' ') {
            let (name, quoted) = parameter.split_once("=\"")?;
            let end = unescaped_quote(quoted)?;
            let value = &quoted[..end];
            data.push((Cow::Owned(format!("{id}.{name}")), unescaped(value)));
            rest = &quoted[end + 1..];
        }
        rest = rest.strip_prefix(']')?;
    }
    (!data.is_empty() || rest.len() < text.len()).then_some((data, rest))
}

fn unescaped_quote(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    })
}

fn unescaped(value: &str) -> Cow<'_, str> {
    if !value.contains('\\') {
        return Cow::Borrowed(value);
    }
    Cow::Owned(value.replace("\\\"", "\"").replace("\\]", "]").replace("\\\\", "\\"))
}

/// `Nov 27 08:00:00 host app[42]: message` (source: <https://www.rfc-editor.org/rfc/rfc3164#section-4.1>).
fn rfc_3164(priority: Option<u16>, rest: &str) -> Option<Header<'_>> {
    let (stamp, rest) = Stamp::take(rest)?;
    let rest = rest.trim_start_matches(' ');
    let (first, after) = rest.split_once(' ').unwrap_or((rest, ""));
    // Some devices leave out the host.
    let (host, rest) = if first.ends_with(':') && after.len() + first.len() > 1 { ("", rest) } else { (first, after) };
    if host.is_empty() && rest.is_empty() {
        return None;
    }
    let (app, process, message) = tag(rest);
    // Without a priority a time with a year could begin any log: a tag tells that it is this one.
    if priority.is_none()
        && matches!(stamp, Stamp::Whole(_))
        && app.is_empty()
        && !message.contains("CEF:")
        && !message.contains("LEEF:")
    {
        return None;
    }
    Some(Header { priority, stamp: Some(stamp), host, app, process, message_id: "", data: Vec::new(), message })
}

/// `app[42]: message`, `app: message`; all is message, if there is no such beginning.
fn tag(text: &str) -> (&str, &str, &str) {
    let none = ("", "", text);
    let end = text.bytes().take(64).position(|byte| matches!(byte, b':' | b'[' | b' '));
    let Some(end) = end.filter(|end| *end > 0) else { return none };
    let (app, rest) = text.split_at(end);
    if let Some(open) = rest.strip_prefix('[') {
        let Some((process, rest)) = open.split_once(']') else { return none };
        let Some(message) = rest.strip_prefix(':') else { return none };
        return (app, process, message.trim_start());
    }
    match rest.strip_prefix(": ").or_else(|| rest.strip_prefix(':').filter(|rest| rest.is_empty())) {
        Some(message) if app != "CEF" && app != "LEEF" => (app, "", message.trim_start()),
        _ => none,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(line: &str) -> Option<String> {
        let header = header(line)?;
        let data: Vec<String> = header.data.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let priority = header.priority.map_or("-".to_owned(), |priority| priority.to_string());
        let Header { host, app, process, message_id, message, .. } = header;
        Some(format!("{priority}|{host}|{app}|{process}|{message_id}|{}|{message}", data.join(",")))
    }

    #[test]
    fn the_examples_of_rfc_5424_are_read() {
        for (line, expected) in [
            (
                "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \u{feff}'su root' failed for lonvick on /dev/pts/8",
                "34|mymachine.example.com|su||ID47||'su root' failed for lonvick on /dev/pts/8",
            ),
            (
                "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.",
                "165|192.0.2.1|myproc|8710|||%% It's time to make the do-nuts.",
            ),
            (
                "<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut=\"3\" eventSource=\"Appli\\\"cation\" eventID=\"1011\"] An event",
                "165|mymachine.example.com|evntslog||ID47|exampleSDID@32473.iut=3,exampleSDID@32473.eventSource=Appli\"cation,exampleSDID@32473.eventID=1011|An event",
            ),
            (
                "<165>1 2003-10-11T22:14:15.003Z m e - ID47 [a@1 iut=\"3\"][b@1 class=\"high\"]",
                "165|m|e||ID47|a@1.iut=3,b@1.class=high|",
            ),
            ("<165>1 - - - - - -", "165||||||"),
        ] {
            assert_eq!(parts(line).as_deref(), Some(expected), "{line}");
        }
        for line in
            ["<999>1 - - - - - -", "<34>1 2003-10-11T22:14:15.003Z a b", "<34>1 - - - - - [a b=\"c", "<34", "<>1 x"]
        {
            assert_eq!(parts(line), None, "{line}");
        }
    }

    #[test]
    fn the_examples_of_rfc_3164_and_files_of_rsyslog_are_read() {
        for (line, expected) in [
            (
                "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
                "34|mymachine|su||||'su root' failed for lonvick on /dev/pts/8",
            ),
            ("Oct  1 22:14:15 web01 sshd[4123]: Accepted", "-|web01|sshd|4123|||Accepted"),
            ("2026-11-27T08:00:00.123456+01:00 web01 sshd[4123]: Accepted", "-|web01|sshd|4123|||Accepted"),
            ("Oct 11 22:14:15 web01 last message repeated 2 times", "-|web01|||||last message repeated 2 times"),
            ("<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!", "13|10.0.0.99|||||Use the BFG!"),
            ("<34>Oct 11 22:14:15 su: failed", "34||su||||failed"),
            ("Oct 11 22:14:15 web01 kernel: [1.0] x", "-|web01|kernel||||[1.0] x"),
        ] {
            assert_eq!(parts(line).as_deref(), Some(expected), "{line}");
        }
        for line in ["hello", "2026-11-27T08:00:00Z some text without a tag", "2026-11-27,a", ""] {
            assert_eq!(parts(line), None, "{line}");
        }
    }
}
