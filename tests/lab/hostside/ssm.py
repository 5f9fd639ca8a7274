# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`lab up --ssm`: an SSM Agent on every host, its rights, and the package that Distributor gives out."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import time
from typing import Any

import botocore.exceptions

from . import cloud, distributor, mirror
from .base import LabError, say
from .hosts import pid_of, run_on
from .state import Lab, log_tail

VARIABLE = "LAB_SSM_AGENT"
CORE = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
NODE_ROLE = "cw-agent-lab-node"
NAME = "amazon-ssm-agent"
INSTALLED = {"deb": ("dpkg-query", "--show", NAME), "rpm": ("rpm", "--query", NAME)}
INSTALL = {"deb": ("dpkg", "--install", "/tmp/ssm.deb"), "rpm": ("rpm", "--upgrade", "/tmp/ssm.rpm")}
ONLINE_SECONDS = 120


def package(kind: str) -> pathlib.Path:
    """Return the agent's package for hosts of a kind (deb, rpm): the one that LAB_SSM_AGENT names, else the stand-in's."""
    if kind == "deb" and (value := os.environ.get(VARIABLE)):
        path = pathlib.Path(value).resolve()
        if path.suffix != ".deb" or not path.is_file():
            raise LabError(f"{VARIABLE} is {value!r}: not a .deb file that exists")
        return path
    return mirror.built(("ssm_agent", "agent"), kind)


def prepare(lab: Lab) -> None:
    """Give the instances' role what a node needs, make that of hybrid nodes, and hand the agent's package to Distributor."""
    iam = cloud.client(lab, "iam")
    iam.attach_role_policy(RoleName=cloud.ROLE, PolicyArn=CORE)
    try:
        iam.create_role(RoleName=NODE_ROLE, AssumeRolePolicyDocument=json.dumps(trust()), Description="Hybrid nodes of the lab")
    except botocore.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "EntityAlreadyExists":
            raise
    for policy in (CORE, cloud.POLICY):
        iam.attach_role_policy(RoleName=NODE_ROLE, PolicyArn=policy)
    distributor.publish(lab)


def trust() -> dict[str, Any]:
    """Return who may assume the role of hybrid nodes."""
    allowed = {"Effect": "Allow", "Principal": {"Service": "ssm.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [allowed]}


def install(lab: Lab, host: str) -> None:
    """Install the agent on a host unless it is there, register an on-prem host, and return when the node is online."""
    kind = "rpm" if lab.hosts[host]["kind"] == "amazon" else "deb"
    if run_on(lab, host, *INSTALLED[kind]).returncode:
        say(f"installing the SSM agent on {host}…")
        shutil.copyfile(package(kind), f"/proc/{pid_of(lab, host)}/root/tmp/ssm.{kind}")
        _run(lab, host, *INSTALL[kind])
    if lab.hosts[host]["kind"] == "onprem" and "node_id" not in lab.hosts[host]:
        lab.hosts[host]["node_id"] = _register(lab, host)
    lab.hosts[host].setdefault("node_id", lab.hosts[host].get("instance_id"))
    _await_online(lab, host)


def _run(lab: Lab, host: str, *arguments: str) -> str:
    done = run_on(lab, host, *arguments, timeout=300)
    if done.returncode:
        raise LabError(f"{arguments[0]} on {host}: exit status {done.returncode}\n{(done.stderr or done.stdout).strip()}")
    return done.stdout


def _register(lab: Lab, host: str) -> str:
    """Register an on-prem host by an activation of its own; return the node's id."""
    region = lab.hosts[host]["region"]
    tags = [{"Key": "Name", "Value": host}, {"Key": "Role", "Value": "onprem"}, {"Key": "Lab", "Value": lab.name}]
    ssm = cloud.client(lab, "ssm", region)
    made = ssm.create_activation(IamRole=NODE_ROLE, DefaultInstanceName=host, Tags=tags)
    _run(lab, host, "systemctl", "stop", NAME)
    words = ("-register", "-y", "-code", made["ActivationCode"], "-id", made["ActivationId"], "-region", region)
    _run(lab, host, NAME, *words)
    _run(lab, host, "systemctl", "start", NAME)
    nodes = ssm.describe_instance_information(Filters=[{"Key": "ActivationIds", "Values": [made["ActivationId"]]}])
    return str(nodes["InstanceInformationList"][0]["InstanceId"])


def _await_online(lab: Lab, host: str) -> None:
    ssm, end = cloud.client(lab, "ssm", lab.hosts[host]["region"]), time.monotonic() + ONLINE_SECONDS
    filters = [{"Key": "InstanceIds", "Values": [lab.hosts[host]["node_id"]]}]
    while not any(node["PingStatus"] == "Online" and node.get("AgentVersion") for node in _nodes(ssm, filters)):
        if time.monotonic() > end:
            log = run_on(lab, host, "tail", "-n", "20", "/var/log/amazon/ssm/amazon-ssm-agent.log").stdout
            raise LabError(f"the node {host} is not online after {ONLINE_SECONDS} s\n{log}{log_tail(lab, 'aws')}")
        time.sleep(0.2)


def _nodes(ssm: Any, filters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ssm.describe_instance_information(Filters=filters)["InstanceInformationList"]
    return found
