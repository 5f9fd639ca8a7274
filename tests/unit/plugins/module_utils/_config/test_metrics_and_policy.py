# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a configuration makes and needs: metrics, cost, permissions, log groups."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.log_groups import config_log_groups
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.metrics import config_metrics, monthly_cost
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.policy import config_policy, managed_policy_gaps, partition_of
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.subject import Subject

EC2 = {name: "${aws:" + name + "}" for name in ("ImageId", "InstanceId", "InstanceType", "AutoScalingGroupName")}
MOUNTS = [
    {"mount": "/", "device": "/dev/nvme0n1p1", "fstype": "xfs", "size_total": 10},
    {"mount": "/data", "device": "/dev/nvme1n1", "fstype": "ext4", "size_total": 10},
    {"mount": "/tmp", "device": "tmpfs", "fstype": "tmpfs", "size_total": 10},
    {"mount": "/empty", "device": "none", "fstype": "proc", "size_total": 0},
]
DEVICES = {"nvme0n1": {"partitions": {"nvme0n1p1": {}}, "model": "Amazon Elastic Block Store"}, "nvme1n1": {"partitions": {}}}
FACTS = {"processor_vcpus": 8, "mounts": MOUNTS, "devices": DEVICES, "interfaces": ["lo", "ens5", "docker0"]}


def subject(more: dict[str, Any] | None = None, platform: str = "linux", **collected: Any) -> Subject:
    return Subject({"metrics": {"metrics_collected": collected, **(more or {})}}, "", platform, "ec2")


def counted(found: Subject, hosts: int = 1, facts: dict[str, Any] | None = None) -> dict[str, Any]:
    return config_metrics(found, FACTS if facts is None else facts, hosts, {})


def test_the_example_of_the_contract() -> None:
    found = counted(
        subject(
            {"append_dimensions": EC2, "aggregation_dimensions": [["InstanceId"]]},
            cpu={"measurement": ["usage_idle", "usage_iowait"], "resources": ["*"]},
            disk={"measurement": ["used_percent"]},
            mem={"measurement": ["used_percent"]},
            swap={"measurement": ["used_percent"]},
        )
    )
    assert (found["original"], found["rollup"], found["metrics"]) == (23, 5, 28)
    assert found["assumed"] == []


@pytest.mark.parametrize(
    ("plugin", "item", "count"),
    [
        ("cpu", {"measurement": ["usage_idle"]}, 1),
        ("cpu", {"measurement": ["usage_idle"], "resources": ["*"], "totalcpu": False}, 8),
        ("cpu", {"measurement": ["usage_idle", "cpu_usage_idle"]}, 1),
        ("disk", {"measurement": ["used"], "ignore_file_system_types": ["tmpfs"]}, 2),
        ("disk", {"measurement": ["used", "free"], "resources": ["/data"]}, 2),
        ("diskio", {"measurement": ["reads"]}, 3),
        ("diskio", {"measurement": ["reads"], "resources": ["nvme1n1"]}, 1),
        ("diskio", {"measurement": ["ebs_total_read_ops"]}, 1),
        ("net", {"measurement": ["bytes_sent"]}, 2),
        ("net", {"measurement": ["bytes_sent"], "resources": ["ens5"]}, 1),
        ("netstat", {"measurement": ["tcp_listen", "udp_socket"]}, 2),
        ("ethtool", {"interface_exclude": ["docker*"], "metrics_include": ["a", "b"]}, 2),
        ("procstat", [{"exe": "a", "measurement": ["cpu_usage", "pid_count"]}, {"exe": "b", "measurement": ["cpu_usage"]}], 3),
        ("system", {"measurement": ["load1"]}, 0),
    ],
)
def test_counts_of_plugins(plugin: str, item: Any, count: int) -> None:
    assert counted(subject(**{plugin: item}))["metrics"] == count


def test_rollups_without_a_host_are_shared_by_the_fleet() -> None:
    found = counted(
        subject({"append_dimensions": EC2, "aggregation_dimensions": [["InstanceId"], []]}, mem={"measurement": ["used"]}), hosts=10
    )
    assert (found["per_host"], found["shared"], found["total"]) == (2, 1, 21)


def test_dropped_originals_leave_the_rollups() -> None:
    item = {"measurement": ["usage_idle"], "resources": ["*"], "drop_original_metrics": ["cpu_usage_idle"]}
    found = counted(subject({"append_dimensions": EC2, "aggregation_dimensions": [["InstanceId"]]}, cpu=item))
    assert (found["original"], found["rollup"]) == (0, 1)


def test_renamed_metrics_and_the_high_resolution_are_shown() -> None:
    item = {"measurement": [{"name": "used", "rename": "MEM"}], "metrics_collection_interval": 10}
    (metric,) = counted(subject(mem=item))["counts"]
    assert (metric["metric"], metric["high_resolution"]) == ("MEM", True)


def test_what_cannot_be_counted_is_named() -> None:
    found = counted(subject(statsd={}, disk={"measurement": ["used"]}), facts={})
    assert found["unbounded"] == ["statsd"]
    assert found["assumed"] == ["mounts"]
    assert found["cost"] is None


def test_windows_objects_are_counted_by_instances() -> None:
    found = counted(subject(platform="windows", LogicalDisk={"measurement": ["% Free Space"], "resources": ["C:", "D:"]}))
    assert found["metrics"] == 2


@pytest.mark.parametrize(
    ("series_count", "price", "cost"), [(10, 0.3, 3.0), (15, [[10, 1.0], [None, 0.5]], 12.5), (5, [[10, 1.0], [None, 0]], 5.0)]
)
def test_cost(series_count: int, price: Any, cost: float) -> None:
    assert monthly_cost(series_count, price) == cost


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


def allowed(policy: dict[str, Any]) -> dict[str, list[str]]:
    return {action: statement["Resource"] for statement in policy["Statement"] for action in statement["Action"]}


def test_the_policy_is_least_and_resource_scoped() -> None:
    policy = config_policy(Subject(FULL, "", "linux", "ec2"), ["AmazonCloudWatch-app", "/own/name"], "us-gov-west-1", "123456789012", True)
    found = allowed(policy)
    prefix = "arn:aws-us-gov:logs:us-gov-west-1:123456789012:log-group:"
    assert found["logs:CreateLogGroup"] == [f"{prefix}/app/*", f"{prefix}/var/log/b", f"{prefix}/app/*:*", f"{prefix}/var/log/b:*"]
    assert found["logs:PutRetentionPolicy"] == [f"{prefix}/app/*", f"{prefix}/app/*:*"]
    base = "arn:aws-us-gov:ssm:us-gov-west-1:123456789012:parameter/"
    assert found["ssm:GetParameter"] == [f"{base}AmazonCloudWatch-app", f"{base}own/name"]
    assert found["sts:AssumeRole"] == ["arn:aws:iam::123456789012:role/metrics"]
    assert {"ec2:DescribeTags", "ec2:DescribeVolumes", "xray:PutTraceSegments", "logs:PutLogEvents"} <= set(found)
    (metrics,) = [item for item in policy["Statement"] if item["Action"] == ["cloudwatch:PutMetricData"]]
    assert metrics["Condition"] == {"StringEquals": {"cloudwatch:namespace": ["App"]}}
    assert len({item["Sid"] for item in policy["Statement"]}) == len(policy["Statement"])


def test_metrics_alone_need_one_permission() -> None:
    assert list(allowed(config_policy(subject(mem={"measurement": ["used"]}), [], "", "", True))) == ["cloudwatch:PutMetricData"]


def test_existing_groups_need_no_creation() -> None:
    assert "logs:CreateLogGroup" not in allowed(config_policy(Subject(FULL, "", "linux", "ec2"), [], "", "", False))


def test_gaps_of_the_managed_policy() -> None:
    policy = config_policy(Subject(FULL, "", "linux", "ec2"), ["AmazonCloudWatch-app", "/own/name"], "us-east-1", "", True)
    gaps = {(gap["action"], gap["resource"]) for gap in managed_policy_gaps(policy)}
    assert gaps == {
        ("ssm:GetParameter", "arn:aws:ssm:us-east-1:*:parameter/own/name"),
        ("sts:AssumeRole", "arn:aws:iam::123456789012:role/metrics"),
    }


@pytest.mark.parametrize(
    ("region", "partition"), [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-iso-east-1", "aws-iso"), ("", "aws")]
)
def test_partitions(region: str, partition: str) -> None:
    assert partition_of(region) == partition


def test_log_groups_are_merged_by_name() -> None:
    groups = config_log_groups(Subject(FULL, "", "linux", "ec2"))
    assert groups == [
        {
            "log_group_name": "/app/{instance_id}",
            "retention_in_days": 30,
            "log_group_class": "STANDARD",
            "streams": ["", "c"],
            "files": ["/a.log", "/c.log"],
        },
        {
            "log_group_name": "/var/log/b",
            "retention_in_days": None,
            "log_group_class": "STANDARD",
            "streams": [""],
            "files": ["/var/log/b.log"],
        },
    ]
