# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pages show of an output is what the product says to the same data: each text block, made anew."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account import flow_log_changes
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.alarms import Host
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.alarms import desired as desired_alarms
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.dashboards import desired as desired_dashboards
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.flow_logs import desired as desired_flow_logs
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.log_groups import Defaults
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.log_groups import desired as desired_log_groups
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import canaries, iam_diff, listing, permissions
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import Target
from ansible_collections.cloudwatch.agent.plugins.module_utils._report import table as report_table
from ansible_collections.cloudwatch.agent.plugins.module_utils._report.prometheus import exposition
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry import table as telemetry_table
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.results import of_region
from ansible_collections.cloudwatch.agent.tests.support import fake_cloudwatch, fake_flow_logs, fake_logs
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._report.examples import fleet

RST = Path(__file__).resolve().parents[3] / "docs" / "docsite" / "rst"
TEXT = re.compile(r"^\.\. code-block:: (?:text|diff)\n\n((?:   .*\n|\n)+)", re.MULTILINE)


def outputs(page: str) -> list[str]:
    """The texts that a page shows."""
    return [textwrap.dedent(text).strip("\n") for text in TEXT.findall((RST / f"{page}.rst").read_text(encoding="utf-8"))]


def words(text: str) -> str:
    """A message without the line breaks that a page needs."""
    return " ".join(text.split())


def telemetry(host: str, state: str, name: str = "", streams: Any = (), metrics: Any = (), **more: Any) -> dict[str, Any]:
    """An entry of the account of a run. *streams*: log group, state, events; *metrics*: name, state, value."""
    return {
        "host": host,
        "state": state,
        "mode": "ec2",
        "build": "1.300060.0b1248" if name else "",
        "configurations": [name] if name else [],
        "service": "running" if name else "",
        "streams": [
            {"log_group_name": group, "log_stream_name": host, "state": found, "events": events, "cause": "", "readable": True}
            for group, found, events in streams
        ],
        "metrics": [{"name": metric, "state": found, "value": value, "cause": ""} for metric, found, value in metrics],
        "cause": "",
        "unverified": [],
        **more,
    }


def test_the_table_of_a_run() -> None:
    lost = [("mem_used_percent", "missing", None)]
    arrived = [("mem_used_percent", "arrived", 11.62), ("disk_used_percent", "arrived", 15.21)]
    streams = [("/app/web", "arrived", 12), ("/app/audit", "no_data", 0)]
    entries = [
        telemetry("web-1", "verified", "AmazonCloudWatch-base-web:3", streams, arrived),
        telemetry("web-2", "failed", mode="", cause="no space left on device"),
        telemetry("plant-1", "missing", "AmazonCloudWatch-base:1", [("/plant", "missing", 0)], lost, mode="onPremise"),
    ]
    assert outputs("guide_verify") == ["\n".join(telemetry_table.table(entries))]


def test_the_waves_of_a_roll_out() -> None:
    rest = [f"web{number}" for number in (2, 3, 4, 6, 7, 8, 9, 10, 11, 12)]
    order = canaries.Waves(canaries=["web1", "web5"], changing=["web1", "web5"], rest=rest, candidates=["web"])
    sizes = [1, len(rest) // 10, len(rest) // 2, len(rest)]
    assert outputs("guide_publish")[0] == "\n".join(canaries.lines(order, canaries.batches(rest, sizes), 40))


def test_the_releases() -> None:
    shown = outputs("guide_publish")[1]
    versions = [
        {
            "version": int(number),
            "labels": [] if labels == "-" else [labels],
            "published_at": at,
            "published_by": f"arn:aws:sts::123456789012:{by}",
            "digest": digest,
            "parts": [{"name": "AmazonCloudWatch-web", "version": int(number), "digest": digest}],
            "complete": True,
            "hosts": [] if hosts == "-" else hosts.split(", "),
            "differences": [],
            "differences_hidden": "",
            "differences_left_out": 0,
        }
        for number, labels, at, by, digest, hosts in re.findall(r"^  (\d)  +(\S+) +(\S+Z) +(\S+) +(\S+) +(.+)$", shown, re.MULTILINE)
    ]
    live, candidate = ({"agent": {"metrics_collection_interval": seconds, "run_as_user": "cwagent"}, "metrics": {}} for seconds in (60, 10))
    versions[0]["differences"] = iam_diff.lines("", live, candidate)
    versions[2]["differences"] = iam_diff.lines("", live, {})
    key = "us-east-1/AmazonCloudWatch-web"
    uses = {host: {"state": "runs", "key": key, "version": one["version"]} for one in versions for host in one["hosts"]}
    uses["web4"] = {"state": "unreachable", "key": "", "version": 0}
    item = {"key": key, "live": 3, "hosts": sorted(uses), "versions": versions, "left_out": 0, "refused": ""}
    beginning, end = shown[:-1], shown[-1:]
    assert end == "…" and "\n".join(listing.table({"configurations": [item], "hosts": uses})).startswith(beginning)


def permission(principal: str, name: str, hosts: int, state: str, *actions: str) -> dict[str, Any]:
    """An entry of what IAM says of a principal."""
    arn, resource = f"arn:aws:iam::123456789012:{principal}", "arn:aws:logs:eu-west-1:123456789012:log-group:/web:log-stream:*"
    missing = [
        {
            "action": action,
            "resource": resource,
            "because": permissions.WHY["implicitDeny"],
            "keys": ["/logs/logs_collected/files/collect_list/0"],
            "statement": {"Sid": "SendLogs"},
        }
        for action in actions
    ]
    names = [f"web-{number}" for number in range(3, 3 + hosts)]
    return {"principal": arn, "configuration": name, "hosts": names, "state": state, "missing": missing, "reason": ""}


def test_what_iam_says() -> None:
    table, refusal, _difference = outputs("guide_permissions")
    entries = [
        permission("role/base-role", "us-east-1/AmazonCloudWatch-base", 300, "allowed"),
        permission("role/backend", "us-east-1/AmazonCloudWatch-backend", 40, "unknown"),
        permission("role/web-role", "us-east-1/AmazonCloudWatch-web", 120, "missing", "logs:PutLogEvents"),
    ]
    assert table == "\n".join(permissions.table(entries))
    refused = permissions.refusals([permission("role/web", "", 1, "missing", "logs:PutLogEvents")], {})
    assert words(refusal) == f"web-3: {refused['web-3']}"


def test_the_difference_of_a_role() -> None:
    tag = {"cloudwatch.agent:managed-by": "cloudwatch.agent.iam"}
    before = {"tags": tag}
    after = {"tags": {**tag, "team": "observability"}, "boundary": "arn:aws:iam::123456789012:policy/hosts"}
    title = "role AmazonCloudWatch-web of account 123456789012"
    assert outputs("guide_permissions")[2] == "\n".join(iam_diff.lines(title, before, after))


def test_two_owners_of_a_retention() -> None:
    file = {"file_path": "/var/log/web.log", "log_group_name": "/web", "retention_in_days": 30}
    with pytest.raises(ConfigError) as caught:
        desired_log_groups(fake_logs.plan(file), [fake_logs.entry("/web", retention_in_days="60")], Defaults())
    assert [words(text) for text in outputs("guide_log_groups")] == [str(caught.value)]


def test_a_flow_log_that_is_replaced() -> None:
    asked = fake_flow_logs.entry(
        fake_flow_logs.VPC, region="eu-west-1", traffic_type="REJECT", log_group_name="/vpc/rejected", max_aggregation_interval=60
    )
    (wanted,) = desired_flow_logs([asked])[Target("", "eu-west-1")]
    seeded = fake_flow_logs.Ec2().seed(TrafficType="REJECT", LogGroupName="/vpc/rejected")
    there = flow_log_changes.parsed({**seeded, "FlowLogId": "fl-0123456789abcdef0"})
    notes = flow_log_changes.notes(flow_log_changes.change(wanted, [there]))
    said = [of_region(Target("", "eu-west-1"), note) for note in notes]
    assert [words(text) for text in outputs("guide_flow_logs_and_trails")] == said


def test_a_dashboard_that_cloudwatch_would_refuse() -> None:
    (shown,) = outputs("guide_dashboards")
    own = {"type": "metric", "properties": {"title": "Requests", "metrics": [["AWS/ApplicationELB", "RequestCount"]]}}
    entry = {"name": "fleet", "state": "present", "widgets": [{"type": "text", "properties": {"markdown": "x"}}] * 9 + [own]}
    defaults: dict[str, Any] = {"profile": "", "configurations": [], "tags": {}, "purge_tags": False, "start": None, "end": None}
    with pytest.raises(ConfigError) as caught:
        desired_dashboards(fake_cloudwatch.plan(), [{**defaults, "period_override": None, **entry}], {})
    assert str(caught.value) == words(shown)


def test_the_query_of_an_alarm() -> None:
    made = desired_alarms(
        fake_cloudwatch.plan(fake_cloudwatch.item(fake_cloudwatch.MEM)),
        {name: Host({"memory": {}}, f"i-{name}") for name in ("web-1", "web-2")},
        [],
        [],
    )
    (alarm,) = made.alarms[Target("", "us-east-1")].values()
    assert outputs("guide_alarms") == [alarm.named["Metrics"][0]["Expression"]]


def reported(host: str, state: str, **more: Any) -> dict[str, Any]:
    """An entry of the drift report."""
    entry: dict[str, Any] = {
        "host": host,
        "state": state,
        "build": "1.300064.1b1344",
        "desired_build": "",
        "differing": [],
        "differences": [],
        "reason": "",
        "configuration": {"state": "runs", "runs_key": "", "runs": 1, "is_live": True, "live": 1, "on_hold": False},
        "service": {"active_state": "active", "enabled": True, "restarts": 0},
        "credentials": {"role": "", "profile": "", "expires_at": None},
        "telemetry": {"state": "verified", "newest_at": "2026-11-27T02:48:11Z", "reason": ""},
        "association": None,
    }
    return {
        name: {**value, **more[name]} if isinstance(value, dict) and name in more else more.get(name, value)
        for name, value in entry.items()
    }


def test_the_drift_report() -> None:
    refused = "Failed to connect to the host via ssh: ssh: connect to host ec2-1 port 22: Connection refused"
    text = "configuration: live is version 3, the inventory asks for version 4"
    hosts = [
        reported("ec2-1", "unreachable", build=None, configuration={"state": "unknown"}, telemetry={"state": None}, reason=refused),
        reported(
            "amazon-1",
            "differs",
            differing=["configuration"],
            differences=[text],
            configuration={"runs_key": "us-east-1/AmazonCloudWatch-backend-base-ec2", "runs": 3},
            credentials={"role": "lab-agent", "expires_at": "2026-11-27T08:46:40Z"},
            telemetry={"state": "unverified"},
        ),
        reported(
            "onprem-1",
            "converged",
            configuration={"runs_key": "us-east-1/AmazonCloudWatch-base-onprem"},
            credentials={"profile": "AmazonCloudWatchAgent"},
        ),
    ]
    found = {"hosts": hosts, "totals": {"unreachable": 1, "differs": 1, "converged": 1}}
    assert outputs("guide_report") == ["\n".join(report_table.table(found))]


def test_every_metric_of_the_report_is_written() -> None:
    """Those of the table and those of the alerting rules; a sample of each is in the text of a fleet that has everything."""
    page = (RST / "guide_report.rst").read_text(encoding="utf-8")
    written = set(re.findall(r"^(cloudwatch_agent_\w+)", exposition(fleet(8)), re.MULTILINE))
    assert set(re.findall(r"\bcloudwatch_agent_\w+", page.replace("cloudwatch_agent.prom", ""))) == written


MADE = {
    "guide_alarms",
    "guide_dashboards",
    "guide_flow_logs_and_trails",
    "guide_log_groups",
    "guide_permissions",
    "guide_publish",
    "guide_report",
    "guide_verify",
}
ELSEWHERE = {
    "example_company": "tests/e2e/test_examples.py",
    "example_web_server": "tests/e2e/test_examples.py",
    "tutorial": "tests/e2e/test_examples.py",
    "guide_log_events": "tests/integration/test_log_events.py",
    "guide_mistakes": "tests/support/agent_guides.py",
    "guide_rules": "tests/support/agent_guides.py",
}
DRAWINGS = {"how_it_works"}


def test_every_output_is_made_by_a_test() -> None:
    """A page with a new output needs a test here, or one that runs the page."""
    assert {page.stem for page in RST.glob("*.rst") if outputs(page.stem)} == MADE | ELSEWHERE.keys() | DRAWINGS
    for page, file in ELSEWHERE.items():
        assert page in (RST.parents[2] / file).read_text(encoding="utf-8")
