//! The tolerant JSON decoder.
