# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent's systemd unit."""

from __future__ import annotations

from dataclasses import dataclass

from .layout import UNIT
from .system import Host

FIELDS = (
    "ActiveState",
    "SubState",
    "UnitFileState",
    "InvocationID",
    "ExecMainStartTimestampMonotonic",
    "MainPID",
    "Result",
    "ExecMainStatus",
    "LoadState",
    "NeedDaemonReload",
)


@dataclass(frozen=True)
class Service:
    """The unit as systemd sees it. ``started_at``: seconds since the epoch, 0 while it does not run; ``attempted_at``: last start."""

    active_state: str = "inactive"
    sub_state: str = "dead"
    enabled: bool = False
    invocation_id: str = ""
    started_at: float = 0.0
    attempted_at: float = 0.0
    main_pid: int = 0
    result: str = ""
    exit_status: int = 0
    loaded: bool = False
    needs_reload: bool = False

    @property
    def running(self) -> bool:
        """Whether the daemon's process is there, be it ready or not."""
        return self.active_state == "active" and self.main_pid > 0


def read(host: Host) -> Service:
    """Ask systemd once."""
    answer = host.run(["systemctl", "show", UNIT, f"--property={','.join(FIELDS)}"], timeout=20)
    if answer.rc != 0:
        return Service(active_state="unknown", sub_state="unknown")
    told = dict(line.split("=", 1) for line in answer.out.splitlines() if "=" in line)
    active = told.get("ActiveState", "inactive")
    started = int(told.get("ExecMainStartTimestampMonotonic") or 0) / 1e6
    # Counted back from now: a clock that was set after the start does not matter then.
    attempted_at = round(host.now() - (host.monotonic() - started), 3) if started else 0.0
    return Service(
        active_state=active,
        sub_state=told.get("SubState", "dead"),
        enabled=told.get("UnitFileState") == "enabled",
        invocation_id=told.get("InvocationID", ""),
        started_at=attempted_at if active == "active" else 0.0,
        attempted_at=attempted_at,
        main_pid=int(told.get("MainPID") or 0),
        result=told.get("Result", ""),
        exit_status=int(told.get("ExecMainStatus") or 0),
        loaded=told.get("LoadState") == "loaded",
        needs_reload=told.get("NeedDaemonReload") == "yes",
    )
