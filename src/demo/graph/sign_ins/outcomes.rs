//! How a sign-in ends: error codes with the service's words, conditional access, what is suspected.

/// How a sign-in ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Success,
    /// Let in, and the second factor was shown or remembered.
    SuccessWithFactor,
    WrongPassword,
    Locked,
    NoSuchUser,
    KeepSignedIn,
    SilentFailed,
    FactorNeeded,
    FactorDenied,
    PasswordExpired,
    Blocked,
    DeviceNeeded,
    ConsentNeeded,
    SessionExpired,
    BadSecret,
    SecretExpired,
}

/// What the service says about an [`Outcome`].
pub(super) struct Words {
    pub(super) code: i32,
    pub(super) reason: &'static str,
    pub(super) details: Option<&'static str>,
    /// `conditionalAccessStatus`
    pub(super) access: &'static str,
}

const fn words(code: i32, reason: &'static str, details: Option<&'static str>, access: &'static str) -> Words {
    Words { code, reason, details, access }
}

impl Outcome {
    /// Whether the sign-in was let in.
    pub(super) fn is_success(self) -> bool {
        matches!(self, Self::Success | Self::SuccessWithFactor)
    }

    /// Whether the first factor was right.
    pub(super) fn knew_password(self) -> bool {
        !matches!(self, Self::WrongPassword | Self::Locked | Self::NoSuchUser)
    }

    /// The service's words.
    pub(super) fn words(self) -> Words {
        const SATISFIED: Option<&str> = Some("MFA requirement satisfied by claim in the token");
        const STRONG: Option<&str> = Some("MFA required in Azure AD");
        match self {
            Self::Success => words(0, "Other.", None, "notApplied"),
            Self::SuccessWithFactor => words(0, "Other.", SATISFIED, "success"),
            Self::WrongPassword => {
                words(50126, "Error validating credentials due to invalid username or password.", None, "notApplied")
            }
            Self::Locked => words(
                50053,
                "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
                None,
                "notApplied",
            ),
            Self::NoSuchUser => words(
                50034,
                "The user account {identifier} does not exist in the {tenant} directory. To sign into this application, the account must be added to the directory.",
                None,
                "notApplied",
            ),
            Self::KeepSignedIn => words(
                50140,
                "This error occurred due to 'Keep me signed in' interrupt when the user was signing-in.",
                None,
                "success",
            ),
            Self::SilentFailed => words(
                50058,
                "The application tried to perform a silent sign in and the user could not be silently signed in. The application needs to start an interactive flow giving users an option to sign in. Contact app owner.",
                None,
                "notApplied",
            ),
            Self::FactorNeeded => words(50074, "Strong Authentication is required.", STRONG, "failure"),
            Self::FactorDenied => words(
                500_121,
                "Authentication failed during strong authentication request.",
                Some("MFA denied; user declined the authentication"),
                "failure",
            ),
            Self::PasswordExpired => words(50055, "The password is expired.", None, "notApplied"),
            Self::Blocked => words(
                53003,
                "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
                Some(""),
                "failure",
            ),
            Self::DeviceNeeded => words(
                50097,
                "Device Authentication Required - DeviceId -DeviceAltSecId claims are null.",
                None,
                "failure",
            ),
            Self::ConsentNeeded => words(
                65001,
                "The user or administrator has not consented to use the application with ID '{identifier}'{namePhrase}. Send an interactive authorization request for this user and resource.",
                None,
                "success",
            ),
            Self::SessionExpired => words(
                70044,
                "The session has expired or is invalid due to sign-in frequency checks by conditional access.",
                None,
                "failure",
            ),
            Self::BadSecret => words(
                7_000_215,
                "Invalid client secret is provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{app}'.",
                None,
                "notApplied",
            ),
            Self::SecretExpired => {
                words(7_000_222, "The provided client secret keys for app '{app}' are expired.", None, "notApplied")
            }
        }
    }
}

/// Conditional access policies: name, what is enforced, what is enforced on the session.
pub(in crate::demo::graph) static POLICIES: &[(&str, &str, &str)] = &[
    ("Require MFA for all users", "Mfa", ""),
    ("Block legacy authentication", "Block", ""),
    ("Guests: sign-in frequency", "", "SignInFrequency"),
    ("Admins: compliant device (report-only)", "RequireCompliantDevice", "PersistentBrowserSessionMode"),
];

/// What is suspected of a sign-in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Risk {
    None,
    /// A false alarm that was dismissed: someone travelled.
    Travel,
    /// The detection is not licensed.
    Hidden,
    Spray,
    Takeover,
    StolenToken,
}

impl Risk {
    /// Level during the sign-in, aggregated level, state, detail, detection.
    pub(super) fn words(self) -> [&'static str; 5] {
        match self {
            Self::None => ["none", "none", "none", "none", ""],
            Self::Travel => ["low", "none", "dismissed", "userPassedMFADrivenByRiskBasedPolicy", "unlikelyTravel"],
            Self::Hidden => ["hidden", "hidden", "none", "hidden", "generic"],
            Self::Spray => ["medium", "medium", "atRisk", "none", "passwordSpray"],
            Self::Takeover => ["high", "high", "atRisk", "none", "unfamiliarFeatures"],
            Self::StolenToken => {
                ["high", "high", "confirmedCompromised", "adminConfirmedSigninCompromised", "anomalousToken"]
            }
        }
    }
}
