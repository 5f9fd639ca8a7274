# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The addresses on which an agent listens, with its defaults; what is no address is passed over."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.listeners import listeners
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.subject import Subject


def found(configuration: dict[str, Any], platform: str = "linux") -> list[tuple[str, str, str]]:
    return [(item.what, item.protocol, item.address) for item in listeners(Subject(configuration, "1.300071", platform, "ec2"))]


EVERYTHING = {
    "metrics": {"metrics_collected": {"statsd": {}, "collectd": {}, "otlp": {}}},
    "logs": {"metrics_collected": {"emf": {}, "application_signals": {}}},
    "traces": {"traces_collected": {"xray": {}}},
    "opentelemetry": {"collect": {"otlp": {"http_endpoint": "[::1]:4320"}}},
}


def test_the_defaults() -> None:
    assert found(EVERYTHING) == [
        ("otlp (grpc_endpoint)", "tcp", "127.0.0.1:4317"),
        ("otlp (http_endpoint)", "tcp", "127.0.0.1:4318"),
        ("otlp (http_endpoint)", "tcp", "[::1]:4320"),
        ("statsd", "udp", ":8125"),
        ("collectd", "udp", "127.0.0.1:25826"),
        ("emf", "tcp", "0.0.0.0:25888"),
        ("emf", "udp", "0.0.0.0:25888"),
        ("xray", "udp", "127.0.0.1:2000"),
        ("tcp_proxy of xray", "tcp", "127.0.0.1:2000"),
        ("application_signals", "tcp", "0.0.0.0:4315"),
        ("application_signals", "tcp", "0.0.0.0:4316"),
    ]


def test_collectd_is_not_on_windows() -> None:
    assert "collectd" not in [what for what, _protocol, _address in found(EVERYTHING, "windows")]


@pytest.mark.parametrize("address", [8125, None, "", "host", ":0", ":65536", ":port", "${HOST}:8125", ["x"]])
def test_what_is_no_address(address: Any) -> None:
    assert found({"metrics": {"metrics_collected": {"statsd": {"service_address": address}}}}) == []
