# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parameter Store's API: one call a function, botocore's exceptions as AwsError. Private to this collection.

Shapes of arguments and answers are those of the SSM API reference; limits: 10 names a GetParameters and DeleteParameters call,
50 names a DescribeParameters call.
"""

from __future__ import annotations

from typing import Any, Iterator

from .errors import aws_call

GET_NAMES = 10
DESCRIBE_NAMES = 50


def batches(items: list[str], size: int) -> Iterator[list[str]]:
    """*items* in lists of *size*, the last one shorter."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def distinct_batches(selectors: list[str], size: int) -> list[list[str]]:
    """*selectors* (``name`` or ``name:version-or-label``) in lists of at most *size*, none of which holds a name twice.

    AWS does not document what GetParameters answers to one name with two selectors. The number of lists is the least possible:
    the larger of ceil(len(selectors) / size) and the most selectors of one name.
    """
    left: dict[str, list[str]] = {}
    for selector in selectors:
        left.setdefault(selector.partition(":")[0], []).append(selector)
    found = []
    while left:
        longest = sorted(left, key=lambda name: -len(left[name]))[:size]
        found.append([left[name].pop(0) for name in longest])
        left = {name: rest for name, rest in left.items() if rest}
    return found


@aws_call("read the parameters {names}")
def get_parameters(client: Any, names: list[str], decrypt: bool = True) -> dict[str, Any]:
    return client.get_parameters(Names=names, WithDecryption=decrypt)


@aws_call("describe the parameters {names}")
def describe_parameters(client: Any, names: list[str], token: str | None) -> dict[str, Any]:
    filters = [{"Key": "Name", "Option": "Equals", "Values": names}]
    more = {"NextToken": token} if token else {}
    return client.describe_parameters(ParameterFilters=filters, MaxResults=DESCRIBE_NAMES, **more)


@aws_call("list the parameters whose names begin with {prefix}")
def list_parameters(client: Any, prefix: str, token: str | None) -> dict[str, Any]:
    filters = [{"Key": "Name", "Option": "BeginsWith", "Values": [prefix]}]
    more = {"NextToken": token} if token else {}
    return client.describe_parameters(ParameterFilters=filters, MaxResults=DESCRIBE_NAMES, **more)


@aws_call("read the history of the parameter {name}")
def get_parameter_history(client: Any, name: str, token: str | None, decrypt: bool = False) -> dict[str, Any]:
    more = {"NextToken": token} if token else {}
    return client.get_parameter_history(Name=name, WithDecryption=decrypt, MaxResults=50, **more)


@aws_call("read the parameters below {path}")
def get_parameters_by_path(client: Any, path: str, recursive: bool, token: str | None) -> dict[str, Any]:
    more = {"NextToken": token} if token else {}
    return client.get_parameters_by_path(Path=path, Recursive=recursive, WithDecryption=False, MaxResults=10, **more)


@aws_call("list the tags of the parameter {name}")
def list_tags(client: Any, name: str) -> dict[str, str]:
    answer = client.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)
    return {tag["Key"]: tag["Value"] for tag in answer["TagList"]}


@aws_call("write the parameter {name}")
def put_parameter(client: Any, name: str, request: dict[str, Any]) -> dict[str, Any]:
    return client.put_parameter(Name=name, **request)


@aws_call("move the labels {labels} of the parameter {name} to version {version}")
def label_version(client: Any, name: str, version: int, labels: list[str]) -> dict[str, Any]:
    return client.label_parameter_version(Name=name, ParameterVersion=version, Labels=labels)


@aws_call("remove the labels {labels} from version {version} of the parameter {name}")
def unlabel_version(client: Any, name: str, version: int, labels: list[str]) -> dict[str, Any]:
    return client.unlabel_parameter_version(Name=name, ParameterVersion=version, Labels=labels)


@aws_call("tag the parameter {name}")
def add_tags(client: Any, name: str, tags: dict[str, str]) -> None:
    pairs = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
    client.add_tags_to_resource(ResourceType="Parameter", ResourceId=name, Tags=pairs)


@aws_call("remove the tags {keys} of the parameter {name}")
def remove_tags(client: Any, name: str, keys: list[str]) -> None:
    client.remove_tags_from_resource(ResourceType="Parameter", ResourceId=name, TagKeys=keys)


@aws_call("delete the parameters {names}")
def delete_parameters(client: Any, names: list[str]) -> list[str]:
    return list(client.delete_parameters(Names=names).get("DeletedParameters", []))
