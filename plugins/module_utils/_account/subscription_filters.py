# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subscription filters of log groups: what can be, and what differs. Pure."""

from __future__ import annotations

import re
from typing import Any, Iterable, Iterator, Mapping

from . import filters

MOST = 2
"""Subscription filters of a log group."""
CARRIED = ("applyOnTransformedLogs", "fieldSelectionCriteria", "emitSystemFields")
"""What a filter may have that entries do not say: it stays when the filter changes."""
NEED_ROLE = ("kinesis", "firehose")
"""Services to whose streams CloudWatch Logs writes by a role."""
_ARN = re.compile(r"arn:[\w-]+:(?P<service>lambda|kinesis|firehose|logs):[\w-]+:\d{12}:.+", re.ASCII)


def wrong(entries: Iterable[Mapping[str, Any]], where: str) -> Iterator[str]:
    """What CloudWatch Logs would refuse of *entries*; *where* they are said."""
    return filters.wrong(entries, f"{where} subscription filter", _problems)


def _problems(entry: Mapping[str, Any]) -> Iterator[str]:
    match = _ARN.fullmatch(entry["destination_arn"] or "")
    if match is None:
        yield (
            f"destination_arn is {entry['destination_arn']!r}. Hint: the ARN of a Lambda function, a stream of Kinesis or Firehose, or a"
            " destination of CloudWatch Logs."
        )
    elif match["service"] in NEED_ROLE and not entry["role_arn"]:
        yield f"role_arn must be given, since the destination is of {match['service']}. Hint: a role that CloudWatch Logs may assume."
    elif match["service"] == "lambda" and entry["role_arn"]:
        yield "role_arn is given, and a Lambda function takes none. Hint: take it out; the function's own policy allows the call."
    yield from filters.too_long(entry["pattern"])


def shape(found: Mapping[str, Any]) -> dict[str, Any]:
    """A filter, as DescribeSubscriptionFilters gives it, in the words of entries; what it does not have is left out."""
    values = {
        "pattern": found.get("filterPattern") or "",
        "destination_arn": found["destinationArn"],
        "role_arn": found.get("roleArn"),
        "distribution": found.get("distribution") or "ByLogStream",
    }
    return {key: value for key, value in values.items() if value}


def request(group: str, entry: Mapping[str, Any], found: Mapping[str, Any] | None) -> dict[str, Any]:
    """The arguments of PutSubscriptionFilter that make a filter what *entry* says."""
    made: dict[str, Any] = {
        "logGroupName": group,
        "filterName": entry["name"],
        "filterPattern": entry["pattern"],
        "destinationArn": entry["destination_arn"],
        "distribution": entry["distribution"],
    }
    if entry["role_arn"]:
        made["roleArn"] = entry["role_arn"]
    return {**made, **{key: found[key] for key in CARRIED if found and found.get(key)}}
