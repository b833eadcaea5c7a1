//! The names under which logs have what tables are joined on: when, from where, who.
//!
//! Taken from what VPN gateways, proxies, firewalls and exports of them write. A name alone does not decide: a column
//! named `source` is an address only if its values are.

/// When it happened. The first of these that a file has is its time.
pub(in crate::logs) const TIME: &[&str] = &[
    "time", "timestamp", "event_time", "time_generated", "time_created", "utc_time", "date_time", "datetime", "ts",
    "event_created", "log_time", "logtime", "time_stamp", "start_time", "created", "created_at", "creation_time",
    "creation_date", "receive_time", "received_time", "generated_time", "generate_time", "connect_time", "login_time",
    "logon_time", "date_and_time", "time_utc", "date",
];

/// The day, where the time of day stands in a column of its own.
pub(in crate::logs) const DATE: &[&str] = &["date", "log_date", "event_date", "day", "record_date", "local_date"];

/// The time of day.
pub(in crate::logs) const TIME_OF_DAY: &[&str] = &["time", "log_time", "event_time", "record_time", "local_time"];

/// The address of who asked.
pub(in crate::logs) const ADDRESS: &[&str] = &[
    "client_address", "client_ip", "client_ip_address", "c_ip", "clientip", "src_ip", "source_ip", "srcip",
    "src_address", "source_address", "source_ip_address", "src_addr", "id_orig_h", "remote_ip", "remote_address",
    "remote_addr", "remote_ip_address", "remoteip", "remote_host", "caller_ip", "caller_ip_address", "ip_address",
    "ipaddress", "ip_addr", "ip", "actor_ip_address", "peer_ip", "peer_address", "origin_ip", "calling_station_id",
    "external_ip", "public_ip", "host_ip", "address", "source", "src", "client", "remote",
];

/// Who.
pub(in crate::logs) const USER: &[&str] = &[
    "user_name", "username", "user", "upn", "user_principal_name", "userprincipalname", "user_id", "userid",
    "src_user", "source_user", "src_user_name", "suser", "cs_username", "account_name", "account", "target_user_name",
    "sam_account_name", "samaccountname", "login", "login_name", "logon_name", "loginname", "remote_user",
    "initiating_user", "subject_user_name", "identity", "user_email", "email", "mail",
];

/// Other words that name columns and are hardly ever values.
const WORDS: &[&str] = &[
    "id", "name", "event_id", "action", "status", "result", "message", "host", "hostname", "host_name", "description",
    "severity", "level", "protocol", "port", "dst_ip", "dest_ip", "destination_ip", "dst_port", "src_port", "url",
    "duration", "bytes", "bytes_in", "bytes_out", "device", "country", "domain", "cidr", "network", "label", "role",
    "method", "type", "category", "comment", "reason", "sha256", "md5", "hash", "indicator", "value",
];

/// Whether a name is one that columns have.
pub(in crate::logs) fn is_heading_word(name: &str) -> bool {
    [TIME, DATE, ADDRESS, USER, WORDS].iter().any(|names| names.contains(&name))
}
