//! Logs of a Windows network policy server, and of routing and remote access: who was let in over VPN or wireless.
//!
//! They come in three forms, of which one is set on the server: database-compatible (the default), IAS, and DTS (XML).
//! What they call the client is the RADIUS client, which is the access server; the machine is the calling station, whose
//! identifier is its address for a VPN and its MAC address for wireless. So `client_address` is that of the calling station.
//! Times are those of the server's clock.

mod database;
mod dts;
mod ias;

use crate::logs::encoding;
use crate::logs::{Error, Format, Layout, Options, Sample};

/// Logs of network policy servers.
#[derive(Debug)]
pub(super) struct Nps;

/// Lines that are looked at.
const LINES: usize = 20;

impl Format for Nps {
    fn name(&self) -> &'static str {
        "nps"
    }

    fn takes(&self) -> &'static [&'static str] {
        &["timezone", "day_first"]
    }

    fn also(&self) -> &'static [&'static str] {
        &["ias", "ras"]
    }

    fn doc(&self) -> &'static str {
        "Logs of a Windows network policy server or of routing and remote access (IN2611.log), in any of their three forms."
    }

    fn recognise(&self, sample: &Sample<'_>, options: &Options) -> Result<Option<Box<dyn Layout>>, Error> {
        let text = encoding::decoded(sample.head);
        let lines: Vec<_> = text
            .split(|byte| *byte == b'\n')
            .map(<[u8]>::trim_ascii)
            .filter(|line| !line.is_empty())
            .take(LINES)
            .map(encoding::text)
            .collect();
        // The first line shows it; of what is stated, any line does.
        let shown = if options.format.is_some() { lines.len() } else { lines.len().min(1) };
        let shows = |is: &dyn Fn(&str) -> bool| lines[..shown].iter().any(|line| is(line));
        if shows(&database::is_row) {
            return Ok(Some(database::layout(options)?));
        }
        if shows(&dts::is_event) {
            return Ok(Some(dts::layout(&text, sample.is_whole, options)?));
        }
        if shows(&ias::is_record) { Ok(Some(ias::layout(options)?)) } else { Ok(None) }
    }
}

#[cfg(test)]
mod tests;
