# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of pictures, as the role dashboard names them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

try:
    from ansible.template import trust_as_template
except ImportError:  # ansible-core 2.18 fills in every text

    def trust_as_template(value: str) -> str:
        """The text as it is."""
        return value


ROLE = Path(__file__).resolve().parents[3] / "roles" / "dashboard"


def files(profile: str, name: str, png: bool) -> tuple[str, str]:
    """The options svg and png of the task that draws."""
    text = (ROLE / "vars" / "main.yml").read_text(encoding="utf-8")
    known: dict[str, Any] = {key: trust_as_template(value) for key, value in yaml.safe_load(text).items()}
    known |= {"cw_agent_dashboard_pictures": "/p", "cw_agent_dashboard_png": png, "item": {"profile": profile, "name": name}}
    task = yaml.safe_load((ROLE / "tasks" / "main.yml").read_text(encoding="utf-8"))[-1]["cloudwatch.agent.cw_agent_dashboard_picture"]
    templar = Templar(loader=DataLoader(), variables=known)
    return tuple(templar.template(trust_as_template(task[option])) for option in ("svg", "png"))


def test_two_profiles_have_a_picture_each() -> None:
    assert files("", "fleet", True) == ("/p/fleet.svg", "/p/fleet.png")
    assert files("shop", "fleet", False) == ("/p/shop.fleet.svg", "")
    assert files("a", "b-c", False) != files("a-b", "c", False)
