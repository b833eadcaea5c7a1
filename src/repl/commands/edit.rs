//! `\e`: a statement in the user's editor, in a file that is its owner's alone and gone afterwards.

use std::io::{self, Write as _};

use super::asked::is_whole;
use crate::repl::program::program;
use crate::repl::state::{After, State, refused};
use crate::report::Report;

/// Opens the editor with the last statement. What ends with a semicolon is answered, the rest comes to the prompt.
pub(super) async fn edit(state: &mut State<'_>) -> After {
    let text = state.last.as_ref().map_or(String::new(), |sql| format!("{sql};\n"));
    let edited = match edited(&state.outfit.editor, &text) {
        Ok(edited) => edited,
        Err(error) => {
            let what = format!("the editor '{}' could not be used", state.outfit.editor);
            return refused(&Report::of_file(what, &error).hint("set VISUAL or EDITOR to yours"));
        }
    };
    let edited = edited.trim_end();
    if edited.is_empty() {
        return After::Go;
    }
    if is_whole(edited) {
        state.typed = Some(edited.to_owned());
        return Box::pin(state.obey(edited, 1)).await;
    }
    state.initial = Some(edited.to_owned());
    After::Go
}

fn edited(editor: &str, text: &str) -> io::Result<String> {
    // tempfile creates with mode 0600.
    let mut file = tempfile::Builder::new().prefix("auditql-").suffix(".sql").tempfile()?;
    file.write_all(text.as_bytes())?;
    file.flush()?;
    let mut words = editor.split_whitespace();
    let editor = words.next().ok_or(io::ErrorKind::NotFound)?;
    let status = program(editor).args(words).arg(file.path()).status()?;
    if !status.success() {
        return Err(io::Error::other(format!("it exited with {status}")));
    }
    std::fs::read_to_string(file.path())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_editor_gets_the_text_in_a_closed_file_and_its_own_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("editor");
        let mode = folder.path().join("mode");
        let text = format!("#!/bin/sh\nls -l \"$2\" | cut -c1-10 > {}\necho \"-- $1\" >> \"$2\"\n", mode.display());
        std::fs::write(&script, text).unwrap();
        let editor = format!("sh {} flag", script.display());
        assert_eq!(edited(&editor, "SELECT 1;\n").unwrap(), "SELECT 1;\n-- flag\n");
        assert_eq!(std::fs::read_to_string(mode).unwrap(), "-rw-------\n");
        edited("false", "").unwrap_err();
        edited("/no/such/editor", "").unwrap_err();
    }
}
