#!/usr/bin/env python3
"""Whole processes over a million sign-ins: auditql beside a script that fetches the pages and DuckDB that reads them, in one run.

    cargo build --release && python3 benches/whole/run.py target/release/auditql

A demo tenant in a process of its own serves sign-ins of one kind without throttle. The script keeps each page in a file, one
request after the other as scripts do, and DuckDB reads the files with declared columns. What is compared are whole processes: time, CPU time
of this side, peak memory. The tenant makes its replies on the same cores, which is part of everybody's time. Ratios are auditql's part
by the script's and DuckDB's together: below 1, auditql took less.
"""

import argparse
import csv
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from beside import DUCK, Folder, Took, measured
from tenant import KIND, Tenant

ONE_KIND = f"array_has(sign_in_event_types, '{KIND}')"
COLUMNS = (
    "{'value': 'STRUCT(id VARCHAR, createdDateTime TIMESTAMP, userPrincipalName VARCHAR, ipAddress VARCHAR,"
    " appDisplayName VARCHAR, status STRUCT(errorCode INTEGER))[]'}"
)
FETCH = """
import pathlib, sys
sys.path.append(sys.argv[1])
from tenant import Tenant
tenant = Tenant.__new__(Tenant)
tenant.url, tenant.token = sys.argv[2:4]
for number, body in enumerate(tenant.chain()):
    (pathlib.Path(sys.argv[4]) / f"{number:05}.json").write_bytes(body)
"""
# What is asked, of auditql and of DuckDB over FILES.
CASES = [
    ("count(*)", f"SELECT count(*) FROM sign_ins WHERE {ONE_KIND}", "SELECT count(*) FROM FILES"),
    (
        "GROUP BY user_principal_name",
        f"SELECT user_principal_name, count(*) FROM sign_ins WHERE {ONE_KIND} GROUP BY 1",
        "SELECT r.userPrincipalName, count(*) FROM FILES GROUP BY 1",
    ),
    (
        "six columns to Parquet",
        "SELECT id, created_date_time, user_principal_name, ip_address, app_display_name, status.error_code"
        f" FROM sign_ins WHERE {ONE_KIND}",
        "COPY (SELECT r.id, r.createdDateTime, r.userPrincipalName, r.ipAddress, r.appDisplayName, r.status.errorCode FROM FILES)"
        " TO 'OUTPUT' (FORMAT parquet)",
    ),
]


def own(program: str, tenant: Tenant, place: pathlib.Path, sql: str, to_parquet: bool) -> tuple[Took, str]:
    output = ["-o", place / "own.parquet"] if to_parquet else ["--format", "csv"]
    command = [program, "--config", tenant.config, *output, "-c", sql]
    return measured(command, place, {"AUDITQL_ACCESS_TOKEN": tenant.token, "AUDITQL_PACE_FOLDER": "none"})


def answers(text: str, heading: bool) -> list:
    return sorted(list(csv.reader(text.splitlines()))[1 if heading else 0 :])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the program, such as target/release/auditql")
    parser.add_argument("--rows", type=int, default=1_900_000, help="sign-ins of all kinds [1900000, about a million of one]")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        duckdb = Folder(place, args.program).duckdb
        tenant = Tenant(args.program, args.rows, place)
        try:
            compare(args.program, tenant, place, duckdb)
        finally:
            tenant.stop()


def compare(program: str, tenant: Tenant, place: pathlib.Path, duckdb: pathlib.Path) -> None:
    pages = place / "pages"
    pages.mkdir()
    here = pathlib.Path(__file__).resolve().parents[1]
    fetched, _ = measured([sys.executable, "-c", FETCH, here, tenant.url, tenant.token, pages], place)
    megabytes = sum(page.stat().st_size for page in pages.iterdir()) / 1e6
    print(f"{len(list(pages.iterdir()))} pages, {megabytes:.0f} MB; fetched in {fetched.wall:.1f} s, CPU {fetched.cpu:.1f} s")
    print("| question | wall | CPU | peak memory | auditql: s, CPU s, MiB | script + DuckDB | equal |\n|---|---|---|---|---|---|---|")
    rows = f"SELECT unnest(value) AS r FROM read_json('{pages}/*.json', columns={COLUMNS}, maximum_object_size=100000000)"
    # A record that comes on two pages counts once: auditql sees to that by itself.
    files = f"(SELECT any_value(r) AS r FROM ({rows}) GROUP BY r.id)"
    for name, sql, duck in CASES:
        to_parquet = "OUTPUT" in duck
        took, text = own(program, tenant, place, sql, to_parquet)
        duck = duck.replace("FILES", files).replace("OUTPUT", str(place / "duck.parquet"))
        read, other = measured([duckdb, "-c", DUCK, str(os.cpu_count()), duck], place)
        if to_parquet:
            count = "SELECT count(*), count(DISTINCT id), max(ip_address) FROM '{}'"
            _, text = measured([duckdb, "-c", DUCK, "2", count.format(place / "own.parquet")], place)
            _, other = measured([duckdb, "-c", DUCK, "2", count.format(place / "duck.parquet").replace("ip_address", "ipAddress")], place)
        equal = answers(text, not to_parquet) == answers(other, False)
        both = Took(fetched.wall + read.wall, fetched.cpu + read.cpu, max(fetched.peak, read.peak))
        ratios = " | ".join(f"{a / b:.2f}" for a, b in ((took.wall, both.wall), (took.cpu, both.cpu), (took.peak, both.peak)))
        shown = " | ".join(f"{t.wall:.1f}, {t.cpu:.1f}, {t.peak:.0f}" for t in (took, both))
        print(f"| {name} | {ratios} | {shown} | {'yes' if equal else 'NO'} |", flush=True)


if __name__ == "__main__":
    main()
