#!/usr/bin/env python3
"""Memory that reading large logs takes: the peak of the whole process, for each format and statement.

    cargo build --release && python3 benches/logs/memory.py target/release/auditql --events some.evtx

Files of one size (`--size`, in MB) are made in a folder (`--folder`, a temporary one unless said otherwise). Event logs are made of
the first chunk of a real one (`--events`), over and over: each chunk of 64 KiB stands for itself. The peak is `VmHWM` of the
process, as the system keeps it. Memory must not grow with the file: `--size` twice as large gives the same figures.
"""

import argparse
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import time

LIMIT_MIB = 200
CHUNK, HEADER = 64 << 10, 4096


def lines(kind, number, chance):
    """A line of a format."""
    ip = f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(1, 255)}"
    user = f"user{chance.randrange(5000)}"
    day, second = 1 + number // 86400 % 28, number % 86400
    at = f"2026-04-{day:02} {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
    port, count = chance.randrange(1024, 65535), chance.randrange(100000)
    if kind == "csv":
        return f'{at},{user},{ip},{port},"GET, index {count}",{count}\n'
    if kind == "ndjson":
        return (
            f'{{"time":"{at.replace(" ", "T")}Z","user":"{user}","src":{{"ip":"{ip}","port":{port}}},'
            f'"action":"GET index {count}","bytes":{count},"tags":["a","b"]}}\n'
        )
    return f"{at} {ip} {user} 192.0.2.1 443 GET /index/{count} - 200 0 {count}\n"


HEADS = {
    "csv": "time,user,client_ip,port,action,bytes\n",
    "ndjson": "",
    "w3c": "#Version: 1.0\n#Fields: date time c-ip cs-username s-ip s-port cs-method cs-uri-stem cs-uri-query sc-status "
    "sc-win32-status sc-bytes\n",
}
ENDINGS = {"csv": "csv", "ndjson": "ndjson", "w3c": "log", "evtx": "evtx"}
GROUPS = {"csv": "user_name", "ndjson": "user_name", "w3c": "user_name", "evtx": "event_id"}


def text(kind, path, size):
    chance = random.Random(4)
    # A piece of a few megabytes, over and over, is made fast, and has as many users as the whole would.
    piece = "".join(lines(kind, number, chance) for number in range(40_000)).encode()
    with open(path, "wb") as out:
        out.write(HEADS[kind].encode())
        for _ in range(max(1, size // len(piece))):
            out.write(piece)


def events(path, size, source):
    header, chunk = source[:HEADER], source[HEADER : HEADER + CHUNK]
    count = max(1, min(size // CHUNK, 65535))
    header = bytearray(header)
    header[16:24], header[42:44] = struct.pack("<Q", count - 1), struct.pack("<H", count)
    with open(path, "wb") as out:
        out.write(header)
        for _ in range(count):
            out.write(chunk)


def measured(program, sql):
    """Seconds, the peak in MiB, and the first rows of the answer."""
    out = tempfile.TemporaryFile()
    began = time.monotonic()
    process = subprocess.Popen([program, "-c", sql, "--format", "csv"], stdout=out, stderr=subprocess.PIPE)
    peak = 0
    while process.poll() is None:
        try:
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            peak = max([peak] + [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")])
        except OSError:
            pass
        time.sleep(0.01)
    said = process.stderr.read().decode()
    if process.returncode:
        sys.exit(f"{sql}\nexit code {process.returncode}: {said}")
    out.seek(0)
    return time.monotonic() - began, peak / 1024, out.read().decode().splitlines()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--events", type=pathlib.Path, help="an event log of which the first chunk is taken")
    parser.add_argument("--folder", type=pathlib.Path)
    parser.add_argument("--size", type=int, default=500, help="megabytes of each file")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = args.folder or pathlib.Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        print(f"{'format':8} {'statement':10} {'MB':>5} {'rows':>10} {'seconds':>8} {'MB/s':>6} {'peak MiB':>9}")
        worst = 0
        for kind in ENDINGS:
            path = folder / f"big.{ENDINGS[kind]}"
            if kind == "evtx" and not args.events:
                continue
            if kind == "evtx":
                events(path, args.size * 1_000_000, args.events.read_bytes())
            else:
                text(kind, path, args.size * 1_000_000)
            size = os.path.getsize(path) / 1e6
            count = f"SELECT count(*) FROM '{path}'"
            group = f"SELECT {GROUPS[kind]}, count(*) FROM '{path}' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3"
            for name, sql in (("count", count), ("group by", group)):
                seconds, peak, rows = measured(args.program, sql)
                worst = max(worst, peak)
                told = rows[1] if name == "count" else ""
                print(f"{kind:8} {name:10} {size:5.0f} {told:>10} {seconds:8.1f} {size / seconds:6.0f} {peak:9.0f}", flush=True)
            path.unlink()
    print(f"most: {worst:.0f} MiB, {'within' if worst <= LIMIT_MIB else 'ABOVE'} {LIMIT_MIB} MiB")
    sys.exit(worst > LIMIT_MIB)


if __name__ == "__main__":
    main()
