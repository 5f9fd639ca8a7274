# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules are run in this process: arguments in, the JSON they end with out, a client of the test's choice."""

from __future__ import annotations

import contextlib
import io
import json
from typing import Any, Callable

import pytest
from ansible_collections.cloudwatch.agent.tests.support.module_arguments import SHOWN, patch_module_args

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run_module(monkeypatch: pytest.MonkeyPatch) -> Run:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)

    def run(main: Callable[[], Any], arguments: dict[str, Any], **internal: Any) -> dict[str, Any]:
        given = {**arguments, **SHOWN, **{f"_ansible_{key}": value for key, value in internal.items()}}
        out = io.StringIO()
        with patch_module_args(given), contextlib.redirect_stdout(out), pytest.raises(SystemExit):
            main()
        return json.loads(out.getvalue())

    return run
