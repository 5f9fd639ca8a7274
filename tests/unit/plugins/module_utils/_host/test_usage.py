# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a process takes."""

from __future__ import annotations

import os

from ansible_collections.cloudwatch.agent.plugins.module_utils._host import usage
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Host
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.usage import Limits, Usage

FIRST = Usage(100.0, 10.0, 1000.0)


def test_this_very_process() -> None:
    """Read as the kernel writes it."""
    seen = usage.read(Host(), os.getpid())
    assert seen is not None
    assert seen.memory > 5
    assert abs(seen.seconds - sum(os.times()[:2])) < 1


def test_one_that_is_gone() -> None:
    assert usage.read(Host(), 2**22 + 1) is None


def test_excess() -> None:
    """Memory at the end, processor time over the window."""
    last = Usage(250.4, 13.0, 1010.0)
    assert usage.excess(Limits(), FIRST, last) == ""
    assert usage.excess(Limits(300, 40), FIRST, last) == ""
    assert usage.excess(Limits(200, 20), FIRST, last) == "it takes 250 MiB of memory, its limit is 200 MiB"
    assert usage.excess(Limits(0, 20), FIRST, last) == "it takes 30 % of a processor, its limit is 20 %"
    assert usage.excess(Limits(1, 1), FIRST, None) == ""
