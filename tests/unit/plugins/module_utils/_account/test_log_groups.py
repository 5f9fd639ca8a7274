# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wanted of log groups, out of configurations and what is named by hand."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.log_groups import DAYS, FOR_EVER, Defaults, desired
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import Target
from ansible_collections.cloudwatch.agent.tests.support.fake_logs import DAYS as OF_AWS
from ansible_collections.cloudwatch.agent.tests.support.fake_logs import entry, metric, plan, subscription, together

HERE, THERE = Target("", "us-east-1"), Target("", "eu-west-1")
KEY = "arn:aws:kms:us-east-1:123456789012:key/mrk-1"
WEB = {"file_path": "/var/log/web.log", "log_group_name": "/web"}
NOTHING = Defaults()


def refusal(given: dict[str, Any], *groups: dict[str, Any], defaults: Defaults = NOTHING) -> str:
    with pytest.raises(ConfigError) as caught:
        desired(given, groups, defaults)
    return str(caught.value)


def test_groups_of_configurations_by_target() -> None:
    """Retention and class of the agent's own entries; without a name the file's path; what only a host knows is left out."""
    first = plan({**WEB, "retention_in_days": 30, "log_group_class": "infrequent_access"}, {"file_path": "/var/log/app.log"})
    second = plan(WEB, {"file_path": "/x", "log_group_name": "/host/{hostname}"}, region="eu-west-1")
    found = desired(together(first, second), [], NOTHING)
    assert {target: sorted(named) for target, named in found.groups.items()} == {HERE: ["/var/log/app", "/web"], THERE: ["/web"]}
    web = found.groups[HERE]["/web"]
    assert (web.retention, web.log_class, web.only_longer) == (30, "INFREQUENT_ACCESS", False)
    assert found.groups[THERE]["/web"][:8] == ("/web", "present", None, False, None, None, {}, False)
    assert [(one["name"], one["region"]) for one in found.skipped] == [("/host/{hostname}", "eu-west-1")]


def test_the_class_of_journald_and_one_of_its_own_are_nothing_to_the_agent() -> None:
    given = plan({**WEB, "log_group_class": "CHEAP"})
    given["configurations"][0]["configuration"]["logs"]["logs_collected"]["journald"] = {
        "collect_list": [{"log_group_name": "/journal", "log_group_class": "INFREQUENT_ACCESS", "retention_in_days": 7}]
    }
    groups = desired(given, [], NOTHING).groups[HERE]
    assert [(name, one.log_class, one.retention) for name, one in groups.items()] == [("/journal", None, 7), ("/web", None, None)]


def test_retention_has_one_owner() -> None:
    """The agent's and ours, or two configurations' that differ: both places in the message; equal ones and one alone are fine."""
    given = plan({**WEB, "retention_in_days": 30})
    text = refusal(given, entry("/web", retention_in_days="60"))
    assert text == (
        "/web has two values of retention_in_days: 30 (AmazonCloudWatch-web at /logs/logs_collected/files/collect_list/0/retention_in_days)"
        " and 60 (cw_agent_log_groups[0].retention_in_days). Hint: make them equal, or take one of them out."
    )
    assert "and never (" in refusal(given, entry("/web", retention_in_days="never"))
    assert desired(given, [entry("/web", retention_in_days="30")], NOTHING).groups[HERE]["/web"].retention == 30
    other = plan({**WEB, "retention_in_days": 7}, name="AmazonCloudWatch-app")
    assert "30 (AmazonCloudWatch-web at /logs" in (text := refusal(together(given, other))) and "7 (AmazonCloudWatch-app at" in text
    elsewhere = plan({**WEB, "retention_in_days": 7}, region="eu-west-1")
    assert desired(together(given, elsewhere), [], NOTHING).groups[THERE]["/web"].retention == 7
    text = refusal(plan({**WEB, "log_group_class": "STANDARD"}), entry("/web", log_group_class="INFREQUENT_ACCESS"))
    assert "STANDARD (AmazonCloudWatch-web at" in text and "INFREQUENT_ACCESS (cw_agent_log_groups[0].log_group_class)" in text


def test_what_holds_for_all_groups() -> None:
    """It stands back behind what is said of one group, and a retention of this kind shortens nothing."""
    given = together(plan(WEB, {"file_path": "/a", "log_group_name": "/app", "retention_in_days": 7}), plan(WEB, region="eu-west-1"))
    keys = (KEY, KEY.replace("us-east-1", "eu-west-1"))
    groups = [entry("/web", region="us-east-1", kms_key_id="", tags={"team": "web"}, deletion_protection=False)]
    found = desired(given, groups, Defaults("90", keys, {"team": "all", "cost": 1}, True)).groups
    web, app, there = found[HERE]["/web"], found[HERE]["/app"], found[THERE]["/web"]
    assert (web.retention, web.only_longer, app.retention, app.only_longer) == (90, True, 7, False)
    assert (web.key, app.key, there.key) == ("", KEY, keys[1])
    assert (web.tags, app.tags) == ({"team": "web", "cost": "1"}, {"team": "all", "cost": "1"})
    assert (web.protection, there.protection) == (False, True)
    assert "has no key of eu-west-1" in refusal(given, defaults=Defaults(keys=(KEY,)))
    assert desired(plan(WEB), [], Defaults("never")).groups[HERE]["/web"].retention == FOR_EVER


def test_where_a_group_that_is_named_belongs() -> None:
    """Where it is written to, else the one target of the hosts, else where it says; several are refused."""
    two = together(plan(WEB), plan({"file_path": "/a", "log_group_name": "/app"}, region="eu-west-1"))
    assert desired(two, [entry("/app", retention_in_days="7")], NOTHING).groups[THERE]["/app"].retention == 7
    assert "/audit" in desired(plan(WEB), [entry("/audit")], NOTHING).groups[HERE]
    text = refusal(two, entry("/audit"))
    assert text.startswith("cw_agent_log_groups[0] (/audit): no configuration writes to it, and the hosts are in us-east-1, eu-west-1")
    assert "/audit" in desired(two, [entry("/audit", region="eu-west-1")], NOTHING).groups[THERE]
    both = desired(plan(WEB), [entry("/b", region="eu-west-1"), entry("/a")], NOTHING).groups
    assert "/b" in both[THERE] and "/a" in both[HERE]
    assert "/audit" in desired({}, [entry("/audit")], NOTHING).groups[Target("", "")]
    accounts = together(plan(WEB, profile="shop"), plan(WEB, profile="bank"))
    assert "us-east-1 of shop, us-east-1 of bank" in refusal(accounts, entry("/audit", region="us-east-1"))
    assert Target("bank", "us-west-2") in desired(accounts, [entry("/audit", region="us-west-2", profile="bank")], NOTHING).groups
    assert "give it region" in refusal(accounts, entry("/audit", region="us-west-2"))


def test_absent_is_said_by_name_and_never_of_a_group_in_use() -> None:
    assert desired(plan(WEB), [entry("/old", state="absent")], Defaults("90", (KEY,))).groups[HERE]["/old"].state == "absent"
    text = refusal(plan(WEB), entry("/web", state="absent"))
    assert text.startswith("cw_agent_log_groups[0] (/web): state is absent, and AmazonCloudWatch-web at /logs/")


@pytest.mark.parametrize(
    ("group", "said"),
    [
        ({"name": "a group"}, "name is 'a group'"),
        ({"name": "aws/x"}, "(with /aws/ it may)"),
        ({"name": "x" * 513}, "1 to 512"),
        ({"retention_in_days": "42"}, "retention_in_days is '42', which CloudWatch Logs does not have. Hint: 60 is the nearest"),
        ({"retention_in_days": "-1"}, "Hint: never is without an end"),
        ({"retention_in_days": "9999"}, "Hint: never is without an end"),
        ({"kms_key_id": "alias/logs"}, "kms_key_id is 'alias/logs'. Hint: write the key's ARN"),
        ({"kms_key_id": KEY.replace("us-east-1", "eu-west-1")}, "and the log group is in us-east-1"),
        ({"tags": {"aws:x": "1"}}, "tags has 'aws:x'"),
        ({"tags": {str(number): "" for number in range(51)}}, "has 51 tags"),
        ({"log_group_class": "DELIVERY", "retention_in_days": "7"}, "keeps its events for one day"),
        ({"metric_filters": [metric("a:b")]}, "metric filter 'a:b': the name is not possible"),
        ({"subscription_filters": [subscription("s", destination_arn="x")]}, "subscription filter 's': destination_arn is 'x'"),
    ],
)
def test_a_wrong_entry_gets_a_message(group: dict[str, Any], said: str) -> None:
    text = refusal(plan(WEB), entry(**{"name": "/audit", **group}))
    assert said in text and text.count("Hint: ") == 1 and "cw_agent_log_groups[0]" in text


def test_everything_that_is_wrong_is_said_at_once() -> None:
    text = refusal(plan(WEB), entry("/a"), entry("/a"), entry("/b c"), defaults=Defaults("31", ("k", KEY, KEY), {"aws:a": 1}))
    for said in (
        "_retention_in_days is '31'",
        "_kms_key_ids is 'k'",
        "two keys of us-east-1",
        "_tags has 'aws:a'",
        "'/b c'",
        "[0] names the",
    ):
        assert said in text
    assert "has the name 'aws/x'" not in text
    assert "no log group can have the name 'aws/x'" in refusal(plan({"file_path": "/a", "log_group_name": "aws/x"}))


def test_the_retentions_are_those_of_aws() -> None:
    assert DAYS == OF_AWS
