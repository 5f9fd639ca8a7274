# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What unit tests of several packages share."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Iterator

import pytest
from hypothesis import HealthCheck, settings

# How long a machine with other work takes for an example, or to make one up, says nothing of the code.
settings.register_profile("loaded", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("loaded")


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A directory that every user can search. Pytest closes those above tmp_path to others, anew whenever it is started beside."""
    with tempfile.TemporaryDirectory(prefix="reachable-") as directory:
        path = Path(directory)
        path.chmod(0o711)
        yield path
