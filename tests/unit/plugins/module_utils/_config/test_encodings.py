# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of character sets."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.encodings import is_encoding


@pytest.mark.parametrize("name", ["utf-8", "UTF-16LE", "iso-8859-1", "windows-1252", "shift_jis", "ascii"])
def test_names_of_the_web_and_of_iana(name: str) -> None:
    assert is_encoding(name)


@pytest.mark.parametrize("name", ["utf_8_sig", "latin-one", "mbcs"])
def test_other_names(name: str) -> None:
    assert not is_encoding(name)
