//! Tickets that a domain controller gave or refused.

use super::codes::{ENCRYPTION_TYPES, KERBEROS_STATUS};
use super::{Declared, EVENT, Events, SECURITY, int, text, word};

/// (source: <https://learn.microsoft.com/windows/security/threat-protection/auditing/event-4768>, -4769, -4770, -4771)
pub(super) static KERBEROS: Declared = Declared {
    name: "kerberos",
    doc: "Kerberos tickets that a domain controller issued, renewed or refused.",
    events: &[Events {
        providers: &[SECURITY],
        ids: &[
            (4768, "ticket-granting ticket requested"),
            (4769, "service ticket requested"),
            (4770, "service ticket renewed"),
            (4771, "pre-authentication failed"),
        ],
    }],
    columns: &[
        EVENT,
        text("user_domain", &["TargetDomainName"], "The domain or realm of the account."),
        text("user_account_sid", &["TargetSid"], "The account's security identifier, if it is one of the domain."),
        text("service_name", &["ServiceName"], "The service that the ticket is for."),
        text("service_sid", &["ServiceSid"], "The security identifier of the service's account."),
        text("status", &["Status"], "The result, by the code of RFC 4120; 0x0 is success."),
        word("status_name", &["Status"], KERBEROS_STATUS, "The result, as RFC 4120 calls it."),
        text("ticket_encryption", &["TicketEncryptionType"], "How the ticket is encrypted, by the code."),
        word("ticket_encryption_name", &["TicketEncryptionType"], ENCRYPTION_TYPES, "How the ticket is encrypted."),
        text("ticket_options", &["TicketOptions"], "The flags of the ticket."),
        int(
            "pre_auth_type",
            &["PreAuthType"],
            "How the client proved itself: 2 a password, 15 to 17 a certificate, 0 not at all.",
        ),
        int("client_port", &["IpPort"], "The port of the client."),
        text("logon_guid", &["LogonGuid"], "What the logon on the service's machine (4624) shares with it."),
        text("certificate_issuer", &["CertIssuerName"], "Who issued the certificate."),
        text("certificate_serial_number", &["CertSerialNumber"], "The certificate's serial number."),
        text("certificate_thumbprint", &["CertThumbprint"], "The certificate's thumbprint."),
        text("transited_services", &["TransmittedServices"], "The services that delegated."),
    ],
};
