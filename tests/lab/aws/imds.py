# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The instance metadata service of every EC2 host of the lab, live from the stand-in's EC2 (with its metadata options) and IAM."""

from __future__ import annotations

import json
import secrets
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from aws.answer import Answer
from aws.identity import ACCOUNT

LONGEST = 21600
TTL = "X-aws-ec2-metadata-token-ttl-seconds"
_ENVIRON_TTL = "HTTP_X_AWS_EC2_METADATA_TOKEN_TTL_SECONDS"
_ENVIRON_TOKEN = "HTTP_X_AWS_EC2_METADATA_TOKEN"
_STAMP = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Host:
    """A registered host: its lab name, its instance, the region that one lives in, ec2 or onprem."""

    name: str
    instance_id: str | None
    region: str
    kind: str


class Imds:
    """All hosts' metadata services. `credential_seconds`: how long role credentials live."""

    def __init__(self, credential_seconds: float = LONGEST) -> None:
        self.hosts: dict[str, Host] = {}
        self.credential_seconds = credential_seconds
        self._tokens: dict[str, tuple[str, float]] = {}
        self._credentials: dict[tuple[str, str], tuple[datetime, dict[str, str]]] = {}
        self._lock = threading.Lock()

    def answer(self, name: str, path: str, environ: dict[str, Any]) -> Answer:
        """One request of host `name` for `path` (without leading slash)."""
        host = self.hosts.get(name)
        if host is None or host.kind != "ec2" or not host.instance_id:
            return _text(404, "no such host")
        options = ec2_backends[ACCOUNT][host.region].get_instance(str(host.instance_id)).metadata_options
        if options.http_endpoint == "disabled":
            return _text(403, "Forbidden")
        method = environ.get("REQUEST_METHOD", "GET")
        if path == "latest/api/token":
            return self._token(name, method, environ)
        if method not in ("GET", "HEAD"):
            return _text(405, "Method Not Allowed")
        owner, until = self._tokens.get(environ.get(_ENVIRON_TOKEN, ""), ("", 0.0))
        needless = options.http_tokens == "optional" and _ENVIRON_TOKEN not in environ
        if not needless and (owner != name or until < time.time()):
            return _text(401, "Unauthorized")
        with self._lock:
            tree = self._tree(host)
        return _look_up(tree, path)

    def _token(self, name: str, method: str, environ: dict[str, Any]) -> Answer:
        if method != "PUT":
            return _text(405, "Method Not Allowed")
        if environ.get("HTTP_X_FORWARDED_FOR"):
            return _text(403, "Forbidden")
        asked = environ.get(_ENVIRON_TTL, "")
        if not asked.isdigit() or not 1 <= int(asked) <= LONGEST:
            return _text(400, "Bad Request")
        token = secrets.token_urlsafe(40) + "=="
        now = time.time()
        with self._lock:
            self._tokens = {key: value for key, value in self._tokens.items() if value[1] > now}
            self._tokens[token] = (name, now + int(asked))
        answer = _text(200, token)
        answer.headers.append((TTL, asked))
        return answer

    def _tree(self, host: Host) -> dict[str, str]:
        """Every leaf of the tree under /latest/ with its text."""
        instance = ec2_backends[ACCOUNT][host.region].get_instance(str(host.instance_id))
        zone = instance.availability_zone or f"{host.region}a"
        domain = "ec2.internal" if host.region == "us-east-1" else f"{host.region}.compute.internal"
        hostname = f"ip-{str(instance.private_ip).replace('.', '-')}.{domain}"
        leaves = {
            "dynamic/instance-identity/document": json.dumps(_document(instance, host.region, zone), indent=2),
            "meta-data/ami-id": instance.image_id,
            "meta-data/ami-launch-index": "0",
            "meta-data/hostname": hostname,
            "meta-data/instance-action": "none",
            "meta-data/instance-id": instance.id,
            "meta-data/instance-life-cycle": "on-demand",
            "meta-data/instance-type": instance.instance_type,
            "meta-data/local-hostname": hostname,
            "meta-data/local-ipv4": instance.private_ip,
            "meta-data/placement/availability-zone": zone,
            "meta-data/placement/region": host.region,
            "meta-data/reservation-id": f"r-{instance.id[2:]}",
            "meta-data/services/domain": "amazonaws.com",
            "meta-data/services/partition": "aws",
        }
        for tag in instance.get_tags():
            leaves[f"meta-data/tags/instance/{tag['key']}"] = tag["value"]
        leaves.update(self._iam(instance))
        return leaves

    def _iam(self, instance: Any) -> dict[str, str]:
        profile_arn = (instance.iam_instance_profile or {}).get("Arn")
        if not profile_arn:
            return {}
        profile = iam_backends[ACCOUNT]["aws"].get_instance_profile_by_arn(profile_arn)
        info = {
            "Code": "Success",
            "LastUpdated": _stamp(datetime.now(timezone.utc)),
            "InstanceProfileArn": profile.arn,
            "InstanceProfileId": profile.id,
        }
        leaves = {"meta-data/iam/info": json.dumps(info, indent=2)}
        for role in profile.roles[:1]:
            leaves[f"meta-data/iam/security-credentials/{role.name}"] = json.dumps(self._role(instance.id, role.arn), indent=2)
        return leaves

    def _role(self, instance_id: str, role_arn: str) -> dict[str, str]:
        now = datetime.now(timezone.utc)
        fresh_until, credentials = self._credentials.get((instance_id, role_arn), (now, {}))
        if fresh_until > now:
            return credentials
        role = sts_backends[ACCOUNT]["aws"].assume_role(
            region_name="us-east-1",
            role_session_name=instance_id,
            role_arn=role_arn,
            policy="",
            duration=int(self.credential_seconds),
            external_id="",
        )
        expiration = role.expiration.replace(tzinfo=timezone.utc)
        credentials = {
            "Code": "Success",
            "LastUpdated": _stamp(now),
            "Type": "AWS-HMAC",
            "AccessKeyId": role.access_key_id,
            "SecretAccessKey": role.secret_access_key,
            "Token": role.session_token,
            "Expiration": _stamp(expiration),
        }
        # AWS hands out new ones at least five minutes before the old ones end.
        margin = min(timedelta(minutes=5), timedelta(seconds=self.credential_seconds / 10))
        self._credentials[instance_id, role_arn] = (expiration - margin, credentials)
        return credentials


def _document(instance: Any, region: str, zone: str) -> dict[str, Any]:
    """The instance identity document."""
    return {
        "accountId": ACCOUNT,
        "architecture": instance.architecture or "x86_64",
        "availabilityZone": zone,
        "imageId": instance.image_id,
        "instanceId": instance.id,
        "instanceType": instance.instance_type,
        "kernelId": None,
        "pendingTime": _stamp(instance.launch_time),
        "privateIp": instance.private_ip,
        "ramdiskId": None,
        "region": region,
        "version": "2017-09-30",
    }


def _stamp(when: datetime) -> str:
    return when.strftime(_STAMP)


def _text(status: int, text: str) -> Answer:
    return Answer(status, [("Content-Type", "text/plain"), ("Server", "EC2ws")], text.encode())


def _look_up(tree: dict[str, str], path: str) -> Answer:
    bare = path.strip("/")
    if not bare.startswith("latest"):
        return _text(200, "latest") if not bare else _text(404, "Not Found")
    bare = bare[len("latest") :].strip("/")
    if bare in tree:
        return _text(200, tree[bare])
    root = f"{bare}/" if bare else ""
    names = sorted(
        {rest.split("/")[0] + ("/" if "/" in rest else "") for rest in (leaf[len(root) :] for leaf in tree if leaf.startswith(root))}
    )
    return _text(200, "\n".join(names)) if names else _text(404, "Not Found")
