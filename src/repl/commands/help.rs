//! What `\help` tells about: a list of topics, a page each.

/// A topic.
#[derive(Debug)]
pub(crate) struct Topic {
    /// Its name.
    pub(crate) name: &'static str,
    /// One clause.
    pub(super) about: &'static str,
    /// The page.
    pub(super) page: &'static str,
}

/// All topics.
pub(crate) static ALL: &[Topic] = &[
    Topic {
        name: "begin",
        about: "the first minutes",
        page: "\
\\d             the tables            \\d sign_ins   the columns of one
SELECT ... ;   a query; a statement may span several lines and ends with ;
Tab            completes names        Right arrow   takes the grey hint
Up, Ctrl-R     earlier statements     Ctrl-C        cancels a query or line
\\x on          a column per line      \\q            quits

Start with the newest rows; they cost one request for each kind of sign-in:
  SELECT created_date_time, user_principal_name, status.error_code
  FROM sign_ins ORDER BY created_date_time DESC LIMIT 10;",
    },
    Topic {
        name: "sql",
        about: "the dialect, names, fields, lists",
        page: "\
The dialect is PostgreSQL's. Text goes in 'single quotes', unusual names in
\"double quotes\".
Names are in snake_case: createdDateTime is created_date_time.
A field of a struct      status.error_code, location.city
An element of a list     sign_in_event_types[1],
                         array_has(sign_in_event_types, 'interactiveUser')
A row for each element   SELECT id, unnest(sign_in_event_types) FROM sign_ins
JSON in text             raw -> 'status' ->> 'errorCode',
                         or raw #>> '{status,errorCode}'
A time as text           to_char(created_date_time, 'YYYY-MM-DD HH24:MI')
A file of your own       SELECT * FROM 'logs/vpn.csv'
Case counts; to ignore it
                         lower(user_principal_name) = 'ada@contoso.com',
                         or ILIKE
EXPLAIN SELECT ...       shows the requests, and sends none",
    },
    Topic {
        name: "time",
        about: "times, ranges, how far back",
        page: "\
Times are UTC. A day is a range:
  WHERE created_date_time >= '2026-05-01' AND created_date_time < '2026-05-02'
The last hours:
  WHERE created_date_time > now() - INTERVAL '6 hours'
Days of another time zone; the instants stay the same:
  GROUP BY date_trunc('day', created_date_time AT TIME ZONE 'Europe/Berlin')
The service keeps sign-ins for 30 days at most. A range that begins earlier
is an error, since its answer cannot be complete; \\set partial true returns
what there is.",
    },
    Topic {
        name: "cost",
        about: "requests, the quota, waiting",
        page: "\
The service allows 5 requests in 10 seconds for all clients of a tenant
together; a page holds about 1,000 rows. The line below the prompt shows the
progress and what the query waits for.
Cheap:  ORDER BY created_date_time DESC LIMIT n; a short range; one user.
Costly: count(*) without a time range reads everything.
\\explain              the requests of the last statement, without sending them
\\set estimates ask    tell how long a statement takes from the service's own
                      counts of sign-ins: one request, once a session
\\set max_requests 20  stop a statement that needs more
CREATE TABLE t AS ... fetch once, then query t as often as you like
\\set reuse true       answer questions on the service's table from such a t,
                      if that has all their records",
    },
    Topic {
        name: "charts",
        about: "pictures of a result",
        page: "\
\\chart                   the last result: times, or labels with their number
SELECT ... \\chart        the same of this statement, in place of the ;
\\chart bar app n         a number by label; without a number, rows
\\chart histogram time n  a number summed up over time; without one, rows
\\chart heatmap           rows by hour and day of the week
The title says what was counted or summed up. Equal labels are one bar.
Times are UTC, or in the zone of their column:
  SELECT created_date_time AT TIME ZONE 'Europe/Berlin' AS t
  FROM sign_ins ... \\chart heatmap
-o page.html, or \\o page.html  a page with the rows and the same pictures",
    },
    Topic {
        name: "keys",
        about: "keys of the line editor",
        page: "\
Tab          complete              Right, Ctrl-E   take the hint
Up, Down     earlier lines         Ctrl-R          search them
Ctrl-A, E    start, end of line    Alt-B, F        word left, right
Ctrl-W, U    erase word, line      Ctrl-Y          put it back
Ctrl-L       clear the screen      Ctrl-_          undo
Ctrl-C       cancel; twice at an empty prompt: quit      Ctrl-D   quit",
    },
    Topic {
        name: "secrets",
        about: "what is kept, and what is not",
        page: "\
Lines that start with a space, and lines that seem to hold a secret, are not
written to the history. Secrets and access tokens come from the environment
or the Azure CLI, never from a flag or the configuration file, which only
names files: that of a certificate with its key, that of a federated token.
'auditql login' keeps its tokens in your state folder, in files that only
you can read. None of them is shown: not in errors, not in EXPLAIN, not in
\\connections.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_credentials_come_from_is_told_as_it_is() {
        let page = ALL.iter().find(|topic| topic.name == "secrets").map(|topic| topic.page).unwrap();
        assert!(page.contains("certificate") && page.contains("auditql login") && !page.contains("never from a file"));
    }

    #[test]
    fn pages_fit_a_terminal_of_80_columns() {
        for topic in ALL {
            assert!(topic.page.lines().all(|line| line.chars().count() <= 78), "{}", topic.name);
            assert!(topic.page.lines().count() < 20 && !topic.about.ends_with('.'), "{}", topic.name);
        }
    }
}
