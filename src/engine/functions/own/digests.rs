//! Digests of texts: two texts with the same one are the same, and none tells of the text it is of.
//!
//! The engine has its own behind a feature, which brings a crate for each algorithm; these are the library's that signs in. It has no
//! MD5.

use aws_lc_rs::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA512, digest};

use super::function::{Arg, Argument, Function, Of, Type};

const ARGS: &[Argument] = &[("text", Type::Binary, "A text, or bytes.")];

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "sha1",
        also: &["hash_sha1"],
        doc: "The SHA-1 digest of the text or bytes, as 40 hexadecimal digits. It is broken: it is there to compare with digests that \
              others made.",
        args: ARGS,
        of: Of::Text(|args| Some(of(&SHA1_FOR_LEGACY_USE_ONLY, args))),
        examples: &[("sha1('abc')", Some("a9993e364706816aba3e25717850c26c9cd0d89d"))],
    },
    Function {
        name: "sha256",
        also: &["hash_sha256"],
        doc: "The SHA-256 digest of the text or bytes, as 64 hexadecimal digits.",
        args: ARGS,
        of: Of::Text(|args| Some(of(&SHA256, args))),
        examples: &[
            ("sha256('abc')", Some("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")),
            ("sha256('')", Some("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")),
            (
                "sha256(decode('77686f616d69', 'hex'))",
                Some("f25297859cf0a70af5c053a5464a5fa647a35ceee1d91397331903846d79ffc1"),
            ),
        ],
    },
    Function {
        name: "sha512",
        also: &[],
        doc: "The SHA-512 digest of the text or bytes, as 128 hexadecimal digits.",
        args: ARGS,
        of: Of::Text(|args| Some(of(&SHA512, args))),
        examples: &[(
            "sha512('abc')",
            Some(
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            ),
        )],
    },
];

fn of(algorithm: &'static Algorithm, args: &[Arg<'_>]) -> String {
    let made = digest(algorithm, args[0].binary());
    made.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
