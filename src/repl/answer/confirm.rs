//! Asks whoever sits at the prompt before a statement that takes long: whatever it finds, or by what is known of its days.

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

/// Whether somebody can be asked.
pub(super) fn is_heard() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks whether a statement may begin, unless it is short enough.
pub(super) fn asked(query: &Query, longest: Option<Duration>) -> Said {
    let Some(longest) = longest.filter(|_| is_heard()) else { return Said::Nothing };
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

fn question(Foreseen { requests, time, is_about }: Foreseen) -> String {
    let (requests, time) = (count(requests as u64, "request"), lasts(time));
    match is_about {
        true => format!("this takes about {requests}, and about {time} for the quota. Go on? [y/N]"),
        false => format!("this takes at least {requests}, and {time} for the quota. Go on? [y/N]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_says_what_it_is_about() {
        let foreseen = Foreseen { requests: 200, time: Duration::from_secs(390), is_about: false };
        assert_eq!(question(foreseen), "this takes at least 200 requests, and 6 min 30 s for the quota. Go on? [y/N]");
        assert_eq!(
            question(Foreseen { is_about: true, ..foreseen }),
            "this takes about 200 requests, and about 6 min 30 s for the quota. Go on? [y/N]"
        );
    }
}
