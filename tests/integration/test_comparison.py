# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same tasks by modules of amazon.aws and community.aws and by this collection: each row of the documentation's table is run here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, NamedTuple

import ansible_collections.amazon.aws
import ansible_collections.community.aws
import pytest
from ansible_collections.amazon.aws.plugins.modules import (
    cloudtrail,
    cloudwatch_metric_alarm,
    cloudwatchlogs_log_group,
    cloudwatchlogs_log_group_metric_filter,
    ec2_instance,
)
from ansible_collections.community.aws.plugins.modules import sns_topic

from .account import GUIDES
from .alarm_account import Account, controlled
from .test_detailed_monitoring import switched
from .test_log_groups import Groups, key
from .test_trails import OTHER, Trails

if TYPE_CHECKING:
    from types import ModuleType

    from ansible_collections.cloudwatch.agent.tests.integration.conftest import Lab

REGION = "us-east-1"
TOPIC = f"arn:aws:sns:{REGION}:123456789012:given"
OURS = {
    cloudwatchlogs_log_group: "cw_agent_log_groups",
    cloudwatchlogs_log_group_metric_filter: "cw_agent_log_groups",
    cloudwatch_metric_alarm: "cw_agent_alarms",
    sns_topic: "cw_agent_alarms",
    cloudtrail: "cloudtrail_trails",
    ec2_instance: "cw_agent_detailed_monitoring",
}
NONE = ("flow_log", "dashboard", "log_polic", "logs_polic", "account_polic", "subscription_filter")
"""What no module of the two collections has in its name."""
Module = Callable[..., dict[str, Any]]


class Row(NamedTuple):
    """A row of the table: whose module, the task, and what becomes of it."""

    module: ModuleType
    task: str
    theirs: str
    ours: str
    run: Callable[[Lab, pytest.MonkeyPatch, Module], None]

    @property
    def cells(self) -> list[str]:
        _root, space, collection, *_folders, name = self.module.__name__.split(".")
        return [f"``{space}.{collection}.{name}``", self.task, self.theirs, f"{self.ours} (``{OURS[self.module]}``)"]


ROWS: list[Row] = []


def row(module: ModuleType, task: str, theirs: str, ours: str) -> Callable[[Any], Any]:
    """Makes a function the proof of a row."""

    def wrap(run: Any) -> Any:
        ROWS.append(Row(module, task, theirs, ours, run))
        return run

    return wrap


@row(
    cloudwatchlogs_log_group,
    "a retention of 1096, 2192, 2557, 2922 or 3288 days, for a log group with events",
    "deletes the log group with its events, and fails",
    "sets it; the events stay",
)
def retention(lab: Lab, monkeypatch: pytest.MonkeyPatch, module: Module) -> None:
    groups = Groups.of(lab, monkeypatch)
    for days in (1096, 2192, 2557, 2922, 3288):
        theirs, ours = groups.seed(f"theirs-{days}"), groups.seed(f"ours-{days}")
        assert "Invalid retention value" in module(cloudwatchlogs_log_group, {"log_group_name": theirs, "retention": days})["msg"]
        assert groups.group(theirs) == {}
        assert groups.run(groups=[{"name": ours, "retention_in_days": days}])["writes"] == ["PutRetentionPolicy"]
        assert groups.events(ours) == 1


@row(cloudwatchlogs_log_group, "another retention, in check mode", "sets it", "says so, and writes nothing")
def retention_in_check_mode(lab: Lab, monkeypatch: pytest.MonkeyPatch, module: Module) -> None:
    groups = Groups.of(lab, monkeypatch)
    name = groups.seed("web")
    assert groups.run(check=True, groups=[{"name": name, "retention_in_days": 30}])["writes"] == []
    assert module(cloudwatchlogs_log_group, {"log_group_name": name, "retention": 30}, check_mode=True)["changed"]
    assert groups.group(name)["retentionInDays"] == 30


@row(cloudwatchlogs_log_group, "a KMS key, for a log group that is there", "sets none, and is ok", "sets it; the events stay")
def kms_key(lab: Lab, monkeypatch: pytest.MonkeyPatch, module: Module) -> None:
    groups = Groups.of(lab, monkeypatch)
    name, arn = groups.seed("web"), key(groups)
    assert not module(cloudwatchlogs_log_group, {"log_group_name": name, "kms_key_id": arn})["changed"]
    assert "kmsKeyId" not in groups.group(name)
    assert groups.run(groups=[{"name": name, "kms_key_id": arn}])["writes"] == ["AssociateKmsKey"]
    assert groups.group(name)["kmsKeyId"] == arn and groups.events(name) == 1


@row(
    cloudwatchlogs_log_group,
    "the same with ``overwrite: true``",
    "deletes the log group with its events, on every run",
    "has no such option",
)
def overwrite(lab: Lab, monkeypatch: pytest.MonkeyPatch, module: Module) -> None:
    groups = Groups.of(lab, monkeypatch)
    name, arn = groups.seed("web"), key(groups)
    for _run in range(2):
        assert module(cloudwatchlogs_log_group, {"log_group_name": name, "kms_key_id": arn, "overwrite": True})["changed"]
        assert groups.events(name) == 0
    assert "overwrite" not in groups.action.GROUP


@row(cloudwatchlogs_log_group, "one tag, where others have set another one", "removes the other one", "both are there")
def tags(lab: Lab, monkeypatch: pytest.MonkeyPatch, module: Module) -> None:
    groups = Groups.of(lab, monkeypatch)
    ours, theirs = (groups.seed(word, tags={"owner": "others"}) for word in ("ours", "theirs"))
    groups.run(groups=[{"name": ours, "tags": {"team": "web"}}])
    module(cloudwatchlogs_log_group, {"log_group_name": theirs, "tags": {"team": "web"}})
    assert [groups.tags(name) for name in (ours, theirs)] == [{"owner": "others", "team": "web"}, {"team": "web"}]


def _filter(groups: Groups, name: str, word: str = "errors", **metric: Any) -> dict[str, Any]:
    transformation = {"metric_name": "Errors", "metric_namespace": "Shop", "metric_value": "1", **metric}
    pattern = "{ $.level = ERROR }"
    given = {"log_group_name": name, "filter_name": word, "filter_pattern": pattern, "metric_transformation": transformation}
    return {"theirs": {**given, "state": "present"}, "ours": {"name": word, "pattern": pattern, **transformation}}


@row(
    cloudwatchlogs_log_group_metric_filter,
    "a metric filter ``errors`` beside ``errors-app``, a second time",
    "changed, on every run",
    "ok",
)
def filters_of_longer_names(lab: Lab, monkeypatch: pytest.MonkeyPatch, module: Module) -> None:
    groups = Groups.of(lab, monkeypatch)
    name = groups.seed("web")
    both = [_filter(groups, name, word) for word in ("errors", "errors-app")]
    groups.run(groups=[{"name": name, "metric_filters": [one["ours"] for one in both]}])
    assert groups.run(groups=[{"name": name, "metric_filters": [both[0]["ours"]]}])["writes"] == []
    assert [module(cloudwatchlogs_log_group_metric_filter, both[0]["theirs"])["changed"] for _run in range(2)] == [True, True]


@row(
    cloudwatchlogs_log_group_metric_filter,
    "``state: absent`` of ``errors`` beside ``errors-app``",
    "is ok, and deletes nothing",
    "deletes ``errors`` alone",
)
def removal_of_a_filter(lab: Lab, monkeypatch: pytest.MonkeyPatch, module: Module) -> None:
    groups = Groups.of(lab, monkeypatch)
    name = groups.seed("web")
    both = [_filter(groups, name, word) for word in ("errors", "errors-app")]
    groups.run(groups=[{"name": name, "metric_filters": [one["ours"] for one in both]}])

    def there() -> list[str]:
        return [one["filterName"] for one in groups.client("logs").describe_metric_filters(logGroupName=name)["metricFilters"]]

    assert not module(cloudwatchlogs_log_group_metric_filter, {**both[0]["theirs"], "state": "absent"})["changed"]
    assert there() == ["errors", "errors-app"]
    groups.run(groups=[{"name": name, "metric_filters": [{"name": "errors", "state": "absent"}]}])
    assert there() == ["errors-app"]


@row(cloudwatchlogs_log_group_metric_filter, "a metric filter with a dimension, a second time", "changed, on every run", "ok")
def dimensions_of_a_filter(lab: Lab, monkeypatch: pytest.MonkeyPatch, module: Module) -> None:
    groups = Groups.of(lab, monkeypatch)
    name = groups.seed("web")
    one = _filter(groups, name, dimensions={"Service": "$.service"})
    assert [groups.run(groups=[{"name": name, "metric_filters": [one["ours"]]}])["changed"] for _run in range(2)] == [True, False]
    assert [module(cloudwatchlogs_log_group_metric_filter, one["theirs"])["changed"] for _run in range(2)] == [True, True]


class Alarms:
    """The same alarms by both modules, whose names differ by a word."""

    common: dict[str, Any] = {"comparison": "GreaterThanThreshold", "threshold": 5.0, "evaluation_periods": 1}
    one: dict[str, Any] = {**common, "namespace": "Shop", "statistic": "Sum", "period": 60}

    def __init__(self, lab: Lab, monkeypatch: pytest.MonkeyPatch, module: Module) -> None:
        self.account, self._module = controlled(lab, monkeypatch), module

    def theirs(self, word: str, **arguments: Any) -> bool:
        given = {"name": self.account.name(f"theirs-{word}"), "state": "present", **arguments}
        found = self._module(cloudwatch_metric_alarm, given)
        assert "failed" not in found, found
        return bool(found["changed"])

    def ours(self, word: str, **arguments: Any) -> bool:
        found = self.account.run(alarms=[{"name": self.account.name(f"ours-{word}"), **arguments}])
        assert "failed" not in found, found
        return bool(found["changed"])

    def muted(self) -> list[dict[str, Any]]:
        """Ours and theirs after another threshold, for alarms that somebody has muted."""
        rules = {"Namespace": "Shop", "MetricName": "m", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1.0}
        rules |= {"ComparisonOperator": "GreaterThanThreshold", "ActionsEnabled": False, "AlarmDescription": "theirs", "OKActions": [TOPIC]}
        for word in ("ours-muted", "theirs-muted"):
            self.account.client("cloudwatch").put_metric_alarm(AlarmName=self.account.name(word), **rules)
        assert self.ours("muted", threshold=5.0) and self.theirs("muted", **self.one, metric="m")
        return [self.account.alarm(word) for word in ("ours-muted", "theirs-muted")]


@row(cloudwatch_metric_alarm, "the same dimensions in another order", "changed", "ok")
def order_of_dimensions(lab: Lab, monkeypatch: pytest.MonkeyPatch, module: Module) -> None:
    alarms = Alarms(lab, monkeypatch, module)
    for dimensions, expected in (({"b": "1", "a": "2"}, True), ({"a": "2", "b": "1"}, False)):
        assert alarms.ours("order", **alarms.one, metric_name="m", dimensions=dimensions) is expected
        assert alarms.theirs("order", **alarms.one, metric="m", dimensions=dimensions) is True


@row(cloudwatch_metric_alarm, "an alarm on a query or on metric math, a second time", "changed, on every run", "ok")
def queries(lab: Lab, monkeypatch: pytest.MonkeyPatch, module: Module) -> None:
    alarms = Alarms(lab, monkeypatch, module)
    query = {"id": "q1", "expression": 'SELECT MAX(m) FROM "Shop"', "period": 60, "return_data": True}
    camel = {"Id": "q1", "Expression": query["expression"], "Period": 60, "ReturnData": True}
    for expected in (True, False):
        assert alarms.ours("query", **alarms.common, metrics=[camel]) is expected
        assert alarms.theirs("query", **alarms.common, metrics=[query]) is True


@row(cloudwatch_metric_alarm, "another threshold for an alarm that is muted", "mutes it no longer", "it stays muted")
def muted(lab: Lab, monkeypatch: pytest.MonkeyPatch, module: Module) -> None:
    assert [one["ActionsEnabled"] for one in Alarms(lab, monkeypatch, module).muted()] == [False, True]


@row(cloudwatch_metric_alarm, "the same, without naming description and actions", "both are gone", "both stay")
def not_named(lab: Lab, monkeypatch: pytest.MonkeyPatch, module: Module) -> None:
    found = [(one.get("AlarmDescription"), one["OKActions"]) for one in Alarms(lab, monkeypatch, module).muted()]
    assert found == [("theirs", [TOPIC]), (None, [])]


@row(cloudwatch_metric_alarm, "tags, composite alarms", "no options", "set, changed, removed")
def tags_and_rules(lab: Lab, monkeypatch: pytest.MonkeyPatch, module: Module) -> None:
    alarms = Alarms(lab, monkeypatch, module)
    for option in ({"tags": {"a": "b"}}, {"rule": 'ALARM("x")'}):
        found = module(cloudwatch_metric_alarm, {"name": "x", "state": "present", **alarms.one, **option})
        assert found["failed"] and "Unsupported parameters" in found["msg"]
    assert alarms.ours("own", **alarms.one, metric_name="m", tags={"a": "b"}) and alarms.account.tags("ours-own") == {"a": "b"}
    assert alarms.ours("top", rule=f'ALARM("{alarms.account.name("ours-own")}")')


@row(sns_topic, "a topic to which others have subscribed", "unsubscribes them, unless ``purge_subscriptions: false``", "they stay")
def subscribers(lab: Lab, monkeypatch: pytest.MonkeyPatch, module: Module) -> None:
    alarms = Alarms(lab, monkeypatch, module)
    account, sns = alarms.account, alarms.account.client("sns")
    arn = sns.create_topic(Name=account.base)["TopicArn"]
    sns.subscribe(TopicArn=arn, Protocol="sms", Endpoint="+441234567890")

    def left() -> int:
        return len(sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"])

    account.run(plan={"hosts": {}, "configurations": [account.item()]}, settings={"memory": {}}, topics=[account.base])
    assert account.alarm(f"{account.base}-{account.base}-memory")["AlarmActions"] == [arn] and left() == 1
    assert module(sns_topic, {"name": account.base})["changed"] and left() == 0


class Two(NamedTuple):
    """A trail of ours with a log group, and the arguments by which amazon.aws's module means it."""

    account: Trails
    same: dict[str, Any]

    @classmethod
    def of(cls, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Two:
        account = Trails.of(lab, monkeypatch)
        account.run(**account.arguments(account.new(log_group_name=account.base)))
        return cls(account, {"name": f"t-{account.word}", "s3_bucket_name": account.bucket})

    def ours(self, **more: Any) -> dict[str, Any]:
        return self.account.run(**self.account.arguments(self.account.new(**more)))


@row(cloudtrail, "name and bucket of a trail of all regions", "the trail records one region alone from then on", "ok")
def regions(lab: Lab, monkeypatch: pytest.MonkeyPatch, module: Module) -> None:
    two = Two.of(lab, monkeypatch)
    assert not two.ours()["changed"] and two.account.trail()["IsMultiRegionTrail"]
    assert module(cloudtrail, two.same)["changed"] and not two.account.trail()["IsMultiRegionTrail"]


@row(cloudtrail, "name and bucket of a trail that is stopped", "starts it", "it stays stopped, with a warning")
def stopped(lab: Lab, monkeypatch: pytest.MonkeyPatch, module: Module) -> None:
    two = Two.of(lab, monkeypatch)
    two.ours(logging=False)
    assert two.ours()["writes"] == [] and not two.account.records() and "does not record" in two.account.warnings[-1]
    assert module(cloudtrail, {**two.same, "is_multi_region_trail": True})["changed"] and two.account.records()


@row(cloudtrail, "``state: disabled``; here ``logging: false``", "deletes the trail", "stops it")
def disabled(lab: Lab, monkeypatch: pytest.MonkeyPatch, module: Module) -> None:
    two = Two.of(lab, monkeypatch)
    assert two.ours(logging=False)["writes"] == ["StopLogging"] and two.account.trail()
    module(cloudtrail, {**two.same, "state": "disabled"})
    assert two.account.trail() == {}


@row(cloudtrail, "a trail whose home is another region", "fails with ``InvalidHomeRegionException``", "is changed at home")
def another_home(lab: Lab, monkeypatch: pytest.MonkeyPatch, module: Module) -> None:
    two = Two.of(lab, monkeypatch)
    away = module(cloudtrail, {**two.same, "region": OTHER, "enable_log_file_validation": False})
    assert away["failed"] and "InvalidHomeRegionException" in str(away)
    arguments = two.account.arguments(two.account.entry(log_file_validation=False))
    assert two.account.run(**{**arguments, "region": OTHER})["writes"] == ["UpdateTrail"]


@row(cloudtrail, "a role that CloudTrail does not know yet", "fails with ``Access denied``", "is waited for")
def new_role(lab: Lab, monkeypatch: pytest.MonkeyPatch, module: Module) -> None:
    two = Two.of(lab, monkeypatch)
    trail = two.account.trail()
    known = {"role": trail["CloudWatchLogsRoleArn"], "log_group": trail["CloudWatchLogsLogGroupArn"]}
    new = {**two.same, "name": f"u-{two.account.word}", **{f"cloudwatch_logs_{name}_arn": arn for name, arn in known.items()}}
    lab.fault("early", service="cloudtrail", operation="CreateTrail", count=1)
    assert "Access denied" in str(module(cloudtrail, new))
    lab.fault("early", service="cloudtrail", operation="CreateTrail", count=1)
    made = two.account.run(**two.account.arguments({**two.account.new(log_group_name=two.account.base), "name": new["name"]}))
    assert "msg" not in made and made["writes"].count("CreateTrail") == 2


@row(cloudtrail, "event selectors, insights, organisations, the policy of the bucket", "no options", "options")
def options_of_trails(lab: Lab, monkeypatch: pytest.MonkeyPatch, module: Module) -> None:
    two = Two.of(lab, monkeypatch)
    for option in ("event_selectors", "advanced_event_selectors", "insight_selectors", "organization", "merge_bucket_policy"):
        found = module(cloudtrail, {**two.same, option: []})
        assert found["failed"] and "Unsupported parameters" in found["msg"], option
        assert option in two.account.action.TRAIL


@row(ec2_instance, "detailed monitoring of an instance that is there", "switches nothing, and is ok", "is switched")
def detailed_monitoring(lab: Lab, monkeypatch: pytest.MonkeyPatch, module: Module) -> None:
    account: Account = controlled(lab, monkeypatch)
    ec2 = account.client("ec2")
    instance = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]

    def state() -> str:
        return str(ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]["Monitoring"]["State"])

    given = {"instance_ids": [instance], "state": "present", "detailed_monitoring": True, "wait": False}
    assert not module(ec2_instance, given)["changed"] and state() == "disabled"
    assert switched(lab, {"web-1": {"instance_id": instance, "cw_agent_detailed_monitoring": True}})["changed"] and state() == "enabled"


@pytest.mark.parametrize("one", ROWS, ids=[one.run.__name__ for one in ROWS])
def test_what_another_module_does_with_the_same_task(one: Row, lab: Lab, monkeypatch: pytest.MonkeyPatch, module: Module) -> None:
    def here(code: ModuleType, arguments: dict[str, Any], **internal: Any) -> dict[str, Any]:
        return module(code, {"region": REGION, **arguments}, **internal)

    one.run(lab, monkeypatch, here)


def test_the_documentation_has_these_rows_and_no_others() -> None:
    text = (GUIDES / "comparison.rst").read_text(encoding="utf-8")
    table = text.split("Modules of other collections", 1)[1].split("Neither of the two", 1)[0]
    shown = [re.split(r"\n\s+- ", item) for item in re.split(r"\n   \* - ", table)[2:]]
    assert [[" ".join(cell.split()) for cell in cells] for cells in shown] == [one.cells for one in ROWS]


def test_what_no_other_module_makes() -> None:
    """The documentation says so of flow logs, dashboards, policies and subscription filters."""
    for collection in (ansible_collections.amazon.aws, ansible_collections.community.aws):
        names = [path.stem for path in (Path(next(iter(collection.__path__))) / "plugins" / "modules").glob("*.py")]
        assert len(names) > 50 and [name for name in names if any(word in name for word in NONE)] == []
