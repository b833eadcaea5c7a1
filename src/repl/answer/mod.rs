//! One statement's answer: run, shown on the screen, by a pager or in a file, with a line of progress meanwhile.

mod confirm;
mod echo;
mod ending;
mod formats;
mod fresh;
mod known;
mod losses;
mod pager;
mod progress;
mod session;

pub use echo::echoes_again;
#[cfg(unix)]
pub(super) use echo::{stop_at_prompt, stops_in_order};
pub use ending::Ending;
pub use formats::{check_name, format};
pub(crate) use fresh::Seen;
pub(crate) use known::tables;
pub use pager::USUAL as USUAL_PAGER;
pub(crate) use pager::{screen_width, show};
pub(super) use session::Answered;
pub(crate) use session::Target;
pub use session::{Session, Voice};
