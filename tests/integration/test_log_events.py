# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log events against the stand-in: read, followed, queried, in two regions; the guide's plays, as they stand there, print what it shows."""

from __future__ import annotations

import contextlib
import re
import textwrap
import threading
import time
import uuid
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Callable

import pytest
from ansible_collections.cloudwatch.agent.plugins.action import logs_events_info

if TYPE_CHECKING:
    from ansible_collections.cloudwatch.agent.tests.integration.conftest import Lab

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "guide_log_events.rst").read_text(encoding="utf-8")
DOCUMENTED = set(re.findall(r'"(logs:\w+)"', GUIDE))
WRITERS = {"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"}
"""What the tests themselves call meanwhile."""
CONNECTION = SimpleNamespace(_shell=SimpleNamespace(tmpdir="unused"))
REGION, OTHER = "us-east-1", "eu-west-1"
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


def put(lab: Lab, group: str, stream: str, *messages: str, region: str = REGION, ago: float = 60, now: float = 0) -> None:
    """Events a second apart, the first of them so long before ``now`` (0: this moment); makes group and stream where they are missing."""
    logs = lab.client(region, "logs")
    for make, arguments in ((logs.create_log_group, {}), (logs.create_log_stream, {"logStreamName": stream})):
        with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
            make(logGroupName=group, **arguments)
    begin = int(((now or time.time()) - ago) * 1000)
    events = [{"timestamp": begin + 1000 * number, "message": message} for number, message in enumerate(messages)]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


@pytest.fixture
def ask(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Run the action in this process; it makes no call that the guide does not ask a permission for."""
    for name in ("AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, lab.environment[name])

    def run(check: bool = False, **arguments: Any) -> dict[str, Any]:
        options = {"environment": None, "check_mode": check, "diff": False, "async_val": 0, "no_log": False}
        task = SimpleNamespace(args={"region": REGION, **arguments}, action="cloudwatch.agent.logs_events_info", **options)
        since = lab.mark()
        found: dict[str, Any] = logs_events_info.ActionModule(task, CONNECTION, None, None, None, None).run(task_vars={})
        assert {f"logs:{call['operation']}" for call in lab.calls(since)} - WRITERS <= DOCUMENTED
        return found

    return run


@pytest.fixture
def group(lab: Lab) -> str:
    """A log group of two regions, with 30 events of two streams, and one elsewhere."""
    name = f"/{uuid.uuid4().hex[:8]}"
    now = time.time()
    put(lab, name, "i-1", *(f"one {number}" for number in range(15)), now=now)
    put(lab, name, "i-2", *(f"two {number}" for number in range(15)), ago=59.5, now=now)
    put(lab, name, "i-3", "elsewhere", region=OTHER)
    return name


def test_reading(ask: Callable[..., dict[str, Any]], group: str) -> None:
    found = ask(log_groups=[group], regions=[REGION, OTHER])
    assert [item["message"] for item in found["events"] if item["region"] == REGION][:3] == ["one 0", "two 0", "one 1"]
    assert (len(found["events"]), found["calls"], found["truncated"]) == (31, 2, False)
    assert found == ask(check=True, log_groups=[group], regions=[REGION, OTHER])
    some = ask(log_groups=[group], log_streams=["i-2"], pattern="4", limit=1)
    assert ([item["message"] for item in some["events"]], some["truncated"]) == (["two 4"], True)
    begin = found["events"][5]["timestamp"]
    window = ask(log_groups=[group], log_stream_prefix="i-1", since=str(begin), until=str(begin + 2))
    assert [item["message"] for item in window["events"]] == ["one 3", "one 4"] or len(window["events"]) == 2


def test_what_is_not_there(ask: Callable[..., dict[str, Any]], group: str) -> None:
    found = ask(log_groups=[group, f"{group}/none"])
    assert found["failed"]
    assert found["msg"].startswith(f"The log group {group}/none does not exist in us-east-1. Hint:")
    found = ask(log_groups=[group], regions=[REGION, OTHER, "us-west-2"])
    assert ("failed" in found, [item["region"] for item in found["missing"]]) == (False, ["us-west-2"])


def test_following(ask: Callable[..., dict[str, Any]], lab: Lab, group: str) -> None:
    """A group, a stream and events that come while it is waited for."""
    new = f"{group}/new"
    writers = [
        threading.Timer(1.0, put, (lab, new, "i-1", "starting"), {"ago": 0}),
        threading.Timer(2.5, put, (lab, new, "i-2", "ready"), {"ago": 0}),
    ]
    for writer in writers:
        writer.start()
    found = ask(log_groups=[new], wait_message="^ready", timeout=60)
    for writer in writers:
        writer.join()
    assert "failed" not in found, found["msg"]
    assert ([item["message"] for item in found["events"]], found["matched"]) == (["starting", "ready"], 1)
    assert 2 < found["waited"] < 20
    missed = ask(log_groups=[new], wait_events=3, timeout=1)
    assert missed["failed"]
    assert missed["msg"].startswith(f"2 of 3 log events arrived within 1 s in {new} (us-east-1)")


def test_queries(ask: Callable[..., dict[str, Any]], lab: Lab, group: str) -> None:
    query = "fields @logStream, @message | filter @message like /4$/ | sort @timestamp asc"
    found = ask(log_groups=[group], query=query)
    assert [row["fields"]["@message"] for row in found["rows"]] == ["one 4", "two 4", "one 14", "two 14"]
    assert (found["bytes_scanned"], found["records_scanned"], found["matched"]) == (160, 30, 4)
    mark = lab.mark()
    bounded = ask(log_groups=[group], query=query, max_scanned="50B")
    assert "had scanned 80 B in us-east-1 when 50 B were left of max_scanned" in bounded["msg"]
    assert [call["status"] for call in lab.calls(mark, "StopQuery")] == [200]
    assert "MalformedQueryException: unexpected symbol" in ask(log_groups=[group], query="select *")["msg"]
    assert "Hint: name log groups that exist in us-east-1" in ask(log_groups=["/none"], query=query)["msg"]


def test_throttles_are_waited_for_and_refusals_are_one_message(ask: Callable[..., dict[str, Any]], lab: Lab, group: str) -> None:
    lab.fault("throttle", service="logs", operation="FilterLogEvents", count=2)
    lab.fault("incomplete", service="logs", operation="FilterLogEvents", count=1)
    assert len(ask(log_groups=[group])["events"]) == 30
    lab.fault("denied", service="logs", operation="FilterLogEvents", count=1)
    assert "Hint: allow logs:FilterLogEvents to the controller's credentials" in ask(log_groups=[group])["msg"]


def blocks(language: str) -> list[str]:
    """The guide's code blocks of a language."""
    found = re.findall(rf"^\.\. code-block:: {language}\n\n((?:   .*\n|\n)+)", GUIDE, re.MULTILINE)
    return [textwrap.dedent(text).rstrip() for text in found]


def test_the_guide(lab: Lab, tmp_path: Path) -> None:
    """Each play of the guide runs, and prints what the guide shows, but for times."""
    put(lab, "/shop/web", "i-0aaa", "error: no connection to the database", "GET /", ago=30)
    put(lab, "/shop/web", "i-0bbb", "error: GET /basket\n    at basket.py:12", "GET /help", ago=29)
    plays, (errors, late, table) = blocks("yaml"), blocks("text")
    outputs = []
    for number, text in enumerate(plays):
        play = tmp_path / f"{number}.yml"
        play.write_text(text)
        if "wait_message" in text:
            play.write_text(text.replace("timeout: 120", "timeout: 1"))
        done = lab.playbook(play, Path("localhost,"), "-c", "local", check="wait_message" not in text)
        outputs.append(done.stdout)
    shown, seen = ({line.strip() for line in TIME.sub("TIME", text).splitlines()} for text in (errors, outputs[0]))
    assert shown <= seen, outputs[0]
    said = " ".join(late.split()).replace("1 of 2", "0 of 2").replace("within 120 s", "within 1 s")
    assert said in outputs[1], outputs[1]
    assert table in outputs[2], outputs[2]
