# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What nodes have said of their agents, in the form of what hosts say that Ansible reaches: later stages know one form."""

from __future__ import annotations

from typing import Any, Mapping

from . import hybrid_keys
from .agent_fleet import CONFIGURE, INSTALL, Target, needs

PACKAGE, CREDENTIALS, CONFIGURATION, SERVICE = "package", "credentials", "configuration", "service"
_NOBODY = {"source": "", "account": "", "arn": "", "clock_skew": None}
_NO_PROFILE = {"profile": None, "file": None, "keys_expire_at": None}
_NO_KEYS = {"role": None, "no_keys": "", "keys_expire_at": None}


def observation(agent: Mapping[str, Any], target: Target) -> dict[str, Any]:
    """As the result of ``cw_agent_info``: ``agent``, ``converged``, what differs. What a script does not know is None or empty."""
    open_needs = needs(agent, target)
    found = _differences(agent, target, open_needs)
    whole = {
        **agent,
        "identity": {**_NO_KEYS, **agent.get("identity", {})},
        "caller": _NOBODY,
        "common_config": {**_NO_PROFILE, **(agent.get("common_config") or {})},
        "unmanaged": [],
        "stale_files": [],
    }
    return {
        "changed": False,
        "agent": whole,
        "converged": not open_needs,
        "differing": list(found),
        "differences": list(found.values()),
        "problems": [],
        "refusal": "",
        "conflict": "",
    }


def unreachable_result(reason: str) -> dict[str, Any]:
    """As the result of a host that Ansible does not reach."""
    return {"changed": False, "unreachable": True, "msg": reason}


def _differences(agent: Mapping[str, Any], target: Target, open_needs: list[str]) -> dict[str, str]:
    build, state = str(agent["package"]["build"]), str(agent["service"]["active_state"])
    files = ", ".join(str(item["file"]) for item in agent["configurations"]) or "none"
    active = sorted(str(item["digest"]) for item in agent["configurations"])
    found = {}
    if INSTALL in open_needs:
        found[PACKAGE] = f"package: {build or 'not installed'} → {target.build or 'the latest of Distributor'}"
    if target.hybrid_keys and hybrid_keys.differs(agent):
        found[CREDENTIALS] = f"credentials: profile {(agent.get('common_config') or {}).get('profile') or 'none'} → {hybrid_keys.PROFILE}"
    if CONFIGURE in open_needs and target.locations and active != sorted(target.digests):
        found[CONFIGURATION] = f"configuration: {files} → {', '.join(target.locations)}"
    if CONFIGURE in open_needs and build and state != "active":
        found[SERVICE] = f"service: {state} → active"
    return found
