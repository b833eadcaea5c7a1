//! Predicates.
