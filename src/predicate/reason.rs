//! Why a part of a predicate is not sent, in words that EXPLAIN shows.

use std::fmt;

use super::expression::Local;

/// Why a part of a predicate stays on this side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The service documents no such operator for the property.
    NotDocumented {
        /// The operator in SQL's words.
        op: String,
        /// Wire path.
        property: String,
    },
    /// Texts are ordered differently there: a range of text could lose rows.
    TextOrder,
    /// NULL tests are not documented.
    Null,
    /// Where a service ignores case, `ne` leaves out what SQL keeps.
    Unequal,
    /// Times are sent as whole seconds: `ne` of one would leave out the others of that second.
    Seconds,
    /// The service takes no other test beside one of this property.
    Alone(&'static str),
    /// How the service treats empty text is not known.
    EmptyText,
    /// The pattern has no fixed part that could be sent.
    FreePattern,
    /// Case is to be ignored, and whether the service does so is not documented.
    AnySpelling,
    /// It computes something.
    Computed,
    /// Known when the query runs.
    Pending,
    /// The literal is not of the property's type.
    Type,
    /// Control characters are not sent.
    ControlCharacter,
    /// That one element passes several tests cannot be asked: each is sent by itself.
    OneElement,
    /// That no element passes a test is not documented.
    NoElement,
    /// Of an address only what it begins with can be asked.
    Network,
    /// The same, of a column whose addresses may have a port, brackets or another spelling.
    Spellings,
    /// Nothing can be asked of a network: its addresses begin with no whole octet, or are of IPv6, which has several spellings.
    NoOctet,
    /// It selects request streams instead.
    Population,
    /// It chooses whose listings are read.
    Path,
    /// One side of an OR cannot be sent, so none of it can.
    OneSidedOr(Box<Reason>),
    /// The service writes the property's values in codes, and documents none for this one.
    NoCode,
    /// The values are all that the property can have: a filter would leave out nothing.
    EveryValue,
    /// A filter of the service holds no OR, and only one list of alternatives can be requests of its own.
    NoOr,
    /// The filter would exceed the number of tests a service accepts.
    TooManyTests(usize),
    /// The URL would become too long.
    TooLong,
    /// The activity feed can be asked for content type and availability alone.
    FeedCannot,
    /// Records of the activity feed come late without bound, so an upper bound of the time says nothing.
    LateRecords,
    /// An order of a search has no field for it.
    SearchCannot,
    /// What a search does with such a value is not documented.
    SearchValue,
    /// An order of a search would name more values than this.
    ManyValues(usize),
    /// Sending filters is switched off.
    SwitchedOff,
}

impl Reason {
    /// Why something stays here, whatever the service may be asked.
    pub fn of(why: Local) -> Self {
        match why {
            Local::Computed => Self::Computed,
            Local::Pending => Self::Pending,
            Local::Type => Self::Type,
            Local::ControlCharacter => Self::ControlCharacter,
            Local::OneElement => Self::OneElement,
            Local::NoElement => Self::NoElement,
            Local::Network => Self::Network,
            Local::NoOctet => Self::NoOctet,
            Local::Spellings => Self::Spellings,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotDocumented { op, property } => write!(f, "the service documents no {op} on {property}"),
            Self::TextOrder => f.write_str("the service may order text differently"),
            Self::Null => f.write_str("tests for NULL are not documented"),
            Self::Unequal => {
                f.write_str("the service may ignore case, and would then leave out what differs in case alone")
            }
            Self::Seconds => f.write_str("times are sent as whole seconds, which <> cannot be"),
            Self::Alone(column) => write!(f, "the service filters by {column} only where it is the whole filter"),
            Self::EmptyText => f.write_str("how the service treats empty text is not documented"),
            Self::FreePattern => f.write_str("the pattern has no fixed part to send"),
            Self::AnySpelling => {
                f.write_str("tests that ignore case stay on this side; = with the stored spelling is sent")
            }
            Self::Computed => f.write_str("computed on this side"),
            Self::Pending => f.write_str("<known at run time>"),
            Self::Type => f.write_str("the literal is not of the property's type"),
            Self::ControlCharacter => f.write_str("text with control characters is not sent"),
            Self::OneElement => {
                f.write_str("each condition on an element is sent by itself, here one element meets all")
            }
            Self::NoElement => f.write_str("filters that no element of a list passes are not documented"),
            Self::Network => f.write_str("whether an address lies in a network is computed on this side"),
            Self::NoOctet => {
                f.write_str("addresses of IPv6, or of a network without a whole octet, cannot be asked for")
            }
            Self::Spellings => f.write_str("addresses of this column may be written in several ways"),
            Self::Population => f.write_str("it selects the request streams"),
            Self::Path => f.write_str("it selects whose listings are read"),
            Self::OneSidedOr(reason) => write!(f, "one side of the OR stays here: {reason}"),
            Self::NoCode => f.write_str("the service documents no code for this value"),
            Self::EveryValue => f.write_str("these are all values that there are"),
            Self::NoOr => f.write_str("the service's filters cannot hold this OR"),
            Self::TooManyTests(most) => write!(f, "the filter would hold more than {most} tests"),
            Self::TooLong => f.write_str("the URL would become too long"),
            Self::FeedCannot => f.write_str("the feed can only be filtered by content type and availability"),
            Self::LateRecords => f.write_str("records can arrive late without limit; late_arrival can set one"),
            Self::SearchCannot => f.write_str("the search has no field for it"),
            Self::SearchValue => f.write_str("how the search reads such a value is not documented"),
            Self::ManyValues(most) => write!(f, "the search would name more than {most} values"),
            Self::SwitchedOff => f.write_str("pushdown is switched off"),
        }
    }
}
