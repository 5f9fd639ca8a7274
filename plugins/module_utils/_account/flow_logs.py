# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the flow logs of an account shall be, one for each resource, traffic type and destination. Pure."""

from __future__ import annotations

import re
from typing import Any, Iterable, Iterator, Mapping, NamedTuple

from .._config.errors import ConfigError
from .._release.publications import Target
from .steps import texts, wrong_tags

PRESENT, ABSENT = "present", "absent"
LOGS, S3, FIREHOSE = "cloud-watch-logs", "s3", "kinesis-data-firehose"
VARIABLE = "cw_agent_flow_logs"
GATEWAYS = ("TransitGateway", "TransitGatewayAttachment")
"""Resources that have no traffic type, an interval of 60 seconds alone, and all fields by default."""
KINDS = {
    "vpc": "VPC",
    "subnet": "Subnet",
    "eni": "NetworkInterface",
    "tgw": "TransitGateway",
    "tgw-attach": "TransitGatewayAttachment",
}
"""The type of a resource by the prefix of its id."""
DEFAULT = "default"
FIELDS = " ".join(
    f"${{{name}}}"
    for name in (
        *("version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets", "bytes"),
        *("start", "end", "action", "log-status"),
    )
)
"""The log format of AWS's own, of all resources but gateways."""
OPTIONS = {"file_format": "FileFormat", "hive_compatible_partitions": "HiveCompatiblePartitions", "per_hour_partition": "PerHourPartition"}
"""What there is for S3 alone: our names and those of the API."""

_RESOURCE = re.compile(r"(?P<prefix>[a-z-]+)-[0-9a-f]{8,17}", re.ASCII)
_GROUP = re.compile(r"[\w./#-]{1,512}", re.ASCII)
_GROUP_ARN = re.compile(r"arn:[\w-]+:logs:[\w-]+:\d{12}:log-group:(?P<name>[\w./#-]+)(:\*)?", re.ASCII)
_ROLE = re.compile(r"arn:[\w-]+:iam::\d{12}:role/[\w+=,.@/-]+", re.ASCII)
_FORMAT = re.compile(r"\$\{[a-z0-9-]+\}( \$\{[a-z0-9-]+\})*", re.ASCII)
_ARNS = {S3: re.compile(r"arn:[\w-]+:s3:::.+", re.ASCII), FIREHOSE: re.compile(r"arn:[\w-]+:firehose:[\w-]+:\d{12}:.+", re.ASCII)}


class Destination(NamedTuple):
    """Where records go: its type, and the name of a log group or the ARN of a bucket (with a path) or stream.

    ``arn``: of a log group that was named by its ARN, else ''. It counts for the comparison where both sides have one.
    """

    kind: str
    name: str
    arn: str = ""

    def same(self, other: Destination) -> bool:
        """Whether both mean one destination, by whichever of its names."""
        return self[:2] == other[:2] and (not self.arn or not other.arn or self.arn == other.arn)

    @property
    def text(self) -> str:
        return self.arn or self.name


class Wanted(NamedTuple):
    """What the flow log of a resource, a traffic type ('' where there is none) and a destination shall be; None: as it is.

    ``role``: the ARN of the role that delivers, None for the one of the task; ``log_format``: fields with one blank between them;
    ``options``: those of S3, by the names of the API; tags: others stay unless ``purge_tags``; ``said``: where it is said.
    """

    resource: str
    kind: str
    traffic: str
    destination: Destination
    said: str
    state: str = PRESENT
    role: str | None = None
    log_format: str | None = None
    interval: int | None = None
    options: Mapping[str, Any] = {}
    tags: Mapping[str, str] = {}
    purge_tags: bool = False

    @property
    def label(self) -> str:
        """The flow log in a sentence."""
        return f"{self.resource} to {self.destination.text}{f' ({self.traffic})' if self.traffic else ''}"


def destination(group: str | None, arn: str | None) -> Destination | None:
    """The destination that a log group's name or an ARN says; None where it is none, or both are given."""
    if bool(group) == bool(arn):
        return None
    if group:
        return Destination(LOGS, group) if _GROUP.fullmatch(group) else None
    of_group = _GROUP_ARN.fullmatch(arn or "")
    if of_group:
        return Destination(LOGS, of_group["name"], str(arn).removesuffix(":*"))
    return next((Destination(kind, str(arn)) for kind, pattern in _ARNS.items() if pattern.fullmatch(str(arn))), None)


def desired(entries: Iterable[Mapping[str, Any]]) -> dict[Target, list[Wanted]]:
    """The flow logs of *entries*, as the module documents them, each with its region.

    Raises:
        ConfigError: everything that cannot be or that contradicts itself, one sentence a line.
    """
    wrong: list[str] = []
    found: dict[Target, list[Wanted]] = {}
    for index, entry in enumerate(entries):
        where = f"{VARIABLE}[{index}]"
        given = destination(entry["log_group_name"], entry["destination_arn"])
        problems = list(_wrong(entry, given, where))
        wrong += problems
        if problems or given is None:
            continue
        named = found.setdefault(Target(entry["profile"], entry["region"]), [])
        for one in _of_entry(entry, given, where):
            named.append(one)
            twice = [other for other in named[:-1] if _key(other) == _key(one) and other.destination.same(one.destination)]
            wrong += [f"{where}: {other.said} names the same flow log, {one.label}. Hint: make one entry of them." for other in twice]
    if wrong:
        raise ConfigError("\n".join(wrong))
    return found


def _key(one: Wanted) -> tuple[str, str]:
    return one.resource, one.traffic


def _of_entry(entry: Mapping[str, Any], given: Destination, where: str) -> Iterator[Wanted]:
    for resource in entry["resource_ids"]:
        kind = _kind(resource)
        gateway = kind in GATEWAYS
        yield Wanted(
            resource=resource,
            kind=kind,
            traffic="" if gateway else entry["traffic_type"] or "ALL",
            destination=given,
            said=where,
            state=entry["state"],
            role=entry["role_arn"],
            log_format=FIELDS if entry["log_format"] == DEFAULT else entry["log_format"] and " ".join(entry["log_format"].split()),
            interval=entry["max_aggregation_interval"],
            options={name: entry[key] for key, name in OPTIONS.items() if entry[key] is not None},
            tags=texts(entry["tags"] or {}),
            purge_tags=entry["purge_tags"],
        )


def _kind(resource: str) -> str:
    match = _RESOURCE.fullmatch(resource)
    return KINDS.get(match["prefix"], "") if match else ""


def _wrong(entry: Mapping[str, Any], given: Destination | None, where: str) -> Iterator[str]:
    if given is None:
        yield (
            f"{where}: log_group_name is {entry['log_group_name']!r}, destination_arn is {entry['destination_arn']!r}."
            " Hint: give one of them: the name of a log group, or the ARN of a log group, a bucket or a Firehose stream."
        )
    if not entry["resource_ids"]:
        yield f"{where}.resource_ids is empty. Hint: give at least one id, such as vpc-0123456789abcdef0."
    for resource in entry["resource_ids"]:
        if not _kind(resource):
            yield f"{where}.resource_ids has {resource!r}. Hint: ids that begin with {', '.join(f'{key}-' for key in KINDS)}."
    gateways = [resource for resource in entry["resource_ids"] if _kind(resource) in GATEWAYS]
    if gateways:
        yield from _wrong_of_gateways(entry, f"{where} ({gateways[0]})")
    if entry["log_format"] not in (None, DEFAULT) and not _FORMAT.fullmatch(" ".join(entry["log_format"].split())):
        hint = f"fields as AWS writes them, such as ${{srcaddr}} ${{dstaddr}}; or {DEFAULT}"
        yield f"{where}.log_format is {entry['log_format']!r}. Hint: {hint}."
    yield from wrong_tags(entry["tags"] or {}, f"{where}.tags")
    if given and given.kind != S3 and any(entry[key] is not None for key in OPTIONS):
        yield f"{where}: {', '.join(OPTIONS)} are for buckets alone. Hint: take them out."
    if entry["role_arn"] is None:
        return
    if given and given.kind != LOGS:
        yield f"{where}.role_arn is {entry['role_arn']!r}, and only log groups need a role. Hint: take it out."
    elif not _ROLE.fullmatch(entry["role_arn"]):
        yield f"{where}.role_arn is {entry['role_arn']!r}. Hint: the ARN of a role, arn:aws:iam::ACCOUNT:role/NAME."


def _wrong_of_gateways(entry: Mapping[str, Any], where: str) -> Iterator[str]:
    for key, taken in (("traffic_type", (None,)), ("max_aggregation_interval", (None, 60))):
        if entry[key] not in taken:
            yield f"{where}: {key} is {entry[key]}, which AWS does not take of transit gateways. Hint: take it out."
    if entry["log_format"] == DEFAULT:
        yield f"{where}: log_format is {DEFAULT}, and transit gateways have all fields by default. Hint: name the fields, or take it out."
