# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a package says its licence."""

from __future__ import annotations

import importlib.util
from email.message import Message
from pathlib import Path
from types import ModuleType

import pytest

TOOL = Path(__file__).resolve().parents[3] / "tests" / "tools" / "bill_of_materials.py"


@pytest.fixture(scope="module")
def bill() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bill_of_materials", TOOL)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def package(name: str = "Thing", **fields: str) -> Message:
    message = Message()
    for key, value in {"Name": name, "Version": "1.0", **fields}.items():
        message[key.replace("_", "-")] = value
    return message


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"License_Expression": "MIT", "Classifier": "License :: OSI Approved :: BSD License"}, ["MIT"]),
        ({"License": "text", "Classifier": "License :: OSI Approved :: BSD License"}, ["BSD License"]),
        ({"License": "Apache-2.0", "Classifier": "License :: OSI Approved"}, ["Apache-2.0"]),
        ({"License": "Permission is hereby granted\nto anybody"}, []),
        ({"License": "UNKNOWN"}, []),
        ({}, []),
    ],
)
def test_licences(bill: ModuleType, fields: dict[str, str], found: list[str]) -> None:
    assert bill.licences(package(**fields)) == found


def test_each_package_once_by_name(bill: ModuleType) -> None:
    made = bill.document([package("b"), package("A", License="MIT"), package("b")])
    assert [(item["purl"], item["licenses"]) for item in made["components"]] == [
        ("pkg:pypi/a@1.0", [{"license": {"name": "MIT"}}]),
        ("pkg:pypi/b@1.0", []),
    ]
