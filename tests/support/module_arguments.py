# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module's arguments for tests that run it in their own process, under every ansible-core that the collection claims."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any
from unittest import mock

from ansible.module_utils import basic
from ansible.module_utils.common.parameters import PASS_VARS

__all__ = ["SHOWN", "patch_module_args"]

SHOWN = {"_ansible_inject_invocation": True} if "inject_invocation" in PASS_VARS else {}
"""Makes a module return its arguments as `invocation`: newer cores do so only when they are asked, older ones always."""

try:
    from ansible.module_utils.testing import patch_module_args
except ImportError:  # ansible-core 2.18 leaves it to its users

    @contextlib.contextmanager
    def patch_module_args(module_args: dict[str, Any] | None = None) -> Iterator[None]:
        """Let the next module find these arguments."""
        with mock.patch.object(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": module_args or {}}).encode()):
            yield
