"""The vendor's client and auditql read the same demo tenant: sets, counts, requests, and refusals.

Exit code 0 if both agree on everything, 1 if not. See run.sh.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from dataclasses import dataclass
from typing import Any, Callable, Optional

import httpx
from kiota_abstractions.authentication import AccessTokenProvider, AllowedHostsValidator, BaseBearerTokenAuthenticationProvider
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.o_data_errors.o_data_error import ODataError

NOW = "2026-05-01T12:00:00Z"
ROWS = 3000


class Token(AccessTokenProvider):
    """The demo tenant's token, for the demo tenant alone."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.hosts = AllowedHostsValidator(["127.0.0.1"])

    async def get_authorization_token(self, uri: str, additional_authentication_context: dict[str, Any] = {}) -> str:
        return self.token

    def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
        return self.hosts


class Tenant:
    """A demo tenant in a process of its own, and what its start said."""

    def __init__(self, program: str, folder: str, *flags: str) -> None:
        command = [program, "demo", "--serve", "127.0.0.1:0", "--rows", str(ROWS), "--now", NOW, *flags]
        self.program = program
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True)
        said = []
        for line in self.process.stdout:
            said.append(line)
            if "/stats" in line:
                break
        text = "".join(said)
        self.url = re.search(r"http://127\.0\.0\.1:\d+", text).group(0)
        self.token = re.search(r"AUDITQL_ACCESS_TOKEN=(\S+)", text).group(1)
        self.config = os.path.join(folder, f"demo-{self.process.pid}.toml")
        toml = text[text.index("version = 1") : text.index("and then:")].rstrip()
        # What the client asks is v1.0, so that is what is compared.
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(toml + '\napi_version = "v1.0"\n')

    def client(self) -> GraphServiceClient:
        provider = BaseBearerTokenAuthenticationProvider(Token(self.token))
        adapter = GraphRequestAdapter(provider)
        adapter.base_url = f"{self.url}/v1.0"
        return GraphServiceClient(request_adapter=adapter)

    def requests(self) -> int:
        with urllib.request.urlopen(f"{self.url}/stats") as reply:
            return len(json.load(reply)["requests"])

    def count(self, sql: str) -> int:
        """What auditql counts."""
        environment = {**os.environ, "AUDITQL_ACCESS_TOKEN": self.token}
        command = [self.program, "--config", self.config, "-q", "--format", "json", "-c", sql]
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"{sql}\n{done.stderr}")
        return int(next(iter(json.loads(done.stdout)[0].values())))

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


@dataclass
class Set:
    """A set: the client's builder of it, and auditql's question. `parents` lists what it is a listing of, for link tables."""

    name: str
    of: Callable[..., Any]
    sql: str
    parents: Optional[Callable[[GraphServiceClient], Any]] = None


def by_group(client: GraphServiceClient, key: str) -> Any:
    return client.groups.by_group_id(key).members


def by_role(client: GraphServiceClient, key: str) -> Any:
    return client.directory_roles.by_directory_role_id(key).members


def by_service_principal(client: GraphServiceClient, key: str) -> Any:
    return client.service_principals.by_service_principal_id(key).app_role_assigned_to


def counted(table: str) -> str:
    return f"SELECT count(*) FROM {table}"


SETS = [
    # Without a filter on kinds, v1.0 lists interactive sign-ins of users alone.
    Set("auditLogs/signIns", lambda c: c.audit_logs.sign_ins, counted("entra.sign_ins WHERE is_interactive")),
    Set("auditLogs/directoryAudits", lambda c: c.audit_logs.directory_audits, counted("entra.directory_audits")),
    Set("auditLogs/provisioning", lambda c: c.audit_logs.provisioning, counted("entra.provisioning")),
    Set("users", lambda c: c.users, counted("entra.users")),
    Set("groups", lambda c: c.groups, counted("entra.groups")),
    Set("groups/{id}/members", by_group, counted("entra.group_members"), lambda c: c.groups),
    Set("servicePrincipals", lambda c: c.service_principals, counted("entra.service_principals")),
    Set("applications", lambda c: c.applications, counted("entra.applications")),
    Set("servicePrincipals/{id}/appRoleAssignedTo", by_service_principal, counted("entra.app_role_assignments"), lambda c: c.service_principals),
    Set("oauth2PermissionGrants", lambda c: c.oauth2_permission_grants, counted("entra.oauth2_permission_grants")),
    Set("devices", lambda c: c.devices, counted("entra.devices")),
    Set("directoryRoles", lambda c: c.directory_roles, counted("entra.directory_roles")),
    Set("directoryRoles/{id}/members", by_role, counted("entra.directory_role_members"), lambda c: c.directory_roles),
    Set("identity/conditionalAccess/policies", lambda c: c.identity.conditional_access.policies, counted("entra.conditional_access_policies")),
    Set("identity/conditionalAccess/namedLocations", lambda c: c.identity.conditional_access.named_locations, counted("entra.named_locations")),
    Set(
        "reports/authenticationMethods/userRegistrationDetails",
        lambda c: c.reports.authentication_methods.user_registration_details,
        counted("entra.authentication_methods"),
    ),
    Set("identityProtection/riskDetections", lambda c: c.identity_protection.risk_detections, counted("entra.risk_detections")),
    Set("identityProtection/riskyUsers", lambda c: c.identity_protection.risky_users, counted("entra.risky_users")),
    Set("identityProtection/riskyServicePrincipals", lambda c: c.identity_protection.risky_service_principals, counted("entra.risky_service_principals")),
    # Version 1.0 has no numbers of sign-ins, and its client does not know them.
    Set("security/alerts_v2", lambda c: c.security.alerts_v2, counted("security.alerts")),
    Set("security/incidents", lambda c: c.security.incidents, counted("security.incidents")),
]


async def listed(builder: Any) -> list[str]:
    """The ids of a listing, page after page; one that comes twice is one."""
    ids: dict[str, None] = {}
    page = await builder.get()
    while page is not None:
        for record in page.value or []:
            ids[record.id] = None
        link = page.odata_next_link
        page = await builder.with_url(link).get() if link else None
    return list(ids)


async def counts(tenant: Tenant) -> list[str]:
    wrong = []
    print(f"{'set':55} {'rows':>6} {'requests: client':>17} {'auditql':>8}")
    for one in SETS:
        client = tenant.client()
        before = tenant.requests()
        if one.parents is None:
            found = len(await listed(one.of(client)))
        else:
            found = 0
            for key in await listed(one.parents(client)):
                found += len(await listed(one.of(client, key)))
        between = tenant.requests()
        told = tenant.count(one.sql)
        after = tenant.requests()
        print(f"{one.name:55} {found:6} {between - before:17} {after - between:8}")
        if found != told:
            wrong.append(f"{one.name}: the client reads {found} and auditql {told}")
        if found == 0:
            wrong.append(f"{one.name}: nothing was read, which shows nothing")
        if after - between > between - before:
            wrong.append(f"{one.name}: auditql takes {after - between} requests, the client {between - before}")
    return wrong


def asked(parameters: Any, **options: Any) -> RequestConfiguration:
    return RequestConfiguration(query_parameters=parameters(**options))


async def refusals(tenant: Tenant) -> list[str]:
    """What the service's documentation says that it refuses, as the client gets it."""
    client = tenant.client()
    signs, users = client.audit_logs.sign_ins, client.users
    of_signs, of_users = type(signs).SignInsRequestBuilderGetQueryParameters, type(users).UsersRequestBuilderGetQueryParameters
    nobody = "00000000-0000-4000-8000-000000000000"
    stranger = Tenant.__new__(Tenant)
    stranger.url, stranger.token = tenant.url, "not-the-token"
    cases = [
        ("a filter on what takes none", lambda: signs.get(asked(of_signs, filter="correlationId eq 'x' or userType eq 'x'")), 400),
        ("a page of 1,001", lambda: signs.get(asked(of_signs, top=1001)), 400),
        ("an order by what has none", lambda: signs.get(asked(of_signs, orderby=["appId"])), 400),
        ("a filter that is none", lambda: signs.get(asked(of_signs, filter="createdDateTime ge")), 400),
        ("an advanced filter without its header", lambda: users.get(asked(of_users, filter="endswith(mail,'x')")), 400),
        ("the members of a group that is not there", lambda: by_group(client, nobody).get(), 404),
        ("a foreign token", lambda: stranger.client().users.get(), 401),
    ]
    wrong = []
    for name, request, status in cases:
        try:
            await request()
            wrong.append(f"{name}: nothing was refused")
        except ODataError as error:
            print(f"{name:55} {error.response_status_code} {error.error.code}")
            if error.response_status_code != status:
                wrong.append(f"{name}: {error.response_status_code} instead of {status}")
    return wrong


async def throttle(tenant: Tenant) -> list[str]:
    """The eleventh request of a kind that has five in ten seconds is refused with a time to wait."""
    headers = {"Authorization": f"Bearer {tenant.token}"}
    async with httpx.AsyncClient(headers=headers) as client:
        replies = [await client.get(f"{tenant.url}/v1.0/auditLogs/signIns?$top=1") for _ in range(11)]
    refused = [reply for reply in replies if reply.status_code == 429]
    print(f"{'eleven requests at once':55} {len(refused)} times 429")
    if not refused or any("Retry-After" not in reply.headers for reply in refused):
        return ["eleven requests at once were not throttled as documented"]
    # The client's own handler waits as it is told, and gets its answer.
    page = await tenant.client().audit_logs.sign_ins.get()
    return [] if page and page.value else ["the client did not get an answer after it waited"]


async def main(program: str) -> int:
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for flags, checks in [(["--no-throttle"], [counts, refusals]), ([], [throttle])]:
            tenant = Tenant(program, folder, *flags)
            try:
                for check in checks:
                    wrong += await check(tenant)
            finally:
                tenant.stop()
    for one in wrong:
        print(f"WRONG {one}")
    print(f"{len(SETS)} sets, {len(wrong)} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1])))
