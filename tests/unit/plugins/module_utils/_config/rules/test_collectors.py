# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about jmx, prometheus and other collectors."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.check import config_problems


def declared(**declaration: Any) -> list[tuple[str, str]]:
    base = {"source_labels": ["job"], "label_matcher": ".*", "metric_selectors": ["^a$"]}
    prometheus = {"log_group_name": "/p", "emf_processor": {"metric_declaration": [{**base, **declaration}]}}
    found = config_problems({"logs": {"metrics_collected": {"prometheus": prometheus}}})
    return [(item["rule"], item["severity"]) for item in found if item["severity"] != "requirement"]


@pytest.mark.parametrize("pattern", ["*", "(", "(?=a)"])
def test_a_bad_matcher_loses_the_declaration_and_a_bad_selector_crashes_the_translator(pattern: str) -> None:
    assert declared(label_matcher=pattern) == [("emf-label-matcher", "warning")]
    assert declared(metric_selectors=[pattern]) == [("emf-declaration-pattern", "error")]


@pytest.mark.parametrize("declaration", [{}, {"source_labels": [], "label_matcher": "*"}, {"metric_selectors": [], "label_matcher": "*"}])
def test_declarations_that_are_right_or_not_read(declaration: dict[str, Any]) -> None:
    assert declared(**declaration) == []
