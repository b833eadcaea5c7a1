//! The schema `auditql`: the tables that describe the others, the session and its work.

use crate::table::{Column, Edm, Sensitive, SystemTable, col};

const TEXT: Edm = Edm::Text;

/// A column of a table that no service sends.
const fn own(name: &'static str, edm: Edm, doc: &'static str) -> Column {
    col(name, "", edm, doc)
}

/// Schema and table that a row is about.
const TABLE_SCHEMA: Column = own("table_schema", TEXT, "Schema of the table.");
const TABLE_NAME: Column = own("table_name", TEXT, "Name of the table.");

/// All tables.
pub static TABLES: SystemTable = SystemTable {
    name: "tables",
    doc: "All declared tables: where their records come from, and what reading them needs.",
    columns: &[
        TABLE_SCHEMA,
        TABLE_NAME,
        own("time_column", TEXT, "The column with the record's own time; empty if it has none."),
        own("key_column", TEXT, "The column that identifies a record; empty if there is none."),
        own("permissions", TEXT, "Application permissions that reading it needs, separated by blanks."),
        own(
            "retention_days",
            Edm::Int64,
            "Days that the service is documented to keep records; NULL: no limit, or no service.",
        ),
        own("quota", TEXT, "Requests that the service is documented to allow; empty if nothing is requested."),
        own("source", TEXT, "The request that reads it, or where its rows come from."),
        own("doc", TEXT, "What it holds."),
    ],
};

/// All columns.
pub static COLUMNS: SystemTable = SystemTable {
    name: "columns",
    doc: "All columns and fields of the declared tables: their types, what the service can filter by, what they mean.",
    columns: &[
        TABLE_SCHEMA,
        TABLE_NAME,
        own("column_name", TEXT, "Path of the column: fields behind a dot, elements of a list as []."),
        own("data_type", TEXT, "Its type in SQL."),
        own("pushdown", TEXT, "The operators that the service takes for it, as $filter spells them."),
        own("property", TEXT, "Its path in the service's records."),
        own("aliases", TEXT, "Other names that it has in exports."),
        own("beta_only", Edm::Bool, "Whether only the beta version of the service has it."),
        own("doc", TEXT, "What it means."),
    ],
};

/// What of a predicate is sent.
pub static PUSHDOWN_RULES: SystemTable = SystemTable {
    name: "pushdown_rules",
    doc: "Which conditions a service is sent, a row for each column, operator and version of the service. Whatever is sent, \
          every row is checked against the whole predicate again.",
    columns: &[
        TABLE_SCHEMA,
        TABLE_NAME,
        own("column_name", TEXT, "Path of the column."),
        own("property", TEXT, "What is asked for: the path in the service's records, or the parameter of the request."),
        own("operator", TEXT, "The operator as it is sent."),
        own("sql", TEXT, "A condition in SQL that is sent so."),
        own(
            "fit",
            TEXT,
            "exact: the service gives the rows that SQL means; superset: it may give more, such as other spellings or a whole \
             second; unused: documented, and not sent, because it could give fewer.",
        ),
        own("api_version", TEXT, "Version of the service that documents it."),
        own("source", TEXT, "Whose documentation says so, and for which request."),
    ],
};

/// The settings.
pub static SETTINGS: SystemTable = SystemTable {
    name: "settings",
    doc: "The settings and their values. SET auditql.NAME = VALUE changes one.",
    columns: &[
        own("name", TEXT, "Its name."),
        own("value", TEXT, "Its present value."),
        own("default", TEXT, "Its value unless something else was chosen."),
        own("form", TEXT, "How a value is written."),
        own("doc", TEXT, "What it does."),
    ],
};

/// The connections.
pub static CONNECTIONS: SystemTable = SystemTable {
    name: "connections",
    doc: "The connections of this session, which are its catalogs. No secret is in it; reading it sends nothing.",
    columns: &[
        own("name", TEXT, "Its name, which is that of a catalog."),
        own("kind", TEXT, "service or files."),
        own("is_default", Edm::Bool, "Whether tables are looked for in it that are named without a catalog."),
        own("tenant", TEXT, "The tenant: its id or one of its domains.").sensitive(Sensitive::Tenant),
        own("cloud", TEXT, "The cloud that the tenant is in."),
        own("auth", TEXT, "Where its tokens come from."),
        own("client_id", TEXT, "Id of the application that signs in.").sensitive(Sensitive::Application),
        own("api_version", TEXT, "Version of Microsoft Graph that is asked."),
        own("graph_url", TEXT, "Address of Microsoft Graph, if it is not the cloud's own.")
            .sensitive(Sensitive::Tenant),
        own("management_url", TEXT, "Address of the Management Activity API, if it is not the cloud's own.")
            .sensitive(Sensitive::Tenant),
        own(
            "content_types",
            TEXT,
            "Content types of the activity feed that it names; NULL: those that are subscribed to.",
        ),
        own("keeps_days", TEXT, "How many days back its reports go: as documented, a number, or all."),
        own("quota", TEXT, "Requests that it allows itself, by family."),
        own("inputs", TEXT, "The files and folders that it reads.").sensitive(Sensitive::Object),
        own("flaw", TEXT, "Why it cannot be used; NULL: nothing is known against it before it is asked.")
            .sensitive(Sensitive::Object),
    ],
};

/// The requests of the session.
pub static REQUESTS: SystemTable = SystemTable {
    name: "requests",
    doc: "The requests that this session has sent, in the order in which they ended: the last 1,000. A request that was \
          repeated is there each time. Reading this table sends nothing and is not entered.",
    columns: &[
        own("number", Edm::Int64, "Its number in the session; the first row shows how many were left out."),
        own("time", Edm::Instant, "When it was sent, UTC."),
        own("connection", TEXT, "The connection that it was sent on; of a store, its address: s3://evidence."),
        own("method", TEXT, "GET, POST, or HEAD."),
        own("url", TEXT, "Its address, decoded. Values that could open something are cut short.")
            .sensitive(Sensitive::Object),
        own("status", Edm::Int32, "Status of the reply; NULL if none came."),
        own("fault", TEXT, "What went wrong: the service's code, or what became of the connection."),
        own("rows", Edm::Int64, "Records in the reply; NULL if it was not read as records."),
        own("bytes", Edm::Int64, "Size of the reply, decompressed."),
        own(
            "waited_ms",
            Edm::Int64,
            "Milliseconds that it waited before it was sent: for the quota, or because it was told to.",
        ),
        own("took_ms", Edm::Int64, "Milliseconds from sending it to the end of its reply."),
    ],
};

/// What the last statement covered.
pub static COVERAGE: SystemTable = SystemTable {
    name: "coverage",
    doc: "What the last statement that read a service or files has covered, a row for each scan. Statements that read neither, \
          such as one about this table, leave it as it is.",
    columns: &[
        own("connection", TEXT, "The connection that was read."),
        TABLE_SCHEMA,
        TABLE_NAME,
        own(
            "from_time",
            Edm::Instant,
            "Oldest time that the rows of the answer can have, UTC; NULL: no bound was asked for.",
        ),
        own("to_time", Edm::Instant, "Newest time that they can have, UTC; NULL: no bound was asked for."),
        own(
            "state",
            TEXT,
            "read: all of it; limit: as far as the limit asked; ends: its newest or oldest row, for max or min; stopped: whoever read it wanted no more; incomplete: something \
             is missing; failed: it ended in an error; running: it is under way.",
        ),
        own("missing", TEXT, "What is missing from the statement's answer; NULL if nothing is known to be."),
        own("requests", Edm::Int64, "Requests that it cost, repeated ones included."),
        own("records", Edm::Int64, "Records received."),
        own("rows", Edm::Int64, "Rows that satisfied the whole predicate."),
        own("bytes", Edm::Int64, "Bytes received, decompressed."),
    ],
};

/// Members that no column declares.
pub static SCHEMA_DRIFT: SystemTable = SystemTable {
    name: "schema_drift",
    doc: "Members of the records that this session has read which no column declares, of this table or another one over the \
          same records: what a service has added, or what an export has of its own. Their values are in raw. Inside of structs and lists they are seen where a query reads the \
          column. At most 1,000 are told apart in a table, 512 of them in one file or chain of pages; what comes after that \
          is counted in a row without a member.",
    columns: &[
        TABLE_SCHEMA,
        TABLE_NAME,
        own(
            "member",
            TEXT,
            "The column that it is in, if any, and its name in the record; NULL: all that are not told apart.",
        )
        .sensitive(Sensitive::Object),
        own("count", Edm::Int64, "How often it was met. A record that was read twice counts twice."),
        own("sample_id", TEXT, "Key of the first record that had it.").sensitive(Sensitive::Object),
    ],
};

/// All of them, in the order of the manual.
pub static ALL: &[&SystemTable] =
    &[&TABLES, &COLUMNS, &PUSHDOWN_RULES, &SETTINGS, &CONNECTIONS, &REQUESTS, &COVERAGE, &SCHEMA_DRIFT];
