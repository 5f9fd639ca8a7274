# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import importlib
import pkgutil
from types import SimpleNamespace
from typing import Any, Mapping

import pytest
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.cloudwatch.agent.plugins import action
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.errors import CommandError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.actions import ControllerAction

ON_HOSTS = {"cw_agent_package", "cw_agent_awslogs_info", "cw_agent_info"}
"""The actions that go on to a host: with packages that the controller has, for files that it then reads, with the data of the run."""


@pytest.mark.parametrize("name", [module.name for module in pkgutil.iter_modules(action.__path__)])
def test_every_other_action_contacts_no_host(name: str) -> None:
    plugin = importlib.import_module(f"{action.__name__}.{name}").ActionModule
    assert issubclass(plugin, ControllerAction) == (name not in ON_HOSTS)
    assert plugin._requires_connection == (name in ON_HOSTS)


class Refusing(ControllerAction):
    """Refuses with the text that it is given."""

    arguments = {"plan": {"type": "dict"}, "text": {"type": "str"}, "other": {"type": "str", "default": "x"}}
    rules = {"mutually_exclusive": [["plan", "text"]]}
    error: type[Exception] = ConfigError

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        raise self.error(f"{self.variables['says']} {options['text']} {options['other']}")


def run(monkeypatch: pytest.MonkeyPatch, error: type[Exception] = ConfigError, **arguments: Any) -> dict[str, Any]:
    monkeypatch.setattr(ActionBase, "run", lambda *_arguments: {})
    made = Refusing.__new__(Refusing)
    made._task, made._load_name, made.error = SimpleNamespace(action="x", args=arguments), "x", error  # type: ignore[misc]
    return made.run(task_vars={"says": "refused:"})


@pytest.mark.parametrize("error", [ConfigError, CommandError])
def test_a_refusal_is_a_failed_result(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    assert run(monkeypatch, error, text="t") == {"failed": True, "changed": False, "msg": "refused: t x"}


def test_what_is_no_refusal_is_an_error_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyError):
        run(monkeypatch, KeyError)


def test_wrong_options_are_raised_as_every_action_does(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AnsibleActionFail, match="mutually exclusive"):
        run(monkeypatch, plan={}, text="t")


def test_a_refusal_hides_what_the_plan_has_out_of_ansible_vault(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = {"configurations": [{"configuration": {"token": "refused"}, "vaulted": ["/token"]}, {"vaulted": []}]}
    assert run(monkeypatch, plan=plan)["msg"] == "(hidden): None x"
