# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab of its own for the agent stand-in, and the place of the recordings of the real agent."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Iterator

import pytest
from agent_bench import ROOT, SIDES, Bench


@pytest.fixture(scope="session")
def shared() -> pathlib.Path:
    """Return the directory of the recordings; without it the tests are skipped, but not in CI."""
    path = pathlib.Path(os.environ.get("CW_AGENT_SHARED") or ROOT.parent / "shared")
    if not (path / "conformance").is_dir():
        reason = f"no recordings of the real agent at {path} (CW_AGENT_SHARED)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path.resolve()


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    """Bring up several hosts of each kind with the agent on them, so that scenarios run side by side."""
    found = Bench(f"conformance{os.getpid()}")
    try:
        found.lab("up", "--ec2", str(SIDES), "--onprem", str(SIDES), "--amazon", str(SIDES), "--install")
        yield found
    finally:
        found.lab("down")
