# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stages of a run leave for a report: plans, observations, releases and evaluations of any number of hosts."""

from __future__ import annotations

from typing import Any

from ansible_collections.cloudwatch.agent.plugins.module_utils._report.document import report

NOW = 1_767_225_600.0
NAME, KEY = "AmazonCloudWatch-web", "us-east-1/AmazonCloudWatch-web"
BUILD = "1.300064.1b1344"


def planned(**more: Any) -> dict[str, Any]:
    """A host of the plan."""
    return {"state": "present", "build": "", "mode": "ec2", "region": "us-east-1", "profile": "", "key": KEY, "name": NAME, **more}


def observed(**more: Any) -> dict[str, Any]:
    """A host with nothing to complain of; further keys of its agent."""
    agent = {
        "package": {"installed": True, "build": BUILD},
        "service": {"active_state": "active", "enabled": True, "restarts": 0, "started_at": NOW - 3600},
        "configurations": [{"file": f"ssm_{NAME}_3", "digest": "three", "size": 1}],
        "unmanaged": [],
        "stale_files": [],
        "common_config": {"profile": "", "file": "", "keys_expire_at": None},
        "identity": {"role": "web-role", "no_keys": "", "keys_expire_at": NOW + 7200},
        "clock": NOW,
        **more,
    }
    return {"changed": False, "agent": agent, "differences": [], "differing": [], "converged": True, "problems": [], "refusal": ""}


def use(version: int = 3, **more: Any) -> dict[str, Any]:
    """What a host runs."""
    return {"state": "runs", "reason": "", "key": KEY, "version": version, **more}


def _version(number: int, digest: str, live: int) -> dict[str, Any]:
    parts = [{"name": NAME, "version": number, "digest": digest}]
    return {"version": number, "digest": digest, "labels": ["live"] if number == live else [], "parts": parts}


def association(version: int = 3, status: str = "Success") -> dict[str, Any]:
    """What an association gives to a host."""
    return {"name": f"cloudwatch-agent-{NAME}", "status": status, "gives": [f"{NAME}:{version}"]}


def configuration(live: int = 3, planned: int = 3, **more: Any) -> dict[str, Any]:
    """A configuration with the versions 1 to 4, each with its own text."""
    versions = [_version(number, digest, live) for number, digest in ((4, "four"), (3, "three"), (2, "two"), (1, "one"))]
    names = {"key": KEY, "name": NAME, "profile": "", "region": "us-east-1"}
    return {**names, "hosts": [], "live": live, "planned": planned, "on_hold": False, "refused": "", "versions": versions, **more}


def evaluation(host: str, state: str = "verified", **more: Any) -> dict[str, Any]:
    """The telemetry of a host."""
    item = {"state": "arrived", "cause": ""}
    items: dict[str, Any] = {
        "streams": [{"newest": NOW - 30, **item}, {"newest": None, **item}],
        "metrics": [{"newest": NOW - 60, **item}],
    }
    return {"host": host, "state": state, **items, "cause": "", "hint": "", "refused": [], "unverified": [], **more}


def run(hosts: dict[str, dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A report. Of each host ``planned``, ``observed``, ``use``, ``telemetry``, ``refusal``, ``association`` and ``unread`` (why State
    Manager said nothing), where it is not like all others.

    *more*: ``configurations`` and ``plan``.
    """
    configurations = more.get("configurations") or [configuration()]
    of_plan = [{"key": item["key"], "configuration": {}, "vaulted": [], **more.get("plan", {})} for item in configurations]
    return report(
        {"hosts": {name: said.get("planned") or planned() for name, said in hosts.items()}, "configurations": of_plan},
        {name: said.get("observed", observed()) for name, said in hosts.items()},
        {
            "configurations": [{**item, "hosts": list(hosts)} for item in configurations],
            "hosts": {name: said.get("use") or use() for name, said in hosts.items()},
        },
        {"hosts": [said.get("telemetry") or evaluation(name) for name, said in hosts.items()]},
        {
            "hosts": {name: "missing" if "refusal" in said else "allowed" for name, said in hosts.items()},
            "refusals": {name: said["refusal"] for name, said in hosts.items() if "refusal" in said},
        },
        NOW,
        {
            "hosts": {name: said["association"] for name, said in hosts.items() if "association" in said},
            "refusals": {name: said["unread"] for name, said in hosts.items() if "unread" in said},
        },
    )


LOST: dict[str, Any] = {
    "observed": {"unreachable": True, "msg": "ssh: connect to host: Connection timed out"},
    "use": {"state": "unreachable"},
}
BEHIND: dict[str, Any] = {"use": use(2)}
DENIED = "Failed to read the parameters AmazonCloudWatch-web: AccessDeniedException: not authorized"
UNREAD = configuration(0, 0, refused=DENIED, versions=[])
"""A configuration whose account does not let itself be read, and a host that is well otherwise."""
NOT_KNOWN: dict[str, Any] = {"use": {"state": "unknown", "reason": DENIED, "key": "", "version": 0}}
STOPPED: dict[str, Any] = {
    "observed": observed(
        service={"active_state": "failed", "enabled": False, "restarts": 7, "started_at": 0.0}, unmanaged=["file_mine.json"]
    )
}


def fleet(number: int) -> dict[str, Any]:
    """A report of so many hosts, of which every second one differs, with long names and messages."""
    cause = "AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/web/i-0123 is not authorized to perform: logs:PutLogEvents"
    kinds: tuple[dict[str, Any], ...] = ({}, BEHIND, {}, STOPPED, {}, LOST, {}, {"telemetry": evaluation("", "missing", cause=cause)})
    hosts = {}
    for index in range(number):
        name, kind = f"ip-10-0-{index // 250}-{index % 250}.eu-west-1.compute.internal", kinds[index % len(kinds)]
        hosts[name] = {**kind, "telemetry": {**kind.get("telemetry", evaluation("")), "host": name}}
    return run(hosts)
