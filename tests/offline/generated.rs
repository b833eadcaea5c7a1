//! Files of records made by chance out of every quirk that real records have: no row is lost, no byte of `raw` is changed,
//! every conflict is counted.

use auditql::tally::Notice;
use tempfile::TempDir;

use super::{asked, file};

/// A member of a record of some table: how it can be written, and whether that is a conflict with the column.
type Member = (&'static str, &'static [(&'static str, bool)]);

/// Members of every record.
const COMMON: &[Member] = &[
    (
        "CreationTime",
        &[
            (r#""2021-05-18T21:13:33""#, false),
            (r#""2021-05-18T21:13:33Z""#, false),
            (r#""2021-05-18T21:13:33.1234567""#, false),
            (r#""5/18/2021 9:13:33 PM""#, false),
            (r#""2021-05-18T21:13:33-05:00""#, false),
            ("null", false),
            (r#""lately""#, true),
        ],
    ),
    (
        "UserType",
        &[("0", false), (r#""0""#, false), (r#""Regular""#, false), (r#""5.0""#, false), (r#""Nobody""#, true)],
    ),
    ("Version", &[("1", false), (r#""1""#, false), (r#""1.0""#, false), (r#""one""#, true)]),
    (
        "ResultStatus",
        &[
            (r#""True""#, false),
            (r#""TRUE""#, false),
            (r#""Success""#, false),
            (r#""Succeeded""#, false),
            (r#""New""#, false),
            (r#""PartiallySucceeded""#, false),
            (r#""""#, false),
        ],
    ),
    (
        "ClientIP",
        &[
            (r#""1.2.3.4""#, false),
            (r#""[2603:1::5]:54088""#, false),
            (r#""1.2.3.4:16902""#, false),
            (r#""[2603:1::5]""#, false),
            (r#""::ffff:1.2.3.4""#, false),
            (r#""localhost""#, false),
            (r#""host:443""#, false),
            (r#""<null>""#, false),
            ("null", false),
            (r#""""#, false),
        ],
    ),
    (
        "UserId",
        &[
            (r#""GradyA@contoso.example""#, false),
            (r#""S-1-5-18""#, false),
            (r#""NT AUTHORITY\\SYSTEM (x)""#, false),
            (r#""Not Available""#, false),
            (r#""Unknown""#, false),
            (r#""""#, false),
        ],
    ),
    (
        "Operation",
        &[
            (r#""Add service principal.""#, false),
            (r#""Update application – Certificates and secrets management ""#, false),
        ],
    ),
    ("OrganizationId", &[(r#""53d83e1d-xxx-..""#, false), (r#""8ecf8077-cf51-4820-aadd-14040956f35d""#, false)]),
    ("Workload", &[(r#""Exchange""#, false), (r#""user1""#, false)]),
    ("Scope", &[("0", false), (r#""Onprem""#, false), (r#""Elsewhere""#, true)]),
    ("AppAccessContext", &[("{}", false), (r#"{"APIId":""}"#, false)]),
    ("OriginatingServer", &[(r#""X (15.20)\r\n""#, false), (r#""X\n""#, false)]),
];

/// Tables, what their records say of themselves, and members of their own.
const TABLES: &[(&str, &[&str], &[Member])] = &[
    (
        "exchange",
        &["1", r#""1""#, r#""1.0""#, r#""ExchangeAdmin""#, r#""exchangeItemAggregated""#, "50"],
        &[
            (
                "Parameters",
                &[
                    ("[]", false),
                    (r#"[{"Name":"a","Value":"b"}]"#, false),
                    (r#""""#, false),
                    (r#""-Name \"x\" -Force \"True\"""#, false),
                    ("7", true),
                ],
            ),
            (
                "ModifiedProperties",
                &[
                    (r#"["Subject","HtmlBody"]"#, false),
                    (r#"[{"Name":"a","NewValue":"[\r\n  true\r\n]","OldValue":""}]"#, false),
                ],
            ),
            ("ExternalAccess", &[("true", false), (r#""False""#, false), (r#""maybe""#, true)]),
            (
                "LogonType",
                &[("0", false), (r#""1""#, false), (r#""Owner""#, false), (r#""2.0""#, false), (r#""Whoever""#, true)],
            ),
            ("InternalLogonType", &[("0", false), (r#""0.0""#, false)]),
            (
                "OperationProperties",
                &[
                    (r#"[{"Name":"a","Value":"b"}]"#, false),
                    (r#""[{\"Name\":\"a\"}]""#, false),
                    (r#""[]""#, false),
                    (r#""[{""#, true),
                ],
            ),
            ("OperationCount", &[("3", false), (r#""3""#, false), (r#""many""#, true)]),
            ("ClientIPAddress", &[(r#""NAME (10.0.0.1)""#, false), (r#""::1""#, false)]),
            (
                "Folders",
                &[
                    (r#""[{\"Path\":\"\\\\Inbox\"}]""#, false),
                    (r#"[{"Path":"\\Inbox","FolderItems":[{"Id":"a"}]}]"#, false),
                ],
            ),
        ],
    ),
    (
        "sharepoint",
        &["6", r#""SharePointFileOperation""#, "36"],
        &[
            ("ListBaseType", &[(r#""DocumentLibrary""#, false), ("4", false)]),
            (
                "FileSizeBytes",
                &[
                    ("1000", false),
                    (r#""1e9""#, false),
                    (r#""1000.0""#, false),
                    (r#""1000""#, false),
                    (r#""large""#, true),
                ],
            ),
            ("DoNotDistributeEvent", &[("true", false), (r#""True""#, false)]),
            ("HighPriorityMediaProcessing", &[("false", false), (r#""True""#, false)]),
        ],
    ),
    (
        "general",
        &["18", "20", "25", r#""-1""#, "9417", "40"],
        &[
            ("Parameters", &[(r#""-Identity \"x y\" -Force""#, false), (r#""""#, false), (r#""-\u0000""#, true)]),
            ("ExtendedProperties", &[(r#""-Name \"x\"""#, false), (r#"[{"Name":"a","Value":"{\"b\":[1]}"}]"#, false)]),
            ("OperationProperties", &[(r#""[]""#, false), (r#"[{"Name":"a","Value":null}]"#, false)]),
            ("Sender", &[(r#""a@b.example""#, false), (r#"{"UPN":"a@b.example"}"#, false)]),
            ("WorkSpaceName", &[(r#""w""#, false)]),
        ],
    ),
    (
        "dlp",
        &["11", "13", r#""ComplianceDLPExchange""#],
        &[
            (
                "ExceptionInfo",
                &[(r#"{"Reason":"x"}"#, false), (r#""{\"Reason\":\"x\"}""#, false), (r#""{\"Reason\"""#, true)],
            ),
            (
                "SharePointMetaData",
                &[
                    (r#"{"ItemCreationTime":"2026-01-01T00:00:00"}"#, false),
                    (r#"{"itemCreationTime":"2026-01-01T00:00:00Z"}"#, false),
                    (r#"{"FileSize":"1e3"}"#, false),
                    (r#"{"FileSize":"1 kB"}"#, true),
                ],
            ),
        ],
    ),
    (
        "azure_active_directory",
        &["8", "15", r#""AzureActiveDirectoryStsLogon""#],
        &[
            ("ExtendedProperties", &[(r#"[{"Name":"a","Value":"<null>"}]"#, false), (r#""-a \"b\"""#, false)]),
            (
                "ModifiedProperties",
                &[(r#"[{"Name":"ConsentAction.Permissions","NewValue":"[] => [[Id: x, Scope: a b]]; "}]"#, false)],
            ),
            ("ActorIpAddress", &[(r#""::ffff:1.2.3.4""#, false)]),
            ("ErrorNumber", &[(r#""50126""#, false), ("50126", false), (r#""none""#, false)]),
        ],
    ),
];

/// A record by chance, and how many of its values are in conflict with their columns.
fn by_chance(dice: &mut fastrand::Rng, id: usize, types: &[&str], own: &[Member]) -> (String, u64) {
    let mut members = vec![format!(r#""RecordType":{}"#, types[dice.usize(..types.len())])];
    // One in twenty has no id: it is no copy of another.
    if dice.u8(..20) > 0 {
        members.push(format!(r#""Id" : "{id:08}""#));
    }
    let mut conflicts = 0;
    for (name, values) in COMMON.iter().chain(own) {
        // What tells a record of the feed is always there; anything else may be missing.
        if *name != "CreationTime" && dice.u8(..4) == 0 {
            continue;
        }
        let (value, conflict) = values[dice.usize(..values.len())];
        members.push(format!(r#""{name}":{}{value}"#, [" ", ""][dice.usize(..2)]));
        conflicts += u64::from(conflict);
    }
    dice.shuffle(&mut members);
    (format!("{{{}}}", members.join(", ")), conflicts)
}

#[tokio::test(flavor = "multi_thread")]
async fn files_full_of_quirks_lose_no_row_and_no_byte_and_every_conflict_is_counted() {
    let folder = TempDir::new().unwrap();
    for seed in 0..8 {
        let mut dice = fastrand::Rng::with_seed(seed);
        let mut files = Vec::new();
        let mut truth = Vec::new();
        for (table, types, own) in TABLES {
            let made: Vec<(String, u64)> = (0..40).map(|id| by_chance(&mut dice, id, types, own)).collect();
            let conflicts: u64 = made.iter().map(|(_, conflicts)| conflicts).sum();
            let mut records: Vec<String> = made.into_iter().map(|(record, _)| record).collect();
            let text = if seed % 2 == 0 { records.join("\n") } else { format!("[{}]", records.join(",\n")) };
            files.push(file(&folder, &format!("{table}-{seed}.json"), text));
            records.sort();
            truth.push((table, records, conflicts));
        }
        for ((table, records, conflicts), file) in truth.into_iter().zip(files) {
            let answer = asked(&[file], &format!("SELECT * FROM m365.{table}")).await;
            let mut raw: Vec<String> = answer.cells().into_iter().map(|mut row| row.pop().unwrap()).collect();
            raw.sort();
            assert_eq!(raw, records, "seed {seed}: {table}");
            let notices = answer.tally.notices();
            let counted = notices.iter().map(|notice| match notice {
                Notice::TypeConflicts { count, .. } => *count,
                other => panic!("seed {seed}: {table}: {other}"),
            });
            assert_eq!(counted.sum::<u64>(), conflicts, "seed {seed}: {table}: {notices:?}");
        }
    }
}
