# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the agent reads of a configuration."""

from __future__ import annotations

from ansible_collections.cloudwatch.agent.plugins.module_utils._config.agent_view import agent_view


def test_the_argument_stays_and_unknown_sections_go() -> None:
    given = {"agent": {}, "csm": {}, "logs": []}
    view = agent_view(given)
    assert given == {"agent": {}, "csm": {}, "logs": []}
    assert view.configuration == {"agent": {}}
    assert (view.unknown, view.dropped) == (["csm"], [("logs",)])


def test_paths_count_entries_as_given() -> None:
    entries = [{"exe": "a"}, {"exe": "a"}, {"exe": "b"}]
    view = agent_view({"metrics": {"metrics_collected": {"procstat": entries}}})
    path = ("metrics", "metrics_collected", "procstat")
    assert view.duplicates == [(*path, 1)]
    assert view.original((*path, 1, "exe")) == (*path, 2, "exe")
    assert view.original(("metrics",)) == ("metrics",)
