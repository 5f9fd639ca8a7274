# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module cw_agent_info on a played host."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.configurations import digest

from ..module_utils._host.conftest import BUILD, FakeHost, configuration
from ..module_utils._host.test_identity import Service
from .host_modules import Run, debian, logged, module, played

TEXT = configuration()


@pytest.fixture
def box(tmp_path: Path) -> FakeHost:
    return debian(tmp_path)


def test_info_of_a_converged_host(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    box.running_with("ssm_web_3", TEXT)
    sources = [{"location": "ssm:web:9", "digest": digest(TEXT)}]
    result = run_module(played(monkeypatch, "cw_agent_info", box), {"sources": sources, "mode": "ec2", "build": BUILD})
    assert (result["changed"], result["converged"], result["problems"], result["refusal"]) == (False, True, [], "")
    assert result["agent"]["identity"]["instance_id"] == "i-0123"


def test_info_says_what_is_wrong_in_one_text(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    main = played(monkeypatch, "cw_agent_info", box, Service(security_credentials=(404, "")))
    result = run_module(main, {"sources": [{"location": "ssm:web:9", "digest": "0"}], "mode": "ec2", "region": "us-east-1"})
    assert not result["converged"] and len(result["problems"]) == 2
    assert "i-0123 has no instance profile" in result["refusal"] and "set cw_agent_region: eu-west-1" in result["refusal"]


def test_info_with_empty_sources_compares_nothing(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    assert run_module(played(monkeypatch, "cw_agent_info", box), {"sources": []})["converged"]


def test_info_refuses_what_is_no_build(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    result = run_module(played(monkeypatch, "cw_agent_info", box), {"build": "1.300064"})
    assert [sorted(one) for one in result["problems"]] == [["hint", "value", "what"]]
    assert result["refusal"].startswith("cw_agent_build: this is a release without its build (1.300064). Hint: give the whole string")


def test_info_returns_what_it_documents(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    box.running_with("ssm_web_3", TEXT)
    documented = yaml.safe_load(module("cw_agent_info").RETURN)
    result = run_module(played(monkeypatch, "cw_agent_info", box), {"files": ["/none"], "mode": "ec2"})

    def compare(value: dict[str, Any], documents: dict[str, Any]) -> None:
        assert sorted(value) == sorted(documents)
        for name, inner in documents.items():
            nested = value[name] if isinstance(value[name], list) else [value[name]]
            for one in nested if "contains" in inner else []:
                compare(one, inner["contains"])

    compare(result["agent"], documented["agent"]["contains"])


def test_info_takes_from_the_plan_what_is_not_given(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    """The host's whole entry in one option; what has an option of its own counts before it."""
    box.running_with("ssm_web_3", TEXT)
    main = played(monkeypatch, "cw_agent_info", box)
    planned = {
        "state": "present",
        "build": "1.2.3b4",
        "mode": "ec2",
        "region": "us-east-1",
        "settings": {"imds_retries": 3},
        "files": ["/a"],
    }
    result = run_module(main, {"planned": planned})
    assert result["differences"] == [f"package: {BUILD} → 1.2.3b4", "settings: [imds] imds_retries none → 3"]
    assert "set cw_agent_region: eu-west-1" in result["refusal"]
    assert [one["path"] for one in result["agent"]["files"]] == ["/a"]
    assert run_module(main, {"planned": planned, "build": BUILD, "region": "eu-west-1", "settings": {}})["refusal"] == ""


def test_info_of_a_host_that_is_to_have_no_agent(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    box.running_with("ssm_web_3", TEXT)
    main = played(monkeypatch, "cw_agent_info", box)
    result = run_module(main, {"planned": {"state": "absent", "purge": ["configuration"]}})
    assert result["differences"] == [f"package amazon-cloudwatch-agent {BUILD} → absent", f"{box.layout.etc} → absent"]


def test_info_logs_no_secret(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    """Neither in the host's log nor in the result, which shows what is beside it."""
    settings = {"secret_environment": {"TOKEN": "marked"}, "proxy": {"https": "http://a:word@proxy:3128"}, "imds_retries": 3}
    for arguments in ({"settings": settings}, {"planned": {"mode": "ec2", "settings": settings}}):
        lines = logged(monkeypatch, "cw_agent_info")
        result = run_module(played(monkeypatch, "cw_agent_info", box), arguments)
        assert lines and lines[0].startswith("Invoked with ")
        assert not any(word in f"{lines} {result}" for word in ("marked", "word@"))
        assert "settings: [imds] imds_retries none → 3" in result["differences"]
        assert "'imds_retries': 3" in str(result["invocation"])
