# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dashboards: generated of what configurations collect, merged with widgets that are written by hand, and what differs. Pure."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Iterable, Iterator, Mapping, NamedTuple

from .._config.collected import Collected, collected
from .._config.errors import ConfigError
from .._config.log_groups import config_log_groups
from .._config.subject import Subject
from .._config.words import counted
from . import alarm_kinds as kinds
from .dashboard_body import ALARMS, WIDTH, problems
from .log_groups import ABSENT, PRESENT
from .steps import Step, aws_tags, retagging, tags_after, texts, wrong_tags

VARIABLE = "cw_agent_dashboards"
HEIGHT, HEADER, LOG_HEIGHT = 6, 2, 6
IN_ROW = 4
"""Graphs and alarms beside each other."""
GROUPS = 50
"""Log groups in a query of CloudWatch Logs Insights."""
ERRORS = ("ERROR", "FATAL", "CRITICAL")
NETWORK = (("net", "bytes_recv"), ("net", "bytes_sent"))
PERCENT = {"left": {"min": 0, "max": 100, "label": "%"}}
_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")


class Wanted(NamedTuple):
    """A dashboard of a profile of the controller. ``body``: as data, None for one that is to go; ``said``: where it is said.

    ``generated``: whether it has widgets of the hosts' configurations.
    """

    name: str
    profile: str = ""
    body: Mapping[str, Any] | None = None
    tags: Mapping[str, str] = {}
    purge_tags: bool = False
    said: str = ""
    generated: bool = False


class Found(NamedTuple):
    """A dashboard that is there. ``body``: as data, or the text that is none; ``tags``: read where they are wanted."""

    arn: str
    body: Any
    tags: Mapping[str, str] = {}


def desired(plan: Mapping[str, Any], entries: Iterable[Mapping[str, Any]], alarms: Mapping[tuple[str, str], Iterable[str]]) -> list[Wanted]:
    """The dashboards of *entries*, as the module documents them.

    *alarms*: the ARNs of the alarms of the hosts, by profile and region.

    Raises:
        ConfigError: everything that cannot be, one sentence a line, with the paths that CloudWatch would name.
    """
    wrong: list[str] = []
    found: dict[tuple[str, str], Wanted] = {}
    for index, entry in enumerate(entries):
        where = f"{VARIABLE}[{index}] ({entry['name']})"
        one = _wanted(plan, entry, alarms, where, wrong)
        if (one.profile, one.name) in found:
            wrong.append(f"{where}: {found[one.profile, one.name].said} names the same dashboard. Hint: make one entry of them.")
        found[one.profile, one.name] = one
        if not _NAME.fullmatch(one.name):
            wrong.append(f"{where}: no dashboard can have this name. Hint: 1 to 255 letters, digits, - and _.")
        wrong += wrong_tags(one.tags, f"{where} tags")
        wrong += [f"{where}: {problem}" for problem in problems(one.body)] if one.body is not None else []
    if wrong:
        raise ConfigError("\n".join(wrong))
    return list(found.values())


def _wanted(
    plan: Mapping[str, Any], entry: Mapping[str, Any], alarms: Mapping[tuple[str, str], Iterable[str]], where: str, wrong: list[str]
) -> Wanted:
    one = Wanted(entry["name"], _profile(plan, entry, where, wrong), said=where)
    if entry["state"] == ABSENT:
        return one
    known = [item for item in plan.get("configurations", []) if item["profile"] == one.profile]
    names = entry["configurations"]
    missing = sorted(set(names or ()) - {item["name"] for item in known})
    if missing:
        wrong.append(
            f"{where}: the run has no configuration {missing[0]}. Hint: it has {', '.join(sorted(item['name'] for item in known))}."
        )
    chosen = [item for item in known if names is None or item["name"] in names]
    regions = sorted({item["region"] for item in chosen})
    arns = {region: sorted(alarms.get((one.profile, region), ())) for region in regions}
    widgets = merged(generated(chosen, arns), entry["widgets"])
    extra = {key: entry[option] for option, key in (("start", "start"), ("period_override", "periodOverride")) if entry.get(option)}
    return one._replace(
        body={**extra, "widgets": widgets}, tags=texts(entry["tags"] or {}), purge_tags=entry["purge_tags"], generated=names != []
    )


def kept(wanted: Wanted, found: Found | None) -> Wanted:
    """The dashboard with the body that is there, where a limited run would generate one without the hosts that it leaves out."""
    if found is None or not wanted.generated or not isinstance(found.body, Mapping):
        return wanted
    return wanted._replace(body=found.body)


def _profile(plan: Mapping[str, Any], entry: Mapping[str, Any], where: str, wrong: list[str]) -> str:
    """The profile of an entry that names none: that of the hosts, where they have one."""
    profiles = sorted({item["profile"] for item in plan.get("configurations", [])})
    if entry["profile"] or len(profiles) < 2:
        return str(entry["profile"] or (profiles or [""])[0])
    wrong.append(f"{where}: the hosts have the profiles {', '.join(profiles)}. Hint: give it profile; one entry for each account.")
    return profiles[0]


def generated(items: Iterable[Mapping[str, Any]], alarms: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """The widgets of configurations, from top to bottom: alarms, then for each region and namespace metrics, then log lines."""
    sections: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for item in items:
        metrics = list(collected(_subject(item)))
        sections.setdefault((item["region"], metrics[0].namespace if metrics else ""), []).append(item)
    widgets: list[dict[str, Any]] = []
    for region, arns in sorted(alarms.items()):
        for start in range(0, len(arns), ALARMS):
            properties: dict[str, Any] = {"title": f"Alarms in {region}", "alarms": arns[start : start + ALARMS]}
            height = 1 + math.ceil(len(properties["alarms"]) / IN_ROW)
            widgets.append(_placed("alarm", properties, 0, _bottom(widgets), WIDTH, height))
    for (region, _namespace), those in sorted(sections.items()):
        widgets += _section(region, those, _bottom(widgets))
    return widgets


def _subject(item: Mapping[str, Any]) -> Subject:
    return Subject(item["configuration"], item["build"], item["platform"], item["mode"])


def _placed(kind: str, properties: Mapping[str, Any], x: int, y: int, width: int, height: int) -> dict[str, Any]:
    return {"type": kind, "x": x, "y": y, "width": width, "height": height, "properties": dict(properties)}


def _bottom(widgets: Iterable[Mapping[str, Any]]) -> int:
    return max((one["y"] + one["height"] for one in widgets), default=0)


def _section(region: str, items: list[Mapping[str, Any]], top: int) -> list[dict[str, Any]]:
    """A heading, graphs of what the hosts of these configurations send to one namespace, and their log lines."""
    names = ", ".join(sorted(item["name"] for item in items))
    hosts = counted(sum(len(item["hosts"]) for item in items), "host")
    widgets = [_placed("text", {"markdown": f"## {names}\n{hosts} in {region}"}, 0, top, WIDTH, HEADER)]
    graphs = list(_graphs([list(collected(_subject(item))) for item in items], region))
    each = math.ceil(len(graphs) / max(1, math.ceil(len(graphs) / IN_ROW)))
    for start in range(0, len(graphs), each or 1):
        row, y = graphs[start : start + each], _bottom(widgets)
        wide = WIDTH // len(row)
        widgets += [_placed("metric", graph, number * wide, y, wide, HEIGHT) for number, graph in enumerate(row)]
    groups = sorted({one["log_group_name"] for item in items for one in config_log_groups(_subject(item))})
    known = [name for name in groups if name and "{" not in name]
    for start in range(0, len(known), GROUPS):
        widgets += _lines(known[start : start + GROUPS], region, _bottom(widgets))
    return widgets


def _graphs(collections: list[list[Collected]], region: str) -> Iterator[dict[str, Any]]:
    """The properties of the graphs of CPU, memory, disks, swap and network, as far as the hosts of these *collections* send them."""
    for kind, title in {"cpu": "CPU", "memory": "Memory", "disk": "Disks", "swap": "Swap"}.items():
        chosen = [found for metrics in collections if (found := kinds.source(kind, metrics)) and found[0].key(*found[1].group)]
        for free in sorted({meant.free for _metric, meant in chosen}):
            function = "AVG" if kind == "cpu" else "MIN" if free else "MAX"
            queries = [
                (kinds.query(function, metric, (metric.key(*meant.group), *meant.group), meant.where), kinds.period({"period": 60}, metric))
                for metric, meant in chosen
                if meant.free == free
            ]
            yield _graph(f"{title}: {'free' if free else 'used'}", queries, region, yAxis=PERCENT)
    network = [one for plugin, field in NETWORK for metrics in collections for one in metrics if (one.plugin, one.field) == (plugin, field)]
    queries = [(kinds.query("SUM", one, (one.key(),), ()), kinds.period({"period": 60}, one)) for one in network if one.key()]
    if queries:
        yield _graph("Network: bytes", queries, region)


def _graph(title: str, queries: list[tuple[str, int]], region: str, **more: Any) -> dict[str, Any]:
    entries = [
        [{"id": f"q{number}", "expression": query, "period": period}] for number, (query, period) in enumerate(dict.fromkeys(queries), 1)
    ]
    return {"title": title, "view": "timeSeries", "stacked": False, "region": region, "metrics": entries, **more}


def _lines(groups: list[str], region: str, top: int) -> list[dict[str, Any]]:
    """The number of lines with errors, and the latest of them."""
    source = " | ".join(f"SOURCE '{name}'" for name in groups)
    errors = f"filter @message like /{'|'.join(ERRORS)}/"
    number = {
        "title": "Lines with errors",
        "region": region,
        "view": "timeSeries",
        "query": f"{source} | {errors} | stats count(*) by bin(5m)",
    }
    latest = f"{source} | fields @timestamp, @log, @message | {errors} | sort @timestamp desc | limit 20"
    return [
        _placed("log", number, 0, top, 8, LOG_HEIGHT),
        _placed("log", {"title": "Latest errors", "region": region, "view": "table", "query": latest}, 8, top, 16, LOG_HEIGHT),
    ]


def merged(widgets: list[dict[str, Any]], own: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Generated widgets and those by hand, which come below: with ``x`` and ``y`` counted from there, without them in rows."""
    top, x, y, height = _bottom(widgets), 0, 0, 0
    found = list(widgets)
    for one in own:
        size = (_number(one.get("width"), 6), _number(one.get("height"), HEIGHT))
        if "x" in one or "y" in one:
            place = (one.get("x", 0), one.get("y", 0))
        else:
            if x + size[0] > WIDTH:
                x, y, height = 0, y + height, 0
            place = (x, y)
            x, height = x + size[0], max(height, size[1])
        moved = place[1] + top if isinstance(place[1], int) else place[1]
        found.append({**one, "x": place[0], "y": moved, "width": one.get("width", size[0]), "height": one.get("height", size[1])})
    return found


def _number(value: Any, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def steps(wanted: Wanted, found: Found | None) -> list[Step]:
    """The calls that make a dashboard what it shall be; bodies are compared as data."""
    if wanted.body is None:
        return [Step("delete_dashboards", {"DashboardNames": [wanted.name]})] if found else []
    put = Step("put_dashboard", {"DashboardName": wanted.name, "DashboardBody": json.dumps(wanted.body, separators=(",", ":"))})
    if found is None:
        return [Step(put.operation, {**put.arguments, **({"Tags": aws_tags(wanted.tags)} if wanted.tags else {})})]
    made = [] if wanted.body == found.body else [put]
    return made + retagging(found.arn, found.tags, wanted.tags, wanted.purge_tags)


def shown(wanted: Wanted, found: Found | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The dashboard before and after the steps."""
    tagged = bool(wanted.tags or wanted.purge_tags)
    before = {"state": ABSENT} if found is None else _side(found.body, found.tags, tagged)
    if wanted.body is None:
        return before, {"state": ABSENT}
    return before, _side(wanted.body, tags_after(found.tags if found else {}, wanted.tags, wanted.purge_tags), tagged)


def _side(body: Any, tags: Mapping[str, str], tagged: bool) -> dict[str, Any]:
    return {"state": PRESENT, "body": body, **({"tags": dict(sorted(tags.items()))} if tagged else {})}
