# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host of the report in words, as the table and the page show it."""

from __future__ import annotations

from typing import Any, Mapping

from .._config.words import counted
from .._release.usage import NONE, OTHER, RUNS
from .._telemetry.states import words as telemetry_words
from .differences import PACKAGE

NOTHING = "-"


def build(entry: Mapping[str, Any]) -> str:
    """The installed build, and the one that is desired instead."""
    if entry["build"] is None:
        return NOTHING
    desired = entry["desired_build"] if PACKAGE in entry["differing"] else ""
    return f"{entry['build'] or 'none'}{f' → {desired}' if desired else ''}"


def configuration(entry: Mapping[str, Any]) -> str:
    """What it runs, and the version that is live instead."""
    said = entry["configuration"]
    if said["state"] == RUNS:
        runs = f"{name(said['runs_key'])}:{said['runs']}"
    elif said["state"] in (NONE, OTHER):
        runs = "none" if said["state"] == NONE else "other files"
    else:
        return NOTHING
    live = "" if said["is_live"] else f" (live is {said['live']})" if said["live"] else " (nothing is live)"
    return runs + live + (", on hold" if said["on_hold"] else "")


def name(key: str) -> str:
    """The name of a configuration, without its account and region."""
    return key.rpartition("/")[2]


def service(entry: Mapping[str, Any]) -> str:
    """Whether it runs, starts at boot, and has been restarted by systemd."""
    said = entry["service"]
    if not entry["build"]:
        return NOTHING
    texts = ["running" if said["active_state"] == "active" else said["active_state"]]
    texts += [] if said["enabled"] else ["disabled"]
    return ", ".join(texts + ([counted(said["restarts"], "restart")] if said["restarts"] else []))


def credentials(entry: Mapping[str, Any]) -> str:
    """Where they come from, and until when they are valid."""
    said = entry["credentials"]
    source = f"role {said['role']}" if said["role"] else f"profile {said['profile']}" if said["profile"] else NOTHING
    return f"{source} until {minute(said['expires_at'])}" if said["expires_at"] else source


def telemetry(entry: Mapping[str, Any]) -> str:
    """What has arrived, and when the newest of it."""
    said = entry["telemetry"]
    if said["state"] is None:
        return NOTHING
    return telemetry_words(said["state"]) + (f", {minute(said['newest_at'])}" if said["newest_at"] else "")


def association(entry: Mapping[str, Any]) -> str:
    """What came of its association there, and the version that it gives beside the one that is live."""
    said = entry["association"]
    if said is None:
        return NOTHING
    if said["reason"]:
        return "not known"
    first = ", ".join(said["gives"][:1]) or "other files"
    live = entry["configuration"]["live"]
    return f"{said['status']}, {first}" + ("" if said["is_live"] or not live else f" (live is {live})")


def minute(moment: str) -> str:
    """A moment in ISO 8601 as people read it, to the minute."""
    return f"{moment[:10]} {moment[11:16]}Z"
