# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the observation of the hosts means for the next play. Every filter is documented in the YAML file of its name."""

from __future__ import annotations

from typing import Any, Callable, Mapping


def hosts_to_converge(hostvars: Mapping[str, Mapping[str, Any]], name: str = "cw_agent_observed") -> list[str]:
    """Return the hosts whose result of cw_agent_info says that something differs or forbids converging, in inventory order."""
    found = []
    for host in hostvars:
        observed = hostvars[host].get(name) or {}
        if "converged" in observed and (not observed["converged"] or observed["problems"]):
            found.append(host)
    return found


def data_of_run(hostvars: Mapping[str, Mapping[str, Any]], name: str) -> dict[str, Any]:
    """Return what a stage has registered for all hosts under *name*, from the first host that has it; empty where none does."""
    return next((dict(found) for found in (hostvars[host].get(name) for host in hostvars) if found), {})


class FilterModule:
    """The filters about observations."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The functions by the names that playbooks use."""
        return {"data_of_run": data_of_run, "hosts_to_converge": hosts_to_converge}
