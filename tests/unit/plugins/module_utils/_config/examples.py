# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A configuration with a part of everything that needs a permission or a log group."""

from __future__ import annotations

EC2 = {name: "${aws:" + name + "}" for name in ("ImageId", "InstanceId", "InstanceType", "AutoScalingGroupName")}

FULL = {
    "agent": {"credentials": {"role_arn": "arn:aws:iam::123456789012:role/metrics"}},
    "metrics": {
        "namespace": "App",
        "append_dimensions": EC2,
        "metrics_collected": {"disk": {"measurement": ["used"], "append_dimensions": {"VolumeId": "${aws:VolumeId}"}}},
    },
    "logs": {
        "logs_collected": {
            "files": {
                "collect_list": [
                    {"file_path": "/a.log", "log_group_name": "/app/{instance_id}", "retention_in_days": 30},
                    {"file_path": "/var/log/b.log"},
                    {"file_path": "/c.log", "log_group_name": "/app/{instance_id}", "log_stream_name": "c"},
                ]
            }
        }
    },
    "traces": {"traces_collected": {"xray": {}}},
}
