# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the modules that run on a host have in common: a played host, and the module with it."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, Callable

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import identity, observation, sts

from ..module_utils._host.conftest import FakeHost
from ..module_utils._host.test_identity import Service

Run = Callable[..., "dict[str, Any]"]


def module(name: str) -> Any:
    """The module ``name`` itself."""
    return importlib.import_module(f"ansible_collections.cloudwatch.agent.plugins.modules.{name}")


def played(monkeypatch: pytest.MonkeyPatch, name: str, host: FakeHost, service: Service | None = None) -> Any:
    """The entry point of the module ``name`` with the host and the metadata service played."""
    found = module(name)
    monkeypatch.setattr(found, "Host", lambda: host.host)
    monkeypatch.setattr(observation.observe, "__defaults__", (service or Service(),))
    monkeypatch.setattr(identity, "Connection", lambda: service or Service())
    monkeypatch.setattr(sts, "ask", lambda host, keys, way: sts.Reply(200, "123456789012", "arn:aws:sts::123456789012:assumed-role/web/i"))
    return found.main


def logged(monkeypatch: pytest.MonkeyPatch, name: str) -> list[str]:
    """What the module ``name`` writes into the host's log from here on."""
    lines: list[str] = []
    monkeypatch.setattr(module(name).AnsibleModule, "log", lambda _self, text, log_args=None: lines.append(text))
    return lines


def debian(directory: Path) -> FakeHost:
    """A played Debian host below ``directory``."""
    host = FakeHost(directory)
    host.write(host.layout.at("/etc/os-release"), "ID=debian\n")
    return host
