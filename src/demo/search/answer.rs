//! Pages of what a search found.

use super::found::Found;
use crate::demo::graph::{Answer, Refusal};
use crate::demo::json::escape;

/// Where in a list a page begins, by its link's token.
pub(super) fn place(query: &str) -> Result<usize, Refusal> {
    let mut place = 0;
    for option in query.split('&').filter(|option| !option.is_empty()) {
        let token = option.strip_prefix("$skiptoken=").or_else(|| option.strip_prefix("%24skiptoken="));
        let token = token.ok_or_else(|| Refusal::bad_request("The query option is not supported."))?;
        place = token.parse().map_err(|_| Refusal::bad_request("The skip token is not valid."))?;
    }
    Ok(place)
}

/// A page of records. Its count is its own, not that of all.
pub(super) fn records(found: &[Found], (root, id): (&str, &str), from: usize, page: usize) -> Result<Answer, Refusal> {
    let rest = found.get(from..).ok_or_else(|| Refusal::bad_request("The skip token is not valid."))?;
    let rows = &rest[..rest.len().min(page)];
    let mut body = format!("{{\"@odata.count\":{}", rows.len());
    if rows.len() < rest.len() {
        body.push_str(",\"@odata.nextLink\":");
        escape(&format!("{root}/{id}/records?$skiptoken={}", from + rows.len()), &mut body);
    }
    body.push_str(",\"value\":[");
    for (n, Found(json)) in rows.iter().enumerate() {
        body.push_str(if n == 0 { "" } else { "," });
        body.push_str(json);
    }
    body.push_str("]}");
    Ok(Answer { body, rows: rows.len() })
}
