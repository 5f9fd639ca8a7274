# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies joined and split."""

from __future__ import annotations

from typing import Any

from ansible_collections.cloudwatch.agent.plugins.module_utils._config.policy_documents import document, merged, parts, size


def statement(sid: str, action: str, *resources: str, **more: Any) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": [action], "Resource": list(resources), **more}


def granted(*policies: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one["Action"][0], resource) for policy in policies for one in policy["Statement"] for resource in one["Resource"]}


def test_statements_that_differ_in_resources_become_one() -> None:
    both = merged([document([statement("Send", "l:Put", "b", "a")]), document([statement("Send", "l:Put", "c", "a")])])
    assert both == document([statement("Send", "l:Put", "a", "b", "c")])


def test_conditions_are_not_mixed_and_sids_are_unique() -> None:
    one, two = ({"Condition": {"StringEquals": {"cloudwatch:namespace": [name]}}} for name in "AB")
    both = merged([document([statement("Send", "c:Put", "*", **one)]), document([statement("Send", "c:Put", "*", **two)])])
    assert [item["Sid"] for item in both["Statement"]] == ["Send", "Send2"]
    assert [item["Condition"] for item in both["Statement"]] == [one["Condition"], two["Condition"]]


def test_parts_are_small_enough_and_allow_the_same() -> None:
    policy = document([statement("Small", "s:Get", "p"), statement("Large", "l:Put", *(f"{number:03}{'x' * 60}" for number in range(100)))])
    found = parts(policy, 2000)
    assert len(found) > 1 and all(size(one) <= 2000 for one in found)
    assert granted(*found) == granted(policy)
    sids = [item["Sid"] for one in found for item in one["Statement"]]
    assert len(sids) == len(set(sids)) and all(sid.isalnum() for sid in sids)


def test_what_fits_is_one_part() -> None:
    policy = document([statement("A", "a:B", "*"), statement("B", "a:C", "*")])
    assert parts(policy, size(policy)) == [policy]
