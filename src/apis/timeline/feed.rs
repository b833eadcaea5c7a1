//! Records of the audit log as events.
//!
//! They are of hundreds of types, and tell of users, sessions and applications in members of as many names: owner of a mailbox,
//! recipient of a mail, target of a right. So a record is of somebody if any of its values is that name (`json_mentions`). Their
//! own word for the result says of sign-ins only that the exchange worked (schema page, "Common schema"), so there it is the
//! operation that tells.

use crate::apis::activity;
use crate::table::{EntitySet, Told, Whose};

/// All content of the feed.
pub(super) static ACTIVITY: Told = Told {
    doc: "the audit log of Exchange, SharePoint, Teams, the directory and all others, with the threats that Defender for \
          Office 365 reports there",
    usual: true,
    whole: true,
    ..of(&activity::ACTIVITY)
};

/// What a search of the audit log finds. A search has a field for a user's name, and nothing says how it compares: of one that
/// compares exactly, what is recorded in another spelling or behind a prefix would be missing. So names are compared here.
pub(super) static AUDIT_SEARCH: Told = Told {
    doc: "what a search of the audit log finds, up to 180 days back",
    whole: true,
    ..of(&activity::AUDIT_SEARCH)
};

/// One content type each.
pub(super) static DIRECTORY: Told =
    Told { doc: "of the feed the directory's records alone", ..of(&activity::AZURE_ACTIVE_DIRECTORY) };
pub(super) static EXCHANGE: Told = Told { doc: "of the feed Exchange's records alone", ..of(&activity::EXCHANGE) };
pub(super) static SHAREPOINT: Told =
    Told { doc: "of the feed SharePoint's and OneDrive's records alone", ..of(&activity::SHAREPOINT) };
pub(super) static GENERAL: Told = Told {
    doc: "of the feed the records of all other services alone, Defender's among them",
    ..of(&activity::GENERAL)
};
pub(super) static DLP: Told = Told { doc: "of the feed matches of DLP policies alone", ..of(&activity::DLP) };

const USER: &str = "user_name = :user OR json_mentions(raw, :user)";
/// A record may have several, of which `client_address` is one: Exchange writes `ClientIPAddress` of whoever worked in a mailbox, the
/// directory `ActorIpAddress` beside a `ClientIP` that may be a service's own, mail has its sender's, alerts have a list
/// (`ClientIPs`) and JSON in a text (`Data`). And each may be a list: behind proxies, `203.0.113.9, 10.0.0.1`.
const ADDRESS: &str = "ip_in(client_address, :address) OR json_ip_in(raw, :address)";
const SESSION: &str = "lower(app_access_context.aad_session_id) = :session OR json_mentions(raw, :session)";
const APP: &str = "json_mentions(raw, :app)";
const OBJECT: &str = "json_mentions(raw, :object)";

/// What all of them have in common.
const fn of(set: &'static EntitySet) -> Told {
    Told {
        set,
        doc: "",
        usual: false,
        whole: false,
        time: "creation_time",
        action: "nullif(trim(operation), '')",
        result: "CASE WHEN operation = 'UserLoginFailed' THEN concat_ws(': ', 'failure', \
                 coalesce(entra_error(TRY_CAST(raw ->> 'ErrorNumber' AS INT)), nullif(raw ->> 'LogonError', ''))) \
                 WHEN operation = 'UserLoggedIn' THEN 'success' \
                 WHEN lower(result_status) IN ('success', 'succeeded', 'true') THEN 'success' \
                 WHEN lower(result_status) IN ('failed', 'failure', 'false') THEN 'failure' \
                 ELSE nullif(result_status, '') END",
        actor: "coalesce(user_name, nullif(user_id, ''))",
        target: "coalesce(nullif(object_id, ''), nullif(raw ->> 'MailboxOwnerUPN', ''), nullif(raw ->> 'Subject', ''), \
                 nullif(raw ->> 'Url', ''))",
        address: "client_address",
        of: &[
            (Whose::User, USER),
            (Whose::Address, ADDRESS),
            (Whose::Session, SESSION),
            (Whose::App, APP),
            (Whose::Object, OBJECT),
        ],
        of_files: &[],
        users_only: None,
    }
}
