"""Statements of auditql beside statements of DuckDB over the same files, in one run: what `exports` and `logs` share.

Each statement is a process of its own. What is compared is its time and its CPU time without those of a process that is asked
for nothing, the least of several runs, and its peak memory with all that belongs to the process. Ratios are auditql's part
by DuckDB's: below 1, auditql took less.
"""

import argparse
import csv
import dataclasses
import os
import pathlib
import subprocess
import sys
import tempfile
import time

DUCK = """
import csv, sys, duckdb
connection = duckdb.connect(config={'threads': sys.argv[1]})
connection.execute('SET enable_progress_bar = false')
csv.writer(sys.stdout).writerows(connection.execute(sys.argv[2]).fetchall())
"""


@dataclasses.dataclass
class Took:
    """What a process took: seconds of time and of all cores, and MiB at most."""

    wall: float
    cpu: float
    peak: float


@dataclasses.dataclass
class Case:
    """A question, in the words of each engine; `{f}` is the folder of the files."""

    name: str
    auditql: str
    duckdb: str
    inputs: tuple = ()


class Folder:
    """Where the files are, and both engines beside them."""

    def __init__(self, place: pathlib.Path, auditql: str):
        self.place = place
        self.auditql = os.path.abspath(auditql)
        self.duckdb = place / "venv" / "bin" / "python"
        place.mkdir(parents=True, exist_ok=True)
        if not self.duckdb.exists():
            subprocess.run([sys.executable, "-m", "venv", place / "venv"], check=True)
            subprocess.run([self.duckdb, "-m", "pip", "install", "--quiet", "duckdb"], check=True)

    def _command(self, engine: str, sql: str, inputs: tuple) -> list:
        sql = sql.format(f=self.place)
        if engine == "duckdb":
            return [self.duckdb, "-c", DUCK, str(os.cpu_count()), sql]
        given = [word for path in inputs for word in ("--input", path.format(f=self.place))]
        return [self.auditql, *given, "--format", "csv", "-c", sql]

    def least(self, engine: str, sql: str, inputs: tuple, runs: int) -> tuple[Took, list]:
        """The least of some runs, and the answer's rows, sorted."""
        least, rows = Took(1e9, 1e9, 1e9), []
        for _ in range(runs):
            took, text = measured(self._command(engine, sql, inputs), self.place)
            least = Took(min(least.wall, took.wall), min(least.cpu, took.cpu), min(least.peak, took.peak))
            rows = list(csv.reader(text.splitlines()))
        # auditql's first row are names.
        return least, sorted(rows[1:] if engine == "auditql" else rows)


def measured(command: list, home: pathlib.Path, more: dict | None = None) -> tuple[Took, str]:
    """Runs a process whose settings are those of nobody, and `more`."""
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config")}
    environment.update(more or {})
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        begin = time.monotonic()
        process = subprocess.Popen(command, stdout=output, stderr=errors, stdin=subprocess.DEVNULL, env=environment)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode != 0:
            sys.exit(f"{command} ended with {process.returncode}:\n{errors.read()}")
        return Took(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024), output.read()


def compare(folder: Folder, cases: list[Case], runs: int) -> bool:
    """Prints a row for each case; whether all answers are equal."""
    nothing = {engine: folder.least(engine, "SELECT 1", (), runs)[0] for engine in ("auditql", "duckdb")}
    print("| question | wall | CPU | peak memory | auditql, DuckDB CPU | equal |\n|---|---|---|---|---|---|")
    all_equal = True
    for case in cases:
        took, answers = {}, []
        for engine, sql in (("auditql", case.auditql), ("duckdb", case.duckdb)):
            whole, rows = folder.least(engine, sql, case.inputs, runs)
            base = nothing[engine]
            took[engine] = Took(max(whole.wall - base.wall, 1e-3), max(whole.cpu - base.cpu, 1e-3), whole.peak)
            answers.append(rows)
        own, other = took["auditql"], took["duckdb"]
        equal = answers[0] == answers[1]
        all_equal &= equal
        ratios = [own.wall / other.wall, own.cpu / other.cpu, own.peak / other.peak]
        cells = " | ".join(f"{ratio:.2f}" for ratio in ratios)
        print(f"| {case.name} | {cells} | {own.cpu:.2f} s, {other.cpu:.2f} s | {'yes' if equal else 'NO'} |", flush=True)
        if not equal:
            print(f"  auditql: {answers[0][:5]}\n  DuckDB:  {answers[1][:5]}", file=sys.stderr)
    return all_equal


def run(doc: str, generate, cases: list[Case]) -> None:
    """The program: arguments, files, table. `generate(place, bytes)` makes the files."""
    arguments = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("auditql", help="the program, built with --release")
    arguments.add_argument("--size", type=int, default=100, metavar="MB", help="of each kind of file (default: 100)")
    arguments.add_argument("--runs", type=int, default=3, help="of which the least counts (default: 3)")
    arguments.add_argument("--folder", type=pathlib.Path, help="where files are kept for another run of the same size")
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Folder((asked.folder or pathlib.Path(temporary)).resolve(), asked.auditql)
        made = folder.place / f"made-{asked.size}"
        if not made.exists():
            generate(folder.place, asked.size * 1_000_000)
            made.touch()
        sys.exit(0 if compare(folder, cases, asked.runs) else 1)
