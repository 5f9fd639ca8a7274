# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters about configurations, with the options that playbooks give."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.cloudwatch.agent.plugins.filter.configuration import FilterModule

FILTERS = FilterModule().filters()
MEM = {"metrics": {"metrics_collected": {"mem": {"measurement": ["used_percent"]}}}}


@pytest.mark.parametrize("config", [MEM, json.dumps(MEM)])
def test_a_mapping_and_its_text_are_judged_alike(config: Any) -> None:
    assert FILTERS["config_problems"](config, agent_version="1.300060", platform="linux", mode="ec2") == []
    assert FILTERS["config_metrics"](config)["metrics"] == 1
    assert FILTERS["config_log_groups"](config) == []
    assert [item["Sid"] for item in FILTERS["config_policy"](config)["Statement"]] == ["SendMetrics"]


def test_text_that_does_not_parse_is_one_error() -> None:
    (problem,) = FILTERS["config_problems"]("{")
    assert problem["severity"] == "error"
    assert set(problem) == {"rule", "severity", "path", "value", "message", "hint"}


@pytest.mark.parametrize("name", ["config_metrics", "config_log_groups", "config_policy"])
def test_other_filters_refuse_what_is_no_configuration(name: str) -> None:
    with pytest.raises(AnsibleFilterError, match="not JSON"):
        FILTERS[name]("{")


def test_a_wrong_option_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="platform is 'aix'"):
        FILTERS["config_problems"](MEM, platform="aix")


def test_composition_merges_in_the_order_of_names() -> None:
    result = FILTERS["config_compose"](
        {"b": {"agent": {"debug": False}}, "a": {"agent": {"debug": True}}}, preset="basic", mode="onPremise"
    )
    assert result["configuration"]["agent"] == {"debug": False}
    assert result["overrides"] == [{"path": "/agent/debug", "was": True, "of": "a", "value": False, "by": "b"}]
    assert result["provenance"]["/metrics/metrics_collected/mem/measurement/0"] == "cw_agent_preset"


def test_the_managed_policy_suffices_for_metrics() -> None:
    assert FILTERS["config_policy_gaps"](FILTERS["config_policy"](MEM)) == []


def test_every_filter_is_documented() -> None:
    folder = Path(__file__).parents[4] / "plugins" / "filter"
    for name in FILTERS:
        documentation = yaml.safe_load((folder / f"{name}.yml").read_text(encoding="utf-8"))
        assert documentation["DOCUMENTATION"]["name"] == name


AWSLOGS = "[general]\nstate_file = /s\n[app]\nfile = /var/log/app.log\nlog_group_name = app\nlog_stream_name = {instance_id}\n"


def test_a_file_of_awslogs_becomes_a_fragment() -> None:
    migrated = FILTERS["from_awslogs"](AWSLOGS, awscli="[default]\nregion = eu-west-1\n")
    assert sorted(migrated) == ["fragment", "problems", "region", "report"]
    assert FILTERS["config_log_groups"](migrated["fragment"])[0]["files"] == ["/var/log/app.log"]
    assert (migrated["region"], [one["rule"] for one in migrated["problems"]]) == ("eu-west-1", ["retention-missing"])
    assert set(migrated["report"][0]) == {"file", "section", "key", "value", "outcome", "message"}


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (AWSLOGS.replace("{instance_id}", "a:b"), {"path": "web.conf"}, r"web\.conf, section \[app\], log_stream_name"),
        (["[app]"], {}, "awslogs.conf is no text, but of type list"),
        (AWSLOGS, {"mode": "cloud"}, "mode is 'cloud'"),
        (AWSLOGS, {"skip": ["ap"]}, "Did you mean app"),
        (AWSLOGS, {"additional": {"x.conf": "x"}}, "x.conf: line 1"),
    ],
)
def test_what_cannot_be_migrated_fails_with_the_reason(text: Any, options: dict[str, Any], said: str) -> None:
    with pytest.raises(AnsibleFilterError, match=said):
        FILTERS["from_awslogs"](text, **options)


def test_an_example_of_the_documentation_runs() -> None:
    """Templates as the documentation of from_awslogs has them, with a file where it says one is."""
    documentation = yaml.safe_load((Path(__file__).parents[4] / "plugins" / "filter" / "from_awslogs.yml").read_text(encoding="utf-8"))
    for task in yaml.safe_load(documentation["EXAMPLES"]):
        expression = task["vars"]["migrated"].strip("{} ")
        assert expression.startswith("lookup('ansible.builtin.file', 'awslogs.conf') | cloudwatch.agent.from_awslogs")
        options = {"skip": ["app"]} if "skip" in expression else {}
        assert bool(FILTERS["from_awslogs"](AWSLOGS, **options)["fragment"]) != bool(options)
