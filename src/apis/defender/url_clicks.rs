//! `defender.url_clicks`: clicks on links that Safe Links checked (record type 41).
//!
//! Source: schema page, "URL time-of-click events", and a published record.

use crate::apis::activity::common::COMMON;
use crate::table::{Codes, Column, Edm, EntitySet, RAW, Sensitive, col, joined};

/// Clicks that were blocked or overridden.
pub static URL_CLICKS: EntitySet = super::threat(
    "url_clicks",
    "Clicks on links at which Safe Links showed its page; user_id is who clicked.",
    &[41],
    &COLUMNS,
);

static COLUMNS: [Column; COMMON.len() + OWN.len() + 1] = joined(&[COMMON, OWN, &[RAW]]);

/// `URLClickAction`.
static CLICK_ACTIONS: Codes = Codes::of(
    "What happened at a click.",
    &[
        (2, "Blockpage", ""),
        (3, "PendingDetonationPage", ""),
        (4, "BlockPageOverride", ""),
        (5, "PendingDetonationPageOverride", ""),
    ],
);

/// Fields of clicks.
const OWN: &[Column] = &[
    col("time_of_click", "TimeOfClick", Edm::Instant, "When the link was clicked, UTC."),
    col("url", "Url", Edm::Text, "The link that was clicked.").sensitive(Sensitive::Object).alias(&["URL"]),
    col(
        "url_click_action",
        "URLClickAction",
        Edm::Text,
        "What happened: Blockpage, PendingDetonationPage, or the override of one.",
    )
    .alias(&["UrlClickAction"])
    .coded(&CLICK_ACTIONS),
    col("app_name", "AppName", Edm::Text, "Application that the link was clicked in, such as Mail."),
    col("app_version", "AppVersion", Edm::Text, "Version of that application."),
    col("source_id", "SourceId", Edm::Text, "Where the link stood; for mail its network message id.")
        .sensitive(Sensitive::Object),
    col("user_ip", "UserIp", Edm::Text, "Address of the user.").sensitive(Sensitive::Address).alias(&["UserIP"]),
    col("event_deep_link", "EventDeepLink", Edm::Text, "Link to the click in Threat Explorer.")
        .sensitive(Sensitive::Object),
];
