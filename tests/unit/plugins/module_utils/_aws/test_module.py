# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of the AWS modules: clients, and options that stay out of logs and results."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import module as aws_module
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.module import HIDDEN, QuietModule


class Quiet(QuietModule):
    """A module without Ansible's start."""

    secret_options = frozenset({"value"})

    def __init__(self, params: dict[str, Any], spec: dict[str, Any]) -> None:
        self.params, self.argument_spec, self.logged = params, spec, ""

    def log(self, msg: str, log_args: Any = None) -> None:
        self.logged = msg


PARAMS = {"name": "n", "value": "hush", "parameters": [{"name": "m", "value": "hush"}, {"name": "o", "value": None}], "token": "t"}


def test_hidden_options_are_in_neither_log_nor_result_at_any_depth() -> None:
    quiet = Quiet(PARAMS, {"token": {"no_log": True}})
    quiet._log_invocation()
    assert "hush" not in quiet.logged and "token" not in quiet.logged and HIDDEN in quiet.logged
    assert quiet._invocation()["module_args"]["parameters"] == [{"name": "m", "value": HIDDEN}, {"name": "o", "value": None}]


def test_they_are_shown_once_the_module_knows_that_nothing_is_secret() -> None:
    quiet = Quiet(PARAMS, {})
    quiet.reveal = True
    assert quiet._invocation()["module_args"] == PARAMS


@pytest.mark.parametrize(("method", "attempts"), [("retrying_client", 10), ("single_client", 1)])
def test_clients(monkeypatch: pytest.MonkeyPatch, method: str, attempts: int) -> None:
    seen: dict[str, Any] = {}
    monkeypatch.setattr(aws_module.AwsModule, "__init__", lambda _self: None)
    monkeypatch.setattr(aws_module.AwsModule, "client", lambda _self, service, **more: seen.update(service=service, **more), raising=False)
    getattr(aws_module.AwsModule(), method)("ssm")
    assert seen["service"] == "ssm"
    assert seen["config"].retries["total_max_attempts"] == attempts
