//! Trials of event logs: what chunks say against what they have, and damage to their headers.

use super::chunks::{Chunks, Found};
use super::file::{Datum, Written, adfs, file, security};
use crate::logs::trials::{Chance, Told, in_pieces, options, read, recognised};
use crate::logs::{Cut, Error, Options, Sample, recognise};

/// A file with a chunk that has no records but says that it has some.
fn empty(first: u64, last: u64) -> Vec<u8> {
    let mut chunk = vec![0_u8; 64 << 10];
    chunk[..8].copy_from_slice(b"ElfChnk\0");
    for (at, number) in [(8, first), (16, last), (24, first), (32, last)] {
        chunk[at..at + 8].copy_from_slice(&number.to_le_bytes());
    }
    for (at, size) in [(40, 128_u32), (44, 512), (48, 512)] {
        chunk[at..at + 4].copy_from_slice(&size.to_le_bytes());
    }
    let mut file = vec![0_u8; 4096];
    file[..8].copy_from_slice(b"ElfFile\0");
    file.extend_from_slice(&chunk);
    file
}

#[test]
fn records_that_a_chunk_says_it_has_are_told_as_missing() {
    let bytes = empty(1, 5);
    let found = recognised("x.evtx", &bytes, &Options::default());
    assert_eq!(found.format.name(), "evtx");
    let told = read(&*found.layout, &bytes, 1000);
    assert_eq!((told.rows.len(), told.bad.len()), (0, 5), "{:?}", told.bad);
    // No more than a chunk has room for.
    assert!(read(&*found.layout, &empty(1, u64::MAX), 1000).bad.len() < 3000);
    // A chunk that was never used is nothing.
    let unused = [empty(1, 5), vec![0; 128 << 10]].concat();
    assert_eq!(read(&*found.layout, &unused, 1000).bad.len(), 5);
}

#[test]
fn damage_is_told_and_costs_no_memory() {
    let bytes = [empty(1, 9), empty(10, 19)[4096..].to_vec(), empty(20, 29)[4096..].to_vec()].concat();
    let found = recognised("x.evtx", &bytes, &Options::default());
    for part in 1..100 {
        let told = read(&*found.layout, &bytes[..bytes.len() * part / 100], 4096);
        assert!(!told.bad.is_empty(), "cut at {part}/100");
    }
    for seed in 1..=100 {
        let (mut chance, mut damaged) = (Chance(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed)), bytes.clone());
        for _ in 0..200 {
            // Where headers are.
            let at = 4096 + (chance.below(3) << 16) + chance.below(600);
            damaged[at] = u8::try_from(chance.below(256)).unwrap();
        }
        let told = read(&*found.layout, &damaged, 4096);
        assert!(!told.bad.is_empty(), "overwritten {seed}");
        assert_eq!(told, read(&*found.layout, &damaged, 70_001), "the same in pieces of any size");
        assert_eq!(Some(told), in_pieces(&*found.layout, &damaged, 70_001), "the same by several readers");
    }
    let (mut chunks, mut most) = (Chunks::default(), 0);
    for _ in 0..100 {
        chunks.feed(&bytes, &mut |_, found| assert!(matches!(found, Found::Bad(_))));
        most = most.max(chunks.held());
    }
    assert!(most <= 3 << 20, "{most}");
}

/// Makes the checksums of a chunk right, whatever is in it.
fn sum_up(chunk: &mut [u8]) {
    let free = u32::from_le_bytes(*chunk[48..].first_chunk().unwrap()) as usize;
    let records = evtx::checksum_ieee(&chunk[512..free.clamp(512, chunk.len())]);
    chunk[52..56].copy_from_slice(&records.to_le_bytes());
    let header = evtx::checksum_ieee(&[&chunk[..120], &chunk[128..512]].concat());
    chunk[124..128].copy_from_slice(&header.to_le_bytes());
}

#[test]
fn readers_of_pieces_number_records_as_one_reader_does() {
    let sound = file(&(0..600).map(|_| logon()).collect::<Vec<_>>());
    let found = recognised("x.evtx", &sound, &Options::default());
    let records: Vec<usize> = memchr::memmem::find_iter(&sound, b"**\0\0").collect();
    let (mut told_bad, mut in_doubt) = (0, 0);
    for seed in 1..=24_u64 {
        let (mut chance, mut damaged) = (Chance(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed)), sound.clone());
        for _ in 0..=chance.below(8) {
            // The headers of records, those of chunks, or anything.
            let at = match seed % 3 {
                0 => records[chance.below(records.len())] + chance.below(24),
                1 => 4096 + (chance.below(damaged.len() / (64 << 10)) << 16) + chance.below(52),
                _ => 4096 + chance.below(damaged.len() - 4096),
            };
            damaged[at] = u8::try_from(chance.below(256)).unwrap();
        }
        if seed % 2 == 0 {
            damaged[4096..].chunks_mut(64 << 10).for_each(sum_up);
            in_doubt += 1;
        }
        let told = read(&*found.layout, &damaged, 1 << 20);
        told_bad += usize::from(!told.bad.is_empty());
        for block in [70_001, 200_000] {
            let apart = in_pieces(&*found.layout, &damaged, block);
            assert!(apart.as_ref() == Some(&told), "{seed}: the same by several readers");
        }
    }
    assert!(told_bad > 12 && in_doubt == 12, "{told_bad}");
    // The header counts more chunks than there are: the last reader tells that, wherever pieces end.
    let mut more = sound;
    let counted = u16::try_from(more.len() / (64 << 10) + 3).unwrap();
    more[42..44].copy_from_slice(&counted.to_le_bytes());
    let told = read(&*found.layout, &more, 1 << 20);
    assert!(told.bad.iter().any(|(_, why)| why.ends_with("is missing")), "{:?}", told.bad);
    for block in [4096 + (64 << 10), 64 << 10, 4096] {
        let apart = in_pieces(&*found.layout, &more, block);
        assert!(apart.as_ref() == Some(&told), "{block}: the same by several readers");
    }
    let mut pieces = found.layout.pieces(&[], &more).unwrap();
    let Cut::Piece(count, _) = pieces.cut(&more, false) else { panic!("chunks are whole") };
    assert!(count < more.len(), "something is left for who tells what is missing");
}

#[test]
fn what_is_no_event_log_is_refused_as_one() {
    let stated = options(&[("format", "evtx")]);
    let sample = Sample { name: "x.evtx", head: b"time,user\n", is_whole: true, modified: None };
    let error = recognise(&sample, &stated).unwrap_err();
    assert!(matches!(error, Error::OtherFormat { format: "evtx", .. }), "{error}");
}

/// The rows of events, and the columns' names.
fn rows(events: &[Written], stated: &[(&str, &str)]) -> (Vec<String>, Told) {
    let bytes = file(events);
    let found = recognised("x.evtx", &bytes, &options(stated));
    let told = read(&*found.layout, &bytes, 10_000);
    assert_eq!(told, read(&*found.layout, &bytes, 1 << 20), "the same in pieces of any size");
    assert_eq!(Some(&told), in_pieces(&*found.layout, &bytes, 70_001).as_ref(), "the same by several readers");
    (found.layout.fields().iter().map(|field| field.name.clone()).collect(), told)
}

/// Values of a row by name, without those that are NULL, `raw`, and what the system gives.
fn shown((names, told): &(Vec<String>, Told), row: usize) -> String {
    const LEFT_OUT: &[&str] = &["time", "provider", "channel", "level", "record_id", "event_data", "raw"];
    let values = names.iter().zip(&told.rows[row].1);
    let said = values.filter(|(name, value)| *value != "∅" && !LEFT_OUT.contains(&name.as_str()));
    said.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

fn of(read: &(Vec<String>, Told), row: usize, name: &str) -> String {
    let at = read.0.iter().position(|other| other == name).unwrap();
    read.1.rows[row].1[at].clone()
}

const AT: &str = "2026-11-27T08:00:00.123456Z";

fn logon() -> Written {
    security(
        4624,
        AT,
        &[
            ("SubjectUserName", "DC01$"),
            ("TargetUserName", "alice"),
            ("TargetDomainName", "CONTOSO"),
            ("TargetLogonId", "0x3e7"),
            ("LogonType", "3"),
            ("IpAddress", "::ffff:10.0.0.1"),
            ("IpPort", "50123"),
        ],
    )
}

#[test]
fn a_file_as_windows_writes_it_is_read_whole() {
    let events: Vec<Written> = (0..500).map(|_| logon()).collect();
    let read = rows(&events, &[]);
    assert_eq!((read.1.rows.len(), read.1.bad.len(), read.1.odd.len()), (500, 0, 0));
    assert!(file(&events).len() > 4096 + (64 << 10), "in several chunks");
    assert_eq!(read.1.rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), (1..=500).collect::<Vec<_>>());
    assert_eq!(shown(&read, 0), "client_address=10.0.0.1 user_name=alice event_id=4624 computer=DC01.contoso.com");
    assert_eq!([of(&read, 499, "time"), of(&read, 499, "record_id")], [AT, "500"]);
    // A byte of a value is damaged: it is told. The control is above.
    let mut damaged = file(&events);
    let at = 4096 + 20_000;
    damaged[at] ^= 0xFF;
    let found = recognised("x.evtx", &damaged, &Options::default());
    assert!(!crate::logs::trials::read(&*found.layout, &damaged, 4096).bad.is_empty());
}

#[test]
fn data_without_names_beside_data_with_names_are_kept() {
    let mut mixed = security(5000, AT, &[("A", "1")]);
    mixed.data.extend([
        Datum::Unnamed("loose".into()),
        Datum::Named("B".into(), "2".into()),
        Datum::Unnamed("a \"b\" & <c>".into()),
    ]);
    let elsewhere = Written { is_user_data: true, ..mixed.clone() };
    let mut nameless = security(5001, AT, &[("A", "1")]);
    nameless.data.push(Datum::Named(String::new(), "no name".into()));
    let by_place = adfs(364, AT, &["one", "two"]);
    let by_place_elsewhere = Written { is_user_data: true, ..by_place.clone() };
    let read = rows(&[mixed, elsewhere, nameless, by_place, by_place_elsewhere, logon()], &[]);
    let data: Vec<String> = (0..5).map(|row| of(&read, row, "event_data")).collect();
    assert_eq!(
        data,
        [
            "data1=loose;data2=a \"b\" & <c>;A=1;B=2",
            "data1=loose;data2=a \"b\" & <c>;A=1;B=2",
            "data1=no name;A=1",
            "data1=one;data2=two",
            "data1=one;data2=two",
        ]
    );
    assert!(
        of(&read, 0, "raw").contains(r##""EventData":{"Data":{"#text":["loose","a \"b\" & <c>"]},"A":"1","B":"2"}"##)
    );
    assert!(!of(&read, 5, "raw").contains("\"Data\""));
}

#[test]
fn names_that_are_there_twice_get_numbers_and_many_cost_little() {
    let twice = security(1, AT, &[("A", "1"), ("B", "2"), ("A", "3"), ("A_2", "4")]);
    let many: Vec<(String, String)> = (0..500).map(|n| (format!("N{}", n % 250), n.to_string())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let read = rows(&[twice, security(2, AT, &many)], &[]);
    assert_eq!(of(&read, 0, "event_data").split(';').count(), 4);
    assert_eq!(of(&read, 1, "event_data").split(';').count(), 500);
}

#[test]
fn a_view_has_its_events_and_their_data_as_columns() {
    let failed = security(
        4625,
        AT,
        &[
            ("TargetUserName", "bob"),
            ("Status", "0xc000006d"),
            ("SubStatus", "0xC000006A"),
            ("LogonType", "ten"),
            ("IpAddress", "-"),
        ],
    );
    let other = Written { provider: "Another", ..logon() };
    let events = [logon(), security(4688, AT, &[]), failed, other];
    let read = rows(&events, &[("view", "logons")]);
    assert_eq!((read.1.rows.len(), read.1.bad.len()), (2, 0), "another provider's 4624 is none");
    assert_eq!(
        shown(&read, 0),
        "client_address=10.0.0.1 user_name=alice event_id=4624 event=logon user_domain=CONTOSO logon_type=3 logon_type_name=Network \
         logon_id=0x3e7 client_port=50123 subject_user_name=DC01$ computer=DC01.contoso.com"
    );
    assert_eq!(
        shown(&read, 1),
        "user_name=bob event_id=4625 event=failed logon status=0xc000006d status_name=bad user name or authentication information \
         sub_status=0xC000006A sub_status_name=wrong password computer=DC01.contoso.com"
    );
    // A value that is not of its column's type is told, and the event keeps its row.
    assert_eq!(read.1.odd.len(), 1);
    assert_eq!((read.1.odd[0].0, read.0[read.1.odd[0].1].as_str(), read.1.odd[0].2.as_str()), (3, "logon_type", "ten"));
    // The control: without a view, all are there.
    assert_eq!(rows(&events, &[]).1.rows.len(), 4);
}

#[test]
fn tickets_changes_and_processes_have_words_and_numbers() {
    let ticket = security(
        4769,
        AT,
        &[
            ("TargetUserName", "alice@CONTOSO.COM"),
            ("ServiceName", "sql$"),
            ("TicketEncryptionType", "0x17"),
            ("Status", "0x0"),
            ("IpAddress", "::ffff:10.0.0.7"),
        ],
    );
    let refused = security(4771, AT, &[("TargetUserName", "bob"), ("Status", "0x18"), ("PreAuthType", "2")]);
    let read = rows(&[ticket, refused], &[("view", "kerberos")]);
    assert_eq!(
        shown(&read, 0),
        "client_address=10.0.0.7 user_name=alice@CONTOSO.COM event_id=4769 event=service ticket requested service_name=sql$ \
         status=0x0 status_name=KDC_ERR_NONE ticket_encryption=0x17 ticket_encryption_name=RC4-HMAC computer=DC01.contoso.com"
    );
    assert_eq!([of(&read, 1, "status_name"), of(&read, 1, "pre_auth_type")], ["KDC_ERR_PREAUTH_FAILED", "2"]);

    let added = security(
        4728,
        AT,
        &[("MemberName", "CN=Mallory"), ("TargetUserName", "Domain Admins"), ("SubjectUserName", "admin")],
    );
    let read = rows(&[added], &[("view", "account_changes")]);
    assert_eq!(
        shown(&read, 0),
        "user_name=admin event_id=4728 event=member added to global security group account_name=Domain Admins \
         member_name=CN=Mallory subject_user_name=admin computer=DC01.contoso.com"
    );

    let windows = security(
        4688,
        AT,
        &[
            ("SubjectUserName", "alice"),
            ("NewProcessId", "0x1a4"),
            ("NewProcessName", "C:\\cmd.exe"),
            ("ProcessId", "0x10"),
            ("TokenElevationType", "%%1937"),
            ("TargetUserName", "-"),
        ],
    );
    let sysmon = Written {
        provider: "Microsoft-Windows-Sysmon",
        ..security(
            3,
            AT,
            &[
                ("ProcessId", "420"),
                ("Image", "C:\\cmd.exe"),
                ("User", "CONTOSO\\alice"),
                ("SourceIp", "10.0.0.1"),
                ("SourcePort", "50000"),
                ("DestinationIp", "203.0.113.9"),
                ("DestinationPort", "443"),
            ],
        )
    };
    let read = rows(&[windows, sysmon, security(3, AT, &[])], &[("view", "processes")]);
    assert_eq!(read.1.rows.len(), 2);
    assert_eq!(
        shown(&read, 0),
        "user_name=alice event_id=4688 event=process started image=C:\\cmd.exe pid=420 parent_pid=16 elevation=elevated \
         computer=DC01.contoso.com"
    );
    assert_eq!(
        shown(&read, 1),
        "client_address=10.0.0.1 user_name=CONTOSO\\alice event_id=3 event=network connection image=C:\\cmd.exe pid=420 \
         client_port=50000 destination_address=203.0.113.9 destination_port=443 computer=DC01.contoso.com"
    );
}

const ID: &str = "9bfa2086-82e9-4410-a4e7-e185e2d8fa25";

#[test]
fn audits_of_ad_fs_are_told_by_place_and_by_their_xml() {
    let xml = "<?xml version=\"1.0\" encoding=\"utf-16\"?>\r\n<AuditBase xsi:type=\"AppTokenAudit\"><AuditType>AppToken</AuditType>\
        <AuditResult>Success</AuditResult><FailureType>None</FailureType><ErrorCode>N/A</ErrorCode><ContextComponents>\
        <Component xsi:type=\"ResourceAuditComponent\"><RelyingParty>urn:federation:MicrosoftOnline</RelyingParty>\
        <UserId>CONTOSO\\alice</UserId></Component><MfaPerformed>false</MfaPerformed><IpAddress>203.0.113.9,10.0.0.5</IpAddress>\
        <ForwardedIpAddress /><UserAgentString>x &lt;UserId&gt;mallory&lt;/UserId&gt;</UserAgentString></ContextComponents></AuditBase>";
    let activity = Some("{9BFA2086-82E9-4410-A4E7-E185E2D8FA25}");
    let audit = Written { activity, ..adfs(1200, AT, &[&ID.to_uppercase(), xml]) };
    let zeros = "00000000-0000-0000-0000-000000000000";
    let claims = ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", "CONTOSO\\bob"];
    let events = [
        audit,
        adfs(
            411,
            AT,
            &[
                zeros,
                "urn:UserName",
                "bob@my-firm.com-The user name or password is incorrect",
                "at X",
                "11.11.11.11,172.16.36.42",
            ],
        ),
        adfs(412, AT, &[ID, zeros, "urn:SecureConversation", "-"]),
        adfs(501, AT, &[ID, claims[0], claims[1]]),
        Written { is_user_data: true, ..adfs(299, AT, &[ID, zeros, "urn:federation:MicrosoftOnline"]) },
        adfs(1203, AT, &[ID, "<AuditBase><UserId>cut"]),
        adfs(403, AT, &[]),
    ];
    let read = rows(&events, &[("view", "adfs")]);
    assert_eq!((read.1.rows.len(), read.1.odd.len()), (6, 0));
    let expected = [
        format!(
            "client_address=203.0.113.9 user_name=CONTOSO\\alice event_id=1200 event=token issued correlation_id={ID} result=Success \
             failure_type=None relying_party=urn:federation:MicrosoftOnline mfa_performed=false forwarded_address=∅"
        ),
        "client_address=11.11.11.11 user_name=bob@my-firm.com event_id=411 event=token validation failed token_type=urn:UserName \
         message=bob@my-firm.com-The user name or password is incorrect"
            .to_owned(),
        format!("event_id=412 event=token validated instance_id={ID} token_type=urn:SecureConversation"),
        format!("user_name=CONTOSO\\bob event_id=501 event=caller's claims instance_id={ID} details={claims:?}"),
        format!("event_id=299 event=token issued instance_id={ID} relying_party=urn:federation:MicrosoftOnline"),
        format!("user_name=cut event_id=1203 event=credential not validated correlation_id={ID}"),
    ];
    for (row, expected) in expected.iter().enumerate() {
        let (found, expected) = (shown(&read, row), expected.replace(" forwarded_address=∅", ""));
        assert!(found.starts_with(&expected), "{found}\n{expected}");
    }
    // Without the view, client and user are the same.
    let plain = rows(&events, &[]);
    assert_eq!([of(&plain, 0, "client_address"), of(&plain, 1, "user_name")], ["203.0.113.9", "bob@my-firm.com"]);
}
