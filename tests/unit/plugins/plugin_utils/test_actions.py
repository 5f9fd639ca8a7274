# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import importlib
import pkgutil

import pytest
from ansible_collections.cloudwatch.agent.plugins import action
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.actions import ControllerAction

ON_HOSTS = {"cw_agent_package", "cw_agent_awslogs_info"}
"""The actions that go on to a host: with packages that the controller has, and for files that the controller then reads."""


@pytest.mark.parametrize("name", [module.name for module in pkgutil.iter_modules(action.__path__)])
def test_every_other_action_contacts_no_host(name: str) -> None:
    plugin = importlib.import_module(f"{action.__name__}.{name}").ActionModule
    assert issubclass(plugin, ControllerAction) == (name not in ON_HOSTS)
    assert plugin._requires_connection == (name in ON_HOSTS)
