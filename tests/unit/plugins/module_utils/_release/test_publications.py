# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the plan to the parameters that publish it."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.canonical import canonical_text
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.notes import Note, note_of
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.parts import part_name, split
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import (
    Target,
    by_target,
    names_by_target,
    outside_managed_policy,
    parameters,
    publications,
)
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._release.examples import LARGE, NAME, SMALL, plan_of


def test_each_configuration_once_a_target() -> None:
    found = publications(plan_of(regions=("us-east-1", "eu-west-1")))
    assert list(by_target(found)) == [Target("", "us-east-1"), Target("", "eu-west-1")]
    assert list(parameters(found[0], origin="here")) == [
        {
            "name": NAME,
            "value": canonical_text(SMALL),
            "tier": "auto",
            "labels": ["candidate"],
            "report_labels": ["live", "hold"],
            "note": "Configuration of the Amazon CloudWatch agent, published by cloudwatch.agent from inventory here",
        },
        {"name": f"{NAME}.part2", "label_versions": {"candidate": 0}, "report_labels": ["live"]},
    ]


def test_tags_only_where_given() -> None:
    (publication,) = publications(plan_of())
    assert [entry.get("tags") for entry in parameters(publication, {"team": "x"})] == [{"team": "x"}, None]
    assert not any("tags" in entry for entry in parameters(publication))


def test_large_ones_in_parts() -> None:
    (publication,) = publications(plan_of(LARGE))
    count = len(split(NAME, LARGE))
    assert count > 1
    assert publication.names == [part_name(NAME, number) for number in range(1, count + 2)]
    assert len(publication.texts) == count
    notes = [note_of(entry["note"]) for entry in parameters(publication) if "note" in entry]
    assert notes == [Note("", number, count) for number in range(1, count + 1)]


def test_the_note_of_a_secret_says_so() -> None:
    plan = plan_of()
    plan["configurations"][0]["vaulted"] = ["/metrics/namespace"]
    (publication,) = publications(plan)
    assert note_of(next(parameters(publication))["note"]) == Note(vaulted=True)


def test_all_refusals_in_one_message() -> None:
    plan = plan_of({"a": {"b": ["{{ x }}"]}}, name="AmazonCloudWatch-a")
    plan["configurations"] += plan_of({"agent": {"x": "y" * 9000}}, name="AmazonCloudWatch-b")["configurations"]
    with pytest.raises(ConfigError) as raised:
        publications(plan)
    assert "AmazonCloudWatch-a: /a/b/0: '{{ x }}' holds {{, which Parameter Store refuses" in str(raised.value)
    assert "AmazonCloudWatch-b: /agent/x alone is" in str(raised.value)


def test_names_that_the_managed_policy_does_not_cover() -> None:
    assert outside_managed_policy(plan_of()) == []
    assert outside_managed_policy(plan_of(name="web")) == ["web"]


def test_names_by_target_and_unknown_names() -> None:
    plan = plan_of(regions=("us-east-1", "eu-west-1"))
    assert names_by_target(plan) == {Target("", "us-east-1"): [NAME], Target("", "eu-west-1"): [NAME]}
    with pytest.raises(
        ConfigError, match="cw_agent_release_names: other belongs to no host of this run; its configurations are: AmazonCloudWatch-web"
    ):
        names_by_target(plan, ["other", NAME])
