# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the agent fills in, misspelt or without quotes."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.placeholders import misspelt_dimension, unquoted


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("{aws:VolumeId}", "${aws:VolumeId}"),
        ("$aws:InstanceId", "${aws:InstanceId}"),
        ("${aws:instance_id}", "${aws:InstanceId}"),
        ("${AWS:ImageId}", "${aws:ImageId}"),
        ("${InstanceType}", "${aws:InstanceType}"),
        ("{instance_id}", "${aws:InstanceId}"),
        ("${aws:AutoScalingGroupName}", ""),
        ("InstanceId", ""),
        ("${aws:Region}", ""),
        ("", ""),
    ],
)
def test_misspelt_dimensions(text: str, meant: str) -> None:
    assert misspelt_dimension(text) == meant


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"hostname": None}, "{hostname}"),
        ({"timestamp_format": None}, "{timestamp_format}"),
        ({"swap": None}, ""),
        ({"hostname": "x"}, ""),
        ({}, ""),
        ("{hostname}", ""),
    ],
)
def test_placeholders_that_yaml_has_read_as_mappings(value: Any, text: str) -> None:
    assert unquoted(value) == text
