//! The audit log of a Windows DHCP server: rows of CSV behind a legend of what their numbers mean.
//!
//! ```text
//!         Microsoft DHCP Service Activity Log
//! Event ID  Meaning
//! 00      The log was started.
//! …
//! ID,Date,Time,Description,IP Address,Host Name,MAC Address,User Name, TransactionID, QResult, …
//! 10,11/27/26,08:00:00,Assign,10.0.0.5,PC01.contoso.example,0013D30C227E,,1365264356,0,,,,…
//! ```
//!
//! Source: <https://docs.nxlog.co/integrate/windows-dhcp-server.html> and the legend itself. Dates are month/day/year, times
//! those of the server's clock. Versions of Windows differ in how many columns there are, so the heading names them; rows of
//! the log for IPv6 have empty fields behind the last of them.

use super::delimited::{self, Known};
use crate::logs::encoding;
use crate::logs::{Error, Format, Layout, Options, Sample};

/// Audit logs of DHCP servers.
#[derive(Debug)]
pub(super) struct Dhcp;

/// What every heading begins with, up to the address, whose name has its version in it.
const HEADING: &[u8] = b"ID,Date,Time,Description,IP";
/// Lines before the heading. The legend has about 35.
const HEADING_WITHIN: usize = 200;

impl Format for Dhcp {
    fn name(&self) -> &'static str {
        "dhcp"
    }

    fn takes(&self) -> &'static [&'static str] {
        &["timezone"]
    }

    fn doc(&self) -> &'static str {
        "The audit log of a Windows DHCP server (DhcpSrvLog-Mon.log): which machine had which address, and when."
    }

    fn recognise(&self, sample: &Sample<'_>, options: &Options) -> Result<Option<Box<dyn Layout>>, Error> {
        let text = encoding::decoded(sample.head);
        let mut lines = text.split(|byte| *byte == b'\n').zip(1_u64..).take(HEADING_WITHIN);
        let Some((heading, first_line)) = lines.find(|(line, _)| is_heading(line)) else { return Ok(None) };
        let columns = encoding::text(heading.trim_ascii()).split(',').map(column).collect();
        let known = Known { columns, widths: Vec::new(), first_line, is_legend };
        Ok(Some(delimited::known(known, options)?))
    }
}

fn is_heading(line: &[u8]) -> bool {
    line.get(..HEADING.len()).is_some_and(|start| start.eq_ignore_ascii_case(HEADING))
}

/// A column with a value that is like all of its values.
fn column(name: &str) -> (String, &'static str) {
    let name = name.trim().trim_end_matches('.');
    let like = match name {
        "ID" | "TransactionID" | "QResult" | "DnsRegError" => "1",
        "Date" => "11/27/26",
        "Time" => "08:00:00",
        "IP Address" | "IPv6 Address" => "10.0.0.1",
        _ => "text",
    };
    (name.to_owned(), like)
}

/// Whether a line is of the legend, which stands before the rows again when the server was started anew.
fn is_legend(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let starts = [&b"Microsoft DHCP"[..], b"Event ID", b"QResult:", b"ID,Date,Time,"];
    // `10<tab>A new IP address was leased to a client.`, `50+<tab>Codes above 50 …`
    let number = line.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let behind = line[number..].strip_prefix(b"+").unwrap_or(&line[number..]);
    starts.iter().any(|start| line.starts_with(start)) || number > 0 && behind.starts_with(b"\t")
}

#[cfg(test)]
mod tests {
    use crate::logs::trials::{damaged, options, read, recognised, table};
    use crate::logs::{Error, Kind, Options, Sample, recognise};

    const LEGEND: &str = "\t\tMicrosoft DHCP Service Activity Log\r\n\r\n\r\nEvent ID  Meaning\r\n\
        00\tThe log was started.\r\n\
        10\tA new IP address was leased to a client.\r\n\
        50+\tCodes above 50 are used for Rogue Server Detection information.\r\n\r\n\
        QResult: 0: NoQuarantine, 1:Quarantine, 2:Drop Packet, 3:Probation,6:No Quarantine Information \
        ProbationTime:Year-Month-Day Hour:Minute:Second:MilliSecond.\r\n\r\n\
        ID,Date,Time,Description,IP Address,Host Name,MAC Address,User Name, TransactionID, QResult,Probationtime, \
        CorrelationID,Dhcid,VendorClass(Hex),VendorClass(ASCII),UserClass(Hex),UserClass(ASCII),\
        RelayAgentInformation,DnsRegError.\r\n";
    const ROWS: &str = "00,05/11/18,03:14:55,Started,,,,,0,6,,,,,,,,,0\r\n\
        10,05/11/18,03:15:10,Assign,10.9.9.5,PC05.contoso.example,0013D30C227E,,365895647,0,,,,0x4D53465420352E30,MSFT 5.0,,,,0\r\n";

    #[test]
    fn leases_have_time_address_and_machine() {
        let text = format!("{LEGEND}{ROWS}");
        let found = recognised("DhcpSrvLog-Fri.log", text.as_bytes(), &Options::default());
        assert_eq!(found.format.name(), "dhcp");
        let fields = found.layout.fields();
        let kinds: Vec<_> = fields.iter().take(9).map(|field| (field.name.as_str(), field.kind)).collect();
        let expected = [
            ("time", Kind::Time),
            ("client_address", Kind::Text),
            ("user_name", Kind::Text),
            ("id", Kind::Int),
            ("date", Kind::Text),
            ("time_of_day", Kind::Text),
            ("description", Kind::Text),
            ("ip_address", Kind::Text),
            ("host_name", Kind::Text),
        ];
        assert_eq!(kinds, expected);
        let rows = table("x", &text, &options(&[("timezone", "Europe/Paris")]));
        assert!(rows[1].starts_with("12: 2018-05-11T01:14:55Z | ∅ | ∅ | 0 | 05/11/18"), "{rows:?}");
        assert!(rows[2].starts_with("13: 2018-05-11T01:15:10Z | 10.9.9.5 | ∅ | 10 | 05/11/18"), "{rows:?}");
        assert!(
            rows[2].ends_with("365895647 | 0 | ∅ | ∅ | ∅ | 0x4D53465420352E30 | MSFT 5.0 | ∅ | ∅ | ∅ | 0"),
            "{rows:?}"
        );
        assert!(found.layout.assumed().iter().any(|said| said.contains("UTC was assumed")));
    }

    #[test]
    fn a_server_that_starts_anew_writes_its_legend_anew() {
        let text = format!("{LEGEND}{ROWS}{LEGEND}{ROWS}");
        let found = recognised("x", text.as_bytes(), &Options::default());
        let told = read(&*found.layout, text.as_bytes(), 11);
        assert_eq!((told.rows.len(), told.bad.len(), told.odd.len()), (4, 0, 0));
    }

    #[test]
    fn the_log_of_ipv6_has_fields_behind_its_last_column() {
        let text = "ID,Date,Time,Description,IPv6 Address,Host Name,Error Code, Duid Length, Duid Bytes(Hex),User Name,Dhcid,Subnet Prefix.\n\
            11010,05/11/18,03:14:55,DHCPV6 Started,,,,,,,,,,\n1103,05/11/18,03:14:55,Authorized(servicing),,test.com,,,,,,,,\n";
        let rows = table("x", text, &Options::default());
        assert_eq!(rows.len(), 3, "{rows:?}");
        assert!(rows[1].starts_with("2: 2018-05-11T03:14:55Z | ∅ | ∅ | 11010"), "{rows:?}");
    }

    #[test]
    fn without_its_heading_it_is_none() {
        let sample = Sample { name: "x", head: ROWS.as_bytes(), is_whole: true, modified: None };
        let error = recognise(&sample, &options(&[("format", "dhcp")])).unwrap_err();
        assert!(matches!(error, Error::OtherFormat { format: "dhcp", .. }), "{error}");
    }

    #[test]
    fn damaged_rows_are_accounted_for() {
        let text = format!("{LEGEND}{}", ROWS.repeat(6));
        // What stands before the first row of the undamaged log, and what is of a legend wherever it stands.
        let count = damaged("x", &text, true, &|line, text| line <= 12 || super::is_legend(text.as_bytes()));
        assert!(count >= 100, "{count}");
    }
}
