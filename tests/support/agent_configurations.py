# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configurations of the agent that need permissions of every kind, and the plan of one host with one of them."""

from __future__ import annotations

import json
from typing import Any

MEM = {"metrics_collected": {"mem": {"measurement": ["used_percent"]}}}
TAGS = {"append_dimensions": {"AutoScalingGroupName": "${aws:AutoScalingGroupName}", "InstanceId": "${aws:InstanceId}"}}
VOLUMES = {"metrics_collected": {"diskio": {"measurement": ["reads"], "append_dimensions": {"VolumeId": "${aws:VolumeId}"}}}}


def files(*groups: str, **more: Any) -> dict[str, Any]:
    """Log files, each with a group of its own."""
    entries = [{"file_path": f"/var/log/{number}.log", "log_group_name": name, **more} for number, name in enumerate(groups)]
    return {"logs_collected": {"files": {"collect_list": entries}}}


CONFIGURATIONS: dict[str, dict[str, Any]] = {
    "metrics": {"metrics": MEM},
    "namespace": {"metrics": {**MEM, "namespace": "Shop/Web"}},
    "group": {"metrics": {**MEM, **TAGS}},
    "volumes": {"metrics": VOLUMES},
    "volumes-and-group": {"metrics": {**VOLUMES, **TAGS}},
    "logs": {"logs": files("/web")},
    "many-logs": {"logs": files("/web", "/app", "audit", "/a/b/c")},
    "retention": {"logs": files("/web", "/app", retention_in_days=30)},
    "placeholder": {"logs": files("/web/{instance_id}", "{hostname}-log")},
    "default-group": {"logs": {"logs_collected": {"files": {"collect_list": [{"file_path": "/var/log/nginx/access.log"}]}}}},
    "journald": {"logs": {"logs_collected": {"journald": {"collect_list": [{"log_group_name": "/journal", "retention_in_days": 7}]}}}},
    "emf": {"logs": {"metrics_collected": {"emf": {}}}},
    "signals": {"logs": {"metrics_collected": {"application_signals": {}}}},
    "kubernetes": {"logs": {"metrics_collected": {"kubernetes": {"cluster_name": "shop"}}}},
    "xray": {"traces": {"traces_collected": {"xray": {}}}},
    "spans": {"traces": {"traces_collected": {"otlp": {}}, "transit_spans_in_otlp_format": True}},
    "prometheus": {"metrics": {"metrics_destinations": {"amp": {"workspace_id": "ws-1"}}, "metrics_collected": {"prometheus": {}}}},
    "role": {"agent": {"credentials": {"role_arn": "arn:aws:iam::210987654321:role/central"}}, "metrics": MEM},
    "two-roles": {
        "metrics": {**MEM, "credentials": {"role_arn": "arn:aws:iam::1:role/m"}},
        "logs": {**files("/web"), "credentials": {"role_arn": "arn:aws:iam::1:role/l"}},
    },
    "opentelemetry": {"opentelemetry": {"collect": {"host_metrics": {}}}},
    "everything": {
        "metrics": {**VOLUMES, **TAGS, "namespace": "All"},
        "logs": files("/web", "/app", retention_in_days=30),
        "traces": {"traces_collected": {"xray": {}}},
    },
}


def plan(configuration: dict[str, Any], host: str = "web") -> dict[str, Any]:
    """As cw_agent_plan gives it: a host with a configuration, whose key is the host's name."""
    item = {"key": host, "name": f"AmazonCloudWatch-{host}", "region": "us-east-1", "profile": "", "hosts": [host], "build": ""}
    item |= {"configuration": configuration, "text": json.dumps(configuration), "platform": "linux", "mode": "ec2"}
    return {"hosts": {host: {"key": host, "profile": "", "region": "us-east-1"}}, "configurations": [item]}
