# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the inventory says of hosts that want alarms."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.alarms import Host
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.hosts import alarm_hosts, monitoring_settings

MEMORY: dict[str, Any] = {"memory": {}}
PLAN = {
    "configurations": [
        {"hosts": ["a", "b"], "configuration": {}},
        {"hosts": ["c"], "configuration": {"agent": {"hostname": "c.example.com"}}},
    ]
}


def test_settings_and_identities() -> None:
    hostvars = {
        "a": {"cw_agent_alarms": MEMORY, "instance_id": "i-1"},
        "b": {"ansible_facts": {"nodename": "b.local"}},
        "c": {"ansible_facts": {"nodename": "c.local"}},
    }
    found = alarm_hosts(PLAN, {"hostvars": hostvars, "cw_agent_alarms": MEMORY})
    assert found == {"a": Host(MEMORY, "i-1"), "b": Host({}, "", "b.local"), "c": Host({}, "", "c.example.com")}
    assert alarm_hosts({}, {}) == {} and alarm_hosts(PLAN, {})["a"] == Host({})


def test_a_variable_that_no_host_has_is_refused() -> None:
    with pytest.raises(ConfigError, match="is a variable of the play or of a role"):
        alarm_hosts(PLAN, {"hostvars": {"a": {}, "b": {}, "c": {}}, "cw_agent_alarms": MEMORY})
    plan: dict[str, Any] = {"hosts": {"a": {}, "b": {}}}
    with pytest.raises(ConfigError, match="cw_agent_detailed_monitoring is a variable of the play or of a role"):
        monitoring_settings(plan, {"hostvars": {"a": {}, "b": {}}, "cw_agent_detailed_monitoring": False})
    known = {"hostvars": {"a": {"cw_agent_detailed_monitoring": False}, "b": {}}, "cw_agent_detailed_monitoring": False}
    assert monitoring_settings(plan, known)["b"] == (None, "")


def test_values_of_detailed_monitoring() -> None:
    values = {"a": "yes", "b": False, "c": "", "d": "often"}
    plan: dict[str, Any] = {"hosts": {name: {} for name in [*values, "e"]}}
    hostvars = {name: {"cw_agent_detailed_monitoring": value, "instance_id": f"i-{name}"} for name, value in values.items()}
    assert monitoring_settings(plan, {"hostvars": hostvars}) == {
        "a": (True, "i-a"),
        "b": (False, "i-b"),
        "c": (None, "i-c"),
        "d": ("often", "i-d"),
        "e": (None, ""),
    }
