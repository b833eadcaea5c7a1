#!/bin/sh
# Reads every Graph set of the demo tenant with the vendor's own client for Python, and compares it with auditql:
#
#     tests/msgraph/run.sh
#
# It needs Python 3.10 or later and the package index; the client goes into a virtual environment below `target/`.
set -eu
cd "$(dirname "$0")/../.."
venv=target/msgraph-venv
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check -r tests/msgraph/requirements.txt
cargo build --quiet --locked
exec "$venv/bin/python" tests/msgraph/compare.py "${CARGO_TARGET_DIR:-target}/debug/auditql"
