# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ministack with what it misses: the names of GetParameters, version selectors, the conditions of Put calls, and removal of labels.

Runs in ministack's own environment (see `enforcing`), with nothing of this project beside it.
"""

from __future__ import annotations

import gzip
import json
from typing import Any
from urllib.parse import parse_qs

from enforcing_simulator import simulate
from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import json_response
from ministack.services import iam, ssm

_resource_arn = iam_actions.extract_resource_arn
_context = iam_actions.request_tag_context
_enforce = iam_evaluator.enforce
_handle = ssm.handle_request


class Several(str):
    """The first of several resources that a call must be allowed on, all of them in `all`."""

    all: list[str]


def _content(body: bytes) -> dict[str, Any]:
    raw = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
    try:
        content = json.loads(raw or b"{}")
    except ValueError:
        content = {key: values[0] for key, values in parse_qs(raw.decode("utf-8", "replace")).items()}
    return content if isinstance(content, dict) else {}


def _parameter(name: str, region: str, account: str) -> str:
    bare = name.split(":parameter/", 1)[1] if name.startswith("arn:") else name
    return f"arn:aws:ssm:{region}:{account}:parameter/{bare.split(':')[0].lstrip('/')}"


def extract_resource_arn(service: str, method: str, path: str, headers: Any, body: bytes, params: Any, region: str, account: str) -> str:
    """The resource of a call; of Parameter Store's calls that name parameters, those parameters without their selectors."""
    content = _content(body) if service == "ssm" else {}
    names = content.get("Names") or ([content["Name"]] if isinstance(content.get("Name"), str) else [])
    if names and "Parameter" in headers.get("x-amz-target", ""):
        resources = [_parameter(str(name), region, account) for name in names]
        first = Several(resources[0])
        first.all = resources
        return first
    return str(_resource_arn(service, method, path, headers, body, params, region, account))


def request_tag_context(service: str, action: str, body: bytes, params: Any) -> dict[str, Any]:
    """The condition keys of a call."""
    context: dict[str, Any] = dict(_context(service, action, body, params))
    if action == "ssm:PutParameter":
        context["ssm:Overwrite"] = str(bool(_content(body).get("Overwrite"))).lower()
    if action == "cloudwatch:PutMetricData":
        context["cloudwatch:namespace"] = str(_content(body).get("Namespace", ""))
    return context


def enforce(*words: Any, resource_arn: str = "*", **more: Any) -> Any:
    """The refusal of a call, None if it is allowed on each of its resources."""
    for resource in getattr(resource_arn, "all", [resource_arn]):
        refused = _enforce(*words, resource_arn=resource, **more)
        if refused:
            return refused
    return None


async def handle_request(method: str, path: str, headers: Any, body: bytes, query_params: Any) -> Any:
    """Parameter Store's answer; UnlabelParameterVersion is ours."""
    if not headers.get("x-amz-target", "").endswith(".UnlabelParameterVersion"):
        return await _handle(method, path, headers, body, query_params)
    wanted = _content(body)
    removed = []
    for entry in ssm._parameter_history.get(wanted["Name"], []):
        if entry["Version"] == wanted["ParameterVersion"]:
            removed = [label for label in wanted["Labels"] if label in entry.get("Labels", [])]
            entry["Labels"] = [label for label in entry.get("Labels", []) if label not in removed]
    return json_response({"RemovedLabels": removed, "InvalidLabels": [label for label in wanted["Labels"] if label not in removed]})


def main() -> None:
    """Serves as `python -m ministack` does."""
    iam_actions.extract_resource_arn = extract_resource_arn
    iam_actions.request_tag_context = request_tag_context
    iam_evaluator.enforce = enforce
    ssm.handle_request = handle_request
    iam._IAM_HANDLERS["SimulatePrincipalPolicy"] = simulate
    from ministack.app import main as serve  # noqa: PLC0415

    serve()


if __name__ == "__main__":
    main()
