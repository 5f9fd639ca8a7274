# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stages have registered, for the next play. Every filter is documented in the YAML file of its name."""

from __future__ import annotations

from typing import Any, Callable, Mapping


def data_of_run(hostvars: Mapping[str, Mapping[str, Any]], name: str, each: bool = False) -> dict[str, Any]:
    """Return what a stage has registered under *name*, of the first host that has it; empty where none does.

    *each*: every host has a result of cw_agent_info there; the hosts of which something differs or forbids converging, in inventory order.
    """
    if not each:
        return next((dict(found) for found in (hostvars[host].get(name) for host in hostvars) if found), {})
    observed = ((host, hostvars[host].get(name) or {}) for host in hostvars)
    return {"to_converge": [host for host, found in observed if "converged" in found and (not found["converged"] or found["problems"])]}


class FilterModule:
    """The filter about what is registered."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The functions by the names that playbooks use."""
        return {"data_of_run": data_of_run}
