//! The face of Microsoft Graph: sets of records with their properties, `$filter`, pages and refusals.

mod directory_audits;
mod face;
mod filter;
mod page;
mod property;
mod query;
mod refusal;
mod rows;
mod saved;
mod sign_ins;
mod table;
mod tables;
mod things;

pub use directory_audits::DIRECTORY_AUDITS;
pub(super) use directory_audits::records as directory_audits;
pub(super) use face::{Answer, Face, Place};
pub(super) use page::Pages;
pub(super) use property::both;
pub use property::{Property, Type, Version};
pub(super) use query::decode;
pub(super) use refusal::Refusal;
pub(super) use rows::{Item, Rows};
pub use saved::DataError;
pub(super) use saved::{Record, Saved};
pub(super) use sign_ins::{Attempt, Event, Odd as Oddity, attempts, interactive};
pub use sign_ins::{Kind, SIGN_INS};
pub(super) use table::Premise;
pub use table::Table;
pub use tables::TABLES;
