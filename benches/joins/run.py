#!/usr/bin/env python3
"""Joins by address range and by time beside DuckDB, in one run on the same Parquet files.

    cargo build --release && python3 benches/joins/run.py target/release/auditql

DuckDB is installed into a virtual environment in the folder of the files (`--folder`, a temporary one unless said otherwise).
Both engines run whole processes' worth of work: a statement that reads the files and joins them, and one that only reads them.
What is compared is the difference, the least of five runs each, with as many threads as the machine has cores.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

RUNS = 5
SIZES = {"addresses": 50_000, "networks": 10_000, "events": 1_000_000, "sessions": 100_000}

MAKE = """
SELECT setseed(0.4);
CREATE TABLE n AS SELECT (random() * 4294967295)::UBIGINT AS a, i AS id FROM range({addresses}) t(i);
COPY (SELECT id, (a >> 24) || '.' || ((a >> 16) & 255) || '.' || ((a >> 8) & 255) || '.' || (a & 255) AS ip FROM n)
  TO '{folder}/addresses.parquet';
CREATE TABLE m AS SELECT ((random() * 4294967295)::UBIGINT >> (32 - b)) << (32 - b) AS a, b, id
  FROM (SELECT i AS id, 8 + (random() * 16)::INT AS b FROM range({networks}) t(i));
COPY (SELECT id, (a >> 24) || '.' || ((a >> 16) & 255) || '.' || ((a >> 8) & 255) || '.' || (a & 255) || '/' || b AS cidr FROM m)
  TO '{folder}/networks.parquet';
COPY (SELECT i AS id, 'u' || (random() * 1000)::INT AS u,
  TIMESTAMP '2026-01-01' + to_microseconds((random() * 30 * 86400e6)::BIGINT) AS t FROM range({events}) x(i))
  TO '{folder}/events.parquet';
COPY (SELECT i AS id, 'u' || (random() * 1000)::INT AS u,
  TIMESTAMP '2026-01-01' + to_microseconds((random() * 30 * 86400e6)::BIGINT) AS t FROM range({sessions}) x(i))
  TO '{folder}/sessions.parquet';
"""

NUMBER = (
    "((split_part({0}, '.', 1)::UBIGINT << 24) + (split_part({0}, '.', 2)::UBIGINT << 16)"
    " + (split_part({0}, '.', 3)::UBIGINT << 8) + split_part({0}, '.', 4)::UBIGINT)"
)

# What is measured: the join for each engine, and what reads the same columns. DuckDB has no function of networks without an
# extension, so its best plan is a join of numbers.
CASES = {
    "addresses in networks": {
        "auditql": "SELECT count(*), sum(a.id + n.id) FROM '{f}/addresses.parquet' a"
        " JOIN '{f}/networks.parquet' n ON ip_in(a.ip, n.cidr)",
        "duckdb": "WITH a AS MATERIALIZED (SELECT id, " + NUMBER.format("ip") + " AS ip FROM '{f}/addresses.parquet'),"
        " n AS MATERIALIZED (SELECT id, first, first + (1::UBIGINT << (32 - bits)) - 1 AS last FROM (SELECT id,"
        " split_part(cidr, '/', 2)::INT AS bits, "
        + NUMBER.format("split_part(cidr, '/', 1)")
        + " AS first FROM '{f}/networks.parquet'))"
        " SELECT count(*), sum(a.id + n.id) FROM a JOIN n ON a.ip BETWEEN n.first AND n.last",
        "read": "SELECT (SELECT sum(id + length(ip)) FROM '{f}/addresses.parquet'),"
        " (SELECT sum(id + length(cidr)) FROM '{f}/networks.parquet')",
    },
    "nearest earlier, by key": {
        "both": "SELECT count(*), sum(v.id) FROM '{f}/events.parquet' s ASOF JOIN '{f}/sessions.parquet' v"
        " ON s.u = v.u AND s.t >= v.t",
    },
    "nearest earlier": {
        "both": "SELECT count(*), sum(v.id) FROM '{f}/events.parquet' s ASOF JOIN '{f}/sessions.parquet' v ON s.t >= v.t",
    },
    "within five minutes, by key": {
        "both": "SELECT count(*), sum(v.id) FROM '{f}/events.parquet' s JOIN '{f}/sessions.parquet' v ON s.u = v.u"
        " AND v.t BETWEEN s.t - INTERVAL '5 minutes' AND s.t + INTERVAL '5 minutes'",
    },
}
READ = (
    "SELECT (SELECT count(DISTINCT u) + max(date_part('year', t)) FROM '{f}/events.parquet'),"
    " (SELECT count(DISTINCT u) + sum(id) FROM '{f}/sessions.parquet')"
)


def python(folder: pathlib.Path) -> str:
    """A Python that has DuckDB."""
    own = folder / "venv" / "bin" / "python"
    if not own.exists():
        subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
        subprocess.run([own, "-m", "pip", "install", "--quiet", "duckdb"], check=True)
    return str(own)


def least(command: list[str], sql: str) -> tuple[float, str]:
    """The shortest run, in seconds, and what it printed."""
    times, answer = [], ""
    for _ in range(RUNS):
        begin = time.monotonic()
        answer = subprocess.run([*command, sql], check=True, capture_output=True, text=True).stdout
        times.append(time.monotonic() - begin)
    return min(times), answer


def numbers(answer: str) -> list[int]:
    return [int(word) for word in answer.replace(",", " ").split() if word.isdigit()]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("auditql", help="the program, built with --release")
    arguments.add_argument("--folder", type=pathlib.Path, help="where files are kept for another run")
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        duck = [python(folder), "-c", "import duckdb, sys; print(*duckdb.sql(sys.argv[1]).fetchone())"]
        own = [os.path.abspath(asked.auditql), "--format", "csv", "-c"]
        if not (folder / "sessions.parquet").exists():
            make = MAKE.format(folder=folder, **SIZES)
            subprocess.run([duck[0], "-c", "import duckdb, sys; duckdb.sql(sys.argv[1])", make], check=True)
        print("| join | auditql | DuckDB | ratio |\n|---|---|---|---|")
        for name, case in CASES.items():
            read = case.get("read", READ).format(f=folder)
            took, answers = [], []
            for engine, command in (("auditql", own), ("duckdb", duck)):
                whole, answer = least(command, case.get(engine, case.get("both")).format(f=folder))
                took.append(max(whole - least(command, read)[0], 0.001))
                answers.append(numbers(answer))
            assert answers[0] == answers[1], f"{name}: {answers}"
            print(f"| {name} | {took[0] * 1000:.0f} ms | {took[1] * 1000:.0f} ms | {took[0] / took[1]:.2f} |")


if __name__ == "__main__":
    main()
