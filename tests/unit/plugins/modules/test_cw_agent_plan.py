# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cw_agent_plan is documentation for an action plugin."""

from __future__ import annotations

import yaml
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_plan as action
from ansible_collections.cloudwatch.agent.plugins.modules import cw_agent_plan as module
from ansible_collections.cloudwatch.agent.tests.unit.plugins.modules.documentation import assert_same, documented


def test_the_documented_options_are_those_that_are_taken() -> None:
    assert_same(documented(module), action.ARGUMENTS)


def test_examples_use_documented_options() -> None:
    name = "cloudwatch.agent.cw_agent_plan"
    examples = [task for task in yaml.safe_load(module.EXAMPLES) if name in task]
    assert examples
    for task in examples:
        assert set(task[name]) <= {*documented(module), "region", "profile"}
