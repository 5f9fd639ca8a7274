# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report for Prometheus: names, types, escaping, and nothing that is not known."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.cloudwatch.agent.plugins.module_utils._report.prometheus import exposition
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._report.examples import (
    BEHIND,
    LOST,
    NOT_KNOWN,
    STOPPED,
    UNREAD,
    evaluation,
    fleet,
    observed,
    planned,
    run,
)

LABEL = r'[a-z_]+="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"(?P<name>[a-z_]+)(?:\{{(?P<labels>{LABEL}(?:,{LABEL})*)\}})? (?P<value>-?[0-9.e+]+)")


def samples(found: dict[str, Any]) -> dict[str, float]:
    """By name and labels, the values; the form of every line is validated."""
    result: dict[str, float] = {}
    documented: dict[str, set[str]] = {}
    text = exposition(found)
    assert text.endswith("\n")
    for line in text.split("\n")[:-1]:
        comment = re.fullmatch(r"# (HELP|TYPE) ([a-z_]+) (.+)", line)
        if comment:
            assert comment[1] not in documented.setdefault(comment[2], set())
            assert comment[1] != "TYPE" or comment[3] in ("gauge", "counter")
            documented[comment[2]].add(comment[1])
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, line
        assert documented[sample["name"]] == {"HELP", "TYPE"}
        assert (sample["name"].endswith("_total")) == (f"# TYPE {sample['name']} counter" in text)
        key = line.rpartition(" ")[0]
        assert key not in result
        result[key] = float(sample["value"])
    return result


def test_the_values_of_hosts() -> None:
    found = samples(run({"a": {}, "b": BEHIND, "c": LOST, "d": STOPPED}))
    prefix = "cloudwatch_agent"
    assert found[f"{prefix}_report_timestamp_seconds"] == 1767225600
    assert [found[f'{prefix}_report_hosts{{state="{state}"}}'] for state in ("converged", "differs", "unreachable", "failed")] == [
        1,
        2,
        1,
        0,
    ]
    assert [found[f'{prefix}_host_observed{{host="{host}"}}'] for host in "abcd"] == [1, 1, 0, 1]
    assert [found[f'{prefix}_host_converged{{host="{host}"}}'] for host in "abcd"] == [1, 0, 0, 0]
    assert found[f'{prefix}_host_difference{{host="d",part="unmanaged"}}'] == 1
    assert found[f'{prefix}_build_info{{host="a",build="1.300064.1b1344",desired=""}}'] == 1
    assert found[f'{prefix}_configuration_version{{host="b",configuration="AmazonCloudWatch-web",region="us-east-1"}}'] == 2
    assert found[f'{prefix}_configuration_live_version{{host="b",configuration="AmazonCloudWatch-web",region="us-east-1"}}'] == 3
    assert [found[f'{prefix}_service_active{{host="{host}"}}'] for host in "ad"] == [1, 0]
    assert [found[f'{prefix}_service_enabled{{host="{host}"}}'] for host in "ad"] == [1, 0]
    assert found[f'{prefix}_service_restarts_total{{host="d"}}'] == 7
    assert found[f'{prefix}_credentials_expiry_timestamp_seconds{{host="a"}}'] == 1767225600 + 7200
    assert found[f'{prefix}_telemetry_newest_timestamp_seconds{{host="a"}}'] == 1767225600 - 30
    assert found[f'{prefix}_unmanaged_files{{host="d"}}'] == 1


def test_nothing_is_said_of_what_is_not_known() -> None:
    nothing = {"telemetry": {**evaluation("b"), "streams": [], "metrics": []}}
    gone = {"planned": planned(state="absent", key=""), "observed": observed(package={"installed": False, "build": ""})}
    found = samples(run({"a": LOST, "b": nothing, "c": gone}))
    assert {name.partition("{")[0] for name in found if 'host="a"' in name} == {
        "cloudwatch_agent_host_observed",
        "cloudwatch_agent_host_converged",
    }
    assert 'cloudwatch_agent_telemetry_newest_timestamp_seconds{host="b"}' not in found
    assert not any('host="c"' in name and "configuration" in name for name in found)
    assert "host_difference" not in exposition(run({"a": {}}))


def test_a_name_that_would_end_its_label() -> None:
    """Quotes, backslashes and what looks like a sample stay within the label."""
    name = 'a"} 1 \\ {b="'
    found = samples(run({name: {}}))
    assert 'cloudwatch_agent_host_observed{host="a\\"} 1 \\\\ {b=\\""}' in found


def test_a_thousand_hosts() -> None:
    found = samples(fleet(1000))
    assert len([name for name in found if name.startswith("cloudwatch_agent_host_converged{")]) == 1000


def test_a_version_that_nobody_knows_has_no_sample() -> None:
    found = samples(run({"a": NOT_KNOWN}, configurations=[UNREAD]))
    assert not [name for name in found if "configuration" in name and "difference" not in name]
    assert found['cloudwatch_agent_host_difference{host="a",part="configuration"}'] == 1
