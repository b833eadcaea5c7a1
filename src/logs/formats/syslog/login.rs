//! What messages of sshd, sudo, su and login say of who came from where, and whether it was let in.
//!
//! A name in a message is what the client sent: it may read like the rest of a message. So a message is read from its end,
//! where the server writes the address (source: `auth.c` and `packet.c` of OpenSSH, `log_client.c` of sudo, `su.c` and
//! `login.c` of util-linux and shadow).

/// What is said. What is not is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Login<'a> {
    pub(super) user: Option<&'a str>,
    pub(super) address: Option<&'a str>,
    pub(super) port: Option<i64>,
    pub(super) method: Option<&'a str>,
    pub(super) outcome: Option<&'static str>,
}

const SUCCESS: Option<&str> = Some("success");
const FAILURE: Option<&str> = Some("failure");

/// Reads a message of a program.
pub(super) fn login<'a>(app: &str, message: &'a str) -> Login<'a> {
    let app = app.rsplit('/').next().unwrap_or(app);
    if let Some((module, rest)) = message.strip_prefix("pam_").and_then(|rest| rest.split_once("): ")) {
        return pam(module, rest);
    }
    match app {
        "sshd" | "sshd-session" | "sshd-auth" | "dropbear" => sshd(message),
        "sudo" => sudo(message),
        "su" => su(message),
        "login" => at_console(message),
        _ => Login::default(),
    }
}

fn sshd(message: &str) -> Login<'_> {
    // The collector's word for lines that came again (rsyslog, $RepeatedMsgReduction).
    if let Some((count, rest)) = message.strip_prefix("message repeated ").and_then(|rest| rest.split_once(" times: ["))
        && count.bytes().all(|byte| byte.is_ascii_digit())
    {
        return sshd_once(rest.strip_suffix(']').unwrap_or(rest).trim());
    }
    sshd_once(message)
}

fn sshd_once(message: &str) -> Login<'_> {
    let message = message.strip_prefix("error: ").unwrap_or(message);
    if let Some(rest) = message.strip_prefix("maximum authentication attempts exceeded for ") {
        return refused(rest);
    }
    // `PAM 2 more authentication failures; logname= … rhost=10.0.0.1  user=NAME`, when the connection ends.
    if let Some((count, rest)) =
        message.strip_prefix("PAM ").and_then(|rest| rest.split_once(" more authentication failure"))
        && count.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Login { method: Some("pam"), ..pam_failure(rest) };
    }
    // `PAM: Authentication failure for illegal user NAME from 10.0.0.1`
    if let Some((_, rest)) = message.strip_prefix("PAM: ").and_then(|rest| rest.split_once(" for ")) {
        return Login { method: Some("pam"), ..refused(rest) };
    }
    if let Some((rest, _)) = message.strip_prefix("User ").and_then(|rest| rest.rsplit_once(" not allowed because ")) {
        return refused(rest);
    }
    for (begin, outcome) in [("Accepted ", SUCCESS), ("Failed ", FAILURE), ("Postponed ", None)] {
        if let Some((method, rest)) = message.strip_prefix(begin).and_then(|rest| rest.split_once(" for ")) {
            let (user, from) = rest.rsplit_once(" from ").unwrap_or((rest, ""));
            return Login { user: some(known(user)), method: some(method), outcome, ..peer(from) };
        }
    }
    if let Some(rest) = message.strip_prefix("Invalid user ").or_else(|| message.strip_prefix("Illegal user ")) {
        let (user, from) = rest.rsplit_once(" from ").unwrap_or((rest, ""));
        return Login { user: some(user), outcome: FAILURE, ..peer(from) };
    }
    for begin in ["Received disconnect from ", "Connection from ", "Did not receive identification string from "] {
        if let Some(rest) = message.strip_prefix(begin) {
            return peer(rest);
        }
    }
    for begin in ["Disconnected from ", "Connection closed by ", "Connection reset by ", "Disconnecting "] {
        if let Some(rest) = message.strip_prefix(begin) {
            return closed(rest);
        }
    }
    Login::default()
}

/// `[invalid user |illegal user ]NAME from 10.0.0.1 port 5 ssh2`: who was not let in.
fn refused(rest: &str) -> Login<'_> {
    let (user, from) = rest.rsplit_once(" from ").unwrap_or((rest, ""));
    Login { user: some(known(user)), outcome: FAILURE, ..peer(from) }
}

/// A name without what says that nobody has it. `illegal` is what OpenSSH wrote before 4.0.
fn known(user: &str) -> &str {
    ["invalid user ", "illegal user "].iter().find_map(|begin| user.strip_prefix(begin)).unwrap_or(user)
}

/// `[authenticating |invalid ]user NAME 10.0.0.1 port 5 [preauth]`, or the address alone.
fn closed(rest: &str) -> Login<'_> {
    let rest = rest.strip_prefix("authenticating ").or_else(|| rest.strip_prefix("invalid ")).unwrap_or(rest);
    let Some(rest) = rest.strip_prefix("user ") else { return peer(rest) };
    let Some((before, port)) = rest.rsplit_once(" port ") else { return Login::default() };
    let (user, address) = before.rsplit_once(' ').unwrap_or(("", before));
    Login { user: some(user), address: some(address), port: leading(port), ..Login::default() }
}

/// `10.0.0.1 port 5 ssh2`, `10.0.0.1: 11: Bye`
fn peer(text: &str) -> Login<'_> {
    let (address, rest) = text.split_once(' ').unwrap_or((text, ""));
    let address = address.strip_suffix(':').unwrap_or(address);
    let port = rest.strip_prefix("port ").and_then(leading);
    Login { address: some(address), port, ..Login::default() }
}

fn leading(text: &str) -> Option<i64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text[..digits].parse().ok().filter(|port| *port <= 65_535)
}

/// `session opened for user NAME(uid=0) by …`, `authentication failure; … rhost=10.0.0.1  user=NAME`
fn pam<'a>(module: &'a str, rest: &'a str) -> Login<'a> {
    let method = module.split_once('(').map_or(module, |(_, of)| of.split(':').next().unwrap_or(of));
    for (begin, outcome) in [("session opened for user ", SUCCESS), ("session closed for user ", None)] {
        if let Some(rest) = rest.strip_prefix(begin) {
            let user = rest.split(['(', ' ']).next();
            return Login { user: user.and_then(some), method: some(method), outcome, ..Login::default() };
        }
    }
    if rest.starts_with("authentication failure;") {
        return Login { method: some(method), ..pam_failure(rest) };
    }
    Login::default()
}

/// `; logname= uid=0 euid=0 tty=ssh ruser= rhost=10.0.0.1  user=NAME`
fn pam_failure(rest: &str) -> Login<'_> {
    // The last of each: the server writes them behind what the client sent.
    let of = |name: &str| rest.rsplit_once(name).map(|(_, value)| value.split(' ').next().unwrap_or(value));
    let (user, address) = (of(" user="), of(" rhost="));
    Login { user: user.and_then(some), address: address.and_then(some), outcome: FAILURE, ..Login::default() }
}

/// `alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh`
fn sudo(message: &str) -> Login<'_> {
    let Some((user, rest)) = message.trim_start().split_once(" : ") else { return Login::default() };
    let is_refused =
        ["NOT in sudoers", "not allowed", "incorrect password", "password is required", "authentication failure"]
            .iter()
            .any(|why| rest.split("COMMAND=").next().unwrap_or(rest).contains(why));
    let outcome = match (is_refused, rest.contains("COMMAND=")) {
        (true, _) => FAILURE,
        (false, true) => SUCCESS,
        (false, false) => None,
    };
    Login { user: some(user), method: Some("sudo"), outcome, ..Login::default() }
}

/// `Successful su for root by alice`, `FAILED su for root by alice`, `(to root) alice on pts/0`
fn su(message: &str) -> Login<'_> {
    let of = |user, outcome| Login { user: some(user), method: Some("su"), outcome, ..Login::default() };
    for (begin, outcome) in [("Successful su for ", SUCCESS), ("FAILED su for ", FAILURE), ("FAILED SU ", FAILURE)] {
        if let Some((_, user)) = message.strip_prefix(begin).and_then(|rest| rest.rsplit_once(" by ")) {
            return of(user, outcome);
        }
    }
    for (begin, outcome) in [("FAILED SU (to ", FAILURE), ("(to ", SUCCESS)] {
        if let Some((_, rest)) = message.strip_prefix(begin).and_then(|rest| rest.split_once(") ")) {
            return of(rest.split_once(" on ").map_or(rest, |(user, _)| user), outcome);
        }
    }
    Login::default()
}

/// `FAILED LOGIN 1 FROM 10.0.0.1 FOR alice, Authentication failure`, `FAILED LOGIN (1) on '/dev/tty1' FOR 'alice', …`,
/// `LOGIN ON tty1 BY alice`
fn at_console(message: &str) -> Login<'_> {
    if let Some(rest) = message.strip_prefix("FAILED LOGIN") {
        // What the client sent stands behind FOR: what reads like an address there is none.
        let (before, user) = rest.split_once(" FOR ").unwrap_or((rest, ""));
        let address = before.split_once(" FROM ").map_or("", |(_, address)| address);
        let user = user.rsplit_once(", ").map_or(user, |(user, _)| user);
        return Login { user: some(user), address: some(address), outcome: FAILURE, ..Login::default() };
    }
    if let Some((_, user)) = message.strip_prefix("LOGIN ON ").and_then(|rest| rest.split_once(" BY ")) {
        let (user, address) = user.split_once(" FROM ").unwrap_or((user, ""));
        return Login { user: some(user), address: some(address), outcome: SUCCESS, ..Login::default() };
    }
    match message.starts_with("ROOT LOGIN") {
        true => Login { user: Some("root"), outcome: SUCCESS, ..Login::default() },
        false => Login::default(),
    }
}

fn some(text: &str) -> Option<&str> {
    let text = text.trim().trim_matches('\'');
    (!text.is_empty() && text != "(null)").then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a message says, in a line.
    fn said(app: &str, message: &str) -> String {
        let Login { user, address, port, method, outcome } = login(app, message);
        let port = port.map(|port| port.to_string());
        [user, address, port.as_deref(), method, outcome].map(|part| part.unwrap_or("-")).join(" ")
    }

    #[test]
    fn messages_say_who_came_from_where() {
        for (app, message, expected) in [
            (
                "sshd",
                "Accepted password for alice from 203.0.113.7 port 50122 ssh2",
                "alice 203.0.113.7 50122 password success",
            ),
            (
                "sshd",
                "Accepted publickey for bob from 2001:db8::1 port 22 ssh2: RSA SHA256:x",
                "bob 2001:db8::1 22 publickey success",
            ),
            (
                "sshd",
                "Failed password for invalid user admin from 198.51.100.4 port 4 ssh2",
                "admin 198.51.100.4 4 password failure",
            ),
            (
                "sshd-session",
                "Failed keyboard-interactive/pam for root from 198.51.100.4 port 4 ssh2",
                "root 198.51.100.4 4 keyboard-interactive/pam failure",
            ),
            ("sshd", "Invalid user test from 198.51.100.4 port 4", "test 198.51.100.4 4 - failure"),
            (
                "sshd",
                "Failed password for invalid user x from 6.6.6.6 port 1 ssh2 from 198.51.100.4 port 4 ssh2",
                "x from 6.6.6.6 port 1 ssh2 198.51.100.4 4 password failure",
            ),
            (
                "sshd",
                "Disconnected from authenticating user root 198.51.100.4 port 4 [preauth]",
                "root 198.51.100.4 4 - -",
            ),
            ("sshd", "Disconnected from user alice 198.51.100.4 port 4", "alice 198.51.100.4 4 - -"),
            ("sshd", "Connection closed by 198.51.100.4 port 4 [preauth]", "- 198.51.100.4 4 - -"),
            ("sshd", "Received disconnect from 198.51.100.4 port 4:11: Bye Bye [preauth]", "- 198.51.100.4 4 - -"),
            (
                "sshd",
                "pam_unix(sshd:session): session opened for user alice(uid=1000) by (uid=0)",
                "alice - - sshd success",
            ),
            (
                "sshd",
                "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=198.51.100.4  user=root",
                "root 198.51.100.4 - sshd failure",
            ),
            (
                "sudo",
                "   alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh -c not allowed",
                "alice - - sudo success",
            ),
            (
                "sudo",
                "bob : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh",
                "bob - - sudo failure",
            ),
            ("su", "FAILED su for root by alice", "alice - - su failure"),
            ("su", "(to root) alice on pts/0", "alice - - su success"),
            ("su", "FAILED SU (to root) alice on pts/0", "alice - - su failure"),
            (
                "login",
                "FAILED LOGIN (1) on '/dev/tty1' FROM 10.0.0.1 FOR alice, Authentication failure",
                "alice 10.0.0.1 - - failure",
            ),
            ("login", "ROOT LOGIN  on '/dev/tty1'", "root - - - success"),
            (
                "sshd",
                "message repeated 5 times: [ Failed password for root from 9.9.9.9 port 22 ssh2]",
                "root 9.9.9.9 22 password failure",
            ),
            (
                "sshd",
                "message repeated 2 times: [ Accepted password for bob from 9.9.9.9 port 22 ssh2]",
                "bob 9.9.9.9 22 password success",
            ),
            (
                "sshd",
                "error: maximum authentication attempts exceeded for invalid user x from 6.6.6.6 from 9.9.9.9 port 22 ssh2 [preauth]",
                "x from 6.6.6.6 9.9.9.9 22 - failure",
            ),
            (
                "sshd",
                "maximum authentication attempts exceeded for root from 9.9.9.9 port 22 ssh2 [preauth]",
                "root 9.9.9.9 22 - failure",
            ),
            ("sshd", "error: PAM: Authentication failure for root from 9.9.9.9", "root 9.9.9.9 - pam failure"),
            (
                "sshd",
                "error: PAM: User not known to the underlying authentication module for illegal user x from 9.9.9.9",
                "x 9.9.9.9 - pam failure",
            ),
            ("sshd", "User root from 9.9.9.9 not allowed because not listed in AllowUsers", "root 9.9.9.9 - - failure"),
            ("cron", "Accepted password for alice from 203.0.113.7 port 50122 ssh2", "- - - - -"),
            ("sshd", "", "- - - - -"),
            ("sshd", "Failed none for", "- - - - -"),
        ] {
            assert_eq!(said(app, message), expected, "{message}");
        }
    }

    #[test]
    fn failures_that_are_written_otherwise_are_read_too() {
        for (app, message, expected) in [
            ("sshd", "Failed password for illegal user bob from 1.2.3.4 port 1 ssh2", "bob 1.2.3.4 1 password failure"),
            (
                "sshd",
                "PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=1.2.3.4  user=root",
                "root 1.2.3.4 - pam failure",
            ),
            (
                "sshd",
                "PAM 1 more authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=1.2.3.4 ",
                "- 1.2.3.4 - pam failure",
            ),
            ("login", "FAILED LOGIN (1) on '/dev/tty1' FOR 'root', Authentication failure", "root - - - failure"),
            (
                "login",
                "FAILED LOGIN (2) on '/dev/tty1' FOR 'x FROM 6.6.6.6', Authentication failure",
                "x FROM 6.6.6.6 - - - failure",
            ),
        ] {
            assert_eq!(said(app, message), expected, "{message}");
        }
    }
}
