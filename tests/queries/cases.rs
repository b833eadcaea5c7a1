//! What each saved query finds of the attack, what it costs, and the logs of the organisation's own that some are given.

use std::fs;
use std::path::Path;

use crate::lab::Lab;

/// What a query is expected to find.
pub(super) struct Case {
    pub(super) name: &'static str,
    /// Words behind its name; `{…}` are facts of the story.
    pub(super) words: &'static str,
    /// Parts of each row of the answer, in order of the rows.
    pub(super) rows: Vec<Vec<String>>,
    /// Most requests that it may cost: a page for each stream, or the feed's blobs.
    pub(super) most_requests: usize,
}

/// What the directory's log has of the attack: what the feed tells of it (consent, secret, roles, owner, accounts), and what services beside it do.
const DIRECTORY: usize = 12;

/// What the feed has besides: mail read by the application, files deleted, a guest in a team and out of it, accounts made and gone,
/// searches for secrets.
const ASIDE: usize = 3 + 60 + 2 + 4 + 4;

/// The feed's content types are read whole, whatever is asked of them.
const FEED: usize = 200;

/// A case for each query that is shipped.
pub(super) fn cases(lab: &Lab, folder: &Path) -> Vec<Case> {
    let story = lab.tenant.story().attack.clone().unwrap();
    let (victim, replay, spray) = (story.victim.as_str(), story.replay.as_str(), &story.spray);
    let case = |name, words, rows: &[&[&str]], most_requests| {
        let rows = rows.iter().map(|row| row.iter().map(|part| (*part).to_owned()).collect()).collect();
        Case { name, words, rows, most_requests }
    };
    let ips: &'static str = format!("--ips {replay}").leak();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let log: &'static str = format!("--log '{}'", path("vpn.csv")).leak();
    let controllers: &'static str = format!("--log '{}'", path("controllers.csv")).leak();
    let reader = story.reader.as_str();
    let each: Vec<Vec<&str>> = spray.iter().map(|ip| vec![ip.as_str(), " | 3 | "]).collect();
    let each: Vec<&[&str]> = each.iter().map(Vec::as_slice).collect();
    let message = vec![victim, replay, "Bind", "@AM0PR01MB3686"];
    let messages: Vec<&[&str]> = vec![message.as_slice(); (9 + 3) * 24];
    let app = "Mail Backup Pro";
    let timeline: &'static str = format!("--user {victim} {ips}").leak();
    // Replays; reading, a rule twice, forwarding, a right, consent, a secret, a role, an owner, the bypass, a link, files, a rule for all.
    let theirs = [replay];
    let timeline_rows: Vec<&[&str]> =
        vec![&theirs; 24 + 9 + 2 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 180 + 1 + 1 + ASIDE + DIRECTORY];
    let presence: &'static str = format!("{log} --home PT").leak();
    vec![
        case("password-spray", "", &each, 2),
        case("password-spray-in-audit-log", "", &each, FEED),
        case(
            "success-after-failures",
            "",
            &[&[victim, &spray[0], "MD", "OfficeHome"], &[victim, &spray[1], "MD", "One Outlook Web"]],
            3,
        ),
        case("brute-force", "", &[&[&story.besieged, " | 20 | 8 | ", "MD"]], 3),
        case("slow-guessing", "", &[&[&story.circled, " | 6 | ", " | 6 | ", "AT", "PL", "SG", "IT", "US", "ZA"]], 4),
        case("impossible-travel", "", &[&[victim, replay]], 4),
        case(
            "new-countries",
            "",
            &[
                &[victim, "MD", &spray[0], " | 1 | 1 | "],
                &[victim, "IS", replay, " | 24 | 1 | "],
                &[victim, "MD", &spray[1], " | 1 | 1 | "],
            ],
            6,
        ),
        case("unusual-hours", "", &[&[victim, "PT", " | 19 | 2 | ", &spray[0], &spray[1]]], 2),
        case("single-factor", "", &[&[victim, &spray[1], "IMAP4", "Block legacy authentication: notApplied"]], 6),
        case("token-reuse", "", &[&[victim, &spray[0], "MD", replay, "IS", &story.session]], 4),
        case("weak-sign-ins", "", &[&[victim, &spray[1], "IMAP4", "ropc"]], 2),
        case("mfa-fatigue", "", &[&[victim, &spray[0], "MD", "17", &story.session]], 3),
        case("policy-changes", "", &[&[victim, replay, "Block legacy authentication", "excludeUsers"]], 1),
        case("consents", "", &[&[victim, replay, app, "Mail.ReadWrite Mail.Send Files.Read.All offline_access"]], 1),
        case("after-consent", "", &[&[app, victim, "MailItemsAccessed | 1 | 72", replay]], FEED + 1),
        case("new-app-secrets", "", &[&[victim, app, "DisplayName=backup", replay, "3"]], 4),
        case("app-permissions", "", &[&[victim, replay, app, "Mail.Read", "Microsoft Graph"]], 1),
        case("app-changes", "", &[&[victim, replay, "Add owner to application", app]], 1),
        case(
            "inbox-rules",
            "",
            &[&[victim, replay, "New-InboxRule", "archive@drop.example", "invoice;payment;iban"]],
            FEED,
        ),
        case("forwarding", "", &[&[victim, replay, "archive@drop.example", "True | 1"]], FEED),
        case("mails-read", ips, &messages, FEED),
        case("mass-download", "", &[&[victim, replay, "180"]], FEED),
        case("mail-volume", "", &[&[victim, "MailItemsAccessed", " | 288 | ", replay]], FEED),
        case("links-used", "", &[&[victim, replay, reader, "Gehälter & Boni.xlsx", " | 2 | "]], FEED),
        case("short-guests", "", &[&[victim, replay, &story.guest, "Büro Wien", " | 12 | ", reader]], FEED + 1),
        case("mass-deletion", "", &[&[victim, replay, " | 60 | ", "FileDeleted"]], FEED),
        // It reads every content type.
        case("secret-searches", "", &[&[victim, replay, " | 4 | ", "api key", "vpn zugangsdaten password"]], 2 * FEED),
        case(
            "dlp-then-shared",
            "",
            &[&[victim, replay, "Gehälter & Boni.xlsx", "Financial data", "AnonymousLinkCreated", "anyone"]],
            FEED,
        ),
        case("short-accounts", "", &[&[victim, replay, &story.helper, "User Administrator"]], 3),
        case(
            "alerts-with-context",
            "",
            &[&["High", victim, "Creation of forwarding", "FileDownloaded", replay]],
            2 * FEED + 40,
        ),
        case(
            "privileged-roles",
            "",
            &[
                &[victim, replay, "Exchange Administrator", app, "ServicePrincipal"],
                &[victim, replay, "User Administrator", &story.helper],
            ],
            1,
        ),
        case("mailbox-access", "", &[&[victim, replay, "Add-MailboxPermission", "FullAccess"]], FEED),
        case("tampering", "", &[&[victim, replay, "Set-MailboxAuditBypassAssociation"]], FEED + 1),
        case("new-mfa-method", "", &[&[victim, replay, "User registered security info", "IS"]], 3),
        case("transport-rules", "", &[&[victim, replay, "New-TransportRule", "archive@drop.example"]], FEED),
        case(
            "from-networks",
            "--networks 192.0.2.0/24",
            &[&[victim, replay, "IS | 24 | 4"], &[app, replay, "IS | 3 | 1"]],
            8,
        ),
        case("scripted-clients", "", &[&[victim, &spray[1], "BAV2ROPC", "1"]], 2),
        case("phishing-clicked", "", &[&[victim, "BlockPageOverride", "it-support@lumenw0rks.example"]], FEED),
        // It reads every content type.
        case("user-timeline", timeline, &timeline_rows, 2 * FEED + 4),
        case("cloud-failures-then-vpn", log, &[&[&spray[1], "LOGIN-OK", "mallory"]], 2),
        case(
            "refused-then-cloud",
            controllers,
            &[
                &[victim, &spray[0], "MD | 1 | ", " | 6 | "],
                &[victim, replay, "IS | ", " | 6 | "],
                &[victim, &spray[1], "MD | 1 | ", " | 6 | "],
            ],
            3,
        ),
        // The tenant has no federated domain: a test of its own has one.
        case("forged-tokens", controllers, &[], 1),
        case("vpn-failures-then-cloud", log, &[&[victim, replay, "IS | 6 | 6"]], 3),
        case(
            "elsewhere-while-on-premises",
            presence,
            &[&[victim, replay, "IS | 198.18.0.200 | 24"], &[victim, "MD | 198.18.0.200 | 1"]],
            4,
        ),
    ]
}

/// A VPN's log: the attacker, and people at home.
fn vpn_log(spray: &str, replay: &str, victim: &str) -> String {
    let mut log = String::from("time,client_address,user_name,outcome\n");
    log.push_str(&format!("2026-04-26T04:00:00Z,{spray}:40110,mallory,LOGIN-OK\n"));
    // Guesses from where the token is used later; the victim at home, the whole night.
    for n in 0..6 {
        log.push_str(&format!("2026-04-26T22:0{n}:00Z,{replay},guess{n},LOGIN-FAILED\n"));
    }
    for n in 0..16 {
        let (hour, minute) = (n / 2, n % 2 * 30);
        log.push_str(&format!("2026-04-27T{hour:02}:{minute:02}:00Z,198.18.0.200,{victim},LOGIN-OK\n"));
    }
    for n in 1..40 {
        log.push_str(&format!("2026-04-29T08:{n:02}:00Z,198.18.0.{n},ana.oneil,LOGIN-OK\n"));
    }
    log
}

/// What domain controllers tell: guesses at the victim before the second factor was given, and somebody whose computer has an old
/// password every day.
fn controllers_log(victim: &str, forgetful: &str) -> String {
    let mut log = String::from("time,event_id,user_name,client_address\n");
    let name = victim.split('@').next().unwrap();
    for n in 0..5 {
        log.push_str(&format!(
            "2026-04-26T22:3{n}:00Z,{},LUMENWORKS\\{name},10.1.2.3\n",
            if n == 4 { 4_771 } else { 4_625 }
        ));
    }
    log.push_str(&format!("2026-04-26T22:35:00Z,4740,{},\n", name.to_uppercase()));
    for (day, hour) in (25..31).flat_map(|day| [7, 9, 11, 13].map(|hour| (day, hour))) {
        for minute in 0..7 {
            log.push_str(&format!("2026-04-{day}T{hour:02}:{minute:02}:00Z,4771,{forgetful},10.1.7.7\n"));
        }
    }
    log
}

/// Writes the logs of an organisation's own into a folder.
pub(super) fn write_logs(lab: &Lab, folder: &Path) {
    let story = lab.tenant.story().attack.clone().unwrap();
    fs::write(folder.join("vpn.csv"), vpn_log(&story.spray[1], &story.replay, &story.victim)).unwrap();
    fs::write(folder.join("controllers.csv"), controllers_log(&story.victim, "ana.o'neil")).unwrap();
}
