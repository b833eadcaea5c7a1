//! Why a store of objects gave no answer, in words for who asked for a file.
//!
//! Stores speak by way of libraries, whose own texts hold whole requests. What becomes of a refusal is decided where it
//! arrives; here it is a value, which is found again among the causes of any error that it came in.

use std::fmt;
use std::io;

use crate::causes;

/// Why a store of objects gave no answer. None of its words are a secret: addresses are named without what may sign them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(not(feature = "store"), allow(dead_code, reason = "nothing is asked without a kind of store"))]
pub enum StoreFault {
    /// The program was built without it.
    #[error("this build of auditql does not read {scheme}: addresses, and nothing was sent")]
    NotBuilt {
        /// As it was written: `s3`.
        scheme: String,
        /// The feature to build with.
        feature: &'static str,
    },
    /// An address that cannot be read, whatever lies behind it.
    #[error("it is not an address to read from: {why}")]
    Address {
        /// What is wrong with it.
        why: String,
    },
    /// What the environment says of the store does not fit together.
    #[error("the environment does not say how to reach the store: {why}")]
    Settings {
        /// What is wrong.
        why: String,
    },
    /// Nothing in the environment says who asks.
    #[error("there are no credentials for the store")]
    NoCredentials,
    /// The credentials do not let it be done, or are none.
    #[error("the store refuses it ({0})")]
    Denied(Answer),
    /// There is no bucket, container or account of that name.
    #[error("there is no such bucket")]
    NoBucket,
    /// The bucket is asked where it is not.
    #[error("the bucket lies in the region {region}")]
    Region {
        /// Where it lies: `eu-west-1`.
        region: String,
    },
    /// The reply leads to another place, where nothing was sent.
    #[error("the reply leads to another place, {to}, and nothing was sent there")]
    Redirected {
        /// Its host.
        to: String,
    },
    /// No connection came about, or it broke.
    #[error("{host} cannot be reached: {why}")]
    Unreachable {
        /// The host.
        host: String,
        /// Why not.
        why: String,
    },
    /// Requests and replies would be readable by others.
    #[error("{host} would be asked without encryption")]
    Plain {
        /// The host.
        host: String,
    },
    /// Any other refusal.
    #[error("the store answers with {0}")]
    Answered(Answer),
    /// The statement may send no more requests.
    #[error("the statement needs more than the {limit} request(s) that it may send")]
    Requests {
        /// How many it may send.
        limit: u64,
    },
    /// The statement's time is over.
    #[error("the statement ran out of time while a store was asked")]
    Time,
    /// A web server does not say how long a file is.
    #[error("the web server does not say how long the file is")]
    NoLength,
    /// An object is another one than was listed.
    #[error("it was written to since it was listed")]
    Changed,
    /// A listing does not end, or goes in circles.
    #[error("the listing of the store does not end: {why}")]
    Endless {
        /// What was seen.
        why: String,
    },
}

/// A status, and the store's own word for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(feature = "store"), allow(dead_code, reason = "nothing is asked without a kind of store"))]
pub struct Answer {
    /// The status of the reply.
    pub status: u16,
    /// The code, such as `AccessDenied`, if the reply has one that is a word.
    pub code: Option<String>,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        self.code.as_ref().map_or(Ok(()), |code| write!(f, " {code}"))
    }
}

impl StoreFault {
    /// The fault that an error came of, if it is one.
    pub fn of<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a Self> {
        causes::chain(error).find_map(|cause| cause.downcast_ref::<Self>())
    }
}

impl From<StoreFault> for io::Error {
    fn from(fault: StoreFault) -> Self {
        let kind = match &fault {
            StoreFault::NoCredentials | StoreFault::Denied(_) => io::ErrorKind::PermissionDenied,
            StoreFault::NoBucket => io::ErrorKind::NotFound,
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, fault)
    }
}
