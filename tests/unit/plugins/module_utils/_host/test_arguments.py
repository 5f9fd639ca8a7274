# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.cloudwatch.agent.plugins.module_utils._host.arguments import failure, sources
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.configurations import Source
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError


def test_sources() -> None:
    assert sources(None) is None
    assert sources([{"location": "ssm:web:3", "digest": "d", "content": "c"}]) == [Source("ssm:web:3", "d", "c")]


def test_failures() -> None:
    assert failure(HostError("what", ["one", "two"])) == {"msg": "what\n  one\n  two", "log": ["one", "two"]}
    assert failure(OSError(28, "No space left on device", "/opt/x")) == {"msg": "/opt/x: No space left on device", "log": []}
    assert failure(OSError(28, "No space left on device"))["msg"] == "the host: No space left on device"
