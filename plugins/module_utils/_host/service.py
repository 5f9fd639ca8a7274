# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent's systemd unit."""

from __future__ import annotations

import shlex
import signal
from typing import NamedTuple

from .layout import UNIT
from .system import Host, read_text

FIELDS = (
    "ActiveState",
    "SubState",
    "UnitFileState",
    "InvocationID",
    "ExecMainStartTimestampMonotonic",
    "MainPID",
    "Result",
    "ExecMainStatus",
    "ExecMainCode",
    "NRestarts",
    "LoadState",
    "NeedDaemonReload",
    "Environment",
)


# What waitid() calls a process that a signal has ended, without and with a core dump.
_BY_SIGNAL = (2, 3)


class Service(NamedTuple):
    """The unit as systemd sees it. ``started_at``: seconds since the epoch, 0 while it does not run; ``attempted_at``: last start.

    ``exit_code``: how the last daemon ended, as waitid() has it; ``exit_status``: its exit status, or the number of the signal;
    ``restarts``: how often systemd has restarted it by itself; ``environment``: the names of the variables that the unit sets.
    """

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
    exit_code: int = 0
    restarts: int = 0
    masked: bool = False
    environment: tuple[str, ...] = ()

    @property
    def running(self) -> bool:
        """Whether the daemon's process is there, be it ready or not."""
        return self.active_state == "active" and self.main_pid > 0

    def died(self, invocation_id: str) -> bool:
        """Whether the run of that InvocationID has ended since, be it that systemd has started another one; '' never has."""
        return bool(invocation_id) and not (self.active_state == "active" and self.invocation_id == invocation_id)

    @property
    def ending(self) -> str:
        """How the last daemon ended, in words."""
        state = f"systemd: {self.active_state}/{self.sub_state}"
        if self.exit_code in _BY_SIGNAL:
            by = " for want of memory" if self.result == "oom-kill" else ""
            return f"killed by {_signal(self.exit_status)}{by}; {state}"
        return f"exit status {self.exit_status}; {state}" if self.exit_code else state


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def read(host: Host, unit: str = UNIT) -> Service:
    """Ask systemd once, of the agent's unit or another one."""
    answer = host.run(["systemctl", "show", unit, f"--property={','.join(FIELDS)}"], timeout=20)
    if answer.rc != 0:
        return Service(active_state="unknown", sub_state="unknown")
    shown = dict(line.split("=", 1) for line in answer.out.splitlines() if "=" in line)
    active = shown.get("ActiveState", "inactive")
    started = int(shown.get("ExecMainStartTimestampMonotonic") or 0) / 1e6
    # Counted back from now: a clock that was set after the start does not matter then.
    attempted_at = round(host.now() - (host.monotonic() - started), 3) if started else 0.0
    return Service(
        active_state=active,
        sub_state=shown.get("SubState", "dead"),
        enabled=shown.get("UnitFileState") == "enabled",
        invocation_id=shown.get("InvocationID", ""),
        started_at=attempted_at if active == "active" else 0.0,
        attempted_at=attempted_at,
        main_pid=int(shown.get("MainPID") or 0),
        result=shown.get("Result", ""),
        exit_status=int(shown.get("ExecMainStatus") or 0),
        loaded=shown.get("LoadState") == "loaded",
        needs_reload=shown.get("NeedDaemonReload") == "yes",
        exit_code=int(shown.get("ExecMainCode") or 0),
        restarts=int(shown.get("NRestarts") or 0),
        masked=shown.get("LoadState") == "masked",
        environment=assigned(shown.get("Environment", "")),
    )


def assigned(assignments: str) -> tuple[str, ...]:
    """The names of the variables in a setting Environment= of a unit."""
    try:
        return tuple(one.partition("=")[0] for one in shlex.split(assignments))
    except ValueError:
        return ()


def environment(host: Host, main_pid: int) -> dict[str, str]:
    """The environment of the daemon; {} while it does not run."""
    text = read_text(host.layout.at(f"/proc/{main_pid}/environ")) if main_pid else ""
    return dict(one.split("=", 1) for one in text.split("\0") if "=" in one)
