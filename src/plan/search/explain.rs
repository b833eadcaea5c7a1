//! What a search would order and why, in words.

use std::fmt;

use super::{SearchPlan, place};
use crate::table::ApiVersion;
use crate::time::second_text;
use crate::wire::Target;

impl fmt::Display for SearchPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = self.set.qualified();
        let Some(order) = &self.order else {
            return writeln!(f, "{table}: nothing is sent: the predicate can never hold");
        };
        writeln!(
            f,
            "{table}: 1 search, which takes the service minutes or hours: its status is requested until it ends, then its \
             pages are read twice and compared"
        )?;
        let version = self.version.unwrap_or(ApiVersion::V1);
        if let Target::Path(path) = place(self.search, version, order, "").target {
            let else_beta = if self.version.is_none() { " (or beta, where the tenant has no v1.0 of it)" } else { "" };
            writeln!(f, "  POST {path}{else_beta}")?;
        }
        // Its end differs in every run.
        let name = format!("auditql-{:016x}-…", order.fingerprint());
        writeln!(f, "    {}", order.body(&name))?;
        self.times(f, order.from, order.to)?;
        for residual in &self.residual {
            if residual.reasons.is_empty() {
                writeln!(f, "  narrows: {}", residual.sql)?;
            } else {
                let reasons: Vec<String> = residual.reasons.iter().map(ToString::to_string).collect();
                writeln!(f, "  local: {} ({})", residual.sql, reasons.join("; "))?;
            }
        }
        if !self.residual.is_empty() {
            writeln!(f, "  every row is checked against the whole predicate again")?;
        }
        writeln!(f, "  cap: a search with {} records or more is split by time and ordered again", self.cap)?;
        match self.limit {
            Some(limit) => writeln!(f, "  limit: {limit}, reading stops there"),
            None => Ok(()),
        }
    }
}

impl SearchPlan {
    fn times(&self, f: &mut fmt::Formatter<'_>, from: i64, to: i64) -> fmt::Result {
        let days = self.search.retention_days;
        let begin = match self.about.from {
            None => format!("no lower bound was given; every licence keeps {days} days"),
            Some(_) if self.is_beyond_kept() => {
                format!("the lower bound; not every licence keeps more than {days} days")
            }
            Some(_) => "the lower bound".to_owned(),
        };
        let end = match self.about.to {
            Some(to) if to < self.now => "the upper bound",
            _ => "now",
        };
        writeln!(f, "    begin: {} ({begin})", second_text(from))?;
        writeln!(f, "    end: {} ({end})", second_text(to))
    }
}
