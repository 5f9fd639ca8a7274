# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VPC flow logs: what moto takes or refuses and AWS does not. Flow logs stay moto's own objects."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import ServiceException
from moto.ec2.models import ec2_backends
from moto.ec2.models.flow_logs import FlowLogs
from moto.ec2.utils import random_flow_log_id
from moto.iam.models import iam_backends
from moto.s3.models import s3_backends

from aws.answer import AwsError
from aws.call import unfold

if TYPE_CHECKING:
    from aws.call import Call

Params = dict[str, Any]
GATEWAYS = {"TransitGateway": "transit_gateways", "TransitGatewayAttachment": "transit_gateway_attachments"}
READERS = {"VPC": "get_vpc", "Subnet": "get_subnet", "NetworkInterface": "get_network_interface"}
DEFAULT = (
    *("version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets", "bytes", "start", "end"),
    *("action", "log-status"),
)
FIELDS = {
    *DEFAULT,
    *("vpc-id", "subnet-id", "instance-id", "tcp-flags", "type", "pkt-srcaddr", "pkt-dstaddr", "region", "az-id", "sublocation-type"),
    *("sublocation-id", "pkt-src-aws-service", "pkt-dst-aws-service", "flow-direction", "traffic-path", "reject-reason"),
    *("resource-type", "tgw-id", "tgw-attachment-id", "tgw-src-vpc-id", "tgw-dst-vpc-id", "packets-lost-no-route"),
}
MOST, MOST_GATEWAYS = 300, 25
GROUP_ARN = re.compile(r"arn:[\w-]+:logs:[\w-]+:\d{12}:log-group:[\w./#-]+(:\*)?")


def refused(message: str, code: str = "InvalidParameter") -> AwsError:
    """EC2's refusal of a parameter."""
    return AwsError(code, message)


def answer(call: Call, account: str, one_format: bool) -> Params | None:
    """What is answered instead of moto; None for what moto answers.

    *one_format*: whether flow logs that differ in format or interval alone are one configuration, which AWS does not document.
    """
    if call.operation == "CreateFlowLogs":
        return create(account, call.region, unfold(call.params), one_format)
    return delete(account, call.region, unfold(call.params)) if call.operation == "DeleteFlowLogs" else None


def create(account: str, region: str, params: Params, one_format: bool) -> Params:
    """CreateFlowLogs: the same answer for the same token, and in `unsuccessful` what could not be made, beside what could."""
    known = ec2_backends[account][region].__dict__.setdefault("lab_tokens", {})
    token = params.get("ClientToken")
    if token and token in known:
        before, answered = known[token]
        if before != params:
            raise refused("The client token has been used with other parameters.", "IdempotentParameterMismatch")
        return dict(answered)
    _check(account, params)
    tried = [_tried(account, region, resource, params, one_format) for resource in params["ResourceId"]]
    made, failed = [one for one in tried if isinstance(one, str)], [one for one in tried if not isinstance(one, str)]
    result = {"clientToken": token, "flowLogIdSet": made, "unsuccessful": failed}
    if token:
        known[token] = (params, result)
    return dict(result)


def _tried(account: str, region: str, resource: str, params: Params, one_format: bool) -> str | Params:
    """The id of a new flow log, or what `unsuccessful` says of it."""
    try:
        return _one(account, region, resource, params, one_format)
    except AwsError as error:
        return {"resourceId": resource, "error": {"code": error.code, "message": error.message}}


def _check(account: str, params: Params) -> None:
    """What makes the whole call fail."""
    gateway = params["ResourceType"] in GATEWAYS
    if len(params["ResourceId"]) > (MOST_GATEWAYS if gateway else MOST):
        raise refused("Too many resource ids.")
    if gateway and (params.get("TrafficType") or params.get("MaxAggregationInterval") not in (None, "60")):
        raise refused("TrafficType and other intervals than 60 seconds are not supported for transit gateways.")
    if not gateway and params.get("TrafficType") not in ("ALL", "ACCEPT", "REJECT"):
        raise refused("The request must contain the parameter TrafficType.", "MissingParameter")
    if params.get("MaxAggregationInterval") not in (None, "60", "600"):
        raise refused("Invalid Flow Log Max Aggregation Interval", "InvalidParameter")
    _check_format(params)
    _check_destination(account, params)


def _check_format(params: Params) -> None:
    unknown = sorted(set(re.findall(r"\$\{([^}]*)\}", params.get("LogFormat") or "")) - FIELDS)
    if unknown:
        raise refused(f"Unknown fields provided: {', '.join(unknown)}")


def _check_destination(account: str, params: Params) -> None:
    kind = params.get("LogDestinationType") or "cloud-watch-logs"
    name, arn, role = params.get("LogGroupName"), params.get("LogDestination"), params.get("DeliverLogsPermissionArn")
    if bool(name) == bool(arn) or (name and kind != "cloud-watch-logs"):
        raise refused("Please only provide LogGroupName or only provide LogDestination.")
    if name and not re.fullmatch(r"[\w./#-]{1,512}", name):
        raise refused("LogGroupName is not valid.")
    if kind != "cloud-watch-logs":
        if role:
            raise refused("DeliverLogsPermissionArn is not applicable to this destination.")
        return
    if arn and not GROUP_ARN.fullmatch(arn):
        raise refused("LogDestination is not the ARN of a log group.")
    if not role:
        raise refused("DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.")
    if _role(account, role) is None:
        raise refused("Unable to assume given IAM role")


def _role(account: str, arn: str) -> Any:
    """The role that flow logs may assume, None for none."""
    found = next((role for role in iam_backends[account]["aws"].roles.values() if role.arn == arn), None)
    trust = json.dumps(found.assume_role_policy_document) if found else ""
    return found if "vpc-flow-logs.amazonaws.com" in trust else None


def _writes(role: Any) -> bool:
    """Whether the role has anything that lets it write log events."""
    return bool(role.managed_policies) or "logs:PutLogEvents" in json.dumps(list(role.policies.values()))


def _one(account: str, region: str, resource: str, params: Params, one_format: bool) -> str:
    backend, kind = ec2_backends[account][region], params["ResourceType"]
    if kind in GATEWAYS and resource not in getattr(backend, GATEWAYS[kind]):
        raise refused(f"The {kind} ID '{resource}' does not exist", f"Invalid{kind}Id.NotFound")
    if kind in READERS:
        try:
            getattr(backend, READERS[kind])(resource)
        except ServiceException as error:
            raise AwsError(error.code, error.message) from error
    to = params.get("LogDestinationType") or "cloud-watch-logs"
    arn = (params.get("LogDestination") or "").removesuffix(":*") or None
    if to == "s3" and str(arn).split(":::", 1)[1].split("/", 1)[0] not in s3_backends[account]["aws"].buckets:
        raise refused(f"LogDestination: {arn} does not exist.", "400")
    role = _role(account, params["DeliverLogsPermissionArn"]) if to == "cloud-watch-logs" else None
    flow_log = FlowLogs(
        backend,
        random_flow_log_id(),
        resource,
        params.get("TrafficType"),  # type: ignore[arg-type] # a gateway has none
        arn,  # type: ignore[arg-type] # one that was made with a name has none
        params.get("LogGroupName"),  # type: ignore[arg-type]
        params.get("DeliverLogsPermissionArn"),  # type: ignore[arg-type]
        int(params.get("MaxAggregationInterval") or (60 if kind in GATEWAYS else 600)),
        to,
        params.get("LogFormat") or " ".join(f"${{{name}}}" for name in DEFAULT),
        "SUCCESS" if role is None or _writes(role) else "FAILED",
        None if role is None or _writes(role) else "Access error",
    )
    options = params.get("DestinationOptions")
    if options or to == "s3":
        flow_log.destination_options = _options(options or {})  # type: ignore[attr-defined]
    if any(_same(flow_log, other, one_format) for other in backend.flow_logs.values()):
        raise refused(
            "Error. There is an existing Flow Log with the same configuration and log destination.",
            "FlowLogAlreadyExists",
        )
    backend.flow_logs[flow_log.id] = flow_log
    specified = [one for one in params.get("TagSpecification") or [] if one["ResourceType"] == "vpc-flow-log"]
    flow_log.add_tags({tag["Key"]: tag.get("Value", "") for one in specified for tag in one["Tag"]})
    return str(flow_log.id)


def _options(given: Params) -> Params:
    flags = {name: given.get(name) == "true" for name in ("HiveCompatiblePartitions", "PerHourPartition")}
    return {"FileFormat": given.get("FileFormat") or "plain-text", **flags}


def _same(one: FlowLogs, other: FlowLogs, one_format: bool) -> bool:
    """Whether AWS takes both for the same configuration: whichever way their log group was named."""
    more = [] if one_format else ["log_format", "max_aggregation_interval"]
    alike = all(getattr(one, name) == getattr(other, name) for name in ("resource_id", "traffic_type", "log_destination_type", *more))
    return alike and _destination(one) == _destination(other)


def _destination(one: FlowLogs) -> str:
    return str(one.log_group_name or str(one.log_destination).rsplit(":log-group:", maxsplit=1)[-1])


def delete(account: str, region: str, params: Params) -> Params:
    """DeleteFlowLogs: what is there goes, and what is not is named in `unsuccessful`."""
    known = ec2_backends[account][region].flow_logs
    failed = []
    for flow_log in params["FlowLogId"]:
        if known.pop(flow_log, None) is None:
            error = {"code": "InvalidFlowLogId.NotFound", "message": f"The flow log id '{flow_log}' does not exist"}
            failed.append({"resourceId": flow_log, "error": error})
    return {"unsuccessful": failed}
