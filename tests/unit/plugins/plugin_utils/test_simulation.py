# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Needs are asked about in the fewest simulations."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import principals
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.policy import Need
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.permissions import Batch
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.simulation import decisions


def test_decisions_of_all_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []

    def simulate(iam: Any, principal: str, batch: Batch, region: str) -> dict[Any, str]:
        asked.append((iam, principal, region, batch.actions))
        return {(action, resource, ()): "implicitDeny" for action in batch.actions for resource in batch.resources}

    monkeypatch.setattr(principals, "simulate", simulate)
    needs = [Need("a:One", "r1", (), (), ""), Need("a:Two", "r1", (), (), ""), Need("a:Three", "r2", (), (), "")]
    found = decisions(lambda *words: words, "arn", needs, "p", "us-east-1")
    assert set(found) == {("a:One", "r1", ()), ("a:Two", "r1", ()), ("a:Three", "r2", ())}
    iam = ("iam", "p", "us-east-1")
    assert asked == [(iam, "arn", "us-east-1", ("a:One", "a:Two")), (iam, "arn", "us-east-1", ("a:Three",))]
