# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in's translator against the verdicts of the real one."""

from __future__ import annotations

import collections
import contextlib
import csv
import importlib
import io
import json
import pathlib
import subprocess
import sys
import time
from types import ModuleType

import pytest

AGENT = pathlib.Path(__file__).resolve().parents[1] / "lab" / "agent"
LEAST = 0.97
FOLDERS = ("agent", "agent-test", "realworld", "mutations")
BUILD = "1.300060.1b1248"
"""That of the release whose translator gave the verdicts of the corpus."""


@pytest.fixture(scope="module")
def translator() -> ModuleType:
    """Return the translator, with the schema of the checkout in place of the installed one."""
    sys.path.insert(0, str(AGENT / "src"))
    try:
        module = importlib.import_module("standin.translator")
    finally:
        sys.path.remove(str(AGENT / "src"))
    module.paths.BASE = str(AGENT)
    module.paths.SCHEMA = str(AGENT / "src" / "schema.json")
    module.paths.version = lambda: BUILD
    return module


@pytest.fixture
def common(tmp_path: pathlib.Path) -> pathlib.Path:
    """Return a common-config.toml whose profile knows its region."""
    profile = tmp_path / "credentials"
    profile.write_text("[AmazonCloudWatchAgent]\naws_access_key_id = a\naws_secret_access_key = b\nregion = us-east-1\n")
    path = tmp_path / "common-config.toml"
    path.write_text(f'[credentials]\nshared_credential_profile = "AmazonCloudWatchAgent"\nshared_credential_file = "{profile}"\n')
    return path


def _verdict(translator: ModuleType, text: bytes, platform: str, common: pathlib.Path) -> tuple[str, str]:
    """Translate one configuration; name the outcome as the corpus does, and return what was said."""
    folder = common.parent / "in"
    folder.mkdir(exist_ok=True)
    (folder / "file_c.json.tmp").write_bytes(text)
    said = io.StringIO()
    flags = [
        "--os",
        platform,
        "--input",
        str(folder.parent / "none"),
        "--input-dir",
        str(folder),
        "--output",
        str(folder.parent / "out.toml"),
    ]
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        status = translator.main([*flags, "--mode", "onPremise", "--config", str(common), "--multi-config", "default"])
    lines = said.getvalue().replace(str(translator.paths.BASE), "/opt/aws/amazon-cloudwatch-agent").replace(str(common.parent), "DIR")
    if "Invalid Json input schema" in lines:
        return "schema", lines
    if "use the default one" in lines:
        return "default", lines
    if status == 0:
        return "accepted", lines
    return "environment" if "no such file" in lines or "cluster name" in lines else "rule", lines


def _unsaid(message: str, said: str) -> list[str]:
    """Return the recorded lines that were not said; the last one may be cut off in the recording."""
    return [line for line in message.strip().split(" ; ") if line.strip() not in said]


def test_corpus(translator: ModuleType, common: pathlib.Path, shared: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It takes and refuses what the real translator took and refused, and says why in the same words."""
    counts: collections.Counter[bool] = collections.Counter()
    different: list[str] = []
    unsaid: list[str] = []
    for folder in FOLDERS:
        with (shared / "corpus" / folder / "verdicts.tsv").open(encoding="utf-8") as handle:
            for row in csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE):
                got, said = _verdict(translator, (shared / "corpus" / folder / row["file"]).read_bytes(), row["platform"], common)
                unsaid += [f"{folder}/{row['file']}: {line}" for line in _unsaid(row["message"] or "", said)]
                counts[got == row["translator"]] += 1
                if got != row["translator"]:
                    different.append(f"{folder}/{row['file']}: {got}, the agent's verdict is {row['translator']}: {row['message'][:120]}")
    share = counts[True] / counts.total()
    with capsys.disabled():
        print(f"\ntranslator verdicts: {counts[True]} of {counts.total()} as the agent's ({share:.1%})", *different, sep="\n")
    assert share >= LEAST
    assert not unsaid


def test_unpacked_package_judges_in_scratch(tmp_path: pathlib.Path, common: pathlib.Path) -> None:
    """A package that is only unpacked judges a configuration without touching anything but its scratch directory."""
    deb = subprocess.run([str(AGENT / "build"), "deb", str(tmp_path)], capture_output=True, text=True, check=True).stdout.strip()
    root, scratch = tmp_path / "root", tmp_path / "scratch"
    subprocess.run(["dpkg-deb", "--extract", deb, str(root)], check=True)
    (scratch / "in").mkdir(parents=True)
    base = root / "opt" / "aws" / "amazon-cloudwatch-agent"
    before = sorted(str(path) for path in root.rglob("*"))
    outcomes = {}
    for measurement in ("used_percent", "nonsense"):
        (scratch / "in" / "c.json").write_text(json.dumps({"metrics": {"metrics_collected": {"mem": {"measurement": [measurement]}}}}))
        flags = ["--input", "NONE", "--input-dir", str(scratch / "in"), "--output", str(scratch / "x.toml"), "--mode", "onPremise"]
        start = time.monotonic()
        done = subprocess.run(
            [str(base / "bin" / "config-translator"), *flags, "--config", str(common), "--multi-config", "remove"],
            capture_output=True,
            text=True,
            check=False,
        )
        outcomes[measurement] = (done.returncode, time.monotonic() - start < 2)
    assert outcomes == {"used_percent": (0, True), "nonsense": (1, True)}
    tested = subprocess.run([str(base / "bin" / "amazon-cloudwatch-agent"), "-schematest", "-config", str(scratch / "x.toml")], check=False)
    assert tested.returncode == 0
    assert sorted(path.name for path in scratch.iterdir()) == ["amazon-cloudwatch-agent.yaml", "env-config.json", "in", "x.toml"]
    assert sorted(str(path) for path in root.rglob("*")) == before
