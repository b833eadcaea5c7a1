//! The pages in a real browser: what is shown after the script ran, that the filter filters, and that nothing an attacker chose is
//! anything but text there.
//!
//! Chromium runs headless, without a network to speak of, and prints the document as it stands in the end. Where no browser is
//! installed the test says that it was skipped; with `AUDITQL_BROWSER=required`, as in `.ci/run`, it fails. With a path in that
//! variable, the browser is that one.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tempfile::TempDir;

/// Longest life of a browser.
const PATIENCE: Duration = Duration::from_secs(40);

/// Names that somebody hostile would choose, each of which would change the title if it ran.
const HOSTILE: [&str; 4] = [
    "<img src=x onerror=document.title='ran'>",
    "</td></tr></table><script>document.title='ran'</script>",
    "\"><svg onload=document.title='ran'>",
    "<a href=javascript:document.title='ran'>x</a>",
];

/// The browser; `None` if there is none and none is required.
fn browser() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "a test is told by its surroundings what there is")]
    let (asked, path) = (std::env::var("AUDITQL_BROWSER").unwrap_or_default(), std::env::var_os("PATH"));
    if asked.contains('/') {
        return Some(PathBuf::from(asked));
    }
    let folders: Vec<PathBuf> = path.iter().flat_map(std::env::split_paths).collect();
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let found =
        names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|at| at.is_file());
    assert!(found.is_some() || asked != "required", "AUDITQL_BROWSER=required, and there is no chromium on the PATH");
    if found.is_none() {
        // Past the capture of tests that pass: a reader of the log has to see it.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: browser:: needs chromium, which is not on the PATH ({}); .ci/run installs it",
            names.join(", ")
        );
    }
    found
}

/// What one run of the browser does with a page.
fn chromium(browser: &Path, page: &Path, rest: &[&str]) -> String {
    let home = tempfile::tempdir().unwrap();
    let out = fs::File::create(home.path().join("out")).unwrap();
    let mut command = Command::new(browser);
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]);
    command.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
    command.args(["--disable-dev-shm-usage", "--disable-extensions", "--virtual-time-budget=5000"]);
    command.arg(format!("--user-data-dir={}", home.path().join("data").display())).args(rest);
    command.arg(format!("file://{}", page.display())).env("HOME", home.path());
    let mut child = command.stdin(Stdio::null()).stdout(out).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            panic!("the browser did not end with {}", page.display());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    fs::read_to_string(home.path().join("out")).unwrap()
}

/// The document as it stands when the scripts have run.
fn shown(browser: &Path, page: &Path) -> String {
    let shown = chromium(browser, page, &["--dump-dom"]);
    assert!(shown.contains("</html>"), "the browser shows nothing of {}: {shown}", page.display());
    shown
}

/// The same page with a second script, which the policy is made to allow: it does what a person would do and leaves in the
/// document what is to be seen then. The page's own script is the same.
fn driven(browser: &Path, page: &Path, script: &str) -> String {
    let text = fs::read_to_string(page).unwrap();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, script.as_bytes());
    let allowed = format!("script-src 'sha256-{}' ", BASE64_STANDARD.encode(digest));
    let text =
        text.replacen("script-src ", &allowed, 1).replacen("</body>", &format!("<script>{script}</script></body>"), 1);
    let copy = page.with_extension("driven.html");
    fs::write(&copy, text).unwrap();
    shown(browser, &copy)
}

/// Does something with each control that a person would, and tells the number of rows that can be seen.
const PERSON: &str = "
const seen = () => Array.from(document.querySelectorAll('#rows tbody tr')).filter((row) => row.offsetParent !== null).length;
const told = [];
function act(name, value) {
  const control = document.getElementById(name);
  control.value = value;
  control.dispatchEvent(new Event('input'));
  told.push(name + ' ' + value + ': ' + seen() + ' ' + document.getElementById('shown').textContent);
  control.value = '';
  control.dispatchEvent(new Event('input'));
}
";

fn tells(script: &str) -> String {
    format!("{PERSON}{script}\ndocument.documentElement.setAttribute('data-told', told.join(' | '));")
}

fn told(shown: &str) -> Vec<String> {
    let (_, told) = shown.split_once("data-told=\"").unwrap_or_else(|| panic!("the second script did not run"));
    let told = told.split_once('"').unwrap().0.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    told.split(" | ").map(str::to_owned).collect()
}

/// The program, without a connection.
fn auditql(home: &TempDir, args: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_auditql"));
    command.args(args).current_dir(home.path()).env_clear().env("HOME", home.path());
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{args:?}: {output:?}");
}

/// Nothing of what was chosen is an element, and none of it ran.
fn is_inert(shown: &str, title: &str) {
    assert!(shown.contains(&format!("<title>{title}")), "the title was changed: {}", &shown[..600]);
    for tag in ["<img", "<svg onload", "<a ", "onerror=\"", "<script>document.title"] {
        assert!(!shown.contains(tag), "{tag}");
    }
    // A browser writes text out with its own escapes: so this is text.
    assert!(shown.contains("&lt;img src=x onerror=document.title='ran'&gt;"));
}

#[test]
fn a_timeline_is_shown_filtered_and_inert() {
    let Some(browser) = browser() else { return };
    let home = tempfile::tempdir().unwrap();
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let line = |minute: usize, name: &str, result: &str| {
        format!("2026-04-29T08:{minute:02}:00Z,ana,203.0.113.7,{},{result},/x\n", quoted(name))
    };
    let mut log = "time,user_name,client_ip,action,result,path\n".to_owned();
    for (at, name) in HOSTILE.iter().enumerate() {
        log += &line(at, name, if at % 2 == 0 { "success" } else { "failure" });
    }
    log += &line(10, "connect", "reset");
    log += ",ana,203.0.113.7,undated,success,/x\n";
    // Blanks that a browser takes out of an option whose value is not stated.
    fs::write(home.path().join("vpn  of  ana.csv"), &log).unwrap();
    fs::write(
        home.path().join("proxy.csv"),
        "time,user_name,client_ip,url\n2026-04-29T09:00:00Z,CORP\\ana,203.0.113.7,/y\n",
    )
    .unwrap();
    let args =
        ["report", "timeline", "ana@contoso.com", "--log", "vpn  of  ana.csv", "--log", "proxy.csv", "-o", "case.html"];
    auditql(&home, &args);
    let page = home.path().join("case.html");
    let whole = shown(&browser, &page);
    is_inert(&whole, "Timeline of the user 'ana@contoso.com'");
    assert!(whole.contains("<output id=\"shown\">7 of 7</output>"), "the script ran under the page's own policy");
    assert!(whole.contains("1 event has no time, and is not drawn."));
    assert!(whole.matches("<rect class=\"s").count() >= 2);
    let script = tells(
        "act('words', 'connect'); act('words', 'CORP ana'); act('words', 'successana'); act('source', '=proxy.csv'); \
         act('source', '=vpn  of  ana.csv'); act('ending', 'failure'); act('ending', 'other');",
    );
    assert_eq!(
        told(&driven(&browser, &page, &script)),
        [
            "words connect: 1 1 of 7",
            "words CORP ana: 1 1 of 7",
            "words successana: 0 0 of 7",
            "source =proxy.csv: 1 1 of 7",
            "source =vpn  of  ana.csv: 6 6 of 7",
            "ending failure: 2 2 of 7",
            "ending other: 2 2 of 7",
        ]
    );
    // The control: the same browser obeys a page that lets itself be told.
    let text = fs::read_to_string(&page).unwrap();
    let open = text.replacen("http-equiv=\"Content-Security-Policy\"", "name=\"none\"", 1);
    let open = open.replacen("<body", "<img src=x onerror=\"document.title='ran'\"><body", 1);
    fs::write(home.path().join("open.html"), open).unwrap();
    assert!(shown(&browser, &home.path().join("open.html")).contains("<title>ran</title>"));
}

#[test]
fn a_result_is_shown_filtered_and_inert() {
    let Some(browser) = browser() else { return };
    let home = tempfile::tempdir().unwrap();
    let names: Vec<String> =
        HOSTILE.iter().zip(1..).map(|(name, n)| format!("('{}', {n})", name.replace('\'', "''"))).collect();
    let sql = format!("SELECT * FROM (VALUES {}, ('plain', 9), (NULL, 0)) AS t(\"<b>name</b>\", n)", names.join(", "));
    auditql(&home, &["-o", "result.html", "-c", &sql]);
    let page = home.path().join("result.html");
    let whole = shown(&browser, &page);
    is_inert(&whole, "A result of auditql");
    assert!(whole.contains("<output id=\"shown\">6 of 6</output>"));
    assert_eq!(whole.matches("<rect class=\"s0\"").count(), 5, "a bar for each number but nought");
    let script = tells(
        "act('words', 'plain'); act('words', 'onerror'); const y = (at) => document.querySelector(at).getBoundingClientRect().top; \
         told.push(String(y('header') < y('#pictures') && y('#pictures') < y('#events') && y('#events') < y('#origin'))); \
         told.push('elements ' + document.querySelectorAll('b, img, a').length);",
    );
    let expected = ["words plain: 1 1 of 6", "words onerror: 1 1 of 6", "true", "elements 0"];
    assert_eq!(told(&driven(&browser, &page, &script)), expected);
}
