# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-builder finds in the built collection what an execution environment needs, and makes the context of the example."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "execution-environment.yml"
GALAXY = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))


def run(*command: str, **environment: str) -> str:
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of collections with this one as Galaxy would hand it out."""
    place = tmp_path_factory.mktemp("installed")
    run("ansible-galaxy", "collection", "build", "--output-path", str(place), str(ROOT))
    built = next(place.glob("*.tar.gz"))
    # Where the tests' own collections are not known: what is installed already is not installed again.
    run("ansible-galaxy", "collection", "install", "--offline", "--no-deps", str(built), ANSIBLE_COLLECTIONS_PATH=str(place), PYTHONPATH="")
    return place


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The build context that the example gives."""
    place = tmp_path_factory.mktemp("context")
    run("ansible-builder", "create", "--file", str(EXAMPLE), "--context", str(place))
    return place


def needed(found: dict[str, Any], kind: str) -> set[str]:
    """What this collection needs, without the remark that says so."""
    return {line.split("  # ")[0] for line in found[kind]}


def test_introspect_finds_the_requirements_of_the_collection(installed: Path) -> None:
    found = yaml.safe_load(run("ansible-builder", "introspect", str(installed)))
    claimed = {line for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")}
    assert needed(found, "python") == claimed
    assert needed(found, "system") == {"openssh-clients [platform:rpm]", "openssh-client [platform:dpkg]"}
    assert {line.split("  # ")[1] for kind in found.values() for line in kind} == {"from collection cloudwatch.agent"}


def test_the_context_of_the_example_has_what_is_needed(context: Path) -> None:
    collections = yaml.safe_load((context / "_build" / "requirements.yml").read_text(encoding="utf-8"))["collections"]
    versions = {entry["name"]: entry.get("version", "*") for entry in collections}
    assert versions == {"amazon.aws": GALAXY["dependencies"]["amazon.aws"], "cloudwatch.agent": "*"}
    text = (context / "Containerfile").read_text(encoding="utf-8")
    core = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["requires_ansible"].removesuffix(".0")
    assert f'ARG ANSIBLE_INSTALL_REFS="ansible-core{core} ansible-runner"' in text
    python = re.search(r'ARG PYPKG="python3\.(\d+)"', text)
    assert python and int(python[1]) >= 11
    stages = [text.index(f" AS {name}\n") for name in ("base", "galaxy", "builder", "final")]
    assert stages == sorted(stages)
    # The requirements of the collections come by introspection, of Python and of the system.
    assert "introspect.py introspect --write-bindep=/tmp/src/bindep.txt --write-pip=/tmp/src/requirements.txt" in text
    assert (context / "_build" / "scripts" / "introspect.py").exists()


def test_galaxy_hands_out_the_objects_for_awx_and_no_tests(installed: Path) -> None:
    root = installed / "ansible_collections" / "cloudwatch" / "agent"
    assert (root / "playbooks" / "vars" / "awx.yml").exists()
    assert not [name for name in ("tests", "demo", "molecule", ".git") if (root / name).exists()]
