# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is set on log groups: keys, tags, protection, filters, policies, and what AWS refuses of it where moto does not."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any, Callable

from moto.kms.models import kms_backends

from aws.answer import AwsError
from aws.log_patterns import regexes, well_formed
from aws.loggroups import backend, constraint, group_of, invalid, page

if TYPE_CHECKING:
    from moto.logs.models import LogGroup

TAGS, METRIC_FILTERS, SUBSCRIPTION_FILTERS, DIMENSIONS, FIELDS = 50, 100, 2, 3, 20
REGEXES, GROUP_REGEXES = 2, 5
_ARN = re.compile(r"[\w+=/:,.@-]*", re.ASCII)
_LOG_GROUP = ":log-group:"

Place = tuple[str, str]
Params = dict[str, Any]


def check_key(place: Place, params: Params) -> None:
    """A key that is missing or disabled, or whose policy does not name the service, is refused."""
    arn = params.get("kmsKeyId")
    if not arn:
        return
    account, region = place
    keys = {key.arn: key for key in kms_backends[account][region].keys.values()}
    refusal = f"The specified KMS Key Id could not be found or is not allowed: {arn}"
    if arn not in keys or not keys[arn].enabled:
        raise invalid(refusal)
    if f"logs.{region}.amazonaws.com" not in json.dumps(json.loads(keys[arn].policy)["Statement"]):
        raise AwsError("AccessDeniedException", f"The specified KMS key does not exist or is not allowed to be used with {arn}")


def associate_key(place: Place, params: Params) -> Params:
    """AssociateKmsKey."""
    group = group_of(*place, params)
    check_key(place, params)
    group.kms_key_id = params["kmsKeyId"]
    return {}


def disassociate_key(place: Place, params: Params) -> Params:
    """DisassociateKmsKey."""
    group_of(*place, params).kms_key_id = None
    return {}


def protect(place: Place, params: Params) -> Params:
    """PutLogGroupDeletionProtection."""
    group_of(*place, params).lab_protected = params["deletionProtectionEnabled"]  # type: ignore[attr-defined]
    return {}


def delete(place: Place, params: Params) -> None:
    """DeleteLogGroup: refused for a protected group; tags and filters go with it."""
    group = group_of(*place, params)
    if getattr(group, "lab_protected", False):
        raise AwsError("ValidationException", "Log group is protected from deletion. Disable deletion protection first.")
    known = backend(*place)
    known.tagger.delete_all_tags_for_resource(group.arn)
    filters = known.filters.metric_filters
    filters[:] = [item for item in filters if item["logGroupName"] != group.name]


def check_tags(place: Place, params: Params) -> None:
    """TagResource and its family: an ARN without `:*` of a group that is there, and 50 tags at most."""
    arn = str(params.get("resourceArn") or "")
    if not _ARN.fullmatch(arn):
        raise constraint(arn, "resourceArn", r"Member must satisfy regular expression pattern: [\w+=/:,.@-]*")
    if _LOG_GROUP not in arn:
        return
    group = group_of(*place, {"logGroupName": arn.rsplit(_LOG_GROUP, maxsplit=1)[-1]})
    if len({**backend(*place).list_tags_for_resource(group.arn), **(params.get("tags") or {})}) > TAGS:
        raise AwsError("TooManyTagsException", "The resource has too many tags.")


def _filtered(place: Place, params: Params) -> LogGroup:
    group = group_of(*place, params)
    if getattr(group, "lab_class", "STANDARD") == "INFREQUENT_ACCESS":
        raise AwsError("InvalidOperationException", "The operation is not supported for log groups of this class.")
    return group


def put_metric_filter(place: Place, params: Params) -> Params:
    """PutMetricFilter: a filter of the same name is replaced."""
    group = _filtered(place, params)
    transformations = params.get("metricTransformations") or []
    if len(transformations) != 1 or len(str(params.get("filterPattern"))) > 1024:
        raise constraint(len(transformations), "metricTransformations", "Member must have length less than or equal to 1")
    metric = transformations[0]
    dimensions = metric.get("dimensions") or {}
    if str(metric["metricNamespace"]).startswith("AWS/"):
        raise invalid("Invalid metric namespace: AWS/ is reserved.")
    if len(dimensions) > DIMENSIONS:
        raise invalid(f"A metric filter can have {DIMENSIONS} dimensions at most.")
    if dimensions and metric.get("defaultValue") is not None:
        raise invalid("Invalid metric transformation: dimensions and default value are mutually exclusive properties.")
    pattern = str(params["filterPattern"])
    if dimensions and not pattern.lstrip().startswith(("{", "[")):
        raise invalid("The filter pattern does not support dimensions.")
    if not well_formed(pattern):
        raise invalid("Invalid metric filter pattern.")
    filters = backend(*place).filters.metric_filters
    others = [item for item in filters if item["logGroupName"] == group.name and item["filterName"] != params["filterName"]]
    used = regexes(pattern)
    if used > REGEXES or used + sum(regexes(str(item["filterPattern"])) for item in others) > GROUP_REGEXES:
        raise invalid("The filter patterns have too many regular expressions.")
    if len(others) >= METRIC_FILTERS:
        raise AwsError("LimitExceededException", "Resource limit exceeded.")
    filters[:] = [item for item in filters if (item["logGroupName"], item["filterName"]) != (group.name, params["filterName"])]
    filters.append({**params, "creationTime": int(time.time() * 1000)})
    return {}


def describe_metric_filters(place: Place, params: Params) -> Params:
    """DescribeMetricFilters, by group, prefix and metric."""
    if params.get("logGroupName"):
        group_of(*place, params)
    prefix = params.get("filterNamePrefix") or ""
    wanted = {"metricName": params.get("metricName"), "metricNamespace": params.get("metricNamespace")}
    found = [
        item
        for item in sorted(backend(*place).filters.metric_filters, key=lambda item: (item["logGroupName"], item["filterName"]))
        if params.get("logGroupName") in (None, item["logGroupName"])
        and item["filterName"].startswith(prefix)
        and all(value in (None, item["metricTransformations"][0][key]) for key, value in wanted.items())
    ]
    shown, token = page(found, params)
    return {"metricFilters": shown, "nextToken": token}


def delete_metric_filter(place: Place, params: Params) -> Params:
    """DeleteMetricFilter; of what is not there, too."""
    group = group_of(*place, params)
    filters = backend(*place).filters.metric_filters
    left = [item for item in filters if (item["logGroupName"], item["filterName"]) != (group.name, params["filterName"])]
    if len(left) == len(filters):
        raise AwsError("ResourceNotFoundException", "The specified metric filter does not exist.")
    filters[:] = left
    return {}


def put_subscription_filter(place: Place, params: Params) -> Params | None:
    """PutSubscriptionFilter: one that is there changes, also where there are two already; a new one is moto's to make."""
    group = _filtered(place, params)
    known = group.subscription_filters.get(params["filterName"])
    if known is None:
        if len(group.subscription_filters) >= SUBSCRIPTION_FILTERS:
            raise AwsError("LimitExceededException", "Resource limit exceeded.")
        return None
    known.update(params["filterPattern"], params["destinationArn"], params.get("roleArn", ""))
    keep_distribution(place, params)
    return {}


def keep_distribution(place: Place, params: Params) -> None:
    """Notes what moto drops of a filter that was just written."""
    written = group_of(*place, params).subscription_filters[params["filterName"]]
    written.lab_distribution = params.get("distribution") or "ByLogStream"  # type: ignore[attr-defined]


def describe_subscription_filters(place: Place, params: Params) -> Params:
    """DescribeSubscriptionFilters, with the distribution."""
    found = [
        {**one.to_json(), "distribution": getattr(one, "lab_distribution", "ByLogStream")}
        for name, one in sorted(group_of(*place, params).subscription_filters.items())
        if name.startswith(params.get("filterNamePrefix") or "")
    ]
    shown, token = page(found, params)
    return {"subscriptionFilters": shown, "nextToken": token}


def _policies(group: LogGroup) -> dict[str, Params]:
    """The documents of a group's own policies, by kind."""
    if not hasattr(group, "lab_policies"):
        group.lab_policies = {}  # type: ignore[attr-defined]
    found: dict[str, Params] = group.lab_policies  # type: ignore[attr-defined]
    return found


def put_index(place: Place, params: Params) -> Params:
    """PutIndexPolicy: up to 20 fields, for the standard class."""
    group = group_of(*place, params)
    document = json.loads(params["policyDocument"])
    count = len(document.get("Fields") or []) + len(document.get("FieldsV2") or {})
    if getattr(group, "lab_class", "STANDARD") != "STANDARD" or not 1 <= count <= FIELDS:
        raise invalid("Index policies have 1 to 20 fields, and are supported for log groups of the Standard class.")
    found = {"logGroupIdentifier": group.name, "policyDocument": params["policyDocument"], "source": "LOG_GROUP"}
    _policies(group)["index"] = found
    return {"indexPolicy": found}


def describe_index(place: Place, params: Params) -> Params:
    """DescribeIndexPolicies, of one group."""
    if len(params.get("logGroupIdentifiers") or []) != 1:
        raise constraint("[…]", "logGroupIdentifiers", "Member must have length less than or equal to 1")
    found = _policies(group_of(*place, {"logGroupIdentifier": params["logGroupIdentifiers"][0]})).get("index")
    return {"indexPolicies": [found] if found else []}


def put_data_protection(place: Place, params: Params) -> Params:
    """PutDataProtectionPolicy: a block that audits and one that hides, of the same data."""
    group = group_of(*place, params)
    blocks = json.loads(params["policyDocument"]).get("Statement") or []
    operations = [sorted(block.get("Operation") or {}) for block in blocks]
    if operations != [["Audit"], ["Deidentify"]] or blocks[0].get("DataIdentifier") != blocks[1].get("DataIdentifier"):
        raise invalid("The data protection policy is malformed.")
    found = {"logGroupIdentifier": group.name, "policyDocument": params["policyDocument"]}
    _policies(group)["data"] = found
    return found


def get_data_protection(place: Place, params: Params) -> Params:
    """GetDataProtectionPolicy: without a document where there is none."""
    group = group_of(*place, params)
    return _policies(group).get("data") or {"logGroupIdentifier": group.name}


def delete_policy(kind: str) -> Callable[[Place, Params], Params]:
    """DeleteIndexPolicy or DeleteDataProtectionPolicy."""

    def answer(place: Place, params: Params) -> Params:
        if _policies(group_of(*place, params)).pop(kind, None) is None:
            raise AwsError("ResourceNotFoundException", "The specified policy does not exist.")
        return {}

    return answer


CHANGES: dict[str, Callable[[Place, Params], Params | None]] = {
    "AssociateKmsKey": associate_key,
    "DisassociateKmsKey": disassociate_key,
    "PutLogGroupDeletionProtection": protect,
    "DeleteLogGroup": delete,
    "TagResource": check_tags,
    "UntagResource": check_tags,
    "ListTagsForResource": check_tags,
    "PutMetricFilter": put_metric_filter,
    "DescribeMetricFilters": describe_metric_filters,
    "DeleteMetricFilter": delete_metric_filter,
    "PutSubscriptionFilter": put_subscription_filter,
    "DescribeSubscriptionFilters": describe_subscription_filters,
    "PutIndexPolicy": put_index,
    "DescribeIndexPolicies": describe_index,
    "DeleteIndexPolicy": delete_policy("index"),
    "PutDataProtectionPolicy": put_data_protection,
    "GetDataProtectionPolicy": get_data_protection,
    "DeleteDataProtectionPolicy": delete_policy("data"),
}
"""What is answered, or checked before moto answers (None), by operation."""
