//! What of a single comparison is sent: texts, numbers, lists, patterns, NULL.

use super::{audits, sign_ins};

#[test]
fn of_text_only_equality_is_sent() {
    audits(
        r"
        result = 'failure'                                        | result eq 'failure'             |
        'failure' = result                                        | result eq 'failure'             |
        result = 'O''Neil'                                        | result eq 'O''Neil'             |
        result = 'a%b_c'                                          | result eq 'a%b_c'               |
        result <> 'failure'                                       |                                 | no <> on result
        result < 'failure'                                        |                                 | TextOrder
        result <= 'failure'                                       |                                 | TextOrder
        result > 'failure'                                        |                                 | TextOrder
        'failure' <= result                                       |                                 | TextOrder
        result BETWEEN 'a' AND 'b'                                |                                 | TextOrder
        result = ''                                               |                                 | EmptyText
        result = 'a' || chr(9)                                    |                                 | ControlCharacter
        result IS NOT DISTINCT FROM 'failure'                     | result eq 'failure'             | Null
        result IS DISTINCT FROM 'failure'                         |                                 | Computed
        result = category                                         |                                 | Computed
        upper(result) = 'FAILURE'                                 |                                 | Computed
        result || 'x' = 'ax'                                      |                                 | Computed
        operation_type = 'Add'                                    |                                 | no eq on operationType
        result_reason = ''                                        |                                 | EmptyText
        ",
    );
}

#[test]
fn numbers_and_flags_are_sent_as_they_are_or_stay() {
    sign_ins(
        r"
        status.error_code = 50126                                 | status/errorCode eq 50126       |
        50126 = status.error_code                                 | status/errorCode eq 50126       |
        status.error_code = -1                                    | status/errorCode eq -1          |
        status.error_code = 50126 + 1                             | status/errorCode eq 50127       |
        status.error_code <> 0                                    |                                 | no <> on status/errorCode
        status.error_code > 0                                     |                                 | no ge on status/errorCode
        status.error_code >= 1                                    |                                 | no ge on status/errorCode
        status.error_code < 1                                     |                                 | no le on status/errorCode
        status.error_code <= 0                                    |                                 | no le on status/errorCode
        status.error_code = 1.5                                   |                                 | Type
        status.error_code + 1 = 2                                 |                                 | Computed
        device_detail.is_managed                                  |                                 | no eq on deviceDetail/isManaged
        NOT device_detail.is_managed                              |                                 | no eq on deviceDetail/isManaged
        device_detail.is_managed = false                          |                                 | no eq on deviceDetail/isManaged
        location.geo_coordinates.latitude > 50                    |                                 | no ge on location/geoCoordinates/latitude
        ",
    );
}

#[test]
fn a_list_of_values_is_sent_whole_or_stays() {
    audits(
        r"
        result IN ('success')                                     | result eq 'success'             |
        result IN ('success', 'failure')                          | (result eq 'success' or result eq 'failure') |
        result IN ('a', 'b', 'c', 'd', 'e')                       | (result eq 'a' or result eq 'b' or result eq 'c' or result eq 'd' or result eq 'e') |
        result IN ('a', 'b', 'a', 'c', 'd', 'b')                  | (result eq 'a' or result eq 'b' or result eq 'c' or result eq 'd') |
        result IN ('a', 'b', 'c', 'd', NULL)                      | (result eq 'a' or result eq 'b' or result eq 'c' or result eq 'd') |
        result IN ('a', 'b', 'c', 'd', '')                        |                                 | EmptyText
        result IN ('a', 'b', 'c', 'd', chr(9))                    |                                 | ControlCharacter
        result IN (NULL)                                          | nothing                         |
        result NOT IN ('a', 'b', 'c', 'd', 'e')                   |                                 | no NOT IN on result
        result NOT IN ('a')                                       |                                 | no <> on result
        result NOT IN ('a', 'b', 'c', 'd', NULL)                  | nothing                         |
        NOT (result NOT IN ('a', 'b', 'c', 'd'))                  | (result eq 'a' or result eq 'b' or result eq 'c' or result eq 'd') |
        operation_type IN ('a', 'b', 'c', 'd')                    |                                 | no eq on operationType
        result IN ('a', category)                                 |                                 | OneSidedOr(Computed)
        ",
    );
}

#[test]
fn of_a_pattern_its_beginning_is_sent_where_that_is_documented() {
    audits(
        r"
        activity_display_name LIKE 'Add%'                         | startswith(activityDisplayName,'Add') |
        activity_display_name LIKE 'O''N%'                        | startswith(activityDisplayName,'O''N') |
        activity_display_name LIKE 'Add_member%'                  | startswith(activityDisplayName,'Add') |
        activity_display_name LIKE 'Add%role'                     | startswith(activityDisplayName,'Add') |
        activity_display_name LIKE 'Add\_%'                       | startswith(activityDisplayName,'Add_') |
        activity_display_name LIKE '50\%'                         | activityDisplayName eq '50%'    |
        activity_display_name LIKE 'Add member'                   | activityDisplayName eq 'Add member' |
        activity_display_name LIKE ''                             |                                 | EmptyText
        activity_display_name LIKE '%role'                        |                                 | no endswith on activityDisplayName
        activity_display_name LIKE '%member%'                     |                                 | no contains on activityDisplayName
        activity_display_name LIKE '%a%b%'                        |                                 | FreePattern
        activity_display_name LIKE '_dd'                          |                                 | FreePattern
        activity_display_name LIKE '%'                            |                                 | Computed
        activity_display_name NOT LIKE 'Add%'                     |                                 | no NOT LIKE on activityDisplayName
        activity_display_name NOT LIKE 'Add'                      |                                 | no <> on activityDisplayName
        NOT activity_display_name NOT LIKE 'Add%'                 | startswith(activityDisplayName,'Add') |
        starts_with(activity_display_name, 'Add')                 | startswith(activityDisplayName,'Add') |
        starts_with(activity_display_name, 'A%_')                 | startswith(activityDisplayName,'A%_') |
        starts_with(activity_display_name, '')                    |                                 | Computed
        activity_display_name LIKE 'Add' || chr(10) || '%'        |                                 | ControlCharacter
        activity_display_name LIKE category                       |                                 | Computed
        activity_display_name ~ '^Add'                            | startswith(activityDisplayName,'Add') |
        activity_display_name ~ '^A.*d$'                          |                                 | Computed
        result LIKE 'fail%'                                       |                                 | no startswith on result
        ",
    );
}

#[test]
fn what_ignores_case_stays() {
    audits(
        r"
        activity_display_name ILIKE 'add%'                        |                                 | AnySpelling
        activity_display_name ILIKE 'Add'                         |                                 | AnySpelling
        activity_display_name NOT ILIKE 'add%'                    |                                 | AnySpelling
        lower(result) = 'failure'                                 |                                 | AnySpelling
        lower(result) IN ('a', 'b', 'c', 'd')                     |                                 | AnySpelling
        lower(result) LIKE 'fail%'                                |                                 | AnySpelling
        lower(result) IS NULL                                     |                                 | AnySpelling
        lower(result) = 'a' AND lower(result) = 'b'               |                                 | AnySpelling
        lower(result) = 'a' AND category = 'b'                    | category eq 'b'                 | AnySpelling
        ",
    );
}

#[test]
fn a_column_stored_in_lower_case_is_asked_for_in_both_spellings() {
    sign_ins(
        r"
        user_principal_name = 'ana@x.example'                     | userPrincipalName eq 'ana@x.example' |
        user_principal_name = 'Ana@x.example'                     | (userPrincipalName eq 'Ana@x.example' or userPrincipalName eq 'ana@x.example') |
        user_principal_name LIKE 'Ana%'                           | (startswith(userPrincipalName,'Ana') or startswith(userPrincipalName,'ana')) |
        user_principal_name IN ('A', 'b', 'C', 'd')               | (userPrincipalName eq 'A' or userPrincipalName eq 'a' or userPrincipalName eq 'b' or userPrincipalName eq 'C' or userPrincipalName eq 'c' or userPrincipalName eq 'd') |
        lower(user_principal_name) = 'ana@x.example'              |                                 | AnySpelling
        user_principal_name ILIKE 'ana%'                          |                                 | AnySpelling
        user_principal_name <> 'Ana'                              |                                 | no <> on userPrincipalName
        user_principal_name = 'A' AND user_principal_name = 'a'   | nothing                         |
        user_display_name = 'Ana'                                 | userDisplayName eq 'Ana'        |
        ",
    );
}

#[test]
fn tests_for_null_stay() {
    audits(
        r#"
        result IS NULL                                            |                                 | Null
        result IS NOT NULL                                        |                                 | Null
        NOT (result IS NULL)                                      |                                 | Null
        initiated_by."user" IS NULL                               |                                 | Null
        result = 'a' OR result IS NULL                            |                                 | OneSidedOr(Null)
        result = 'a' AND result IS NOT NULL                       | result eq 'a'                   | Null
        activity_date_time IS NULL                                |                                 | Null
        result = NULL                                             | nothing                         |
        NOT (result = NULL)                                       | nothing                         |
        "#,
    );
}

/// EXPLAIN and the reasons of empty answers show it.
#[test]
fn a_condition_that_stays_is_shown_as_it_was_written() {
    for sql in [
        "coalesce(user_principal_name, '') = 'nobody'",
        "coalesce(user_principal_name, ip_address, '') = 'nobody'",
        "nullif(user_principal_name, '') = 'nobody'",
        "CASE WHEN app_id = 'a' THEN user_id ELSE '' END = id",
        "CASE WHEN user_id IS NOT NULL THEN id ELSE app_id END = 'x'",
        "TRY_CAST(user_id AS integer) = 5",
    ] {
        let shown: Vec<String> =
            super::conjuncts(sql, &super::SIGN_INS).into_iter().map(|conjunct| conjunct.sql).collect();
        assert_eq!(shown, [sql]);
    }
}
