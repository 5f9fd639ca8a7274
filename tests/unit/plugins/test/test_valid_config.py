# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test valid_config."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleTemplateError
from ansible_collections.cloudwatch.agent.plugins.test.configuration import TestModule as Plugin

valid = Plugin().tests()["valid_config"]
MEM = {"metrics": {"metrics_collected": {"mem": {"measurement": ["used_percent"]}}}}
TAGGED = {"metrics": {**MEM["metrics"], "append_dimensions": {"InstanceId": "${aws:InstanceId}"}}}


@pytest.mark.parametrize(
    ("config", "options", "expected"),
    [
        (MEM, {}, True),
        ({**MEM, "unknown": {}}, {}, True),
        ("{", {}, False),
        ({}, {}, False),
        (TAGGED, {"mode": "ec2"}, True),
        (TAGGED, {"mode": "onPremise"}, False),
        ({**MEM, "opentelemetry": {}}, {"agent_version": "1.300060"}, False),
    ],
)
def test_only_errors_count(config: Any, options: dict[str, str], expected: bool) -> None:
    assert valid(config, **options) is expected


def test_a_wrong_option_is_refused() -> None:
    with pytest.raises(AnsibleTemplateError, match="mode is 'azure'"):
        valid(MEM, mode="azure")
