# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.cloudwatch.agent.plugins.module_utils._host.arguments import failure
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError, RolledBackError


def test_what_can_be_caught_as_one() -> None:
    error = RolledBackError("no", ["line"])
    assert isinstance(error, HostError) and (str(error), error.log) == ("no", ["line"])
    assert HostError("no").log == []
    assert failure(error)["rolled_back"] and "rolled_back" not in failure(HostError("no"))
