# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Output to CloudWatch Logs: the node makes the group and a stream for each of the two streams of a step."""

from __future__ import annotations

import time
from typing import Any

from standin.awshttp import AwsError

from . import log
from .document import Step
from .identity import Service
from .shell import Outcome


def publish(service: Service, message: dict[str, Any], step: Step, outcome: Outcome) -> None:
    """Send what a step said, where the command asks for it; a refusal is logged and changes nothing."""
    if message.get("CloudWatchOutputEnabled") != "true":
        return
    root = f"{message['CommandId']}/{service.identity.node_id}/{step.name.replace(':', '-')}"
    try:
        _make(service, "CreateLogGroup", logGroupName=message["CloudWatchLogGroupName"])
        for name, text in (("stdout", outcome.stdout), ("stderr", outcome.stderr)):
            if text:
                _put(service, str(message["CloudWatchLogGroupName"]), f"{root}/{name}", text)
    except AwsError as error:
        log.say("ERROR", f"output to CloudWatch Logs failed: {error}")


def _make(service: Service, operation: str, **params: Any) -> None:
    try:
        service.call("logs", operation, **params)
    except AwsError as error:
        if error.code != "ResourceAlreadyExistsException":
            raise


def _put(service: Service, group: str, stream: str, text: str) -> None:
    _make(service, "CreateLogStream", logGroupName=group, logStreamName=stream)
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": line or " "} for line in text.splitlines()]
    service.call("logs", "PutLogEvents", logGroupName=group, logStreamName=stream, logEvents=events[:10_000])
