# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which instances shall have detailed monitoring, and what it costs."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.monitoring import Wanted, desired, forecast
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import Target

EAST = Target("", "us-east-1")
HOSTS: dict[str, Any] = {name: {"profile": "", "region": "us-east-1"} for name in "abc"}


def test_hosts_that_say_nothing_stay_as_they_are() -> None:
    found = desired({"hosts": HOSTS}, {"a": (True, "i-1"), "b": (False, "i-2"), "c": (None, "i-3")})
    assert found == [Wanted("a", EAST, "i-1", True), Wanted("b", EAST, "i-2", False)]
    assert forecast(found, {"metric": 0.3}) == {"instances": 1, "metrics": 7, "cost": 2.1, "currency": "USD"}
    assert forecast(found, {})["cost"] is None and desired({}, {}) == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"a": ("often", "i-1")}, "a: cw_agent_detailed_monitoring is 'often'. Hint: true, false"),
        ({"a": (True, "")}, "a: cw_agent_detailed_monitoring is set, and its instance is not known. Hint: set instance_id"),
        ({"a": (True, "i-1"), "b": (False, "i-1")}, "b: cw_agent_detailed_monitoring of i-1 differs from that of a. Hint:"),
    ],
)
def test_what_cannot_be(settings: dict[str, tuple[Any, str]], said: str) -> None:
    with pytest.raises(ConfigError) as error:
        desired({"hosts": HOSTS}, settings)
    assert said in str(error.value)
