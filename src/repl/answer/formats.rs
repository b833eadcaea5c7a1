//! The format of a result, as its reader names it: by its name, or by the ending of a file.

use std::path::Path;

use crate::output::{self, Format};
use crate::report::{Exit, Report};

/// Refuses a file whose name promises what no result is written as.
pub fn check_name(file: &Path) -> Result<(), Report> {
    let Some(ending) = output::broken_promise(file) else { return Ok(()) };
    let endings: Vec<String> =
        output::ALL.iter().flat_map(|format| format.endings).map(|ending| format!(".{ending}")).collect();
    Err(Report::new(Exit::Usage, format!("there is no output format for .{ending}"))
        .hint(format!("the ending chooses the format: {}", endings.join(", "))))
}

/// The format of that name, or what there is.
pub fn format(name: &str) -> Result<&'static Format, Report> {
    output::format(name).ok_or_else(|| {
        let names: Vec<&str> = output::ALL.iter().map(|format| format.name).collect();
        Report::new(Exit::Usage, format!("there is no format '{name}'"))
            .hint(format!("the formats are {}", names.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_format_lists_the_known() {
        assert_eq!(format("csv").unwrap().name, "csv");
        assert_eq!(
            format("xml").unwrap_err().hint.as_deref(),
            Some("the formats are table, csv, tsv, json, ndjson, markdown, html, parquet, arrow")
        );
    }
}
