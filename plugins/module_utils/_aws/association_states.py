# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection's associations give to nodes, and what came of it on each, read in bulk. Private to this collection."""

from __future__ import annotations

from functools import partial
from typing import Any, Collection, Mapping, NamedTuple

from .._commands.standing import DOCUMENT, given, name_of
from . import association_api as api
from .command_api import pages

PAGES = 50
"""So many pages of runs are read, and one for each fifty nodes that are asked about: of many small runs, or of a few large ones."""


class Association(NamedTuple):
    """An association of a configuration. ``gives``: as ``standing.given``; ``nodes``: by id, AWS's state of its newest run there."""

    name: str
    configuration: str
    association_id: str
    gives: list[str]
    nodes: dict[str, str]


def read(client: Any, nodes: Mapping[str, Collection[str]]) -> list[Association]:
    """The associations of configurations, as far as there are any.

    Args:
        client: of SSM.
        nodes: by the name of a configuration, the ids of the nodes that are asked about.

    Raises:
        AwsError: a call was refused.
    """
    names = {name_of(configuration): configuration for configuration in nodes}
    listed = pages(partial(api.list_by_document, client, DOCUMENT), "Associations")
    found = [item for item in listed if item.get("AssociationName") in names]
    return [_read(client, item, names[item["AssociationName"]], nodes) for item in found]


def _read(client: Any, item: Mapping[str, Any], configuration: str, nodes: Mapping[str, Collection[str]]) -> Association:
    identity = str(item["AssociationId"])
    gives = given(api.describe_association(client, identity).get("Parameters") or {})
    states = _states(client, identity, frozenset(nodes[configuration]))
    return Association(str(item["AssociationName"]), configuration, identity, gives, states)


def _states(client: Any, association_id: str, wanted: frozenset[str]) -> dict[str, str]:
    """By node, the state of the newest run that it is part of. A run may be of all nodes, or of one that has just been launched."""
    runs = api.describe_executions(client, association_id, None).get("AssociationExecutions") or []
    found: dict[str, str] = {}
    left = PAGES + len(wanted) // api.PAGE
    for run in sorted(runs, key=lambda one: str(one.get("CreatedTime") or ""), reverse=True):
        if left <= 0 or found.keys() >= wanted:
            break
        call = partial(api.describe_targets, client, association_id, str(run["ExecutionId"]))
        items = list(pages(call, "AssociationExecutionTargets"))
        left -= 1 + len(items) // api.PAGE
        states = {str(item["ResourceId"]): str(item.get("Status") or "") for item in items}
        found = {**{node: state for node, state in states.items() if node in wanted}, **found}
    return found
