# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about the addresses on which the agent listens."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.check import config_problems


def test_the_other_tls_is_named() -> None:
    tls = {"cert_file": "/a", "key_file": "/b"}
    configuration = {
        "metrics": {"metrics_collected": {"otlp": [{"grpc_endpoint": "127.0.0.1:4317", "tls": tls}]}},
        "traces": {"traces_collected": {"otlp": {"grpc_endpoint": "127.0.0.1:4317"}}},
    }
    (problem,) = config_problems(configuration)
    assert problem["message"] == "127.0.0.1:4317 is used with another tls at /metrics/metrics_collected/otlp/0."


def sections(metrics: dict[str, Any] | None = None, logs: dict[str, Any] | None = None, **traces: Any) -> dict[str, Any]:
    return {
        "metrics": {"metrics_collected": {"mem": {"measurement": ["used"]}, **(metrics or {})}},
        **({"logs": {"metrics_collected": logs}} if logs else {}),
        **({"traces": {"traces_collected": traces}} if traces else {}),
    }


def said(configuration: dict[str, Any], platform: str = "linux") -> list[tuple[str, str]]:
    found = config_problems(configuration, platform=platform, agent_version="1.300071")
    return [(item["path"], item["message"]) for item in found if item["rule"] == "address-in-use"]


OTLP = "/metrics/metrics_collected/otlp"
SAME = "127.0.0.1:4317"


@pytest.mark.parametrize(
    ("configuration", "path", "message"),
    [
        (
            sections({"otlp": {"grpc_endpoint": SAME, "http_endpoint": SAME}}),
            f"{OTLP}/http_endpoint",
            f"otlp (http_endpoint) listens on tcp {SAME}, and otlp (grpc_endpoint) at {OTLP}/grpc_endpoint on {SAME}.",
        ),
        (
            sections({"otlp": [{"grpc_endpoint": SAME}, {"http_endpoint": "localhost:4317"}]}),
            f"{OTLP}/1/http_endpoint",
            f"otlp (http_endpoint) listens on tcp {SAME}, and otlp (grpc_endpoint) at {OTLP}/0/grpc_endpoint on {SAME}.",
        ),
        (
            sections({"otlp": {"http_endpoint": SAME}}, otlp={}),
            "/traces/traces_collected/otlp",
            f"otlp (grpc_endpoint) listens on tcp {SAME}, and otlp (http_endpoint) at {OTLP}/http_endpoint on {SAME}.",
        ),
        (
            sections({"otlp": {"grpc_endpoint": "0.0.0.0:4317"}}, otlp={}),
            "/traces/traces_collected/otlp",
            f"otlp (grpc_endpoint) listens on tcp {SAME}, and otlp (grpc_endpoint) at {OTLP}/grpc_endpoint on 0.0.0.0:4317.",
        ),
        (
            sections({"statsd": {"service_address": ":25888"}}, {"emf": {}}),
            "/logs/metrics_collected/emf",
            "emf listens on udp 0.0.0.0:25888, and statsd at /metrics/metrics_collected/statsd on :25888 (all addresses).",
        ),
        (
            sections({"statsd": {}, "collectd": {"service_address": "udp://127.0.0.1:8125", "collectd_security_level": "none"}}),
            "/metrics/metrics_collected/collectd",
            "collectd listens on udp 127.0.0.1:8125, and statsd at /metrics/metrics_collected/statsd on :8125 (all addresses).",
        ),
        (
            sections({"statsd": {"service_address": "127.0.0.1:2000"}}, xray={}),
            "/traces/traces_collected/xray",
            "xray listens on udp 127.0.0.1:2000, and statsd at /metrics/metrics_collected/statsd on 127.0.0.1:2000.",
        ),
        (
            sections({"otlp": {"http_endpoint": "127.0.0.1:4316"}}, {"application_signals": {}}),
            "/logs/metrics_collected/application_signals",
            f"application_signals listens on tcp 0.0.0.0:4316, and otlp (http_endpoint) at {OTLP}/http_endpoint on 127.0.0.1:4316.",
        ),
    ],
)
def test_two_listeners_on_one_address(configuration: dict[str, Any], path: str, message: str) -> None:
    assert said(configuration) == [(path, message)]


@pytest.mark.parametrize(
    "configuration",
    [
        sections({"otlp": {"grpc_endpoint": SAME}}, {"otlp": {"grpc_endpoint": SAME}}, otlp={"grpc_endpoint": SAME}),
        sections({"statsd": {"service_address": "127.0.0.1:4317"}}, otlp={}),
        sections({"otlp": {"grpc_endpoint": "127.0.0.2:4317"}}, otlp={}),
        sections({"otlp": {"grpc_endpoint": "${HOST}:4317", "http_endpoint": "nothing"}}, otlp={}),
        sections({}, {"application_signals": {}}, application_signals={}),
        sections({}, {"emf": {"service_address": "tcp://127.0.0.1:8125"}}),
        sections({}, None, xray={}),
    ],
)
def test_listeners_that_are_one_or_do_not_meet(configuration: dict[str, Any]) -> None:
    assert said(configuration) == []


def test_an_address_of_all_interfaces_takes_the_port_of_each_on_linux_alone() -> None:
    both = sections({"otlp": {"grpc_endpoint": "0.0.0.0:4317", "http_endpoint": SAME}})
    assert [bool(said(both, platform)) for platform in ("linux", "windows", "darwin")] == [True, False, False]
    assert [bool(said(sections({"otlp": {"grpc_endpoint": SAME, "http_endpoint": SAME}}), name)) for name in ("windows", "darwin")] == [
        True
    ] * 2
