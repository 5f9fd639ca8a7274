# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook iam against the stand-in: CHECK, run, CHECK, run, and the removal likewise; what others made stays as it is."""

from __future__ import annotations

import json
import re
import stat
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from ansible_collections.cloudwatch.agent.tests.support.agent_configurations import MEM, files
from ansible_collections.cloudwatch.agent.tests.support.enforced import TRUST
from ansible_collections.cloudwatch.agent.tests.support.templates import resolved

if TYPE_CHECKING:
    from ansible_collections.cloudwatch.agent.tests.integration.conftest import Lab

PLAYBOOK = "cloudwatch.agent.iam"
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "guide_permissions.rst"
DOCUMENTED = {*re.findall(r'"((?:iam|ec2):\w+)"', GUIDE.read_text(encoding="utf-8"))}
"""The actions that the guide asks for."""
ACCOUNT = "123456789012"


class Account:
    """Clients, instances and an inventory of names that no other test has."""

    def __init__(self, lab: Lab, scratch: Path) -> None:
        self.lab, self.scratch = lab, scratch
        self.iam, self.ec2 = lab.client(service="iam"), lab.client(service="ec2")
        self.mark = uuid.uuid4().hex[:8]
        self.hosts: dict[str, dict[str, Any]] = {}
        self.keys = scratch / "keys"
        self.keys.mkdir()

    def name(self, word: str) -> str:
        return f"{word}-{self.mark}"

    def instance(self, host: str, word: str, stopped: bool = False, **variables: Any) -> str:
        """A host in EC2."""
        made = self.ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
        if stopped:
            self.ec2.stop_instances(InstanceIds=[made])
        self.host(host, word, instance_id=made, **variables)
        return str(made)

    def host(self, host: str, word: str, **variables: Any) -> None:
        """A host whose role or user is named by a word, and whose log group too."""
        fragment = {"cw_agent_fragment_base": {"metrics": MEM, "logs": files(f"/{word}")}}
        self.hosts[host] = {
            "cw_agent_config_name": f"AmazonCloudWatch-{word}",
            "cw_agent_iam_name": self.name(word),
            **fragment,
            **variables,
        }

    def onprem(self, host: str, word: str, **variables: Any) -> None:
        self.host(host, word, cw_agent_mode="onPremise", **variables)

    def profile(self, instance: str) -> str:
        """The name of the instance profile that an instance has."""
        found = self.ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
        return str((found.get("IamInstanceProfile") or {}).get("Arn", "")).rpartition("/")[2]

    def others_profile(self, instance: str) -> str:
        """Somebody else's role and instance profile, which an instance has."""
        name = self.name(f"others-{uuid.uuid4().hex[:4]}")
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
        self.iam.create_instance_profile(InstanceProfileName=name)
        self.iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
        self.ec2.associate_iam_instance_profile(InstanceId=instance, IamInstanceProfile={"Name": name})
        return name

    def run(self, *options: str, fails: bool = False, **variables: Any) -> dict[str, int | str]:
        """One run; its output, how many tasks changed something, and how many writes AWS has seen."""
        inventory = self.scratch / "hosts.yml"
        # What is said of hosts is not said of the controller.
        common = {"cw_agent_region": "us-east-1", "ansible_host": "192.0.2.1", "ansible_python_interpreter": "/bin/false"}
        inventory.write_text(yaml.safe_dump({"all": {"vars": common, "hosts": self.hosts}}), encoding="utf-8")
        given = ["-e", json.dumps({"cw_agent_iam_path": "/cloudwatch/", **variables})]
        since = self.lab.mark()
        done = self.lab.playbook(PLAYBOOK, inventory, *given, *options, check=False, AWS_REGION="us-east-1", ANSIBLE_FORCE_COLOR="0")
        output = done.stdout + done.stderr
        asked = {f"{call['service']}:{call['operation']}" for call in self.lab.calls(since) if call["operation"] != "GetCallerIdentity"}
        assert asked <= DOCUMENTED, asked - DOCUMENTED
        assert (done.returncode != 0) == fails, output
        return {
            "output": " ".join(output.split()),
            "lines": output,
            "changed": sum(map(int, re.findall(r"changed=(\d+)", done.stdout))),
            "tasks": len(re.findall(r"^changed: ", done.stdout, re.M)),
            "writes": len(self.lab.writes(since)),
        }

    def quartet(self, **variables: Any) -> dict[str, int | str]:
        """CHECK, run, CHECK, run: check mode predicts every change and makes none, and the second run has nothing to write."""
        check = self.run("--check", "--diff", **variables)
        run = self.run("--diff", **variables)
        again, last = self.run("--check", **variables), self.run(**variables)
        assert check["writes"] == 0 and check["changed"] > 0, check["output"]
        assert run["writes"] > 0
        assert (again["changed"], again["writes"], last["changed"], last["writes"]) == (0, 0, 0, 0), last["output"]
        return run

    def twice(self, **variables: Any) -> dict[str, int | str]:
        """A run that changes something and one that does not: what check mode says of these tasks, a quartet has shown."""
        run, last = self.run("--diff", **variables), self.run(**variables)
        assert run["writes"] > 0
        assert (last["changed"], last["writes"]) == (0, 0), last["output"]
        return run

    def of_template(self, **variables: Any) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
        """By id the resources of the template of the same variables, and what IAM has of each, in the words of CloudFormation."""
        given = {"cw_agent_iam_path": "/cloudwatch/", "cw_agent_template_parts": ["iam"], "cw_agent_template_limit": "s3", **variables}
        given["cw_agent_template_dir"] = str(self.scratch / "templates")
        self.lab.playbook("cloudwatch.agent.cloudformation", self.scratch / "hosts.yml", "-e", json.dumps(given))
        (file,) = (self.scratch / "templates").iterdir()
        resources = json.loads(file.read_text(encoding="utf-8"))["Resources"]
        wanted = {name: {**resolved(one["Properties"]), "Type": one["Type"]} for name, one in resources.items()}
        return {name: (_compared(one), _compared(self._found(one))) for name, one in wanted.items()}

    def _found(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """What IAM has of the object that a resource names."""
        kind = wanted["Type"]
        if kind == "AWS::IAM::InstanceProfile":
            item = self.iam.get_instance_profile(InstanceProfileName=wanted["InstanceProfileName"])["InstanceProfile"]
            return {**item, "Type": kind, "Roles": [one["RoleName"] for one in item["Roles"]], "Tags": []}
        if kind == "AWS::IAM::ManagedPolicy":
            arn = f"arn:aws:iam::{ACCOUNT}:policy{wanted['Path']}{wanted['ManagedPolicyName']}"
            policy = self.iam.get_policy(PolicyArn=arn)["Policy"]
            version = self.iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
            return {**policy, "Type": kind, "ManagedPolicyName": policy["PolicyName"], "PolicyDocument": version["Document"]}
        word = "role" if kind == "AWS::IAM::Role" else "user"
        named = {f"{word.title()}Name": wanted[f"{word.title()}Name"]}
        names = getattr(self.iam, f"list_{word}_policies")(**named)["PolicyNames"]
        read = getattr(self.iam, f"get_{word}_policy")
        inline = [{"PolicyName": name, "PolicyDocument": read(**named, PolicyName=name)["PolicyDocument"]} for name in names]
        attached = getattr(self.iam, f"list_attached_{word}_policies")(**named)["AttachedPolicies"]
        item = getattr(self.iam, f"get_{word}")(**named)[word.title()]
        more = {"Policies": inline, "ManagedPolicyArns": [one["PolicyArn"] for one in attached], "Type": kind}
        return {**item, **more, "PermissionsBoundary": (item.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")}

    def role(self, word: str) -> dict[str, Any]:
        found: dict[str, Any] = self.iam.get_role(RoleName=self.name(word))["Role"]
        return found

    def policy(self, kind: str, word: str) -> dict[str, list[str]]:
        """Actions and their resources in the inline policy."""
        asked = {f"{kind.title()}Name": self.name(word), "PolicyName": "cloudwatch-agent"}
        document = getattr(self.iam, f"get_{kind}_policy")(**asked)["PolicyDocument"]
        return {action: statement["Resource"] for statement in document["Statement"] for action in statement["Action"]}


def _compared(properties: dict[str, Any]) -> dict[str, Any]:
    """What there is to say of an object: neither what AWS alone knows of it, nor in which order policies and tags are."""
    names = ("Type", "Path", "PolicyDocument", "AssumeRolePolicyDocument", "PermissionsBoundary", "Roles")
    found = {key: properties[key] for key in names if properties.get(key)}
    found["Names"] = {properties.get(f"{word}Name") for word in ("Role", "User", "InstanceProfile", "ManagedPolicy")} - {None}
    found["Tags"] = {tag["Key"]: tag["Value"] for tag in properties.get("Tags") or []}
    found["ManagedPolicyArns"] = sorted(properties.get("ManagedPolicyArns") or [])
    found["Policies"] = {one["PolicyName"]: one["PolicyDocument"] for one in properties.get("Policies") or []}
    return found


def assert_equal(pairs: dict[str, tuple[dict[str, Any], dict[str, Any]]], *kinds: str) -> None:
    assert {one["Type"] for one, _found in pairs.values()} == {f"AWS::IAM::{kind}" for kind in kinds}
    for name, (wanted, found) in pairs.items():
        assert wanted == found, name


@pytest.fixture
def account(lab: Lab, tmp_path: Path) -> Account:
    return Account(lab, tmp_path)


def logs(word: str) -> list[str]:
    group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/{word}"
    return [f"{group}:*", f"{group}:log-stream:*"]


def test_instances(account: Account) -> None:
    """A role for each configuration with its policy alone; running and stopped instances have its profile; all of it goes again."""
    first, second = account.instance("web-1", "web"), account.instance("web-2", "web", stopped=True)
    third = account.instance("app-1", "app")
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    boundary = account.iam.create_policy(PolicyName=account.name("boundary"), PolicyDocument=json.dumps(everything))
    more = {"cw_agent_iam_boundary": boundary["Policy"]["Arn"], "cw_agent_iam_tags": {"team": "web"}}
    account.quartet(**more, cw_agent_iam_managed_policies=["AmazonSSMManagedInstanceCore"])
    managed = {"cw_agent_iam_managed_policies": ["AmazonSSMManagedInstanceCore"]}
    assert_equal(account.of_template(**more, **managed), "Role", "InstanceProfile")
    role = account.role("web")
    assert role["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/cloudwatch/{account.name('web')}"
    assert role["AssumeRolePolicyDocument"] == TRUST
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == more["cw_agent_iam_boundary"]
    assert {tag["Key"]: tag["Value"] for tag in role["Tags"]} == {"team": "web", "cloudwatch.agent:managed-by": "cloudwatch.agent.iam"}
    policy = account.policy("role", "web")
    assert sorted(policy["logs:PutLogEvents"]) == logs("web")
    assert policy["ssm:GetParameter"] == [f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/AmazonCloudWatch-web"]
    assert sorted(account.policy("role", "app")["logs:PutLogEvents"]) == logs("app")
    attached = account.iam.list_attached_role_policies(RoleName=account.name("web"))["AttachedPolicies"]
    assert [item["PolicyName"] for item in attached] == ["AmazonSSMManagedInstanceCore"]
    assert [account.profile(one) for one in (first, second, third)] == [account.name("web"), account.name("web"), account.name("app")]

    account.quartet(cw_agent_iam_state="absent")
    assert [account.profile(one) for one in (first, second, third)] == ["", "", ""]
    left = [item["RoleName"] for item in account.iam.list_roles(PathPrefix="/cloudwatch/")["Roles"]]
    assert not [name for name in left if account.mark in name]
    with pytest.raises(account.iam.exceptions.NoSuchEntityException):
        account.iam.get_instance_profile(InstanceProfileName=account.name("web"))


def test_a_configuration_that_changes_changes_its_policy(account: Account) -> None:
    account.instance("web-1", "web")
    account.run()
    account.hosts["web-1"]["cw_agent_fragment_base"] = {"logs": files("/new")}
    run = account.twice()
    assert sorted(account.policy("role", "web")["logs:PutLogEvents"]) == logs("new")
    assert "cloudwatch:PutMetricData" not in account.policy("role", "web")
    assert run["tasks"] == 1
    (shown,) = shown_of(run)
    assert 'log-group:/web:*"' in shown["-"] and 'log-group:/new:*"' in shown["+"]
    assert "trust" not in shown["-"] + shown["+"]


def shown_of(run: dict[str, int | str]) -> list[dict[str, str]]:
    """What a run has shown of each role and user that differs: the lines of before (``-``) and after (``+``), and of which it is."""
    found: list[dict[str, str]] = []
    task = str(run["lines"]).partition("TASK [cloudwatch.agent.iam : Find out what IAM has to hold")[2].partition("TASK [")[0]
    for line in task.splitlines():
        if line.startswith("--- before: "):
            found.append({"of": line.removeprefix("--- before: "), "-": "", "+": ""})
        elif line[:1] in ("-", "+") and not line.startswith("+++ after: "):
            found[-1][line[0]] += line[1:] + "\n"
    return found


def test_the_diff_shows_trust_tags_boundary_and_policies(account: Account) -> None:
    """Check mode shows what the run then does, a second run nothing, and a removal what goes; new ones are shown as a whole."""
    account.instance("web-1", "web")
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    boundary = account.iam.create_policy(PolicyName=account.name("limit"), PolicyDocument=json.dumps(allow))["Policy"]["Arn"]
    (new,) = shown_of(account.run("--diff"))
    assert (new["of"], new["-"]) == (f"role {account.name('web')} of account {ACCOUNT}", "")
    assert '"ec2.amazonaws.com"' in new["+"] and '"cloudwatch-agent"' in new["+"] and "cloudwatch.agent.iam" in new["+"]

    other = {**TRUST, "Statement": [{**TRUST["Statement"][0], "Principal": {"Service": "lambda.amazonaws.com"}}]}
    account.iam.update_assume_role_policy(RoleName=account.name("web"), PolicyDocument=json.dumps(other))
    more = {"cw_agent_iam_boundary": boundary, "cw_agent_iam_tags": {"team": "web"}}
    check, run, again = account.run("--check", "--diff", **more), account.run("--diff", **more), account.run("--check", "--diff", **more)
    assert (check["writes"], again["writes"], shown_of(again)) == (0, 0, [])
    assert shown_of(check) == shown_of(run)
    (changed,) = shown_of(run)
    assert '"lambda.amazonaws.com"' in changed["-"] and '"ec2.amazonaws.com"' in changed["+"]
    assert f'"boundary": "{boundary}"' in changed["+"] and '"team": "web"' in changed["+"]
    assert "cloudwatch-agent" not in changed["-"] + changed["+"]
    (gone,) = shown_of(account.run("--check", "--diff", cw_agent_iam_state="absent"))
    assert gone["+"] == "" and '"cloudwatch-agent"' in gone["-"] and boundary in gone["-"]


def test_another_instance_profile_stays_unless_something_is_said(account: Account) -> None:
    """Refused before anything is made; extended: the policy alone goes into its role; replaced: on running and stopped instances."""
    first = account.instance("web-1", "web")
    others = account.others_profile(first)
    since = account.lab.mark()
    refused = account.run(fails=True)
    assert f"web-1 has the instance profile arn:aws:iam::{ACCOUNT}:instance-profile/{others}, and {account.name('web')} is wanted." in str(
        refused["output"]
    )
    assert account.lab.writes(since) == []

    account.hosts["web-1"]["cw_agent_iam_existing_profile"] = "extend"
    account.twice()
    assert account.profile(first) == others
    assert account.iam.list_role_policies(RoleName=others)["PolicyNames"] == ["cloudwatch-agent"]
    assert account.iam.get_role(RoleName=others)["Role"].get("Tags", []) == []
    account.run(cw_agent_iam_state="absent")
    assert account.iam.list_role_policies(RoleName=others)["PolicyNames"] == []
    assert account.profile(first) == others

    second = account.instance("web-2", "web", cw_agent_iam_existing_profile="replace")
    account.others_profile(second)
    account.ec2.stop_instances(InstanceIds=[second])
    account.hosts["web-1"]["cw_agent_iam_existing_profile"] = "replace"
    account.quartet()
    assert [account.profile(first), account.profile(second)] == [account.name("web")] * 2
    associations = account.lab.calls(since, "ReplaceIamInstanceProfileAssociation", "DisassociateIamInstanceProfile")
    assert sorted(item["operation"] for item in associations) == ["DisassociateIamInstanceProfile", "ReplaceIamInstanceProfileAssociation"]


def test_what_others_made_is_refused(account: Account) -> None:
    """A role, a user, and an instance profile of the name that a host shall have; nothing is written."""
    account.instance("web-1", "web")
    account.onprem("plant-1", "plant")
    account.instance("app-1", "app")
    account.iam.create_role(RoleName=account.name("web"), AssumeRolePolicyDocument=json.dumps(TRUST))
    account.iam.create_user(UserName=account.name("plant"))
    account.iam.create_role(RoleName=account.name("other"), AssumeRolePolicyDocument=json.dumps(TRUST))
    account.iam.create_instance_profile(InstanceProfileName=account.name("app"))
    account.iam.add_role_to_instance_profile(InstanceProfileName=account.name("app"), RoleName=account.name("other"))
    for state in ("present", "absent"):
        run = account.run(fails=True, cw_agent_iam_state=state)
        assert run["writes"] == 0
        for text in (
            f"The role {account.name('web')} of account {ACCOUNT} was not made by this collection.",
            f"The user {account.name('plant')} of account {ACCOUNT} was not made by this collection.",
            f"The instance profile {account.name('app')} has the role {account.name('other')}.",
        ):
            assert text in str(run["output"])


def test_hosts_that_a_run_leaves_out_keep_what_they_have(account: Account) -> None:
    """A limit takes nothing from hosts with another configuration and the same role, nor the role from hosts with the same one."""
    account.instance("web-1", "web")
    account.instance("web-2", "web")
    account.instance("app-1", "app", cw_agent_iam_name=account.name("web"))
    run = account.run("--limit", "web-1", fails=True)
    assert f"app-1: this run leaves them out, and they would lose what they have by the role {account.name('web')}" in str(run["output"])
    account.twice()
    assert sorted(account.policy("role", "web")["logs:PutLogEvents"]) == sorted(logs("web") + logs("app"))
    assert account.run("--limit", "web-1,app-1")["changed"] == 0
    assert "web-2: this run leaves" in str(account.run("--limit", "web-1,app-1", fails=True, cw_agent_iam_state="absent")["output"])


def test_on_premises(account: Account) -> None:
    """A user with a key in a file, which is shown nowhere, and the role of a hybrid activation."""
    account.onprem("plant-1", "plant")
    account.onprem("edge-1", "edge", cw_agent_iam_onprem="activation")
    more = {"cw_agent_iam_keys_directory": str(account.keys)}
    account.quartet()
    assert_equal(account.of_template(), "Role", "User")
    assert list(account.keys.iterdir()) == []
    loud = account.run("-vvvv", "--diff", **more)
    (file,) = account.keys.iterdir()
    assert (file.name, stat.S_IMODE(file.stat().st_mode)) == (f"{ACCOUNT}-{account.name('plant')}.yml", 0o600)
    known = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert set(known) == {"cw_agent_credentials_access_key_id", "cw_agent_credentials_secret_access_key"}
    assert known["cw_agent_credentials_secret_access_key"] not in str(loud["output"])
    (key,) = account.iam.list_access_keys(UserName=account.name("plant"))["AccessKeyMetadata"]
    assert key["AccessKeyId"] == known["cw_agent_credentials_access_key_id"]
    assert account.run(**more)["changed"] == 0
    # IAM takes 2,048 characters of inline policies of a user.
    assert account.iam.list_user_policies(UserName=account.name("plant"))["PolicyNames"] == ["cloudwatch-agent"]

    trust = account.role("edge")["AssumeRolePolicyDocument"]["Statement"]
    assert trust == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ssm.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnEquals": {"aws:SourceArn": f"arn:aws:ssm:us-east-1:{ACCOUNT}:*"},
            },
        }
    ]
    attached = account.iam.list_attached_role_policies(RoleName=account.name("edge"))["AttachedPolicies"]
    assert [item["PolicyName"] for item in attached] == ["AmazonSSMManagedInstanceCore"]

    account.quartet(**more, cw_agent_iam_state="absent")
    assert list(account.keys.iterdir()) == []
    with pytest.raises(account.iam.exceptions.NoSuchEntityException):
        account.iam.get_user(UserName=account.name("plant"))


def test_a_large_policy_becomes_managed_ones_and_goes_back(account: Account) -> None:
    account.instance("web-1", "web")
    account.run()
    account.hosts["web-1"]["cw_agent_fragment_base"] = {"logs": files(*(f"/web/{number}/{'x' * 60}" for number in range(40)))}
    account.twice()
    assert_equal(account.of_template(), "Role", "InstanceProfile", "ManagedPolicy")
    name = account.name("web")
    attached = account.iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert [item["PolicyName"] for item in attached] == [f"{name}-{number}" for number in range(1, len(attached) + 1)] and len(attached) > 1
    assert account.iam.list_role_policies(RoleName=name)["PolicyNames"] == []

    account.host("web-1", "web", instance_id=account.hosts["web-1"]["instance_id"])
    account.twice()
    assert account.iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []
    assert account.iam.list_role_policies(RoleName=name)["PolicyNames"] == ["cloudwatch-agent"]
    left = [item["PolicyName"] for item in account.iam.list_policies(Scope="Local")["Policies"]]
    assert not [policy for policy in left if policy.startswith(name)]


def test_what_aws_learns_late_is_waited_for(account: Account) -> None:
    """A role that is not there yet to its policy and its profile, a profile that EC2 does not know yet."""
    instance = account.instance("web-1", "web")
    since = account.lab.mark()
    for operation in ("PutRolePolicy", "AddRoleToInstanceProfile", "AssociateIamInstanceProfile"):
        account.lab.fault("early", operation=operation, count=1)
    account.run()
    assert account.profile(instance) == account.name("web")
    calls = account.lab.calls(since, "PutRolePolicy", "AddRoleToInstanceProfile", "AssociateIamInstanceProfile")
    assert [item["fault"] for item in calls] == ["early", None] * 3


def test_aws_managed_policies_instead(account: Account) -> None:
    account.instance("web-1", "web")
    account.twice(cw_agent_iam_generated=False, cw_agent_iam_managed_policies=["CloudWatchAgentServerPolicy"])
    assert account.iam.list_role_policies(RoleName=account.name("web"))["PolicyNames"] == []
    assert "names none" in str(account.run(fails=True, cw_agent_iam_generated=False)["output"])
