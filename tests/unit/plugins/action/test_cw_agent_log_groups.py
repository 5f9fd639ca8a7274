# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part; CloudWatch Logs itself: tests/integration/test_log_groups.py."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_log_groups
from ansible_collections.cloudwatch.agent.plugins.modules.cw_agent_log_groups import DOCUMENTATION
from ansible_collections.cloudwatch.agent.plugins.plugin_utils import aws
from ansible_collections.cloudwatch.agent.tests.support.fake_logs import DAYS, Logs, plan, refused, together

from .test_cw_agent_release import Display

CONNECTION = SimpleNamespace(_shell=SimpleNamespace(tmpdir="unused"))
WEB = {"file_path": "/var/log/web.log", "log_group_name": "/web", "retention_in_days": 30}


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], Logs]:
    """Log groups by profile and region."""
    known: dict[tuple[str, str], Logs] = {}

    def client(_service: str, profile: str, region: str) -> Logs:
        return known.setdefault((profile, region), Logs())

    monkeypatch.setattr(aws, "clients", lambda _connection: client)
    return known


def run(check: bool = False, **arguments: Any) -> tuple[dict[str, Any], list[str]]:
    """The result, and the warnings."""
    options = {"environment": None, "check_mode": check, "diff": True, "async_val": 0}
    task = SimpleNamespace(args=arguments, action="cloudwatch.agent.cw_agent_log_groups", **options)
    action = cw_agent_log_groups.ActionModule(task, CONNECTION, None, None, None, None)
    action._display = Display()
    return action.run(task_vars={}), action._display.warnings


def test_check_mode_says_what_a_run_does_in_all_accounts_and_regions(account: dict[tuple[str, str], Logs]) -> None:
    given = together(plan(WEB), plan(WEB, region="eu-west-1", profile="shop"))
    check, _warnings = run(check=True, plan=given, group_tags={"team": "web"})
    assert [logs.writes for logs in account.values()] == [[], []]
    made, _warnings = run(plan=given, group_tags={"team": "web"})
    assert check == made and made["changed"]
    assert made["diff"]["before"] == {"us-east-1/web": {"state": "absent"}, "shop/eu-west-1/web": {"state": "absent"}}
    assert made["diff"]["after"]["shop/eu-west-1/web"]["retention_in_days"] == 30
    for again in (run(plan=given, group_tags={"team": "web"}), run(check=True, plan=given, group_tags={"team": "web"})):
        assert not again[0]["changed"] and "diff" not in again[0] and again[1] == []
    assert [logs.writes for logs in account.values()] == [["create_log_group", "put_retention_policy"]] * 2


def test_a_group_that_is_named_alone_is_in_the_region_of_the_task_or_of_its_profile(account: dict[tuple[str, str], Logs]) -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/1"
    found, _warnings = run(groups=[{"name": "/audit"}, {"name": "/shop", "profile": "shop"}], kms_key_ids=[key])
    assert [(one["profile"], one["region"], one["after"]["kms_key_id"]) for one in found["groups"]] == [
        ("", "us-east-1", key),
        ("shop", "us-east-1", key),
    ]
    assert sorted(account["", "us-east-1"].groups) == ["/audit"] and sorted(account["shop", "us-east-1"].groups) == ["/shop"]
    found, _warnings = run(plan=plan(WEB, region="eu-west-1"), groups=[{"name": "/audit"}])
    assert [one["region"] for one in found["groups"]] == ["eu-west-1"] * 2


def test_nothing_is_written_where_one_is_refused(account: dict[tuple[str, str], Logs]) -> None:
    given = together(plan(WEB), plan({**WEB, "log_group_class": "INFREQUENT_ACCESS"}, region="eu-west-1"))
    account["", "eu-west-1"] = Logs()
    account["", "eu-west-1"].seed("/web")
    found, _warnings = run(plan=given)
    assert (
        found["failed"]
        and not found["changed"]
        and found["msg"].startswith("eu-west-1: /web has the class STANDARD, and AmazonCloudWatch-web at")
    )
    assert [logs.writes for logs in account.values()] == [[], []]
    assert "retention_in_days is '31'" in run(plan=given, retention_in_days=31)[0]["msg"]


def test_two_profiles_of_one_account_do_not_undo_each_other(account: dict[tuple[str, str], Logs]) -> None:
    logs = account["a", "us-east-1"] = account["b", "us-east-1"] = Logs()
    logs.seed("/web", retentionInDays=30)
    found, _warnings = run(plan=together(plan(WEB, profile="a"), plan({**WEB, "retention_in_days": 60}, profile="b")))
    assert found["msg"].startswith("a/us-east-1 /web and b/us-east-1 /web are one log group (arn:aws:logs:") and logs.writes == []
    assert "failed" not in run(plan=together(plan(WEB, profile="a"), plan(WEB, profile="b")))[0]


def test_a_failure_does_not_stop_other_groups_and_a_second_run_does_the_rest(account: dict[tuple[str, str], Logs]) -> None:
    files = [{"file_path": f"/{name}", "log_group_name": f"/{name}", "retention_in_days": 30} for name in "abc"]
    logs = account["", "us-east-1"] = Logs()
    put = logs.put_retention_policy

    def failing(logGroupName: str, **more: Any) -> None:  # noqa: N803 # AWS's name
        if logGroupName == "/b":
            raise refused("LimitExceededException", "too many")
        put(logGroupName, **more)

    logs.put_retention_policy = failing  # type: ignore[method-assign]
    found, _warnings = run(plan=plan(*files))
    assert found["failed"] and found["changed"]
    assert found["msg"] == "us-east-1: Failed to set the retention of the log group /b: LimitExceededException: too many"
    assert [(one["name"], one["changed"], bool(one["after"])) for one in found["groups"]] == [
        ("/a", True, True),
        ("/b", True, False),
        ("/c", True, True),
    ]
    logs.put_retention_policy = put  # type: ignore[method-assign]
    logs.writes.clear()
    found, _warnings = run(plan=plan(*files))
    assert found["changed"] and logs.writes == ["put_retention_policy"]


def test_a_lost_answer_is_no_proof_that_nothing_was_written(account: dict[tuple[str, str], Logs]) -> None:
    """AWS has made the group, or set its retention, and answers with an error of its own: that is no ``changed: false``."""
    logs = account["", "us-east-1"] = Logs()
    create, put = logs.create_log_group, logs.put_retention_policy

    def lost(**given: Any) -> None:
        put(**given)
        raise refused("ServiceUnavailableException", "later", 503)

    logs.put_retention_policy = lost  # type: ignore[method-assign]
    logs.seed("/a")
    file = {"file_path": "/a", "log_group_name": "/a", "retention_in_days": 30}
    found, _warnings = run(plan=plan(file))
    assert found["failed"] and found["changed"] and found["groups"][0]["after"] == {}

    def late(**given: Any) -> None:
        create(**given)
        raise refused("ResourceAlreadyExistsException", "botocore's second attempt")

    def denied(**_given: Any) -> None:
        raise refused("AccessDeniedException", "no")

    logs.create_log_group, logs.put_retention_policy = late, denied  # type: ignore[method-assign]
    found, _warnings = run(plan=plan({**file, "log_group_name": "/b"}))
    assert found["failed"] and found["changed"] and "/b" in logs.groups


def test_after_a_throttle_the_rest_of_the_region_is_left_alone(account: dict[tuple[str, str], Logs]) -> None:
    files = [{"file_path": f"/{name}", "log_group_name": f"/{name}"} for name in "abc"]
    logs = account["", "us-east-1"] = Logs()

    def throttled(**_given: Any) -> None:
        raise refused("ThrottlingException", "Rate exceeded")

    logs.create_log_group = throttled  # type: ignore[method-assign]
    found, _warnings = run(plan=together(plan(*files), plan(WEB, region="eu-west-1")))
    assert found["msg"].splitlines() == [
        "us-east-1: Failed to create the log group /a: ThrottlingException: Rate exceeded",
        "us-east-1: 2 log groups were left as they were: /b, /c. Hint: run again; what is done is not done twice.",
    ]
    assert [one["changed"] for one in found["groups"]] == [False, False, False, True]


def test_warnings_of_what_is_lost_stays_or_is_left_to_the_agent(account: dict[tuple[str, str], Logs]) -> None:
    logs = account["", "us-east-1"] = Logs()
    for name in ("/web", "/app", "/old"):
        logs.seed(name)
    files = [WEB, {"file_path": "/a", "log_group_name": "/app"}, {"file_path": "/h", "log_group_name": "/h/{hostname}"}]
    found, said = run(plan=plan(*files), groups=[{"name": "/old", "state": "absent"}], retention_in_days=7, check=True)
    assert [line.split(":")[0] for line in said] == ["us-east-1", "us-east-1", "us-east-1 /app", "/h/{hostname}"]
    assert "/old is deleted with its events" in said[0] and "30 days instead of ever" in said[1]
    assert "keeps its events for longer than 7 days" in said[2] and "logs:CreateLogGroup" in said[3]
    assert [one["name"] for one in found["skipped"]] == ["/h/{hostname}"]
    assert logs.writes == []


def test_a_value_out_of_ansible_vault_is_shown_nowhere() -> None:
    given = plan({**WEB, "log_group_name": "/web/hidden-customer"})
    given["configurations"][0]["vaulted"] = ["/logs/logs_collected/files/collect_list/0/log_group_name"]
    found, said = run(plan=given, groups=[{"name": "/web/hidden-customer", "retention_in_days": 60}])
    assert found["failed"] and "hidden-customer" not in str(found) + str(said)
    assert "hidden-customer" not in str(run(plan=given))


def test_the_documented_retentions_are_all_there_are() -> None:
    text = yaml.safe_load(DOCUMENTATION)["options"]["groups"]["suboptions"]["retention_in_days"]["description"][1]
    assert text == f"One of {', '.join(map(str, DAYS))}."
