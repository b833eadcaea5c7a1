//! Transcripts of the pages: every line of them is typed, at the prompt or in a shell, and what is answered is what the page shows.
//!
//! Blanks and the ends of lines are not compared, because a terminal breaks long lines and a page does not.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;
use std::{env, fs};

use super::kept;
use crate::terminal::Terminal;

const PROMPT: &str = "demo> ";
const SHELL: &str = "$ ";

/// A command of the page, line by line, and what the page shows below it.
#[derive(Debug, PartialEq)]
struct Step<'a> {
    typed: Vec<&'a str>,
    shown: Vec<&'a str>,
}

/// The steps of the page's transcripts that begin with a prompt, in order.
fn steps<'a>(page: &'a str, prompt: &str) -> Vec<Step<'a>> {
    let mut steps: Vec<Step<'_>> = Vec::new();
    let transcripts = page.split("```console\n").skip(1).filter_map(|rest| rest.split("\n```").next());
    for line in transcripts.filter(|transcript| transcript.starts_with(prompt)).flat_map(str::lines) {
        let open = steps.last().is_some_and(|step| step.shown.is_empty() && !whole(&step.typed, prompt));
        match (line.strip_prefix(prompt), steps.last_mut()) {
            (Some(typed), _) => steps.push(Step { typed: vec![typed], shown: Vec::new() }),
            (None, Some(step)) if open => step.typed.push(line.trim_start()),
            (None, Some(step)) => step.shown.push(line),
            (None, None) => unreachable!("it begins with a prompt"),
        }
    }
    steps
}

/// A statement ends with `;`, a command of the prompt with its line, a command of a shell where its quotes are closed.
fn whole(typed: &[&str], prompt: &str) -> bool {
    if prompt == SHELL {
        return typed.concat().matches('"').count().is_multiple_of(2);
    }
    typed[0].starts_with('\\') || typed.last().is_some_and(|line| line.ends_with(';'))
}

/// A text without blanks, and without commas between digits: how numbers are grouped is for the screen to say.
fn squeezed(text: &str) -> String {
    let close: Vec<char> = text.split_whitespace().flat_map(str::chars).collect();
    let digit = |n: usize| close.get(n).is_some_and(char::is_ascii_digit);
    let groups = |n: usize| close[n] == ',' && n > 0 && digit(n - 1) && digit(n + 1);
    (0..close.len()).filter(|n| !groups(*n)).map(|n| close[n]).collect()
}

/// Whether a screen shows the step, its answer and the next prompt, and nothing else. Whether hundreds of requests had to wait for less than
/// a second says how fast the machine is.
fn shows(screen: &str, step: &Step<'_>) -> bool {
    let page = [&["demo>"], &step.typed[..], &step.shown[..], &["demo>"]].concat().concat();
    let waited = |line: &str| {
        let (told, wait) = line.strip_suffix(" ms waiting for the quota")?.rsplit_once(", ")?;
        wait.bytes().all(|digit| digit.is_ascii_digit()).then(|| told.to_owned())
    };
    let lines = screen.lines().map(|line| waited(line).unwrap_or_else(|| line.to_owned()));
    squeezed(&lines.collect::<Vec<_>>().join("\n")) == squeezed(&page)
}

/// What a screen shows between the lines that were typed and the next prompt.
fn answer(screen: &str, step: &Step<'_>) -> Vec<String> {
    let typed = squeezed(&[&["demo>"], &step.typed[..]].concat().concat());
    let (mut lines, mut seen) = (screen.lines(), String::new());
    while seen != typed {
        seen += &squeezed(lines.next().unwrap_or_else(|| panic!("{typed} is not on this screen:\n{screen}")));
    }
    let mut shown: Vec<String> = lines.map(str::to_owned).collect();
    shown.pop();
    shown
}

/// The page with other answers below its steps.
fn written_anew(page: &str, steps: &[Step<'_>], answers: &[Vec<String>]) -> String {
    let (mut done, mut rest) = (String::new(), page);
    for (step, answer) in steps.iter().zip(answers) {
        let mut begin = format!("\n{PROMPT}");
        for line in &step.typed {
            begin += line;
            let (above, below) = rest.split_once(&begin).unwrap();
            done += &format!("{above}{begin}");
            rest = below;
            begin.clear();
        }
        let shown: String = step.shown.iter().map(|line| format!("\n{line}")).collect();
        rest = rest.strip_prefix(&shown).unwrap();
        answer.iter().for_each(|line| done += &format!("\n{line}"));
    }
    done + rest
}

#[expect(clippy::disallowed_methods, reason = "answers are written anew on demand")]
fn bless() -> bool {
    env::var("AUDITQL_BLESS").is_ok_and(|v| v == "1")
}

/// Types the steps of a page, and compares; with `AUDITQL_BLESS=1`, what is answered is written into the page.
fn type_out(name: &str, options: &[&str]) -> usize {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let page = fs::read_to_string(&file).unwrap();
    let (home, steps, mut answers) = (tempfile::tempdir().unwrap(), steps(&page, PROMPT), Vec::new());
    let mut terminal = Terminal::demo(home.path(), 120, &[&["--no-throttle"], options].concat());
    for step in &steps {
        terminal.clear();
        for line in &step.typed {
            terminal.keys(&format!("{line}\r"));
            let typed = squeezed(line);
            terminal.wait_until("line that was typed", |screen| squeezed(screen).contains(&typed));
        }
        terminal.wait_until("next prompt", |screen| screen.ends_with("\ndemo>"));
        // What comes late is an answer too.
        std::thread::sleep(Duration::from_millis(20));
        let screen = terminal.screen();
        let shown = step.shown.join("\n");
        assert!(bless() || shows(&screen, step), "{name} shows\n{shown}\nbut this is printed\n{screen}");
        answers.push(answer(&screen, step));
    }
    if bless() {
        fs::write(file, written_anew(&page, &steps, &answers)).unwrap();
    }
    steps.len()
}

#[test]
fn each_line_of_the_tutorial_is_answered_as_it_shows() {
    assert!(type_out("docs/tutorial.md", &["--rows", "50000", "--time-slices", "1"]) > 20);
}

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

#[test]
fn a_statement_that_a_page_explains_is_explained_so() {
    assert_eq!(type_out("README.md", &["--rows", "2000"]), 1);
    assert_eq!(type_out("docs/requests.md", &["--rows", "2000"]), 1);
}

/// Runs a line in a shell that finds the program by its name.
fn shell(line: &str, folder: &Path) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_auditql")).parent().unwrap();
    #[expect(clippy::disallowed_methods, reason = "the shell needs the commands of the system beside the program")]
    let rest = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([program.to_owned()].into_iter().chain(env::split_paths(&rest))).unwrap();
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("exec 2>&1\n{line}")).current_dir(folder).env_clear();
    command.env("PATH", path).env("HOME", folder).output().unwrap()
}

#[test]
fn each_command_of_the_readme_prints_what_it_shows() {
    let (home, page) = (tempfile::tempdir().unwrap(), readme());
    let steps = steps(&page, SHELL);
    assert!(steps.len() >= 3, "{}", steps.len());
    for step in &steps {
        let output = shell(&step.typed.join("\n"), home.path());
        let printed = String::from_utf8(output.stdout).unwrap();
        let shown = step.shown.join("\n");
        assert!(output.status.success(), "{printed}");
        assert_eq!(squeezed(&printed), squeezed(&shown), "README.md shows\n{shown}\nbut this is printed\n{printed}");
    }
    assert!(!shell("auditql no-such-command", home.path()).status.success());
}

/// Lines of a page for a shell that need no tenant but the demo's. One that opens the prompt is not among them.
fn for_the_demo(page: &str) -> Vec<&str> {
    let lines = page.lines().filter_map(|line| line.strip_prefix("    ")).filter(|line| !line.ends_with('\\'));
    lines
        .filter(|line| line.starts_with("auditql queries") || line.starts_with("auditql demo "))
        .filter(|line| [" queries", " run ", " report ", " -c ", " --export "].iter().any(|word| line.contains(word)))
        .collect()
}

#[test]
fn commands_of_the_pages_for_the_demo_tenant_succeed() {
    let (home, mut tried) = (tempfile::tempdir().unwrap(), 0);
    for file in ["ips.txt", "addresses.txt"] {
        fs::write(home.path().join(file), "192.0.2.146\n").unwrap();
    }
    let mut pages = kept();
    pages.insert("README".into(), readme());
    for (name, page) in &pages {
        for line in for_the_demo(page) {
            let output = shell(line, home.path());
            assert!(output.status.success(), "{name}: {line}\n{}", String::from_utf8_lossy(&output.stdout));
            assert!(!output.stdout.is_empty() || line.contains(" -o "), "{name}: {line}");
            tried += 1;
        }
    }
    assert!(tried >= 7, "{tried}");
}

#[test]
fn the_tutorial_ends_with_a_page_that_names_nobody() {
    let (home, pages) = (tempfile::tempdir().unwrap(), kept());
    let commands = for_the_demo(&pages["tutorial.md"]);
    let [command] = commands[..] else { panic!("{commands:?}") };
    let made = |command: &str| {
        let output = shell(command, home.path());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        fs::read_to_string(home.path().join("case.html")).unwrap()
    };
    let names = |page: &str| page.contains("lindqvist") || page.contains("192.0.2.146");
    assert!(!names(&made(command)));
    fs::remove_file(home.path().join("case.html")).unwrap();
    assert!(names(&made(&command.replace("--redact", ""))));
}

#[test]
fn a_transcript_is_read_as_it_is_typed() {
    let page = "```console\ndemo> \\x on\none column per line\ndemo> SELECT 1,\n        2;\n│ 1 │\n(1 row)\n```\n";
    let expected = [
        Step { typed: vec!["\\x on"], shown: vec!["one column per line"] },
        Step { typed: vec!["SELECT 1,", "2;"], shown: vec!["│ 1 │", "(1 row)"] },
    ];
    assert_eq!(steps(page, PROMPT), expected);
    assert_eq!(steps(page, SHELL), []);
    assert!(shows("demo> \\x on\none column\nper line\ndemo>", &expected[0]));
    assert!(!shows("demo> \\x on\none column\ndemo>", &expected[0]));
    assert_eq!(answer("demo> \\x on\none column\nper line\ndemo>", &expected[0]), ["one column", "per line"]);
    let anew = written_anew(page, &expected, &[vec!["other".to_owned()], vec![]]);
    assert_eq!(anew, page.replace("one column per line", "other").replace("\n│ 1 │\n(1 row)", ""));
    let shell = "```console\n$ auditql -c \"\n    SELECT 1\"\n1\n```";
    assert_eq!(steps(shell, SHELL), [Step { typed: vec!["auditql -c \"", "SELECT 1\""], shown: vec!["1"] }]);
    assert_eq!(squeezed("20,413 rows,\n4 more"), "20413rows,4more");
}
