# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs of a host that was observed: from the inventory, and from the configuration that is live."""

from __future__ import annotations

from typing import Any, Iterable, Mapping, NamedTuple

from .._release.publications import LIVE
from .._release.settings import ABSENT
from .._release.usage import NONE, RUNS
from .._telemetry.states import MISSING

PACKAGE, CONFIGURATION, SERVICE, CREDENTIALS = "package", "configuration", "service", "credentials"
UNMANAGED, PERMISSIONS, TELEMETRY, PROBLEMS = "unmanaged", "permissions", "telemetry", "problems"
ASSOCIATION = "association"
WELL, UNDER_WAY = ("Success", "Skipped"), ("Pending", "InProgress", "Associated", "")
"""States of an association's run on a node that are no difference."""
PARTS = (
    PACKAGE,
    CREDENTIALS,
    "settings",
    "user",
    "log_access",
    CONFIGURATION,
    "removal",
    SERVICE,
    UNMANAGED,
    ASSOCIATION,
    PERMISSIONS,
    TELEMETRY,
    PROBLEMS,
)
"""The parts of a host that may differ: those of ``cw_agent_info``, and what is compared here alone."""


class Release(NamedTuple):
    """A configuration of the plan and its versions: ``live`` and ``planned`` (what the inventory asks for), 0 for none.

    ``digests``: by version. ``on_hold``: since a rollback, so that hosts stay at the live version. ``refused``: why Parameter Store could
    not be read, '' where it could. ``live_parts``: NAME:VERSION of each part that is live.
    """

    key: str = ""
    live: int = 0
    planned: int = 0
    on_hold: bool = False
    digests: Mapping[int, str] = {}
    refused: str = ""
    live_parts: tuple[str, ...] = ()

    @property
    def desired(self) -> int:
        """The version that a run brings its hosts to, 0 for one that is not published."""
        return self.live if self.on_hold else self.planned

    def same(self, one: int, other: int) -> bool:
        """Whether two versions have one text, by which hosts converge."""
        return bool(one and other) and (one == other or self.digests.get(one, one) == self.digests.get(other, other))


def releases(configurations: Iterable[Mapping[str, Any]]) -> dict[str, Release]:
    """By key, the ``configurations`` of the result of ``cw_agent_release_info``."""
    return {
        item["key"]: Release(
            key=item["key"],
            live=item["live"],
            planned=item["planned"],
            on_hold=item["on_hold"],
            digests={version["version"]: version["digest"] for version in item["versions"]},
            refused=item["refused"],
            live_parts=next((_parts(version) for version in item["versions"] if LIVE in version.get("labels", ())), ()),
        )
        for item in configurations
    }


def _parts(version: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"{part['name']}:{part['version']}" for part in version["parts"])


class Host(NamedTuple):
    """A host that was observed.

    ``planned``: its entry of the plan; ``observed``: the result of ``cw_agent_info``; ``use``: its entry of the result of
    ``cw_agent_release_info``; ``release``: of its configuration; ``telemetry``: its entry of the result of ``cw_agent_telemetry_info``;
    ``refusal``: what keeps its agent from sending, as ``cw_agent_permissions_info`` says it; ``association``: its entry of the result of
    ``cw_agent_association_info``.
    """

    planned: Mapping[str, Any]
    observed: Mapping[str, Any]
    use: Mapping[str, Any]
    release: Release
    telemetry: Mapping[str, Any]
    refusal: str = ""
    association: Mapping[str, Any] = {}

    def runs(self, version: int) -> bool:
        """Whether it runs this version of its configuration."""
        own = self.use.get("state") == RUNS and self.use["key"] == self.release.key
        return own and self.release.same(self.use["version"], version)

    @property
    def is_given_live(self) -> bool:
        """Whether its association gives it what is live."""
        gives, live = list(self.association.get("gives", ())), list(self.release.live_parts)
        if len(gives) != 1 or len(live) != 1:
            return bool(live) and gives == live
        (name, _colon, version), (own, _colon, there) = gives[0].rpartition(":"), live[0].rpartition(":")
        return name == own and version.isdigit() and self.release.same(int(version), int(there))

    @property
    def evaluated(self) -> bool:
        """Whether its telemetry was evaluated by the configuration that it runs."""
        return self.runs(self.release.planned)


def differences(host: Host) -> tuple[list[str], list[str]]:
    """The parts that differ, in the order of ``PARTS``, and what differs, in words."""
    observed = list(host.observed["differing"])
    own = {} if host.planned.get("state") == ABSENT else _compared(host)
    if host.observed["refusal"]:
        own[PROBLEMS] = [str(host.observed["refusal"])]
    # What the observation has compared already is said once.
    found = {part: texts for part, texts in own.items() if texts and part not in observed}
    texts = dict.fromkeys([*host.observed["differences"], *(text for said in found.values() for text in said)])
    return [part for part in PARTS if part in observed or part in found], list(texts)


def _compared(host: Host) -> dict[str, list[str]]:
    agent = host.observed["agent"]
    if not agent["package"]["installed"] and not agent["configurations"]:
        return {
            PACKAGE: ["package: not installed"],
            CONFIGURATION: _unread(host.release),
            ASSOCIATION: _association(host),
            PERMISSIONS: _permissions(host),
        }
    return {
        CREDENTIALS: _credentials(host),
        CONFIGURATION: _configuration(host),
        SERVICE: _service(agent["service"]),
        ASSOCIATION: _association(host),
        UNMANAGED: [f"configuration: {name} not written by this collection" for name in agent["unmanaged"]],
        PERMISSIONS: _permissions(host),
        TELEMETRY: _telemetry(host),
    }


def _permissions(host: Host) -> list[str]:
    return [f"permissions: {host.refusal}"] if host.refusal else []


def _credentials(host: Host) -> list[str]:
    agent = host.observed["agent"]
    identity, named = agent["identity"], agent["common_config"]
    if named["profile"]:
        expired = named["keys_expire_at"] is not None and named["keys_expire_at"] <= agent["clock"]
        return [f"credentials: the keys of the profile {named['profile']} have expired"] if expired else []
    if not identity["no_keys"]:
        return []
    return [f"credentials: the role {identity['role']} of the instance gives no keys: {identity['no_keys']}"]


def _configuration(host: Host) -> list[str]:
    release = host.release
    found = [f"configuration: {name} is left from an attempt that failed" for name in host.observed["agent"]["stale_files"]]
    if release.refused:
        return [*found, *_unread(release)]
    if not release.live:
        return [*found, "configuration: nothing is live"]
    if not host.runs(release.live):
        found.append(f"configuration: {running(host.use, release)}, live is version {release.live}")
    if not release.on_hold and release.planned != release.live:
        planned = f"version {release.planned}" if release.planned else "another one, which is not published"
        found.append(f"configuration: live is version {release.live}, the inventory asks for {planned}")
    return found


def _unread(release: Release) -> list[str]:
    return [f"configuration: Parameter Store could not be read: {release.refused}"] if release.refused else []


def running(use: Mapping[str, Any], release: Release) -> str:
    """What a host runs, in words."""
    if use.get("state") == RUNS:
        return f"version {use['version']}" if use["key"] == release.key else f"version {use['version']} of {use['key']}"
    return "none" if use.get("state") == NONE else f"other files ({use.get('reason')})"


def _service(service: Mapping[str, Any]) -> list[str]:
    inactive = [] if service["active_state"] == "active" else [f"service: {service['active_state']} → active"]
    return inactive + ([] if service["enabled"] else ["service: disabled → enabled"])


def _association(host: Host) -> list[str]:
    said, release = host.association, host.release
    if not said:
        return []
    found = [] if said["status"] in (*WELL, *UNDER_WAY) else [f"association: {said['name']} is {said['status']} on this node"]
    if release.live_parts and not host.is_given_live:
        gives, live = ", ".join(said["gives"]) or "nothing that is known", ", ".join(release.live_parts)
        found.append(f"association: {said['name']} gives {gives}, live is {live}")
    return found


def _telemetry(host: Host) -> list[str]:
    found = [f"telemetry: CloudWatch could not be asked: {reason}" for reason in host.telemetry.get("refused", ())]
    if host.evaluated and host.telemetry.get("state") == MISSING:
        hint = f". Hint: {host.telemetry['hint']}" if host.telemetry["hint"] else ""
        found.append(f"telemetry: {host.telemetry['cause']}{hint}")
    return found
