# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of a run of all layers."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

FILE = Path(__file__).resolve().parents[2] / "tools" / "layers.py"


def test_how_busy_the_processor_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location("layers", FILE)
    assert spec and spec.loader
    layers = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(layers)
    statistics = tmp_path / "stat"
    monkeypatch.setattr(layers, "STATISTICS", statistics)
    # user nice system idle iowait irq softirq, and what counts for nobody here: steal guest guest_nice.
    statistics.write_text("cpu  100 200 300 4000 500 6 7 8 9 10\ncpu0 1 1 1 1 1 1 1 1 1 1\n")
    processor = layers.Processor()
    assert processor.busy() == 0
    statistics.write_text("cpu  110 220 330 4080 520 8 9 9 99 99\n")
    assert processor.busy() == pytest.approx(100 * 64 / 164)
