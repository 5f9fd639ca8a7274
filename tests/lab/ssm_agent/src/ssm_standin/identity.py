# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who this node is, and the keys by which it speaks: an instance's role, or those that a registered node is given."""

from __future__ import annotations

import calendar
import configparser
import datetime
import io
import json
import os
import time
from typing import Any, NamedTuple

from standin import imds
from standin.awshttp import AwsError, Client, Connection

from . import log, places

CREDENTIALS = places.ROOT / "root/.aws/credentials"
EARLY = 300.0


class Identity(NamedTuple):
    """The node's id, region and zone (of an instance), and whether it was registered by an activation."""

    node_id: str
    region: str
    zone: str
    hybrid: bool


def find() -> Identity | None:
    """A registration before the metadata service; None where there is neither."""
    registered = places.read(places.REGISTRATION)
    if registered:
        return Identity(registered["ManagedInstanceID"], registered["Region"], "", True)
    try:
        document = json.loads(imds.get("dynamic/instance-identity/document") or "{}")
    except (imds.UnreachableError, ValueError):
        return None
    return Identity(document["instanceId"], document["region"], document["availabilityZone"], False) if document else None


def epoch(text: str) -> float:
    """A time such as 2026-01-02T03:04:05Z in seconds since the epoch."""
    return float(calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")))


class InstanceKeys:
    """The keys of the instance's role, out of the metadata service."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}
        self.until = 0.0

    def forget(self) -> None:
        """Ask anew next time."""
        self.keys = {}

    def get(self) -> dict[str, str]:
        """{'access', 'secret', 'token'}; AwsError where the instance has no role."""
        if self.keys and time.time() < self.until - EARLY:
            return self.keys
        root = "meta-data/iam/security-credentials/"
        try:
            role = (imds.get(root) or "").split("\n")[0].strip()
            found = json.loads(imds.get(root + role) or "{}") if role else {}
        except (imds.UnreachableError, ValueError):
            found = {}
        if not found.get("AccessKeyId"):
            raise AwsError("NoCredentialProviders", "no valid providers in chain")
        self.keys = {"access": found["AccessKeyId"], "secret": found["SecretAccessKey"], "token": found["Token"]}
        self.until = epoch(found["Expiration"])
        return self.keys


def unsigned(region: str, operation: str, payload: dict[str, Any], node_id: str = "") -> dict[str, Any]:
    """A call of ssm without keys: registration, and the token of a registered node."""
    host = f"ssm.{region}.amazonaws.com"
    body = json.dumps(payload).encode()
    headers = {"Host": host, "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"AmazonSSM.{operation}"}
    if node_id:
        day = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d")
        scope = f"{node_id}/{day}/{region}/ssm/aws4_request"
        headers["Authorization"] = f"SSM4-RSA-SHA256 Credential={scope}, SignedHeaders=host, Signature=unchecked"
    status, answer = Connection(host).post({**headers, "Content-Length": str(len(body))}, body)
    found: dict[str, Any] = json.loads(answer or b"{}")
    if status >= 300:
        raise AwsError(str(found.get("__type")), str(found.get("message", "")), status)
    return found


class HybridKeys:
    """The keys of a registered node, shared with every program of root by the default profile, renewed at half of their life."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}
        self.renewal = 0.0

    def forget(self) -> None:
        """Ask anew next time."""
        self.keys = {}

    def get(self) -> dict[str, str]:
        """{'access', 'secret', 'token'}."""
        if not self.keys or time.time() > self.renewal:
            self.renew()
        return self.keys

    def renew(self) -> None:
        """Ask for new keys and leave them in root's credentials file; its other profiles stay."""
        registered = places.read(places.REGISTRATION)
        asked = {"Fingerprint": registered["Fingerprint"]}
        found = unsigned(registered["Region"], "RequestManagedInstanceRoleToken", asked, registered["ManagedInstanceID"])
        self.keys = {"access": found["AccessKeyId"], "secret": found["SecretAccessKey"], "token": found["SessionToken"]}
        now = time.time()
        self.renewal = now + (float(found["TokenExpirationDate"]) - now) / 2
        share(self.keys)
        log.say("INFO", "credentials were refreshed")


def share(keys: dict[str, str]) -> None:
    """Write the default profile of root's credentials file, without a region."""
    parser = configparser.RawConfigParser()
    parser.read(CREDENTIALS, encoding="utf-8")
    if not parser.has_section("default"):
        parser.add_section("default")
    for name, value in (("aws_access_key_id", "access"), ("aws_secret_access_key", "secret"), ("aws_session_token", "token")):
        parser.set("default", name, keys[value])
    text = io.StringIO()
    parser.write(text)
    CREDENTIALS.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = CREDENTIALS.with_name("credentials.new")
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text.getvalue())
    unfinished.replace(CREDENTIALS)


class Service:
    """Calls of ssm and ec2messages in the node's name; one object for each thread, since a connection serves one call at a time."""

    TARGETS = {"ssm": "AmazonSSM", "ec2messages": "EC2WindowsMessageDeliveryService", "logs": "Logs_20140328"}

    def __init__(self, identity: Identity, keys: InstanceKeys | HybridKeys) -> None:
        self.identity = identity
        self.keys = keys
        self.clients: dict[str, Client] = {}

    def fresh(self) -> Service:
        """The same for another thread."""
        return Service(self.identity, self.keys)

    def call(self, service: str, operation: str, **payload: Any) -> dict[str, Any]:
        """One call; AwsError where it is refused."""
        if service not in self.clients:
            agent = f"aws-sdk-go/1.44.260 amazon-ssm-agent/{places.VERSION}"
            self.clients[service] = Client(service, self.identity.region, self.keys, agent)
        answer: dict[str, Any] = self.clients[service].json(f"{self.TARGETS[service]}.{operation}", payload)
        return answer
