//! Declarations of entity sets: data only, a file each.
