# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drift report as data: what ``docs/report.schema.json`` describes. Every host of the run, those that differ first."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any, Iterable, Mapping

from .._config.vaulted import Mask, mask_of
from .._config.words import counted, listed
from .._release.settings import SSH
from .._release.usage import FAILED, NOT_OBSERVED, UNREACHABLE, seen
from .._telemetry.account import doubts
from .._telemetry.states import UNVERIFIED
from .differences import Host, Release, differences, releases

DIFFERS, CONVERGED = "differs", "converged"
WORST_FIRST = (FAILED, UNREACHABLE, NOT_OBSERVED, DIFFERS, CONVERGED)
VERSION = 1
"""Of the report's form; another number where a program that reads it would have to be changed."""

_WORDS = {NOT_OBSERVED: "not observed"}
NOT_KNOWN = "telemetry is evaluated by the inventory's configuration, and nobody knows whether the host runs it"
NOT_EVALUATED = "the host does not run the inventory's configuration, by which telemetry is evaluated"
_NOTHING: dict[str, Any] = {
    "build": None,
    "service": {"active_state": None, "enabled": None, "restarts": None, "started_at": None},
    "credentials": {"role": None, "profile": None, "expires_at": None},
    "unmanaged": [],
}
_HINT = "Hint: cloudwatch.agent.site --check --diff shows what a run would change; cw_agent_report_fail: false reports without failing."


def words(state: str) -> str:
    """*state* as people read it."""
    return _WORDS.get(state, state)


def report(
    plan: Mapping[str, Any],
    observed: Mapping[str, Any],
    released: Mapping[str, Any],
    telemetry: Mapping[str, Any],
    permissions: Mapping[str, Any],
    now: float,
    associations: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The report.

    Args:
        plan: the result of cw_agent_plan.
        observed: by host, the result of cw_agent_info.
        released: the result of cw_agent_release_info.
        telemetry: the result of cw_agent_telemetry_info, empty where CloudWatch was not asked.
        permissions: the result of cw_agent_permissions_info, empty where IAM was not asked.
        now: seconds since the epoch.
        associations: the result of cw_agent_association_info, empty where State Manager was not asked.
    """
    given = associations or {}
    known = releases(released["configurations"])
    evaluated = {item["host"]: item for item in telemetry.get("hosts", ())}
    mask = mask_of(plan["configurations"])
    hosts = []
    for name, planned in plan["hosts"].items():
        use, release = released["hosts"].get(name) or {}, known.get(planned["key"], Release())
        refusal = permissions.get("refusals", {}).get(name, "")
        host = Host(planned, observed.get(name) or {}, use, release, evaluated.get(name) or {}, refusal)
        host = host._replace(association=given.get("hosts", {}).get(name) or {})
        entry = {**_entry(name, observed.get(name), host), "permissions": permissions.get("hosts", {}).get(name)}
        entry["association"] = _association(host, given.get("refusals", {}).get(name, ""))
        hosts.append(_masked(entry, mask))
    hosts.sort(key=lambda entry: (WORST_FIRST.index(entry["state"]), _natural(entry["host"])))
    states = [entry["state"] for entry in hosts]
    names = ("key", "name", "profile", "region", "live", "planned", "on_hold", "refused")
    found = {
        "version": VERSION,
        "generated_at": moment(now),
        "totals": {state: states.count(state) for state in WORST_FIRST},
        "configurations": [{**{name: item[name] for name in names}, "hosts": len(item["hosts"])} for item in released["configurations"]],
        "hosts": hosts,
    }
    plain: dict[str, Any] = _plain(found)
    return plain


def moment(seconds: float | None) -> str | None:
    """ISO 8601, UTC."""
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") if seconds else None


def message(found: Mapping[str, Any]) -> str:
    """Which hosts differ, '' for none."""
    names = [
        f"{entry['host']} ({', '.join(entry['differing']) if entry['state'] == DIFFERS else words(entry['state'])})"
        for entry in found["hosts"]
        if entry["state"] != CONVERGED
    ]
    if not names:
        return ""
    verb = "differs" if len(names) == 1 else "differ"
    return f"{len(names)} of {counted(len(found['hosts']), 'host')} {verb}: {listed(names)}. {_HINT}"


def _natural(name: str) -> list[tuple[bool, int, str]]:
    """web-2 comes before web-10."""
    return [(False, int(part), "") if part.isdecimal() else (True, 0, part) for part in re.split(r"(\d+)", name) if part]


def _entry(name: str, answer: Any, host: Host) -> dict[str, Any]:
    planned = host.planned
    unseen = seen(answer)
    entry = {
        "host": name,
        "state": unseen.state,
        "reason": unseen.reason,
        "differing": [],
        "differences": [],
        "desired": planned.get("state", "present"),
        "desired_build": planned.get("build", ""),
        "mode": planned["mode"],
        "transport": planned.get("transport", SSH),
        "region": planned["region"],
        "profile": planned["profile"],
        "configuration": _configuration(host),
        **_NOTHING,
        "telemetry": {"state": None, "newest_at": None, "reason": ""},
    }
    if unseen.state:
        return entry
    parts, texts = differences(host)
    state = {"state": DIFFERS if parts else CONVERGED, "differing": parts, "differences": texts}
    return {**entry, **state, **_observed(host.observed["agent"]), "telemetry": _telemetry(host)}


def _configuration(host: Host) -> dict[str, Any]:
    release, use = host.release, host.use
    return {
        "key": release.key,
        "live": release.live,
        "planned": release.planned,
        "on_hold": release.on_hold,
        "state": use.get("state", NOT_OBSERVED),
        "runs_key": use.get("key", ""),
        "runs": use.get("version", 0),
        "is_live": host.runs(release.live),
    }


def _observed(agent: Mapping[str, Any]) -> dict[str, Any]:
    service, identity, named = agent["service"], agent["identity"], agent["common_config"]
    by_role = not (named["profile"] or named["file"])
    return {
        "build": agent["package"]["build"],
        "service": {
            "active_state": service["active_state"],
            "enabled": service["enabled"],
            "restarts": service["restarts"],
            "started_at": moment(service["started_at"]),
        },
        "credentials": {
            "role": identity["role"] if by_role else "",
            "profile": named["profile"],
            "expires_at": moment((identity if by_role else named)["keys_expire_at"]),
        },
        "unmanaged": list(agent["unmanaged"]),
    }


def _telemetry(host: Host) -> dict[str, Any]:
    said = host.telemetry
    items: Iterable[Mapping[str, Any]] = [*said.get("streams", ()), *said.get("metrics", ())]
    newest = moment(max((item["newest"] for item in items if item.get("newest")), default=None))
    if not said or not host.evaluated:
        why = NOT_KNOWN if host.release.refused else NOT_EVALUATED
        return {"state": UNVERIFIED if said else None, "newest_at": newest, "reason": why if said else ""}
    reasons = dict.fromkeys([said["cause"], *said["refused"], *doubts(said)])
    return {"state": said["state"], "newest_at": newest, "reason": "; ".join(filter(None, reasons))}


def _association(host: Host, refused: str) -> dict[str, Any] | None:
    """None of a host that no association is known of."""
    said = host.association
    if said:
        return {**{key: said[key] for key in ("name", "status", "gives")}, "is_live": host.is_given_live, "reason": ""}
    return {"name": "", "status": None, "gives": [], "is_live": False, "reason": refused} if refused else None


def _masked(entry: dict[str, Any], mask: Mask) -> dict[str, Any]:
    """*entry* with *mask* over what a configuration, the agent's log or a message can have said in it; the rest is data."""
    telemetry = {**entry["telemetry"], "reason": mask(entry["telemetry"]["reason"])}
    return {**entry, **{key: mask(entry[key]) for key in ("reason", "differences", "unmanaged")}, "telemetry": telemetry}


def _plain(value: Any) -> Any:
    """Data whose texts have no line breaks and nothing that a terminal or a browser would obey instead of showing it."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, str) and not value.isprintable():
        return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in " ".join(value.split()))
    return value
