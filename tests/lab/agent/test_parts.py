# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in's parts that need no host."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import importlib
import io
import json
import pathlib
import subprocess
import sys
import time
from types import ModuleType
from typing import Any

import pytest

AGENT = pathlib.Path(__file__).resolve().parent


@pytest.fixture(scope="module", autouse=True)
def _path() -> Any:
    """Find the stand-in's modules."""
    sys.path.insert(0, str(AGENT / "src"))
    yield
    sys.path.remove(str(AGENT / "src"))


def part(name: str) -> ModuleType:
    """Return one of its modules."""
    return importlib.import_module(f"standin.{name}")


@pytest.mark.parametrize("kind", ["deb", "rpm"])
def test_same_sources_same_bytes(tmp_path: pathlib.Path, kind: str) -> None:
    sums = []
    for place in ("one", "two"):
        command = [str(AGENT / "build"), kind, str(tmp_path / place), "--build", "1.2.3b4"]
        path = pathlib.Path(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())
        assert path.name == f"amazon-cloudwatch-agent-1.2.3b4.{kind}"
        sums.append(hashlib.sha256(path.read_bytes()).hexdigest())
    assert sums[0] == sums[1]


def test_standard_library_only() -> None:
    """It imports nothing a host does not have, and nothing of the collection."""
    known = {*sys.stdlib_module_names, "standin"}
    for path in (AGENT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            assert {name.partition(".")[0] for name in names} <= known, path


@pytest.mark.parametrize(
    ("pattern", "line", "seconds"),
    [
        ("%Y-%m-%d %H:%M:%S", "2026-03-04 05:06:07 x", 1772600767.0),
        ("%Y-%m-%dT%H:%M:%S.%f%z", "at 2026-03-04T05:06:07.25+0200", 1772593567.25),
        ("%d/%b/%Y:%H:%M:%S %z", '1.2.3.4 [04/Mar/2026:05:06:07 +0000] "GET', 1772600767.0),
        ("%m/%d/%y %I:%M:%S %p", "3/4/26 05:06:07 PM", 1772643967.0),
        ("%Y-%m-%d", "no time", None),
    ],
)
def test_timestamps(pattern: str, line: str, seconds: float | None) -> None:
    stamp, _unused = part("timestamps").Format(pattern, "UTC").find(line)
    assert stamp == (None if seconds is None else int(seconds * 1000))


def test_a_time_without_year_does_not_lie_ahead() -> None:
    ahead = time.strftime("%b %d %H:%M:%S", time.gmtime(time.time() + 60 * 86400))
    stamp, _unused = part("timestamps").Format("%b %d %H:%M:%S", "UTC").find(ahead)
    assert stamp < (time.time() + 31 * 86400) * 1000


@pytest.mark.parametrize("pattern", ["(?!x)y", "(?<=a)b", r"(a)\1", "(?>a)", "a++", "([a-z", "*"])
def test_patterns_that_are_refused(pattern: str) -> None:
    with pytest.raises(part("regexps").PatternError):
        part("regexps").compile_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "text"), [("[[:digit:]]+$", "a1"), ("(?P<n>a)b", "ab"), ("(?<n>a)b", "ab"), ("(?i)ERR", "err"), (r"a\z", "ba")]
)
def test_patterns_that_are_taken(pattern: str, text: str) -> None:
    assert part("regexps").compile_pattern(pattern).search(text)


def test_merge() -> None:
    """Sections are joined, lists of files are united, everything else has to be equal."""

    def files(*names: str) -> dict[str, Any]:
        return {"logs": {"logs_collected": {"files": {"collect_list": [{"file_path": name} for name in names]}}}}

    merged, problems = part("merge").merge([files("a", "a", "b"), files("b", "c"), {"metric": {}, "agent": None, "metrics": []}])
    assert (merged, problems) == (files("a", "b", "c"), [])
    one, other = ({"metrics": {"metrics_collected": {"mem": {"measurement": [name]}}}} for name in ("free", "used"))
    assert part("merge").merge([one, one])[1] == []
    path = "/metrics/metrics_collected/mem"
    assert part("merge").merge([one, other])[1] == [f"Under path : {path} | Error : Different values are specified for mem"]


def test_toml_round_trip() -> None:
    document = {
        "agent": {"debug": True, "interval": "60s", "tags": {'a "b".c': 'ü "x" \\ \n #'}},
        "inputs": {"logfile": [{"file_config": [{"file_path": "/a", "filters": [{"type": "include"}]}, {"file_path": "/b"}]}]},
    }
    assert part("toml").loads(part("toml").dumps(document)) == document
    assert part("toml").loads("# c\n[a]\n  b = 'x' # y\n  n = 1\n") == {"a": {"b": "x", "n": 1}}
    with pytest.raises(ValueError, match="garbage"):
        part("toml").loads("garbage here")


def test_batches_keep_the_limits() -> None:
    logsout = part("daemon.logsout")
    batch, state = logsout.Batch(), part("daemon.tailing").State("/nowhere", "/var/log/a b:c")
    assert state.file == "/nowhere/_var_log_a_b_c"
    batch.add(logsout.Event(1000, "x" * 1000, (state, 0, 1)))
    assert batch.fits(logsout.Event(2000, "y", (state, 0, 2)))
    assert not batch.fits(logsout.Event(2000, "y" * logsout.MAX_BYTES, (state, 0, 2)))
    assert not batch.fits(logsout.Event(1000 + 86400 * 1000, "y", (state, 0, 2)))
    batch.add(logsout.Event(500, "earlier", (state, 0, 2)))
    assert [event["timestamp"] for event in batch.build()] == [500, 1000]


class Taken:
    """A destination that keeps the messages."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def full(self) -> bool:
        return False

    def add(self, stamp: int, message: str, commit: tuple[Any, ...]) -> None:
        self.messages.append(message)


@pytest.fixture
def followed(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Taken, list[float]]:
    """A follower of three lines, what it has handed over, and the clock."""
    tailing, clock, taken = part("daemon.tailing"), [100.0], Taken()
    monkeypatch.setattr(tailing.time, "monotonic", lambda: clock[0])
    file = tmp_path / "app.log"
    file.write_text("one\ntwo\n  more of two\nthree\n", encoding="utf-8")
    state = tailing.State(str(tmp_path), str(file))
    return tailing.Follower(str(file), tailing.Entry({"file_path": str(file)}), state, taken, 0, 0), taken, clock


def test_last_line_is_held_for_a_moment(followed: tuple[Any, Taken, list[float]]) -> None:
    follower, taken, clock = followed
    follower.read()
    follower.read()
    assert taken.messages == ["one", "two\n  more of two"]
    clock[0] += 4.9
    follower.read()
    assert len(taken.messages) == 2
    clock[0] += 0.1
    follower.read()
    assert taken.messages[-1] == "three"


@pytest.mark.parametrize(("over", "last"), [(False, "two\n  more of two"), (True, "three")])
def test_held_line_goes_with_its_file_and_not_with_the_daemon(followed: tuple[Any, Taken, list[float]], over: bool, last: str) -> None:
    follower, taken, _clock = followed
    follower.finish(over)
    assert taken.messages[-1] == last


def test_dimensions_and_numbers() -> None:
    loop = part("daemon.metricsloop")
    many = {f"d{number:02}": "x" for number in range(40)} | {"host": "h", "empty": ""}
    kept = loop.cut(many)
    assert len(kept) == 30
    assert "host" in kept
    assert "empty" not in kept
    assert [loop.number(value) for value in (0.0, 2.5, 1e-7, 123456789012.0)] == ["0", "2.5", "0.0000001", "123456789012"]


@pytest.mark.parametrize(
    ("region", "endpoint", "host"),
    [
        ("eu-west-1", "", "logs.eu-west-1.amazonaws.com"),
        ("cn-north-1", "", "logs.cn-north-1.amazonaws.com.cn"),
        ("eusc-de-east-1", "", "logs.eusc-de-east-1.amazonaws.eu"),
        ("eu-west-1", "https://logs.example.com/", "logs.example.com"),
    ],
)
def test_hosts_that_are_called(region: str, endpoint: str, host: str) -> None:
    assert part("awshttp").Client("logs", region, None, endpoint=endpoint).connection.host == host


@pytest.mark.parametrize(
    ("file", "process", "level"),
    [
        ({"CWAGENT_LOG_LEVEL": "DEBUG"}, "ERROR", "DEBUG"),
        ({}, "ERROR", "ERROR"),
        ({}, "", "INFO"),
        ({"CWAGENT_LOG_LEVEL": "?"}, "", "INFO"),
    ],
)
def test_level_of_the_log(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, file: dict[str, str], process: str, level: str) -> None:
    """env-config.json counts more than what systemd has put into the environment; a file that is as it was is not read."""
    service, log = part("daemon.service"), part("daemon.log")
    path = tmp_path / "env-config.json"
    path.write_text(json.dumps(file))
    monkeypatch.setenv("CWAGENT_LOG_LEVEL", process)
    monkeypatch.setattr(log.LOG, "level", log.LEVELS["INFO"])
    seen = service.reload_environment(str(path), 0.0)
    assert log.LOG.level == log.LEVELS[level]
    monkeypatch.setenv("CWAGENT_LOG_LEVEL", "OFF")
    assert service.reload_environment(str(path), seen) == seen
    assert log.LOG.level == log.LEVELS[level]


@pytest.mark.parametrize(("build", "retained"), [("1.300060.0b1248", {}), ("1.300071.0b1550", {"MINE": "1"}), ("1.247360.0b252839", {})])
def test_what_the_translator_leaves_of_env_config(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, build: str, retained: dict[str, str]
) -> None:
    """Its own keys are made anew by every build; others are there afterwards since the build that has set-env."""
    monkeypatch.setattr(part("paths"), "version", lambda: build)
    path = tmp_path / "env-config.json"
    path.write_text(json.dumps({"CWAGENT_LOG_LEVEL": "DEBUG", "HTTPS_PROXY": "http://old", "MINE": "1"}))
    assert part("translator")._retained(str(path)) == retained


def _lines(document: dict[str, Any]) -> list[str]:
    """Return what the schema's check says of a configuration."""
    schema = json.loads((AGENT / "src" / "schema.json").read_text())
    lines: list[str] = part("schemacheck").Checker(schema).errors(document)
    return lines


def test_words_of_the_schema() -> None:
    """Of the branches of a choice the nearest one is told; parts that have to hold together are named after what is wrong in them."""
    disk = {"measurement": [{"name": 5}, ""], "resources": "/"}
    path = "Under path : /metrics/metrics_collected/disk"
    assert _lines({"metrics": {"metrics_collected": {"disk": disk}}}) == [
        f"{path}/measurement/0 | Error : Must validate one and only one schema (oneOf)",
        f"{path}/measurement/0/name | Error : Invalid type. Expected: string, given: integer",
        f"{path}/measurement/1 | Error : Must validate one and only one schema (oneOf)",
        f"{path}/measurement/1 | Error : String length must be greater than or equal to 1",
        f"{path}/resources | Error : Invalid type. Expected: array, given: string",
        f"{path} | Error : Must validate all the schemas (allOf)",
    ]


def test_a_missing_choice_ends_the_words_of_the_schema() -> None:
    """What was found before it is told, what comes after it is not."""
    document = {"metrics": {"metrics_collected": {}, "odd": 1}, "logs": {"force_flush_interval": 0}}
    assert _lines(document) == [
        "Under path : /metrics | Error : Additional property odd is not allowed",
        "Under path : /metrics/metrics_collected | Error : Must have at least 1 properties",
        "Under path : /logs | Error : E! At least one of event_levels, event_ids, or filters is required",
    ]


@pytest.mark.parametrize(("interval", "flush", "first"), [("2s", 2.0, 1.0), ("60s", 60.0, 1.0), ("10s", 1.0, 9.0), ("300s", 60.0, 240.0)])
def test_nothing_arrives_before_its_interval_is_over(interval: str, flush: float, first: float, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = part("daemon.metricsloop")
    monkeypatch.setattr(loop.time, "monotonic", lambda: 100.0)
    assert loop.Input("mem", {"interval": interval}, flush).due == 100.0 + first


def test_full_disk_does_not_end_who_logs() -> None:
    log = part("daemon.log").Log()
    with open("/dev/full", "w", encoding="utf-8") as stream:
        log.stream = stream
        log.line("E", "no room for this")
        log.stream = sys.stderr
        with contextlib.suppress(OSError):
            stream.close()


@pytest.mark.parametrize(("unit", "sent", "warned"), [("Gigabits/Second", "Gigabits/Second", False), ("Furlong", "None", True)])
def test_unit_that_cloudwatch_does_not_have(unit: str, sent: str, warned: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    loop, said = part("daemon.metricsloop"), io.StringIO()
    monkeypatch.setattr(loop.LOG, "stream", said)
    assert loop._checked({"category": "mem", "name": "used", "unit": unit, "rename": "Used"}) == {
        "category": "mem",
        "name": "used",
        "unit": sent,
        "rename": "Used",
    }
    assert (" W! " in said.getvalue()) == warned


def test_file_that_vanishes_while_its_glob_is_read(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others go on being followed."""
    tailing = part("daemon.tailing")
    for name in ("a.log", "b.log"):
        (tmp_path / name).write_text("x\n")
    monkeypatch.setattr(tailing.glob, "glob", lambda pattern, recursive: [str(tmp_path / name) for name in ("a.log", "b.log")])
    monkeypatch.setattr(tailing.os.path, "isfile", lambda path: True)
    (tmp_path / "b.log").unlink()
    assert tailing.Entry({"file_path": str(tmp_path / "*.log")}).files() == [str(tmp_path / "a.log")]


def test_file_that_cannot_be_read_does_not_end_the_others(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tailing, seen = part("daemon.tailing"), []
    monkeypatch.setattr(tailing.LOG, "stream", io.StringIO())
    tailer = tailing.Tailer({"file_state_folder": str(tmp_path), "file_config": [{"file_path": "/a"}, {"file_path": "/b"}]}, None)

    def look(number: int, entry: Any) -> None:
        seen.append(entry.table["file_path"])
        if number == 0:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(tailer, "_entry", look)
    tailer.stopping.set()
    tailer._run()
    assert seen == ["/a", "/b"]
    assert "[inputs.logfile] Failed to read /a" in tailing.LOG.stream.getvalue()
