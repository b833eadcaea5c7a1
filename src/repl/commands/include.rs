//! `\i`: a file of statements and commands, answered up to its first failure.

use std::path::Path;

use super::script;
use crate::repl::say::say;
use crate::repl::state::{After, State, refused};
use crate::report::{Exit, Report};

/// Files that include one another end here.
const DEEPEST: usize = 8;

impl State<'_> {
    /// Answers the file that a command's argument names.
    pub(super) async fn include_named(&mut self, argument: &str) -> After {
        if argument.is_empty() {
            return refused(&Report::new(Exit::Usage, "\\i takes a file").hint("for example: \\i questions.sql"));
        }
        let path = script::named(argument, self.outfit.home.as_deref(), self.folder.as_deref());
        self.include(&path).await
    }

    /// Answers a file up to the first failure.
    pub(crate) async fn include(&mut self, path: &Path) -> After {
        let shown = path.display();
        if self.depth == DEEPEST {
            return refused(&Report::new(Exit::Usage, format!("files include each other, {shown} among them")));
        }
        let text = match script::of_file(path) {
            Ok(text) => text,
            Err(error) => return refused(&Report::of_file(format!("{shown} cannot be read"), &error)),
        };
        self.depth += 1;
        let folder = std::mem::replace(&mut self.folder, path.parent().map(Path::to_path_buf));
        let after = self.obey_all(&text).await;
        self.folder = folder;
        self.depth -= 1;
        if after == After::Failed {
            say(&format!("{shown} stops here"));
        }
        after
    }
}
