# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a host's agent, as far as it bears on telemetry that does not arrive."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple


class Evidence(NamedTuple):
    """What is known of a host's agent.

    ``errors``: its ``E!`` lines, newest last; ``region``: where the host is; ``sends_to``: where its agent sends; ``role``: of its profile.
    """

    active: bool = True
    errors: tuple[str, ...] = ()
    run_as_user: str = "root"
    region: str = ""
    sends_to: str = ""
    role: str = ""

    @classmethod
    def of(cls, agent: Mapping[str, Any], sends_to: str) -> Evidence:
        """Read it out of what ``cw_agent_info`` returns as ``agent``. ``sends_to``: the region in which its telemetry is expected."""
        identity = agent.get("identity") or {}
        return cls(
            active=(agent.get("service") or {}).get("active_state", "active") == "active",
            errors=tuple(agent.get("errors") or ()),
            run_as_user=str(agent.get("run_as_user") or "root"),
            region=str(identity.get("region") or ""),
            sends_to=sends_to,
            role=str(identity.get("role") or ""),
        )
