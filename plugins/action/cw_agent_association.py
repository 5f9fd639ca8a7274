# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The standing state of hosts to come: associations of State Manager with the releases that are live."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import associations, own_document
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.ssm_reading import by_selector, labels_of_parts
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands import associations as pure
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands import standing
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.errors import CommandError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.canonical import digest
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsAction

LIVE = "live"
PLACE = ("profile", "region", "name")
ARGUMENTS: dict[str, dict[str, Any]] = {
    "plan": {"type": "dict", "required": True},
    "published": {"type": "dict"},
    "released": {"type": "dict"},
    "targets": {"type": "dict", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "schedule": {"type": "str", "default": "rate(30 minutes)"},
    "max_concurrency": {"type": "str", "default": "10%"},
    "max_errors": {"type": "str", "default": "10%"},
    "compliance_severity": {
        "type": "str",
        "choices": ["CRITICAL", "HIGH", "MEDIUM", "LOW", "UNSPECIFIED"],
        "default": "UNSPECIFIED",
    },
}


class ActionModule(AwsAction):
    """The controller's side of cw_agent_association; no host is contacted."""

    _supports_diff = True
    arguments = ARGUMENTS

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Make the associations, update those that differ, or delete them."""
        self._options = options
        self._warnings: list[str] = []
        self._documents: set[str] = set()
        found: list[dict[str, Any]] = []
        try:
            for item in self._configurations():
                found += self._ensured(item)
        except (AwsError, CommandError) as error:
            said = standing.after_release(str(error), bool(self._task.check_mode)) if options["released"] is not None else str(error)
            return self.failed(said, **{**self._result(found), **getattr(error, "details", {})})
        return self._result(found)

    def _result(self, found: list[dict[str, Any]]) -> dict[str, Any]:
        """What was done, also where a refusal has ended it early."""
        diff = [
            {"before": one.pop("before"), "after": one.pop("after"), "before_header": one["name"], "after_header": one["name"]}
            for one in found
        ]
        return {
            "changed": bool(self._documents) or any(one["changed"] for one in found),
            "associations": found,
            "documents": sorted(self._documents),
            "warnings": self._warnings,
            "diff": [item for item in diff if item["before"] != item["after"]],
        }

    def _configurations(self) -> list[Mapping[str, Any]]:
        """Those of the run that are named, one for each region; after a release those of them that it was about."""
        items, targets = self._options["plan"]["configurations"], self._options["targets"]
        named = [item for item in items if item["name"] in targets]
        if self._options["released"] is not None:
            return [item for item in named if self._released(item)]
        for line in standing.unknown_targets(targets, (item["name"] for item in items)):
            raise CommandError(line)
        return named

    def _released(self, item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The parts that a release has made live, or would make live in check mode."""
        found = self._options["released"].get("live") or []
        return next((one["parts"] for one in found if all(one[key] == item[key] for key in PLACE)), [])

    def _ensured(self, item: Mapping[str, Any]) -> list[dict[str, Any]]:
        place = {"profile": item["profile"], "region": item["region"]}
        reader = self.aws.retrying_client("ssm", **place)
        store = associations.Store(reader, lambda: self.aws.single_client("ssm", **place))
        name = standing.name_of(item["name"])
        if self._options["state"] == "absent":
            return [self._gone(store, name, item)]
        current = self._own(store, name)  # refused before anything is written
        parts = self._parts(reader, item, bool(current))
        if not parts:
            return []
        fields = standing.fields(item["name"], item["hosts"], parts, self._options["plan"], self._options)
        where = f"{item['profile']}/{item['region']}".strip("/")
        if where not in self._documents and own_document.ensure(reader, bool(self._task.check_mode)):
            self._documents.add(where)
        return [self._present(store, current, fields, item)]

    def _parts(self, reader: Any, item: Mapping[str, Any], is_there: bool) -> list[standing.Part]:
        """What the association gives to its nodes; nothing, with a warning, where there is to be none."""
        where, after = f"{item['region']}/{item['name']}", self._options["released"] is not None
        if after and not is_there:
            self._warnings.append(
                f"{where}: it has no association yet. Hint: run ansible-playbook cloudwatch.agent.association to make it."
            )
            return []
        found = self._at_versions(reader, self._released(item)) if after else self._live(reader, item["name"])
        if not found:
            self._warnings.append(f"{where}: nothing of it is live yet, so it gets no association.")
        return found

    def _live(self, reader: Any, name: str) -> list[standing.Part]:
        """What is live, in the order of the parts; none where nothing is."""
        labels = labels_of_parts(reader, [name], [LIVE])
        return _read(by_selector(reader, [part for part, versions in labels.items() if versions[LIVE]], LIVE))

    def _at_versions(self, reader: Any, parts: Sequence[Mapping[str, Any]]) -> list[standing.Part]:
        """These versions. Those that this run has published are known, even where check mode has only predicted them."""
        sources = ((self._options["published"] or {}).get("sources") or {}).values()
        known = {source["location"]: source["digest"] for some in sources for source in some}
        words = [f"{part['name']}:{part['version']}" for part in parts]
        if all(f"ssm:{word}" in known for word in words):
            return [standing.Part(part["name"], part["version"], known[f"ssm:{word}"]) for part, word in zip(parts, words)]
        return _read(by_selector(reader, words, ""))

    def _own(self, store: associations.Store, name: str) -> dict[str, Any]:
        """The association of that name, if there is one. One that runs another document is somebody else's."""
        current = associations.find(store, name, standing.DOCUMENT)
        if current and current["Name"] != standing.DOCUMENT:
            raise CommandError(
                f"the association {name} runs {current['Name']}, so that this collection has not made it. Hint: rename or delete it."
            )
        return current

    def _present(
        self, store: associations.Store, current: Mapping[str, Any], wanted: dict[str, Any], item: Mapping[str, Any]
    ) -> dict[str, Any]:
        changed, before, after = associations.ensure_present(store, current, wanted, {}, bool(self._task.check_mode))
        members = store.members
        return {**_shown(item, after), "changed": changed, "before": pure.shown(before, members), "after": pure.shown(after, members)}

    def _gone(self, store: associations.Store, name: str, item: Mapping[str, Any]) -> dict[str, Any]:
        current = self._own(store, name)
        changed = associations.ensure_absent(store, current, bool(self._task.check_mode))
        shown = _shown(item, {"AssociationName": name, **current})
        return {**shown, "changed": changed, "before": pure.shown(current, store.members), "after": {}}


def _read(found: Sequence[Mapping[str, Any]]) -> list[standing.Part]:
    hidden = [one["name"] for one in found if one["value"] is None]
    if hidden:
        raise CommandError(f"{hidden[0]} is a SecureString, whose digest cannot be in an association.")
    return [standing.Part(one["name"], one["version"], digest(one["value"])) for one in found]


def _shown(item: Mapping[str, Any], association: Mapping[str, Any]) -> dict[str, Any]:
    overview = association.get("Overview") or {}
    return {
        "name": association["AssociationName"],
        "configuration": item["name"],
        "profile": item["profile"],
        "region": item["region"],
        "association_id": association.get("AssociationId", ""),
        "association_version": association.get("AssociationVersion", ""),
        "status": overview.get("Status", ""),
        "nodes": dict(overview.get("AssociationStatusAggregatedCount") or {}),
    }
