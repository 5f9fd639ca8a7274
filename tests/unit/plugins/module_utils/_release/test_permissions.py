# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the simulation is asked, and what is made of its answers."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.cloudwatch.agent.plugins.module_utils._config.policy import Need
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import permissions
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.instances import NO_PROFILE
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.permissions import Batch, Identity

ROLE = "arn:aws:iam::123456789012:role/app/web"
NAMESPACE = (("cloudwatch:namespace", "CWAgent"),)
CONFIGURATION = {
    "metrics": {"metrics_collected": {"mem": {"measurement": ["used_percent"]}}},
    "logs": {"logs_collected": {"files": {"collect_list": [{"file_path": "/a.log", "log_group_name": "/web"}]}}},
}
STREAM = "arn:aws:logs:us-east-1:123456789012:log-group:/web:log-stream:*"


def plan(**hosts: str) -> dict[str, Any]:
    """Hosts by name, and all of them with one configuration."""
    item = {"key": "k", "name": "AmazonCloudWatch-web", "region": "us-east-1", "profile": "p", "hosts": list(hosts), "build": ""}
    item |= {"configuration": CONFIGURATION, "text": json.dumps(CONFIGURATION), "platform": "linux", "mode": "ec2"}
    return {"hosts": {name: {"key": "k", "state": "present"} for name in hosts}, "configurations": [item]}


def subject(identity: Identity) -> permissions.Subject:
    (only,) = permissions.subjects(plan(a="", b=""), {"a": identity, "b": identity}, create_groups=False)
    return only


def allowed(found: permissions.Subject, **refused: str) -> permissions.Decisions:
    """Decisions that allow all but these actions (``logs_PutLogEvents``)."""
    return {(one.action, one.resource, one.context): refused.get(one.action.replace(":", "_"), "") for one in found.needs}


def test_hosts_of_one_principal_and_configuration_are_one_question() -> None:
    found = subject(Identity(ROLE))
    assert (found.hosts, found.profile) == (("a", "b"), "p")
    assert [(one.action, one.resource, one.context, one.keys) for one in found.needs] == [
        ("cloudwatch:PutMetricData", "*", NAMESPACE, ("/metrics",)),
        ("logs:CreateLogStream", STREAM, (), ("/logs/logs_collected/files/collect_list/0",)),
        ("logs:PutLogEvents", STREAM, (), ("/logs/logs_collected/files/collect_list/0",)),
        ("ssm:GetParameter", "arn:aws:ssm:us-east-1:123456789012:parameter/AmazonCloudWatch-web", (), ("",)),
    ]
    assert len(permissions.subjects(plan(a="", b=""), {"a": Identity(ROLE), "b": Identity(ROLE + "2")}, create_groups=False)) == 2


def test_the_fewest_simulations() -> None:
    """Actions on the same resources together, and only what is needed."""
    needs = [Need(action, resource, (), (), "s") for action in ("l:a", "l:b") for resource in ("r1", "r2")]
    needs += [Need("l:c", "r1", (), (), "s"), Need("l:a", "r1", NAMESPACE, (), "s")]
    assert permissions.batches(needs) == [
        Batch(("l:a", "l:b", "l:c"), ("r1",), ()),
        Batch(("l:a", "l:b"), ("r2",), ()),
        Batch(("l:a",), ("r1",), NAMESPACE),
    ]


def test_a_resource_of_several_names() -> None:
    """All are asked; one that is allowed is enough, and one that is denied is a denial."""
    need = Need("l:a", "*", (), (), "s", ("r1",))
    assert permissions.batches([need, Need("l:b", "*", (), (), "s")]) == [Batch(("l:a", "l:b"), ("*",), ()), Batch(("l:a",), ("r1",), ())]
    found = subject(Identity(ROLE))._replace(needs=(need,))

    def because(first: str, second: str) -> list[str]:
        entry = permissions.entry(found, {("l:a", "*", ()): first, ("l:a", "r1", ()): second})
        return [missing["because"] for missing in entry["missing"]]

    assert because("", "implicitDeny") == because("implicitDeny", "") == because("boundary", "") == []
    assert because("implicitDeny", "conditions k") == []
    assert because("boundary", "implicitDeny") == ["the permissions boundary does not allow it"]
    assert because("", "explicitDeny") == because("explicitDeny", "") == ["a statement denies it"]


def test_allowed() -> None:
    found = subject(Identity(ROLE))
    entry = permissions.entry(found, allowed(found))
    assert (entry["state"], entry["missing"], entry["principal"]) == ("allowed", [], ROLE)
    assert permissions.message([entry]) == ""


def test_missing_is_named_with_its_reason_its_keys_and_its_statement() -> None:
    found = subject(Identity(ROLE))
    entry = permissions.entry(found, allowed(found, logs_PutLogEvents="boundary"))
    (missing,) = entry["missing"]
    assert (entry["state"], missing["action"], missing["resource"]) == ("missing", "logs:PutLogEvents", STREAM)
    assert missing["statement"]["Sid"] == "SendLogs"
    assert permissions.message([entry]).splitlines() == [
        "Permissions are missing.",
        f"a, b ({ROLE}), k:",
        f"  logs:PutLogEvents on {STREAM}: the permissions boundary does not allow it; "
        "needed by /logs/logs_collected/files/collect_list/0. "
        "Hint: add the statement SendLogs of the policy.",
    ]


def test_what_conditions_decide_is_unknown() -> None:
    """Nobody is refused for it, and it is named beside what certainly is missing."""
    found = subject(Identity(ROLE))
    entry = permissions.entry(found, allowed(found, logs_PutLogEvents="conditions aws:SourceVpce"))
    assert (entry["state"], entry["missing"]) == ("unknown", [])
    assert entry["reason"].endswith(f": logs:PutLogEvents on {STREAM} (aws:SourceVpce)")
    assert permissions.message([entry]) == ""
    both = permissions.entry(found, allowed(found, logs_PutLogEvents="conditions aws:SourceVpce", ssm_GetParameter="implicitDeny"))
    assert (both["state"], [one["action"] for one in both["missing"]]) == ("missing", ["ssm:GetParameter"])
    assert "aws:SourceVpce" in permissions.message([both])


def test_what_was_not_answered_is_not_allowed() -> None:
    assert permissions.entry(subject(Identity(ROLE)), {})["state"] == "missing"


def test_nobody_there() -> None:
    """An instance without a profile lacks everything; one whose profile could not be read, nobody knows."""
    entry = permissions.entry(subject(Identity("", NO_PROFILE)), None)
    assert (entry["state"], len(entry["missing"])) == ("missing", 4)
    assert "the instance has no instance profile" in permissions.message([entry])
    entry = permissions.entry(subject(Identity("", "no right to ask", False)), None)
    assert (entry["state"], entry["missing"], entry["reason"]) == ("unknown", [], "no right to ask")


def test_refused_to_simulate_is_no_failure() -> None:
    entry = permissions.entry(subject(Identity(ROLE)), None, "may not simulate")
    assert (entry["state"], entry["reason"], permissions.message([entry])) == ("unknown", "may not simulate", "")


def test_the_table_begins_with_the_bad_ones() -> None:
    found = subject(Identity(ROLE))
    entries = [permissions.entry(found, allowed(found)), permissions.entry(found, allowed(found, ssm_GetParameter="implicitDeny"))]
    lines = permissions.table(entries)
    assert [line.split()[-2:] for line in lines[1:]] == [["missing", "ssm:GetParameter"], ["allowed", "-"]]
    assert lines[1].startswith("role/app/web  k ")


def test_what_hosts_are_refused_for() -> None:
    """Each host with all of its own; what is allowed or not known refuses nobody."""
    found = subject(Identity(ROLE))
    lacking = permissions.entry(found, allowed(found, logs_PutLogEvents="boundary"))
    unknown = {**permissions.entry(found, None, "may not simulate"), "hosts": ["c"]}
    instances = {"b": {"problems": ["turned off. Hint: turn it on"]}, "d": {"problems": []}}
    said = permissions.refusals([lacking, unknown], instances)
    assert said["a"].startswith(f"permissions are missing ({ROLE}): logs:PutLogEvents on {STREAM}: the permissions boundary does not")
    assert said == {"a": said["a"], "b": f"{said['a']} turned off. Hint: turn it on."}
    none = permissions.entry(subject(Identity("", NO_PROFILE)), None)
    assert permissions.refusals([none], {"a": {"problems": [NO_PROFILE]}})["a"] == f"permissions are missing (no principal): {NO_PROFILE}."


def test_which_hosts_a_run_is_about_to_change() -> None:
    changing = {"converged": False, "problems": [], "conflict": ""}
    assert permissions.is_changing(changing)
    others = ({"unreachable": True}, {"skipped": True}, None, {**changing, "converged": True}, {**changing, "problems": ["p"]})
    assert not any(map(permissions.is_changing, (*others, {**changing, "conflict": "awslogs"})))
