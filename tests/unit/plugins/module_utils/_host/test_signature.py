# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What needs no key; what needs one is tested where keys are made, with the installation."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import signature
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError


@pytest.mark.parametrize("text", ["9376 16F3 450B 7D80 6CBD  9725 D581 6730 3B78 9C72", "0x937616f3450b7d806cbd9725d58167303b789c72"])
def test_fingerprint_however_written(text: str) -> None:
    assert signature.fingerprint(text) == "937616F3450B7D806CBD9725D58167303B789C72"


@pytest.mark.parametrize("text", ["3B789C72", "", "Z" * 40])
def test_short_fingerprints_are_none(text: str) -> None:
    with pytest.raises(HostError, match="40 hexadecimal digits"):
        signature.fingerprint(text)


@pytest.mark.parametrize("data", [b"", b"\x99", b"no key", b"\xc6\x05\x04abc", b"\x98\xff\x04"])
def test_damaged_keys_are_none(data: bytes) -> None:
    assert signature.key_fingerprints(data) == []


def test_broken_armor() -> None:
    with pytest.raises(HostError, match="not readable"):
        signature.binary_key(b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n%%%\n-----END PGP PUBLIC KEY BLOCK-----\n")
