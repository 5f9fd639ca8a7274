# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cut-over and the way back on a played host: never both agents, every offset handed over, a rotated file's rest found."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import access, awslogs, cut_over
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Result

from .conftest import FakeHost
from .test_awslogs import LINES, Old, key

LOG = "/var/log/app.log"
MAIN = f"[general]\nstate_file = /var/lib/awslogs/agent-state\n[app]\nfile = {LOG}\nlog_group_name = app\nlog_stream_name = s\n"
CONFIGURATION = json.dumps({"logs": {"logs_collected": {"files": {"collect_list": [{"file_path": LOG, "log_group_name": "app"}]}}}})


class Both(FakeHost):
    """A host with both agents; ``old`` is the unit of the old one, ``stubborn`` the verb that systemd refuses for it."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.install()
        (root / "run/cloudwatch-agent-ansible").mkdir(mode=0o700)
        self.old = {"ActiveState": "active", "UnitFileState": "enabled", "LoadState": "loaded"}
        self.stubborn = ""
        self.files = Old(self, MAIN)
        del self.overrides["systemctl show awslogsd"], self.overrides["systemctl is-enabled awslogsd"]
        self.files.write(LOG, LINES)
        self.files.database({key("app", b"first line\n"): {"end_position": 11}})

    def play_systemctl(self, argv: list[str]) -> Result:
        if not any("awslogsd" in word for word in argv):
            if argv[1:3] == ["disable", "--now"]:
                self.enabled = self.wanted = False
                return Result(0)
            return super().play_systemctl(argv)
        if argv[1] == self.stubborn:
            return Result(1, "", "Job for awslogsd.service failed.")
        if argv[1] == "show":
            return Result(0, "".join(f"{name}={value}\n" for name, value in self.old.items()))
        if argv[1] == "is-enabled":
            return Result(0, self.old["UnitFileState"] + "\n")
        self.old["UnitFileState"] = {"enable": "enabled", "disable": "disabled"}.get(argv[1], self.old["UnitFileState"])
        self.old["ActiveState"] = {"start": "active", "disable": "inactive"}.get(argv[1], self.old["ActiveState"])
        return Result(0)

    def state(self, path: str = LOG) -> str:
        file = Path(access.state_file(self.layout, path))
        return file.read_text(encoding="utf-8") if file.exists() else ""

    def replace(self, patterns: tuple[str, ...] = (LOG,), **options: Any) -> cut_over.Outcome:
        return cut_over.replace(self.host, "", patterns, options.pop("skip", ()), **options)

    def run_agent(self, configuration: str = CONFIGURATION) -> None:
        self.activate("ssm_web", configuration)
        self.enabled = True
        self.start()


@pytest.fixture
def both(tmp_path: Path) -> Both:
    return Both(tmp_path)


def names(both: Both) -> tuple[str, str]:
    return both.old["ActiveState"], both.old["UnitFileState"]


def test_the_old_agent_ends_and_the_new_one_has_its_offset(both: Both) -> None:
    outcome = both.replace()
    assert outcome.changed
    assert outcome.before == {"services": {"awslogsd.service": "active, enabled"}, "offsets": {LOG: None}, "files": {}}
    assert outcome.after == {"services": {"awslogsd.service": "inactive, disabled"}, "offsets": {LOG: 11}, "files": {}}
    assert names(both) == ("inactive", "disabled")
    assert both.state() == f"11\n{LOG}"
    assert both.replace() == cut_over.Outcome(False, {}, {}, settled=False)
    both.run_agent()
    assert both.replace() == cut_over.Outcome(False, {}, {}, settled=True)


def test_the_offset_is_read_after_the_old_agent_has_ended(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, str]] = []
    real = cut_over.awslogs.offsets
    monkeypatch.setattr(cut_over.awslogs, "offsets", lambda *given: seen.append(names(both)) or real(*given))
    both.replace()
    assert seen[-1] == ("inactive", "disabled")


def test_check_mode_predicts_and_touches_nothing(both: Both) -> None:
    predicted = both.replace(check_mode=True)
    assert (names(both), both.state()) == (("active", "enabled"), "")
    done = both.replace()
    assert (predicted.changed, predicted.before, predicted.after) == (done.changed, done.before, done.after)


def test_a_file_that_nobody_would_read_is_refused(both: Both) -> None:
    with pytest.raises(HostError, match=r"section \[app\]: awslogs reads /var/log/app\.log, and the agent's configuration has no entry"):
        both.replace(())
    assert names(both) == ("active", "enabled")
    assert both.replace((), skip=("app",)).carried == ()
    assert names(both) == ("inactive", "disabled")


def test_what_would_start_the_old_agent_again_is_put_aside(both: Both) -> None:
    """The installation script has a job of cron that starts an agent which does not run, and logrotate restarts it."""
    path = "/etc/cron.d/awslogs"
    both.files.write(path, "* * * * * root nanny\n")
    file = Path(both.layout.at(path))
    file.chmod(0o640)
    before = file.stat()
    assert both.replace().after["files"] == {path: "aside"}
    assert not file.exists()
    assert cut_over.restore(both.host).after["files"] == {path: "present"}
    assert (file.read_text(), file.stat().st_mode, file.stat().st_mtime) == ("* * * * * root nanny\n", before.st_mode, before.st_mtime)
    both.stubborn = "disable"
    with pytest.raises(HostError):
        both.replace()
    assert file.exists()


def test_a_service_that_does_not_stop_runs_on(both: Both) -> None:
    both.stubborn = "disable"
    with pytest.raises(HostError, match=r"systemctl disable --now awslogsd\.service failed: Job for"):
        both.replace()
    assert names(both) == ("active", "enabled")
    assert both.called("systemctl", "start")
    assert not cut_over.restore(both.host).changed


def test_a_host_without_the_old_agent_has_nothing_to_replace(both: Both) -> None:
    both.old["LoadState"] = "not-found"
    assert not both.replace().changed


def test_the_way_back_starts_what_was_stopped(both: Both) -> None:
    both.replace()
    both.run_agent()
    predicted = cut_over.restore(both.host, check_mode=True)
    assert names(both) == ("inactive", "disabled")
    done = cut_over.restore(both.host)
    assert predicted == done
    assert done.after["services"] == {"awslogsd.service": "active, enabled", cut_over.UNIT: "inactive, disabled"}
    assert (names(both), both.wanted, both.enabled) == (("active", "enabled"), False, False)
    assert not cut_over.restore(both.host).changed


def test_a_new_agent_that_ran_before_stays_and_must_not_read_the_files(both: Both) -> None:
    both.run_agent("{}")
    both.replace()
    both.activate("ssm_web", CONFIGURATION)
    with pytest.raises(HostError, match=r"the agent reads /var/log/app\.log, too"):
        cut_over.restore(both.host)
    both.activate("ssm_web", "{}")
    assert cut_over.restore(both.host).changed
    assert (names(both), both.wanted) == (("active", "enabled"), True)


def test_a_second_cut_over_takes_the_newer_offset(both: Both) -> None:
    both.replace()
    cut_over.restore(both.host)
    Path(both.layout.at("/var/lib/awslogs/agent-state")).unlink()
    both.files.database({key("app", b"first line\n"): {"end_position": 23}})
    both.replace()
    assert both.state() == f"23\n{LOG}"


def rotate(both: Both, when: float) -> None:
    path = Path(both.layout.at(LOG))
    path.rename(f"{path}.1")
    path.write_text("new\n")
    os.utime(f"{path}.1", (when, when))


def test_a_file_that_was_rotated_before_the_agent_opened_it_has_a_rest(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    both.replace()
    rotate(both, 1e9)
    both.run_agent()
    monkeypatch.setattr(cut_over.service, "read", started_in(10**10))
    outcome = both.replace()
    assert outcome.changed and outcome.rest
    assert both.state(f"{LOG}.1") == f"11\n{LOG}.1"
    rest = json.loads(Path(both.layout.at("/var/lib/cloudwatch-agent-ansible/awslogs-rest.json")).read_text())
    assert rest["logs"]["logs_collected"]["files"]["collect_list"] == [{"file_path": f"{LOG}.1", "log_group_name": "app"}]
    assert outcome.rest["location"] == "file:/var/lib/cloudwatch-agent-ansible/awslogs-rest.json"
    again = both.replace()
    assert (again.changed, again.rest) == (False, outcome.rest)
    both.write(access.state_file(both.layout, f"{LOG}.1"), f"{len(LINES)}\n{LOG}.1")
    assert both.replace() == cut_over.Outcome(False, {}, {})
    assert not Path(both.layout.at("/var/lib/cloudwatch-agent-ansible/awslogs-rest.json")).exists()


def started_in(at: float) -> Any:
    """The new agent's service as if it had started then; the old one's as it is."""
    real = cut_over.service.read
    return lambda host, *unit: real(host, *unit)._replace(started_at=at) if not unit else real(host, *unit)


def test_a_file_that_the_agent_had_opened_has_no_rest(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    both.replace()
    both.run_agent()
    rotate(both, 1e9)
    monkeypatch.setattr(cut_over.service, "read", started_in(1.0))
    assert both.replace() == cut_over.Outcome(False, {}, {})


def test_a_file_that_the_old_agent_had_not_finished_has_a_rest(both: Both) -> None:
    """It was rotated before the cut-over."""
    rotate(both, 1e9)
    outcome = both.replace()
    assert [(one.path, one.sent, one.rotated) for one in outcome.carried] == [(LOG, None, False), (f"{LOG}.1", 11, True)]
    assert both.state() == ""
    both.run_agent()
    assert both.replace().rest
    assert both.state(f"{LOG}.1") == f"11\n{LOG}.1"


def test_no_rest_is_looked_for_while_the_agent_does_not_run(both: Both) -> None:
    both.replace()
    rotate(both, 1e9)
    assert both.replace() == cut_over.Outcome(False, {}, {}, settled=False)


@pytest.mark.parametrize("moment", ["fingerprint", "offsets"])
def test_a_file_that_is_rotated_while_its_offset_is_read_or_then_has_a_rest(
    both: Both, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    real, rotated = getattr(awslogs, moment), list[str]()

    def rotating(*arguments: Any) -> Any:
        found = real(*arguments)
        found = list(found) if moment == "offsets" else found
        if not rotated and names(both)[0] == "inactive":
            rotated.append(moment)
            rotate(both, 1e9)
        return found

    monkeypatch.setattr(awslogs, moment, rotating)
    both.replace()
    both.run_agent()
    monkeypatch.setattr(cut_over.service, "read", started_in(10**10))
    assert both.replace().rest
    assert both.state(f"{LOG}.1") == f"11\n{LOG}.1"


def test_a_file_whose_successor_is_yet_to_come_has_a_rest(both: Both) -> None:
    """It was rotated just before the cut-over, and nothing has been written since."""
    path = both.layout.at(LOG)
    os.rename(path, f"{path}.1")
    outcome = both.replace()
    assert [(one.path, one.sent, one.rotated) for one in outcome.carried] == [(f"{LOG}.1", 11, True)]
    both.files.write(LOG, b"new\n")
    both.run_agent()
    assert both.replace().rest
    assert both.state(f"{LOG}.1") == f"11\n{LOG}.1"
