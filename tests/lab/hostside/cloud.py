# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab makes in the AWS stand-in: instances with profile and tags, the on-prem hosts' user, the hosts' registration."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import Any

import boto3
import botocore.config
import botocore.exceptions

from .base import LabError
from .names import REGION
from .state import Lab, alive, host_order, log_tail

ROLE = "cw-agent-lab"
ONPREM_USER = "cw-agent-onprem"
POLICY = "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"
# The prefix tells the stand-in that it is the controller that calls.
CONTROLLER_KEY = ("LABCONTROLLER0000000", "lab-controller-secret-key-0000000000000")
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
START_SECONDS = 120


def endpoint(lab: Lab) -> str:
    """Return the stand-in's own address, without TLS."""
    return f"http://127.0.0.1:{lab.data['ports']['aws']}"


def client(lab: Lab, service: str, region: str = REGION) -> Any:
    """Return a boto3 client that speaks to the lab's stand-in."""
    settings = botocore.config.Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=5, read_timeout=60, proxies={})
    key, secret = CONTROLLER_KEY
    session: Any = boto3.session.Session(aws_access_key_id=key, aws_secret_access_key=secret, region_name=region)
    return session.client(service, endpoint_url=endpoint(lab), config=settings)


def request(lab: Lab, method: str, path: str, content: object = None) -> tuple[int, bytes]:
    """Send a request of the stand-in's control interface; return status and body."""
    data = None if content is None else json.dumps(content).encode()
    message = urllib.request.Request(endpoint(lab) + path, data, {"Content-Type": "application/json"}, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(message, timeout=30) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def wait_for_stand_in(lab: Lab) -> None:
    """Wait until the stand-in answers."""
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            request(lab, "GET", "/_lab/health")
            return
        except OSError as error:  # noqa: PERF203  it starts
            if not alive(lab, "aws") or time.monotonic() > end:
                raise LabError(f"the AWS stand-in does not answer: {error}\n{log_tail(lab, 'aws')}") from error
            time.sleep(0.05)


def _code(error: botocore.exceptions.ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def ensure_profile(lab: Lab) -> None:
    """Make the instance profile with its role, as the agent's documentation asks for it."""
    iam = client(lab, "iam")
    try:
        iam.get_instance_profile(InstanceProfileName=ROLE)
        return
    except botocore.exceptions.ClientError as error:
        if _code(error) != "NoSuchEntity":
            raise
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(TRUST), Description="Hosts of the lab")
    iam.attach_role_policy(RoleName=ROLE, PolicyArn=POLICY)
    iam.create_instance_profile(InstanceProfileName=ROLE)
    iam.add_role_to_instance_profile(InstanceProfileName=ROLE, RoleName=ROLE)


def ensure_onprem_user(lab: Lab) -> None:
    """Make the user whose key on-prem hosts use; the key stands in the lab's state as `onprem_key`."""
    iam = client(lab, "iam")
    try:
        keys = iam.list_access_keys(UserName=ONPREM_USER)["AccessKeyMetadata"]
    except botocore.exceptions.ClientError as error:
        if _code(error) != "NoSuchEntity":
            raise
        iam.create_user(UserName=ONPREM_USER)
        iam.attach_user_policy(UserName=ONPREM_USER, PolicyArn=POLICY)
        keys = []
    if lab.data.get("onprem_key", [""])[0] not in [key["AccessKeyId"] for key in keys]:
        made = iam.create_access_key(UserName=ONPREM_USER)["AccessKey"]
        lab.data["onprem_key"] = [made["AccessKeyId"], made["SecretAccessKey"]]


def tags_of(lab: Lab, host: str) -> dict[str, str]:
    """Return an EC2 host's tags."""
    kind, number = lab.hosts[host]["kind"], lab.hosts[host]["number"]
    role = "batch" if kind == "amazon" else "web" if number % 2 else "db"
    return {"Name": host, "Role": role, "Lab": lab.name}


def _filters(wanted: dict[str, list[str]]) -> list[dict[str, Any]]:
    return [{"Name": name, "Values": values} for name, values in wanted.items()]


def _image(ec2: Any) -> str:
    found = ec2.describe_images(Filters=_filters({"architecture": ["x86_64"], "virtualization-type": ["hvm"]}))["Images"]
    names: list[tuple[str, str]] = sorted(
        (image.get("Name", ""), image["ImageId"]) for image in found if image.get("Platform") != "windows"
    )
    if not names:
        raise LabError("the AWS stand-in has no image to start instances from")
    return next((identity for name, identity in names if name.startswith("amzn2")), names[0][1])


def ensure_instances(lab: Lab) -> None:
    """Make every EC2 host an instance of the stand-in, in its own region, and forget those of hosts that are gone."""
    wanted = [host for host in sorted(lab.hosts, key=host_order) if lab.hosts[host]["kind"] != "onprem"]
    regions = {lab.hosts[host]["region"] for host in wanted}
    for region in sorted(regions | set(lab.data.get("regions", []))):
        _ensure_region(lab, client(lab, "ec2", region), [host for host in wanted if lab.hosts[host]["region"] == region])
    lab.data["regions"] = sorted(regions)


def _ensure_region(lab: Lab, ec2: Any, wanted: list[str]) -> None:
    filters = {"tag:Lab": [lab.name], "instance-state-name": ["pending", "running", "stopping", "stopped"]}
    pages = ec2.get_paginator("describe_instances").paginate(Filters=_filters(filters))
    present = {instance["InstanceId"] for page in pages for group in page["Reservations"] for instance in group["Instances"]}
    if surplus := present - {lab.hosts[host].get("instance_id") for host in wanted}:
        ec2.terminate_instances(InstanceIds=sorted(surplus))
    missing = [host for host in wanted if lab.hosts[host].get("instance_id") not in present]
    image = _image(ec2) if missing else ""
    for host in missing:
        _start(lab, ec2, host, image)


def _start(lab: Lab, ec2: Any, host: str, image: str) -> None:
    tags = tags_of(lab, host)
    instance = ec2.run_instances(
        ImageId=image,
        InstanceType="t3.small",
        MinCount=1,
        MaxCount=1,
        MetadataOptions={"HttpTokens": "required", "HttpEndpoint": "enabled"},
        IamInstanceProfile={"Name": ROLE},
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}],
    )["Instances"][0]
    zone = instance["Placement"]["AvailabilityZone"]
    lab.hosts[host].update(instance_id=instance["InstanceId"], address=instance["PrivateIpAddress"], zone=zone, tags=tags)


def register(lab: Lab) -> None:
    """Tell the stand-in which host is which instance."""
    for host in sorted(lab.hosts, key=host_order):
        known = lab.hosts[host]
        kind = "onprem" if known["kind"] == "onprem" else "ec2"
        content = {"name": host, "kind": kind, "instance_id": known.get("instance_id", ""), "region": known["region"]}
        status, body = request(lab, "POST", "/_lab/hosts", content)
        if status >= 400:
            raise LabError(f"the AWS stand-in refused host {host}: {status} {body.decode(errors='replace')[:300]}")


def forget(lab: Lab, host: str) -> None:
    """Tell the stand-in that a host is gone."""
    request(lab, "DELETE", f"/_lab/hosts/{host}")
