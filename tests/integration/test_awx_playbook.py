# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook awx makes its objects with the modules of awx.awx, against a stand-in of AWX's API, and a second time nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any, Iterator

import pytest
import yaml
from controller_api import Controller

ROOT = Path(__file__).resolve().parents[2]
PLAYBOOK = ROOT / "playbooks" / "awx.yml"
GIVEN = {
    "cw_agent_awx_image": "registry.example.com/ee:1",
    "cw_agent_awx_webhook": "https://chat.example.com/hook",
    "cw_agent_awx_keys_credential": "Keys",
}
CREDENTIALS = ("CloudWatch agent AWS", "CloudWatch agent hosts", "Keys")


def play(controller: Controller, given: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the playbook with what a user gives."""
    environment = {**os.environ, "CONTROLLER_HOST": controller.url, "CONTROLLER_OAUTH_TOKEN": "x"}
    environment |= {"ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_PIPELINING": "true"}
    command = ["ansible-playbook", "-i", "localhost,", str(PLAYBOOK), "-e", json.dumps(given)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)


@pytest.fixture(scope="module")
def controller() -> Iterator[Controller]:
    with Controller() as started:
        started.objects.make("organizations", {"name": "Default"})
        for name in CREDENTIALS:
            started.objects.make("credentials", {"name": name})
        yield started


@pytest.fixture(scope="module")
def made(controller: Controller) -> Controller:
    """AWX after the first run."""
    first = play(controller, GIVEN)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "[WARNING]" not in first.stderr + first.stdout
    return controller


def names(controller: Controller, kind: str, item: dict[str, Any], link: str, other: str) -> list[str]:
    """The names of what is associated with an object."""
    return [controller.objects.stored[other][number]["name"] for number in controller.objects.links(kind, item, link)]


def test_it_makes_everything_and_then_nothing(made: Controller) -> None:
    templates = made.objects.named("job_templates")
    assert len(templates) == 18
    onprem = templates["CloudWatch agent site on premises"]
    assert (onprem["limit"], onprem["ask_limit_on_launch"]) == ("onprem", False)
    assert names(made, "job_templates", onprem, "credentials", "credentials") == list(CREDENTIALS)
    rollout = templates["CloudWatch agent roll-out"]
    assert made.objects.surveys[rollout["id"]]["spec"][0]["variable"] == "cw_agent_canary"
    assert json.loads(rollout["extra_vars"]) == {"cw_agent_serial": [1, "10%", "50%", "100%"]}
    assert names(made, "job_templates", rollout, "credentials", "credentials") == ["CloudWatch agent AWS", "CloudWatch agent hosts"]
    assert names(made, "job_templates", rollout, "notification_templates_error", "notification_templates") == ["CloudWatch agent"]
    (kind,) = made.objects.stored["credential_types"].values()
    assert kind["injectors"]["extra_vars"]["cw_agent_credentials_secret_access_key"] == "{{ secret_access_key }}"
    writes = len(made.writes)
    second = play(made, GIVEN)
    assert second.returncode == 0, second.stdout + second.stderr
    # The module writes an approval every time, and takes that for a change.
    assert {path.split("/")[3] for _method, path, _data in made.writes[writes:]} == {"workflow_approval_templates"}
    assert re.findall(r"changed: .*\(item=(.*)\)", second.stdout) == ["CloudWatch agent change"]


def test_the_nodes_of_a_workflow_are_linked(made: Controller) -> None:
    stored, kind = made.objects.stored, "workflow_job_template_nodes"
    workflow = made.objects.named("workflow_job_templates")["CloudWatch agent change"]
    nodes = {node["identifier"]: node for node in stored[kind].values() if node["workflow_job_template"] == workflow["id"]}
    order = ["check", "publish", "approval", "rollout", "report"]
    assert list(nodes) == order
    for name, following in zip(order, order[1:]):
        link = "always_nodes" if following == "report" else "success_nodes"
        assert made.objects.links(kind, nodes[name], link) == [nodes[following]["id"]]
    started = stored["job_templates"][nodes["rollout"]["unified_job_template"]]
    assert started["name"] == "CloudWatch agent roll-out"
    (approval,) = stored["workflow_approval_templates"].values()
    assert nodes["approval"]["related"]["unified_job_template"] == approval["url"]
    assert approval["timeout"] == 86400


def test_it_hands_on_every_field_of_every_object(controller: Controller) -> None:
    (written,) = yaml.safe_load(PLAYBOOK.read_text(encoding="utf-8"))
    data = (ROOT / "playbooks" / "vars" / "awx.yml").read_text(encoding="utf-8")
    for task in written["tasks"]:
        (module,) = (key for key in task if key.startswith("awx.awx."))
        items = re.sub(r"!unsafe", "", data)
        listed = yaml.safe_load(items)[re.search(r"\w+", task["loop"].strip("{} "))[0]]  # type: ignore[index]
        assert {key for item in listed for key in item} == set(task[module]), module


def test_a_missing_image_is_said(controller: Controller) -> None:
    done = play(controller, {})
    assert done.returncode != 0
    assert "cw_agent_awx_image is missing. Hint: name the image" in done.stdout + done.stderr
