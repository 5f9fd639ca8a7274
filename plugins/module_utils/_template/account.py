# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log groups, alarms, topics and dashboards of an account as resources of a template. Pure."""

from __future__ import annotations

import json
from typing import Any, Iterable, Iterator, Mapping, Sequence

from .._account import alarm_changes, alarms, dashboards, log_group_changes, log_groups, metric_filters, subscription_filters
from .._account.steps import aws_tags
from .._release.publications import Target
from .stack import Resource, account_of, resource_id

GROUP, TOPIC, ALARM = "LogGroup", "Topic", "Alarm"


def of_log_groups(groups: Mapping[str, log_groups.Wanted], wrong: list[str]) -> Iterator[Resource]:
    """The log groups of a target with their filters. They outlive the stack, as their events have to."""
    for name, one in groups.items():
        if one.state != log_groups.PRESENT:
            continue
        wrong += log_group_changes.problems(one, None)
        properties = {
            "LogGroupName": name,
            "RetentionInDays": one.retention or None,
            "LogGroupClass": one.log_class,
            "KmsKeyId": one.key or None,
            "DeletionProtectionEnabled": one.protection,
            "DataProtectionPolicy": one.data_protection_policy,
            "FieldIndexPolicies": [one.index_policy] if one.index_policy else None,
            "Tags": aws_tags(one.tags),
        }
        yield Resource(resource_id(GROUP, name), "AWS::Logs::LogGroup", properties, retained=True)
        yield from of_metric_filters(name, one.metric_filters)
        yield from _of_subscription_filters(name, one.subscription_filters)


def of_metric_filters(group: str, entries: Iterable[Mapping[str, Any]]) -> Iterator[Resource]:
    """The metric filters of a log group."""
    for entry in entries:
        if entry["state"] == log_groups.PRESENT:
            request = metric_filters.request(group, entry, None)
            metric = {_capital(key): value for key, value in request["metricTransformations"][0].items()}
            if "Dimensions" in metric:
                metric["Dimensions"] = aws_tags(metric["Dimensions"])
            properties = {**_capitals(request), "MetricTransformations": [metric]}
            yield _of_group("MetricFilter", group, entry["name"], "AWS::Logs::MetricFilter", properties)


def _of_subscription_filters(group: str, entries: Iterable[Mapping[str, Any]]) -> Iterator[Resource]:
    for entry in entries:
        if entry["state"] == log_groups.PRESENT:
            properties = _capitals(subscription_filters.request(group, entry, None))
            yield _of_group("SubscriptionFilter", group, entry["name"], "AWS::Logs::SubscriptionFilter", properties)


def _of_group(word: str, group: str, name: str, kind: str, properties: Mapping[str, Any]) -> Resource:
    return Resource(resource_id(word, f"{group} {name}"), kind, properties, (resource_id(GROUP, group),))


def _capitals(request: Mapping[str, Any]) -> dict[str, Any]:
    return {_capital(key): value for key, value in request.items()}


def _capital(key: str) -> str:
    return key[0].upper() + key[1:]


def of_alarms(
    target: Target, named: Iterable[alarms.Wanted], topics: Sequence[str], tags: Mapping[str, Any], wrong: list[str]
) -> Iterator[Resource]:
    """The alarms of a target, those in a rule before it, and the topics that are named; what cannot be is added to *wrong*."""
    present = [one for one in named if one.state == log_groups.PRESENT]
    if not present:
        return
    chosen = alarms.topics_of(topics, target)
    names = [one for one in chosen if not one.startswith("arn:")]
    for name in names:
        yield Resource(resource_id(TOPIC, name), "AWS::SNS::Topic", {"TopicName": name})
    arns = [alarms.topic_arn(account_of(target.region), target.region, one) if one in names else one for one in chosen]
    complete = [alarms.completed(one, arns, tags) for one in present]
    requests = {one.name: alarm_changes.request(one, None) for one in complete}
    rules = {name: alarm_changes.children(str(request.get(alarms.COMPOSITE_RULE) or "")) for name, request in requests.items()}
    others = {*requests, *(child for children in rules.values() for child in children)}  # what others made, nobody asks for here
    for one in alarm_changes.in_order(complete, {}):
        wrong += [f"{target.region}: {one.name} ({one.said}): {line}" for line in alarm_changes.problems(one, None, others, target.region)]
        kind = "AWS::CloudWatch::CompositeAlarm" if one.composite else "AWS::CloudWatch::Alarm"
        after = [resource_id(TOPIC, name) for name in names] + [resource_id(ALARM, child) for child in rules[one.name]]
        after += [resource_id("MetricFilter", f"{one.filter.group} {one.filter.entry['name']}")] if one.filter else []
        properties = {**requests[one.name], "Tags": aws_tags(one.tags)}
        yield Resource(resource_id(ALARM, one.name), kind, properties, tuple(after))


def of_dashboards(wanted: Iterable[dashboards.Wanted]) -> Iterator[Resource]:
    """The dashboards of an account."""
    for one in wanted:
        if one.body is not None:
            body = json.dumps(one.body, separators=(",", ":"), ensure_ascii=False)
            properties = {"DashboardName": one.name, "DashboardBody": body, "Tags": aws_tags(one.tags)}
            yield Resource(resource_id("Dashboard", one.name), "AWS::CloudWatch::Dashboard", properties)
