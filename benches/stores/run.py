#!/usr/bin/env python3
"""Reads a bucket of moto, another implementation of S3, with the program, and compares the answers with those of a folder.

    python3 benches/stores/run.py target/debug/auditql

It needs Python 3.9 and the package index: moto and boto3 go into an environment of their own, which goes with the run. The
server listens on loopback alone, in a process of its own. What is compared: rows and notices of the same statements over the
folder and over the bucket, the count of requests, and what is said where something is wrong. Ends with 1 if anything differs.
"""

import gzip
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import venv

BUCKET = "evidence"
RECORDS = 20_000
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "CANARY-secret", "AWS_REGION": "us-east-1"}


def files():
    """What a case has: exports, web logs, a list, and what is none of them."""
    def record(n):
        return json.dumps({
            "id": str(n), "createdDateTime": f"2026-05-01T{n % 24:02}:00:00Z", "appId": "x", "ipAddress": f"192.0.2.{n % 250}",
            "userPrincipalName": f"user{n % 97}@contoso.com", "status": {"errorCode": 50126 if n % 5 == 0 else 0},
        })
    lines = [record(n) for n in range(RECORDS)]
    half = RECORDS // 2
    yield "case/signins/one.json", "\n".join(lines[:half]).encode()
    yield "case/signins/two.json.gz", gzip.compress("\n".join(lines[half:]).encode())
    yield "case/notes.txt", b"nothing"
    for day in range(1, 1203):
        yield f"web/2026/{day:04}.csv", f"ip,port\n192.0.2.{day % 250},{day}\n".encode()
    yield "web/odd name+%20 \u00e4.csv", b"ip,port\n198.51.100.1,0\n"


STATEMENTS = [
    ("--input", "case", "SELECT count(*), count(DISTINCT user_principal_name), sum(status.error_code) FROM entra.sign_ins"),
    (None, None, "SELECT count(*), sum(port) FROM '{root}/web/2026/*.csv'"),
    (None, None, "SELECT count(*), sum(port) FROM '{root}/web/2026/00[0-4]*.csv'"),
    (None, None, "SELECT ip, port FROM '{root}/web/odd name+%20 \u00e4.csv'"),
    (None, None, "SELECT count(*) FROM read_json('{root}/case/signins/two.json.gz')"),
]


class Lab:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def ask(self, args, env):
        surroundings = {"HOME": str(self.folder), "PATH": os.environ["PATH"], **env}
        return subprocess.run([self.program, "--format", "csv", *args], env=surroundings, cwd=self.folder,
                              capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL, check=False)

    def answer(self, root, statement, env):
        flag, place, sql = statement
        begin = [flag, f"{root}/{place}"] if flag else []
        start = time.monotonic()
        done = self.ask([*begin, "-c", sql.format(root=root)], env)
        return done.returncode, done.stdout, done.stderr.replace(root, "ROOT"), time.monotonic() - start


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        own = os.environ.get("MOTO_ENVIRONMENT")
        if own is None:
            own = scratch / "environment"
            venv.create(own, with_pip=True)
            subprocess.run([own / "bin/pip", "-q", "install", "moto[server]==5.*", "boto3"], check=True)
        own, port = pathlib.Path(own), free_port()
        log = open(scratch / "requests", "wb")
        server = subprocess.Popen([own / "bin/moto_server", "-H", "127.0.0.1", "-p", str(port)], stdout=log, stderr=log)
        try:
            return run(Lab(program, scratch / "home"), own, f"http://127.0.0.1:{port}", scratch)
        finally:
            server.terminate()
            server.wait()


def upload(own, endpoint, folder):
    """Puts the files into the bucket with the vendor's own client, and into a folder."""
    for name, data in files():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    script = f"""
import boto3, pathlib, time
s3 = boto3.client("s3", endpoint_url={endpoint!r}, region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t")
for attempt in range(100):
    try:
        s3.create_bucket(Bucket={BUCKET!r})
        break
    except Exception:
        time.sleep(0.2)
root = pathlib.Path({str(folder)!r})
for path in sorted(root.rglob("*")):
    if path.is_file():
        s3.upload_file(str(path), {BUCKET!r}, str(path.relative_to(root)))
"""
    subprocess.run([own / "bin/python", "-c", script], check=True)


def run(lab, own, endpoint, scratch):
    lab.folder.mkdir()
    folder = scratch / "files"
    upload(own, endpoint, folder)
    requests = scratch / "requests"
    env, failed = {**KEYS, "AWS_ENDPOINT_URL": endpoint}, 0
    print(f"{'same':5} {'folder':>8} {'bucket':>8} {'requests':>8}")
    for statement in STATEMENTS:
        before = requests.read_bytes().count(b'" 20')
        local, remote = lab.answer(str(folder), statement, {}), lab.answer(f"s3://{BUCKET}", statement, env)
        same = local[:3] == remote[:3] and local[0] == 0
        failed += not same
        asked = requests.read_bytes().count(b'" 20') - before
        print(f"{'yes' if same else 'NO':5} {local[3]:7.2f}s {remote[3]:7.2f}s {asked:8}  {statement[2]}")
        if not same:
            print(local[:3], remote[:3], sep="\n")
    for sql, change, code, expected in [
        ("SELECT * FROM 's3://nobody/a.csv'", {}, 4, "there is no such bucket"),
        ("SELECT * FROM 's3://evidence/none.csv'", {}, 1, "there is no file"),
        ("SELECT * FROM 's3://evidence/web/2026/0001.csv'", {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, 4, "cannot be reached"),
    ]:
        done = lab.ask(["-c", sql], {**env, **change})
        right = done.returncode == code and expected in done.stderr and "CANARY" not in done.stdout + done.stderr
        failed += not right
        print("yes  " if right else "NO   ", expected, "" if right else f"\n{done.returncode} {done.stderr}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
