//! The program in a pseudo-terminal, and its screen as a person sees it.

use std::io::{Read as _, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running program and its screen.
pub(crate) struct Terminal {
    screen: Arc<Mutex<vt100::Parser>>,
    bytes: Arc<Mutex<Vec<u8>>>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    /// Starts the program with nothing of the surroundings but its home, which is its working folder too.
    pub(crate) fn open(home: &Path, columns: u16, args: &[&str], env: &[(&str, &str)]) -> Self {
        Self::sized(home, (columns, 60), env!("CARGO_BIN_EXE_auditql"), args, env)
    }

    /// The same for any program, in so many columns and lines.
    pub(crate) fn sized(
        home: &Path,
        (columns, rows): (u16, u16),
        program: &str,
        args: &[&str],
        env: &[(&str, &str)],
    ) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env_clear();
        command.env("HOME", home);
        command.env("TERM", "xterm-256color");
        command.env("PAGER", "cat");
        env.iter().for_each(|(name, value)| command.env(name, value));
        command.cwd(home);
        let child = pair.slave.spawn_command(command).unwrap();
        let screen = Arc::new(Mutex::new(vt100::Parser::new(size.rows, columns, 0)));
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (seen, all) = (Arc::clone(&screen), Arc::clone(&bytes));
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(read @ 1..) = reader.read(&mut piece) {
                seen.lock().unwrap().process(&piece[..read]);
                all.lock().unwrap().extend_from_slice(&piece[..read]);
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Self { screen, bytes, keys, child, _master: pair.master }
    }

    /// The prompt on a demo tenant.
    pub(crate) fn demo(home: &Path, columns: u16, args: &[&str]) -> Self {
        let rows: &[&str] = if args.contains(&"--rows") { &[] } else { &["--rows", "2000"] };
        let demo = ["demo", "--now", "2026-05-01T12:00:00Z"];
        let mut terminal = Self::open(home, columns, &[&demo, rows, args].concat(), &[]);
        terminal.wait_for("demo>");
        terminal.clear();
        terminal
    }

    pub(crate) fn keys(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Types a line and waits until the screen shows a text and the next prompt.
    pub(crate) fn line(&mut self, line: &str, awaited: &str) {
        self.keys(&format!("{line}\r"));
        self.wait_until(awaited, |screen| screen.contains(awaited) && screen.ends_with('>'));
    }

    /// An empty screen with a fresh prompt.
    pub(crate) fn clear(&mut self) {
        self.keys("\u{c}");
        self.wait_until("an empty screen", |screen| screen.trim() == "demo>");
    }

    pub(crate) fn wait_for(&mut self, text: &str) {
        self.wait_until(text, |screen| screen.contains(text));
    }

    pub(crate) fn wait_until(&mut self, what: &str, reached: impl Fn(&str) -> bool) {
        let begun = Instant::now();
        while !reached(&self.screen()) {
            assert!(begun.elapsed() < PATIENCE, "no {what} on this screen:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What a person sees, without the blanks at the ends of lines.
    pub(crate) fn screen(&self) -> String {
        let contents = self.screen.lock().unwrap().screen().contents();
        let lines: Vec<&str> = contents.lines().map(str::trim_end).collect();
        lines.join("\n").trim_end().to_owned()
    }

    /// All bytes that reached the terminal.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.bytes.lock().unwrap().clone()
    }

    /// Waits for the end of the program.
    pub(crate) fn end(mut self) -> (u32, Vec<u8>) {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(begun.elapsed() < PATIENCE, "it goes on:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(20));
        };
        // The reader has what the program wrote last a moment later.
        std::thread::sleep(Duration::from_millis(200));
        (status.exit_code(), self.bytes())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}
