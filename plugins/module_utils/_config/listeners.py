# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The addresses on which an agent with a given configuration listens (contract 4.6, 4.7, 4.8)."""

from __future__ import annotations

import re
from typing import Any, Iterator, NamedTuple

from .pointer import Step
from .subject import Subject

TCP, UDP = "tcp", "udp"
LOG_METRICS = ("logs", "metrics_collected")
TRACES = ("traces", "traces_collected")
OTLP_SECTIONS = (("metrics", "metrics_collected"), LOG_METRICS, TRACES, ("opentelemetry", "collect"))
OTLP_DEFAULTS = {"grpc_endpoint": "127.0.0.1:4317", "http_endpoint": "127.0.0.1:4318"}
_SIGNALS = {"grpc_endpoint": "0.0.0.0:4315", "http_endpoint": "0.0.0.0:4316"}
_EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104
_SCHEME = re.compile(r"(?:(tcp|udp)[46]?://)?(.*)")


class Listener(NamedTuple):
    """A socket. ``what``: how people name it; ``kind``: sockets of one kind at one address are one; ``path``: leads to what sets it."""

    what: str
    kind: str
    protocol: str
    host: str
    port: int
    path: tuple[Step, ...]

    @property
    def address(self) -> str:
        """``host:port``."""
        return f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    def excludes(self, other: Listener, platform: str) -> bool:
        """Whether not both can be opened. An address of all interfaces takes the port from each of them on Linux alone."""
        if (self.protocol, self.port) != (other.protocol, other.port):
            return False
        if self.host == other.host:
            return self.kind != other.kind
        return platform == "linux" and not _EVERYWHERE.isdisjoint((self.host, other.host))


def listeners(subject: Subject) -> Iterator[Listener]:
    """All that can be told from the configuration, in the order of its sections."""
    for path, item in otlp_sections(subject):
        for kind, address in otlp_endpoints(item):
            yield from _listener(f"otlp ({kind})", kind, TCP, address, (*path, kind) if kind in item else path)
    for plugin, path, item in subject.plugins():
        if plugin == "statsd":
            yield from _listener("statsd", "statsd", UDP, item.get("service_address", ":8125"), path)
        elif plugin == "collectd" and subject.platform != "windows":
            yield from _listener("collectd", "collectd", UDP, item.get("service_address", "udp://127.0.0.1:25826"), path)
    yield from _emf(subject)
    yield from _xray(subject)
    yield from _signals(subject)


def otlp_sections(subject: Subject) -> Iterator[tuple[tuple[Step, ...], dict[str, Any]]]:
    """(path, mapping) of each entry of otlp."""
    for section in OTLP_SECTIONS:
        value = subject.section(*section).get("otlp")
        items = value if isinstance(value, list) else [value]
        for index, item in enumerate(items):
            if isinstance(item, dict):
                yield ((*section, "otlp", index) if isinstance(value, list) else (*section, "otlp")), item


def otlp_endpoints(item: dict[str, Any]) -> list[tuple[str, str]]:
    """(key, address) of an entry of otlp: of both where it names none."""
    named = [(key, item[key]) for key in OTLP_DEFAULTS if isinstance(item.get(key), str) and item[key]]
    return named or list(OTLP_DEFAULTS.items())


def _emf(subject: Subject) -> Iterator[Listener]:
    for name in ("emf", "structuredlog"):
        if name in subject.section(*LOG_METRICS):
            path, given = (*LOG_METRICS, name), subject.section(*LOG_METRICS, name).get("service_address")
            for protocol in (TCP, UDP) if given is None else ("",):
                yield from _listener(name, "emf", protocol, "0.0.0.0:25888" if given is None else given, path)
            return


def _xray(subject: Subject) -> Iterator[Listener]:
    if "xray" in subject.section(*TRACES):
        path = (*TRACES, "xray")
        proxy = subject.section(*path, "tcp_proxy").get("bind_address", "127.0.0.1:2000")
        yield from _listener("xray", "xray", UDP, subject.section(*path).get("bind_address", "127.0.0.1:2000"), path)
        yield from _listener("tcp_proxy of xray", "proxy", TCP, proxy, path)


def _signals(subject: Subject) -> Iterator[Listener]:
    for section in (LOG_METRICS, TRACES):
        name = next((key for key in ("application_signals", "app_signals") if key in subject.section(*section)), "")
        for kind, address in _SIGNALS.items() if name else ():
            yield from _listener(name, f"signals {kind}", TCP, address, (*section, name))


def _listener(what: str, kind: str, protocol: str, address: Any, path: tuple[Step, ...]) -> Iterator[Listener]:
    """The listener at *address*, whose scheme says which protocol it is, if it is an address at all."""
    if not isinstance(address, str) or "${" in address:
        return
    found = _SCHEME.fullmatch(address.strip())
    host, colon, port = found.group(2).rpartition(":") if found else ("", "", "")
    if found and colon and port.isdecimal() and 0 < int(port) < 65536 and (found.group(1) or protocol):
        name = host.strip("[]").lower()
        yield Listener(what, kind, found.group(1) or protocol, "127.0.0.1" if name == "localhost" else name, int(port), path)
