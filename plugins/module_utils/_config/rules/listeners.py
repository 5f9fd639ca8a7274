# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about the addresses on which the agent listens."""

from __future__ import annotations

from typing import Iterator

from ..findings import ERROR, WARNING, Finding
from ..listeners import Listener, listeners, otlp_endpoints, otlp_sections
from ..pointer import Step, at, pointer
from ..problems import rule
from ..subject import Subject
from .metrics import metrics

_EVERY = "all addresses"


@rule(
    "otlp-tls-conflict",
    WARNING,
    why="Sections share an OTLP endpoint only with the same certificate and key; else one section's tls wins, and nobody says which.",
    hint="Give them different endpoints, or the same tls.",
    example={
        **metrics(otlp={"grpc_endpoint": "127.0.0.1:4317", "tls": {"cert_file": "/a", "key_file": "/b"}}),
        "traces": {"traces_collected": {"otlp": {"grpc_endpoint": "127.0.0.1:4317"}}},
    },
)
def _otlp_tls(subject: Subject) -> Iterator[Finding]:
    known: dict[tuple[str, str], tuple[tuple[str, str], tuple[Step, ...]]] = {}
    for path, item in otlp_sections(subject):
        if path[0] == "opentelemetry":
            continue
        tls = item.get("tls")
        keys = tls if isinstance(tls, dict) else {}
        pair = (str(keys.get("cert_file") or ""), str(keys.get("key_file") or ""))
        for endpoint in otlp_endpoints(item):
            other, where = known.setdefault(endpoint, (pair, path))
            if other != pair:
                yield Finding(path, item, f"{endpoint[1]} is used with another tls at {pointer(where)}.", related=(where,))


@rule(
    "address-in-use",
    ERROR,
    why="Two listeners cannot have one port of a protocol. The agent passes its own validation, and dies at every start: "
    "bind: address already in use.",
    hint="Give each a port of its own.",
    example=metrics(otlp={"grpc_endpoint": "127.0.0.1:4317", "http_endpoint": "127.0.0.1:4317"}),
)
def _address_in_use(subject: Subject) -> Iterator[Finding]:
    known: list[Listener] = []
    for item in listeners(subject):
        other = next((one for one in known if item.excludes(one, subject.platform)), None)
        if other is not None:
            where = "" if other.path == item.path else f" at {pointer(other.path)}"
            message = f"{item.what} listens on {item.protocol} {_spoken(item)}, and {other.what}{where} on {_spoken(other)}."
            yield Finding(item.path, at(subject.config, item.path), message, related=() if other.path == item.path else (other.path,))
        known.append(item)


def _spoken(item: Listener) -> str:
    return item.address if item.host else f"{item.address} ({_EVERY})"
