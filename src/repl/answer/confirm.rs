//! Asks whoever sits at the prompt before a statement that takes long whatever it finds.

use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use console::{Key, Term};

use crate::engine::{Foreseen, Query};
use crate::repl::say::{count, lasts, say};

/// What whoever was asked said.
pub(super) enum Said {
    /// Nobody was asked: it is short enough, or nobody is there.
    Nothing,
    /// Yes, after thinking for so long.
    Yes(Duration),
    No,
}

/// Asks whether a statement may begin, unless it is short enough.
pub(super) fn asked(query: &Query, longest: Option<Duration>) -> Said {
    let Some(longest) = longest else { return Said::Nothing };
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Said::Nothing;
    }
    let foreseen = query.foreseen();
    if foreseen.time < longest {
        return Said::Nothing;
    }
    say(&question(foreseen));
    let begun = Instant::now();
    let yes = matches!(Term::stderr().read_key_raw(), Ok(Key::Char('y' | 'Y')));
    say(if yes { "it begins" } else { "nothing was requested; \\explain shows what it would be" });
    if yes { Said::Yes(begun.elapsed()) } else { Said::No }
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
