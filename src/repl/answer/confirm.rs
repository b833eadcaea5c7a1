//! Asks whoever sits at the prompt before a statement that takes long whatever it finds.

use std::io::{self, IsTerminal as _};
use std::time::Duration;

use console::{Key, Term};

use crate::engine::{Foreseen, Query};
use crate::repl::say::{count, lasts, say};

/// Whether a statement may begin: it is short enough, or its person says so.
pub(super) fn goes_on(query: &Query, longest: Option<Duration>) -> bool {
    let Some(longest) = longest else { return true };
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return true;
    }
    let foreseen = query.foreseen();
    if foreseen.time < longest {
        return true;
    }
    say(&question(foreseen));
    let yes = matches!(Term::stderr().read_key_raw(), Ok(Key::Char('y' | 'Y')));
    say(if yes { "it begins" } else { "nothing was requested; \\explain shows what it would be" });
    yes
}

fn question(Foreseen { requests, time }: Foreseen) -> String {
    let requests = count(requests as u64, "request");
    format!("this takes at least {requests}, and {} for the quota. Go on? [y/N]", lasts(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_says_what_it_is_about() {
        assert_eq!(
            question(Foreseen { requests: 200, time: Duration::from_secs(390) }),
            "this takes at least 200 requests, and 6 min 30 s for the quota. Go on? [y/N]"
        );
    }
}
