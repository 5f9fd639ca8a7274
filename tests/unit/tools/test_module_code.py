# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Code out of an archive is what its source says, wherever the archive lies."""

from __future__ import annotations

import importlib.util
import os
import zipimport
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The hook, with a place of its own."""
    monkeypatch.setattr(zipimport, "_compile_source", zipimport._compile_source)  # type: ignore[attr-defined]
    spec = importlib.util.spec_from_file_location("module_code_under_test", ROOT / "tests" / "support" / "module_code.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.delenv("CW_AGENT_AS_USERS", raising=False)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "PLACE", str(tmp_path / "place"))
    return module


def test_compiled_once_and_named_after_where_it_is(cache: ModuleType) -> None:
    source = b"def where():\n    return 7\n"
    first = cache.compiled("/one/a.py", source)
    (kept,) = os.listdir(cache.PLACE)
    again = cache.compiled("/two/a.py", source)
    assert os.listdir(cache.PLACE) == [kept]
    assert (first.co_filename, again.co_filename) == ("/one/a.py", "/two/a.py")
    names: dict[str, object] = {}
    FunctionType(again, names)()
    assert names["where"]() == 7  # type: ignore[operator]
    assert names["where"].__code__.co_filename == "/two/a.py"  # type: ignore[attr-defined]


def test_another_source_is_another_code_and_rubbish_is_none(cache: ModuleType) -> None:
    cache.compiled("/a.py", b"x = 1\n")
    (kept,) = Path(cache.PLACE).iterdir()
    kept.write_bytes(b"rubbish")
    names: dict[str, object] = {}
    for source in (b"x = 1\n", b"y = 2\n"):
        FunctionType(cache.compiled("/a.py", source), names)()
    assert (names["x"], names["y"]) == (1, 2)


def test_zipimport_asks_it(cache: ModuleType) -> None:
    assert zipimport._compile_source is cache.compiled  # type: ignore[attr-defined]
