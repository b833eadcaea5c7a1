//! Sets of time intervals.
