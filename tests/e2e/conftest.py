# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab of the end-to-end tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lab_site import Site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Three EC2 hosts, one of them the Amazon Linux stand-in, and one on-prem host; the agent nowhere."""
    place = Site("e2e", tmp_path_factory.mktemp("e2e"))
    place.lab("down")
    try:
        place.up("--ec2", "2", "--amazon", "1", "--onprem", "1")
        yield place
    finally:
        place.lab("down")
