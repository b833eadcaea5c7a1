//! Fields are asked for by their path, elements of lists by `any`.

use super::{audits, sign_ins};

#[test]
fn fields_are_asked_for_by_their_path() {
    sign_ins(
        r"
        location.city = 'Lisbon'                                  | location/city eq 'Lisbon'       |
        location.city LIKE 'Lis%'                                 | startswith(location/city,'Lis') |
        location['city'] = 'Lisbon'                               | location/city eq 'Lisbon'       |
        location.country_or_region IN ('PT', 'ES', 'FR', 'IT')    | (location/countryOrRegion eq 'PT' or location/countryOrRegion eq 'ES' or location/countryOrRegion eq 'FR' or location/countryOrRegion eq 'IT') |
        lower(location.city) = 'lisbon'                           |                                 | AnySpelling
        location IS NULL                                          |                                 | Null
        location.city IS NULL                                     |                                 | Null
        device_detail.device_id = 'x'                             |                                 | no eq on deviceDetail/deviceId
        ",
    );
    audits(
        r#"
        initiated_by."user".user_principal_name LIKE 'Ana%'       | startswith(initiatedBy/user/userPrincipalName,'Ana') |
        initiated_by.app.display_name = 'x'                       | initiatedBy/app/displayName eq 'x' |
        target_resources[1]['id'] = 'x'                           |                                 | Computed
        "#,
    );
}

#[test]
fn an_element_of_a_list_is_asked_for_by_any() {
    sign_ins(
        r"
        array_has(risk_event_types_v2, 'generic')                 | riskEventTypes_v2/any(t: t eq 'generic') |
        'generic' = ANY(risk_event_types_v2)                      | riskEventTypes_v2/any(t: t eq 'generic') |
        array_has(risk_event_types_v2, 'a') AND array_has(risk_event_types_v2, 'b') | riskEventTypes_v2/any(t: t eq 'a') and riskEventTypes_v2/any(t: t eq 'b') |
        array_has_all(risk_event_types_v2, ['a', 'b'])            | (riskEventTypes_v2/any(t: t eq 'a') and riskEventTypes_v2/any(t: t eq 'b')) |
        array_has_any(risk_event_types_v2, ['a', 'b'])            | (riskEventTypes_v2/any(t: t eq 'a') or riskEventTypes_v2/any(t: t eq 'b')) |
        array_has_any(risk_event_types_v2, ['a', ''])             |                                 | OneSidedOr(EmptyText)
        NOT array_has(risk_event_types_v2, 'generic')             |                                 | no NOT array_has on riskEventTypes_v2
        array_has(risk_event_types_v2, '')                        |                                 | EmptyText
        array_has(risk_event_types_v2, 'a' || chr(9))             |                                 | ControlCharacter
        array_has(authentication_methods_used, 'x')               |                                 | no array_has on authenticationMethodsUsed
        risk_event_types_v2 IS NULL                               |                                 | Null
        risk_event_types_v2[1] = 'generic'                        |                                 | Computed
        cardinality(risk_event_types_v2) > 0                      |                                 | Computed
        ",
    );
}

#[test]
fn tests_of_an_element_are_sent_one_by_one() {
    audits(
        r"
        array_any_match(target_resources, t -> t['id'] = 'x') IS TRUE | targetResources/any(t: t/id eq 'x') |
        array_any_match(target_resources, t -> t['id'] = 'x')     | targetResources/any(t: t/id eq 'x') |
        array_any_match(target_resources, t -> 'x' = t['id']) IS TRUE | targetResources/any(t: t/id eq 'x') |
        array_any_match(target_resources, t -> t['display_name'] LIKE 'O''N%') IS TRUE | targetResources/any(t: startswith(t/displayName,'O''N')) |
        array_any_match(target_resources, t -> t['user_principal_name'] = 'A@x') IS TRUE | targetResources/any(t: t/userPrincipalName eq 'A@x') |
        array_any_match(target_resources, t -> t['id'] IN ('a', 'b')) IS TRUE | (targetResources/any(t: t/id eq 'a') or targetResources/any(t: t/id eq 'b')) |
        array_any_match(target_resources, t -> t['id'] = 'a' AND t['display_name'] = 'b') IS TRUE | (targetResources/any(t: t/id eq 'a') and targetResources/any(t: t/displayName eq 'b')) | OneElement
        array_any_match(target_resources, t -> t['id'] = 'a' AND t['type'] = 'b') IS TRUE | targetResources/any(t: t/id eq 'a') | no eq on targetResources/type, OneElement
        array_any_match(target_resources, t -> t['id'] = 'a' AND result = 'b') IS TRUE | (targetResources/any(t: t/id eq 'a') and result eq 'b') |
        array_any_match(target_resources, t -> t['id'] = 'a' OR t['display_name'] = 'b') IS TRUE | (targetResources/any(t: t/id eq 'a') or targetResources/any(t: t/displayName eq 'b')) |
        array_any_match(target_resources, t -> t['id'] = 'a' OR t['type'] = 'b') IS TRUE |                                 | OneSidedOr(no eq on targetResources/type)
        array_any_match(target_resources, t -> t['id'] = 'a' AND t['id'] = 'b') IS TRUE | (targetResources/any(t: t/id eq 'a') and targetResources/any(t: t/id eq 'b')) | OneElement
        array_any_match(target_resources, t -> t['id'] = 'a') IS TRUE AND array_any_match(target_resources, t -> t['id'] = 'b') IS TRUE | targetResources/any(t: t/id eq 'a') and targetResources/any(t: t/id eq 'b') |
        array_any_match(target_resources, t -> t['id'] = 'a') IS TRUE OR id = 'b' | (targetResources/any(t: t/id eq 'a') or id eq 'b') |
        NOT (array_any_match(target_resources, t -> t['id'] = 'x') IS TRUE) |                                 | NoElement
        NOT array_any_match(target_resources, t -> t['id'] = 'x') |                                 | NoElement
        array_any_match(target_resources, t -> t['id'] <> 'x') IS TRUE |                                 | no <> on targetResources/id
        array_any_match(target_resources, t -> NOT (t['id'] = 'x')) IS TRUE |                                 | no <> on targetResources/id
        array_any_match(target_resources, t -> t['id'] IS NULL) IS TRUE |                                 | Null
        array_any_match(target_resources, t -> t['id'] = '') IS TRUE |                                 | EmptyText
        array_any_match(target_resources, t -> t['id'] LIKE 'x%') IS TRUE |                                 | no startswith on targetResources/id
        array_any_match(target_resources, t -> lower(t['display_name']) = 'x') IS TRUE |                                 | AnySpelling
        array_any_match(target_resources, t -> length(t['id']) = 3) IS TRUE |                                 | Computed
        array_any_match(target_resources, t -> length(t['id']) = 3 AND t['id'] = 'x') IS TRUE | targetResources/any(t: t/id eq 'x') | Computed, OneElement
        array_any_match(target_resources, t -> t['id'] = result) IS TRUE |                                 | Computed
        array_any_match(target_resources, t -> array_any_match(t['modified_properties'], m -> m['display_name'] = 'x')) IS TRUE |                                 | Computed
        array_any_match(target_resources, t -> array_any_match(t['modified_properties'], m -> t['id'] = 'x')) IS TRUE | targetResources/any(t: t/id eq 'x') |
        array_any_match(additional_details, t -> t['key'] = 'x') IS TRUE |                                 | no eq on additionalDetails/key
        ",
    );
    sign_ins(
        r"
        array_any_match(risk_event_types_v2, t -> t = 'a') IS TRUE | riskEventTypes_v2/any(t: t eq 'a') |
        array_any_match(risk_event_types_v2, t -> t LIKE 'un%') IS TRUE | riskEventTypes_v2/any(t: startswith(t,'un')) |
        array_any_match(authentication_methods_used, t -> t = 'a') IS TRUE |                                 | no array_has on authenticationMethodsUsed
        array_any_match(sign_in_event_types, t -> t = 'servicePrincipal') IS TRUE | s:                              | Population
        array_any_match(sign_in_event_types, t -> t = 'servicePrincipal' OR t = 'managedIdentity') IS TRUE | sm:                             | Population
        NOT (array_any_match(sign_in_event_types, t -> t = 'servicePrincipal') IS TRUE) |                                 | NoElement
        array_any_match(sign_in_event_types, t -> t = 'servicePrincipal') IS TRUE AND array_any_match(sign_in_event_types, t -> t = 'interactiveUser') IS TRUE | s:                              | Population
        ",
    );
}
