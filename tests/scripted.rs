//! A loopback HTTP server that answers as its script says, as badly as that may be, and remembers what it was asked.
//!
//! `Server::queue` answers request after request from a list, `Server::start` asks a closure. Dropping the server ends it
//! with all its connections.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use url::Url;

/// A request that was received.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// `GET`
    pub(crate) method: String,
    /// Path and query as sent.
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    /// The body, as text.
    pub(crate) body: String,
    /// When it was complete.
    pub(crate) at: Instant,
}

impl Seen {
    /// The value of a header, empty if it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }
}

/// What the server does with a request.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Body,
    /// Before the first byte.
    delay: Duration,
}

#[derive(Debug, Clone)]
enum Body {
    /// With its length, and the connection stays open.
    Whole(Vec<u8>),
    /// The length of the whole, the bytes up to here, and then the end of the connection.
    Cut(Vec<u8>, usize),
    /// The length of the whole, the bytes up to here, and then nothing.
    Stalled(Vec<u8>, usize),
    /// In chunks, with a pause before each. Without the last chunk if `open`.
    Chunks { pieces: Vec<Vec<u8>>, pause: Duration, open: bool },
    /// In chunks: the head once, the piece for ever.
    Endless { head: Vec<u8>, piece: Vec<u8> },
    /// These bytes instead of a reply, and then the end of the connection.
    Raw(Vec<u8>),
    /// These bytes instead of a reply, and then nothing.
    Hung(Vec<u8>),
    /// Nothing, for ever.
    Silence,
    /// A reset of the connection.
    Reset,
    /// A reset of all connections, and for so long no new ones.
    Down(Duration),
}

impl Reply {
    /// A status and no body.
    pub(crate) fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Body::Whole(Vec::new()), delay: Duration::ZERO }
    }

    /// 200 with a JSON body.
    pub(crate) fn json(body: impl Into<String>) -> Self {
        Self::status(200).header("Content-Type", "application/json").body(body.into())
    }

    /// One more header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// This body.
    pub(crate) fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: Body::Whole(body.into()), ..self }
    }

    /// The connection ends after this many bytes of the body.
    pub(crate) fn cut(self, at: usize) -> Self {
        Self { body: Body::Cut(self.bytes(), at), ..self }
    }

    /// Nothing follows after this many bytes of the body.
    pub(crate) fn stalled(self, at: usize) -> Self {
        Self { body: Body::Stalled(self.bytes(), at), ..self }
    }

    /// The body in chunks of this size, with a pause before each.
    pub(crate) fn chunked(self, size: usize, pause: Duration) -> Self {
        let pieces = self.bytes().chunks(size).map(<[u8]>::to_vec).collect();
        Self { body: Body::Chunks { pieces, pause, open: false }, ..self }
    }

    /// The connection ends instead of the last chunk.
    pub(crate) fn unfinished(mut self) -> Self {
        if let Body::Chunks { open, .. } = &mut self.body {
            *open = true;
        }
        self
    }

    /// A body that never ends.
    pub(crate) fn endless(self, head: Vec<u8>, piece: Vec<u8>) -> Self {
        Self { body: Body::Endless { head, piece }, ..self }
    }

    /// These bytes, whatever they are.
    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { body: Body::Raw(bytes.into()), ..Self::status(0) }
    }

    /// The beginning of a head, and then nothing.
    pub(crate) fn half_a_head() -> Self {
        Self { body: Body::Hung(b"HTTP/1.1 200 OK\r\nContent-Le".to_vec()), ..Self::status(0) }
    }

    /// No answer at all, with the connection open.
    pub(crate) fn silence() -> Self {
        Self { body: Body::Silence, ..Self::status(0) }
    }

    /// A reset of the connection.
    pub(crate) fn reset() -> Self {
        Self { body: Body::Reset, ..Self::status(0) }
    }

    /// The service breaks down: connections are reset, and for so long new ones are refused.
    pub(crate) fn down(time: Duration) -> Self {
        Self { body: Body::Down(time), ..Self::status(0) }
    }

    /// Nothing is answered before this time.
    pub(crate) fn delayed(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    fn bytes(&self) -> Vec<u8> {
        match &self.body {
            Body::Whole(bytes) => bytes.clone(),
            other => panic!("the body is already {other:?}"),
        }
    }

    fn head(&self, framing: &str) -> Vec<u8> {
        let headers: String = self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!("HTTP/1.1 {} Scripted\r\n{headers}{framing}\r\n\r\n", self.status).into_bytes()
    }
}

type Script = dyn FnMut(&Seen) -> Reply + Send;

struct State {
    script: Mutex<Box<Script>>,
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
    closed: AtomicUsize,
    down: Mutex<Duration>,
    goes_down: Notify,
}

/// A running server.
pub(crate) struct Server {
    origin: Url,
    state: Arc<State>,
    _tasks: JoinSet<()>,
}

impl Server {
    /// Answers the n-th request with the n-th reply, and all later ones with status 599.
    pub(crate) async fn queue(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::listen(queued(replies), None).await
    }

    /// Answers each request with what the closure makes of it.
    pub(crate) async fn start(script: impl FnMut(&Seen) -> Reply + Send + 'static) -> Self {
        Self::listen(Box::new(script), None).await
    }

    /// The same behind TLS.
    pub(crate) async fn tls(acceptor: TlsAcceptor, replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::listen(queued(replies), Some(acceptor)).await
    }

    /// Answers behind TLS with what the closure makes of each request.
    pub(crate) async fn tls_start(acceptor: TlsAcceptor, script: impl FnMut(&Seen) -> Reply + Send + 'static) -> Self {
        Self::listen(Box::new(script), Some(acceptor)).await
    }

    async fn listen(script: Box<Script>, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let origin = Url::parse(&format!("{scheme}://{}", listener.local_addr().unwrap())).unwrap();
        let (script, seen) = (Mutex::new(script), Mutex::default());
        let state = Arc::new(State {
            script,
            seen,
            connections: AtomicUsize::new(0),
            closed: AtomicUsize::new(0),
            down: Mutex::default(),
            goes_down: Notify::new(),
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, tls, Arc::clone(&state)));
        Self { origin, state, _tasks: tasks }
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> Url {
        self.origin.clone()
    }

    /// The absolute URL of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        self.origin.join(path).unwrap().into()
    }

    /// The requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.state.seen.lock().unwrap().clone()
    }

    /// How many connections were accepted.
    pub(crate) fn connections(&self) -> usize {
        self.state.connections.load(SeqCst)
    }

    /// Waits, for at most five seconds, until that many connections have ended.
    pub(crate) async fn until_closed(&self, count: usize) {
        for _ in 0..500 {
            if self.state.closed.load(SeqCst) >= count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{} of {count} connections ended", self.state.closed.load(SeqCst));
    }

    /// Waits, for at most five seconds, until that many requests have come.
    pub(crate) async fn until_seen(&self, count: usize) {
        for _ in 0..500 {
            if self.seen().len() >= count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{} of {count} requests came", self.seen().len());
    }
}

fn queued(replies: impl IntoIterator<Item = Reply>) -> Box<Script> {
    let mut replies: VecDeque<Reply> = replies.into_iter().collect();
    Box::new(move |_| replies.pop_front().unwrap_or_else(|| Reply::status(599)))
}

async fn accept(mut listener: TcpListener, tls: Option<TlsAcceptor>, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                state.connections.fetch_add(1, SeqCst);
                connections.spawn(connection(accepted.unwrap().0, tls.clone(), Arc::clone(&state)));
                while connections.try_join_next().is_some() {}
            }
            () = state.goes_down.notified() => {
                connections.shutdown().await;
                let time = *state.down.lock().unwrap();
                listener = reopened(listener, time).await;
            }
        }
    }
}

/// Closes a listener and opens it again at the same address later. The port is held all the while: where a socket is bound
/// and does not listen, connections are refused, and nobody else can be met there.
async fn reopened(listener: TcpListener, time: Duration) -> TcpListener {
    let address = listener.local_addr().unwrap();
    drop(listener);
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(address).unwrap();
    tokio::time::sleep(time).await;
    socket.listen(1024).unwrap()
}

async fn connection(stream: TcpStream, tls: Option<TlsAcceptor>, state: Arc<State>) {
    stream.set_nodelay(true).unwrap();
    let ended = match tls {
        None => serve(stream, &state).await,
        Some(tls) => match tls.accept(stream).await {
            Ok(stream) => serve(stream, &state).await.map(|_| None),
            Err(error) => Err(error),
        },
    };
    if let Ok(Some(stream)) = ended {
        stream.set_zero_linger().unwrap();
    }
    state.closed.fetch_add(1, SeqCst);
}

/// Serves a connection to its end; gives the stream back if it is to be reset.
async fn serve<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, state: &State) -> std::io::Result<Option<S>> {
    let mut buffer = Vec::new();
    while let Some(seen) = request(&mut stream, &mut buffer).await? {
        let reply = (state.script.lock().unwrap())(&seen);
        let is_head = seen.method == "HEAD";
        state.seen.lock().unwrap().push(seen);
        match reply.body {
            Body::Reset => return Ok(Some(stream)),
            Body::Down(time) => {
                *state.down.lock().unwrap() = time;
                state.goes_down.notify_one();
                return Ok(Some(stream));
            }
            _ => tokio::time::sleep(reply.delay).await,
        }
        if let (true, Body::Whole(bytes)) = (is_head, &reply.body) {
            stream.write_all(&reply.head(&format!("Content-Length: {}", bytes.len()))).await?;
            continue;
        }
        if !answer(&mut stream, &reply).await? {
            stream.shutdown().await?;
            return Ok(None);
        }
    }
    Ok(None)
}

/// Reads one request; `None` at the end of the connection.
async fn request<S: AsyncRead + Unpin>(stream: &mut S, buffer: &mut Vec<u8>) -> std::io::Result<Option<Seen>> {
    let end = loop {
        if let Some(at) = buffer.windows(4).position(|w| w == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
    let headers: Vec<(String, String)> =
        lines.filter_map(|l| l.split_once(':')).map(|(name, value)| (name.into(), value.trim().into())).collect();
    let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let whole = end + length.map_or(0, |(_, value)| value.parse().unwrap());
    while buffer.len() < whole {
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
    let body = String::from_utf8_lossy(&buffer[end..whole]).into_owned();
    buffer.drain(..whole);
    let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    Ok(Some(Seen { method, target, headers, body, at: Instant::now() }))
}

/// Sends a reply; whether the connection goes on after it.
async fn answer<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, reply: &Reply) -> std::io::Result<bool> {
    let sized = |bytes: &[u8]| reply.head(&format!("Content-Length: {}", bytes.len()));
    let chunked = || reply.head("Transfer-Encoding: chunked");
    match &reply.body {
        Body::Whole(bytes) => {
            stream.write_all(&[sized(bytes), bytes.clone()].concat()).await?;
            return Ok(true);
        }
        Body::Cut(bytes, at) => stream.write_all(&[&sized(bytes), &bytes[..*at]].concat()).await?,
        Body::Stalled(bytes, at) => {
            stream.write_all(&[&sized(bytes), &bytes[..*at]].concat()).await?;
            until_end(stream).await;
        }
        Body::Chunks { pieces, pause, open } => {
            stream.write_all(&chunked()).await?;
            for piece in pieces {
                tokio::time::sleep(*pause).await;
                chunk(stream, piece).await?;
            }
            if !open {
                chunk(stream, b"").await?;
                return Ok(true);
            }
        }
        Body::Endless { head, piece } => {
            stream.write_all(&chunked()).await?;
            chunk(stream, head).await?;
            loop {
                chunk(stream, piece).await?;
            }
        }
        Body::Raw(bytes) => stream.write_all(bytes).await?,
        Body::Hung(bytes) => {
            stream.write_all(bytes).await?;
            until_end(stream).await;
        }
        Body::Silence | Body::Reset | Body::Down(_) => until_end(stream).await,
    }
    Ok(false)
}

async fn chunk<S: AsyncWrite + Unpin>(stream: &mut S, piece: &[u8]) -> std::io::Result<()> {
    let framed = [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat();
    stream.write_all(&framed).await?;
    stream.flush().await
}

async fn until_end<S: AsyncRead + Unpin>(stream: &mut S) {
    let mut rest = [0; 1024];
    while stream.read(&mut rest).await.is_ok_and(|n| n > 0) {}
}
