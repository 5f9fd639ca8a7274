# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing back the state before a change, daemon included."""

from __future__ import annotations

from . import configurations, manifest, readiness, snapshot
from .configurations import AgentSection
from .errors import HostError, reason
from .layout import UNIT
from .snapshot import Snapshot
from .system import Host

READY_SECONDS = 30.0
HEALTH_SECONDS = 3.0


def files(host: Host, earlier: Snapshot) -> None:
    """The files alone: the daemon has not read the new ones."""
    snapshot.restore(host)
    manifest.record(host, earlier.applied)
    snapshot.discard(host)


def section(host: Host) -> AgentSection:
    """The settings of the configurations that are active now."""
    return configurations.agent_section([one.text for one in configurations.active(host.layout)])


def everything(host: Host, earlier: Snapshot, running: AgentSection) -> str:
    """The files, and the daemon started with them or stopped as it was; says what came of it. ``running``: settings of the present daemon.

    Raises:
        HostError, OSError: it cannot be done; the snapshot stays for the next run.
    """
    snapshot.restore(host)
    if not earlier.running:
        readiness.stop(host)
        if not earlier.enabled:
            host.run(["systemctl", "disable", UNIT])
        manifest.record(host, earlier.applied)
        snapshot.discard(host)
        return "the state before is back: the service is stopped as it was"
    verdict = readiness.wait(host, readiness.restart(host, section(host), running), READY_SECONDS, HEALTH_SECONDS)
    manifest.record(host, earlier.applied)
    snapshot.discard(host)
    if verdict.kind == "dead":
        return f"the previous configuration is back, but the agent does not live with it either ({verdict.cause})"
    return "the previous configuration is back and the agent runs with it"


def attempt(host: Host, earlier: Snapshot, running: AgentSection) -> tuple[bool, str]:
    """As ``everything``; whether it could be done, and what came of it. Never raises: why it was needed has to be reported as well."""
    try:
        return True, everything(host, earlier, running)
    except (HostError, OSError) as error:
        return False, (
            f"and rolling back failed as well: {reason(error)}. The configuration before is safe in {host.layout.transaction}; "
            "Hint: remove the cause, then run again: the next run continues there"
        )
