//! Processes that were started, and their connections.

use super::{Column, Declared, EVENT, Events, From, SECURITY, column, int, text, word};
use crate::logs::Kind;

/// (source: <https://learn.microsoft.com/windows/security/threat-protection/auditing/event-4688>,
/// <https://learn.microsoft.com/sysinternals/downloads/sysmon>, events 1 and 3)
pub(super) static PROCESSES: Declared = Declared {
    name: "processes",
    doc: "Processes that were started, as Windows (4688) and Sysmon (1) tell it, and connections of processes (Sysmon's 3).",
    events: &[
        Events { providers: &[SECURITY], ids: &[(4688, "process started")] },
        Events { providers: &["Microsoft-Windows-Sysmon"], ids: &[(1, "process started"), (3, "network connection")] },
    ],
    columns: &[
        EVENT,
        text("image", &["NewProcessName", "Image"], "The program, with its path."),
        text("command_line", &["CommandLine"], "How it was called; 4688 has it only if a policy says so."),
        // ProcessId of 4688 is that of the creator.
        column("pid", Kind::Int, From::Data(&["NewProcessId", "ProcessId"]), "The number of the process."),
        text("parent_image", &["ParentProcessName", "ParentImage"], "The program that started it."),
        text("parent_command_line", &["ParentCommandLine"], "How that was called."),
        PARENT,
        text("process_guid", &["ProcessGuid"], "The process, by Sysmon's own number."),
        text("parent_process_guid", &["ParentProcessGuid"], "The process that started it, by Sysmon's own number."),
        text("user_domain", &["SubjectDomainName"], "The domain of the account; Sysmon has it in user_name."),
        text("logon_id", &["SubjectLogonId", "LogonId"], "The session: logon_id of the logon."),
        text(
            "integrity",
            &["IntegrityLevel", "MandatoryLabel"],
            "How far it is trusted: a word of Sysmon's, or a security identifier.",
        ),
        word("elevation", &["TokenElevationType"], ELEVATION, "Whether it ran with all rights."),
        text("current_directory", &["CurrentDirectory"], "The folder in which it was started."),
        text("original_file_name", &["OriginalFileName"], "What the program was called when it was built."),
        text("hashes", &["Hashes"], "Hashes of the program."),
        text("protocol", &["Protocol"], "tcp or udp."),
        int("client_port", &["SourcePort"], "The port that it connected from."),
        text("destination_address", &["DestinationIp"], "The address that it connected to."),
        int("destination_port", &["DestinationPort"], "The port that it connected to."),
        text("destination_host", &["DestinationHostname"], "The name of the address that it connected to."),
    ],
};

const PARENT: Column = column(
    "parent_pid",
    Kind::Int,
    From::Made(
        |event| {
            // In 4688 the creator is called ProcessId, in Sysmon's events that is the process itself.
            let name = if event.id() == Some(4688) { "ProcessId" } else { "ParentProcessId" };
            event.first(&[name]).and_then(super::number).map(crate::logs::Value::Int)
        },
        "ProcessId (4688), ParentProcessId",
    ),
    "The number of the process that started it.",
);

/// Codes of messages, without their signs: `%%1936`.
/// (source: <https://learn.microsoft.com/windows/security/threat-protection/auditing/event-4688>)
const ELEVATION: &[(u32, &str)] = &[(1936, "default"), (1937, "elevated"), (1938, "limited")];
