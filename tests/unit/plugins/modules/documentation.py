# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A documentation-only module and its action: what is documented is what is taken."""

from __future__ import annotations

from types import ModuleType
from typing import Any, Mapping

import yaml


def documented(module: ModuleType) -> dict[str, Any]:
    """The options that the module's own documentation has, without those of fragments."""
    found: dict[str, Any] = yaml.safe_load(module.DOCUMENTATION)["options"]
    return found


def assert_same(options: Mapping[str, Any], spec: Mapping[str, Any], path: str = "") -> None:
    """Names, types, elements, choices, defaults and what is required agree, at every depth."""
    assert set(options) == set(spec), path
    for name, said in options.items():
        taken = spec[name]
        for key in ("type", "elements", "choices"):
            assert said.get(key) == taken.get(key), f"{path}{name}: {key}"
        # Nothing and an empty default are the same for a reader.
        assert (said.get("default") or None) == (taken.get("default") or None), f"{path}{name}: default"
        assert bool(said.get("required")) == bool(taken.get("required")), f"{path}{name}: required"
        if "options" in taken or "suboptions" in said:
            assert_same(said["suboptions"], taken["options"], f"{path}{name}.")


def assert_returns(module: ModuleType, result: Mapping[str, Any]) -> None:
    """Every key of a result is documented."""
    known = {"changed", "failed", "diff", "warnings", "_ansible_no_log", "msg", *yaml.safe_load(module.RETURN)}
    assert set(result) <= known
