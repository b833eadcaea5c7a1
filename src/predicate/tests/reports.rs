//! Kinds of sign-ins, the first version of the service, and the old reports: each is asked in its own words.

use super::{holds, sign_ins};
use crate::apis::aadgraph::{AUDIT_EVENTS, SIGNIN_EVENTS};
use crate::apis::graph::SIGN_INS;
use crate::table::ApiVersion;

#[test]
fn the_kind_of_sign_in_chooses_streams_and_is_not_sent() {
    sign_ins(
        r"
        is_interactive                                            | i:                              | Population
        is_interactive = true                                     | i:                              | Population
        is_interactive IS TRUE                                    | i:                              | Population
        NOT is_interactive                                        | nsm:                            | Population
        is_interactive <> true                                    | nsm:                            | Population
        is_interactive IS NULL                                    |                                 | Population
        sign_in_event_types IS NULL                               | i:                              | Population
        sign_in_event_types IS NOT NULL                           |                                 | Population
        is_interactive OR sign_in_event_types IS NULL             | i:                              | Population
        is_interactive OR array_has(sign_in_event_types, 'nonInteractiveUser') OR sign_in_event_types IS NULL AND user_principal_name <> '' | in:                             | Population
        is_interactive AND NOT is_interactive                     | nothing                         |
        is_interactive OR NOT is_interactive                      |                                 | Population
        array_has(sign_in_event_types, 'servicePrincipal')        | s:                              | Population
        NOT array_has(sign_in_event_types, 'servicePrincipal')    | inm:                            | Population
        array_has_any(sign_in_event_types, ['servicePrincipal', 'managedIdentity']) | sm:                             | Population
        array_has(sign_in_event_types, 'nonInteractiveUser') AND array_has(sign_in_event_types, 'servicePrincipal') | n:                              | Population
        array_has(sign_in_event_types, 'nonInteractiveUser') AND NOT array_has(sign_in_event_types, 'servicePrincipal') | n:                              | Population
        array_has(sign_in_event_types, 'interactiveUser') AND NOT is_interactive | nothing                         |
        array_has(sign_in_event_types, 'aKindOfTomorrow')         |                                 | Population
        NOT array_has(sign_in_event_types, 'aKindOfTomorrow')     |                                 | Population
        is_interactive AND app_id = 'x'                           | i: appId eq 'x'                 | Population
        is_interactive OR app_id = 'x'                            | i: ; nsm: appId eq 'x'          | Population
        (is_interactive AND app_id = 'x') OR (NOT is_interactive AND user_id = 'y') | i: appId eq 'x' ; nsm: userId eq 'y' | Population
        (is_interactive AND app_id = 'x') OR array_has(sign_in_event_types, 'servicePrincipal') | is:                             | OneSidedOr(Population), Population
        is_interactive OR upper(app_id) = 'X'                     |                                 | Population, Computed
        ",
    );
}

#[test]
fn version_1_knows_one_kind_and_fewer_operators() {
    holds(
        &SIGN_INS,
        ApiVersion::V1,
        r"
        is_interactive                                            |                                 | Population
        NOT is_interactive                                        | nothing                         |
        array_has(sign_in_event_types, 'servicePrincipal')        | nothing                         |
        sign_in_event_types IS NULL                               |                                 | Population
        app_id = 'x'                                              | appId eq 'x'                    |
        user_agent = 'x'                                          |                                 | no eq on userAgent
        service_principal_name LIKE 'x%'                          |                                 | no startswith on servicePrincipalName
        token_issuer_name = 'x'                                   |                                 | no eq on tokenIssuerName
        ",
    );
    sign_ins(
        r"
        user_agent = 'x'                                          | userAgent eq 'x'                |
        service_principal_name LIKE 'x%'                          | startswith(servicePrincipalName,'x') |
        token_issuer_name = 'x'                                   | tokenIssuerName eq 'x'          |
        ",
    );
}

#[test]
fn the_old_report_of_sign_ins_is_asked_in_its_own_words() {
    holds(
        &SIGNIN_EVENTS,
        ApiVersion::Beta,
        r"
        user_id = 'x'                                             | userId eq 'x'                   |
        app_id = 'x' AND app_display_name = 'O''Neil'             | appId eq 'x' and appDisplayName eq 'O''Neil' |
        user_principal_name = 'a@b.example'                       | userPrincipalName eq 'a@b.example' |
        user_principal_name = 'A@b.example'                       | (userPrincipalName eq 'A@b.example' or userPrincipalName eq 'a@b.example') |
        login_status = 'Failure'                                  | loginStatus eq '1'              |
        login_status = 'SUCCESS'                                  | loginStatus eq '0'              |
        login_status = '1'                                        | loginStatus eq '1'              |
        login_status = '0'                                        | loginStatus eq '0'              |
        login_status = 'Interrupted'                              |                                 | NoCode
        login_status = ''                                         |                                 | EmptyText
        login_status <> 'Success'                                 |                                 | no <> on loginStatus
        login_status LIKE 'F%'                                    |                                 | no startswith on loginStatus
        lower(login_status) = 'failure'                           |                                 | AnySpelling
        login_status IN ('Failure', '1', 'failure', 'FAILURE')    | loginStatus eq '1'              |
        login_status IN ('Success', 'Failure')                    |                                 | EveryValue
        login_status IN ('Success', '0', '1', 'success')          |                                 | EveryValue
        login_status = 'Failure' OR user_id = 'x'                 | (loginStatus eq '1' or userId eq 'x') |
        login_status = 'Failure' OR login_status = 'Success' OR user_id = 'x' |                                 | EveryValue
        is_success                                                |                                 | Computed
        NOT is_success                                            |                                 | Computed
        is_success = false AND login_status = 'Failure'           | loginStatus eq '1'              | Computed
        signin_error_code = 0                                     |                                 | no eq on signinErrorCode
        id = 'x'                                                  |                                 | no eq on id
        ip_address = '1.2.3.4'                                    |                                 | no eq on ipAddress
        app_display_name LIKE 'Azure%'                            |                                 | no startswith on appDisplayName
        location.city = 'Lisbon'                                  |                                 | no eq on location/city
        signin_date_time >= '2017-07-21T10:00:21.5Z'              | signinDateTime ge 2017-07-21T10:00:21Z |
        signin_date_time > '2017-07-21T10:00:21Z'                 | signinDateTime ge 2017-07-21T10:00:21Z |
        signin_date_time <= '2017-07-21T10:00:21.5Z'              | signinDateTime lt 2017-07-21T10:00:22Z |
        signin_date_time < '2017-07-21T10:00:21Z'                 | signinDateTime lt 2017-07-21T10:00:21Z |
        signin_date_time <= '2017-07-21T10:00:21Z'                | signinDateTime lt 2017-07-21T10:00:22Z |
        signin_date_time = '2017-07-21T10:00:21Z'                 | signinDateTime ge 2017-07-21T10:00:21Z and signinDateTime lt 2017-07-21T10:00:22Z |
        signin_date_time < '2017-07-21' OR user_id = 'x'          | (signinDateTime lt 2017-07-21T00:00:00Z or userId eq 'x') |
        ",
    );
}

#[test]
fn the_old_report_of_changes_is_asked_in_its_own_words() {
    holds(
        &AUDIT_EVENTS,
        ApiVersion::Beta,
        r"
        activity = 'Add application'                              | activity eq 'Add application'   |
        activity LIKE 'Add%'                                      | startswith(activity,'Add')      |
        activity LIKE '%application%'                             | contains(activity,'application') |
        activity LIKE '%application'                              |                                 | no endswith on activity
        activity_type = 'User'                                    | activityType eq 'User'          |
        activity_type LIKE 'U%'                                   |                                 | no startswith on activityType
        activity_result_status = 'Failure'                        | activityStatus eq -1            |
        activity_result_status = 'success'                        | activityStatus eq 0             |
        activity_result_status = '-1'                             | activityStatus eq -1            |
        activity_result_status = 'Timeout'                        |                                 | NoCode
        activity_result_status IN ('Success', 'Failure')          |                                 | EveryValue
        category = 'SSPR'                                         | category eq 'SSPR'              |
        category = 'Core Directory'                               | category eq 'Directory'         |
        category = 'UserManagement'                               |                                 | NoCode
        actor.name = 'Ada'                                        | actor/name eq 'Ada'             |
        actor.name LIKE 'A%' AND actor.name LIKE '%d%'            | startswith(actor/name,'A') and contains(actor/name,'d') |
        actor.object_id = 'x'                                     | actor/objectId eq 'x'           |
        actor.user_principal_name = 'a@b.example'                 | actor/Microsoft.ActiveDirectory.DataService.PublicApi.Model.Reporting.AuditLog.ActorUserEntity/userPrincipalName eq 'a@b.example' |
        actor.user_principal_name LIKE 'a%'                       | startswith(actor/Microsoft.ActiveDirectory.DataService.PublicApi.Model.Reporting.AuditLog.ActorUserEntity/userPrincipalName,'a') |
        actor.user_principal_name LIKE '%a%'                      |                                 | no contains on actor/Microsoft.ActiveDirectory.DataService.PublicApi.Model.Reporting.AuditLog.ActorUserEntity/userPrincipalName
        actor.ip_address = '1.2.3.4'                              |                                 | no eq on actor/ipAddress
        correlation_id = 'x'                                      |                                 | no eq on correlationId
        activity_date <= '2017-07-21T10:00:21.5Z'                 | activityDate lt 2017-07-21T10:00:22Z |
        ",
    );
}
