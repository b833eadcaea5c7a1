#!/usr/bin/env python3
"""Puts defects into a copy of the project, and expects its tests to notice each.

    python3 tests/defects/run.py                  # all of defects.toml
    python3 tests/defects/run.py --only 3,7       # some of them

The copy is a work tree of the last commit in a temporary folder, which is removed at the end; what is built for it stays in
`--target`, so that the dependencies are built once. All defects are built in at once and sleep: the environment turns on one of
them. A defect is caught by a unit test or by one of the integration tests named in `--modules`, in that order. Prints a line each,
and fails if one went unnoticed.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# A schedule that waits for a minute has failed; a defect may make all of them wait.
LONGEST = 900
SWITCH = "AUDITQL_DEFECT"
UNITS = ["scan::", "plan::", "http::"]


def switch(number: int) -> str:
    """An expression of Rust: whether a defect is turned on."""
    asked = f'std::env::var("{SWITCH}").is_ok_and(|on| on == "{number}")'
    return f"({{ static ON: std::sync::LazyLock<bool> = std::sync::LazyLock::new(|| {asked}); *ON }})"


def with_defects(tree: pathlib.Path, defects: list[dict]) -> dict[pathlib.Path, str]:
    """The text of each file with all its defects in it, each with its switch."""
    texts = {}
    for number, defect in enumerate(defects, 1):
        for change in [defect, *defect.get("also", [])]:
            path = tree / change.get("file", defect["file"])
            text = texts.get(path) or path.read_text()
            if text.count(change["was"]) != 1:
                sys.exit(f"{path.relative_to(tree)} does not hold this once: {change['was']}")
            texts[path] = text.replace(change["was"], re.sub(r"\bON\b", lambda _: switch(number), change["is"]))
    return texts


def built(tree: pathlib.Path, target: str) -> list[pathlib.Path]:
    """The unit tests and the integration tests of the copy, as programs, in this order."""
    command = ["cargo", "test", "--locked", "--lib", "--test", "main", "--no-run", "--message-format=json"]
    ran = subprocess.run(command, cwd=tree, env=dict(os.environ, CARGO_TARGET_DIR=target), stdout=subprocess.PIPE, text=True)
    if ran.returncode:
        sys.exit("it does not build, so it proves nothing")
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    programs = {one["target"]["kind"][0]: one["executable"] for one in told if one.get("profile", {}).get("test")}
    return [pathlib.Path(programs["lib"]), pathlib.Path(programs["test"])]


def caught_by(commands: list[list], tree: pathlib.Path, number: int | None) -> str | None:
    """The tests that fail while a defect is turned on, or that do not end; `None`: all is well."""
    env = dict(os.environ, CARGO_MANIFEST_DIR=str(tree), RUST_BACKTRACE="0", **({SWITCH: str(number)} if number else {}))
    for command in commands:
        try:
            ran = subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True, timeout=LONGEST)
        except subprocess.TimeoutExpired:
            return f"it does not end within {LONGEST} s"
        if ran.returncode:
            lines = [line for line in ran.stdout.splitlines() if line.startswith("test ") and line.endswith("FAILED")]
            failed = [line.split()[1] for line in lines]
            more = f" and {len(failed) - 3} more" if len(failed) > 3 else ""
            return ", ".join(failed[:3]) + more or f"the tests end with {ran.returncode}"
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="numbers of defects, separated by commas")
    parser.add_argument("--modules", default="faults:: slices:: hostile::", help="what of the integration tests is run")
    parser.add_argument("--target", default=str(ROOT / "target"), help="where the copy is built")
    parser.add_argument("--check", action="store_true", help="only see whether each defect still has its place")
    given = parser.parse_args()
    defects = tomllib.loads((HERE / "defects.toml").read_text())["defect"]
    chosen = [int(number) for number in given.only.split(",")] if given.only else range(1, len(defects) + 1)
    if given.check:
        with_defects(ROOT, defects)
        print(f"{len(defects)} defects have their place")
        return

    unnoticed = []
    with tempfile.TemporaryDirectory() as folder:
        tree = pathlib.Path(folder) / "copy"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", str(tree), "HEAD"], cwd=ROOT, check=True)
        try:
            for path, text in with_defects(tree, defects).items():
                path.write_text(text)
            units, integration = built(tree, given.target)
            commands = [[units, *UNITS], *([integration, module] for module in given.modules.split())]
            # While all sleep nothing fails: else a test that always fails would be taken for one that notices.
            if found := caught_by(commands, tree, None):
                sys.exit(f"without any defect: {found}")
            for number in chosen:
                found = caught_by(commands, tree, number)
                what = defects[number - 1]["what"]
                print(f"{number:2} {'caught' if found else 'NOT NOTICED'}: {what} [{found or ''}]", flush=True)
                if not found:
                    unnoticed.append(number)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(tree)], cwd=ROOT, check=False)
    print(f"{len(chosen) - len(unnoticed)} of {len(chosen)} defects were caught")
    sys.exit(1 if unnoticed else 0)


if __name__ == "__main__":
    main()
