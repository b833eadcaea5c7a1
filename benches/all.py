#!/usr/bin/env python3
"""All benchmarks, one after the other, on an optimised build: what docs/speed.md and docs/joins.md quote.

    python3 benches/all.py --size 1000

Each prints a table of ratios under its name. It takes an hour and some gigabytes of disk at full size; the machine should have
nothing else to do. `--only NAME` runs one of them. Ends with 1 if one of them failed, or if two answers differ.
"""

import argparse
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
PROGRAM = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "release" / "auditql"
BUILD = ["cargo", "build", "--locked", "--release"]


def scripts(size: int) -> dict[str, list]:
    """What each benchmark is called, and how it is run."""
    script = lambda name, *more: [sys.executable, ROOT / "benches" / name / "run.py", PROGRAM, *more]
    return {
        "speed": ["cargo", "bench", "--locked", "--quiet"],
        "slices": script("slices"),
        "whole": script("whole"),
        "exports": script("exports", "--size", str(size)),
        "logs": script("logs", "--size", str(size)),
        "joins": script("joins"),
    }


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--size", type=int, default=100, metavar="MB", help="of each kind of file (default: 100)")
    arguments.add_argument("--only", choices=list(scripts(0)), action="append", help="run this one; may be given again")
    asked = arguments.parse_args()
    subprocess.run(BUILD, cwd=ROOT, check=True)
    failed = []
    for name, command in scripts(asked.size).items():
        if asked.only and name not in asked.only:
            continue
        print(f"\n## {name}\n", flush=True)
        if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
            failed.append(name)
    if failed:
        print(f"\nfailed, or answers differ: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
