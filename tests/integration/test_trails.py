# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trails against the stand-in: CHECK, run, CHECK, run for every option; home regions, removal, faults, and the playbook of the guide."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from ansible_collections.cloudwatch.agent.plugins.action import cloudtrail_trails
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import trails
from ansible_collections.cloudwatch.agent.tests.support.agent_configurations import MEM
from ansible_collections.cloudwatch.agent.tests.support.fake_trails import ACCOUNT, MANAGEMENT

from .account import GUIDE_OF_DELIVERY, Account

if TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.cloudwatch.agent.tests.integration.conftest import Lab, Shop

OTHER = "eu-west-1"
OBJECTS = {"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::orders/"]}], "ReadWriteType": "WriteOnly"}
MINE = {"Sid": "Mine", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject"}


class Trails(Account):
    """An account with a bucket, and a log group in each of two regions."""

    action, guide, key = cloudtrail_trails, GUIDE_OF_DELIVERY, "trails"

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.word = self.base[1:]
        self.bucket = f"audit-{self.word}"
        self.client("s3").create_bucket(Bucket=self.bucket)
        for region in ("us-east-1", OTHER):
            self.client("logs", region).create_log_group(logGroupName=self.base)

    def entry(self, **more: Any) -> dict[str, Any]:
        return {"name": f"t-{self.word}", **more}

    def new(self, **more: Any) -> dict[str, Any]:
        return self.entry(s3_bucket_name=self.bucket, **more)

    def arguments(self, *entries: dict[str, Any]) -> dict[str, Any]:
        return {"trails": list(entries), "delivery_role": f"trails-{self.word}"}

    def trail(self, region: str = "us-east-1") -> dict[str, Any]:
        found = self.client("cloudtrail", region).describe_trails(trailNameList=[f"t-{self.word}"])["trailList"]
        return dict(found[0]) if found else {}

    def records(self) -> bool:
        return bool(self.client("cloudtrail").get_trail_status(Name=f"t-{self.word}")["IsLogging"])

    def policy(self) -> list[dict[str, Any]]:
        return list(json.loads(self.client("s3").get_bucket_policy(Bucket=self.bucket)["Policy"])["Statement"])


@pytest.fixture
def account(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Trails:
    monkeypatch.setattr(trails, "STEP_SECONDS", 0.1)
    return Trails.of(lab, monkeypatch)


def test_a_new_trail_with_all_that_it_needs(account: Trails) -> None:
    """Its role, what it needs in the policy of its bucket beside what is there, all regions, selectors, insights; and it records."""
    mine = {**MINE, "Resource": f"arn:aws:s3:::{account.bucket}/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [mine]})
    account.client("s3").put_bucket_policy(Bucket=account.bucket, Policy=policy)
    entry = account.new(
        s3_key_prefix="logs",
        log_group_name=account.base,
        event_selectors=[OBJECTS],
        insight_selectors=["ApiCallRateInsight"],
        tags={"team": "audit"},
    )
    made = account.quartet(**account.arguments(entry))
    assert made[:2] == ["CreateRole", "PutRolePolicy"] and made[-4:] == [
        "CreateTrail",
        "PutEventSelectors",
        "PutInsightSelectors",
        "StartLogging",
    ]
    found = account.trail()
    assert found["IsMultiRegionTrail"] and found["IncludeGlobalServiceEvents"] and found["LogFileValidationEnabled"]
    assert found["CloudWatchLogsLogGroupArn"] == f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{account.base}:*"
    assert account.records() and account.policy()[0] == mine and len(account.policy()) == 3
    role = account.client("iam").get_role(RoleName=f"trails-{account.word}")["Role"]
    assert "cloudtrail.amazonaws.com" in str(role["AssumeRolePolicyDocument"])


def test_every_option_of_a_trail_that_is_there(account: Trails) -> None:
    """Each by the one call that it needs; regions, selectors and all else stay until they are named."""
    account.run(**account.arguments(account.new(log_group_name=account.base)))
    key = account.client("kms").create_key()["KeyMetadata"]["Arn"]
    arn = account.trail()["TrailARN"]
    for option, writes in (
        ({"event_selectors": [OBJECTS]}, ["PutEventSelectors"]),
        ({"log_file_validation": False}, ["UpdateTrail"]),
        ({"log_file_validation": True}, ["UpdateTrail"]),
        ({"kms_key_id": key}, ["UpdateTrail"]),
        ({"kms_key_id": ""}, ["UpdateTrail"]),
        ({"tags": {"team": "audit"}}, ["AddTags"]),
        ({"tags": {"owner": "x"}, "purge_tags": True}, ["RemoveTags", "AddTags"]),
        ({"insight_selectors": ["ApiErrorRateInsight", "ApiCallRateInsight"]}, ["PutInsightSelectors"]),
        ({"insight_selectors": []}, ["PutInsightSelectors"]),
        ({"logging": False}, ["StopLogging"]),
        ({"logging": True}, ["StartLogging"]),
        ({"role_arn": account.copy_of_role(f"trails-{account.word}")}, ["UpdateTrail"]),
        ({"organization": True, "merge_bucket_policy": False}, ["UpdateTrail"]),
        ({"organization": False}, ["UpdateTrail"]),
        ({"log_group_name": ""}, ["UpdateTrail"]),
        ({"log_group_name": account.base}, ["UpdateTrail"]),
    ):
        before = account.trail()
        assert account.quartet(**account.arguments(account.entry(**option))) == writes, option
        assert account.trail()["IsMultiRegionTrail"] and account.trail()["S3BucketName"] == before["S3BucketName"]
        selectors = account.client("cloudtrail").get_event_selectors(TrailName=arn)["EventSelectors"]
        assert [one["ReadWriteType"] for one in selectors] == ["WriteOnly"]
    moved = account.quartet(**account.arguments(account.new(s3_key_prefix="else")))
    assert moved[-1] == "UpdateTrail" and len(moved) == 2 and "/else/AWSLogs/" in str(account.policy())
    assert account.quartet(**account.arguments(account.entry(multi_region=False))) == ["UpdateTrail"]
    assert any("records us-east-1 alone from now on" in line for line in account.warnings)
    assert account.quartet(**account.arguments(account.entry(global_service_events=False))) == ["UpdateTrail"]
    assert account.quartet(**account.arguments(account.entry(multi_region=True, global_service_events=True))) == ["UpdateTrail"]


def test_a_trail_of_an_organization_and_another_prefix(account: Trails) -> None:
    """The bucket's policy gets what they need, whether the entry names the bucket or not."""
    account.run(**account.arguments(account.new()))
    organization = {"organization": True, "organization_id": "o-a1b2c3d4e5"}
    assert account.quartet(**account.arguments(account.entry(**organization))) == [f"PUT /{account.bucket}", "UpdateTrail"]
    assert "/AWSLogs/o-a1b2c3d4e5/*" in str(account.policy())
    assert account.quartet(**account.arguments(account.entry(s3_key_prefix="else", **organization))) == [
        f"PUT /{account.bucket}",
        "UpdateTrail",
    ]
    assert "/else/AWSLogs/o-a1b2c3d4e5/*" in str(account.policy())


def test_another_account(account: Trails, shop: Shop) -> None:
    shop.client("s3").create_bucket(Bucket=f"shop-{account.word}")
    shop.client("logs").create_log_group(logGroupName=account.base)
    shop.wrote()
    entry = account.entry(s3_bucket_name=f"shop-{account.word}", log_group_name=account.base, profile=shop.profile)
    made = account.quartet(**account.arguments(entry))
    assert made == ["CreateRole", "PutRolePolicy", f"PUT /shop-{account.word}", "CreateTrail", "StartLogging"] and shop.wrote()
    assert account.trail() == {}
    (found,) = shop.client("cloudtrail").describe_trails()["trailList"]
    assert found["CloudWatchLogsRoleArn"] == f"arn:aws:iam::{shop.account}:role/trails-{account.word}"


def test_selectors_of_the_other_form_stay_where_they_record_the_same(account: Trails) -> None:
    account.run(**account.arguments(account.new(advanced_event_selectors=[{"Name": "all", **MANAGEMENT}])))
    same = account.run(**account.arguments(account.entry(event_selectors=[{"ReadWriteType": "All"}])))
    assert (same["changed"], same["writes"]) == (False, [])
    account.warnings.clear()
    assert account.quartet(**account.arguments(account.entry(event_selectors=[OBJECTS]))) == ["PutEventSelectors"]
    assert "loses its advanced event selectors" in account.warnings[0]
    found = account.client("cloudtrail").get_event_selectors(TrailName=account.trail()["TrailARN"])
    assert "AdvancedEventSelectors" not in found
    assert account.quartet(**account.arguments(account.entry(advanced_event_selectors=[MANAGEMENT]))) == ["PutEventSelectors"]


def test_two_regions_and_a_trail_that_is_at_home_elsewhere(account: Trails) -> None:
    entries = [account.new(log_group_name=account.base, region=OTHER), {**account.new(multi_region=False), "name": f"u-{account.word}"}]
    account.quartet(**account.arguments(*entries))
    assert account.trail()["HomeRegion"] == OTHER and len(account.policy()) == 4
    assert account.quartet(**account.arguments(account.entry(log_file_validation=False))) == ["UpdateTrail"]
    refused = account.run(**account.arguments(account.entry(region="us-east-1", logging=False)))
    assert refused["failed"] and f"is at home in {OTHER}" in refused["msg"] and refused["writes"] == []
    gone = account.quartet(
        **account.arguments(account.entry(state="absent", region=OTHER), {"name": f"u-{account.word}", "state": "absent"})
    )
    assert gone == ["DeleteTrail", "DeleteTrail"] and account.trail() == {} and len(account.policy()) == 4


def test_what_cannot_be_is_refused_before_anything_is_written(account: Trails) -> None:
    for entry, words in (
        (account.entry(), "has no s3_bucket_name"),
        (account.new(log_group_name="/none"), "needs the log group /none, which is not there"),
        (account.entry(s3_bucket_name=f"{account.bucket}-none"), "which is not there. Hint: make it first"),
        (account.new(global_service_events=False), "which AWS refuses"),
        (account.new(organization=True), "give organization_id"),
    ):
        found = account.run(**account.arguments(entry))
        assert found["failed"] and words in found["msg"] and found["writes"] == [], found
    assert account.trail() == {}
    check = account.run(check=True, **account.arguments(account.new(log_group_name="/none")))
    assert check["changed"] and "needs the log group /none" in account.warnings[-1]


def test_faults_double_nothing_and_lose_nothing(account: Trails) -> None:
    """A throttle, a role that is new, lost answers of each write, a refusal halfway."""
    account.lab.fault("throttle", service="cloudtrail", operation="DescribeTrails", count=1)
    for kind in ("throttle", "early", "lost"):
        account.lab.fault(kind, service="cloudtrail", operation="CreateTrail", count=1)
    account.lab.fault("denied", service="cloudtrail", operation="StartLogging", count=1)
    half = account.run(**account.arguments(account.new(log_group_name=account.base, event_selectors=[OBJECTS])))
    assert half["failed"] and half["changed"] and "Failed to start the trail" in half["msg"]
    assert "allow cloudtrail:StartLogging to the controller's credentials" in half["msg"]
    assert half["writes"].count("CreateTrail") == 4 and not account.records()
    again = account.run(**account.arguments(account.new(log_group_name=account.base, event_selectors=[OBJECTS], logging=True)))
    assert again["writes"] == ["StartLogging"] and account.records()
    account.lab.fault("lost", service="cloudtrail", operation="UpdateTrail", count=1)
    account.lab.fault("lost", service="cloudtrail", operation="DeleteTrail", count=1)
    assert "msg" not in account.run(**account.arguments(account.entry(log_file_validation=False)))
    assert account.trail()["IsMultiRegionTrail"] and not account.trail()["LogFileValidationEnabled"]
    assert "msg" not in account.run(**account.arguments(account.entry(state="absent"))) and account.trail() == {}


def test_a_delivery_that_fails_is_reported(account: Trails) -> None:
    account.run(**account.arguments(account.new(log_group_name=account.base)))
    account.client("logs").delete_log_group(logGroupName=account.base)
    found = account.run(**account.arguments(account.entry()))
    assert not found["changed"] and "does not exist" in found["trails"][0]["delivery_errors"]["events to its log group"]
    assert "cannot deliver events to its log group" in account.warnings[-1]


def test_the_playbook_makes_what_the_guide_shows(account: Trails, tmp_path: Path) -> None:
    """CHECK with an empty account, run, and a second run that writes nothing."""
    variables = yaml.safe_load(re.findall(r"code-block:: yaml\n\n(.*?)\n\S", GUIDE_OF_DELIVERY, re.S)[0])
    vpc = account.client("ec2", OTHER).create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    (flow_log,), (trail,), (group,) = (variables[f"cw_agent_{name}"] for name in ("flow_logs", "trails", "log_groups"))
    flow_log["resource_ids"] = [vpc]
    account.client("logs", OTHER).delete_log_group(logGroupName=account.base)
    trail.update(name=f"t-{account.word}", s3_bucket_name=f"new-{account.bucket}", log_group_name=account.base)
    variables["cw_agent_trails_make_buckets"] = True
    group["name"] = account.base
    host = {
        "ansible_host": "192.0.2.1",
        "ansible_python_interpreter": "/bin/false",
        "cw_agent_region": OTHER,
        "cw_agent_fragment_a": {"metrics": MEM},
    }
    inventory = tmp_path / "hosts.yml"
    content = {"all": {"vars": {**host, **variables, "cw_agent_trails_role": f"t-{account.word}"}, "hosts": {"web-1": {}, "web-2": {}}}}
    inventory.write_text(yaml.safe_dump(content), encoding="utf-8")
    since = account.lab.mark()
    check = account.lab.playbook("cloudwatch.agent.account", inventory, "--check", "--diff", ANSIBLE_FORCE_COLOR="0")
    assert account.lab.writes(since) == [] and "changed=3" in check.stdout
    assert f"needs the bucket new-{account.bucket}, which is not there" in check.stderr  # amazon.aws makes none in check mode
    for shown in (
        f"{OTHER}/{vpc} REJECT /vpc/rejected",
        f"{OTHER}/t-{account.word}",
        "vpc-flow-logs.amazonaws.com",
        '"multi_region": true',
    ):
        assert shown in check.stdout, check.stdout
    account.lab.playbook("cloudwatch.agent.account", inventory, ANSIBLE_FORCE_COLOR="0")
    assert account.trail(OTHER)["HomeRegion"] == OTHER
    made = account.client("ec2", OTHER).describe_flow_logs(Filters=[{"Name": "resource-id", "Values": [vpc]}])["FlowLogs"]
    assert [(one["TrafficType"], one["DeliverLogsStatus"]) for one in made] == [("REJECT", "SUCCESS")]
    since = account.lab.mark()
    again = account.lab.playbook("cloudwatch.agent.account", inventory, ANSIBLE_FORCE_COLOR="0")
    assert account.lab.writes(since) == [] and "changed=0" in again.stdout
