//! Decides what a file is: by what is stated, then by its content, then by its extension.

use super::{ALL, Error, Format, Layout, Options, Sample};

/// What a file was recognised as.
#[derive(Debug)]
pub struct Recognised {
    /// The format.
    pub format: &'static dyn Format,
    /// How it is read.
    pub layout: Box<dyn Layout>,
}

/// What a file is.
///
/// # Errors
/// When it is not what is stated, nothing tells what it is, or an option does not fit.
pub fn recognise(sample: &Sample<'_>, options: &Options) -> Result<Recognised, Error> {
    if let Some(format) = options.format {
        let layout = format.recognise(sample, options)?;
        let why = || format!("its beginning is {}", shown(sample));
        let layout = layout.ok_or_else(|| Error::OtherFormat { format: format.name(), why: why() })?;
        return Ok(Recognised { format, layout });
    }
    let extension = sample.extension();
    let named = |format: &&&'static dyn Format| format.extensions().contains(&extension.as_str());
    // What its name promises is tried before what any text can be.
    let (first, rest): (Vec<_>, Vec<_>) = ALL.iter().partition(|format| named(format));
    let strict = ALL.iter().filter(|format| format.is_strict());
    for format in strict.chain(first).chain(rest) {
        if let Some(layout) = format.recognise(sample, options)? {
            return Ok(Recognised { format: *format, layout });
        }
    }
    Err(Error::Unrecognised { why: format!("its beginning is {}", shown(sample)) })
}

/// The beginning of a sample, in print.
fn shown(sample: &Sample<'_>) -> String {
    const MOST: usize = 40;
    if sample.head.is_empty() {
        return "empty".to_owned();
    }
    let end = sample.head.len().min(MOST);
    let dots = if end < sample.head.len() { "…" } else { "" };
    format!("{:?}{dots}", String::from_utf8_lossy(&sample.head[..end]))
}
