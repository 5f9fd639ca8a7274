# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventories and tasks of pages that no other test runs: one inventory of all of them, checked by ``cloudwatch.agent.check``.

Each page is a group with a region of its own, so that pages do not meet; each file in ``group_vars`` that it shows is a group below.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
RST = ROOT / "docs" / "docsite" / "rst"
PAGES = {
    "guide_configuration": "us-east-1",
    "guide_run_command": "us-east-2",
    "guide_permissions": "eu-west-1",
    "migrate_awslogs": "eu-west-2",
    "guide_flow_logs_and_trails": "eu-central-1",
    "guide_rules": "ap-southeast-2",
}
BLOCK = re.compile(r"^( *)\.\. code-block:: yaml\n\n((?:\1   .*\n|\n)+)", re.MULTILINE)
FILE = re.compile(r"^# group_vars/(\w+)\.yml.*$", re.MULTILINE)
SOMETHING = {"metrics": {"metrics_collected": {"mem": {"measurement": ["used_percent"]}}}}
COMMON = {"ansible_connection": "local", "ansible_python_interpreter": "/bin/false", "environment_name": "production"}
VPCS = {"vpc_id": "vpc-0a1b2c3d4e5f67890"}


def blocks(page: str) -> list[str]:
    """The YAML of a page."""
    return [textwrap.dedent(text) for _indent, text in BLOCK.findall((RST / f"{page}.rst").read_text(encoding="utf-8"))]


def files(page: str) -> dict[str, dict[str, Any]]:
    """The variables that a page shows, by group; those without a file are for all hosts."""
    found: dict[str, dict[str, Any]] = {}
    for block in blocks(page):
        names = ["all", *FILE.findall(block)]
        for name, text in zip(names, re.split(FILE.pattern.replace(r"(\w+)", r"\w+"), block, flags=re.MULTILINE)):
            data = yaml.safe_load(text)
            if isinstance(data, dict):
                found.setdefault(name, {}).update(data)
    return found


def inventory() -> dict[str, Any]:
    """All pages."""
    groups = {}
    for page, region in PAGES.items():
        shown = files(page)
        of_all = {"cw_agent_region": region, **shown.pop("all", {})}
        if not any(name.startswith("cw_agent_fragment_") for said in (of_all, *shown.values()) for name in said):
            of_all["cw_agent_fragment_some"] = SOMETHING
        children = {f"{page}_{name}": {"vars": said, "hosts": {f"{page}-{name}": VPCS}} for name, said in shown.items()}
        groups[page] = {"vars": of_all, "hosts": {f"{page}-all": VPCS}, "children": children}
    return {"all": {"vars": COMMON, "children": groups}}


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the check and the tasks of the pages report. The run has to succeed."""
    place = tmp_path_factory.mktemp("guides")
    (place / "hosts.yml").write_text(yaml.safe_dump(inventory()), encoding="utf-8")
    (place / "agent.json").write_text(json.dumps(SOMETHING), encoding="utf-8")
    (place / "files").mkdir()
    (place / "files" / "CloudWatch.json").write_text(json.dumps({"agent": {"debug": True}}), encoding="utf-8")
    (own,) = (block for block in blocks("guide_configuration") if "valid_config" in block)
    written = {"content": "{{ cw_agent_flow_logs | to_json }}", "dest": str(place / "network.json"), "mode": "0600"}
    of_network = [{"ansible.builtin.copy": written}]
    plain = {"connection": "local", "gather_facts": False, "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}}
    plays = [
        {"ansible.builtin.import_playbook": "cloudwatch.agent.check"},
        {"hosts": "localhost", "tasks": yaml.safe_load(own), **plain},
        {"hosts": "guide_flow_logs_and_trails-all", "tasks": of_network, **plain},
    ]
    (place / "play.yml").write_text(yaml.safe_dump(plays, sort_keys=False), encoding="utf-8")
    command = ["ansible-playbook", "-i", "hosts.yml", "play.yml", "-e", f"cw_agent_report_file={place / 'report.json'}"]
    environment = {**os.environ, "ANSIBLE_LOCALHOST_WARNING": "false"}
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    found: dict[str, Any] = json.loads((place / "report.json").read_text())
    return {**found, "network": json.loads((place / "network.json").read_text())}


def of(checked: dict[str, Any], page: str) -> dict[str, dict[str, Any]]:
    """The configurations of a page's hosts by their keys."""
    return {item["key"]: item for item in checked["configurations"] if item["hosts"][0].startswith(f"{page}-")}


def test_a_fragment_for_each_group(checked: dict[str, Any]) -> None:
    found = of(checked, "guide_configuration")
    assert {key: item["hosts"] for key, item in found.items()} == {
        "us-east-1/AmazonCloudWatch-basic-base": ["guide_configuration-all"],
        "us-east-1/AmazonCloudWatch-basic-base-web": ["guide_configuration-web"],
    }
    (group,) = found["us-east-1/AmazonCloudWatch-basic-base-web"]["log_groups"]
    assert (group["log_group_name"], group["retention_in_days"]) == ("/production/nginx", 30)


def test_the_json_of_another_role_is_a_fragment(checked: dict[str, Any]) -> None:
    """The only thing that is said of all pages is what the page on awslogs says itself: name a retention now."""
    assert list(of(checked, "migrate_awslogs")) == ["eu-west-2/AmazonCloudWatch-awslogs-base"]
    said = {item["key"]: [problem["rule"] for problem in item["problems"]] for item in checked["configurations"] if item["problems"]}
    assert said == {"eu-west-2/AmazonCloudWatch-awslogs-base": ["retention-missing"]}


def test_hosts_without_ssh(checked: dict[str, Any]) -> None:
    found = of(checked, "guide_run_command")
    assert {key: (item["mode"], len(item["hosts"])) for key, item in found.items()} == {
        "us-east-2/AmazonCloudWatch-some": ("ec2", 2),
        "us-east-1/AmazonCloudWatch-some": ("onPremise", 1),
    }


def test_the_networks_of_the_hosts(checked: dict[str, Any]) -> None:
    (entry,) = checked["network"]
    assert entry == {"resource_ids": [VPCS["vpc_id"]], "log_group_name": "/vpc/all"}
