//! The generated pages of the manual are those that are checked in.

use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn the_manual_is_what_the_declarations_say() {
    let folder = tempfile::tempdir().unwrap();
    let written = Command::new(env!("CARGO_BIN_EXE_auditql")).arg("docs").arg(folder.path()).status().unwrap();
    assert!(written.success());
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let mut pages = 0;
    for entry in fs::read_dir(folder.path()).unwrap().map(Result::unwrap) {
        let name = entry.file_name();
        let (made, kept) = (fs::read_to_string(entry.path()).unwrap(), fs::read_to_string(kept.join(&name)));
        assert!(kept.is_ok_and(|kept| kept == made), "docs/{} is stale: cargo run -- docs docs", name.display());
        pages += 1;
    }
    assert_eq!(pages, 4);
}
