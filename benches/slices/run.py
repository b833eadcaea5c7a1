#!/usr/bin/env python3
"""A long range of sign-ins in time slices, beside one chain of pages and beside a plain download, in one run.

    cargo build --release && python3 benches/slices/run.py target/release/auditql

A demo tenant in a process of its own serves a month of sign-ins without throttle, and every reply takes `--latency`. The plain
download knows what no program does: the times that cut the range into as many slices of equal size as there are lanes. It keeps the
bytes and looks for the links in them. What is compared are whole processes without the time of one that is asked for nothing, and
the least of several runs.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from tenant import KIND, Tenant

RUNS = 3
LANES = 8
SQL = f"SELECT count(*) FROM sign_ins WHERE array_has(sign_in_event_types, '{KIND}')"


def auditql(program, tenant, folder, sql, slices):
    """Seconds that a statement took, and its answer."""
    command = [program, "--config", tenant.config, "--format", "csv", f"--time-slices={slices}", "-c", sql]
    environment = {**os.environ, "AUDITQL_ACCESS_TOKEN": tenant.token, "HOME": str(folder), "AUDITQL_PACE_FOLDER": "none"}
    begun = time.monotonic()
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return time.monotonic() - begun, done.stdout.split()[-1]


def downloaded(tenant, edges):
    """Seconds that a plain download over as many chains took."""
    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(LANES) as lanes:
        bodies = list(lanes.map(lambda edge: list(tenant.chain(*edge)), zip(edges[:-1], edges[1:])))
    assert all(bodies)
    return time.monotonic() - begun


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program", help="the program, such as target/release/auditql")
    parser.add_argument("--rows", type=int, default=230_000, help="sign-ins of all kinds [230000, about 100 pages of one]")
    parser.add_argument("--latency", default="100ms", help="time of a reply [100ms]")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        tenant = Tenant(args.program, args.rows, folder, args.latency)
        try:
            measure(args.program, tenant, folder)
        finally:
            tenant.stop()


def measure(program, tenant, folder):
    times = [r["createdDateTime"] for body in tenant.chain() for r in json.loads(body)["value"]]
    times.sort()
    cuts = [times[len(times) * n // LANES][:19] + "Z" for n in range(1, LANES)]
    edges = [None, *cuts, None]
    nothing = min(auditql(program, tenant, folder, "SELECT 1", 1)[0] for _ in range(RUNS))
    took, answers, sent = {}, set(), {}
    for slices in (1, LANES):
        before, _ = tenant.requests()
        runs = [auditql(program, tenant, folder, SQL, slices) for _ in range(RUNS)]
        took[slices] = min(run[0] for run in runs) - nothing
        answers |= {run[1] for run in runs}
        sent[slices] = (tenant.requests()[0] - before) / RUNS
    plain = min(downloaded(tenant, edges) for _ in range(RUNS))
    assert len(answers) == 1, answers
    print(f"{len(times)} records, answer {answers.pop()}")
    print("| measured | value |\n|---|---:|")
    print(f"| requests of one chain | {sent[1]:.0f} |")
    print(f"| requests in slices, a run | {sent[LANES]:.1f} |")
    print(f"| one chain : slices, time | {took[1] / took[LANES]:.2f} |")
    print(f"| slices : plain download over {LANES} chains, time | {took[LANES] / plain:.2f} |")
    print(f"| one chain, s | {took[1]:.2f} |")
    print(f"| slices, s | {took[LANES]:.2f} |")
    print(f"| plain download, s | {plain:.2f} |")


if __name__ == "__main__":
    main()
