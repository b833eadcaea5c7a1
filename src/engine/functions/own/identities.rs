//! Functions of what people and objects are called.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::function::{Argument, Function, Of, Type};

const ADDRESS: Argument = ("address", Type::Text, "A mail address or a sign-in name.");

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "email_domain",
        also: &["upn_domain"],
        doc: "What follows the last @, in lower case. NULL, if there is no @ with something on both sides.",
        args: &[ADDRESS],
        of: Of::Text(|args| parts(args[0].text()).map(|(_, domain)| domain.to_lowercase())),
        examples: &[("email_domain('Ann@Contoso.COM')", Some("contoso.com")), ("email_domain('SYSTEM')", None)],
    },
    Function {
        name: "upn_local_part",
        also: &[],
        doc: "What precedes the last @, in lower case: what an account on premises is often called. Of DOMAIN\\name it is the name, \
              of a guest's name#EXT#@tenant what precedes #EXT#.",
        args: &[ADDRESS],
        of: Of::Text(|args| {
            let text = args[0].text().trim();
            let name = parts(text).map_or(text, |(name, _)| name);
            let name = name.rsplit_once('\\').map_or(name, |(_, name)| name);
            let at = name.to_uppercase().find("#EXT#").filter(|at| name.is_char_boundary(*at));
            let name = at.map_or(name, |at| &name[..at]);
            (!name.is_empty()).then(|| name.to_lowercase())
        }),
        examples: &[
            ("upn_local_part('Ann.Lee@contoso.com')", Some("ann.lee")),
            ("upn_local_part('CONTOSO\\ann')", Some("ann")),
            ("upn_local_part('bob_gmail.com#EXT#@contoso.onmicrosoft.com')", Some("bob_gmail.com")),
        ],
    },
    Function {
        name: "immutable_id_to_guid",
        also: &[],
        doc: "The objectGUID of an account on premises, from its immutable id in the cloud (16 bytes in base 64). NULL, if it is none.",
        args: &[("immutable_id", Type::Text, "An immutable id, such as users.on_premises_immutable_id.")],
        of: Of::Text(|args| {
            let bytes: [u8; 16] = BASE64_STANDARD.decode(args[0].text().trim()).ok()?.try_into().ok()?;
            Some(guid(bytes))
        }),
        examples: &[
            ("immutable_id_to_guid('MzIRABEAIkAzRFVmd4iZqg==')", Some("00113233-0011-4022-3344-5566778899aa")),
            ("immutable_id_to_guid('x')", None),
        ],
    },
];

/// Name and domain.
fn parts(text: &str) -> Option<(&str, &str)> {
    text.trim().rsplit_once('@').filter(|(name, domain)| !name.is_empty() && !domain.is_empty())
}

/// The first three groups of a GUID are numbers with their lowest byte first (source: MS-DTYP, 2.3.4.2).
fn guid(bytes: [u8; 16]) -> String {
    let hex = |places: &[usize]| places.iter().map(|at| format!("{:02x}", bytes[*at])).collect::<String>();
    let groups: [&[usize]; 5] = [&[3, 2, 1, 0], &[5, 4], &[7, 6], &[8, 9], &[10, 11, 12, 13, 14, 15]];
    groups.map(hex).join("-")
}
