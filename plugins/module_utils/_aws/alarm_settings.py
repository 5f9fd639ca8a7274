# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alarms: what CloudWatch has of them, the calls that change them, and the topics that they notify. Private to this collection.

Limits of the API reference: 100 names a DescribeAlarms or DeleteAlarms call; three PutMetricAlarm calls a second, which are waited for.
"""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from .._account.alarm_changes import Found, steps
from .._account.alarms import COMPOSITE_RULE, Wanted
from .._account.steps import Step
from .alarms import NAMES, describe_alarms
from .errors import ALARMS, TOPICS, AwsError, aws_call

OF_ONE_ALARM = frozenset(
    (
        "AccessDenied",
        "AccessDeniedException",
        "InvalidParameterCombination",
        "InvalidParameterValue",
        "LimitExceeded",
        "MissingParameter",
        "ResourceNotFound",
        "ValidationError",
    )
)
"""Refusals after which other alarms are still worth a call."""
GONE = ("ResourceNotFound", "ResourceNotFoundException")
VERBS = {
    "put_metric_alarm": "write the alarm {name}",
    "put_composite_alarm": "write the composite alarm {name}",
    "tag_resource": "tag the alarm {name}",
    "untag_resource": "remove tags from the alarm {name}",
    "delete_alarms": "delete the alarm {name}",
}
PUT = {False: "PutMetricAlarm", True: "PutCompositeAlarm"}


def read(client: Any, wanted: Iterable[Wanted]) -> dict[str, Found]:
    """The alarms that are there, by name, with their tags where they are wanted."""
    by_name = {one.name: one for one in wanted}
    names = sorted(by_name)
    items = [item for start in range(0, len(names), NAMES) for item in describe_alarms(client, names[start : start + NAMES])]
    return {item["AlarmName"]: _found(client, item, by_name[item["AlarmName"]]) for item in items}


def _found(client: Any, item: Mapping[str, Any], wanted: Wanted) -> Found:
    composite = COMPOSITE_RULE in item
    members = client.meta.service_model.operation_model(PUT[composite]).input_shape.members
    tags = _tags(client, item["AlarmArn"]) if wanted.tags or wanted.purge_tags else {}
    return Found(item["AlarmArn"], composite, {key: value for key, value in item.items() if key in members}, tags)


@aws_call("read the tags of {arn}", ALARMS)
def _tags(client: Any, arn: str) -> dict[str, str]:
    return {one["Key"]: one["Value"] for one in client.list_tags_for_resource(ResourceARN=arn).get("Tags") or []}


def existing(client: Any, names: Iterable[str]) -> set[str]:
    """Those of *names* that are alarms."""
    wanted = sorted(set(names))
    chunks = (wanted[start : start + NAMES] for start in range(0, len(wanted), NAMES))
    return {item["AlarmName"] for chunk in chunks for item in describe_alarms(client, chunk)}


def ensure(client: Any, wanted: Wanted, found: Found | None, done: list[Step]) -> None:
    """Make the alarm what it shall be. ``done`` gets every step that was made, also where a later one fails.

    Raises:
        AwsError: a step was refused; that somebody else has deleted an alarm that is to go is no failure.
    """
    for step in steps(wanted, found):
        try:
            _made(client, VERBS[step.operation].format(name=wanted.name), step)
        except AwsError as error:
            if step.operation != "delete_alarms" or error.code not in GONE:
                raise
        done.append(step)


@aws_call("{verb}", ALARMS)
def _made(client: Any, verb: str, step: Step) -> None:  # noqa: ARG001 # the verb is for messages
    getattr(client, step.operation)(**step.arguments)


def topic_exists(sns: Any, arn: str) -> bool:
    """Whether there is such a topic."""
    try:
        _attributes(sns, arn)
    except AwsError as error:
        if error.code in ("NotFound", "NotFoundException"):
            return False
        raise
    return True


@aws_call("read the topic {arn}", TOPICS)
def _attributes(sns: Any, arn: str) -> dict[str, Any]:
    return dict(sns.get_topic_attributes(TopicArn=arn)["Attributes"])


@aws_call("create the topic {name}", TOPICS)
def create_topic(sns: Any, name: str) -> str:
    """Make a topic, with nothing set; one that is there already stays as it is, subscribers included."""
    return str(sns.create_topic(Name=name)["TopicArn"])
