# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Output to CloudWatch Logs, where the node makes the group and a stream for each of the two streams of a step, and to S3."""

from __future__ import annotations

import time
from typing import Any

from standin.awshttp import AwsError

from . import log, s3
from .document import Step
from .identity import Service
from .shell import Outcome

LARGEST = 200_000
"""Characters of an event: what a step said is one, with all of its lines."""


def publish(service: Service, message: dict[str, Any], step: Step, outcome: Outcome) -> None:
    """Send what a step said, where the command asks for it; a refusal is logged and changes nothing."""
    if message.get("CloudWatchOutputEnabled") == "true":
        _to_logs(service, message, step, outcome)
    if message.get("OutputS3BucketName"):
        _to_s3(service, message, step, outcome)


def _to_s3(service: Service, message: dict[str, Any], step: Step, outcome: Outcome) -> None:
    identity, name = service.identity, step.name if step.name != step.plugin else f"0.{step.plugin}"
    root = f"{message.get('OutputS3KeyPrefix') or ''}/{message['CommandId']}/{identity.node_id}/{step.plugin}/{name}".lstrip("/")
    try:
        for kind, text in (("stdout", outcome.stdout), ("stderr", outcome.stderr)):
            if text:
                key = f"{root}/{kind}".replace("aws:", "aws")
                s3.put(identity.region, service.keys.get(), message["OutputS3BucketName"], key, text.encode())
    except AwsError as error:
        log.say("ERROR", f"output to S3 failed: {error}")


def _to_logs(service: Service, message: dict[str, Any], step: Step, outcome: Outcome) -> None:
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
    event = {"timestamp": int(time.time() * 1000), "message": text.rstrip("\n")[:LARGEST] or " "}
    service.call("logs", "PutLogEvents", logGroupName=group, logStreamName=stream, logEvents=[event])
