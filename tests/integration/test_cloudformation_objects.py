# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules make by calls of the API is, object by object, what the template of the same variables has.

moto deploys no metric filters, alarms, trails and associations, and other parameters than those of the stand-in, so nothing can be
deployed and compared: each object is read by AWS's calls after the modules have made it, in the words of CloudFormation.
"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Callable

import pytest
from ansible_collections.cloudwatch.agent.plugins.action import (
    cloudtrail_trails,
    cw_agent_alarms,
    cw_agent_association,
    cw_agent_dashboards,
    cw_agent_log_groups,
    cw_agent_release,
    ec2_flow_logs,
)
from ansible_collections.cloudwatch.agent.tests.support.fake_cloudwatch import item
from ansible_collections.cloudwatch.agent.tests.support.fake_logs import data_protection
from ansible_collections.cloudwatch.agent.tests.support.templates import CONNECTION, NUMBER, act, plan, resolved

from .alarm_account import REGION, controlled

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from ansible_collections.cloudwatch.agent.tests.integration.alarm_account import Account
    from ansible_collections.cloudwatch.agent.tests.integration.conftest import Lab

KINDS: dict[str, Any] = {"memory": {}, "cpu": {"per_host": True}, "silent": {}, "log_errors": {}}
ALARM = {"ActionsEnabled": True, "InsufficientDataActions": [], "OKActions": [], "AlarmActions": [], "Dimensions": [], "Metrics": []}
DEFAULTS: dict[str, dict[str, Any]] = {
    "AWS::CloudWatch::Alarm": ALARM,
    "AWS::CloudWatch::CompositeAlarm": ALARM,
    "AWS::Logs::LogGroup": {"LogGroupClass": "STANDARD", "DeletionProtectionEnabled": False},
    "AWS::CloudTrail::Trail": {"IsOrganizationTrail": False},
    "AWS::EC2::FlowLog": {"MaxAggregationInterval": 600},
    "AWS::IAM::Role": {"Path": "/", "MaxSessionDuration": 3600},
    "AWS::SSM::Association": {"ApplyOnlyAtCronInterval": False, "DocumentVersion": "$DEFAULT"},
    "AWS::SSM::Document": {"UpdateMethod": "NewVersion"},
}
"""What AWS says of an object to which nobody gave it, by type; UpdateMethod is about updates by CloudFormation alone."""


def tags(given: Any) -> list[dict[str, str]]:
    """Tags of any service in one order, without those of AWS's own."""
    pairs = given.items() if isinstance(given, dict) else [(one["Key"], one["Value"]) for one in given or []]
    return [{"Key": key, "Value": value} for key, value in sorted(pairs)]


def capital(given: dict[str, Any]) -> dict[str, Any]:
    return {key[0].upper() + key[1:]: value for key, value in given.items()}


class Answers:
    """AWS's answers about an object of a template, as properties of its type; each method is given the template's, for the name."""

    def __init__(self, account: Account) -> None:
        self._client: Callable[[str], Any] = account.client

    def of(self, kind: str, wanted: dict[str, Any]) -> dict[str, Any]:
        read: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "AWS::Logs::LogGroup": self._log_group,
            "AWS::Logs::MetricFilter": self._metric_filter,
            "AWS::Logs::SubscriptionFilter": self._subscription_filter,
            "AWS::CloudWatch::Alarm": self._alarm,
            "AWS::CloudWatch::CompositeAlarm": self._alarm,
            "AWS::CloudWatch::Dashboard": self._dashboard,
            "AWS::SNS::Topic": self._topic,
            "AWS::EC2::FlowLog": self._flow_log,
            "AWS::CloudTrail::Trail": self._trail,
            "AWS::S3::BucketPolicy": self._bucket_policy,
            "AWS::IAM::Role": self._role,
            "AWS::SSM::Parameter": self._parameter,
            "AWS::SSM::Association": self._association,
            "AWS::SSM::Document": self._document,
        }
        return read[kind](wanted)

    def _log_group(self, wanted: dict[str, Any]) -> dict[str, Any]:
        logs, name = self._client("logs"), wanted["LogGroupName"]
        (one,) = logs.describe_log_groups(logGroupIdentifiers=[name])["logGroups"]
        index = [json.loads(item["policyDocument"]) for item in logs.describe_index_policies(logGroupIdentifiers=[name])["indexPolicies"]]
        protection = json.loads(logs.get_data_protection_policy(logGroupIdentifier=name).get("policyDocument") or "null")
        return {
            "LogGroupName": one["logGroupName"],
            "RetentionInDays": one.get("retentionInDays"),
            "LogGroupClass": one["logGroupClass"],
            "KmsKeyId": one.get("kmsKeyId"),
            "DeletionProtectionEnabled": one["deletionProtectionEnabled"],
            "FieldIndexPolicies": index,
            "DataProtectionPolicy": protection,
            "Tags": tags(logs.list_tags_for_resource(resourceArn=one["logGroupArn"])["tags"]),
        }

    def _metric_filter(self, wanted: dict[str, Any]) -> dict[str, Any]:
        (one,) = [
            item
            for item in self._client("logs").describe_metric_filters(logGroupName=wanted["LogGroupName"])["metricFilters"]
            if item["filterName"] == wanted["FilterName"]
        ]
        metrics = [capital(metric) for metric in one["metricTransformations"]]
        for metric in metrics:
            metric.update({"Dimensions": tags(metric["Dimensions"])} if metric.get("Dimensions") else {})
        names = ("filterName", "filterPattern", "logGroupName")
        return {**capital({name: one[name] for name in names}), "MetricTransformations": metrics}

    def _subscription_filter(self, wanted: dict[str, Any]) -> dict[str, Any]:
        (one,) = self._client("logs").describe_subscription_filters(logGroupName=wanted["LogGroupName"])["subscriptionFilters"]
        return capital({key: value for key, value in one.items() if key != "creationTime"})

    def _alarm(self, wanted: dict[str, Any]) -> dict[str, Any]:
        client, name = self._client("cloudwatch"), wanted["AlarmName"]
        found = client.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        (one,) = found["MetricAlarms"] + found["CompositeAlarms"]
        other = ("AlarmArn", "AlarmConfigurationUpdatedTimestamp")
        properties = {key: value for key, value in one.items() if key not in other and not key.startswith("State")}
        return {**properties, "Tags": tags(client.list_tags_for_resource(ResourceARN=one["AlarmArn"])["Tags"])}

    def _dashboard(self, wanted: dict[str, Any]) -> dict[str, Any]:
        client = self._client("cloudwatch")
        one = client.get_dashboard(DashboardName=wanted["DashboardName"])
        found = tags(client.list_tags_for_resource(ResourceARN=one["DashboardArn"])["Tags"])
        return {"DashboardName": one["DashboardName"], "DashboardBody": json.loads(one["DashboardBody"]), "Tags": found}

    def _topic(self, wanted: dict[str, Any]) -> dict[str, Any]:
        arns = [one["TopicArn"] for one in self._client("sns").list_topics()["Topics"]]
        assert f"arn:aws:sns:{REGION}:{NUMBER}:{wanted['TopicName']}" in arns
        return {"TopicName": wanted["TopicName"]}

    def _flow_log(self, wanted: dict[str, Any]) -> dict[str, Any]:
        filters = [{"Name": "resource-id", "Values": [wanted["ResourceId"]]}]
        (one,) = self._client("ec2").describe_flow_logs(Filters=filters)["FlowLogs"]
        other = ("CreationTime", "FlowLogId", "FlowLogStatus", "DeliverLogsStatus")
        return {**{key: value for key, value in one.items() if key not in other}, "ResourceType": "VPC", "Tags": tags(one.get("Tags"))}

    def _trail(self, wanted: dict[str, Any]) -> dict[str, Any]:
        client = self._client("cloudtrail")
        (one,) = client.describe_trails(trailNameList=[wanted["TrailName"]])["trailList"]
        arn = one["TrailARN"]
        words = {"Name": "TrailName", "LogFileValidationEnabled": "EnableLogFileValidation", "KmsKeyId": "KMSKeyId"}
        other = ("TrailARN", "HomeRegion", "HasCustomEventSelectors", "HasInsightSelectors")
        (of_trail,) = client.list_tags(ResourceIdList=[arn])["ResourceTagList"]
        return {
            **{words.get(key, key): value for key, value in one.items() if key not in other},
            "IsLogging": client.get_trail_status(Name=arn)["IsLogging"],
            "EventSelectors": [
                {key: value for key, value in selector.items() if value != []}
                for selector in client.get_event_selectors(TrailName=arn)["EventSelectors"]
            ],
            "InsightSelectors": client.get_insight_selectors(TrailName=arn)["InsightSelectors"],
            "Tags": tags(of_trail["TagsList"]),
        }

    def _bucket_policy(self, wanted: dict[str, Any]) -> dict[str, Any]:
        policy = json.loads(self._client("s3").get_bucket_policy(Bucket=wanted["Bucket"])["Policy"])
        return {"Bucket": wanted["Bucket"], "PolicyDocument": policy}

    def _role(self, wanted: dict[str, Any]) -> dict[str, Any]:
        iam, name = self._client("iam"), wanted["RoleName"]
        one = iam.get_role(RoleName=name)["Role"]
        policies = [
            {"PolicyName": policy, "PolicyDocument": iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]}
            for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
        ]
        names = ("RoleName", "Path", "MaxSessionDuration", "AssumeRolePolicyDocument")
        return {**{key: one[key] for key in names}, "Policies": policies, "Tags": tags(one["Tags"])}

    def _parameter(self, wanted: dict[str, Any]) -> dict[str, Any]:
        ssm, name = self._client("ssm"), wanted["Name"]
        one = ssm.get_parameter(Name=name)["Parameter"]
        filters = [{"Key": "Name", "Values": [name]}]
        (more,) = ssm.describe_parameters(ParameterFilters=filters)["Parameters"]
        labelled = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
        found = {tag["Key"]: tag["Value"] for tag in labelled}
        return {**{key: one[key] for key in ("Name", "Type", "Value")}, "Tier": more["Tier"], "Tags": found}

    def _association(self, wanted: dict[str, Any]) -> dict[str, Any]:
        ssm = self._client("ssm")
        filters = [{"key": "AssociationName", "value": wanted["AssociationName"]}]
        (item,) = ssm.list_associations(AssociationFilterList=filters)["Associations"]
        one = ssm.describe_association(AssociationId=item["AssociationId"])["AssociationDescription"]
        commands = one["Parameters"]["commands"]
        # The guide says it: a template knows no versions, so that hosts get the newest one.
        one["Parameters"]["commands"] = [line.replace(":1; do", "; do") for line in commands]
        other = ("AssociationId", "AssociationVersion", "Date", "LastUpdateAssociationDate", "Overview", "LastExecutionDate")
        return {key: value for key, value in one.items() if key not in other}

    def _document(self, wanted: dict[str, Any]) -> dict[str, Any]:
        one = self._client("ssm").get_document(Name=wanted["Name"], DocumentFormat="JSON")
        return {**{key: one[key] for key in ("Name", "DocumentType", "DocumentFormat")}, "Content": json.loads(one["Content"])}


def compared(kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    """Properties without what says nothing, in one spelling."""
    found = {key: value for key, value in properties.items() if value not in (None, [], {})}
    if kind == "AWS::CloudWatch::Dashboard" and isinstance(found["DashboardBody"], str):
        found["DashboardBody"] = json.loads(found["DashboardBody"])
    if kind == "AWS::S3::BucketPolicy":  # ids are made of the account, which the template does not know, and say nothing
        statements = [{key: value for key, value in one.items() if key != "Sid"} for one in found["PolicyDocument"]["Statement"]]
        found["PolicyDocument"] = {**found["PolicyDocument"], "Statement": statements}
    if kind != "AWS::SSM::Parameter" and "Tags" in found:
        found["Tags"] = tags(found["Tags"])
    if "Dimensions" in found:
        found["Dimensions"] = sorted(found["Dimensions"], key=lambda one: str(one["Name"]))
    return {key: value for key, value in found.items() if value != DEFAULTS.get(kind, {}).get(key)}


def made(module: ModuleType, given: dict[str, Any], **arguments: Any) -> dict[str, Any]:
    """A module of the roles, really run, in this process."""
    options = {"environment": None, "check_mode": False, "diff": True, "async_val": 0, "no_log": False}
    name = f"cloudwatch.agent.{module.__name__.rpartition('.')[2]}"
    task = SimpleNamespace(args={"region": REGION, **arguments}, action=name, **options)
    action = module.ActionModule(task, CONNECTION, *[None] * 4)
    action._display = SimpleNamespace(warning=lambda _line: None, display=lambda _text: None)
    hostvars = {host: {"cw_agent_alarms": KINDS, "instance_id": f"i-{host}"} for host in given["hosts"]}
    found: dict[str, Any] = action.run(task_vars={"hostvars": hostvars})
    assert "msg" not in found, found["msg"]
    return found


def options(account: Account) -> dict[str, dict[str, Any]]:
    """By part of the template what its module is given: everything that an object can have."""
    base = account.base
    statement = {"Effect": "Allow", "Principal": {"Service": f"logs.{REGION}.amazonaws.com"}, "Action": "kms:*", "Resource": "*"}
    key = account.client("kms").create_key(Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))["KeyMetadata"]["Arn"]
    vpc = account.client("ec2").create_vpc(CidrBlock="10.0.0.0/24")["Vpc"]["VpcId"]
    account.client("kinesis").create_stream(StreamName=base, ShardCount=1)
    stream = {"destination_arn": f"arn:aws:kinesis:{REGION}:{NUMBER}:stream/{base}", "role_arn": f"arn:aws:iam::{NUMBER}:role/logs"}
    counter = {"name": "errors", "pattern": "{ $.level = ERROR }", "metric_name": "E", "metric_namespace": base, "unit": "Count"}
    group = {
        "name": f"/{base}/own",
        "retention_in_days": "30",
        "log_group_class": "STANDARD",
        "kms_key_id": key,
        "tags": {"b": "1", "a": "2"},
        "deletion_protection": True,
        "metric_filters": [{**counter, "dimensions": {"Service": "$.service"}}, {**counter, "name": "all", "default_value": 0.0}],
        "subscription_filters": [{"name": "forward", **stream, "pattern": "ERROR", "distribution": "Random"}],
        "index_policy": {"Fields": ["requestId"]},
        "data_protection_policy": data_protection(),
    }
    trail = {
        "name": f"trail-{base}",
        "s3_bucket_name": f"trails-{base}",
        "s3_key_prefix": "audit",
        "log_group_name": f"/{base}/trail",
        "kms_key_id": key,
        "event_selectors": [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}],
        "insight_selectors": ["ApiErrorRateInsight"],
        "tags": {"team": "audit"},
    }
    own = {"name": f"{base}-own", "namespace": base, "metric_name": "E", "statistic": "Sum", "period": 60, "threshold": 1.0}
    own |= {"evaluation_periods": 2, "comparison": "GreaterThanThreshold", "dimensions": {"b": "2", "a": "1"}, "tags": {"a": "b"}}
    muted = {"name": f"{base}-top", "rule": f'ALARM("{base}-own")', "actions_enabled": False, "suppressor": f"{base}-own"}
    muted |= {"suppressor_wait_seconds": 60, "suppressor_extension_seconds": 60, "region": REGION}
    patterns = {"log_group": f"/{base}/trail", "patterns": ["root_login"], "region": REGION}
    named = [{**own, "region": REGION}, muted]
    note = {"type": "text", "properties": {"markdown": "costs ${money}"}}
    return {
        "log_groups": {"groups": [group, {"name": f"/{base}/trail"}], "group_tags": {"by": "ansible"}},
        "flow_logs": {
            "flow_logs": [{"resource_ids": [vpc], "log_group_name": f"/{base}/own", "log_format": "${srcaddr} ${end}", "tags": {"a": "b"}}],
            "delivery_role": f"/{base}/{base}-flow-logs",
        },
        "trails": {"trails": [trail], "delivery_role": f"{base}-trails"},
        "alarms": {"alarms": named, "log_patterns": [patterns], "topics": [base], "alarm_tags": {"by": "ansible"}, "prefix": f"{base}-"},
        "dashboards": {"dashboards": [{"name": base, "widgets": [note], "tags": {"a": "b"}}], "alarm_prefix": f"{base}-"},
        "parameters": {"parameter_tags": {"team": "web"}},
        "association": {"targets": {f"AmazonCloudWatch-{base}": [{"key": "tag:Role", "values": [base]}]}},
    }


def test_what_the_modules_make_is_what_the_template_has(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = controlled(lab, monkeypatch)
    collected = {"mem": {"measurement": ["used_percent"]}, "cpu": {"measurement": ["usage_idle"]}}
    file = {"file_path": "/var/log/web.log", "log_group_name": f"/{account.base}/web", "retention_in_days": 30}
    one = item(collected, logs=[file], name=f"AmazonCloudWatch-{account.base}", section={"namespace": account.base})
    given, parts = plan(one), options(account)
    account.client("s3").create_bucket(Bucket=f"trails-{account.base}")
    of_template = {**parts, "trails": {**parts["trails"], "make_buckets": True}}
    written = act(settings=KINDS, plan=given, directory=str(tmp_path), parts=list(parts), limit="s3", **of_template)
    assert "msg" not in written, written["msg"]
    (template,) = [one["template"] for one in written["templates"]]

    made(cw_agent_log_groups, given, plan=given, **parts["log_groups"])
    made(ec2_flow_logs, given, **parts["flow_logs"])
    made(cloudtrail_trails, given, **parts["trails"])
    made(cw_agent_alarms, given, plan=given, **parts["alarms"])
    made(cw_agent_dashboards, given, plan=given, **parts["dashboards"])
    published = made(cw_agent_release, given, plan=given, state="published", write_rate=100.0, **parts["parameters"])
    made(cw_agent_release, given, plan=given, state="promoted")
    made(cw_agent_association, given, plan=given, published=published, **parts["association"])

    answers, kinds, differing = Answers(account), set(), {}
    for name, resource in template["Resources"].items():
        kind, properties = resource["Type"], resolved(resource["Properties"])
        if kind == "AWS::S3::Bucket":  # made by amazon.aws's module, with nothing but a name
            assert properties == {"BucketName": f"trails-{account.base}"}
            continue
        kinds.add(kind)
        wanted, found = compared(kind, properties), compared(kind, answers.of(kind, properties))
        if wanted != found:
            differing[name] = {key: (wanted.get(key), found.get(key)) for key in {*wanted, *found} if wanted.get(key) != found.get(key)}
    assert differing == {}, json.dumps(differing, indent=1, default=str)
    assert len(kinds) == 14
