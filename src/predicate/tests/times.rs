//! Times are sent as the whole seconds around them.

use super::{audits, hold, outcome, read};
use crate::apis::graph::DIRECTORY_AUDITS;
use crate::table::ApiVersion;

#[test]
fn a_time_is_sent_as_the_whole_seconds_around_it() {
    audits(
        r"
        activity_date_time >= '2026-05-01T00:00:00Z'              | activityDateTime ge 2026-05-01T00:00:00Z |
        activity_date_time >= '2026-05-01T00:00:00.5Z'            | activityDateTime ge 2026-05-01T00:00:00Z |
        activity_date_time > '2026-05-01T00:00:00Z'               | activityDateTime ge 2026-05-01T00:00:00Z |
        activity_date_time > '2026-05-01T00:00:00.999999Z'        | activityDateTime ge 2026-05-01T00:00:01Z |
        activity_date_time < '2026-05-01T00:00:00Z'               | activityDateTime le 2026-05-01T00:00:00Z |
        activity_date_time < '2026-05-01T00:00:00.5Z'             | activityDateTime le 2026-05-01T00:00:01Z |
        activity_date_time <= '2026-05-01T00:00:00Z'              | activityDateTime le 2026-05-01T00:00:01Z |
        activity_date_time <= '2026-05-01T00:00:00.999999Z'       | activityDateTime le 2026-05-01T00:00:01Z |
        activity_date_time = '2026-05-01T00:00:00.5Z'             | activityDateTime ge 2026-05-01T00:00:00Z and activityDateTime le 2026-05-01T00:00:01Z |
        activity_date_time <> '2026-05-01T00:00:00Z'              |                                 | no <> on activityDateTime
        '2026-05-01T00:00:00Z' <= activity_date_time              | activityDateTime ge 2026-05-01T00:00:00Z |
        NOT (activity_date_time < '2026-05-01T00:00:00Z')         | activityDateTime ge 2026-05-01T00:00:00Z |
        activity_date_time < '2026-05-01'                         | activityDateTime le 2026-05-01T00:00:00Z |
        activity_date_time >= '2026-05-01T02:00:00+02:00'         | activityDateTime ge 2026-05-01T00:00:00Z |
        activity_date_time < '1969-12-31T23:59:59.5Z'             | activityDateTime le 1970-01-01T00:00:00Z |
        activity_date_time BETWEEN '2026-05-01T00:00:00Z' AND '2026-05-02T00:00:00Z' | activityDateTime ge 2026-05-01T00:00:00Z and activityDateTime le 2026-05-02T00:00:01Z |
        activity_date_time NOT BETWEEN '2026-05-01T00:00:00Z' AND '2026-05-02T00:00:00Z' | (activityDateTime le 2026-05-01T00:00:00Z or activityDateTime ge 2026-05-02T00:00:00Z) |
        activity_date_time >= '2026-05-01T00:00:00Z' AND activity_date_time < '2026-05-01T00:00:00Z' | nothing                         |
        activity_date_time >= '2026-05-01T00:00:00Z' AND activity_date_time <= '2026-05-01T00:00:00Z' | activityDateTime ge 2026-05-01T00:00:00Z and activityDateTime le 2026-05-01T00:00:01Z |
        activity_date_time > '2026-05-02T00:00:00Z' AND activity_date_time < '2026-05-01T00:00:00Z' | nothing                         |
        ",
    );
}

#[test]
fn times_in_an_or_are_sent_as_their_hull_and_as_they_are() {
    audits(
        r"
        activity_date_time < '2026-05-01' OR activity_date_time > '2026-05-03' | (activityDateTime le 2026-05-01T00:00:00Z or activityDateTime ge 2026-05-03T00:00:00Z) |
        activity_date_time IN ('2026-05-01', '2026-05-03')        | activityDateTime ge 2026-05-01T00:00:00Z and activityDateTime le 2026-05-03T00:00:01Z and ((activityDateTime ge 2026-05-01T00:00:00Z and activityDateTime le 2026-05-01T00:00:01Z) or (activityDateTime ge 2026-05-03T00:00:00Z and activityDateTime le 2026-05-03T00:00:01Z)) |
        (activity_date_time > '2026-05-01' AND result = 'a') OR (activity_date_time > '2026-05-03' AND result = 'b') | activityDateTime ge 2026-05-01T00:00:00Z and ((activityDateTime ge 2026-05-01T00:00:00Z and result eq 'a') or (activityDateTime ge 2026-05-03T00:00:00Z and result eq 'b')) |
        activity_date_time > '2026-05-01' OR result = 'a'         | (activityDateTime ge 2026-05-01T00:00:00Z or result eq 'a') |
        activity_date_time > '2026-05-01' OR result <> 'a'        |                                 | OneSidedOr(no <> on result)
        (activity_date_time > '2026-05-01' AND result <> 'a') OR activity_date_time > '2026-05-03' | activityDateTime ge 2026-05-01T00:00:00Z and (activityDateTime ge 2026-05-01T00:00:00Z or activityDateTime ge 2026-05-03T00:00:00Z) | no <> on result
        ",
    );
}

/// As they come where DataFusion has not cut a literal down to the unit of the column: the value of a subquery.
#[test]
fn a_time_finer_than_a_microsecond_lies_between_two_of_them() {
    hold(
        r"
        activity_date_time::timestamp >= TIMESTAMP '2026-05-01T00:00:00.9999995' | activityDateTime ge 2026-05-01T00:00:01Z |
        activity_date_time::timestamp > TIMESTAMP '2026-05-01T00:00:00.9999995' | activityDateTime ge 2026-05-01T00:00:01Z |
        activity_date_time::timestamp < TIMESTAMP '2026-05-01T00:00:00.0000005' | activityDateTime le 2026-05-01T00:00:01Z |
        activity_date_time::timestamp <= TIMESTAMP '2026-05-01T00:00:00.0000005' | activityDateTime le 2026-05-01T00:00:01Z |
        activity_date_time::timestamp = TIMESTAMP '2026-05-01T00:00:00.0000005' | nothing                         |
        activity_date_time::timestamp <> TIMESTAMP '2026-05-01T00:00:00.0000005' |                                 | Null
        activity_date_time::timestamp IN (TIMESTAMP '2026-05-01T00:00:00.0000005') | nothing                         |
        ",
        |sql| outcome(&read(sql, &DIRECTORY_AUDITS, false), &DIRECTORY_AUDITS, ApiVersion::V1),
    );
}
