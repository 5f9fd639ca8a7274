# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the inventory says of hosts that are not part of a run."""

from __future__ import annotations

from typing import Any, Iterable, Mapping, NamedTuple

from ansible.errors import AnsibleError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.compose import compose
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.inventory import NotPlainError, Reader, is_template
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.presets import preset
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.settings import (
    ABSENT,
    FRAGMENT,
    SETTINGS,
    config_name,
    region_of_placement,
)
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.hosts import sender_of
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.sharing import Sender, names_of_no_host

OBSERVED, CONVERGED, FAILURE = "cw_agent_observed", "cw_agent_converged", "cw_agent_failure"
NODES_OBSERVED, COMMANDED = "cw_agent_nodes_observed", "cw_agent_commanded"


def hosts_beside(plan: Mapping[str, Any], hostvars: Any, inventory: Iterable[str]) -> dict[str, list[str]]:
    """The hosts of *inventory* outside *plan* by the name of their configuration. One whose name is a template counts for every name.

    Names are made from the names of variables, so nothing is composed for these hosts.
    """
    names = {entry["name"] for entry in plan["configurations"]}
    found: dict[str, list[str]] = {}
    for host in inventory:
        if host in plan["hosts"]:
            continue
        for name in _names(hostvars.raw_get(host), names):
            found.setdefault(name, []).append(host)
    return found


def variables_of(host: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """The *variables* of a host; of one that SSH does not reach, with what Run Command has found out in the place of what SSH would have.

    That stands in one result for all hosts, because a result for each would cost a task for each.
    """
    observed = (variables.get(NODES_OBSERVED) or {}).get("observed") or {}
    if host not in observed:
        return variables
    done = variables.get(COMMANDED) or {}
    later = {CONVERGED: (done.get("converged") or {}).get(host), FAILURE: (done.get("failures") or {}).get(host)}
    return {**variables, OBSERVED: observed[host], **{name: result for name, result in later.items() if result}}


def observations(hostvars: Any, hosts: Iterable[str]) -> dict[str, Any]:
    """By host, the result of its last observation in this run (``cw_agent_observed``), as far as there is one."""
    found = {host: variables_of(host, hostvars.raw_get(host)) for host in hosts}
    return {host: variables[OBSERVED] for host, variables in found.items() if OBSERVED in variables}


def configurations_beside(plan: Mapping[str, Any], hostvars: Any, inventory: Iterable[str]) -> dict[str, tuple[str, str]]:
    """The name of the configuration and the region of every host of *inventory* outside *plan* that has one, with rendered templates."""
    found = {}
    for host in inventory:
        if host in plan["hosts"]:
            continue
        variables = hostvars[host]
        settings = {name: default if variables.get(name) is None else variables.get(name) for name, default in SETTINGS.items()}
        if settings["cw_agent_state"] == ABSENT:
            continue
        try:
            name = config_name(settings, {name: None for name in variables if name.startswith(FRAGMENT)})
        except ConfigError:
            continue  # a host without anything to observe
        found[host] = (name, str(settings["cw_agent_region"] or placed_region(hostvars.raw_get(host))))
    return found


def senders_beside(plan: Mapping[str, Any], hostvars: Any, inventory: Iterable[str]) -> list[Sender]:
    """What the hosts of *inventory* outside *plan* send to under names that have nothing of a host.

    They are not looked at where nothing in the plan has such a name. A fragment that cannot be filled in is passed over; the others count.
    What many hosts have in common is read once.
    """
    if not any(sender_of(item).names for item in plan["configurations"]):
        return []
    reader, known, found = Reader(), dict[tuple[Any, ...], Any](), []
    for host in inventory:
        raw = hostvars.raw_get(host) if host not in plan["hosts"] else None
        if not isinstance(raw, Mapping) or raw.get("cw_agent_state") == ABSENT:
            continue
        rendered = _Rendered(reader, raw, hostvars, host)
        base = tuple(str(rendered.value(name) or SETTINGS[name]) for name in ("cw_agent_preset", "cw_agent_platform", "cw_agent_mode"))
        fragments = [value for value in map(rendered.value, sorted(filter(_is_fragment, raw))) if isinstance(value, dict)]
        key = (*base, *map(id, fragments))
        if key not in known:
            known[key] = (fragments, _composed(base, fragments))
        configuration = known[key][1]
        names = names_of_no_host(configuration)
        if names:
            section = configuration.get("agent")
            own = section.get("region") if isinstance(section, dict) else ""
            region = own or rendered.value("cw_agent_region") or placed_region(raw)
            found.append(Sender(str(rendered.value("cw_agent_profile") or ""), str(region or ""), names))
    return found


class _Rendered(NamedTuple):
    """The variables of a *host* (``raw``), each with its templates filled in when it is asked for."""

    reader: Reader
    raw: Mapping[str, Any]
    hostvars: Any
    host: str

    def value(self, name: str, default: Any = None) -> Any:
        """*default* for one that is not there or cannot be filled in."""
        if self.raw.get(name) is None:
            return default
        try:
            return self.reader.value(name, self.raw[name], lambda _raw: self.hostvars[self.host][name], self.raw)
        except (AnsibleError, NotPlainError):
            return default


def _is_fragment(name: str) -> bool:
    return name.startswith(FRAGMENT)


def _composed(base: tuple[str, ...], fragments: Iterable[dict[str, Any]]) -> Mapping[str, Any]:
    try:
        parts = [("", preset(*base)), *((str(number), fragment) for number, fragment in enumerate(fragments))]
        return compose(parts).configuration
    except ConfigError:
        return {}


def node_ids(hostvars: Any, hosts: Iterable[str]) -> dict[str, str]:
    """The ids in Systems Manager of the hosts that have one: ``cw_agent_node_id``, or the ``instance_id`` of an EC2 inventory."""
    known = {host: hostvars[host] for host in hosts if host in hostvars}
    found = {host: str(variables.get("cw_agent_node_id") or variables.get("instance_id") or "") for host, variables in known.items()}
    return {host: node for host, node in found.items() if node}


def placement_of(variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """``placement`` of an EC2 inventory, also where its options hostvars_prefix or hostvars_suffix have renamed the variable."""
    found = variables.get("placement")
    if isinstance(found, dict):
        return found
    named = (value for name, value in variables.items() if "placement" in name and isinstance(value, dict))
    return next((value for value in named if "region" in value and "availability_zone" in value), {})


def placed_region(variables: Mapping[str, Any]) -> str:
    """The region that an EC2 inventory gives a host, '' where it gives none or a template."""
    region = placement_of(variables).get("region")
    return "" if is_template(region) else region_of_placement(str(region or ""))


def zone_of(variables: Any) -> str:
    """The availability zone that an EC2 inventory gives a host, '' where it gives none."""
    return str(placement_of(variables).get("availability_zone") or "") if isinstance(variables, Mapping) else ""


def _names(variables: Any, names: set[str]) -> set[str]:
    if not isinstance(variables, Mapping):
        return set()
    settings = {name: variables.get(name) if variables.get(name) is not None else default for name, default in SETTINGS.items()}
    if settings["cw_agent_state"] == ABSENT:
        return set()
    if any(is_template(settings[name]) for name in ("cw_agent_config_name", "cw_agent_environment", "cw_agent_preset", "cw_agent_mode")):
        return names
    try:
        return {config_name(settings, {name: None for name in variables if name.startswith(FRAGMENT)})} & names
    except ConfigError:
        return set()  # a host without anything to observe
