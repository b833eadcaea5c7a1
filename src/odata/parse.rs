//! An own parser of `$filter`, for the demo tenant and for tests.
