//! What is signed in to, and the programs that sign in by themselves.

use fastrand::Rng;

use super::dice::guid;
use super::places::Sources;

/// A resource: what an access token is for.
pub(in crate::demo) struct Resource {
    pub(in crate::demo) name: &'static str,
    pub(in crate::demo) id: &'static str,
}

/// Resources. The first-party identifiers are Microsoft's published ones.
pub(in crate::demo) static RESOURCES: &[Resource] = &[
    Resource { name: "Microsoft Graph", id: "00000003-0000-0000-c000-000000000000" },
    Resource { name: "Office 365 Exchange Online", id: "00000002-0000-0ff1-ce00-000000000000" },
    Resource { name: "Office 365 SharePoint Online", id: "00000003-0000-0ff1-ce00-000000000000" },
    Resource { name: "Windows Azure Active Directory", id: "00000002-0000-0000-c000-000000000000" },
    Resource { name: "Windows Azure Service Management API", id: "797f4846-ba00-4fd7-ba43-dac1f8f63013" },
    Resource { name: "Office365 Shell WCSS-Server", id: "5f09333a-842c-47da-a157-57da27fcbca5" },
    Resource { name: "Azure Key Vault", id: "cfa8b339-82a2-471a-a3c9-0fc0be7a4093" },
    Resource { name: "Lohn & Gehalt – API (50 %)", id: "" },
];

/// An application.
pub(in crate::demo) struct App {
    pub(in crate::demo) name: &'static str,
    pub(in crate::demo) id: String,
    /// Number in [`RESOURCES`].
    pub(in crate::demo) resource: usize,
}

/// Applications that people use: name, published identifier or nothing, resource. The often used come first.
static USED: &[(&str, &str, usize)] = &[
    ("Microsoft Teams", "1fec8e78-bce4-4aaf-ab1b-5451cc387264", 0),
    ("One Outlook Web", "9199bf20-a13f-4107-85dc-02114787ef48", 1),
    ("Microsoft Office", "d3590ed6-52b3-4102-aeff-aad2292ab01c", 1),
    ("Office365 Shell WCSS-Client", "89bee1f7-5e6e-4d8a-9f3d-ecd601259da7", 5),
    ("OfficeHome", "4765445b-32c6-49b0-83e6-1d93765276ca", 0),
    ("Office 365 SharePoint Online", "00000003-0000-0ff1-ce00-000000000000", 2),
    ("OneDrive SyncEngine", "ab9b8c07-8f02-4f72-87fa-80105867a763", 2),
    ("Outlook Mobile", "27922004-5251-4030-b22d-91ecd9a37ea4", 1),
    ("Microsoft Teams Web Client", "5e3ce6c0-2b1f-4285-8d4b-75ee78787346", 0),
    ("Microsoft Authentication Broker", "29d9ed98-a469-4536-ade2-f981bc1d605e", 3),
    ("Windows Sign In", "38aa3b87-a06d-4817-b275-7a316988d93b", 3),
    ("My Apps", "2793995e-0a7d-40d7-bd35-6968ba142197", 3),
    ("My Signins", "19db86c3-b2b9-44cc-b339-36da233a3be2", 3),
    ("Azure Portal", "c44b4083-3bb0-49c1-b47d-974e53cbdf3c", 4),
    ("Microsoft Azure CLI", "04b07795-8ddb-461a-bbee-02f9e1bf7b46", 4),
    ("Microsoft Azure PowerShell", "1950a258-227b-4e31-a9cf-717495945fc2", 4),
    ("Azure Active Directory PowerShell", "1b730954-1685-4b74-9bfd-dac224a7b894", 3),
    ("Graph Explorer", "de8bc8b5-d9f9-48b1-a8ad-b748da725064", 0),
    ("Microsoft Intune Company Portal", "9ba1a5c7-f17a-4de9-a1f1-6178c8d51223", 0),
    ("SharePoint Online Web Client Extensibility", "08e18876-6177-487e-b8b5-cf950c1e598c", 2),
    ("Power BI Service", "00000009-0000-0000-c000-000000000000", 3),
    ("Lohn & Gehalt", "", 7),
    ("O'Reilly Learning", "", 3),
    ("経費精算", "", 3),
    ("R&D Notebook #7 (50% + beta)", "", 0),
    ("Gestão de Férias", "", 3),
    ("Warehouse Scanner", "", 0),
    ("Travel/Expenses", "", 3),
    ("Café Crédits", "", 3),
    ("Status page \"live\"", "", 0),
    ("VPN", "", 3),
    ("vpn", "", 3),
    ("Design System 🦀", "", 0),
    ("Service Desk", "", 3),
    ("Build Server", "", 4),
    ("Zeiterfassung", "", 7),
    ("Library\\Archive", "", 2),
    ("CRM", "", 3),
    ("Learning", "", 3),
    ("Facilities", "", 3),
];

/// A program with an identity of its own.
#[derive(Debug)]
pub(in crate::demo) struct Program {
    pub(in crate::demo) name: String,
    /// Object identifier of its service principal.
    pub(in crate::demo) id: String,
    pub(in crate::demo) app_id: String,
    pub(in crate::demo) resource: usize,
    pub(in crate::demo) source: u16,
    /// `clientCredentialType`
    pub(in crate::demo) credential: &'static str,
    /// The Azure resource a managed identity belongs to.
    pub(in crate::demo) azure: Option<String>,
}

/// Service principals: name, resource, credential.
static SERVICES: &[(&str, usize, &str)] = &[
    ("svc-backup", 1, "clientSecret"),
    ("svc-reporting", 0, "clientSecret"),
    ("HR sync (Lohn & Gehalt)", 0, "certificate"),
    ("terraform", 4, "federatedIdentityCredential"),
    ("O'Brien's migration tool", 2, "clientSecret"),
    ("siem-export", 0, "certificate"),
    ("Mail archive", 1, "clientAssertion"),
    ("ticket-bridge", 0, "clientSecret"),
    ("build-server", 4, "federatedIdentityCredential"),
    ("ドキュメント同期", 2, "clientSecret"),
    ("monitoring", 4, "certificate"),
    ("crm-connector", 0, "clientSecret"),
];

static MACHINES: &[(&str, usize)] = &[
    ("vm-batch-01", 6),
    ("func-invoices", 6),
    ("aks-prod", 4),
    ("app-intranet", 0),
    ("vm-batch-02", 6),
    ("logic-approvals", 1),
];

pub(in crate::demo) fn apps(dice: &mut Rng) -> Vec<App> {
    let own = |id: &str, dice: &mut Rng| if id.is_empty() { guid(dice.u64(..), 1) } else { id.to_owned() };
    USED.iter().map(|&(name, id, resource)| App { name, id: own(id, dice), resource }).collect()
}

/// Service principals.
pub(in crate::demo) fn services(dice: &mut Rng, sources: &mut Sources) -> Vec<Program> {
    let service = |(n, &(name, resource, credential)): (usize, &(&str, usize, &'static str))| Program {
        name: name.to_owned(),
        id: guid(dice.u64(..), 2),
        app_id: guid(dice.u64(..), 3),
        resource,
        source: if n % 2 == 0 { 0 } else { sources.home(n % 8) },
        credential,
        azure: None,
    };
    SERVICES.iter().enumerate().map(service).collect()
}

/// Managed identities, which sign in from within the cloud and show no address.
pub(in crate::demo) fn machines(dice: &mut Rng) -> Vec<Program> {
    let subscription = guid(dice.u64(..), 4);
    let machine = |&(name, resource): &(&str, usize)| Program {
        name: name.to_owned(),
        id: guid(dice.u64(..), 5),
        app_id: guid(dice.u64(..), 6),
        resource,
        source: 0,
        credential: "managedIdentity",
        azure: Some(format!(
            "/subscriptions/{subscription}/resourcegroups/rg-prod/providers/Microsoft.Compute/virtualMachines/{name}"
        )),
    };
    MACHINES.iter().map(machine).collect()
}
