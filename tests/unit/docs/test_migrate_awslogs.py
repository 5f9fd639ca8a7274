# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide on the way from awslogs: its example is what comes out, and its table has every key."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import yaml
from ansible_collections.cloudwatch.agent.plugins.module_utils._awslogs.ini import KEYS
from ansible_collections.cloudwatch.agent.plugins.module_utils._migration.awslogs import Options, from_texts

TEXT = (Path(__file__).resolve().parents[3] / "docs/docsite/rst/migrate_awslogs.rst").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The code blocks of a language."""
    found = re.findall(rf"^( *)\.\. code-block:: {language}\n\n((?:\1 +.*\n|\n)+)", TEXT, re.MULTILINE)
    return [textwrap.dedent(text) for _indent, text in found]


def test_the_file_becomes_the_fragment() -> None:
    migration = from_texts("awslogs.conf", blocks("ini")[0], {}, "", Options())
    assert migration.refusals == ()
    assert yaml.safe_load(blocks("yaml")[0]) == {"cw_agent_fragment_awslogs": migration.fragment}


def test_every_key_stands_in_the_table() -> None:
    table = TEXT.partition("What maps and what does not")[2].partition("The files are read")[0]
    assert [key for key in KEYS if f"``{key}``" not in table] == []
