//! The database-compatible form: rows of CSV without heading, always the same columns.
//!
//! Source of the columns: <https://learn.microsoft.com/en-us/troubleshoot/windows-server/networking/troubleshoot-always-on-vpn>,
//! section NPS logs; of rows with 60 fields, before Windows Server 2008:
//! <https://learn.microsoft.com/en-us/previous-versions/windows/it-pro/windows-server-2008-R2-and-2008/cc771748(v=ws.10)>.

use super::super::delimited::{self, Known, Splitter};
use crate::logs::{Error, Layout, Options, time};

/// The columns, each with a value that is like all of its values.
const COLUMNS: [(&str, &str); 66] = [
    ("ComputerName", "text"),
    ("ServiceName", "text"),
    ("Record-Date", "11/27/2026"),
    ("Record-Time", "08:00:00"),
    ("Packet-Type", "1"),
    ("User-Name", "text"),
    ("Fully-Qualified-Distinguished-Name", "text"),
    ("Called-Station-ID", "text"),
    ("Calling-Station-ID", "10.0.0.1"),
    ("Callback-Number", "text"),
    ("Framed-IP-Address", "text"),
    ("NAS-Identifier", "text"),
    ("NAS-IP-Address", "text"),
    ("NAS-Port", "1"),
    ("Client-Vendor", "1"),
    ("Client-IP-Address", "text"),
    ("Client-Friendly-Name", "text"),
    ("Event-Timestamp", "text"),
    ("Port-Limit", "1"),
    ("NAS-Port-Type", "1"),
    ("Connect-Info", "text"),
    ("Framed-Protocol", "1"),
    ("Service-Type", "1"),
    ("Authentication-Type", "1"),
    ("Policy-Name", "text"),
    ("Reason-Code", "1"),
    ("Class", "text"),
    ("Session-Timeout", "1"),
    ("Idle-Timeout", "1"),
    ("Termination-Action", "1"),
    ("EAP-Friendly-Name", "text"),
    ("Acct-Status-Type", "1"),
    ("Acct-Delay-Time", "1"),
    ("Acct-Input-Octets", "1"),
    ("Acct-Output-Octets", "1"),
    ("Acct-Session-Id", "text"),
    ("Acct-Authentic", "1"),
    ("Acct-Session-Time", "1"),
    ("Acct-Input-Packets", "1"),
    ("Acct-Output-Packets", "1"),
    ("Acct-Terminate-Cause", "1"),
    ("Acct-Multi-Ssn-ID", "text"),
    ("Acct-Link-Count", "1"),
    ("Acct-Interim-Interval", "1"),
    ("Tunnel-Type", "1"),
    ("Tunnel-Medium-Type", "1"),
    ("Tunnel-Client-Endpt", "text"),
    ("Tunnel-Server-Endpt", "text"),
    ("Acct-Tunnel-Conn", "text"),
    ("Tunnel-Pvt-Group-ID", "text"),
    ("Tunnel-Assignment-ID", "text"),
    ("Tunnel-Preference", "1"),
    ("MS-Acct-Auth-Type", "1"),
    ("MS-Acct-EAP-Type", "1"),
    ("MS-RAS-Version", "text"),
    ("MS-RAS-Vendor", "1"),
    ("MS-CHAP-Error", "text"),
    ("MS-CHAP-Domain", "text"),
    ("MS-MPPE-Encryption-Types", "1"),
    ("MS-MPPE-Encryption-Policy", "1"),
    ("Proxy-Policy-Name", "text"),
    ("Provider-Type", "1"),
    ("Provider-Name", "text"),
    ("Remote-Server-Address", "text"),
    ("MS-RAS-Client-Name", "text"),
    ("MS-RAS-Client-Version", "text"),
];
/// How many of them rows of older servers have.
const OLDER: usize = 60;

/// Whether a line is a row: server, service, date, time of day, a number.
pub(super) fn is_row(line: &str) -> bool {
    let mut fields = Vec::new();
    Splitter::new(b',').split(line, &mut fields);
    let is_day = |text: &str| time::day(text, time::Order::MonthFirst).is_some();
    (OLDER..=COLUMNS.len() + 1).contains(&fields.len())
        && is_day(&fields[2])
        && time::is_time_of_day(&fields[3])
        && fields[4].parse::<u32>().is_ok()
}

/// How rows are read.
pub(super) fn layout(options: &Options) -> Result<Box<dyn Layout>, Error> {
    let columns = COLUMNS.iter().map(|(name, like)| ((*name).to_owned(), *like)).collect();
    delimited::known(Known { columns, widths: vec![OLDER], first_line: 1, is_legend: |_| false }, options)
}
