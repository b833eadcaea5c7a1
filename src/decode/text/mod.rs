//! What people and programs write inside of text: dates, the parameters and the objects of PowerShell, spellings of names.

mod dates;
mod powershell;
mod shown;
mod spelling;

pub(super) use dates::instant;
pub use dates::{Order, Shows, shows};
pub(super) use powershell::pairs;
pub use shown::is_type_name;
pub(super) use shown::{Shown, shown};
pub(super) use spelling::bare;
pub use spelling::{folded, same_name};
