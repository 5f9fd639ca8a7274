# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account import trail_changes as changes
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.delivery_roles import Account
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.event_selectors import COMPLETE, Selectors
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.trails import Wanted, desired
from ansible_collections.cloudwatch.agent.tests.support.fake_trails import ACCOUNT, MANAGEMENT, ROLE, CloudTrail, entry, log_group

CONTEXT = changes.Context(Account("aws", ACCOUNT), "us-east-1", ROLE)
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
FULL = {
    "IsMultiRegionTrail": True,
    "EnableLogFileValidation": True,
    "CloudWatchLogsLogGroupArn": log_group("/audit"),
    "CloudWatchLogsRoleArn": f"{ROLE}-own",
    "KmsKeyId": KEY,
    "S3KeyPrefix": "logs",
}
SETTINGS = {"S3BucketName": "bucket", "IncludeGlobalServiceEvents": True, "IsOrganizationTrail": False, **FULL}


def wanted(**more: Any) -> Wanted:
    return desired([entry(**more)])[0]


def there(**more: Any) -> changes.Found:
    cloudtrail = CloudTrail()
    cloudtrail.seed(**{**FULL, **more})
    return changes.parsed(cloudtrail.describe_trails(includeShadowTrails=True)["trailList"][0])._replace(logging=True)


def steps(given: dict[str, Any], found: changes.Found | None) -> list[tuple[str, dict[str, Any]]]:
    return [tuple(step) for step in changes.steps(wanted(**given), found, CONTEXT)]  # type: ignore[misc]


def test_a_new_trail_records_everything_and_is_started() -> None:
    given = {"s3_bucket_name": "bucket", "log_group_name": "/audit", "tags": {"a": "1"}, "insight_selectors": ["ApiCallRateInsight"]}
    made = steps(given, None)
    assert [name for name, _arguments in made] == ["create_trail", "put_insight_selectors", "start_logging"]
    assert made[0][1] == {
        "Name": "audit",
        "S3BucketName": "bucket",
        "IncludeGlobalServiceEvents": True,
        "IsMultiRegionTrail": True,
        "EnableLogFileValidation": True,
        "IsOrganizationTrail": False,
        "CloudWatchLogsLogGroupArn": log_group("/audit"),
        "CloudWatchLogsRoleArn": ROLE,
        "TagsList": [{"Key": "a", "Value": "1"}],
    }
    assert made[-1][1] == {"Name": f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/audit"}
    assert [name for name, _arguments in steps({**given, "logging": False, "insight_selectors": None}, None)] == ["create_trail"]
    assert steps({"s3_bucket_name": "bucket", "multi_region": False, "event_selectors": [{}]}, None)[1][0] == "put_event_selectors"


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"s3_key_prefix": ""}, {"S3KeyPrefix": ""}),
        ({"s3_bucket_name": "other"}, {"S3BucketName": "other"}),
        ({"log_group_name": "/other"}, {"CloudWatchLogsLogGroupArn": log_group("/other")}),
        ({"log_group_name": ""}, {"CloudWatchLogsLogGroupArn": "", "CloudWatchLogsRoleArn": ""}),
        ({"role_arn": ROLE}, {"CloudWatchLogsRoleArn": ROLE}),
        ({"multi_region": False}, {"IsMultiRegionTrail": False}),
        ({"log_file_validation": False}, {"EnableLogFileValidation": False}),
        ({"kms_key_id": ""}, {"KmsKeyId": ""}),
        ({"organization": True}, {"IsOrganizationTrail": True}),
    ],
)
def test_each_setting_alone_is_sent_with_all_the_others_as_they_are(given: dict[str, Any], sent: dict[str, Any]) -> None:
    found = there()
    assert steps(given, found) == [("update_trail", {"Name": found.arn, **SETTINGS, **sent})]


def test_nothing_is_sent_where_nothing_differs() -> None:
    same = {
        "s3_bucket_name": "bucket",
        "s3_key_prefix": "logs",
        "log_group_name": "/audit",
        "multi_region": True,
        "log_file_validation": True,
        "kms_key_id": KEY,
        "logging": True,
        "event_selectors": [{}],
    }
    for given in ({}, same, {**same, "event_selectors": None, "advanced_event_selectors": [MANAGEMENT]}):
        assert steps(given, there()) == []
        before, after = changes.shown(wanted(**given), there(), CONTEXT)
        assert before == after
    assert steps({"state": "absent"}, None) == []


def test_selectors_insights_tags_and_recording_have_calls_of_their_own() -> None:
    found = there()._replace(
        tags={"old": "1"}, insights={"ApiCallRateInsight": {"InsightType": "ApiCallRateInsight", "EventCategories": ["Data"]}}
    )
    arn = {"TrailName": found.arn}
    for given, call in (
        (
            {"event_selectors": [{"ReadWriteType": "ReadOnly"}]},
            ("put_event_selectors", {**arn, "EventSelectors": [{"ReadWriteType": "ReadOnly"}]}),
        ),
        (
            {"insight_selectors": ["ApiErrorRateInsight", "ApiCallRateInsight"]},
            (
                "put_insight_selectors",
                {**arn, "InsightSelectors": [found.insights["ApiCallRateInsight"], {"InsightType": "ApiErrorRateInsight"}]},
            ),
        ),
        ({"insight_selectors": []}, ("put_insight_selectors", {**arn, "InsightSelectors": []})),
        ({"tags": {"a": "1"}}, ("add_tags", {"ResourceId": found.arn, "TagsList": [{"Key": "a", "Value": "1"}]})),
        ({"purge_tags": True}, ("remove_tags", {"ResourceId": found.arn, "TagsList": [{"Key": "old", "Value": "1"}]})),
        ({"logging": False}, ("stop_logging", {"Name": found.arn})),
        ({"state": "absent"}, ("delete_trail", {"Name": found.arn})),
    ):
        assert steps(given, found) == [call]
    assert steps({"logging": True}, found._replace(logging=False)) == [("start_logging", {"Name": found.arn})]
    assert steps({}, found._replace(logging=False)) == []


def test_why_a_trail_cannot_become_what_it_shall_be() -> None:
    found, abroad = there(), there(TrailARN="arn:aws:cloudtrail:us-east-1:999999999999:trail/audit")
    for given, there_, words in (
        ({"region": "eu-west-1"}, found, "is at home in us-east-1, and cw_agent_trails[0] says eu-west-1"),
        ({"logging": False}, abroad, "belongs to the account 999999999999"),
        ({}, None, "has no s3_bucket_name"),
        ({"global_service_events": False}, found, "which AWS refuses"),
        ({"s3_bucket_name": "bucket", "organization": True}, found, "give organization_id, or merge_bucket_policy: false"),
    ):
        said = list(changes.problems(wanted(**given), there_, CONTEXT))
        assert len(said) == 1 and words in said[0] and "Hint: " in said[0], said
    (said,) = changes.problems(wanted(s3_bucket_name="bucket", log_group_name="/audit"), None, CONTEXT._replace(role=""))
    assert "needs a role" in said
    assert list(changes.problems(wanted(multi_region=False, global_service_events=False), found, CONTEXT)) == []


def test_what_is_said_beforehand() -> None:
    found = there()._replace(errors={"events to its log group": "Access denied"}, selectors=Selectors((), [MANAGEMENT]))
    for given, there_, words in (
        ({"multi_region": False}, found._replace(errors={}), "records us-east-1 alone from now on"),
        ({"log_file_validation": False}, found._replace(errors={}), "loses its chain of digests"),
        ({"logging": False}, found._replace(errors={}), "stops recording, as cw_agent_trails[0] says"),
        ({}, found._replace(errors={}, logging=False), "does not record. Hint: logging: true"),
        ({"event_selectors": [{"ReadWriteType": "ReadOnly"}]}, found._replace(errors={}), "loses its advanced event selectors"),
        ({}, found, "cannot deliver events to its log group: Access denied."),
        ({"state": "absent"}, found, "is deleted, as cw_agent_trails[0] says. Files and log events that are there stay."),
        ({"s3_bucket_name": "bucket"}, None, "AWS charges for every further copy"),
    ):
        said = list(changes.notes(wanted(**given), there_, 1))
        assert len(said) == 1 and words in said[0], said
    assert list(changes.notes(wanted(event_selectors=[{}]), found._replace(errors={}), 1)) == []


def test_the_trail_at_home_is_meant_before_a_shadow_of_another() -> None:
    here, shadow = {"Name": "audit", "HomeRegion": "us-east-1"}, {"Name": "audit", "HomeRegion": "eu-west-1"}
    assert changes.chosen(wanted(), [shadow, here], "us-east-1") is here
    assert changes.chosen(wanted(), [shadow], "us-east-1") is shadow
    assert changes.chosen(wanted(name="other"), [shadow], "us-east-1") is None


def test_a_diff_has_what_is_named_and_always_the_regions() -> None:
    before, after = changes.shown(wanted(log_group_name="/other", event_selectors=[{"ReadWriteType": "ReadOnly"}]), there(), CONTEXT)
    always = {"state": "present", "home_region": "us-east-1", "multi_region": True, "logging": True}
    assert before == {
        **always,
        "log_group_arn": log_group("/audit"),
        "role_arn": f"{ROLE}-own",
        "event_selectors": [COMPLETE],
    }
    assert after == {**before, "log_group_arn": log_group("/other"), "event_selectors": [{**COMPLETE, "ReadWriteType": "ReadOnly"}]}
    assert changes.shown(wanted(state="absent"), None, CONTEXT) == ({"state": "absent"}, {"state": "absent"})
