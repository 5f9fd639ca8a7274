# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log groups against a CloudWatch Logs in this process: calls, races, refusals, and events that survive thousands of inputs."""

from __future__ import annotations

import random
from typing import Any, Callable

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.log_group_changes import problems, steps
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.log_groups import CLASSES, Defaults, Wanted, desired
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.steps import Step
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.log_groups import ATTEMPTS, ensure, read, unknown
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.tests.support.fake_logs import (
    AGES,
    DAYS,
    Logs,
    data_protection,
    entry,
    metric,
    plan,
    refused,
    subscription,
)

KEY = "arn:aws:kms:us-east-1:123456789012:key/1"
INPUTS = 6_000


def apply(logs: Logs, one: Wanted) -> list[Step]:
    """As the action does, for one group."""
    done: list[Step] = []
    found = read(logs, [one]).get(one.name)
    assert list(problems(one, found)) == []
    ensure(logs, one, found, done, lambda _seconds: None)
    return done


def failing(logs: Logs, operation: str, *codes: str) -> None:
    """The next calls of an operation are refused, one after the other."""
    rest = list(codes)
    made: Callable[..., Any] = getattr(logs, operation)

    def call(**given: Any) -> Any:
        if rest:
            raise refused(rest.pop(0))
        return made(**given)

    setattr(logs, operation, call)


def test_many_groups_are_read_fifty_a_call_and_compared_by_their_whole_name() -> None:
    logs, old = Logs(), Logs(old=True)
    for number in range(120):
        logs.seed(f"/web/{number}")
    found = read(logs, [Wanted(f"/web/{number}") for number in range(110)])
    assert len(found) == 110 and [len(one["logGroupIdentifiers"]) for one in logs.reads] == [50, 50, 10]
    old.seed("/web-other")
    assert read(old, [Wanted("/web")]) == {} and old.reads == [{"logGroupNamePrefix": "/web"}]
    assert read(logs, []) == {}


def test_tags_and_filters_are_read_where_they_are_wanted() -> None:
    logs = Logs()
    logs.seed("/web", tags={"a": "1"}, retentionInDays=30, kmsKeyId=KEY, retentionPolicyName="p", deletionProtectionEnabled=True)
    apply(logs, Wanted("/web", metric_filters=(metric("errors"),), subscription_filters=(subscription("s"),)))
    plain = read(logs, [Wanted("/web")])["/web"]
    assert (plain.tags, plain.metric_filters, plain.subscription_filters) == ({}, {}, {})
    assert (plain.retention, plain.key, plain.policy, plain.protection, plain.stored) == (30, KEY, "p", True, 7)
    whole = read(logs, [Wanted("/web", tags={"b": "1"}, metric_filters=(metric("x"),), subscription_filters=(subscription("y"),))])["/web"]
    assert (dict(whole.tags), list(whole.metric_filters), list(whole.subscription_filters)) == ({"a": "1"}, ["errors"], ["s"])


def test_a_policy_of_the_account_is_not_the_groups() -> None:
    logs = Logs()
    logs.seed("/web")
    one = Wanted("/web", index_policy={"Fields": ["a", "b"]}, data_protection_policy=data_protection())
    found = read(logs, [one])["/web"]
    assert (found.index_policy, found.data_protection_policy) == ({}, {})
    assert [step.operation for step in apply(logs, one)] == ["put_index_policy", "put_data_protection_policy"]
    assert apply(logs, one._replace(index_policy={"Fields": ["b", "a"]})) == []
    gone = one._replace(index_policy={}, data_protection_policy={})
    assert [step.operation for step in apply(logs, gone)] == ["delete_index_policy", "delete_data_protection_policy"]
    assert apply(logs, gone) == []
    failing(logs, "get_data_protection_policy", "ResourceNotFoundException")
    assert read(logs, [gone])["/web"].data_protection_policy == {}
    failing(logs, "get_data_protection_policy", "AccessDeniedException")
    with pytest.raises(AwsError, match="Failed to read the data protection policy of the log group /web"):
        read(logs, [gone])


def test_a_group_that_the_agent_makes_meanwhile_is_taken_as_it_is() -> None:
    """Nothing is made twice, and what is wanted of it is set on the other's."""
    logs = Logs()
    logs.seed("/web")
    done: list[Step] = []
    ensure(logs, Wanted("/web", retention=30, tags={"a": "1"}), None, done, lambda _seconds: None)
    assert [step.operation for step in done] == ["create_log_group", "tag_resource", "put_retention_policy"]  # it may have been ours
    assert logs.groups["/web"]["retentionInDays"] == 30 and logs.groups["/web"]["events"]
    said = {"log_class": "HERE"}
    logs.seed("/app")
    with pytest.raises(AwsError, match="has the class STANDARD, and HERE says INFREQUENT_ACCESS"):
        ensure(logs, Wanted("/app", log_class="INFREQUENT_ACCESS", said=said), None, done, lambda _seconds: None)


def test_who_changes_the_group_as_well_is_waited_for() -> None:
    logs, waited = Logs(), []
    logs.seed("/web")
    failing(logs, "put_retention_policy", *["OperationAbortedException"] * (ATTEMPTS - 1))
    ensure(logs, Wanted("/web", retention=30), read(logs, [Wanted("/web")])["/web"], [], waited.append)
    assert waited == [0.5, 1, 2, 4, 8] and logs.groups["/web"]["retentionInDays"] == 30
    failing(logs, "put_retention_policy", *["OperationAbortedException"] * ATTEMPTS)
    with pytest.raises(AwsError, match="Failed to set the retention of the log group /web: OperationAbortedException"):
        apply(logs, Wanted("/web", retention=7))


def test_what_is_gone_already_is_removed() -> None:
    logs = Logs()
    logs.seed("/web")
    found = read(logs, [Wanted("/web")])["/web"]
    del logs.groups["/web"]
    ensure(logs, Wanted("/web", state="absent"), found, [], lambda _seconds: None)


def test_a_refusal_names_group_action_and_guide_and_what_was_done_before() -> None:
    logs, done = Logs(), []
    failing(logs, "put_retention_policy", "AccessDeniedException")
    with pytest.raises(AwsError) as caught:
        ensure(logs, Wanted("/web", retention=30), None, done, lambda _seconds: None)
    assert "logs:Operation to the controller's credentials (the minimal policy stands in the collection's guide on log groups)" in str(
        caught.value
    )
    assert [step.operation for step in done] == ["create_log_group"]
    assert [step.operation for step in apply(logs, Wanted("/web", retention=30))] == ["put_retention_policy"]
    failing(logs, "associate_kms_key", "InvalidParameterException")
    with pytest.raises(AwsError, match=r"its policy must let logs\.REGION\.amazonaws\.com use it"):
        apply(logs, Wanted("/web", key=KEY))


def test_an_old_botocore_is_found_out_before_anything_is_written() -> None:
    old, made = Logs(old=True), steps(Wanted("/web", protection=True), None)
    assert "knows no deletionProtectionEnabled of create_log_group. Hint: install a newer boto3" in next(unknown(old, made))
    old.seed("/web")
    changed = steps(Wanted("/web", protection=True), read(old, [Wanted("/web")])["/web"])
    assert "of put_log_group_deletion_protection" in next(unknown(old, changed))
    assert list(unknown(Logs(), made)) == []
    with pytest.raises(AwsError, match=r"knows no describe_index_policies\. Hint: install a newer boto3"):
        read(old, [Wanted("/web", index_policy={})])


def _some(dice: random.Random, *values: Any) -> Any:
    return dice.choice(values)


def _entry(dice: random.Random, name: str) -> dict[str, Any]:
    """An entry, legal or not."""
    return entry(
        name,
        state=_some(dice, "present", "present", "absent"),
        region=_some(dice, "", "us-east-1"),
        retention_in_days=_some(dice, None, None, "never", "42", *map(str, DAYS)),
        log_group_class=_some(dice, None, None, None, None, *CLASSES),
        kms_key_id=_some(dice, *[None, "", KEY] * 4, "alias/x"),
        tags=_some(
            dice, None, {}, {"a": "1"}, {"b": 2, "c": ""}, *[{"c": "3"}] * 5, {"aws:x": "1"}, {str(number): "" for number in range(50)}
        ),
        purge_tags=_some(dice, False, True),
        deletion_protection=_some(dice, None, False, True),
        metric_filters=_some(
            dice,
            None,
            [metric("errors", pattern=_some(dice, "ERROR", "{ $.a = 1 }"), dimensions=_some(dice, None, {"a": "$.a"}))],
            [metric("errors", state="absent")],
        ),
        subscription_filters=_some(dice, None, [subscription(_some(dice, "a", "b", "c"))], [subscription("a", state="absent")]),
        index_policy=_some(dice, None, None, {}, {"Fields": ["b", "a"]}, {"Fields": []}),
        data_protection_policy=_some(dice, None, None, {}, data_protection(), {"Statement": []}),
    )


def _configuration(dice: random.Random) -> dict[str, Any]:
    """A plan whose configuration writes to a group that is there, to one that is not, or to none."""
    more: dict[str, Any] = {}
    if dice.random() < 0.5:
        more["retention_in_days"] = dice.choice((-1, 7, 30, 3653))
    if dice.random() < 0.3:
        more["log_group_class"] = dice.choice(("STANDARD", "INFREQUENT_ACCESS", "CHEAP"))
    return plan({"file_path": "/var/log/a.log", "log_group_name": dice.choice(("/old", "/old/2", "/new", "{hostname}")), **more})


def _account(dice: random.Random) -> Logs:
    logs = Logs()
    for name in ("/old", "/old/2"):
        more: dict[str, Any] = {
            "logGroupClass": dice.choice(CLASSES[:3]),
            "retentionInDays": dice.choice((None, 7, 90)),
            "retentionPolicyName": dice.choice((None, None, None, "of-account")),
            "kmsKeyId": dice.choice((None, KEY)),
            "deletionProtectionEnabled": dice.choice((True, False)),
        }
        if more["logGroupClass"] == "DELIVERY":
            more["retentionInDays"] = None
        events = tuple(age for age in AGES if age <= (more["retentionInDays"] or 9999))
        logs.seed(name, events=events, tags=dice.choice(({}, {"team": "x", "aws:y": "1"})), **more)
    return logs


def _run(logs: Logs, given: dict[str, Any], entries: list[dict[str, Any]], defaults: Defaults) -> bool:
    """As the action does: everything is read and refused before anything is written. Returns whether it was let through."""
    try:
        named = desired(given, entries, defaults).groups
    except ConfigError:
        return False
    wanted = [one for groups in named.values() for one in groups.values()]
    found = read(logs, wanted)
    if any(list(problems(one, found.get(one.name))) for one in wanted):
        return False
    for one in wanted:
        ensure(logs, one, found.get(one.name), [], lambda _seconds: None)
    return True


def test_events_survive_every_input_but_absent_by_name() -> None:
    """Whatever is given, legal or not: what AWS would refuse is refused before, a second run writes nothing, and no event is lost but by
    ``state: absent`` or a shorter retention that is said of that very group."""
    let_through = deleted = 0
    for seed in range(INPUTS):
        dice = random.Random(seed)
        logs, given = _account(dice), _configuration(dice)
        names = dice.sample(("/old", "/old/2", "/new", "/o", "/p", "/q", "bad name"), dice.choice((0, 1, 1, 2)))
        entries = [_entry(dice, name) for name in names]
        defaults = Defaults(dice.choice(("", "", "1", "365", "never")), dice.choice(((), (KEY,))), {}, dice.choice((None, True)))
        events = {name: group["events"] for name, group in logs.groups.items()}
        absent = {one["name"] for one in entries if one["state"] == "absent"}
        shortened = {one["name"] for one in entries if one["retention_in_days"]}
        file = given["configurations"][0]["configuration"]["logs"]["logs_collected"]["files"]["collect_list"][0]
        shortened |= {file["log_group_name"]} if file.get("retention_in_days", -1) > 0 else set()
        through = _run(logs, given, entries, defaults)
        let_through += through
        for name, before in events.items():
            if name not in logs.groups:
                assert through and name in absent, (seed, name)
                deleted += 1
            elif name not in shortened:
                assert logs.groups[name]["events"] == before, (seed, name)
        if through:
            logs.writes.clear()
            assert _run(logs, given, entries, defaults) and logs.writes == [], (seed, logs.writes)
        else:
            assert logs.writes == [], (seed, logs.writes)
    assert let_through > INPUTS / 3 and deleted > 50, (let_through, deleted)
