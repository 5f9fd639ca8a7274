# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part; CloudTrail itself: tests/integration/test_trails.py."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, Iterator

import pytest
import yaml
from ansible_collections.cloudwatch.agent.plugins.action import cloudtrail_trails
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.delivery_roles import TAG
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import trails
from ansible_collections.cloudwatch.agent.plugins.modules.cloudtrail_trails import EXAMPLES
from ansible_collections.cloudwatch.agent.plugins.plugin_utils import aws
from ansible_collections.cloudwatch.agent.tests.support.fake_iam import Iam
from ansible_collections.cloudwatch.agent.tests.support.fake_logs import refused
from ansible_collections.cloudwatch.agent.tests.support.fake_trails import CloudTrail

from .test_cw_agent_release import Display

CONNECTION = SimpleNamespace(_shell=SimpleNamespace(tmpdir="unused"))
NAME = "cloudwatch-agent-trails"
AUDIT = {"name": "audit", "s3_bucket_name": "bucket", "log_group_name": "/audit"}


class Surroundings(Iam):
    """IAM, STS, buckets and log groups of an account."""

    def __init__(self) -> None:
        super().__init__()
        self.buckets: dict[str, str] = {"bucket": ""}
        self.groups = ["/audit"]

    def get_bucket_policy(self, Bucket: str) -> dict[str, str]:  # noqa: N803 # AWS's name
        if Bucket not in self.buckets:
            raise refused("NoSuchBucket")
        if not self.buckets[Bucket]:
            raise refused("NoSuchBucketPolicy")
        return {"Policy": self.buckets[Bucket]}

    def put_bucket_policy(self, Bucket: str, Policy: str) -> None:  # noqa: N803 # AWS's names
        self.writes.append("put_bucket_policy")
        self.buckets[Bucket] = Policy

    def get_paginator(self, _operation: str) -> Any:
        """Of DescribeLogGroups."""

        def paginate(logGroupNamePrefix: str) -> Iterator[dict[str, Any]]:  # noqa: N803 # AWS's name
            yield {"logGroups": [{"logGroupName": name} for name in self.groups if name.startswith(logGroupNamePrefix)]}

        return SimpleNamespace(paginate=paginate)


class Account:
    """Trails by region, and what is around them."""

    def __init__(self) -> None:
        self.around = Surroundings()
        self.regions: dict[str, CloudTrail] = {}
        self.region = "us-east-1"

    def client(self, service: str, _profile: str, region: str) -> Any:
        if service != "cloudtrail":
            return self.around
        region = region or self.region
        known = self.regions.setdefault(region, CloudTrail())
        known.meta = SimpleNamespace(region_name=region)
        return known

    def writes(self) -> list[str]:
        return [*self.around.writes, *(name for one in self.regions.values() for name in one.writes)]


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    known = Account()
    monkeypatch.setattr(aws, "clients", lambda _connection: known.client)
    monkeypatch.setattr(trails, "STEP_SECONDS", 60.0)
    monkeypatch.setattr(trails.time, "sleep", lambda _seconds: None)
    return known


def run(check: bool = False, **arguments: Any) -> tuple[dict[str, Any], list[str]]:
    """The result, and the warnings."""
    options = {"environment": None, "check_mode": check, "diff": True, "async_val": 0}
    task = SimpleNamespace(args=arguments, action="cloudwatch.agent.cloudtrail_trails", **options)
    action = cloudtrail_trails.ActionModule(task, CONNECTION, None, None, None, None)
    action._display = Display()
    return action.run(task_vars={}), action._display.warnings


def test_check_mode_says_what_a_run_does(account: Account) -> None:
    account.around.buckets["bucket"] = json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "Mine"}]})
    given = {"trails": [AUDIT], "delivery_role": NAME}
    check, _warnings = run(check=True, **given)
    assert account.writes() == []
    made, _warnings = run(**given)
    assert check == made and made["changed"] and sorted(made["diff"]["after"]) == ["bucket/bucket", f"role/{NAME}", "us-east-1/audit"]
    assert account.writes() == ["create_role", "put_role_policy", "put_bucket_policy", "create_trail", "start_logging"]
    policy = json.loads(account.around.buckets["bucket"])
    assert [one["Sid"][:11] for one in policy["Statement"]] == ["Mine", "CloudTrailA", "CloudTrailW"]
    for again in (run(**given), run(check=True, **given)):
        assert not again[0]["changed"] and "diff" not in again[0] and again[1] == []


def test_a_role_of_another_path_delivers_by_the_arn_that_it_has(account: Account) -> None:
    iam = account.around
    iam.create_role(NAME, "{}", [], Path="/teams/")
    iam.roles[NAME]["Tags"] = [{"Key": TAG[0], "Value": TAG[1]}]
    made, _warnings = run(trails=[AUDIT], delivery_role=NAME)
    (trail,) = account.regions["us-east-1"].trails.values()
    assert made["trails"][0]["after"]["role_arn"] == trail["CloudWatchLogsRoleArn"] == iam.roles[NAME]["Arn"]
    assert not run(trails=[AUDIT], delivery_role=NAME)[0]["changed"]
    iam.policies.clear()
    assert run(trails=[{"name": "audit"}], delivery_role=NAME)[0]["changed"] and len(iam.policies) == 1


def test_files_that_come_to_another_place_need_the_policy_of_the_bucket(account: Account) -> None:
    """Also where the entry does not name the bucket again: CloudTrail refuses the change otherwise."""
    run(trails=[AUDIT], delivery_role=NAME)
    account.around.writes.clear()
    found, _warnings = run(trails=[{"name": "audit", "s3_key_prefix": "else"}], delivery_role=NAME)
    assert account.around.writes == ["put_bucket_policy"] and "/else/AWSLogs/" in account.around.buckets["bucket"], found
    assert not run(trails=[{"name": "audit", "s3_key_prefix": "else"}], delivery_role=NAME)[0]["changed"]
    organization = {"name": "audit", "organization": True}
    assert "give organization_id" in run(trails=[organization], delivery_role=NAME)[0]["msg"]
    assert "msg" not in run(trails=[{**organization, "organization_id": "o-a1b2c3d4e5"}], delivery_role=NAME)[0]
    assert "/else/AWSLogs/o-a1b2c3d4e5/" in account.around.buckets["bucket"]
    assert "msg" not in run(trails=[organization], delivery_role=NAME)[0]
    own = {**organization, "s3_key_prefix": "own", "merge_bucket_policy": False}
    assert run(trails=[own], delivery_role=NAME)[0]["changed"] and "/own/" not in account.around.buckets["bucket"]


def test_two_trails_of_one_bucket_have_their_statements_both(account: Account) -> None:
    made, _warnings = run(trails=[AUDIT, {**AUDIT, "name": "other"}], delivery_role=NAME)
    assert account.around.writes.count("put_bucket_policy") == 1
    assert made["changed"] and len(json.loads(account.around.buckets["bucket"])["Statement"]) == 4
    assert {policy for _role, policy in account.around.policies} == {"trail-us-east-1-audit", "trail-us-east-1-other"}
    assert not run(trails=[AUDIT, {**AUDIT, "name": "other"}], delivery_role=NAME)[0]["changed"]


def test_a_shadow_is_changed_at_home(account: Account) -> None:
    home = account.client("cloudtrail", "", "eu-west-1")
    home.seed(region="eu-west-1", IsMultiRegionTrail=True)
    here = account.client("cloudtrail", "", "")
    here.trails = home.trails
    found, _warnings = run(trails=[{"name": "audit", "log_file_validation": True}])
    assert [one["region"] for one in found["trails"]] == ["eu-west-1"]
    assert (home.writes, here.writes) == (["update_trail"], [])
    refusal = run(trails=[{"name": "audit", "region": "us-east-1", "logging": False}])[0]["msg"]
    assert "is at home in eu-west-1, and cw_agent_trails[0] says us-east-1" in refusal
    home.writes.clear()
    twice = run(trails=[{"name": "audit", "multi_region": False}, {"name": "audit", "region": "eu-west-1", "logging": False}])[0]["msg"]
    assert "cw_agent_trails[1]: cw_agent_trails[0] names the same trail, audit. Hint: make one entry of them." in twice
    assert home.writes == []


def test_what_is_missing_is_refused_and_in_check_mode_said(account: Account) -> None:
    account.around.buckets.clear()
    account.around.groups = ["/audit-2"]
    check, said = run(check=True, trails=[AUDIT], delivery_role=NAME)
    assert check["changed"] and ["needs the" in line for line in said] == [True, True]
    found, _warnings = run(trails=[AUDIT], delivery_role=NAME)
    assert found["failed"] and "needs the log group /audit" in found["msg"] and "needs the bucket bucket" in found["msg"]
    account.around.create_role(NAME, "{}", [])
    account.around.buckets["bucket"], account.around.groups = "", ["/audit"]
    assert "as role_arn to use it as it is" in run(trails=[AUDIT], delivery_role=NAME)[0]["msg"]
    assert "delivery_role is 'a/b'" in run(trails=[AUDIT], delivery_role="a/b")[0]["msg"]
    assert account.writes() == ["create_role"]


def test_a_failure_halfway_is_said_and_a_second_run_does_the_rest(account: Account) -> None:
    cloudtrail = account.client("cloudtrail", "", "")
    cloudtrail.fails = [None, refused("UnsupportedOperationException", "no")]
    found, _warnings = run(trails=[AUDIT], delivery_role=NAME)
    assert found["failed"] and found["changed"]
    assert found["msg"] == "us-east-1: Failed to start the trail audit: UnsupportedOperationException: no"
    account.around.writes.clear()
    cloudtrail.writes.clear()
    made, said = run(trails=[{**AUDIT, "logging": True}], delivery_role=NAME)
    assert made["changed"] and account.writes() == ["start_logging"] and said == []


def test_health_is_in_the_result_and_a_policy_of_others_is_left_alone(account: Account) -> None:
    cloudtrail = account.client("cloudtrail", "", "")
    cloudtrail.seed(status={"LatestCloudWatchLogsDeliveryError": "Access denied"})
    given = [{"name": "audit", "s3_bucket_name": "bucket", "merge_bucket_policy": False}]
    found, said = run(trails=given)
    assert not found["changed"] and found["trails"][0]["delivery_errors"] == {"events to its log group": "Access denied"}
    assert "cannot deliver events to its log group: Access denied" in said[0] and account.writes() == []
    gone, said = run(trails=[{"name": "audit", "state": "absent"}])
    assert gone["changed"] and account.writes() == ["delete_trail"] and "is deleted" in said[0]
    assert not run(trails=[{"name": "audit", "state": "absent"}])[0]["changed"]


def test_the_examples_of_the_module_run(account: Account) -> None:
    account.region = "eu-west-1"
    account.around.buckets["shop-audit"], account.around.groups = "", ["/shop/audit"]
    for task in yaml.safe_load(EXAMPLES):
        found, _warnings = run(**task["cloudwatch.agent.cloudtrail_trails"])
        assert found["changed"] and "failed" not in found, found
    (trail,) = list(account.regions["eu-west-1"].trails.values())
    assert trail["logging"] and len(trail["selectors"]["AdvancedEventSelectors"]) == 2 and len(trail["insights"]) == 1
