# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is equal is said once, with a count, and stays short."""

from __future__ import annotations

from typing import Any

from ansible_collections.cloudwatch.agent.plugins.module_utils._release.messages import about_hosts, hosts_text, sentences
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.plan import HostInput, Plan, Planner, failure, warnings
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.report import config_report


def plan(*hosts: tuple[str, dict[str, Any]], **settings: Any) -> Plan:
    planner = Planner()
    for name, fragments in hosts:
        variables = {f"cw_agent_fragment_{key}": value for key, value in fragments.items()}
        planner.add(HostInput(name, variables, {f"cw_agent_{key}": value for key, value in settings.items()}, "us-east-1"))
    return planner.plan


def entries(count: int, **more: Any) -> dict[str, Any]:
    found = [{"file_path": f"/log/{number}.log", "log_group_name": "/a", "retention_in_days": 7, **more} for number in range(count)]
    return {"logs": {"logs_collected": {"files": {"collect_list": found}}}}


def lines(found: Plan) -> list[str]:
    data = {"configurations": list(found.configurations.values()), "errors": found.errors, "notes": found.notes}
    result: list[str] = config_report(data, {}, {})["lines"]
    return result


def test_five_hundred_equal_errors_of_any_rule_are_short() -> None:
    for more in (
        {"from_start": True},
        {"retention_in_days": 8},
        {"encoding": "nope"},
        {"filters": [{"type": "include", "expression": "("}]},
    ):
        found = plan(("a", {"many": entries(500, **more)}))
        message = failure(found)
        assert message.startswith("500 errors")
        assert "And 499 more: /logs/logs_collected/files/collect_list/1/" in message
        assert len(message.encode()) <= 4096
        assert sum(len(line.encode()) for line in lines(found) if "log groups" not in line) <= 6000


def test_five_hundred_warnings_with_a_name_each_are_one_line() -> None:
    without = {"file_path": "/x/{number}.log"}
    collected = [{**without, "file_path": f"/x/{number}/", "log_group_name": "/a", "retention_in_days": 7} for number in range(500)]
    (line,) = warnings(plan(("a", {"many": {"logs": {"logs_collected": {"files": {"collect_list": collected}}}}})))
    assert 'And 499 more: /logs/logs_collected/files/collect_list/1/file_path: "/x/1/" is a directory' in line
    assert len(line.encode()) <= 2048


def test_the_same_fragment_in_many_configurations_is_one_line() -> None:
    bad, good = entries(1, from_start=True), {"metrics": {"metrics_collected": {"mem": {"measurement": ["used"]}}}}
    found = plan(*((f"h{number}", {"bad": bad, f"own{number}": good}) for number in range(50)))
    message = failure(found)
    assert len(found.configurations) == 50
    assert message.count("from_start") == 2  # path and message
    assert "us-east-1/AmazonCloudWatch-bad-own0 and 49 more configurations (hosts h0, h1, h2, h3, h4 and 45 more):" in message
    assert "\n".join(lines(found)).count("[schema-unknown-key]") == 1


def test_equal_errors_of_hosts_are_one_line() -> None:
    found = plan(*((f"h{number}", {}) for number in range(300)))
    message = failure(found)
    assert message.startswith("300 errors")
    assert message.count("there is nothing to compose") == 1
    assert "* hosts h0, h1, h2, h3, h4 and 295 more: there is nothing to compose" in message
    assert len(message) < 500


def test_different_mistakes_stay_apart() -> None:
    first, second = entries(1, from_start=True), entries(1, retention_in_days=8)
    message = failure(plan(("a", {"one": first, "two": second})))
    assert "[schema-unknown-key]" in message
    assert "[schema-value]" in message


def test_nothing_is_said_twice_in_the_report() -> None:
    found = plan(("a", {"bad": entries(3, from_start=True)}), ("b", {"bad": entries(3, from_start=True)}))
    text = "\n".join(lines(found))
    assert text.count("[schema-unknown-key]") == 1
    assert text.splitlines()[0] == "Errors:"
    assert text.splitlines()[-1].startswith("1 configuration: 3 errors, 0 warnings, 0 requirements; 0 metrics")


def test_sentences_about_no_host_stay_as_they_are() -> None:
    assert about_hosts(["a: x", "b: x", "x y: z"]) == ["hosts a, b: x", "x y: z"]
    assert hosts_text(["a"]) == "host a"
    assert sentences([], "error") == []
