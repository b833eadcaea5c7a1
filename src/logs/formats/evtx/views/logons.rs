//! Logons and their ends.

use super::codes::{LOGON_STATUS, LOGON_TYPES};
use super::{Declared, EVENT, Events, SECURITY, int, text, word};

/// (source: <https://learn.microsoft.com/windows/security/threat-protection/auditing/event-4624>, -4625, -4634, -4648, -4672)
pub(super) static LOGONS: Declared = Declared {
    name: "logons",
    doc: "Logons, failed ones, their ends, the use of other credentials, and privileges given to a new session.",
    events: &[Events {
        providers: &[SECURITY],
        ids: &[
            (4624, "logon"),
            (4625, "failed logon"),
            (4634, "logoff"),
            (4648, "logon with explicit credentials"),
            (4672, "special privileges assigned"),
        ],
    }],
    columns: &[
        EVENT,
        text("user_domain", &["TargetDomainName", "SubjectDomainName"], "The domain of the account."),
        text(
            "user_account_sid",
            &["TargetUserSid", "TargetSid", "SubjectUserSid"],
            "The account's security identifier.",
        ),
        int("logon_type", &["LogonType"], "How it was logged on."),
        word("logon_type_name", &["LogonType"], LOGON_TYPES, "How it was logged on, in a word."),
        text(
            "logon_id",
            &["TargetLogonId", "SubjectLogonId"],
            "The session: what a logon, its privileges and its end share. Of 4648 it is the session that used the credentials.",
        ),
        text("logon_guid", &["LogonGuid", "TargetLogonGuid"], "What the domain controller's 4769 shares with it."),
        text("status", &["Status"], "Why it failed, by the code."),
        word("status_name", &["Status"], LOGON_STATUS, "Why it failed."),
        text("sub_status", &["SubStatus"], "Why it failed more closely, by the code."),
        word("sub_status_name", &["SubStatus"], LOGON_STATUS, "Why it failed more closely."),
        text("workstation_name", &["WorkstationName"], "The machine that it came from, by its own word."),
        int("client_port", &["IpPort"], "The port of the client."),
        text("target_server", &["TargetServerName"], "Where the credentials were used (4648)."),
        text("subject_user_name", &["SubjectUserName"], "The account that asked for it."),
        text("subject_domain", &["SubjectDomainName"], "The domain of the account that asked for it."),
        text("subject_logon_id", &["SubjectLogonId"], "The session that asked for it."),
        text("logon_process", &["LogonProcessName"], "The process that Windows trusts with logons."),
        text("authentication_package", &["AuthenticationPackageName"], "NTLM, Kerberos or Negotiate."),
        text("ntlm_version", &["LmPackageName"], "NTLM V1, NTLM V2 or LM."),
        text("process_name", &["ProcessName"], "The program that asked for it."),
        text("privileges", &["PrivilegeList"], "The privileges (4672), one a line."),
    ],
};
