# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of SendCommand: options in, requests out."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple, Sequence

from .documents import TIMEOUT, Document
from .errors import CommandError
from .limits import Chunk

SHELLS = {"shell": "AWS-RunShellScript", "powershell": "AWS-RunPowerShellScript"}
"""Options for inline scripts, and the documents that run them."""
DELIVERY_SECONDS = 3600
"""AWS's own default of TimeoutSeconds."""
MARGIN_SECONDS = 60
COMMENT = 100
MARK = 8
"""Characters of a comment that AWS takes, and of those that tell one command from all others."""
ANY = "*"
NODES = "InstanceIds"


class Wanted(NamedTuple):
    """A command as it is wanted. ``targets``: as SendCommand takes them, and empty where nodes are named."""

    document: str
    version: str = ""
    parameters: Mapping[str, Sequence[str]] = {}
    targets: tuple[Mapping[str, Any], ...] = ()
    comment: str = ""
    max_concurrency: str | None = None
    max_errors: str | None = None
    delivery_timeout: int | None = None
    output: Mapping[str, Any] = {}


def parameters_of(options: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The document and the values of its parameters that a task's options name."""
    values = dict(options["parameters"] or {})
    for option, document in SHELLS.items():
        if options[option] is not None:
            values["commands"] = options[option].splitlines()
            if options["chdir"]:
                values["workingDirectory"] = options["chdir"]
            return document, values
    return options["document"], values


def with_timeout(document: Document, values: Mapping[str, Any], seconds: int | None) -> dict[str, Any]:
    """The values with the time-out of the script in the parameter that the document has for it.

    Raises:
        CommandError: it has none, or the seconds are some that a node silently replaces by an hour.
    """
    if seconds is None:
        return dict(values)
    if TIMEOUT not in document.parameters:
        raise CommandError(f"execution_timeout: the document {document.name} has no parameter {TIMEOUT}. Hint: leave it out.")
    if TIMEOUT in values:
        raise CommandError(f"execution_timeout and parameters.{TIMEOUT} are the same. Hint: keep one of them.")
    if not 5 <= seconds <= 172800:
        raise CommandError(f"execution_timeout is {seconds}, and must be from 5 to 172800 seconds.")
    return {**values, TIMEOUT: str(seconds)}


def seconds_at_most(document: Document, parameters: Mapping[str, Sequence[str]], delivery_timeout: int | None) -> int:
    """After how many seconds AWS itself has ended the command on a node."""
    value = str(next(iter(parameters.get(TIMEOUT) or []), ""))
    return (delivery_timeout or DELIVERY_SECONDS) + (int(value) if value.isdigit() else document.timeout) + MARGIN_SECONDS


def targets_of(items: Sequence[Mapping[str, Any]] | None) -> tuple[dict[str, Any], ...]:
    """Targets as AWS takes them.

    Raises:
        CommandError: there are more than five, or one has no value or more than 50.
    """
    found = tuple({"Key": _key(str(item["key"])), "Values": [str(value) for value in item["values"]]} for item in items or [])
    if len(found) > 5:
        raise CommandError(f"targets has {len(found)} keys, and AWS takes 5 of them.")
    for target in found:
        if not target["Values"] or len(target["Values"]) > 50:
            raise CommandError(f"targets: {target['Key']} has {len(target['Values'])} values, and AWS takes from 1 to 50 of them.")
    return found


def _key(key: str) -> str:
    known = ("tag:", "resource-groups:", "aws:")
    if key.lower() == NODES.lower():
        return NODES
    if not key.startswith(known) and key != "tag-key":
        raise CommandError(f"targets: the key is {key!r}. Hint: tag:NAME, InstanceIds, or resource-groups:Name.")
    return key


def output_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """SendCommand's arguments for where the node writes the whole output."""
    found: dict[str, Any] = {}
    if options["cloudwatch_output"] or options["cloudwatch_log_group"]:
        group = {"CloudWatchLogGroupName": options["cloudwatch_log_group"]} if options["cloudwatch_log_group"] else {}
        found["CloudWatchOutputConfig"] = {"CloudWatchOutputEnabled": True, **group}
    if options["output_s3_bucket"]:
        found["OutputS3BucketName"] = options["output_s3_bucket"]
        if options["output_s3_key_prefix"]:
            found["OutputS3KeyPrefix"] = options["output_s3_key_prefix"]
    return found


def log_group_of(document: str, output: Mapping[str, Any]) -> str:
    """The log group that has the whole output; '' where none has."""
    config = output.get("CloudWatchOutputConfig")
    return str(config.get("CloudWatchLogGroupName") or f"/aws/ssm/{document.rpartition('/')[2]}") if config else ""


def request(wanted: Wanted, chunk: Chunk | None = None) -> dict[str, Any]:
    """The arguments of SendCommand, for the nodes of *chunk*, or for the targets."""
    limits = (chunk.max_concurrency, chunk.max_errors) if chunk else (wanted.max_concurrency, wanted.max_errors)
    asked: dict[str, Any] = {
        "DocumentName": wanted.document,
        "DocumentVersion": wanted.version or None,
        "InstanceIds": list(chunk.nodes) if chunk else None,
        "Targets": None if chunk else list(wanted.targets),
        "Parameters": {name: list(values) for name, values in wanted.parameters.items()} or None,
        "Comment": wanted.comment or None,
        "MaxConcurrency": limits[0],
        "MaxErrors": limits[1],
        "TimeoutSeconds": wanted.delivery_timeout,
        **wanted.output,
    }
    return {name: value for name, value in asked.items() if value is not None}


def with_mark(comment: str, mark: str) -> str:
    """The comment with the beginning of *mark* behind it, by which a command is found whose answer got lost."""
    return f"{comment} [{mark[:MARK]}]".strip()


def comment_of(comment: str | None) -> str:
    """The comment of a task.

    Raises:
        CommandError: it is too long, with what comes behind it.
    """
    most = COMMENT - MARK - 3
    if comment and len(comment) > most:
        raise CommandError(
            f"comment has {len(comment)} characters, and {most} are allowed: AWS takes {COMMENT}, and a mark comes behind it."
        )
    return comment or ""


def no_match(wanted: Wanted) -> str:
    """What is said where no node is meant."""
    targets = "; ".join(f"{target['Key']} = {' or '.join(target['Values'])}" for target in wanted.targets)
    if not targets:
        return f"{wanted.document}: instance_ids is empty, so nothing runs. Hint: no_match: ok takes that for a success."
    return (
        f"{wanted.document}: no managed node matches {targets}. Hint: cloudwatch.agent.ssm_node_info shows the nodes that there are;"
        " no_match: ok takes that for a success."
    )
