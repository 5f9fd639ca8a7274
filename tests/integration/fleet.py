# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet of hosts that are not there, whose configuration has a name of its own: what tests of the role parameter_store share."""

from __future__ import annotations

import re
import subprocess
import threading
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
PLAYBOOKS = ROOT / "playbooks"
FAST = ("-e", "cw_agent_parameter_write_rate=50")
RELEASE = """
- name: Publish and release, as site.yml does before and after the hosts
  hosts: all
  gather_facts: false
  serial: "{{ batch | default('100%') }}"
  tasks:
    - name: Publish
      ansible.builtin.import_role:
        name: cloudwatch.agent.parameter_store
    - name: What each host fetches
      ansible.builtin.debug:
        msg: "SOURCES {{ cw_agent_published.sources | to_json }}"
      run_once: true
    - name: One host is not well
      ansible.builtin.fail:
        msg: not well
      when: inventory_hostname in unwell | default([])
    - name: Release
      ansible.builtin.import_role:
        name: cloudwatch.agent.parameter_store
        tasks_from: release
"""


def fragment(*files: str, group: str = "g") -> dict[str, Any]:
    """A fragment that collects files."""
    return {"logs": {"logs_collected": {"files": {"collect_list": [{"file_path": path, "log_group_name": group} for path in files]}}}}


def hosts(count: int, first: int = 1, **variables: Any) -> dict[str, Any]:
    """An inventory of hosts that share their variables."""
    return {
        "all": {
            "hosts": {f"h{number}": {} for number in range(first, first + count)},
            "vars": {"cw_agent_region": "us-east-1", **variables},
        }
    }


class Fleet:
    """A fleet whose configuration has a name of its own in this lab."""

    def __init__(self, lab: Any, path: Path, name: str) -> None:
        self.lab = lab
        self.name = name
        self._path = path
        self._play = path / "release.yml"
        self._play.write_text(RELEASE)

    def run(
        self, playbook: str, inventory: dict[str, Any], *options: str, check: bool = True, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a playbook of the collection, or `release`: publish and release."""
        path = self._path / f"{threading.get_ident()}.yml"
        path.write_text(yaml.safe_dump(inventory))
        play = self._play if playbook == "release" else PLAYBOOKS / f"{playbook}.yml"
        return self.lab.playbook(play, path, *FAST, *options, check=check, **environment)

    def labels(self, name: str = "", region: str = "us-east-1") -> dict[str, int]:
        """Label → version."""
        history = self.lab.client(region).get_parameter_history(Name=name or self.name)["Parameters"]
        return {label: entry["Version"] for entry in history for label in entry["Labels"]}

    def names(self) -> list[str]:
        """The parameters of this configuration."""
        filters = [{"Key": "Name", "Option": "BeginsWith", "Values": [self.name]}]
        return [entry["Name"] for entry in self.lab.client().describe_parameters(ParameterFilters=filters)["Parameters"]]


def desired(fleet: Fleet, *files: str, count: int = 2, **variables: Any) -> dict[str, Any]:
    return hosts(count, cw_agent_config_name=fleet.name, cw_agent_fragment_logs=fragment(*files), **variables)


def changed(done: subprocess.CompletedProcess[str]) -> int:
    return sum(int(number) for number in re.findall(r"changed=(\d+)", done.stdout))
