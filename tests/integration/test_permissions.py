# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated policies are enough and the least, by IAM's simulation on the enforcing stand-in; the playbook names what is missing."""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import principals
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import iam as release_iam
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import permissions
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.permissions import Identity
from ansible_collections.cloudwatch.agent.tests.support.agent_configurations import CONFIGURATIONS, plan
from ansible_collections.cloudwatch.agent.tests.support.enforced import put, role

if TYPE_CHECKING:
    from ansible_collections.cloudwatch.agent.tests.integration.conftest import Lab


def asked(iam: Any, subject: permissions.Subject) -> dict[str, Any]:
    """What the simulation says of a principal with a configuration."""
    decisions: dict[Any, str] = {}
    for batch in permissions.batches(subject.needs):
        decisions.update(principals.simulate(iam, subject.identity.arn, batch, subject.region))
    return permissions.entry(subject, decisions)


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_a_generated_policy_is_enough_and_each_statement_is_needed(iam: Any, name: str) -> None:
    """Without one statement exactly its actions are missing, with the keys of the configuration that need them."""
    arn = role(iam, {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "none:None", "Resource": "*"}]})
    (subject,) = permissions.subjects(plan(CONFIGURATIONS[name]), {"web": Identity(arn)}, create_groups=True)
    assert subject.needs
    policy = dict(subject.policy)
    put(iam, arn, policy)
    assert asked(iam, subject)["state"] == "allowed"
    for statement in policy["Statement"]:
        put(iam, arn, {**policy, "Statement": [one for one in policy["Statement"] if one is not statement]})
        found = asked(iam, subject)
        wanted = {(one.action, one.resource, one.keys) for one in subject.needs if one.sid == statement["Sid"]}
        assert {(one["action"], one["resource"], tuple(one["keys"])) for one in found["missing"]} == wanted
        assert {one["statement"]["Sid"] for one in found["missing"]} == {statement["Sid"]}
        assert {action for action, _resource, _keys in wanted} == set(statement["Action"])


@pytest.mark.parametrize("create_groups", [True, False])
def test_a_role_of_many_configurations_lacks_nothing_of_any(iam: Any, create_groups: bool) -> None:
    """What the role iam makes of them, in as many policies as IAM's sizes want, and what the playbook permissions asks, agree."""
    plans = {name: plan(configuration, name) for name, configuration in CONFIGURATIONS.items()}
    whole = {
        "hosts": {host: entry for one in plans.values() for host, entry in one["hosts"].items()},
        "configurations": [item for one in plans.values() for item in one["configurations"]],
    }
    wanted = dict.fromkeys(whole["hosts"], release_iam.Wanted("role", f"all-{uuid.uuid4().hex[:8]}", release_iam.EC2))
    options = release_iam.Options(path="/shop/", create_groups=create_groups)
    (principal,) = release_iam.principals(whole, wanted, {"": "123456789012"}, options)
    made = release_iam.desired(principal, options)
    documents = [item["document"] for item in made["managed"]] or [made["inline"]]
    first, *others = documents
    arn = role(iam, first)
    for number, document in enumerate(others):
        iam.put_role_policy(RoleName=arn.rpartition("/")[2], PolicyName=f"more-{number}", PolicyDocument=json.dumps(document))
    subjects = permissions.subjects(whole, dict.fromkeys(whole["hosts"], Identity(arn)), create_groups)
    assert {one.configuration for one in subjects} == set(CONFIGURATIONS)
    assert permissions.message(asked(iam, one) for one in subjects) == ""


@pytest.mark.parametrize(
    ("resource", "lacks"),
    [
        ("*", False),
        ("arn:aws:logs:*:*:*", False),
        ("arn:aws:logs:us-east-1:123456789012:log-group:*", False),
        ("arn:aws:logs:us-east-1:123456789012:log-group:/*", True),
        ("arn:aws:logs:eu-west-1:123456789012:log-group:*", True),
    ],
)
def test_all_log_groups_are_described_by_either_name(iam: Any, resource: str, lacks: bool) -> None:
    """A policy that somebody wrote names all log groups of the region; one that names some of them is not enough."""
    arn = role(iam, {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "none:None", "Resource": "*"}]})
    (subject,) = permissions.subjects(plan(CONFIGURATIONS["retention"]), {"web": Identity(arn)}, create_groups=True)
    others = [one for one in subject.policy["Statement"] if one["Sid"] != "ReadRetention"]
    described = {"Effect": "Allow", "Action": "logs:DescribeLogGroups", "Resource": resource}
    put(iam, arn, {**subject.policy, "Statement": [*others, described]})
    assert [one["action"] for one in asked(iam, subject)["missing"]] == ["logs:DescribeLogGroups"] * lacks


def test_a_boundary_and_a_denial_are_told_apart(iam: Any) -> None:
    (subject,) = permissions.subjects(
        plan(CONFIGURATIONS["logs"]), {"web": Identity("arn:aws:iam::123456789012:role/x")}, create_groups=True
    )
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["ssm:*", "logs:Create*"], "Resource": "*"}]}
    boundary = iam.create_policy(PolicyName=f"b-{uuid.uuid4().hex[:8]}", PolicyDocument=json.dumps(document))["Policy"]["Arn"]
    deny = {"Sid": "No", "Effect": "Deny", "Action": "logs:CreateLogGroup", "Resource": "*"}
    arn = role(iam, {**subject.policy, "Statement": [*subject.policy["Statement"], deny]}, PermissionsBoundary=boundary)
    found = asked(iam, subject._replace(identity=Identity(arn)))
    assert {one["action"]: one["because"] for one in found["missing"]} == {
        "logs:PutLogEvents": "the permissions boundary does not allow it",
        "logs:CreateLogGroup": "a statement denies it",
    }


class Fleet:
    """An inventory of hosts with principals of every kind; no host of it can be reached."""

    def __init__(self, root: dict[str, str], iam: Any, scratch: Path) -> None:
        self.environment = {**os.environ, **root, "ANSIBLE_FORCE_COLOR": "0"}
        self.scratch = scratch
        self.inventory = scratch / "hosts.yml"
        logs = CONFIGURATIONS["logs"]
        (subject,) = permissions.subjects(plan(logs), {"web": Identity("arn:aws:iam::123456789012:role/x")}, create_groups=True)
        policy = json.loads(json.dumps(subject.policy).replace("AmazonCloudWatch-web", "AmazonCloudWatch-*"))
        self.good = role(iam, policy)
        less = [one for one in policy["Statement"] if one["Sid"] != "SendLogs"]
        self.poor = role(iam, {**policy, "Statement": less})
        user = iam.create_user(UserName=f"plant-{uuid.uuid4().hex[:8]}")["User"]
        iam.put_user_policy(UserName=user["UserName"], PolicyName="agent", PolicyDocument=json.dumps(policy))
        self.key = iam.create_access_key(UserName=user["UserName"])["AccessKey"]
        onprem = {"cw_agent_mode": "onPremise", "cw_agent_credentials_access_key_id": self.key["AccessKeyId"]}
        hosts: dict[str, dict[str, Any]] = {
            "web-1": {"cw_agent_principal": self.good},
            "web-2": {"cw_agent_principal": self.good},
            "app-1": {"cw_agent_principal": self.poor},
            "plant-1": onprem,
            "lost-1": {},
        }
        common = {"cw_agent_region": "us-east-1", "cw_agent_fragment_base": logs, "ansible_host": "192.0.2.1"}
        self.inventory.write_text(yaml.safe_dump({"all": {"vars": common, "hosts": hosts}}), encoding="utf-8")

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = ["ansible-playbook", "-i", str(self.inventory), "cloudwatch.agent.permissions", *arguments]
        return subprocess.run(
            command, env={**self.environment, **environment}, capture_output=True, text=True, check=False, cwd=self.scratch, timeout=300
        )


@pytest.fixture(scope="module")
def fleet(root: dict[str, str], iam: Any, tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    return Fleet(root, iam, tmp_path_factory.mktemp("fleet"))


def test_the_playbook_names_what_is_missing(fleet: Fleet) -> None:
    """One message, the table, JSON and the policies; what nobody can know is a warning."""
    result, policies = fleet.scratch / "result.json", fleet.scratch / "policies"
    policies.mkdir()
    run = fleet.run("-e", f"cw_agent_permissions_file={result}", "-e", f"cw_agent_permissions_directory={policies}")
    output = " ".join((run.stdout + run.stderr).split())
    assert run.returncode == 2, output
    said = json.loads(result.read_text(encoding="utf-8"))
    assert said["hosts"] == {"web-1": "allowed", "web-2": "allowed", "app-1": "missing", "plant-1": "allowed", "lost-1": "unknown"}
    assert f"app-1 ({fleet.poor})" in output
    assert "logs:PutLogEvents on arn:aws:logs:us-east-1:123456789012:log-group:/web:log-stream:*: no statement allows it; " in output
    assert "needed by /logs/logs_collected/files/collect_list/0. Hint: add the statement SendLogs of the policy." in output
    assert "Hint: set cw_agent_principal to the ARN of its user or role. Nothing is known of lost-1." in output
    assert fleet.key["SecretAccessKey"] not in output
    (file,) = policies.iterdir()
    assert [one["Sid"] for one in json.loads(file.read_text(encoding="utf-8"))["Statement"]] == [
        "SendLogs",
        "CreateLogGroups",
        "FetchConfiguration",
    ]


def test_what_is_added_is_found_at_once(fleet: Fleet) -> None:
    """The exit status is good where nothing is missing, and where nobody asks for failures."""
    assert fleet.run("--limit", "web-1,plant-1").returncode == 0
    assert fleet.run("--limit", "app-1", "-e", "cw_agent_permissions_strict=false").returncode == 0


def test_a_controller_that_may_not_ask(fleet: Fleet) -> None:
    """Nothing is known, the refused action is named, and the run does not fail."""
    key = {"AWS_ACCESS_KEY_ID": fleet.key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": fleet.key["SecretAccessKey"]}
    run = fleet.run("--limit", "web-1", **key)
    output = " ".join((run.stdout + run.stderr).split())
    assert run.returncode == 0, output
    assert "unknown" in run.stdout
    assert "Hint: allow iam:SimulatePrincipalPolicy to the controller's credentials" in output


class Instances:
    """Instances of the lab's EC2, each with something of its own, as an inventory."""

    def __init__(self, lab: Lab, scratch: Path) -> None:
        self.lab, self.scratch = lab, scratch
        self.ec2, self.iam = lab.client(service="ec2"), lab.client(service="iam")
        self.mark = uuid.uuid4().hex[:8]
        self.hosts: dict[str, dict[str, Any]] = {}

    def add(self, host: str, service: str = "ec2.amazonaws.com", profile: bool = True, with_role: bool = True, **options: Any) -> str:
        """A host whose role trusts a service, with metadata options; return its instance's id."""
        name = f"{host}-{self.mark}"
        made = self.ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
        self.ec2.modify_instance_metadata_options(InstanceId=made, **{"HttpEndpoint": "enabled", "HttpTokens": "required", **options})
        if profile:
            self.iam.create_instance_profile(InstanceProfileName=name)
            trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
            document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
            self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)
            if with_role:
                self.iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
            self.ec2.associate_iam_instance_profile(InstanceId=made, IamInstanceProfile={"Name": name})
        self.hosts[host] = {"instance_id": made}
        return str(made)

    def run(self) -> tuple[str, dict[str, Any], list[str]]:
        """The output of the playbook, its result, and what it has asked."""
        inventory, result = self.scratch / "hosts.yml", self.scratch / "result.json"
        common = {"cw_agent_region": "us-east-1", "cw_agent_fragment_base": CONFIGURATIONS["logs"], "ansible_host": "192.0.2.1"}
        inventory.write_text(yaml.safe_dump({"all": {"vars": common, "hosts": self.hosts}}), encoding="utf-8")
        since = self.lab.mark()
        given = ("-e", f"cw_agent_permissions_file={result}")
        done = self.lab.playbook("cloudwatch.agent.permissions", inventory, *given, check=False, ANSIBLE_FORCE_COLOR="0")
        asked = [f"{call['service']}:{call['operation']}" for call in self.lab.calls(since)]
        return " ".join((done.stdout + done.stderr).split()), json.loads(result.read_text(encoding="utf-8")), asked


def test_what_ec2_and_iam_know_of_instances(lab: Lab, tmp_path: Path) -> None:
    """In two questions for all instances, and one for each instance profile; without the right, it says so and goes on."""
    place = Instances(lab, tmp_path)
    good = place.add("good-1", HttpPutResponseHopLimit=1)
    place.add("bare-1", profile=False)
    place.add("empty-1", with_role=False)
    place.add("foreign-1", service="lambda.amazonaws.com")
    off = place.add("off-1", HttpEndpoint="disabled")
    lab.fault("denied", operation="SimulatePrincipalPolicy")
    output, result, asked = place.run()
    found = result["instances"]
    assert {host: len(item["problems"]) for host, item in found.items()} == {"good-1": 0} | dict.fromkeys([*place.hosts][1:], 1)
    assert result["hosts"] == {"good-1": "unknown"} | dict.fromkeys([*place.hosts][1:], "missing")
    assert found["good-1"]["instance_id"] == good and found["good-1"]["role"].endswith(f":role/good-1-{place.mark}")
    assert (found["good-1"]["http_tokens"], found["good-1"]["http_put_response_hop_limit"]) == ("required", 1)
    assert "a hop limit of 1" in found["good-1"]["remarks"][0]
    account = "arn:aws:iam::123456789012"
    for text in (
        "EC2 says that the instance has no instance profile. Hint: associate one",
        f"IAM says that the instance profile {account}:instance-profile/empty-1-{place.mark} has no role. Hint: add one",
        f"foreign-1: IAM says that EC2 may not assume {account}:role/foreign-1-{place.mark}, the role of the instance profile",
        f"off-1: EC2 says that the metadata service of {off} is turned off (HttpEndpoint disabled). Hint: run aws ec2 modify",
    ):
        assert text in output
    assert (asked.count("ec2:DescribeInstances"), asked.count("iam:GetInstanceProfile")) == (1, 4)

    place.hosts["good-1"]["cw_agent_principal"] = f"{account}:role/good-1-{place.mark}"
    lab.fault("denied", operation="DescribeInstances")
    output, result, _asked = place.run()
    assert (result["instances"], set(result["hosts"].values()), result["msg"]) == ({}, {"unknown"}, "")
    assert "Hint: allow ec2:DescribeInstances to the controller's credentials" in output
