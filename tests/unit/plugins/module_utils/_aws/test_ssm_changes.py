# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done about a parameter, from what is desired and what there is; no Parameter Store involved."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.ssm_changes import (
    Change,
    Current,
    Desired,
    change_of,
    diff_of,
    labels_after,
    needs_write,
    problems,
    result_of,
)

NAME = "AmazonCloudWatch-web"


def there(**more: Any) -> Current:
    described = {"Tier": "Standard", "Description": "from elsewhere"}
    return Current(NAME, **{"version": 3, "kind": "String", "value": '{"a":1}', "described": described, **more})


def change(desired: Desired, current: Current | None = None) -> Change:
    return change_of(desired, current or there())


def test_a_note_goes_with_a_write_and_never_makes_one() -> None:
    assert not needs_write(Desired(NAME, '{ "a": 1 }', note="ours"), there())
    request = change(Desired(NAME, '{"a":2}', note="ours")).request
    assert request is not None and request["Description"] == "ours"
    stated = change(Desired(NAME, '{"a":2}', description="stated", note="ours")).request
    assert stated is not None and stated["Description"] == "stated"


def test_what_is_not_stated_stays() -> None:
    request = change(Desired(NAME, '{"a":2}')).request
    assert request is not None and request["Description"] == "from elsewhere"


def test_label_moves_are_predicted_for_the_version_that_will_be_written() -> None:
    found = change(Desired(NAME, '{"a":2}', labels=["candidate"]), there(labels={"candidate": (3, '{"a":1}')}))
    assert (found.version, labels_after(found)) == (4, {"candidate": 4})


def test_the_result_names_what_changed_and_the_other_labelled_text() -> None:
    current = there(labels={"live": (2, "old")})
    found = result_of(change(Desired(NAME, '{"a":2}', report_labels=["live"]), current))
    assert (found["version"], found["changed_parts"], found["labelled_values"]) == (4, ["value"], {"live": "old"})


def test_a_diff_has_settings_labels_and_the_value_as_json() -> None:
    shown = diff_of(change(Desired(NAME, '{"a":2}', labels=["candidate"])))
    assert '"a": 1' in shown["before"] and '"a": 2' in shown["after"]
    assert "label candidate: version 4" in shown["after"]


@pytest.mark.parametrize(
    ("desired", "words"),
    [
        ([Desired(NAME, "x"), Desired(NAME, "y")], "named 2 times in one call"),
        ([Desired(NAME, "x", labels=["1st"])], "label '1st'"),
        ([Desired(NAME, "x", labels=["a"], label_versions={"a": 1})], "leave it out of one of them"),
        ([Desired("aws-x", "x")], "reserved by AWS"),
    ],
)
def test_refused_before_anything_is_read(desired: list[Desired], words: str) -> None:
    assert words in "; ".join(problems(desired))
