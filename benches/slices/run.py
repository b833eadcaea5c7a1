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
import urllib.parse
import urllib.request

RUNS = 3
LANES = 8
KIND = "nonInteractiveUser"
SQL = f"SELECT count(*) FROM sign_ins WHERE array_has(sign_in_event_types, '{KIND}')"


class Tenant:
    """A demo tenant that is served, and how it is reached."""

    def __init__(self, program, rows, latency, folder):
        command = [program, "demo", "--serve", "127.0.0.1:0", "--no-throttle"]
        command += ["--rows", str(rows), "--latency", latency]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        told = ""
        while "AUDITQL_ACCESS_TOKEN=" not in told:
            line = self.process.stdout.readline()
            if not line:
                sys.exit("the tenant does not start")
            told += line
        self.token = told.split("AUDITQL_ACCESS_TOKEN=")[1].strip()
        text = told[told.index("version = 1") : told.index("and then")]
        self.url = text.split('graph_url = "')[1].split('"')[0]
        self.config = folder / "demo.toml"
        self.config.write_text(text + '[connections.demo.quota]\nreports = "none"\n')

    def requests(self):
        """How many requests there were so far, and most that were answered at once."""
        with urllib.request.urlopen(self.url + "/stats") as reply:
            stats = json.load(reply)
        return sum(path["requests"] for path in stats["paths"].values()), stats["at_once"]

    def get(self, url):
        request = urllib.request.Request(url, headers={"Authorization": "Bearer " + self.token})
        with urllib.request.urlopen(request) as reply:
            return reply.read()

    def chain(self, since, until):
        """The bodies of a chain of pages between two times."""
        clauses = [f"signInEventTypes/any(t: t eq '{KIND}')"]
        clauses += [f"createdDateTime ge {since}"] if since else []
        clauses += [f"createdDateTime le {until}"] if until else []
        query = urllib.parse.urlencode({"$filter": " and ".join(clauses), "$top": "999"})
        url, bodies = f"{self.url}/beta/auditLogs/signIns?{query}", []
        while url:
            body = self.get(url)
            bodies.append(body)
            at = body.find(b'"@odata.nextLink"')
            url = json.loads(body[at:].split(b":", 1)[1].split(b',"value"')[0].rstrip(b"}")) if at >= 0 else None
        return bodies


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
        bodies = list(lanes.map(lambda edge: tenant.chain(*edge), zip(edges[:-1], edges[1:])))
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
        tenant = Tenant(args.program, args.rows, args.latency, folder)
        try:
            measure(args.program, tenant, folder)
        finally:
            tenant.process.kill()
            tenant.process.wait()


def measure(program, tenant, folder):
    times = [r["createdDateTime"] for body in tenant.chain(None, None) for r in json.loads(body)["value"]]
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
