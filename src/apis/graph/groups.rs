//! `entra.groups`: GET /groups, and `entra.group_members`: GET /groups/{id}/members.
//!
//! Source: Microsoft Graph reference, "List groups", "group resource type", "List group members", and "Advanced query
//! capabilities". `createdDateTime` is refused in filters, whatever the query.

use super::directory::{MORE_SET, NE, UNSET, advanced_text, flag, id, objects, text, time};
use super::types::{LICENSE, TEXTS};
use crate::table::{
    Column, Edm, EntitySet, Family, Op, Ops, Pages, Parent, RAW, Select, Sensitive, Source, Versions, col,
};

/// The groups of the directory.
pub static GROUPS: EntitySet = EntitySet {
    schema: "entra",
    name: "groups",
    doc: "One row per group of the directory as it is now; group_members tells who is in them.",
    family: Family::Groups,
    source: Source::Pages(Pages {
        // "GET /groups/$count" with ConsistencyLevel: eventual.
        counts: true,
        ..objects("/groups", &["GroupMember.Read.All"])
    }),
    time: None,
    key: "id",
    actors: &[],
    within: None,
    versions: Versions { written: None, outcome: None },
    columns: COLUMNS,
};

/// Who is in a group.
pub static GROUP_MEMBERS: EntitySet = EntitySet {
    schema: "entra",
    name: "group_members",
    doc: "One row per direct member of a group: users, devices, service principals and other groups. A condition group_id = \
          or IN asks for those groups alone; without one, all groups are listed and each of them is asked. Members of groups \
          whose membership is hidden come only with Member.Read.Hidden.",
    family: Family::GroupMembers,
    source: Source::Pages(Pages {
        parent: Some(Parent { column: "group_id", set: &GROUPS }),
        // Which properties of its many kinds `$select` may name is not documented.
        select: Select::Undocumented,
        ..objects("/groups/{id}/members", &["GroupMember.Read.All"])
    }),
    time: None,
    key: "id",
    actors: &[],
    // An object is a member of many groups.
    within: Some("group_id"),
    versions: Versions { written: None, outcome: None },
    columns: MEMBERS,
};

const COLUMNS: &[Column] = &[
    id("Object id of the group."),
    text("display_name", "displayName", "Name of the group.").sensitive(Sensitive::Object),
    col("description", "description", Edm::Text, "What the group is for.")
        .advanced(Ops::EQ_PREFIX.and(MORE_SET))
        .sensitive(Sensitive::Object),
    text("mail", "mail", "Mail address of the group.").sensitive(Sensitive::Object),
    text("mail_nickname", "mailNickname", "Alias of that address.").sensitive(Sensitive::Object),
    flag("mail_enabled", "mailEnabled", "Whether it has a mailbox or distributes mail."),
    flag("security_enabled", "securityEnabled", "Whether it can give access."),
    col("group_types", "groupTypes", TEXTS, "Kinds: Unified for a Microsoft 365 group, DynamicMembership for a rule.")
        .ops(Ops::EQ),
    col("visibility", "visibility", Edm::Text, "Who can join and see it: Public, Private, HiddenMembership."),
    flag("is_assignable_to_role", "isAssignableToRole", "Whether roles of the directory can be given to it."),
    col("membership_rule", "membershipRule", Edm::Text, "Rule that makes its members.")
        .ops(Ops::EQ_PREFIX)
        .advanced(MORE_SET)
        .sensitive(Sensitive::Object),
    col(
        "membership_rule_processing_state",
        "membershipRuleProcessingState",
        Edm::Text,
        "Whether that rule is applied: On or Paused.",
    )
    .ops(Ops::EQ)
    .advanced(NE),
    col("classification", "classification", Edm::Text, "Classification, in words of the tenant.")
        .ops(Ops::EQ_PREFIX)
        .advanced(MORE_SET)
        .sensitive(Sensitive::Object),
    col("created_date_time", "createdDateTime", Edm::Instant, "When the group was created, UTC."),
    time("renewed_date_time", "renewedDateTime", "When it was last renewed, UTC."),
    col("expiration_date_time", "expirationDateTime", Edm::Instant, "When it expires, UTC.")
        .advanced(Ops::RANGE.and(NE)),
    col(
        "deleted_date_time",
        "deletedDateTime",
        Edm::Instant,
        "When it was deleted, UTC; NULL for those that are there.",
    ),
    col("proxy_addresses", "proxyAddresses", TEXTS, "All mail addresses, with their prefix.")
        .ops(Ops::EQ_PREFIX)
        .advanced(Ops::of(Op::Ge).with(Op::Le).with(Op::EndsWith))
        .sensitive(Sensitive::Object),
    col("assigned_licenses", "assignedLicenses", Edm::List(&Edm::Object(LICENSE)), "Licences that its members get."),
    col(
        "has_members_with_license_errors",
        "hasMembersWithLicenseErrors",
        Edm::Bool,
        "Whether some could not get theirs.",
    )
    .ops(Ops::EQ),
    advanced_text("preferred_language", "preferredLanguage", "Language of the group."),
    col(
        "on_premises_sync_enabled",
        "onPremisesSyncEnabled",
        Edm::Bool,
        "Whether the group comes from a directory on premises.",
    )
    .ops(Ops::EQ)
    .advanced(UNSET),
    time(
        "on_premises_last_sync_date_time",
        "onPremisesLastSyncDateTime",
        "When it was last synchronised from there, UTC.",
    ),
    col("on_premises_sam_account_name", "onPremisesSamAccountName", Edm::Text, "Its account name there.")
        .advanced(Ops::EQ_PREFIX.and(MORE_SET))
        .sensitive(Sensitive::Object),
    col("on_premises_domain_name", "onPremisesDomainName", Edm::Text, "Its domain there.").sensitive(Sensitive::Tenant),
    col("on_premises_security_identifier", "onPremisesSecurityIdentifier", Edm::Text, "Its security identifier there.")
        .ops(Ops::EQ)
        .advanced(Ops::of(Op::Null))
        .sensitive(Sensitive::Object),
    col("security_identifier", "securityIdentifier", Edm::Text, "Security identifier in the cloud.")
        .sensitive(Sensitive::Object),
    RAW,
];

/// What objects of all kinds can have that is worth a column.
const MEMBERS: &[Column] = &[
    col(
        "group_id",
        "groupId",
        Edm::Text,
        "Object id of the group. The service does not send it: it is the group that was asked.",
    ),
    id_only("Object id of the member."),
    col("type", "@odata.type", Edm::Text, "Kind of the member, such as #microsoft.graph.user."),
    col("display_name", "displayName", Edm::Text, "Name of the member.").sensitive(Sensitive::Person),
    col("user_principal_name", "userPrincipalName", Edm::Text, "Name that it signs in with, if it is a user.")
        .sensitive(Sensitive::Person),
    col("mail", "mail", Edm::Text, "Mail address, if it has one.").sensitive(Sensitive::Person),
    col("app_id", "appId", Edm::Text, "Application (client) id, if it is a service principal."),
    col("device_id", "deviceId", Edm::Text, "Id of the device, if it is one.").sensitive(Sensitive::Device),
    RAW,
];

/// An id that no filter takes.
const fn id_only(doc: &'static str) -> Column {
    col("id", "id", Edm::Text, doc).sensitive(Sensitive::Person)
}
