# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the plan of a run to parameters, from published parameters to what each host fetches, and to the moves of a release.

Private to this collection; pure. Shapes:

* plan: the return of :mod:`cw_agent_config_check`: ``hosts`` by name, ``configurations`` as a list.
* published: the registered result of the publishing loop; each of its ``results`` has the ``item`` it was made from (an entry of
  :func:`publications`) and the ``parameters`` that ``ssm_parameter`` returned.
* stored: the registered result of the loop that read the labels before a move, each with ``item`` and the ``parameters`` that
  ``ssm_parameter_info`` returned.
"""

from __future__ import annotations

import json
from typing import Any

from .._config.canonical import canonical_text, digest
from .._config.errors import ConfigError
from .parts import part_name, split

CANDIDATE = "candidate"
LIVE = "live"
PREVIOUS = "previous"
HOLD = "hold"
LABELS = (CANDIDATE, LIVE, PREVIOUS, HOLD)
MANAGED_PREFIX = "AmazonCloudWatch-"

Versions = dict[str, int]


def unreadable_names(plan: dict[str, Any]) -> list[str]:
    """The names in *plan* that the managed policy of the agent does not let hosts read."""
    return sorted({entry["name"] for entry in plan["configurations"] if not entry["name"].startswith(MANAGED_PREFIX)})


def publications(plan: dict[str, Any], tags: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """What has to be published, an entry for each account profile and region.

    Args:
        plan: the plan of the run.
        tags: tags of every parameter; none: tags are left alone.

    Returns:
        ``profile``, ``region``, ``configurations`` (key and number of parts) and ``parameters`` (for ``ssm_parameter``).

    Raises:
        ConfigError: a value cannot be kept in Parameter Store; all of them in one message.
    """
    places: dict[tuple[str, str], dict[str, Any]] = {}
    wrong: list[str] = []
    for entry in plan["configurations"]:
        place = places.setdefault(
            (entry["profile"], entry["region"]),
            {"profile": entry["profile"], "region": entry["region"], "configurations": [], "parameters": []},
        )
        configuration = _configuration(entry)
        try:
            parts = split(entry["name"], configuration)
        except ConfigError as error:
            wrong.append(str(error))
            continue
        wrong += [f"{entry['name']}: {reason}" for reason in _references(configuration, "")]
        place["configurations"].append({"key": entry["key"], "name": entry["name"], "parts": len(parts)})
        place["parameters"] += _parameters(entry["name"], parts, tags)
    if wrong:
        raise ConfigError("; ".join(wrong))
    return list(places.values())


def _configuration(entry: dict[str, Any]) -> dict[str, Any]:
    """The configuration from its text: plain data, where a playbook's variables are templated anew at every look at them."""
    configuration: dict[str, Any] = json.loads(str(entry["text"]))
    return configuration


def _references(value: Any, pointer: str) -> list[str]:
    if isinstance(value, str):
        return [f"{pointer}: {value!r} holds {{{{, which Parameter Store refuses: remove it"] if "{{" in value else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [reason for key, item in items for reason in _references(item, f"{pointer}/{key}")]


def _parameters(name: str, parts: list[dict[str, Any]], tags: dict[str, str] | None) -> list[dict[str, Any]]:
    """The parts, and the name behind the last one, which must not be a part of this release any more."""
    entries = []
    for number, part in enumerate(parts, 1):
        entry = {"name": part_name(name, number), "value": canonical_text(part), "tier": "auto", "labels": [CANDIDATE]}
        entry["report_labels"] = [LIVE, HOLD] if number == 1 else [LIVE]
        entries.append({**entry, "tags": tags} if tags else entry)
    surplus = {"name": part_name(name, len(parts) + 1), "label_versions": {CANDIDATE: 0}, "report_labels": [LIVE]}
    return [*entries, surplus]


def _returned(published: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]]:
    """Each configuration with its place and what was returned of its parts, the surplus one last."""
    found = []
    for result in published.get("results", []):
        by_name = {parameter["name"]: parameter for parameter in result.get("parameters", [])}
        for entry in result["item"]["configurations"]:
            names = [part_name(entry["name"], number) for number in range(1, entry["parts"] + 2)]
            if all(name in by_name for name in names):
                found.append((result["item"], entry, [by_name[name] for name in names]))
    return found


def _held(parts: list[dict[str, Any]]) -> bool:
    """Whether this configuration was rolled back and what the inventory asks for is not what was live then."""
    labels = parts[0]["labels"]
    return bool(labels[HOLD] and labels[LIVE]) and not _released(parts)


def _released(parts: list[dict[str, Any]]) -> bool:
    return all(part["labels"][LIVE] == part["version"] for part in parts[:-1]) and not parts[-1]["labels"][LIVE]


def held(published: dict[str, Any], hold: str) -> list[dict[str, Any]]:
    """The configurations that stay at their live version: ``profile``, ``region``, ``name``, ``live``, ``wanted``."""
    return [
        {**_place(item), "name": entry["name"], "live": parts[0]["labels"][LIVE], "wanted": parts[0]["version"]}
        for item, entry, parts in _returned(published)
        if hold == "keep" and _held(parts)
    ]


def _place(item: dict[str, Any]) -> dict[str, Any]:
    return {"profile": item["profile"], "region": item["region"]}


def held_in_parts(published: dict[str, Any], hold: str = "keep") -> list[dict[str, Any]]:
    """The configurations on hold whose live release has more parts than the new one: ``profile``, ``region``, ``names``."""
    return [
        {**_place(item), "names": [entry["name"]]}
        for item, entry, parts in _returned(published)
        if hold == "keep" and _held(parts) and parts[-1]["labels"][LIVE]
    ]


def sources(
    plan: dict[str, Any], published: dict[str, Any], hold: str = "keep", live: dict[str, Any] | None = None
) -> dict[str, dict[str, Any]]:
    """What each host of *plan* fetches: ``sources`` (``location``, ``digest``, ``content``), ``region`` and ``mode``.

    Exact versions, so that nobody's later write is fetched. A configuration on hold gives its live version.

    Args:
        plan: the plan of the run.
        published: what was published.
        hold: V(keep) respects holds.
        live: the registered result of reading the live parts of :func:`held_in_parts`.

    Raises:
        ConfigError: a configuration of the plan was not published.
    """
    by_key = {(entry["profile"], entry["key"]): entry for entry in plan["configurations"]}
    read: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for result in (live or {}).get("results", []):
        place = read.setdefault((result["item"]["profile"], result["item"]["region"]), {})
        place.update({parameter["name"]: parameter for parameter in result["parameters"]})
    made: dict[tuple[str, str], list[dict[str, str]]] = {}
    for item, entry, parts in _returned(published):
        texts = [canonical_text(part) for part in split(entry["name"], _configuration(by_key[(item["profile"], entry["key"])]))]
        if hold == "keep" and _held(parts):
            found = _live_sources(parts, texts)
            found += _further_sources(entry["name"], len(found) + 1, read.get((item["profile"], item["region"]), {}))
        else:
            found = _new_sources(parts, texts)
        made[(item["profile"], entry["key"])] = found
    answer = {}
    for host, wish in plan["hosts"].items():
        if (wish["profile"], wish["key"]) not in made:
            raise ConfigError(f"{host}: its configuration {wish['key']} was not published: run the role parameter_store over this host")
        answer[host] = {"sources": made[(wish["profile"], wish["key"])], "region": wish["region"], "mode": wish["mode"]}
    return answer


def _source(name: str, version: int, text: str) -> dict[str, str]:
    return {"location": f"ssm:{name}:{version}", "digest": digest(text), "content": text}


def _new_sources(parts: list[dict[str, Any]], texts: list[str]) -> list[dict[str, str]]:
    return [_source(part["name"], part["version"], part["stored_value"] or text) for part, text in zip(parts, texts)]


def _live_sources(parts: list[dict[str, Any]], texts: list[str]) -> list[dict[str, str]]:
    """The parts of the live release: those that carry its label, without a gap."""
    found = []
    for part, text in zip(parts, [*texts, ""]):
        version = part["labels"][LIVE]
        if not version:
            break
        other = part["labelled_values"].get(LIVE)
        found.append(_source(part["name"], version, other if other is not None else part["stored_value"] or text))
    return found


def _further_sources(name: str, number: int, read: dict[str, dict[str, Any]]) -> list[dict[str, str]]:
    """The parts of the live release from *number* on, from what was *read* of its place by name."""
    found = []
    while part_name(name, number) in read:
        parameter = read[part_name(name, number)]
        found.append(_source(parameter["name"], parameter["version"], parameter["value"]))
        number += 1
    return found


def to_release(published: dict[str, Any], plan: dict[str, Any], hosts: list[str], hold: str = "keep") -> list[dict[str, Any]]:
    """The places with the names whose published version is not live yet, for a release.

    Args:
        published: what was published.
        plan: the plan of the run.
        hosts: the hosts that are well; a configuration of which another host failed is left out.
        hold: V(keep) leaves out what is on hold.

    Returns:
        ``profile``, ``region``, ``names``, an entry a place that has any.
    """
    well = set(hosts)
    users = {(entry["profile"], entry["key"]): set(entry["hosts"]) for entry in plan["configurations"]}
    places: dict[tuple[str, str], list[str]] = {}
    for item, entry, parts in _returned(published):
        ready = users[(item["profile"], entry["key"])] <= well
        stays = parts[0]["labels"][HOLD] and (hold == "keep")
        if ready and not stays and (not _released(parts) or parts[0]["labels"][HOLD]):
            places.setdefault((item["profile"], item["region"]), []).append(entry["name"])
    return [{"profile": profile, "region": region, "names": names} for (profile, region), names in places.items()]


def places(plan: dict[str, Any], names: list[str] | None = None) -> list[dict[str, Any]]:
    """The places of *plan* with the names of its configurations, or those of *names* alone.

    Raises:
        ConfigError: one of *names* belongs to no host of the run.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for entry in plan["configurations"]:
        if not names or entry["name"] in names:
            found.setdefault((entry["profile"], entry["region"]), []).append(entry["name"])
    unknown = sorted(set(names or []) - {name for place in found.values() for name in place})
    if unknown:
        known = ", ".join(sorted({entry["name"] for entry in plan["configurations"]}))
        raise ConfigError(f"cw_agent_release_names: {', '.join(unknown)} belongs to no host of this run; its configurations are: {known}")
    return [{"profile": profile, "region": region, "names": sorted(place)} for (profile, region), place in found.items()]


def moves(stored: dict[str, Any], action: str, hold: str = "keep") -> list[dict[str, Any]]:
    """The label moves of a promotion, a release or a rollback.

    Args:
        stored: what was read of the labels.
        action: V(promote): live to the candidate; V(rollback): live to the previous release, and a hold.
        hold: V(keep) refuses to promote what is on hold; V(lift) promotes it and removes the hold.

    Returns:
        ``profile``, ``region`` and ``parameters`` (for ``ssm_parameter``), an entry a place.

    Raises:
        ConfigError: something cannot be moved; all reasons in one message.
    """
    answer, wrong = [], []
    for result in stored.get("results", []):
        parameters: list[dict[str, Any]] = []
        for name in result["item"]["names"]:
            releases = {label: _release(result["parameters"], name, label) for label in LABELS}
            reason = _refusal(name, releases, action, hold)
            wrong += [f"{result['item']['region']}/{name}: {reason}"] if reason else []
            parameters += [] if reason else _moves_of(releases, result["parameters"], name, action, hold)
        if parameters:
            answer.append({**_place(result["item"]), "parameters": parameters})
    if wrong:
        raise ConfigError("; ".join(wrong))
    return answer


def _release(parameters: list[dict[str, Any]], name: str, label: str) -> Versions:
    """The parts that carry *label* without a gap, with their versions."""
    by_name = {parameter["name"]: parameter["labels"].get(label, 0) for parameter in parameters}
    found: Versions = {}
    number = 1
    while by_name.get(part_name(name, number)):
        found[part_name(name, number)] = by_name[part_name(name, number)]
        number += 1
    return found


def _refusal(name: str, releases: dict[str, Versions], action: str, hold: str) -> str:
    if action == "rollback":
        return "" if releases[PREVIOUS] else "there is no previous release to go back to: correct the fragments and publish instead"
    if not releases[CANDIDATE]:
        return "there is no candidate: publish one first"
    if releases[HOLD] and hold == "keep":
        return (
            f"is on hold since its rollback from version {releases[HOLD].get(name)}: "
            "set cw_agent_release_hold to lift to release the candidate and to remove the hold"
        )
    return ""


def _moves_of(releases: dict[str, Versions], parameters: list[dict[str, Any]], name: str, action: str, hold: str) -> list[dict[str, Any]]:
    """Label moves by part: the new live release, what becomes the previous one, and labels that surplus parts lose."""
    live = releases[LIVE]
    if action == "rollback":
        aims = {LIVE: releases[PREVIOUS]}
        if live and live != releases[PREVIOUS]:
            aims[HOLD] = releases[HOLD] or {name: live[name]}
    else:
        aims = {LIVE: releases[CANDIDATE], CANDIDATE: releases[CANDIDATE]}
        if live and live != releases[CANDIDATE]:
            aims[PREVIOUS] = live
        if hold == "lift":
            aims[HOLD] = {}
    answer = []
    for parameter in parameters:
        if parameter["name"] != name and not _is_part_of(parameter["name"], name):
            continue
        wanted = {label: versions.get(parameter["name"], 0) for label, versions in aims.items()}
        moved = {label: version for label, version in wanted.items() if parameter["labels"].get(label, 0) != version}
        if moved:
            answer.append({"name": parameter["name"], "label_versions": moved})
    return answer


def _is_part_of(other: str, name: str) -> bool:
    return other.startswith(name + ".part") and other[len(name) + 5 :].isdigit()


def unused_parts(listed: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts that no label uses, from the registered result of the loop that listed them.

    Returns:
        ``profile``, ``region`` and ``parameters`` (for ``ssm_parameter``), an entry a place that has any.
    """
    answer = []
    for result in listed.get("results", []):
        unused = [
            {"name": parameter["name"]}
            for parameter in result["parameters"]
            if not any(parameter["labels"].values()) and any(_is_part_of(parameter["name"], name) for name in result["item"]["names"])
        ]
        if unused:
            answer.append({**_place(result["item"]), "parameters": unused})
    return answer
