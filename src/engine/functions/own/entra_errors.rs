//! What the error numbers of sign-ins mean.

use super::function::{Function, Of, Type};

pub(super) const FUNCTIONS: &[Function] = &[Function {
    name: "entra_error",
    also: &["aadsts"],
    doc: "What an error number of a sign-in means, in a few words. NULL for one that is not listed here; \
          https://login.microsoftonline.com/error has them all.",
    args: &[("error_code", Type::Int, "A number, such as sign_ins.status.error_code.")],
    of: Of::Text(|args| meaning(args[0].int()).map(str::to_owned)),
    examples: &[
        ("entra_error(50126)", Some("wrong user name or password")),
        ("entra_error(0)", Some("success")),
        ("entra_error(-1)", None),
    ],
}];

fn meaning(code: i64) -> Option<&'static str> {
    ERRORS.binary_search_by_key(&code, |(code, _)| *code).ok().map(|at| ERRORS[at].1)
}

/// By number (source: Microsoft Entra authentication and authorization error codes).
#[expect(clippy::unreadable_literal, reason = "these are names that are digits")]
const ERRORS: &[(i64, &str)] = &[
    (0, "success"),
    (16000, "several identities are signed in, and one was to be chosen"),
    (50001, "the resource is not known in the tenant"),
    (50005, "the device's platform is not supported by Conditional Access"),
    (50011, "the reply address is not one of the application's"),
    (50012, "the credential of the application was not accepted"),
    (50013, "the assertion is not valid"),
    (50020, "the user comes from another tenant and is no guest of this one"),
    (50034, "there is no such user in the tenant"),
    (50053, "locked after too many tries, or from an address with malicious activity"),
    (50055, "the password has expired"),
    (50056, "the user has no password in the directory"),
    (50057, "the account is disabled"),
    (50058, "silent sign-in, but nobody is signed in"),
    (50059, "nothing in the request tells the tenant"),
    (50072, "the user has to enrol for multifactor authentication"),
    (50074, "multifactor authentication was needed and not passed"),
    (50076, "multifactor authentication is needed: a setting or the place has changed"),
    (50078, "multifactor authentication has expired and is needed again"),
    (50079, "the user has to enrol for multifactor authentication"),
    (50088, "too many calls or messages for multifactor authentication"),
    (50089, "the flow took too long, and its token has expired"),
    (50097, "the device has to authenticate"),
    (50105, "the user is not assigned to the application"),
    (50125, "interrupted: the password is being reset or registered"),
    (50126, "wrong user name or password"),
    (50127, "the user has to install a broker application"),
    (50128, "nothing in the request tells the tenant"),
    (50129, "the device is not joined to the workplace"),
    (50131, "blocked: the state of the device, suspicious activity or a policy"),
    (50132, "the session is no longer valid: the password has expired or changed"),
    (50133, "the session is no longer valid: the password has expired or changed"),
    (50135, "the password has to be changed because the account is at risk"),
    (50140, "interrupted by the question whether to stay signed in"),
    (50144, "the password on premises has expired"),
    (50146, "the application needs a signing key of its own"),
    (50155, "the device could not be authenticated"),
    (50158, "a security check outside of the directory was not passed"),
    (50173, "the grant was revoked: a fresh sign-in is needed"),
    (50177, "a check outside of the directory is not supported for users of other identity providers"),
    (50196, "the client repeats the same request in a loop"),
    (50199, "the user was asked to confirm the sign-in"),
    (51004, "the account does not exist in the tenant"),
    (52004, "the user has not agreed to the access to LinkedIn"),
    (53000, "blocked by Conditional Access: the device is not compliant"),
    (53001, "blocked by Conditional Access: the device is not joined to the domain"),
    (53002, "blocked by Conditional Access: the application is not an approved one"),
    (53003, "blocked by Conditional Access"),
    (53004, "the sign-in looks suspicious: methods cannot be registered now"),
    (53011, "blocked because of the user's risk in the home tenant"),
    (65001, "consent of the user or the administrator is missing"),
    (65004, "the user declined to consent"),
    (65005, "the application asks for a resource that it does not list"),
    (70000, "the grant is not valid"),
    (70002, "the application's credential was not accepted"),
    (70008, "the refresh token has expired: it was not used for too long"),
    (70011, "the scope is not valid"),
    (70016, "device code: the user has not signed in yet"),
    (70043, "the refresh token has expired: Conditional Access limits how long sign-ins last"),
    (80001, "the agent on premises cannot reach the directory there"),
    (80002, "the agent on premises did not get an answer in time"),
    (80007, "the agent on premises could not check the password"),
    (80012, "signed in outside of the hours allowed on premises"),
    (80014, "the agent on premises could not check the password in time"),
    (81010, "seamless single sign-on: the Kerberos ticket has expired or is not valid"),
    (90002, "there is no such tenant"),
    (90014, "the request lacks a field"),
    (90072, "the account does not exist in the tenant, and would have to be a guest first"),
    (90094, "an administrator has to consent"),
    (90095, "an administrator has to consent, and was asked"),
    (90100, "a parameter is empty or not valid"),
    (500011, "the resource has no service principal in the tenant"),
    (500021, "access to the tenant is denied by tenant restrictions"),
    (500121, "multifactor authentication failed or was denied"),
    (530003, "blocked by Conditional Access: the device has to be managed"),
    (530021, "blocked by Conditional Access: the application is not an approved one"),
    (530034, "a delegated administrator was blocked because of risk in the home tenant"),
    (700016, "the application is not known in the tenant"),
    (700027, "the application's certificate or assertion was not accepted"),
    (700082, "the refresh token has expired: it was not used for too long"),
    (700084, "the refresh token of a single-page application has expired"),
    (7000112, "the application is disabled"),
    (7000215, "the secret of the application is wrong"),
    (7000218, "the request lacks the credential of the application"),
    (7000222, "the secret of the application has expired"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_in_order_and_come_once() {
        assert!(ERRORS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(ERRORS.iter().all(|(code, words)| meaning(*code) == Some(words)));
    }
}
