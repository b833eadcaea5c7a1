"""A demo tenant in a process of its own, without throttle, and plain requests to it: what `slices` and `whole` share."""

import json
import pathlib
import subprocess
import sys
import urllib.parse
import urllib.request

# A kind of sign-in: one chain of pages, where no kind would be a chain for each.
KIND = "nonInteractiveUser"


class Tenant:
    """The tenant, and how it is reached."""

    def __init__(self, program: str, rows: int, folder: pathlib.Path, latency: str | None = None):
        command = [program, "demo", "--serve", "127.0.0.1:0", "--no-throttle"]
        command += ["--rows", str(rows), *(["--latency", latency] if latency else [])]
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

    def chain(self, since=None, until=None):
        """The bodies of a chain of pages between two times, as they come."""
        clauses = [f"signInEventTypes/any(t: t eq '{KIND}')"]
        clauses += [f"createdDateTime ge {since}"] if since else []
        clauses += [f"createdDateTime le {until}"] if until else []
        query = urllib.parse.urlencode({"$filter": " and ".join(clauses), "$top": "999"})
        url = f"{self.url}/beta/auditLogs/signIns?{query}"
        while url:
            body = self.get(url)
            yield body
            at = body.find(b'"@odata.nextLink"')
            url = json.loads(body[at:].split(b":", 1)[1].split(b',"value"')[0].rstrip(b"}")) if at >= 0 else None

    def stop(self):
        """Ends the process."""
        self.process.kill()
        self.process.wait()
