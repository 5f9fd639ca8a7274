# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about text that other programs would take for a template."""

from __future__ import annotations

from typing import Iterator

from ..findings import WARNING, Finding, shown
from ..pointer import walk
from ..problems import rule
from ..subject import Subject


@rule(
    "parameter-template",
    WARNING,
    why="Parameter Store refuses values with {{ }}, which it takes for a reference to another parameter.",
    hint="Take the braces out; a template of yours has not been filled in (is the value marked !unsafe?).",
    example={"metrics": {"namespace": "{{ env }}", "metrics_collected": {"mem": {"measurement": ["used"]}}}},
)
def _parameter_template(subject: Subject) -> Iterator[Finding]:
    for path, value in walk(subject.config):
        texts = [value] if isinstance(value, str) else [key for key in value if isinstance(key, str)] if isinstance(value, dict) else []
        for text in texts:
            if "{{" in text:
                yield Finding(subject.view.original(path), value if isinstance(value, str) else text, f"{shown(text)} has double braces.")
