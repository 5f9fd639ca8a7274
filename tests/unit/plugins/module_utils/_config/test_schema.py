# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shape of the configuration, as data."""

from __future__ import annotations

from ansible_collections.cloudwatch.agent.plugins.module_utils._config.schema import SCHEMA
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.versions import INTRODUCED
from jsonschema import Draft4Validator


def test_the_schema_is_one_of_draft_4() -> None:
    Draft4Validator.check_schema(SCHEMA)


def test_keys_that_came_later_stand_in_closed_sections_of_the_schema() -> None:
    for key in INTRODUCED:
        if not key.refused:
            continue
        schema = SCHEMA
        for step in key.path:
            schema = schema["items"] if step == "*" else schema["properties"][step]
