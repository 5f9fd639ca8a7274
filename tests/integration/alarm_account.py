# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account of the lab with alarms and namespaces of a test's own: what tests of alarms, dashboards and detailed monitoring share."""

from __future__ import annotations

import functools
import os
import re
import time
import uuid
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_alarms
from ansible_collections.cloudwatch.agent.tests.support.fake_cloudwatch import item

if TYPE_CHECKING:
    import pytest
    from ansible_collections.cloudwatch.agent.tests.integration.conftest import Lab

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "docsite" / "rst" / "guide_alarms.rst").read_text(encoding="utf-8")
DOCUMENTED = {*re.findall(r'"((?:cloudwatch|sns|logs|sts):\w+)"', GUIDE)}
"""The actions that the guide asks for."""
SERVICES = {"monitoring": "cloudwatch"}
CONNECTION = SimpleNamespace(_shell=SimpleNamespace(tmpdir="unused"))
REGION, OTHER = "us-east-1", "eu-west-1"
BOTH = ["MetricAlarm", "CompositeAlarm"]


class Account:
    """Clients, alarms and namespaces that no other test has, and the action in this process."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.base = f"t{uuid.uuid4().hex[:8]}"
        self.warnings: list[str] = []
        self.client = functools.lru_cache(maxsize=None)(self._made)

    def _made(self, service: str, region: str = REGION) -> Any:
        return self.lab.client(region, service)

    def name(self, word: str) -> str:
        return f"{self.base}-{word}"

    def alarm(self, word: str, region: str = REGION) -> dict[str, Any]:
        name = word if word.startswith(self.base) else self.name(word)
        found = self.client("cloudwatch", region).describe_alarms(AlarmNames=[name], AlarmTypes=BOTH)
        return dict(next(iter(found["MetricAlarms"] + found["CompositeAlarms"]), {}))

    def tags(self, word: str) -> dict[str, str]:
        found = self.client("cloudwatch").list_tags_for_resource(ResourceARN=self.alarm(word)["AlarmArn"])["Tags"]
        return {one["Key"]: one["Value"] for one in found}

    def item(self, *hosts: str, **more: Any) -> dict[str, Any]:
        """A configuration whose namespace is this test's own."""
        return item(hosts=hosts or ("web-1", "web-2"), section={"namespace": self.base, **more.pop("section", {})}, **more)

    def value(self, value: float, minutes: int = 1, region: str = REGION, **dimensions: str) -> None:
        """A value of the memory of so many whole minutes ago."""
        at = time.time() // 60 * 60 - minutes * 60
        pairs = [{"Name": key, "Value": text} for key, text in dimensions.items()]
        datum = {"MetricName": "mem_used_percent", "Value": value, "Timestamp": at, "Dimensions": pairs}
        self.client("cloudwatch", region).put_metric_data(Namespace=self.base, MetricData=[datum])

    def run(self, check: bool = False, settings: dict[str, Any] | None = None, **arguments: Any) -> dict[str, Any]:
        """The action in this process, with ``writes``, the operations that AWS has seen."""
        options = {"environment": None, "check_mode": check, "diff": True, "async_val": 0}
        given = {"region": REGION, "prefix": f"{self.base}-", **arguments}
        task = SimpleNamespace(args=given, action="cloudwatch.agent.cw_agent_alarms", **options)
        action = cw_agent_alarms.ActionModule(task, CONNECTION, None, None, None, None)
        action._display = SimpleNamespace(warning=self.warnings.append)
        names = [name for one in arguments.get("plan", {}).get("configurations", []) for name in one["hosts"]]
        hostvars = {name: {"cw_agent_alarms": settings or {}, "instance_id": f"i-{self.base}-{name}"} for name in names}
        since = self.lab.mark()
        found: dict[str, Any] = action.run(task_vars={"hostvars": hostvars})
        asked = {f"{SERVICES.get(call['service'], call['service'])}:{call['operation']}" for call in self.lab.calls(since)}
        assert asked <= DOCUMENTED, asked - DOCUMENTED
        return {**found, "writes": self.lab.writes(since)}

    def quartet(self, **arguments: Any) -> list[str]:
        """CHECK, run, CHECK, run: check mode predicts every change and makes none, and the second run has nothing to write."""
        check, made = self.run(check=True, **arguments), self.run(**arguments)
        again, last = self.run(check=True, **arguments), self.run(**arguments)
        assert "msg" not in made, made["msg"]
        assert (check["changed"], check["writes"]) == (True, [])
        assert {**check, "writes": made["writes"]} == made
        assert [(one["changed"], one["writes"]) for one in (again, last)] == [(False, [])] * 2
        for kind in ("alarms", "log_groups", "topics"):
            assert [one["before"] for one in last[kind]] == [one["after"] for one in made[kind]]
        return list(made["writes"])


def controlled(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An account whose keys and endpoint stand in the environment of this process."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, lab.environment[name])
    return Account(lab)
