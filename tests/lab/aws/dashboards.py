# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch dashboards: one set for an account whatever the region, names and bodies that AWS refuses, tags. They stay moto's objects."""

from __future__ import annotations

import json
import re
from typing import Any, Iterator

from moto.cloudwatch.models import Dashboard, cloudwatch_backends

from aws.answer import AwsError

HOME = "us-east-1"
WIDGETS, WIDTH, HEIGHT, METRICS = 500, 24, 1000, 500
TYPES = ("metric", "log", "text", "alarm", "explorer", "custom", "chart")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_PREFIX = "arn:aws:cloudwatch::"

Params = dict[str, Any]


def _known(account: str) -> dict[str, Dashboard]:
    """The dashboards of all regions: CloudFormation makes them in its own."""
    return {name: one for backend in list(cloudwatch_backends[account].values()) for name, one in backend.dashboards.items()}


def _of(account: str, name: str) -> Dashboard:
    found = _known(account).get(name)
    if found is None:
        raise AwsError("ResourceNotFound", f"Dashboard {name} does not exist", 404)
    return found


def put(account: str, params: Params) -> Params:
    """PutDashboard: nothing is written of a body that is refused; tags count at creation alone."""
    name, body = str(params.get("DashboardName") or ""), str(params.get("DashboardBody") or "")
    if not _NAME.fullmatch(name):
        raise AwsError("InvalidParameterValue", "The value for field DashboardName contains invalid characters.")
    wrong = list(_problems(body))
    if wrong:
        listed = json.dumps([{"dataPath": path, "message": message} for path, message in wrong], indent=2)
        raise AwsError("InvalidParameterInput", f"The dashboard body is invalid, there are {len(wrong)} validation errors: {listed}")
    before = _known(account).get(name)
    home = next((one for one in list(cloudwatch_backends[account].values()) if name in one.dashboards), cloudwatch_backends[account][HOME])
    made = home.put_dashboard(name=name, body=body)
    tags = {one["Key"]: one["Value"] for one in params.get("Tags") or []}
    made.lab_tags = getattr(before, "lab_tags", {}) if before is not None else tags
    return {"DashboardValidationMessages": []}


def get(account: str, params: Params) -> Params:
    """GetDashboard."""
    found = _of(account, str(params.get("DashboardName")))
    return {"DashboardArn": _arn(account, found.name), "DashboardBody": found.body, "DashboardName": found.name}


def listed(account: str, params: Params) -> Params:
    """ListDashboards."""
    prefix = params.get("DashboardNamePrefix") or ""
    found = [one for name, one in sorted(_known(account).items()) if name.startswith(prefix)]
    return {
        "DashboardEntries": [
            {"DashboardArn": _arn(account, one.name), "DashboardName": one.name, "Size": len(one.body), "LastModified": one.last_modified}
            for one in found
        ]
    }


def delete(account: str, params: Params) -> Params:
    """DeleteDashboards: all that are named, or none."""
    names = [str(name) for name in params.get("DashboardNames") or []]
    for name in names:
        _of(account, name)
    for backend in list(cloudwatch_backends[account].values()):
        for name in names:
            backend.dashboards.pop(name, None)
    return {}


def _arn(account: str, name: str) -> str:
    return f"{_PREFIX}{account}:dashboard/{name}"


def _tags(account: str, params: Params) -> dict[str, str]:
    arn = str(params["ResourceARN"])
    found = _known(account).get(arn.rpartition("/")[2])
    if found is None or arn != _arn(account, found.name):
        raise AwsError("ResourceNotFoundException", f"{arn} does not exist", 404)
    if not hasattr(found, "lab_tags"):
        found.lab_tags = {}
    tags: dict[str, str] = found.lab_tags
    return tags


def tag(account: str, params: Params) -> Params:
    """TagResource."""
    _tags(account, params).update({one["Key"]: one["Value"] for one in params.get("Tags") or []})
    return {}


def untag(account: str, params: Params) -> Params:
    """UntagResource."""
    for key in params.get("TagKeys") or []:
        _tags(account, params).pop(key, None)
    return {}


def tags(account: str, params: Params) -> Params:
    """ListTagsForResource."""
    return {"Tags": [{"Key": key, "Value": value} for key, value in _tags(account, params).items()]}


def _problems(body: str) -> Iterator[tuple[str, str]]:
    """What AWS says of a body, with its own paths."""
    try:
        content = json.loads(body)
    except ValueError:
        yield "", "The dashboard body is not valid JSON"
        return
    widgets = content.get("widgets") if isinstance(content, dict) else None
    if not isinstance(widgets, list):
        yield "", "Should have required property 'widgets'"
        return
    if len(widgets) > WIDGETS:
        yield "/widgets", f"Should NOT have more than {WIDGETS} items"
    for number, widget in enumerate(widgets):
        yield from ((f"/widgets/{number}{path}", message) for path, message in _of_widget(widget))


def _of_widget(widget: Any) -> Iterator[tuple[str, str]]:
    for key in ("type", "properties"):
        if not isinstance(widget, dict) or key not in widget:
            yield "", f"Should have required property '{key}'"
            return
    if widget["type"] not in TYPES:
        yield "/type", "Should be equal to one of the allowed values"
    for key, least, most in (("x", 0, WIDTH - 1), ("y", 0, 10**9), ("width", 1, WIDTH), ("height", 1, HEIGHT)):
        value = widget.get(key, least)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            yield f"/{key}", f"Should be >= {least} and <= {most}"
    given = widget["properties"]
    if widget["type"] == "metric":
        alarm = (given.get("annotations") or {}).get("alarms")
        if "metrics" not in given and not alarm:
            yield "/properties", "Should have required property 'metrics'"
        if not alarm and "region" not in given:
            yield "/properties", "The metric widget should have specified a region and a data source or an alarm annotation"
        if len(given.get("metrics") or []) > METRICS:
            yield "/properties/metrics", f"Should NOT have more than {METRICS} items"
    required = {"text": "markdown", "alarm": "alarms", "log": "region", "custom": "endpoint"}.get(widget["type"])
    if required and required not in given:
        yield "/properties", f"Should have required property '{required}'"


OPERATIONS = {"PutDashboard": put, "GetDashboard": get, "ListDashboards": listed, "DeleteDashboards": delete}
TAGGING = {"TagResource": tag, "UntagResource": untag, "ListTagsForResource": tags}


def is_tagging(params: Params) -> bool:
    """Whether the tags of a dashboard are meant."""
    return str(params.get("ResourceARN") or "").startswith(_PREFIX)
