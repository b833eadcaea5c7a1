//! What people sign in with, and what programs say they are.

/// A device, or a program that calls itself one.
pub(in crate::demo) struct Device {
    pub(in crate::demo) user_agent: Option<&'static str>,
    pub(in crate::demo) browser: &'static str,
    pub(in crate::demo) system: &'static str,
    /// How the directory knows it: joined, registered or not at all.
    pub(in crate::demo) trust: Option<&'static str>,
    pub(in crate::demo) compliant: Option<bool>,
    /// `clientAppUsed`
    pub(in crate::demo) client: &'static str,
}

const fn device(
    user_agent: Option<&'static str>,
    browser: &'static str,
    system: &'static str,
    trust: Option<&'static str>,
    compliant: Option<bool>,
    client: &'static str,
) -> Device {
    Device { user_agent, browser, system, trust, compliant, client }
}

/// The first so many are desks.
pub(in crate::demo) const DESKS: u16 = 5;
/// The next so many are phones.
pub(in crate::demo) const PHONES: u16 = 4;
/// What the spray uses: a legacy protocol, a script, and three that write into the log.
pub(in crate::demo) const SPRAY: std::ops::Range<u16> = 9..14;
/// Where the stolen token is used.
pub(in crate::demo) const THIEF: u16 = 14;
/// No device: programs.
pub(in crate::demo) const NONE: u16 = 15;

const BROWSER: &str = "Browser";
const APPS: &str = "Mobile Apps and Desktop clients";

/// All devices.
pub(in crate::demo) static DEVICES: &[Device] = &[
    device(
        Some(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.2592.87",
        ),
        "Edge 126.0.2592",
        "Windows 10",
        Some("Azure AD joined"),
        Some(true),
        BROWSER,
    ),
    device(
        Some(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
        ),
        "Chrome 126.0.0",
        "Windows 11",
        Some("Hybrid Azure AD joined"),
        Some(true),
        BROWSER,
    ),
    device(
        Some(
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
        ),
        "Safari 17.5",
        "MacOs",
        Some("Azure AD registered"),
        Some(false),
        BROWSER,
    ),
    device(
        Some("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"),
        "Firefox 127.0",
        "Linux",
        None,
        None,
        BROWSER,
    ),
    device(
        Some("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17628; Pro)"),
        "Rich Client 5.0.5.0",
        "Windows 10",
        Some("Azure AD joined"),
        Some(true),
        APPS,
    ),
    device(
        Some(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
        ),
        "Mobile Safari",
        "Ios 17.5.1",
        Some("Azure AD registered"),
        Some(true),
        APPS,
    ),
    device(
        Some("Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/AP1A.240505.005) PKeyAuth/1.0"),
        "Chrome Mobile 126.0.6478",
        "Android 14",
        None,
        None,
        APPS,
    ),
    device(Some("Apple-iPhone15C2/2105.219"), "", "", None, None, "Exchange ActiveSync"),
    device(None, "", "Android", None, None, BROWSER),
    device(Some("BAV2ROPC"), "", "", None, None, "IMAP4"),
    device(Some("python-requests/2.31.0"), "Python Requests 2.31", "", None, None, "Authenticated SMTP"),
    device(
        Some("\u{1b}]0;owned\u{7}\u{1b}[2J\u{1b}[1;32mAll clear.\u{1b}[0m\r\n"),
        "",
        "",
        None,
        None,
        "Other clients",
    ),
    device(Some("=cmd|' /C powershell -nop -w hidden'!A0"), "", "", None, None, "Other clients"),
    device(
        Some("Mozilla/5.0 \u{202e}gpj.exe\u{2066} <script>alert(1)</script> \u{0}\t|"),
        "",
        "",
        None,
        None,
        "Other clients",
    ),
    device(
        Some(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36",
        ),
        "Chrome 119.0.0",
        "Windows 10",
        None,
        None,
        BROWSER,
    ),
    device(None, "", "", None, None, ""),
];
