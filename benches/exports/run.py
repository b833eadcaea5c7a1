#!/usr/bin/env python3
"""Exported audit records beside DuckDB's read_json with declared columns, in one run on the same files.

    cargo build --release && python3 benches/exports/run.py target/release/auditql --size 1000

Ten files of Management API records, one a line, each record once; and the same with every tenth record in a second file.
auditql counts each record once, whatever its copies; DuckDB does so only where the statement says it. DuckDB is installed into
a virtual environment in the folder of the files (`--folder`, a temporary one unless said otherwise).
"""

import json
import pathlib
import random
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import beside

FILES = 10
COLUMNS = (
    "{{CreationTime: 'TIMESTAMP', Id: 'VARCHAR', Operation: 'VARCHAR', UserId: 'VARCHAR',"
    " ClientIP: 'VARCHAR', RecordType: 'INTEGER'}}"
)
ONCE, COPIES = "{f}/once/*.ndjson", "{f}/*/*.ndjson"
TENANT = "7f3a2b9c-1d4e-4f60-8a7b-2c3d4e5f6071"
# What happened, the record's type, the workload.
KINDS = [
    ("MailItemsAccessed", 50, "Exchange"),
    ("New-InboxRule", 1, "Exchange"),
    ("FileAccessed", 6, "SharePoint"),
    ("FileDownloaded", 6, "OneDrive"),
    ("UserLoggedIn", 15, "AzureActiveDirectory"),
    ("UserLoginFailed", 15, "AzureActiveDirectory"),
    ("Add member to role.", 8, "AzureActiveDirectory"),
    ("TeamsSessionStarted", 25, "MicrosoftTeams"),
]


def record(draw: random.Random, number: int) -> dict:
    """A record as the Management API has it: what all have, and what its workload adds."""
    operation, kind, workload = draw.choice(KINDS)
    user = f"user{draw.randrange(2000)}@contoso.example"
    made = {
        "CreationTime": f"2026-05-{1 + number % 28:02}T{draw.randrange(24):02}:{draw.randrange(60):02}:{draw.randrange(60):02}",
        "Id": f"{draw.getrandbits(32):08x}-{number >> 16 & 65535:04x}-4{draw.randrange(4096):03x}-8000-{number:012x}",
        "Operation": operation,
        "OrganizationId": TENANT,
        "RecordType": kind,
        "ResultStatus": draw.choice(["Succeeded", "Success", "PartiallySucceeded"]),
        "UserKey": f"{draw.getrandbits(64):016X}",
        "UserType": draw.randrange(5),
        "Version": 1,
        "Workload": workload,
        "ClientIP": f"203.0.113.{draw.randrange(256)}",
        "UserId": user,
    }
    if workload == "Exchange":
        made["ClientInfoString"] = "Client=OWA;Action=ViaProxy \"é\""
        made["MailboxOwnerUPN"] = user
        made["OperationProperties"] = [{"Name": "MailAccessType", "Value": "Bind"}, {"Name": "IsThrottled", "Value": "False"}]
        made["Folders"] = [
            {
                "Id": f"LgAAAAD{draw.getrandbits(200):050x}",
                "Path": "\\Inbox",
                "FolderItems": [{"InternetMessageId": f"<{draw.getrandbits(120):030x}@mail.contoso.example>"} for _ in range(3)],
            }
        ]
    elif workload in ("SharePoint", "OneDrive"):
        made["ObjectId"] = f"https://contoso.example/sites/finance/Shared Documents/report {draw.randrange(9999)}.xlsx"
        made["SiteUrl"] = "https://contoso.example/sites/finance/"
        made["SourceFileName"] = "report.xlsx"
        made["UserAgent"] = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36"
    else:
        made["ExtendedProperties"] = [{"Name": "UserAgent", "Value": "Mozilla/5.0"}, {"Name": "RequestType", "Value": "OAuth2:Token"}]
        made["Actor"] = [{"ID": user, "Type": 5}, {"ID": f"{draw.getrandbits(64):016X}", "Type": 3}]
    return made


def generate(place: pathlib.Path, size: int) -> None:
    draw, number = random.Random(11), 0
    for part in ("once", "again"):
        (place / part).mkdir(exist_ok=True)
    with open(place / "again" / "copies.ndjson", "w", encoding="utf-8") as copies:
        for file in range(FILES):
            with open(place / "once" / f"part{file}.ndjson", "w", encoding="utf-8") as output:
                written = 0
                while written < size // FILES:
                    line = json.dumps(record(draw, number), separators=(",", ":"), ensure_ascii=False) + "\n"
                    written += output.write(line)
                    if number % 10 == 0:
                        copies.write(line)
                    number += 1


def case(name: str, auditql: str, duckdb: str, files: str = ONCE) -> beside.Case:
    read = f"read_json('{files}', format='newline_delimited', columns={COLUMNS})"
    return beside.Case(name, auditql, duckdb.replace("FILES", read), (files,))


CASES = [
    case("count(*)", "SELECT count(*) FROM m365.activity", "SELECT count(*) FROM FILES"),
    case(
        "count(*), the same question",
        "SELECT count(*) FROM m365.activity",
        "SELECT count(DISTINCT Id) FROM FILES",
    ),
    case(
        "GROUP BY operation",
        "SELECT operation, count(*) FROM m365.activity GROUP BY 1",
        "SELECT Operation, count(*) FROM FILES GROUP BY 1",
    ),
    case(
        "one user",
        "SELECT id, client_ip FROM m365.activity WHERE user_id = 'user7@contoso.example'",
        "SELECT Id, ClientIP FROM FILES WHERE UserId = 'user7@contoso.example'",
    ),
    case(
        "every tenth record twice",
        "SELECT operation, count(*) FROM m365.activity GROUP BY 1",
        "SELECT Operation, count(*) FROM (SELECT any_value(Operation) AS Operation FROM FILES GROUP BY Id) GROUP BY 1",
        COPIES,
    ),
]

if __name__ == "__main__":
    beside.run(__doc__, generate, CASES)
