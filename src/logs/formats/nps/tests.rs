//! The format, by example and damaged.

use crate::logs::trials::{damaged, options, read, recognised, table};
use crate::logs::{Kind, Options};

/// Of the vendor's pages, and of a server of 2018 (66 fields).
const DATABASE: &str = "\
\"CLIENTCOMP\",\"IAS\",03/07/2008,13:04:33,1,\"client\",,,,,,,,,9,\"10.10.10.10\",\"npsclient\",,,,,,,1,,0,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\r
\"CLIENTCOMP\",\"IAS\",03/07/2008,13:04:33,2,,\"npsclientdc/Users/client\",,,,,,,,9,\"10.10.10.10\",\"npsclient\",,,,,,2,1,\"Allow access if dial-in permission is enabled\",0,\"311 1 10.10.10.11 03/07/2008 20:04:30 1\",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\r
\"NPS-MASTER\",\"IAS\",03/22/2018,23:08:38,1,\"demouser\",\"demodomain\\demouser\",,\"203.0.113.7\",,,,,,0,\"10.62.86.137\",\"Nate - Test 1\",,,,,,,1,,0,\"311 1 10.1.0.213 03/15/2018 08:14:29 2\",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\"Use Windows authentication for all users\",1,,,,\r
\"NPS-MASTER\",\"IAS\",03/22/2018,23:08:39,1,\"host/pc\",,,\"00-13-D3-0C-22-7E\",,,,,,0,\"10.62.86.137\",\"Nate - Test 1\",,,,,,,1,,0,\"311 1 10.1.0.213 03/15/2018 08:14:29 2\",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,1,,,,\r
";
const IAS: &str = "10.10.10.10,client,06/04/1999,14:42:19,NPS,CLIENTCOMP,6,2,7,1,5,9,61,5,64,1,65,1,31,1\n\
    10.10.10.10,client,06/04/1999,14:42:20,NPS,CLIENTCOMP,31,203.0.113.9,4136,3,4142,16,25,a,25,b,4999,x\n";
const DTS: &str = "<Event><Timestamp data_type=\"4\">01/01/2012 00:00:00.250</Timestamp><Computer-Name data_type=\"1\">S0020222</Computer-Name><User-Name data_type=\"1\">COMPANY\\user &amp; co</User-Name><Client-IP-Address data_type=\"3\">192.0.2.10</Client-IP-Address><Calling-Station-Id data_type=\"1\">203.0.113.7</Calling-Station-Id><Packet-Type data_type=\"0\">1</Packet-Type><Reason-Code data_type=\"0\">0</Reason-Code></Event>\r\n<Event><Timestamp data_type=\"4\">01/01/2012 00:00:01.000</Timestamp><Computer-Name data_type=\"1\">S0020222</Computer-Name><Class data_type=\"1\">311 1</Class><Packet-Type data_type=\"0\">3</Packet-Type><Reason-Code data_type=\"0\">16</Reason-Code></Event>\r\n";

fn cell(text: &str, row: usize, name: &str) -> String {
    let rows = table("IN2611.log", text, &Options::default());
    let at = rows[0].split(" | ").position(|field| field == name).unwrap();
    let (_, cells) = rows[row].split_once(": ").unwrap();
    cells.split(" | ").nth(at).unwrap().to_owned()
}

#[test]
fn rows_of_the_database_form_have_named_columns() {
    let found = recognised("IN0803.log", DATABASE.as_bytes(), &Options::default());
    assert_eq!(found.format.name(), "nps");
    for (row, name, expected) in [
        (1, "time", "2008-03-07T13:04:33Z"),
        (1, "user_name", "client"),
        (1, "client_address", "∅"),
        (1, "client_ip_address", "10.10.10.10"),
        (1, "client_vendor", "9"),
        (2, "packet_type", "2"),
        (2, "policy_name", "Allow access if dial-in permission is enabled"),
        (2, "class", "311 1 10.10.10.11 03/07/2008 20:04:30 1"),
        (3, "client_address", "203.0.113.7"),
        (3, "proxy_policy_name", "Use Windows authentication for all users"),
        (3, "provider_type", "1"),
        (4, "client_address", "∅"),
        (4, "calling_station_id", "00-13-D3-0C-22-7E"),
    ] {
        assert_eq!(cell(DATABASE, row, name), expected, "{name} of row {row}");
    }
    assert!(found.layout.assumed().iter().any(|said| said.contains("UTC was assumed")));
    let ras = "\"RasBox\",\"RAS\",10/22/2006,09:13:09,1,\"ACME\\slimjim\",\"ACME\\slimjim\",,,,,,\"192.168.132.45\",12,,\"192.168.132.45\",,,,0,\"CONNECT 24000\",1,2,4,,0,\"311 1 192.168.132.45 07/31/2006 21:35:14 749\",,,,,,,,,,,,,,,,,,,,,,,,,,,,\"MSRASV5.00\",311,,,,\n";
    assert_eq!([cell(ras, 1, "user_name"), cell(ras, 1, "ms_ras_version")], ["ACME\\slimjim", "MSRASV5.00"]);
}

#[test]
fn records_of_the_ias_form_have_attributes_by_name() {
    for (row, name, expected) in [
        (1, "time", "1999-06-04T14:42:19Z"),
        (1, "client_address", "∅"),
        (1, "user_name", "client"),
        (1, "nas_ip_address", "10.10.10.10"),
        (1, "computer_name", "CLIENTCOMP"),
        (1, "packet_type", "∅"),
        (2, "client_address", "203.0.113.9"),
        (2, "packet_type", "3"),
        (2, "reason_code", "16"),
    ] {
        assert_eq!(cell(IAS, row, name), expected, "{name} of row {row}");
    }
    assert!(cell(IAS, 1, "attributes").starts_with("Service-Type=2;Framed-Protocol=1;NAS-Port=9"));
    assert!(cell(IAS, 2, "attributes").ends_with("Class=a, b;4999=x"));
    let found = recognised("x", IAS.as_bytes(), &Options::default());
    let told = read(
        &*found.layout,
        b"10.10.10.10,client,06/04/1999,14:42:19,NPS\n10.0.0.1,x,06/04/1999,14:42:19,NPS,C,6\n",
        9,
    );
    assert_eq!(told.bad.len(), 2);
}

#[test]
fn events_of_the_dts_form_have_their_members_as_columns() {
    for (row, name, expected) in [
        (1, "time", "2012-01-01T00:00:00.250Z"),
        (1, "client_address", "203.0.113.7"),
        (1, "client_ip_address", "192.0.2.10"),
        (1, "user_name", "COMPANY\\user & co"),
        (1, "packet_type", "1"),
        (2, "reason_code", "16"),
        (2, "class", "311 1"),
        (2, "user_name", "∅"),
    ] {
        assert_eq!(cell(DTS, row, name), expected, "{name} of row {row}");
    }
    let found = recognised("x", DTS.as_bytes(), &options(&[("format", "nps")]));
    let packet = found.layout.fields().iter().find(|field| field.name == "packet_type").map(|field| field.kind);
    assert_eq!(packet, Some(Kind::Int));
    let told = read(&*found.layout, b"<Event><New data_type=\"1\">x</New></Event>\n<Event><Open>x</Event>\n", 4);
    assert_eq!(told.unknown, [(1, "New".to_owned())]);
    assert_eq!(told.bad.len(), 1);
}

#[test]
fn damaged_lines_are_accounted_for() {
    for text in [DATABASE, IAS, DTS] {
        let count = damaged("IN2611.log", &text.repeat(3), true, &|_, _| false);
        assert!(count >= 100, "{count}");
    }
}
