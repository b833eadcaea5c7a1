//! Changes of the directory, as both faces tell of them: who did what to whom, when, and from where.
//!
//! The feed holds what the directory itself records, for as far back as it reaches; the audit log of Graph holds that as
//! well, what services beside the directory record, and what happened before.

use super::World;
use super::attack::EVIL_APP;
use super::clock::SECOND;
use super::dice::{guid, mix};
use super::people::PEOPLE;

/// What can be done to the directory.
#[derive(Debug)]
pub(in crate::demo) struct Activity {
    /// `activityDisplayName`. The feed's operations are the same words, most of them with a full stop.
    pub(in crate::demo) name: &'static str,
    pub(in crate::demo) category: &'static str,
    /// The service that records it.
    pub(in crate::demo) service: &'static str,
    /// `operationType`.
    pub(in crate::demo) operation: &'static str,
    pub(in crate::demo) target: Target,
    pub(in crate::demo) by: By,
    /// How often, compared with the others; 0 for what only the attack does.
    pub(in crate::demo) weight: u32,
}

/// What is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::demo) enum Target {
    User,
    /// A person who becomes a member of a group.
    Member,
    Device,
    ServicePrincipal,
    Application,
    /// A role that someone or something is given.
    Role,
    Policy,
}

/// Who changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::demo) enum By {
    /// A person, to what is their own.
    Owner,
    /// A person, to what is another's.
    Person,
    /// One of the service principals.
    Program,
    /// A service of the vendor, by name.
    Service(&'static str),
}

/// The service that records changes of the directory proper, and which alone the feed tells of.
pub(in crate::demo) const DIRECTORY: &str = "Core Directory";

const fn activity(
    name: &'static str,
    (category, service, operation): (&'static str, &'static str, &'static str),
    target: Target,
    by: By,
    weight: u32,
) -> Activity {
    Activity { name, category, service, operation, target, by, weight }
}

/// All activities.
pub(in crate::demo) static ACTIVITIES: &[Activity] = &[
    activity("Update user", ("UserManagement", DIRECTORY, "Update"), Target::User, By::Person, 24),
    activity("Add member to group", ("GroupManagement", DIRECTORY, "Assign"), Target::Member, By::Person, 10),
    activity("Update device", ("Device", DIRECTORY, "Update"), Target::Device, By::Person, 12),
    activity("Change user password", ("UserManagement", DIRECTORY, "Update"), Target::User, By::Person, 6),
    activity(
        "Add service principal",
        ("ApplicationManagement", DIRECTORY, "Add"),
        Target::ServicePrincipal,
        By::Person,
        3,
    ),
    activity(
        "Consent to application",
        ("ApplicationManagement", DIRECTORY, "Assign"),
        Target::ServicePrincipal,
        By::Person,
        2,
    ),
    // The dash and the blank at the end are the service's own.
    activity(
        "Update application – Certificates and secrets management ",
        ("ApplicationManagement", DIRECTORY, "Update"),
        Target::Application,
        By::Person,
        2,
    ),
    activity(
        "Add owner to application",
        ("ApplicationManagement", DIRECTORY, "Assign"),
        Target::Application,
        By::Person,
        0,
    ),
    activity(
        "Add app role assignment to service principal",
        ("ApplicationManagement", DIRECTORY, "Assign"),
        Target::ServicePrincipal,
        By::Person,
        0,
    ),
    activity(
        "Add member to role completed (PIM activation)",
        ("RoleManagement", "PIM", "ActivateRole"),
        Target::Role,
        By::Owner,
        7,
    ),
    activity(
        "Add member to role outside of PIM (permanent)",
        ("RoleManagement", "PIM", "Assign"),
        Target::Role,
        By::Person,
        0,
    ),
    activity(
        "User registered security info",
        ("UserManagement", "Authentication Methods", "Add"),
        Target::User,
        By::Owner,
        8,
    ),
    activity(
        "Reset password (self-service)",
        ("UserManagement", "Self-service Password Management", "Update"),
        Target::User,
        By::Owner,
        4,
    ),
    activity(
        "Update conditional access policy",
        ("Policy", "Conditional Access", "Update"),
        Target::Policy,
        By::Person,
        1,
    ),
    activity("Invite external user", ("UserManagement", "Invited Users", "Add"), Target::User, By::Person, 3),
    activity(
        "Register device",
        ("Device", "Device Registration Service", "Add"),
        Target::Device,
        By::Service("Device Registration Service"),
        9,
    ),
    activity(
        "Synchronization rule action",
        ("ProvisioningManagement", "Account Provisioning", "Update"),
        Target::User,
        By::Program,
        14,
    ),
    activity("Add user", ("UserManagement", DIRECTORY, "Add"), Target::User, By::Person, 0),
    activity("Add member to role", ("RoleManagement", DIRECTORY, "Assign"), Target::User, By::Person, 0),
    activity("Delete user", ("UserManagement", DIRECTORY, "Delete"), Target::User, By::Person, 0),
];

/// Roles that are given.
pub(in crate::demo) const ROLES: &[&str] =
    &["Global Reader", "Helpdesk Administrator", "User Administrator", "Exchange Administrator"];
/// Groups that members come to: name, kind.
pub(in crate::demo) const GROUPS: &[(&str, &str)] = &[
    ("Everyone", "unifiedGroups"),
    ("R&D", "unifiedGroups"),
    ("O'Neil's team", "unifiedGroups"),
    ("VPN users", "azureAD"),
    ("vpn users", "azureAD"),
    ("Führungskreis", "azureAD"),
    ("経理", "unifiedGroups"),
];

/// Identifier of a group, by number. Those that audits name come first.
pub(in crate::demo) fn group_id(n: usize) -> String {
    guid(n as u64, 0x96)
}

/// Identifier of a role, by name.
pub(in crate::demo) fn role_id(name: &str) -> String {
    guid(name.bytes().fold(0, |seed, byte| mix(seed, byte.into())), 0x401e)
}

/// The role that the attacker's account is given.
const GIVEN_ROLE: &str = "User Administrator";

/// The application that was consented to, as sign-ins and mailboxes name it.
fn app_id(world: &World, change: &Change) -> String {
    match &world.attack {
        Some(attack) if change.plot => attack.program.app_id.clone(),
        _ => world.apps.iter().find(|app| app.name == "CRM").map(|app| app.id.clone()).unwrap_or_default(),
    }
}

/// Policies that are changed.
const POLICIES: &[&str] = &["Require MFA for all users", "Block legacy authentication"];

impl Activity {
    /// The activity of that name.
    pub(in crate::demo) fn named(name: &str) -> Option<&'static Self> {
        ACTIVITIES.iter().find(|activity| activity.name == name)
    }
}

/// A change.
#[derive(Debug, Clone, Copy)]
pub(in crate::demo) struct Change {
    /// What its identifiers and small accidents follow from.
    pub(in crate::demo) seed: u64,
    /// When, in seconds since 1970: the feed says no more.
    pub(in crate::demo) second: i64,
    pub(in crate::demo) activity: &'static Activity,
    /// A person, by number.
    pub(in crate::demo) actor: usize,
    /// Where from: an address by number.
    pub(in crate::demo) source: u16,
    /// A step of the attack, which shows in the details.
    pub(in crate::demo) plot: bool,
    /// A step that looks like one.
    pub(in crate::demo) alike: bool,
    /// The person whom it is done to, by number, where the story says so.
    pub(in crate::demo) whom: Option<usize>,
}

/// The activity whose target is the resource that an application gets a role of.
const APP_ROLE: &str = "Add app role assignment to service principal";

impl Change {
    /// What follows from the seed for a purpose.
    pub(in crate::demo) fn roll(&self, purpose: u64) -> u64 {
        mix(self.seed, purpose)
    }

    /// Whether something happens that happens to one change in `n`; never to a step of the attack.
    pub(in crate::demo) fn rare(&self, purpose: u64, n: u64) -> bool {
        !self.plot && !self.alike && self.roll(purpose).is_multiple_of(n)
    }

    /// A choice among a few.
    pub(in crate::demo) fn pick<T: Copy>(&self, purpose: u64, among: &[T]) -> T {
        among[usize::try_from(self.roll(purpose) % among.len() as u64).unwrap_or_default()]
    }

    /// When, in units of 100 ns since 1970.
    pub(in crate::demo) fn ticks(&self) -> i64 {
        self.second * SECOND + i64::try_from(self.roll(0x71) % SECOND.unsigned_abs()).unwrap_or_default()
    }

    /// Ties the activities of one action together.
    pub(in crate::demo) fn correlation(&self) -> String {
        guid(self.seed, 0x16)
    }

    /// Whether it failed.
    pub(in crate::demo) fn failed(&self) -> bool {
        self.rare(0x59, 50)
    }

    /// The name that the actor signs in with.
    pub(in crate::demo) fn actor_upn(&self, world: &World) -> String {
        spelt(&world.people[self.actor % PEOPLE].upn, self.actor, self.seed)
    }

    /// The person whom it is done to, by number.
    pub(in crate::demo) fn person(&self) -> usize {
        match (self.whom, self.activity.by) {
            (Some(whom), _) => whom,
            (None, By::Owner) => self.actor % PEOPLE,
            (None, _) => usize::try_from(self.roll(0x21) % PEOPLE as u64).unwrap_or_default(),
        }
    }

    /// Identifier of what is changed.
    pub(in crate::demo) fn object(&self, world: &World) -> String {
        match self.activity.target {
            Target::User | Target::Member => world.people[self.person()].id.clone(),
            _ if self.plot && self.activity.target != Target::Policy => {
                guid(EVIL_APP.len() as u64, self.activity.target as u64)
            }
            Target::Role => role_id(&self.object_name(world)),
            Target::Policy => guid(self.object_name(world).len() as u64, 0x401e),
            _ => guid(self.roll(0x1a), 0x1a),
        }
    }

    /// Name of what is changed.
    pub(in crate::demo) fn object_name(&self, world: &World) -> String {
        match self.activity.target {
            Target::User | Target::Member => world.people[self.person()].upn.clone(),
            Target::Device => format!("LW-{}-{:03}", self.pick(0x22, &["Win", "Mac", "Ios"]), self.roll(0x23) % 1_000),
            Target::Role if self.plot => "Exchange Administrator".into(),
            Target::Role => self.pick(0x24, ROLES).into(),
            // The attacker's next step is by a legacy protocol.
            Target::Policy if self.plot => POLICIES[1].into(),
            Target::Policy => self.pick(0x25, POLICIES).into(),
            Target::ServicePrincipal if self.activity.name == APP_ROLE => "Microsoft Graph".into(),
            Target::Application if self.alike => world.services[0].name.clone(),
            Target::ServicePrincipal if self.alike => "CRM".into(),
            Target::ServicePrincipal | Target::Application if self.plot => EVIL_APP.into(),
            Target::ServicePrincipal | Target::Application => {
                let apps = &world.apps;
                apps[usize::try_from(self.roll(0x26) % apps.len() as u64).unwrap_or_default()].name.into()
            }
        }
    }

    /// The properties that changed: name, new value, old value, as the feed writes them.
    pub(in crate::demo) fn modified(&self, world: &World) -> Vec<(&'static str, String, &'static str)> {
        let changed = |name, new: &str, old| (name, new.to_owned(), old);
        match self.activity.name {
            "Consent to application" if self.plot => vec![
                changed("ConsentContext.IsAdminConsent", "False", ""),
                changed(
                    "ConsentAction.Permissions",
                    "[] => [[Id: 7f3a, ClientId: 9b1c, PrincipalId: 4e2d, ResourceId: 00000003-0000-0000-c000-000000000000, ConsentType: Principal, Scope: Mail.ReadWrite Mail.Send Files.Read.All offline_access, CreatedDateTime: , LastModifiedDateTime ]]; ",
                    "",
                ),
                changed("TargetId.ServicePrincipalNames", &app_id(world, self), ""),
            ],
            "Consent to application" if self.alike => vec![
                changed("ConsentContext.IsAdminConsent", "True", ""),
                changed(
                    "ConsentAction.Permissions",
                    "[] => [[Id: 2, ConsentType: AllPrincipals, Scope: Mail.Read offline_access]]; ",
                    "",
                ),
                changed("TargetId.ServicePrincipalNames", &app_id(world, self), ""),
            ],
            APP_ROLE => {
                let (role, what, to) = if self.plot {
                    ("Mail.Read", "Read mail in all mailboxes", EVIL_APP)
                } else {
                    ("User.ReadBasic.All", "Read all users' basic profiles", "CRM")
                };
                vec![
                    changed("AppRole.Value", role, ""),
                    changed("AppRole.DisplayName", what, ""),
                    changed("ServicePrincipal.DisplayName", to, ""),
                ]
            }
            "Consent to application" => vec![
                changed("ConsentContext.IsAdminConsent", "True", ""),
                changed("ConsentAction.Permissions", "[] => [[Id: 1, Scope: User.Read]]; ", ""),
            ],
            "Update application – Certificates and secrets management " => {
                let key = format!(
                    "[\"[KeyIdentifier={},KeyType=Password,KeyUsage=Verify,DisplayName={}]\"]",
                    guid(self.seed, 0x20),
                    if self.plot { "backup" } else { "rotated" }
                );
                vec![("KeyDescription", key, "[]"), changed("Included Updated Properties", "KeyDescription", "")]
            }
            "Update user" => vec![
                changed("StrongAuthenticationRequirement", "[\r\n  true\r\n]", "[]"),
                changed("Included Updated Properties", "StrongAuthenticationRequirement", ""),
            ],
            "Add user" => vec![
                changed("AccountEnabled", "[true]", "[]"),
                changed("Included Updated Properties", "AccountEnabled", ""),
            ],
            "Add member to role" => {
                vec![changed("Role.ObjectID", &role_id(GIVEN_ROLE), ""), changed("Role.DisplayName", GIVEN_ROLE, "")]
            }
            "Update device" => vec![changed("AccountEnabled", "True", "")],
            _ => vec![changed("TargetId.UserType", "Member", "")],
        }
    }
}

/// A person's name in one record. A tenth of the people are written in two ways, as their directory entry was edited once.
pub(in crate::demo) fn spelt(upn: &str, person: usize, seed: u64) -> String {
    let edited = person % 10 == 3 && mix(seed, 0xd7).is_multiple_of(5);
    if edited { capitalised(upn) } else { upn.to_owned() }
}

/// `ana.silva@lumenworks.example` → `Ana.Silva@LumenWorks.example`
fn capitalised(upn: &str) -> String {
    let mut upper = true;
    let letters = upn.chars().map(|c| {
        let shown = if upper { c.to_ascii_uppercase() } else { c };
        upper = matches!(c, '.' | '@');
        shown
    });
    letters.collect::<String>().replace(".Example", ".example").replace("Lumenworks", "LumenWorks")
}
