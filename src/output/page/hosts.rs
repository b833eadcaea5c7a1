//! The addresses of a timeline: how often, from when to when, of which sources, with what outcome.

use std::collections::{BTreeMap, BTreeSet};

use super::Ending;
use crate::output::markup::{element, text};

/// What is known of an address.
#[derive(Debug, Default)]
struct Host {
    events: u64,
    first: String,
    last: String,
    sources: BTreeSet<String>,
    successes: u64,
    failures: u64,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Hosts(BTreeMap<String, Host>);

impl Hosts {
    /// Counts an event; times come as text that sorts like time.
    pub(super) fn add(&mut self, address: &str, time: &str, source: &str, ending: Ending) {
        let host = self.0.entry(address.to_owned()).or_default();
        host.events += 1;
        // An event without a time is neither the first nor the last.
        if !time.is_empty() && (host.first.is_empty() || time < host.first.as_str()) {
            time.clone_into(&mut host.first);
        }
        if time > host.last.as_str() {
            time.clone_into(&mut host.last);
        }
        if !host.sources.contains(source) {
            host.sources.insert(source.to_owned());
        }
        host.successes += u64::from(ending == Ending::Success);
        host.failures += u64::from(ending == Ending::Failure);
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Appends the table, the busiest first.
    pub(super) fn table(&self, out: &mut String) {
        out.push_str("<section id=\"addresses\">\n<h2>Addresses</h2>\n");
        if self.0.is_empty() {
            out.push_str("<p>No event has one.</p>\n</section>\n");
            return;
        }
        out.push_str("<table>\n<thead><tr>");
        element("th", "address", out);
        for name in ["events", "successes", "failures"] {
            out.push_str("<th class=\"number\">");
            text(name, out);
            out.push_str("</th>");
        }
        for name in ["first", "last", "sources"] {
            element("th", name, out);
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        let mut hosts: Vec<(&String, &Host)> = self.0.iter().collect();
        hosts.sort_by_key(|(_, host)| std::cmp::Reverse(host.events));
        for (address, host) in hosts {
            out.push_str("<tr>");
            element("td", address, out);
            for number in [host.events, host.successes, host.failures] {
                out.push_str("<td class=\"number\">");
                text(&number.to_string(), out);
                out.push_str("</td>");
            }
            for time in [&host.first, &host.last] {
                out.push_str("<td class=\"time\">");
                text(time, out);
                out.push_str("</td>");
            }
            let sources: Vec<&str> = host.sources.iter().map(String::as_str).collect();
            element("td", &sources.join(", "), out);
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table>\n</section>\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_without_a_time_is_counted_and_is_neither_first_nor_last() {
        let mut hosts = Hosts::default();
        for time in ["2026-05-01", "", "2026-04-01"] {
            hosts.add("203.0.113.7", time, "a", Ending::Other);
        }
        let mut out = String::new();
        hosts.table(&mut out);
        assert!(out.contains("<td>203.0.113.7</td><td class=\"number\">3</td>"), "{out}");
        assert!(out.contains("<td class=\"time\">2026-04-01</td><td class=\"time\">2026-05-01</td>"), "{out}");
    }
}
