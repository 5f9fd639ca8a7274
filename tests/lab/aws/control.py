# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's own interface to the stand-in, under /_lab/: hosts, simulated nodes, faults, settings, health."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aws.answer import Answer
from aws.identity import ACCOUNT
from aws.imds import Host
from aws.systems_manager import distributor, simulated

if TYPE_CHECKING:
    from aws.front import Front


class Control:
    """Answers JSON to JSON."""

    def __init__(self, front: Front) -> None:
        self.front = front

    def answer(self, path: str, environ: dict[str, Any]) -> Answer:
        """One control request."""
        method = environ.get("REQUEST_METHOD", "GET")
        parts = [part for part in path.split("/") if part][1:]
        length = int(environ.get("CONTENT_LENGTH") or 0)
        try:
            content = json.loads(environ["wsgi.input"].read(length) or b"{}") if length else {}
            status, result = self._do(method, parts, content)
        except (ValueError, KeyError, TypeError) as error:
            status, result = 400, {"error": str(error)}
        return Answer(status, [("Content-Type", "application/json")], json.dumps(result).encode() + b"\n")

    def _do(self, method: str, parts: list[str], content: dict[str, Any]) -> tuple[int, Any]:
        area, name = ([*parts, "", ""])[:2]
        handler = {
            "health": self._health,
            "hosts": self._hosts,
            "nodes": self._nodes,
            "packages": self._packages,
            "faults": self._faults,
            "settings": self._settings,
            "reset": self._reset,
        }.get(area)
        return handler(method, name, content) if handler else (404, {"error": f"no such thing: {'/'.join(parts)}"})

    def _health(self, method: str, name: str, content: dict[str, Any]) -> tuple[int, Any]:
        return 200, {"ok": True}

    def _hosts(self, method: str, name: str, content: dict[str, Any]) -> tuple[int, Any]:
        hosts = self.front.imds.hosts
        if method == "POST":
            host = Host(
                str(content["name"]),
                content.get("instance_id"),
                str(content.get("region") or "us-east-1"),
                str(content.get("kind") or "ec2"),
            )
            hosts[host.name] = host
            return 200, asdict(host)
        if method == "DELETE":
            return (200, {}) if hosts.pop(name, None) else (404, {"error": f"no such host: {name}"})
        return 200, [asdict(host) for host in hosts.values()]

    def _nodes(self, method: str, name: str, content: dict[str, Any]) -> tuple[int, Any]:
        """Simulated nodes of Systems Manager; their fields stand in aws/systems_manager/simulated.py."""
        with self.front.lock:
            if method == "POST":
                service = self.front.system((ACCOUNT, str(content.get("region") or "us-east-1")))
                return 200, {"nodes": simulated.add(service, content)}
            if method == "DELETE":
                return 200, {"cleared": sum(simulated.clear(service) for service in self.front.systems.values())}
            return 200, {"nodes": [node for service in self.front.systems.values() for node in service.nodes.found]}

    def _packages(self, method: str, name: str, content: dict[str, Any]) -> tuple[int, Any]:
        """Packages of Distributor; their fields stand in aws/systems_manager/distributor.py."""
        if method == "POST":
            return 200, distributor.add(self.front.packages, content)
        return 200, self.front.packages

    def _faults(self, method: str, name: str, content: dict[str, Any]) -> tuple[int, Any]:
        faults = self.front.faults
        if method == "POST":
            return 200, faults.add(content)
        if method == "DELETE":
            return 200, {"cleared": faults.clear(int(name) if name else None)}
        return 200, faults.listed()

    def _settings(self, method: str, name: str, content: dict[str, Any]) -> tuple[int, Any]:
        settings = self.front.settings
        if method == "POST":
            unknown = sorted(set(content) - set(settings))
            if unknown:
                raise ValueError(f"unknown setting {unknown[0]}; known: {', '.join(settings)}")
            settings.update({key: float(value) for key, value in content.items()})
            self.front.imds.credential_seconds = settings["credential_seconds"]
        return 200, settings

    def _reset(self, method: str, name: str, content: dict[str, Any]) -> tuple[int, Any]:
        if method != "POST":
            return 405, {"error": "POST only"}
        self.front.reset()
        return 200, {}
