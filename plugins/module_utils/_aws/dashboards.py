# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dashboards: what CloudWatch has of them, the calls that change them, and what a picture of one shows. Private to this collection."""

from __future__ import annotations

import json
from typing import Any, Mapping

from .._account.dashboards import Found, Wanted, steps
from .._account.steps import Step
from .errors import DASHBOARDS, AwsError, aws_call

GONE = ("ResourceNotFound", "ResourceNotFoundException", "DashboardNotFoundError")
VERBS = {
    "put_dashboard": "write the dashboard {name}",
    "delete_dashboards": "delete the dashboard {name}",
    "tag_resource": "tag the dashboard {name}",
    "untag_resource": "remove tags from the dashboard {name}",
}
QUERIES = 500
"""Queries of a GetMetricData call."""
EVENTS = 10_000
UNREAD = ("InternalError", "Forbidden")
"""What GetMetricData says of a query in an answer of 200 that has nothing of it."""


def read(client: Any, name: str, tagged: bool = False) -> Found | None:
    """The dashboard of this name, with its tags where they are wanted; None without one."""
    try:
        answer = _dashboard(client, name)
    except AwsError as error:
        if error.code in GONE:
            return None
        raise
    try:
        body = json.loads(answer["DashboardBody"])
    except ValueError:
        body = answer["DashboardBody"]
    return Found(answer["DashboardArn"], body, _tags(client, answer["DashboardArn"]) if tagged else {})


@aws_call("read the dashboard {name}", DASHBOARDS)
def _dashboard(client: Any, name: str) -> dict[str, Any]:
    return dict(client.get_dashboard(DashboardName=name))


@aws_call("read the tags of {arn}", DASHBOARDS)
def _tags(client: Any, arn: str) -> dict[str, str]:
    return {one["Key"]: one["Value"] for one in client.list_tags_for_resource(ResourceARN=arn).get("Tags") or []}


def ensure(client: Any, wanted: Wanted, found: Found | None, done: list[Step]) -> list[str]:
    """Make the dashboard what it shall be. Returns CloudWatch's remarks on its body.

    Raises:
        AwsError: a step was refused.
    """
    remarks: list[str] = []
    for step in steps(wanted, found):
        try:
            answer = _made(client, VERBS[step.operation].format(name=wanted.name), step)
        except AwsError as error:
            if step.operation != "delete_dashboards" or error.code not in GONE:
                raise
            answer = {}
        remarks += [f"{one.get('DataPath') or '/'}: {one.get('Message')}" for one in answer.get("DashboardValidationMessages") or []]
        done.append(step)
    return remarks


@aws_call("{verb}", DASHBOARDS)
def _made(client: Any, verb: str, step: Step) -> Mapping[str, Any]:  # noqa: ARG001 # the verb is for messages
    return getattr(client, step.operation)(**step.arguments) or {}


@aws_call("read the metrics of the graph {title}", DASHBOARDS)
def points(client: Any, title: str, queries: list[dict[str, Any]], start: float, end: float) -> list[dict[str, Any]]:
    """What GetMetricData has for a graph: ``id``, ``label``, and ``points``, pairs of time (seconds since the epoch) and value.

    Raises:
        AwsError: also for a single query that could not be answered, which would look as if there were no data.
    """
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    pages = client.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries[:QUERIES], StartTime=start, EndTime=end, ScanBy="TimestampAscending"
    )
    for page in pages:
        for one in page["MetricDataResults"]:
            if one.get("StatusCode") in UNREAD:
                said = " ".join(f"{line.get('Code')}: {line.get('Value')}" for line in one.get("Messages") or []) or "no further text"
                raise AwsError(
                    f"Failed to read the metrics of the graph {title}: {one['StatusCode']}: {said}."
                    " Hint: allow cloudwatch:GetMetricData to the controller's credentials; run again after an error of AWS's own."
                )
            pairs = [(at.timestamp(), value) for at, value in zip(one["Timestamps"], one["Values"])]
            found.setdefault((one["Id"], one.get("Label") or one["Id"]), []).extend(pairs)
    return [{"id": key, "label": label, "points": pairs} for (key, label), pairs in found.items()]


@aws_call("read the lines of {group}", DASHBOARDS)
def lines(client: Any, group: str, pattern: str, start: float) -> list[tuple[float, str]]:
    """Time and text of the events of a log group that fit a pattern, the first ``EVENTS`` since *start*."""
    pages = client.get_paginator("filter_log_events").paginate(
        logGroupName=group, filterPattern=pattern, startTime=int(start * 1000), PaginationConfig={"MaxItems": EVENTS}
    )
    return [(event["timestamp"] / 1000, str(event["message"])) for page in pages for event in page["events"]]
