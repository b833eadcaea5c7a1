//! Logs beside the tenant: one statement over both.
