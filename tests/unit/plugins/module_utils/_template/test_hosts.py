# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles, users, parameters and associations of a template."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.cloudwatch.agent.plugins.module_utils._commands import standing
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.canonical import digest
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import iam
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import publications
from ansible_collections.cloudwatch.agent.tests.support.templates import NUMBER, act, plan, properties, web


def made(tmp_path: Path, *parts: str, given: dict[str, Any] | None = None, **arguments: Any) -> dict[str, Any]:
    found: dict[str, Any] = act(plan=given or plan(web()), directory=str(tmp_path), parts=list(parts), **arguments)
    return found


def test_a_role_of_instances_is_that_of_the_role_iam(tmp_path: Path) -> None:
    given, options = plan(web()), iam.Options("/agents/", {"team": "web"}, ("CloudWatchAgentServerPolicy",))
    wanted = {host: iam.Wanted(iam.ROLE, "own", iam.EC2) for host in given["hosts"]}
    (principal,) = iam.principals(given, wanted, {"": NUMBER}, options)
    item = iam.desired(principal, options)
    boundary = f"arn:aws:iam::{NUMBER}:policy/limit"
    same = {"path": options.path, "identity_tags": dict(options.tags), "managed_policies": list(options.attach), "boundary": boundary}
    template = made(tmp_path, "iam", given=given, iam=same, variables={"cw_agent_iam_name": "own"})["templates"][0]["template"]
    (role,) = properties(template, "IAM::Role")
    assert role == {
        "RoleName": "own",
        "AssumeRolePolicyDocument": item["trust"],
        "Path": "/agents/",
        "Policies": [{"PolicyName": "cloudwatch-agent", "PolicyDocument": item["inline"]}],
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"],
        "PermissionsBoundary": boundary,
        "Tags": [{"Key": key, "Value": value} for key, value in sorted(item["tags"].items())],
    }
    assert properties(template, "IAM::InstanceProfile") == [{"InstanceProfileName": "own", "Path": "/agents/", "Roles": ["own"]}]


def test_hosts_on_premises_are_users_or_have_a_role_of_activations(tmp_path: Path) -> None:
    given = plan(web(mode="onPremise"), mode="onPremise")
    template = made(tmp_path, "iam", given=given)["templates"][0]["template"]
    assert [one["UserName"] for one in properties(template, "IAM::User")] == ["AmazonCloudWatch-web"]
    activation = made(tmp_path, "iam", given=given, variables={"cw_agent_iam_onprem": "activation"})["templates"][0]["template"]
    (role,) = properties(activation, "IAM::Role")
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "ssm.amazonaws.com"}
    assert role["ManagedPolicyArns"] == ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"]
    wrong = made(tmp_path, "iam", given=given, variables={"cw_agent_iam_onprem": "robot"})
    assert wrong["msg"] == "cw_agent_iam_onprem of web-1 is 'robot': expected one of user, activation."


def test_large_policies_are_managed_ones(tmp_path: Path) -> None:
    groups = [{"file_path": f"/var/log/{number}", "log_group_name": f"/{number:03}/{'x' * 60}"} for number in range(40)]
    one = web()
    one["configuration"]["logs"]["logs_collected"]["files"]["collect_list"] = groups
    found = made(tmp_path, "iam", given=plan(one), limit="s3")
    assert "msg" not in found, found["msg"]
    template = found["templates"][0]["template"]
    names = [policy["ManagedPolicyName"] for policy in properties(template, "IAM::ManagedPolicy")]
    (role,) = properties(template, "IAM::Role")
    assert len(names) > 1 and role["ManagedPolicyArns"] == [f"arn:aws:iam::{NUMBER}:policy/{name}" for name in names]


def test_parameters_are_what_is_published(tmp_path: Path) -> None:
    groups = [{"file_path": f"/var/log/{number}", "log_group_name": f"/{number:03}/{'x' * 60}"} for number in range(100)]
    one = web()
    one["configuration"]["logs"]["logs_collected"]["files"]["collect_list"] = groups
    given = plan(one)
    found = made(tmp_path, "parameters", given=given, parameters={"parameter_tags": {"team": "web"}})
    (publication,) = publications(given)
    parameters = properties(found["templates"][0]["template"], "SSM::Parameter")
    assert [(one["Name"], one["Value"]) for one in parameters] == list(zip(publication.names, publication.texts)) and len(parameters) > 1
    assert [one["Tier"] for one in parameters] == ["Advanced" if len(one["Value"]) > 4096 else "Standard" for one in parameters]
    assert "Advanced" in {one["Tier"] for one in parameters}
    assert parameters[0]["Tags"] == {"team": "web"}


def test_an_association_gives_what_its_template_publishes(tmp_path: Path) -> None:
    targets = {"AmazonCloudWatch-web": [{"key": "tag:Role", "values": ["web"]}]}
    template = made(tmp_path, "parameters", "association", association={"targets": targets})["templates"][0]["template"]
    (association,) = properties(template, "SSM::Association")
    (parameter,) = properties(template, "SSM::Parameter")
    (document,) = properties(template, "SSM::Document")
    commands = "\n".join(association["Parameters"]["commands"])
    assert digest(parameter["Value"]) in commands and "for name in AmazonCloudWatch-web;" in commands
    assert (document["Name"], document["Content"]) == (standing.DOCUMENT, standing.CONTENT)
    assert association["Targets"] == [{"Key": "tag:Role", "Values": ["web"]}] and association["ScheduleExpression"] == "rate(30 minutes)"


def test_wrong_targets_are_refused(tmp_path: Path) -> None:
    target = [{"key": "tag:Role", "values": ["web"]}]
    unknown = made(tmp_path, "association", association={"targets": {"other": target}})
    assert unknown["msg"] == "targets: no configuration of this run is called other. Hint: there are AmazonCloudWatch-web."
    wrong = made(tmp_path, "association", association={"targets": {"AmazonCloudWatch-web": [{"key": "Role", "values": ["web"]}]}})
    assert "targets: the key is 'Role'" in wrong["msg"]
