# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks of pages that no other test runs."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from .conftest import Lab

RST = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst"
BLOCK = re.compile(r"^( *)\.\. code-block:: yaml\n\n((?:\1   .*\n|\n)+)", re.MULTILINE)
REGION = "eu-central-1"


def test_a_task_of_community_aws_goes_on_under_the_other_name(lab: Lab, tmp_path: Path) -> None:
    """What the old module has made is as the page's task wants it; the page's defaults reach that task, and not the old one."""
    content = (RST / "migrate_ssm_parameter.rst").read_text(encoding="utf-8")
    (task,), defaults = (yaml.safe_load(textwrap.dedent(text)) for _indent, text in BLOCK.findall(content))
    options: dict[str, Any] = task["cloudwatch.agent.ssm_parameter"]
    before = {"name": "As it was", "community.aws.ssm_parameter": {**options, "region": REGION, "profile": "production"}}
    play = tmp_path / "play.yml"
    play.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, **defaults, "tasks": [before, task]}]), encoding="utf-8")
    keys = tmp_path / "credentials"
    known = lab.environment
    keys.write_text(
        f"[production]\naws_access_key_id = {known['AWS_ACCESS_KEY_ID']}\naws_secret_access_key = {known['AWS_SECRET_ACCESS_KEY']}\n"
    )
    inventory = tmp_path / "hosts.yml"
    local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    inventory.write_text(yaml.safe_dump({"all": {"hosts": {"here": local}}}), encoding="utf-8")
    alone = {"AWS_SHARED_CREDENTIALS_FILE": str(keys), "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    done = lab.playbook(play, inventory, **alone, ANSIBLE_FORCE_COLOR="0")
    assert re.search(r"TASK \[The same options\] \*+\nok: \[here\]", done.stdout), done.stdout
    (found,) = lab.client(REGION).get_parameters(Names=[options["name"]])["Parameters"]
    assert (found["Value"], found["Version"]) == (options["value"], 1)
