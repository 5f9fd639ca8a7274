# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The output of steps: its two streams, and whether AWS or the node has cut it."""

from __future__ import annotations

from typing import Any, Mapping

from .verdicts import Step

SHORT, LONG, LONG_ERRORS = 2500, 24000, 8000
"""Characters: of both streams in a listing; of stdout and stderr in GetCommandInvocation."""
SEPARATOR = "----------ERROR-------"
CUT_IN_LISTING, CUT_ON_THE_NODE = "---Output truncated---", "--output truncated--"


def step_of(plugin: Mapping[str, Any]) -> Step:
    """A step as a listing with details shows it; both streams are in one text there."""
    text = str(plugin.get("Output") or "")
    stdout, _line, stderr = text.partition(SEPARATOR)
    code = plugin.get("ResponseCode")
    return Step(
        name=str(plugin.get("Name") or ""),
        status=str(plugin.get("StatusDetails") or plugin.get("Status") or ""),
        exit_code=None if code is None or code < 0 else int(code),
        stdout=stdout.rstrip("\n") if _line else stdout,
        stderr=stderr.lstrip("\n"),
        truncated=is_cut(text, SHORT),
        stdout_url=str(plugin.get("StandardOutputUrl") or ""),
        stderr_url=str(plugin.get("StandardErrorUrl") or ""),
    )


def is_cut(text: str, limit: int) -> bool:
    """Whether a text of at most *limit* characters is not the whole one."""
    end = text.rstrip()
    return len(text) >= limit or end.endswith((CUT_IN_LISTING, CUT_ON_THE_NODE)) or CUT_IN_LISTING in text


def completed(step: Step, answer: Mapping[str, Any]) -> Step:
    """*step* with the longer output of GetCommandInvocation's *answer*."""
    stdout, stderr = str(answer.get("StandardOutputContent") or ""), str(answer.get("StandardErrorContent") or "")
    return step._replace(
        stdout=stdout,
        stderr=stderr,
        truncated=is_cut(stdout, LONG) or is_cut(stderr, LONG_ERRORS),
        stdout_url=str(answer.get("StandardOutputUrl") or step.stdout_url),
        stderr_url=str(answer.get("StandardErrorUrl") or step.stderr_url),
    )


def warning(nodes: int, log_group: str, bucket: str) -> str:
    """What is said where the output of *nodes* is cut for good."""
    whole = f"the log group {log_group} has all of it" if log_group else f"the bucket {bucket} has all of it" if bucket else ""
    kept = f"AWS keeps {LONG} characters of stdout and {LONG_ERRORS} of stderr"
    text = f"The output of {nodes} {'nodes' if nodes > 1 else 'node'} is cut: {kept}"
    return f"{text}; {whole}." if whole else f"{text}. Hint: cloudwatch_log_group or output_s3_bucket keep all of it."
