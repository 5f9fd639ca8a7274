# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cfn-lint has nothing to say of templates: of the demo, of the example, and of generated inventories."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.alarm_patterns import PATTERNS
from ansible_collections.cloudwatch.agent.tests.support.agent_configurations import CONFIGURATIONS
from ansible_collections.cloudwatch.agent.tests.support.fake_cloudwatch import item
from ansible_collections.cloudwatch.agent.tests.support.templates import act, plan
from cfnlint.api import ManualArgs, lint

ROOT = Path(__file__).resolve().parents[3]
REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-2")
EC2 = {"placement": {"region": "us-east-1"}, "instance_id": "i-0123456789abcdef0"}


def remarks(file: Path, region: str) -> list[str]:
    """What cfn-lint says of a template, warnings included."""
    return [str(one) for one in lint(file.read_text(encoding="utf-8"), config=ManualArgs(regions=[region]))]


def test_cfn_lint_finds_what_is_wrong() -> None:
    """The linter is asked as it should be."""
    body = {"Resources": {"A": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 42, "Nme": "x"}}}}
    assert len(lint(json.dumps(body), config=ManualArgs(regions=["us-east-1"]))) == 2


@pytest.mark.parametrize(
    ("inventory", "groups"),
    [
        ("demo", {"web": ["ec2-1"], "backend": ["ec2-2", "ec2-3"], "ec2": ["ec2-1", "ec2-2", "ec2-3"]}),
        ("examples/web_server", {"debian": ["web-1", "web-2"]}),
    ],
)
def test_the_demo_and_the_example(tmp_path: Path, inventory: str, groups: dict[str, list[str]]) -> None:
    """By the playbook, with hosts as the inventory plugin would name them."""
    place = tmp_path / "inventory"
    shutil.copytree(ROOT / inventory / "inventory", place)
    (place / "aws_ec2.yml").unlink()
    hosts = sorted({host for names in groups.values() for host in names})
    known = {"all": {"hosts": dict.fromkeys(hosts, EC2)}, **{name: {"hosts": dict.fromkeys(names)} for name, names in groups.items()}}
    (place / "hosts.yml").write_text(yaml.safe_dump(known), encoding="utf-8")
    environment = {**{key: value for key, value in os.environ.items() if not key.startswith("AWS_")}, "ANSIBLE_NOCOLOR": "1"}
    target = tmp_path / "templates"
    command = ["ansible-playbook", "-i", str(place), "cloudwatch.agent.cloudformation", "-e", f"cw_agent_template_dir={target}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    (file,) = target.iterdir()
    kinds = {one["Type"] for one in json.loads(file.read_text(encoding="utf-8"))["Resources"].values()}
    assert {"AWS::IAM::Role", "AWS::SSM::Parameter", "AWS::Logs::LogGroup"} <= kinds
    assert remarks(file, "us-east-1") == []


def inventory(number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A plan, and the options of parts, that depend on a number alone."""
    choose = random.Random(number)
    kinds = sorted(CONFIGURATIONS.keys() - {"two-roles"})  # its ARNs are of no account
    items = [
        item(
            name=f"AmazonCloudWatch-{kind}",
            region=choose.choice(REGIONS),
            hosts=tuple(f"{kind}-{host}" for host in range(choose.randint(1, 4))),
            configuration=CONFIGURATIONS[kind],
        )
        for kind in choose.sample(kinds, choose.randint(1, 4))
    ]
    one = items[0]
    prefix = f"/n{number}"
    own = {"metric_filters": [{"name": "f", "pattern": "[a, b]", "metric_name": "m", "metric_namespace": "N", "dimensions": {"a": "$a"}}]}
    group = {
        "name": f"{prefix}/vpc",
        "region": one["region"],
        "tags": {"team": "web"},
        "retention_in_days": "90",
        **choose.choice(({}, own)),
    }
    flow = {
        "resource_ids": ["vpc-0123456789abcdef0"],
        "region": one["region"],
        "log_format": choose.choice(("default", "${srcaddr} ${end}")),
    }
    flow |= choose.choice(({"log_group_name": f"{prefix}/vpc"}, {"destination_arn": "arn:aws:s3:::flows", "file_format": "parquet"}))
    trail = {"name": "main", "s3_bucket_name": f"trails-{number}", "region": one["region"], "log_group_name": f"{prefix}/trail"}
    trail |= choose.choice(({}, {"event_selectors": [{"ReadWriteType": "All"}]}, {"insight_selectors": ["ApiCallRateInsight"]}))
    pattern = {"log_group": f"{prefix}/trail", "patterns": choose.sample(sorted(PATTERNS), 2), "region": one["region"]}
    return plan(*items), {
        "log_groups": {"groups": [group, {"name": f"{prefix}/trail", "region": one["region"]}], "group_tags": {"by": "ansible"}},
        "flow_logs": {"flow_logs": [flow], "delivery_role": "flows"},
        "trails": {"trails": [trail], "delivery_role": "trails", "make_buckets": choose.random() < 0.5},
        "alarms": {"topics": choose.choice(([], ["ops"])), "log_patterns": [pattern], "alarm_tags": {"by": "ansible"}},
        "dashboards": {"dashboards": [{"name": f"fleet-{number}"}]},
        "iam": {"managed_policies": choose.choice(([], ["CloudWatchAgentServerPolicy"])), "identity_tags": {"team": "web"}},
        "parameters": {"parameter_tags": choose.choice(({}, {"team": "web"}))},
        "association": {"targets": {one["name"]: [{"key": "tag:Role", "values": ["web"]}]}},
    }


@pytest.mark.parametrize("number", range(20))
def test_generated_inventories(tmp_path: Path, number: int) -> None:
    given, parts = inventory(number)
    made = act(plan=given, directory=str(tmp_path), limit="s3" if number % 2 else "inline", **parts)
    assert "msg" not in made, made["msg"]
    assert {one["path"]: said for one in made["templates"] if (said := remarks(Path(one["path"]), one["region"]))} == {}
