//! What happens in a tenant, as its audit trail names it: operations with record type, workload and frequency.

use super::content::ContentType::{self, AzureActiveDirectory, Dlp, Exchange, General, SharePoint};
use super::event::{self, Act, Record};
use super::render;
use crate::demo::json::Json;

const fn act(
    content: ContentType,
    (record_type, workload): (i32, &'static str),
    operation: &'static str,
    weight: u32,
    render: fn(&Record<'_>, &mut Json),
) -> Act {
    Act { content, record_type, workload, operation, weight, system: None, render }
}

impl Act {
    const fn by(mut self, system: &'static str) -> Self {
        self.system = Some(system);
        self
    }
}

const DIRECTORY: (i32, &str) = (event::DIRECTORY, "AzureActiveDirectory");
const STS: (i32, &str) = (15, "AzureActiveDirectory");
const EXCHANGE_ADMIN: (i32, &str) = (1, "Exchange");
const MAIL_ITEM: (i32, &str) = (2, "Exchange");
const MAIL_GROUP: (i32, &str) = (3, "Exchange");
const MAIL_SUM: (i32, &str) = (50, "Exchange");
const FILE: (i32, &str) = (6, "SharePoint");
const DRIVE: (i32, &str) = (6, "OneDrive");
const TEAMS: (i32, &str) = (25, "MicrosoftTeams");
const CMDLET: (i32, &str) = (18, "SecurityComplianceCenter");

/// Who uses a link for anyone. No page shows a record of it; queries need its file and its address, not this word.
const ANYONE: &str = "anonymous";

/// Mail that an application reads in the name of who consented to it.
pub(super) static READ_BY_APPLICATION: Act =
    act(Exchange, MAIL_SUM, "MailItemsAccessed", 0, render::mail_accessed_by_application);

/// Everything that happens, by type of content.
pub(super) static ACTS: &[Act] = &[
    act(AzureActiveDirectory, STS, "UserLoggedIn", 120, render::logon),
    act(AzureActiveDirectory, STS, "UserLoginFailed", 40, render::logon),
    act(AzureActiveDirectory, DIRECTORY, "Update user.", 24, render::directory),
    act(AzureActiveDirectory, DIRECTORY, "Add member to group.", 10, render::directory),
    act(AzureActiveDirectory, DIRECTORY, "Update device.", 12, render::directory),
    act(AzureActiveDirectory, DIRECTORY, "Change user password.", 6, render::directory),
    act(AzureActiveDirectory, DIRECTORY, "Add service principal.", 3, render::directory),
    act(AzureActiveDirectory, DIRECTORY, "Consent to application.", 2, render::directory),
    act(AzureActiveDirectory, DIRECTORY, "Add owner to application.", 0, render::directory),
    act(AzureActiveDirectory, DIRECTORY, "Add app role assignment to service principal.", 0, render::directory),
    act(AzureActiveDirectory, DIRECTORY, "Add user.", 0, render::directory),
    act(AzureActiveDirectory, DIRECTORY, "Add member to role.", 0, render::directory),
    act(AzureActiveDirectory, DIRECTORY, "Delete user.", 0, render::directory),
    act(
        AzureActiveDirectory,
        DIRECTORY,
        "Update application – Certificates and secrets management ",
        2,
        render::directory,
    ),
    act(
        AzureActiveDirectory,
        (9, "AzureActiveDirectory"),
        "PasswordLogonInitialAuthUsingPassword",
        1,
        render::old_logon,
    ),
    act(Exchange, EXCHANGE_ADMIN, "Set-Mailbox", 40, render::exchange_admin),
    act(Exchange, EXCHANGE_ADMIN, "Set-ConditionalAccessPolicy", 10, render::exchange_admin)
        .by("NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)"),
    act(Exchange, EXCHANGE_ADMIN, "New-InboxRule", 4, render::inbox_rule),
    act(Exchange, EXCHANGE_ADMIN, "New-TransportRule", 0, render::transport_rule),
    act(Exchange, EXCHANGE_ADMIN, "Add-MailboxPermission", 0, render::exchange_admin),
    act(Exchange, EXCHANGE_ADMIN, "Set-MailboxAuditBypassAssociation", 0, render::exchange_admin),
    act(Exchange, MAIL_ITEM, "Create", 50, render::mail_item),
    act(Exchange, MAIL_ITEM, "Send", 40, render::mail_item),
    act(Exchange, MAIL_ITEM, "Update", 30, render::mail_item),
    act(Exchange, MAIL_ITEM, "UpdateInboxRules", 3, render::mail_item),
    act(Exchange, MAIL_GROUP, "MoveToDeletedItems", 20, render::mail_group),
    act(Exchange, MAIL_GROUP, "SoftDelete", 12, render::mail_group),
    act(Exchange, MAIL_GROUP, "HardDelete", 8, render::mail_group),
    act(Exchange, MAIL_SUM, "MailItemsAccessed", 90, render::mail_accessed),
    act(SharePoint, FILE, "FileAccessed", 70, render::file),
    act(SharePoint, FILE, "FileDownloaded", 20, render::file),
    act(SharePoint, FILE, "FileModified", 40, render::file),
    act(SharePoint, FILE, "FileUploaded", 20, render::file),
    act(SharePoint, DRIVE, "FileSyncDownloadedFull", 24, render::file),
    act(SharePoint, DRIVE, "FilePreviewed", 12, render::file),
    act(SharePoint, FILE, "FileRecycled", 6, render::file),
    act(SharePoint, FILE, "FileDeleted", 0, render::file),
    act(SharePoint, FILE, "FileMalwareDetected", 1, render::file),
    act(SharePoint, (4, "SharePoint"), "PageViewed", 30, render::page),
    act(SharePoint, (4, "SharePoint"), "SearchQueryPerformed", 0, render::search),
    act(SharePoint, (14, "SharePoint"), "SharingSet", 10, render::sharing),
    act(SharePoint, (14, "OneDrive"), "AddedToSecureLink", 6, render::sharing),
    act(SharePoint, (14, "OneDrive"), "AnonymousLinkCreated", 1, render::sharing),
    act(SharePoint, (14, "OneDrive"), "AnonymousLinkUsed", 0, render::sharing).by(ANYONE),
    act(SharePoint, (36, "SharePoint"), "ListViewed", 14, render::list),
    act(SharePoint, (56, "SharePoint"), "ListColumnCreated", 3, render::list),
    act(General, TEAMS, "MessageSent", 40, render::teams),
    act(General, TEAMS, "MemberAdded", 6, render::teams),
    act(General, TEAMS, "MemberRemoved", 0, render::teams),
    act(General, TEAMS, "TeamsSessionStarted", 26, render::teams),
    act(General, (20, "PowerBI"), "ViewReport", 24, render::power_bi),
    act(General, CMDLET, "Get-ComplianceSearch", 12, render::cmdlet),
    act(General, CMDLET, "New-ComplianceSearch", 3, render::cmdlet),
    act(General, (40, "SecurityComplianceCenter"), "AlertTriggered", 5, render::alert).by("SecurityComplianceAlerts"),
    act(General, (40, "SecurityComplianceCenter"), "AlertEntityGenerated", 8, render::alert)
        .by("SecurityComplianceAlerts"),
    act(General, (28, "ThreatIntelligence"), "TIMailData", 14, render::threat_mail).by("ThreatIntel"),
    act(General, (41, "ThreatIntelligence"), "TIUrlClickData", 4, render::threat_click),
    act(General, (47, "ThreatIntelligence"), "AtpDetection", 2, render::threat_file).by("ThreatIntel"),
    act(General, (64, "AirInvestigation"), "AirInvestigationData", 3, render::investigation).by("AirInvestigation"),
    act(General, (29, "ThreatIntelligence"), "UserSubmission", 3, render::submission),
    act(General, (65, "Quarantine"), "QuarantineReleaseMessage", 2, render::quarantine),
    act(General, (22, "Yammer"), "MessageViewed", 6, render::yammer),
    act(General, (66, "MicrosoftForms"), "ViewForm", 6, render::forms),
    act(General, (98, "MCAS"), "MCAS_ALERT_ANUBIS_DETECTION_VELOCITY", 2, render::cloud_app_alert),
    act(General, (261, "Copilot"), "CopilotInteraction", 10, render::copilot),
    // A type that no list knows yet.
    act(General, (9_417, "NewService"), "Something happened", 2, render::unknown),
    act(Dlp, (11, "OneDrive"), "DlpRuleMatch", 0, render::dlp_file).by("DlpAgent"),
    act(Dlp, (11, "SharePoint"), "DlpRuleMatch", 10, render::dlp_file).by("DlpAgent"),
    act(Dlp, (13, "Exchange"), "DlpRuleMatch", 10, render::dlp_mail).by("DlpAgent"),
    act(Dlp, (13, "Exchange"), "DLPRuleMatch", 4, render::dlp_mail).by("DlpAgent"),
    act(Dlp, (11, "OneDrive"), "DlpRuleUndo", 3, render::dlp_file).by("DlpAgent"),
    act(Dlp, (63, "Endpoint"), "DlpRuleMatch", 4, render::dlp_endpoint),
];

/// The act of that name, for the attack.
pub(super) fn named(operation: &str, record_type: i32) -> &'static Act {
    let found = ACTS.iter().find(|act| act.operation == operation && act.record_type == record_type);
    found.expect("the attack does only what is listed")
}

/// The act at a place among all weights, wrapped around.
pub(super) fn weighed(place: u64) -> &'static Act {
    let total: u64 = ACTS.iter().map(|act| u64::from(act.weight)).sum();
    let mut left = place % total;
    for act in ACTS {
        if left < u64::from(act.weight) {
            return act;
        }
        left -= u64::from(act.weight);
    }
    &ACTS[0]
}
