#!/usr/bin/env python3
"""Puts one defect after the other into a copy of the project, and expects its tests to notice each.

    python3 tests/defects/run.py                  # all of defects.toml
    python3 tests/defects/run.py --only 3,7       # some of them

The copy is a work tree of the last commit in a temporary folder, which is removed at the end; what is built for it stays in
`--target`, so that the dependencies are built once. A defect is caught by a build that fails, by a unit test or by one of the
integration tests named in `--modules`, in that order. Prints a line each, and fails if one went unnoticed.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# A schedule that waits for a minute has failed; a defect may make all of them wait.
LONGEST = 900


def changed(tree: pathlib.Path, defect: dict) -> dict[pathlib.Path, str]:
    """The text of each file with the defect in it."""
    texts = {}
    for change in [defect, *defect.get("also", [])]:
        path = tree / change.get("file", defect["file"])
        text = texts.get(path) or path.read_text()
        if text.count(change["was"]) != 1:
            sys.exit(f"{path.relative_to(tree)} does not hold this once: {change['was']}")
        texts[path] = text.replace(change["was"], change["is"])
    return texts


def caught_by(command: list[str], tree: pathlib.Path, env: dict[str, str]) -> str | None:
    """The tests of a command that fail, or that it does not end; `None`: all is well."""
    try:
        ran = subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return f"it does not end within {LONGEST} s"
    if ran.returncode == 0:
        return None
    failed = [line.split()[1] for line in ran.stdout.splitlines() if line.startswith("test ") and line.endswith("FAILED")]
    return ", ".join(failed[:3]) + (f" and {len(failed) - 3} more" if len(failed) > 3 else "") or "the build"


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
        for number in chosen:
            changed(ROOT, defects[number - 1])
        print(f"{len(chosen)} defects have their place")
        return

    env = dict(os.environ, CARGO_TARGET_DIR=given.target, RUST_BACKTRACE="0")
    commands = [["cargo", "test", "--quiet", "--lib", "--no-run"], ["cargo", "test", "--lib", "--", "scan::", "plan::", "http::"]]
    commands += [["cargo", "test", "--test", "main", "--", *given.modules.split()]]
    unnoticed = []
    with tempfile.TemporaryDirectory() as folder:
        tree = pathlib.Path(folder) / "copy"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", str(tree), "HEAD"], cwd=ROOT, check=True)
        try:
            # Without a defect nothing fails: else a test that always fails would be taken for one that notices.
            if found := next(filter(None, (caught_by(command, tree, env) for command in commands)), None):
                sys.exit(f"without any defect: {found}")
            for number in chosen:
                defect = defects[number - 1]
                texts = changed(tree, defect)
                before = {path: path.read_text() for path in texts}
                for path, text in texts.items():
                    path.write_text(text)
                found = next(filter(None, (caught_by(command, tree, env) for command in commands)), None)
                for path, text in before.items():
                    path.write_text(text)
                print(f"{number:2} {'caught' if found else 'NOT NOTICED'}: {defect['what']} [{found or ''}]", flush=True)
                if found == "the build":
                    sys.exit("it does not build, so it proves nothing")
                if not found:
                    unnoticed.append(number)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(tree)], cwd=ROOT, check=False)
    print(f"{len(chosen) - len(unnoticed)} of {len(chosen)} defects were caught")
    sys.exit(1 if unnoticed else 0)


if __name__ == "__main__":
    main()
