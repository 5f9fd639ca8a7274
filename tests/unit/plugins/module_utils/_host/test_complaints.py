# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a program's output is shown."""

from __future__ import annotations

from ansible_collections.cloudwatch.agent.plugins.module_utils._host.complaints import complaint
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Result


def test_complaint_has_no_trace() -> None:
    err = (
        'Traceback (most recent call last):\n  File "/x/y.py", line 3, in <module>\n    main()\nOSError: [Errno 30] Read-only file system\n'
    )
    assert complaint(Result(1, "", err)) == ["OSError: [Errno 30] Read-only file system"]


def test_complaint_shows_what_stands_out() -> None:
    answer = Result(1, "2026/01/01 00:00:00 I! fine\n2026/01/01 00:00:00 E! bad\n", "")
    assert complaint(answer) == ["E! bad"]
    assert complaint(Result(1, "one\ntwo\n")) == ["one", "two"]
