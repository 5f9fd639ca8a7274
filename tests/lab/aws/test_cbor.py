# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CBOR as rpc-v2-cbor writes it: what goes in comes out, and the standard's own examples are read."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aws.cbor import decode, encode

SCALARS = st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text() | st.binary()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(VALUES)
def test_what_goes_in_comes_out(value: Any) -> None:
    assert decode(encode(value)) == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("f93c00", 1.0),
        ("fa47c35000", 100000.0),
        ("c11a514b67b0", datetime(2013, 3, 21, 20, 4, tzinfo=timezone.utc)),
        ("9f018202039f0405ffff", [1, [2, 3], [4, 5]]),
        ("bf61610161629f0203ffff", {"a": 1, "b": [2, 3]}),
        ("7f657374726561646d696e67ff", "streaming"),
        ("f7", None),
    ],
)
def test_examples_of_the_standard(raw: str, value: Any) -> None:
    assert decode(bytes.fromhex(raw)) == value
