//! The listener that a browser comes back to: on loopback, for one answer, with little to read and little time for it.
//!
//! Whoever runs on this machine can reach it, and so can any page that the browser has open. So it believes nobody who does
//! not know the state, says nothing of what it got, and shows a page that holds nothing of the request.

use std::io;
use std::time::Duration;

use azure_core::error::{Error, ErrorKind};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use url::Url;

use crate::http::Lack;
use crate::veil::Veil;

/// Most bytes of a request's head.
const HEAD_CAP: usize = 16 << 10;
/// Time for a browser to send it.
const HEAD_TIME: Duration = Duration::from_secs(5);
/// Longest description of a refusal.
const LONGEST_WORDS: usize = 1024;

/// Waits for a browser.
pub(super) struct Listener {
    v4: TcpListener,
    /// Where a browser looks first that takes `localhost` for the new address.
    v6: Option<TcpListener>,
    port: u16,
}

/// What a request is taken for.
#[derive(Debug, PartialEq, Eq)]
enum Heard {
    /// The answer, with a code or a refusal in words.
    Answer(Result<String, String>),
    /// Anything else, with the status that it gets.
    Other(u16),
}

impl Listener {
    pub(super) async fn open() -> io::Result<Self> {
        let v4 = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = v4.local_addr()?.port();
        let v6 = TcpListener::bind(("::1", port)).await.ok();
        Ok(Self { v4, v6, port })
    }

    /// What the sign-in service sends the browser to.
    pub(super) fn address(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// The code that comes with the state. Requests without it get an error, and the wait goes on.
    pub(super) async fn answer(self, state: &str) -> azure_core::Result<String> {
        loop {
            let broken = |error: io::Error| Error::with_error(ErrorKind::Credential, error, "no browser can come back");
            let (stream, _) = tokio::select! {
                accepted = self.v4.accept() => accepted,
                accepted = second(self.v6.as_ref()) => accepted,
            }
            .map_err(broken)?;
            // One that dawdles keeps the others waiting for seconds, not for ever.
            let heard = timeout(HEAD_TIME, served(stream, state)).await;
            if let Ok(Ok(Heard::Answer(answer))) = heard {
                return answer.map_err(|words| Lack::Person.error(format!("the sign-in was refused: {words}")));
            }
        }
    }
}

async fn second(listener: Option<&TcpListener>) -> io::Result<(TcpStream, std::net::SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}

async fn served(mut stream: TcpStream, state: &str) -> io::Result<Heard> {
    let mut head = Vec::new();
    while !head.windows(4).any(|window| window == b"\r\n\r\n") && head.len() < HEAD_CAP {
        if stream.read_buf(&mut head).await? == 0 {
            break;
        }
    }
    let heard = heard(&head, state);
    let (status, words) = match &heard {
        Heard::Answer(Ok(_)) => (200, "You are signed in. You can close this page."),
        Heard::Answer(Err(_)) => (200, "The sign-in was refused. The terminal says why; you can close this page."),
        Heard::Other(404) => (404, "There is nothing here."),
        Heard::Other(status) => (*status, "This is not the sign-in that is waited for."),
    };
    let page = format!("<!doctype html><meta charset=utf-8><title>auditql</title><p>{words}</p>\n");
    let reply = format!(
        "HTTP/1.1 {status} auditql\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n\
         Content-Security-Policy: default-src 'none'\r\nConnection: close\r\n\r\n{page}",
        page.len()
    );
    // The browser may be gone; what it brought counts.
    let _ = stream.write_all(reply.as_bytes()).await;
    let _ = stream.shutdown().await;
    Ok(heard)
}

/// What a request's head is taken for.
fn heard(head: &[u8], state: &str) -> Heard {
    let head = String::from_utf8_lossy(head);
    let mut words = head.lines().next().unwrap_or_default().split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let url = target.strip_prefix('/').and_then(|target| Url::parse(&format!("http://localhost/{target}")).ok());
    let Some(url) = url.filter(|_| method == "GET") else { return Heard::Other(405) };
    if url.path() != "/" {
        return Heard::Other(404);
    }
    let only = |name: &str| {
        let mut found = url.query_pairs().filter(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        found.next().filter(|_| found.next().is_none())
    };
    let knows = only("state").is_some_and(|given| same(given.as_bytes(), state.as_bytes()));
    if !knows {
        return Heard::Other(400);
    }
    match (only("code"), only("error")) {
        (Some(code), None) if !code.is_empty() => Heard::Answer(Ok(code)),
        (None, Some(error)) => {
            let words = only("error_description").filter(|words| !words.is_empty()).unwrap_or(error);
            let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
            let words: String = words.chars().take(LONGEST_WORDS).collect();
            Heard::Answer(Err(Veil::over([state]).told(&words).to_string()))
        }
        _ => Heard::Other(400),
    }
}

/// Compared in one time, wherever they differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a, b).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_knows_the_state_is_heard() {
        let answer = |code: &str| Heard::Answer(Ok(code.into()));
        for (line, expected) in [
            ("GET /?code=C%2F1&state=STATE-9 HTTP/1.1", answer("C/1")),
            ("GET /?state=STATE-9&code=C&session_state=x HTTP/1.1", answer("C")),
            ("GET /?error=access_denied&state=STATE-9 HTTP/1.1", Heard::Answer(Err("access_denied".into()))),
            (
                "GET /?error=x&error_description=AADSTS65004%3A+no%0d%0athanks&state=STATE-9 HTTP/1.1",
                Heard::Answer(Err("AADSTS65004: no thanks".into())),
            ),
            ("GET /?code=C&state=T HTTP/1.1", Heard::Other(400)),
            ("GET /?code=C HTTP/1.1", Heard::Other(400)),
            ("GET /?code=C&state= HTTP/1.1", Heard::Other(400)),
            ("GET /?code=C&state=STATE-9&state=STATE-9 HTTP/1.1", Heard::Other(400)),
            ("GET /?code=C&code=D&state=STATE-9 HTTP/1.1", Heard::Other(400)),
            ("GET /?code=&state=STATE-9 HTTP/1.1", Heard::Other(400)),
            ("GET /?code=C&error=x&state=STATE-9 HTTP/1.1", Heard::Other(400)),
            ("GET /?error=x HTTP/1.1", Heard::Other(400)),
            ("GET /favicon.ico HTTP/1.1", Heard::Other(404)),
            ("GET /x?code=C&state=STATE-9 HTTP/1.1", Heard::Other(404)),
            ("POST /?code=C&state=STATE-9 HTTP/1.1", Heard::Other(405)),
            ("GET http://evil.example/?code=C&state=STATE-9 HTTP/1.1", Heard::Other(405)),
            ("", Heard::Other(405)),
            ("\u{0}\u{1b}", Heard::Other(405)),
        ] {
            assert_eq!(heard(format!("{line}\r\nHost: x\r\n\r\n").as_bytes(), "STATE-9"), expected, "{line}");
        }
    }

    #[tokio::test]
    async fn the_wait_goes_on_until_the_right_one_comes() {
        let listener = Listener::open().await.unwrap();
        let port = listener.port;
        let ask = async |text: &str| {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            stream.write_all(text.as_bytes()).await.unwrap();
            let mut reply = String::new();
            stream.read_to_string(&mut reply).await.map(|_| reply).unwrap_or_default()
        };
        let browser = async {
            let odd = ask("GET /?code=EVIL&state=guess HTTP/1.1\r\n\r\n").await;
            assert!(odd.starts_with("HTTP/1.1 400"), "{odd}");
            let huge = ask(&format!("GET /?state={} HTTP/1.1\r\n", "x".repeat(20_000))).await;
            assert!(!huge.contains("signed in"), "{huge}");
            let right = ask("GET /?code=C&state=S HTTP/1.1\r\n\r\n").await;
            assert!(right.contains("You are signed in") && !right.contains("C&"), "{right}");
        };
        let (code, ()) = tokio::join!(listener.answer("S"), browser);
        assert_eq!(code.unwrap(), "C");
        TcpStream::connect(("127.0.0.1", port)).await.expect_err("one answer, and it is closed");
    }
}
