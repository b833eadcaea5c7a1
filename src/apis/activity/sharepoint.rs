//! `m365.sharepoint`: files, lists, sites and sharing in SharePoint and OneDrive.
//!
//! Source: schema page, "SharePoint Base schema" to "SharePoint schema", and published records.

use super::common::{COMMON, MODIFIED};
use crate::table::{Column, Edm, EntitySet, RAW, Sensitive, col, joined};

/// Records of SharePoint and OneDrive.
pub static SHAREPOINT: EntitySet = super::content(
    "sharepoint",
    "Events of SharePoint and OneDrive: files opened, downloaded, changed and shared, lists, sites, permissions.",
    &["Audit.SharePoint"],
    &COLUMNS,
);

static COLUMNS: [Column; COMMON.len() + OWN.len() + 1] = joined(&[COMMON, OWN, &[RAW]]);

/// Fields of SharePoint.
const OWN: &[Column] = &[
    col("site", "Site", Edm::Text, "Id of the site.").sensitive(Sensitive::Object).alias(&["Site_"]),
    col("site_url", "SiteUrl", Edm::Text, "Address of the site.")
        .sensitive(Sensitive::Object)
        .alias(&["Site_Url", "Site_Url_"]),
    col("item_type", "ItemType", Edm::Text, "Kind of object, such as File, Folder, Page, Site or ListItem."),
    col("event_source", "EventSource", Edm::Text, "Whether SharePoint or its object model raised the event."),
    col("source_name", "SourceName", Edm::Text, "What triggered the event.").alias(&["Source_Name"]),
    col("source_relative_url", "SourceRelativeUrl", Edm::Text, "Folder of the file, below the site.")
        .sensitive(Sensitive::Object)
        .alias(&["SourceRelativeUrl_"]),
    col("source_file_name", "SourceFileName", Edm::Text, "Name of the file or folder.")
        .sensitive(Sensitive::Object)
        .alias(&["SourceFileName_"]),
    col("source_file_extension", "SourceFileExtension", Edm::Text, "Extension of the file; empty for folders."),
    col(
        "destination_relative_url",
        "DestinationRelativeUrl",
        Edm::Text,
        "Folder that the file was copied or moved to.",
    )
    .sensitive(Sensitive::Object),
    col("destination_file_name", "DestinationFileName", Edm::Text, "Name that the copied or moved file has.")
        .sensitive(Sensitive::Object),
    col(
        "destination_file_extension",
        "DestinationFileExtension",
        Edm::Text,
        "Extension that the copied or moved file has.",
    ),
    col("user_agent", "UserAgent", Edm::Text, "User agent as the client sent it."),
    col("machine_domain_info", "MachineDomainInfo", Edm::Text, "Domain of the syncing machine.")
        .sensitive(Sensitive::Tenant),
    col("machine_id", "MachineId", Edm::Text, "Id of the syncing machine.").sensitive(Sensitive::Device),
    col("list_item_unique_id", "ListItemUniqueId", Edm::Text, "Id of the list item.").sensitive(Sensitive::Object),
    col("list_id", "ListId", Edm::Text, "Id of the list.").sensitive(Sensitive::Object),
    col("web_id", "WebId", Edm::Text, "Id of the web.").sensitive(Sensitive::Object),
    col("application_id", "ApplicationId", Edm::Text, "Id of the application."),
    col("application_display_name", "ApplicationDisplayName", Edm::Text, "Name of the application."),
    col("is_workflow", "IsWorkflow", Edm::Bool, "Whether a workflow raised the event."),
    col("correlation_id", "CorrelationId", Edm::Text, "Id that ties the events of one action together."),
    col("authentication_type", "AuthenticationType", Edm::Text, "How the user was authenticated."),
    col("browser_name", "BrowserName", Edm::Text, "Name of the browser."),
    col("browser_version", "BrowserVersion", Edm::Text, "Version of the browser."),
    col("device_display_name", "DeviceDisplayName", Edm::Text, "Name of the device.").sensitive(Sensitive::Device),
    col("geo_location", "GeoLocation", Edm::Text, "Region that holds the data."),
    col("is_managed_device", "IsManagedDevice", Edm::Bool, "Whether the device is managed."),
    col("platform", "Platform", Edm::Text, "Operating system of the client."),
    col("user_session_id", "UserSessionId", Edm::Text, "Id of the user's session.").sensitive(Sensitive::Object),
    col("event_signature", "EventSignature", Edm::Text, "Signature of the event.").sensitive(Sensitive::Object),
    col(
        "do_not_distribute_event",
        "DoNotDistributeEvent",
        Edm::Bool,
        "Whether the event is kept from other consumers.",
    ),
    col("custom_unique_id", "CustomUniqueId", Edm::Bool, "Whether the list item's id is a custom one."),
    // Sharing.
    col("user_shared_with", "UserSharedWith", Edm::Text, "User that the object was shared with.")
        .sensitive(Sensitive::Person),
    col("sharing_type", "SharingType", Edm::Text, "Kind of permission that was given."),
    col("target_user_or_group_name", "TargetUserOrGroupName", Edm::Text, "Who got access.")
        .sensitive(Sensitive::Person),
    col(
        "target_user_or_group_type",
        "TargetUserOrGroupType",
        Edm::Text,
        "Kind of who got access, such as Member, Guest or SharePointGroup.",
    ),
    col("unique_sharing_id", "UniqueSharingId", Edm::Text, "Id of the sharing operation.").sensitive(Sensitive::Object),
    col("event_data", "EventData", Edm::Text, "Further details as an XML fragment.")
        .sensitive(Sensitive::Object)
        .alias(&["Event_Data"]),
    col("custom_event", "CustomEvent", Edm::Text, "Text of a custom event.").sensitive(Sensitive::Object),
    col("modified_properties", "ModifiedProperties", MODIFIED, "Properties that were changed."),
    // Labels, files.
    col("source_label", "SourceLabel", Edm::Text, "Label of the file before."),
    col("destination_label", "DestinationLabel", Edm::Text, "Label of the file after."),
    col("sensitivity_label_id", "SensitivityLabelId", Edm::Text, "Sensitivity label of the file."),
    col("sensitivity_label_owner_email", "SensitivityLabelOwnerEmail", Edm::Text, "Owner of the sensitivity label.")
        .sensitive(Sensitive::Person),
    col("file_size_bytes", "FileSizeBytes", Edm::Int64, "Size of the file in bytes."),
    col("file_sync_bytes_committed", "FileSyncBytesCommitted", Edm::Int64, "Bytes that the sync client committed."),
    col("implicit_share", "ImplicitShare", Edm::Text, "Whether access was given without an explicit share: Yes or No."),
    col(
        "high_priority_media_processing",
        "HighPriorityMediaProcessing",
        Edm::Bool,
        "Whether media is processed with priority.",
    ),
    col("zip_file_name", "ZipFileName", Edm::Text, "Name of the archive of a download of several files.")
        .sensitive(Sensitive::Object),
    col("virus_info", "VirusInfo", Edm::Text, "Malware that was found."),
    col("virus_vendor", "VirusVendor", Edm::Text, "Scanner that found it."),
    col("md5_hash", "MD5Hash", Edm::Text, "MD5 hash of the file.").sensitive(Sensitive::Object),
    col("sha256_hash", "SHA256Hash", Edm::Text, "SHA-256 hash of the file.").sensitive(Sensitive::Object),
    // Searches. The words are in records of SearchQueryPerformed; no schema declares them.
    col("search_query_text", "SearchQueryText", Edm::Text, "The words of a search.").sensitive(Sensitive::Object),
    // Lists.
    col("list_title", "ListTitle", Edm::Text, "Title of the list.").sensitive(Sensitive::Object),
    col("list_name", "ListName", Edm::Text, "Name of the list.").sensitive(Sensitive::Object),
    col("list_url", "ListUrl", Edm::Text, "Address of the list.").sensitive(Sensitive::Object),
    col("list_base_type", "ListBaseType", Edm::Text, "Base type of the list, as a name or a number."),
    col("list_base_template_type", "ListBaseTemplateType", Edm::Text, "Template type of the list."),
    col("list_server_template", "ListServerTemplate", Edm::Text, "Server template of the list."),
    col("is_hidden_list", "IsHiddenList", Edm::Bool, "Whether the list is hidden."),
    col("is_doc_lib", "IsDocLib", Edm::Bool, "Whether the list is a document library."),
    col("item_count", "ItemCount", Edm::Int64, "Number of items."),
    col("from_app", "FromApp", Edm::Bool, "Whether an app made the list."),
    col("customized_doclib", "CustomizedDoclib", Edm::Bool, "Whether the document library is customised."),
    col("list_color", "ListColor", Edm::Text, "Colour of the list."),
    col("list_icon", "ListIcon", Edm::Text, "Icon of the list."),
    col("template_type_id", "TemplateTypeId", Edm::Text, "Id of the list's template type."),
    col("source", "Source", Edm::Text, "Source of the list."),
];
