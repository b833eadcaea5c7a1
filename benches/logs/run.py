#!/usr/bin/env python3
"""Logs of one's own machines beside DuckDB's readers with declared columns, in one run on the same files.

    cargo build --release && python3 benches/logs/run.py target/release/auditql --size 1000

A VPN's CSV, NDJSON, and a web server's W3C extended log. auditql finds out by itself what is in the files; DuckDB has no reader
of W3C, so it reads those as CSV with `#` for comments and the columns declared, which is its best plan. DuckDB is installed
into a virtual environment in the folder of the files (`--folder`, a temporary one unless said otherwise).
"""

import json
import pathlib
import random
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import beside

FIELDS = "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status time-taken"


def instant(draw: random.Random) -> tuple[str, str]:
    return (
        f"2026-05-{draw.randrange(1, 29):02}",
        f"{draw.randrange(24):02}:{draw.randrange(60):02}:{draw.randrange(60):02}",
    )


def csv_line(draw: random.Random) -> str:
    date, time = instant(draw)
    return (
        f"{date} {time},user{draw.randrange(2000)},203.0.113.{draw.randrange(256)},10.8.{draw.randrange(256)}.{draw.randrange(256)},"
        f"{draw.choice(['connected', 'disconnected', 'refused'])},{draw.randrange(100_000_000)},\"gateway {draw.randrange(9)}, north\"\n"
    )


def json_line(draw: random.Random) -> str:
    date, time = instant(draw)
    event = {
        "time": f"{date}T{time}Z",
        "user": f"user{draw.randrange(2000)}",
        "address": f"203.0.113.{draw.randrange(256)}",
        "action": draw.choice(["allow", "deny", "reset"]),
        "bytes": draw.randrange(1_000_000),
        "device": {"os": "Windows 11", "name": f"LT-{draw.randrange(5000)}"},
        "rule": f"egress-{draw.randrange(40)}",
    }
    return json.dumps(event, separators=(",", ":")) + "\n"


def w3c_line(draw: random.Random) -> str:
    date, time = instant(draw)
    user = draw.choice(["-", f"CONTOSO\\u{draw.randrange(99)}"])
    return (
        f"{date} {time} 10.0.0.5 {draw.choice(['GET', 'POST'])} /owa/{draw.choice(['auth.owa', 'default.aspx', 'x.js'])}"
        f" id={draw.randrange(10_000)} 443 {user}"
        f" 203.0.113.{draw.randrange(256)} Mozilla/5.0+(Windows+NT+10.0;+Win64;+x64) {draw.choice([200, 200, 302, 401, 500])}"
        f" {draw.randrange(5000)}\n"
    )


KINDS = {
    "vpn.csv": ("time,user,source,assigned,event,bytes,gateway\n", csv_line),
    "proxy.ndjson": ("", json_line),
    "iis.log": (f"#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Fields: {FIELDS}\n", w3c_line),
}


def generate(place: pathlib.Path, size: int) -> None:
    for name, (heading, line) in KINDS.items():
        draw = random.Random(name)
        with open(place / name, "w", encoding="utf-8") as output:
            written = output.write(heading)
            while written < size:
                written += output.write(line(draw))


CSV = (
    "read_csv('{f}/vpn.csv', header=true, columns={{'time': 'TIMESTAMP', 'user': 'VARCHAR', 'source': 'VARCHAR',"
    " 'assigned': 'VARCHAR', 'event': 'VARCHAR', 'bytes': 'BIGINT', 'gateway': 'VARCHAR'}})"
)
JSON = (
    "read_json('{f}/proxy.ndjson', format='newline_delimited', columns={{'time': 'TIMESTAMP', 'user': 'VARCHAR',"
    " 'address': 'VARCHAR', 'action': 'VARCHAR', 'bytes': 'BIGINT'}})"
)
W3C = (
    "read_csv('{f}/iis.log', delim=' ', auto_detect=false, comment='#', quote='', nullstr='-', columns={{"
    + ", ".join(f"'{name}': '{'BIGINT' if name in ('sc-status', 'time-taken') else 'VARCHAR'}'" for name in FIELDS.split())
    + "}})"
)
CASES = [
    beside.Case("CSV, count(*)", "SELECT count(*) FROM '{f}/vpn.csv'", f"SELECT count(*) FROM {CSV}"),
    beside.Case(
        "CSV, GROUP BY",
        "SELECT event, count(*), sum(bytes) FROM '{f}/vpn.csv' GROUP BY 1",
        f"SELECT event, count(*), sum(bytes) FROM {CSV} GROUP BY 1",
    ),
    beside.Case("NDJSON, count(*)", "SELECT count(*) FROM '{f}/proxy.ndjson'", f"SELECT count(*) FROM {JSON}"),
    beside.Case(
        "NDJSON, GROUP BY",
        "SELECT action, count(*), sum(bytes) FROM '{f}/proxy.ndjson' GROUP BY 1",
        f"SELECT action, count(*), sum(bytes) FROM {JSON} GROUP BY 1",
    ),
    beside.Case("W3C, count(*)", "SELECT count(*) FROM '{f}/iis.log'", f"SELECT count(*) FROM {W3C}"),
    beside.Case(
        "W3C, GROUP BY",
        "SELECT sc_status, count(*), sum(time_taken) FROM '{f}/iis.log' GROUP BY 1",
        f"SELECT \"sc-status\", count(*), sum(\"time-taken\") FROM {W3C} GROUP BY 1",
    ),
]

if __name__ == "__main__":
    beside.run(__doc__, generate, CASES)
