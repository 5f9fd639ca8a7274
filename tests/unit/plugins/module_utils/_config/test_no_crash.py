# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever JSON there is: an answer, soon, and the configuration unchanged."""

from __future__ import annotations

import copy
import json
import os
import time
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config import check
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.log_groups import config_log_groups
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.metrics import config_metrics
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.policy import config_policy
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.problems import RULES
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.re2 import refusal
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.rules import load_rules
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.subject import Subject
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

load_rules()
CASES = int(os.environ.get("HYPOTHESIS_CASES", "1700"))
LONGEST = 1.0
often = settings(max_examples=CASES, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much])


def _keys() -> list[str]:
    found: set[str] = set()
    pending: list[Any] = [rule.example for rule in RULES.values()]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            found |= set(value)
            pending += value.values()
        elif isinstance(value, list):
            pending += value
    return sorted(found)


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=30),
    st.sampled_from(["*", "${aws:InstanceId}", "{date}", "%Y-%m-%d", "(a+)+$", "{{ x }}", "used_percent", "utf-8"]),
)  # fmt: skip
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4), max_leaves=20
)
known = st.sampled_from(_keys())
agent_like = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(known, inner, max_size=5), max_leaves=40)
platforms = st.sampled_from(["linux", "windows", "darwin"])
modes = st.sampled_from(["ec2", "onPremise"])
versions = st.sampled_from(["", "1.247350", "1.300025", "1.300060.0b1248"])


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A rule's example with something else in one place."""
    configuration = copy.deepcopy(draw(st.sampled_from([rule.example for rule in RULES.values() if isinstance(rule.example, dict)])))
    current: Any = configuration
    while True:
        keys = list(current) if isinstance(current, dict) else list(range(len(current)))
        if not keys:
            return configuration
        key = draw(st.sampled_from(keys))
        if isinstance(current[key], (dict, list)) and draw(st.integers(0, 3)):
            current = current[key]
        else:
            current[key] = draw(anything)
            return configuration


def judge(value: Any, version: str, platform: str, mode: str) -> None:
    before = json.dumps(value, sort_keys=True)
    start = time.process_time()
    for problem in check.config_problems(value, version, platform, mode):
        assert set(problem) == {"rule", "severity", "path", "value", "message", "hint"}
        assert problem["message"]
        assert problem["hint"]
        assert not problem["path"] or problem["path"].startswith("/")
    configuration, reason = check.parse(value)
    if not reason:
        subject = Subject(configuration, version, platform, mode)
        config_policy(subject, ["AmazonCloudWatch-x"], "us-east-1", "", True)
        config_log_groups(subject)
        if not subject.schema:
            config_metrics(subject, {}, 3, {"metric": 0.3})
    assert time.process_time() - start < LONGEST
    assert json.dumps(value, sort_keys=True) == before


@often
@given(anything, versions, platforms, modes)
def test_any_json(value: Any, version: str, platform: str, mode: str) -> None:
    judge(value, version, platform, mode)


@often
@given(agent_like, versions, platforms, modes)
def test_json_with_the_agents_own_keys(value: Any, version: str, platform: str, mode: str) -> None:
    judge(value, version, platform, mode)


@often
@given(mutated(), versions, platforms, modes)
def test_configurations_with_one_change(value: Any, version: str, platform: str, mode: str) -> None:
    judge(value, version, platform, mode)


@often
@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    check.config_problems(text)
    refusal(text)


@pytest.mark.parametrize("value", ["[" * 100_000, '{"a":' * 50_000, "nul", "", "\ufeff{}", '{"a": NaN}', '{"a": 1,}', "null", "[]", '"x"'])
def test_what_is_no_configuration_is_one_error(value: str) -> None:
    (problem,) = check.config_problems(value)
    assert (problem["rule"], problem["severity"], problem["path"]) == ("not-a-configuration", "error", "")


def test_deep_data_is_one_error() -> None:
    value: Any = {}
    for _unused in range(200_000):
        value = {"agent": value}
    assert [item["rule"] for item in check.config_problems(value)] == ["not-a-configuration"]
    while value:  # taken apart by hand, since Python would do it recursively
        value = value.pop("agent")


@pytest.mark.parametrize("pattern", ["(" * 50_000, "[" * 50_000, "a{1000}" * 5_000, "(a*)*" * 5_000, "\\Q" * 50_000, "[a-" * 50_000])
def test_long_expressions_are_read_in_time(pattern: str) -> None:
    start = time.process_time()
    refusal(pattern)
    assert time.process_time() - start < LONGEST
