# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dashboards of configurations, merged with widgets by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.dashboard_body import problems
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.dashboards import (
    Found,
    Wanted,
    desired,
    generated,
    merged,
    shown,
    steps,
)
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.tests.support.fake_cloudwatch import MEM, item, plan

STANDARD = {
    **MEM,
    "disk": {"measurement": ["used_percent"]},
    "swap": {"measurement": ["used_percent"]},
    "cpu": {"measurement": ["usage_idle"]},
    "net": {"measurement": ["bytes_sent", "bytes_recv"]},
}
LOG = {"file_path": "/var/log/web.log", "log_group_name": "/web"}
ARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:a"
NOTE = {"type": "text", "width": 24, "height": 2, "properties": {"markdown": "note"}}
FOUND = Found("arn:d", {"widgets": [NOTE]})


def entry(name: str = "fleet", **more: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(("configurations", "start", "period_override", "tags"))
    return {**nothing, "name": name, "state": "present", "profile": "", "widgets": [], "purge_tags": False, **more}


def titles(widgets: list[dict[str, Any]]) -> list[str]:
    return [one["properties"].get("title") or one["properties"]["markdown"].splitlines()[0] for one in widgets]


def test_widgets_of_what_is_collected() -> None:
    widgets = generated([item(STANDARD, logs=[LOG])], {"us-east-1": [ARN]})
    assert titles(widgets) == [
        *("Alarms in us-east-1", "## AmazonCloudWatch-web", "CPU: free", "Memory: used", "Disks: used", "Swap: used", "Network: bytes"),
        *("Lines with errors", "Latest errors"),
    ]
    assert widgets[3]["properties"]["metrics"] == [
        [{"id": "q1", "expression": 'SELECT MAX(mem_used_percent) FROM "CWAgent" GROUP BY InstanceId ORDER BY MAX() DESC', "period": 60}]
    ]
    assert [one["expression"].split(" FROM")[0] for (one,) in widgets[6]["properties"]["metrics"]] == [
        "SELECT SUM(net_bytes_recv)",
        "SELECT SUM(net_bytes_sent)",
    ]
    assert widgets[-1]["properties"]["query"].startswith("SOURCE '/web' | fields @timestamp") and problems({"widgets": widgets}) == []


def test_widgets_do_not_cover_each_other() -> None:
    many = [{"file_path": f"/{number}", "log_group_name": f"/{number}"} for number in range(60)]
    widgets = generated(
        [item(STANDARD, logs=many), item(MEM, region="eu-west-1"), item(section={"namespace": "DB"})], {"us-east-1": [ARN] * 150}
    )
    cells = [(x, y) for one in widgets for x in range(one["x"], one["x"] + one["width"]) for y in range(one["y"], one["y"] + one["height"])]
    assert len(cells) == len(set(cells)) and max(x for x, _y in cells) == 23
    assert problems({"widgets": widgets}) == []


def test_hosts_that_send_to_one_namespace_share_graphs() -> None:
    widgets = generated([item(MEM), item({**MEM, "swap": {"measurement": ["used_percent"]}}, name="db", hosts=("db-1",))], {})
    assert titles(widgets) == ["## AmazonCloudWatch-web, db", "Memory: used", "Swap: used"]
    assert widgets[0]["properties"]["markdown"].endswith("3 hosts in us-east-1")
    assert titles(generated([item({})], {})) == ["## AmazonCloudWatch-web"]


def test_hosts_on_and_outside_ec2_are_in_one_graph() -> None:
    outside = item(MEM, name="onprem", mode="onPremise", hosts=("plant",))
    del outside["configuration"]["metrics"]["append_dimensions"]
    widgets = generated([item(MEM), item(MEM, name="db"), outside], {})
    assert [one["expression"].split("GROUP BY ")[1] for (one,) in widgets[1]["properties"]["metrics"]] == [
        "InstanceId ORDER BY MAX() DESC",
        "host ORDER BY MAX() DESC",
    ]
    assert [one["id"] for (one,) in widgets[1]["properties"]["metrics"]] == ["q1", "q2"]


def test_widgets_by_hand_come_below() -> None:
    made = [{"type": "text", "x": 0, "y": 0, "width": 24, "height": 3, "properties": {}}]
    own = [NOTE, {"type": "text", "width": 12}, {"type": "text", "width": 12}, {"type": "text"}, {"type": "text", "x": 3, "y": 20}]
    found = merged(made, own)
    assert [(one["x"], one["y"], one["width"], one["height"]) for one in found[1:]] == [
        *((0, 3, 24, 2), (0, 5, 12, 6), (12, 5, 12, 6), (0, 11, 6, 6), (3, 23, 6, 6)),
    ]
    assert "width" not in own[3]


def test_entries() -> None:
    given = plan(item(MEM), item(MEM, name="db", hosts=("db-1",), section={"namespace": "DB"}))
    both, one, none, gone = desired(
        given,
        [
            entry(start="-PT3H", period_override="inherit", tags={"team": 1}),
            entry("web", configurations=["AmazonCloudWatch-web"]),
            entry("own", configurations=[], widgets=[NOTE]),
            entry("old", state="absent"),
        ],
        {("", "us-east-1"): [ARN]},
    )
    assert both.body and titles(both.body["widgets"])[1:] == ["## AmazonCloudWatch-web", "Memory: used", "## db", "Memory: used"]
    assert (both.body["start"], both.body["periodOverride"], both.tags) == ("-PT3H", "inherit", {"team": "1"})
    assert one.body and len(one.body["widgets"]) == 3
    assert none.body and titles(none.body["widgets"]) == ["note"]
    assert gone.body is None


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([entry("a b")], r"cw_agent_dashboards\[0\] \(a b\): no dashboard can have this name"),
        ([entry(), entry()], r"cw_agent_dashboards\[0\] \(fleet\) names the same dashboard"),
        ([entry(configurations=["none"])], "the run has no configuration none. Hint: it has AmazonCloudWatch-web"),
        ([entry(tags={str(number): "" for number in range(51)})], "has 51 tags"),
        ([entry(widgets=[{"type": "text", "properties": {}}])], r"/widgets/2/properties: Should have required property 'markdown'"),
        ([entry(widgets=[{"type": "text", "x": "1", "properties": {"markdown": ""}}])], r"/widgets/2/x: Should be integer"),
    ],
)
def test_what_cannot_be(entries: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        desired(plan(item(MEM)), entries, {})


def test_the_account_of_an_entry() -> None:
    two = plan(item(MEM, profile="a"), item(MEM, profile="b"))
    with pytest.raises(ConfigError, match=r"the hosts have the profiles a, b\. Hint: give it profile"):
        desired(two, [entry()], {})
    assert [one.profile for one in desired(two, [entry(profile="a"), entry(profile="b")], {})] == ["a", "b"]
    assert desired(plan(item(MEM, profile="a")), [entry()], {})[0].profile == "a"


def operations(wanted: Wanted, found: Found | None) -> list[str]:
    return [step.operation for step in steps(wanted, found)]


def test_bodies_are_compared_as_data() -> None:
    spelt = json.loads(json.dumps({"widgets": [dict(reversed(NOTE.items()))]}, indent=4))
    assert operations(Wanted("d", body=spelt), FOUND) == []
    assert operations(Wanted("d", body={"widgets": []}), FOUND) == operations(Wanted("d", body={"widgets": []}), None) == ["put_dashboard"]
    assert operations(Wanted("d", body=spelt), FOUND._replace(body="no JSON")) == ["put_dashboard"]
    assert operations(Wanted("d"), FOUND) == ["delete_dashboards"] and operations(Wanted("d"), None) == []


def test_tags_count_at_creation_and_have_calls_of_their_own_later() -> None:
    one = Wanted("d", body=FOUND.body, tags={"a": "1"}, purge_tags=True)
    assert steps(one, None)[0].arguments["Tags"] == [{"Key": "a", "Value": "1"}]
    tagged = FOUND._replace(tags={"b": "2", "aws:x": ""})
    assert operations(one, tagged) == ["untag_resource", "tag_resource"]
    before, after = shown(one, tagged)
    assert (before["tags"], after["tags"]) == ({"aws:x": "", "b": "2"}, {"a": "1", "aws:x": ""})
    assert shown(Wanted("d"), FOUND) == ({"state": "present", "body": FOUND.body}, {"state": "absent"})
    assert shown(Wanted("d", body=FOUND.body), None)[0] == {"state": "absent"}
