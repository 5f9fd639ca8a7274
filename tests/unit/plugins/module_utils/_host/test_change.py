# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import readiness, snapshot, transaction, usage
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.configurations import Source, digest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError, RolledBackError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Host, Result
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.transaction import Request, ensure_configuration

from .conftest import NEW, OLD, FakeHost, configuration, contents, desired, hand_made


def test_first_configuration(fake: FakeHost) -> None:
    fake.install()
    outcome = ensure_configuration(fake.host, Request(desired(fake, NEW)))
    assert outcome.changed
    assert fake.active() == {"ssm_web_3": NEW}
    assert fake.wanted and fake.enabled
    assert not os.path.exists(fake.layout.transaction)
    assert outcome.before["configurations"] == {}
    assert outcome.after["configurations"]["ssm_web_3"]["agent"] == {"metrics_collection_interval": 30}
    assert outcome.warnings == []


def test_changed_text_restarts_once(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    outcome = ensure_configuration(fake.host, Request(desired(fake, NEW)))
    assert outcome.changed and fake.active() == {"ssm_web_3": NEW}
    assert len(fake.called("systemctl", "restart")) == 1
    assert fake.invocation == 2
    assert not any("-s" in argv for argv in fake.called("amazon-cloudwatch-agent-ctl"))


def test_parts_are_appended(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    ensure_configuration(fake.host, Request(desired(fake, NEW, OLD)))
    assert fake.active() == {"ssm_web1_3": OLD, "ssm_web_3": NEW}
    assert [argv[2] for argv in fake.called("amazon-cloudwatch-agent-ctl")] == ["fetch-config", "append-config"]


@pytest.mark.parametrize("text", [OLD, NEW])
def test_unmanaged_files_are_named_and_copied(fake: FakeHost, text: str) -> None:
    fake.running_with("ssm_web_3", OLD)
    hand_made(fake)
    predicted = ensure_configuration(fake.host, Request([Source("ssm:web:3", digest(text), text)]), check_mode=True)
    outcome = ensure_configuration(fake.host, Request(desired(fake, text)))
    assert fake.active() == {"ssm_web_3": text} and not os.path.exists(fake.layout.legacy)
    assert list(outcome.unmanaged) == sorted([fake.layout.legacy, ".hidden", "empty/", "file_config.json", "notes.tmp", "sub/more.json"])
    assert list(predicted.unmanaged) == list(outcome.unmanaged) and "file_config.json" in predicted.warnings[0]
    copy = outcome.unmanaged["file_config.json"]
    assert Path(copy).read_text(encoding="utf-8") == "hand-made" and copy in outcome.warnings[0]
    assert os.stat(os.path.dirname(copy)).st_mode & 0o077 == 0
    assert Path(outcome.unmanaged[fake.layout.legacy]).read_text(encoding="utf-8") == "legacy"
    assert not ensure_configuration(fake.host, Request(desired(fake, text))).changed


def test_an_empty_directory_is_a_difference(fake: FakeHost) -> None:
    fake.running_with("ssm_web_3", OLD)
    os.makedirs(f"{fake.layout.directory}/empty")
    outcome = ensure_configuration(fake.host, Request(desired(fake, OLD)))
    assert outcome.changed and fake.active() == {"ssm_web_3": OLD} and fake.invocation == 1


def test_own_file_edited_since_is_unmanaged(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.write(f"{fake.layout.directory}/ssm_web_2", configuration(59))
    assert list(ensure_configuration(fake.host, Request(desired(fake, NEW))).unmanaged) == ["ssm_web_2"]


def test_own_files_are_replaced_without_a_word(fake: FakeHost) -> None:
    fake.install()
    ensure_configuration(fake.host, Request(desired(fake, OLD)))
    outcome = ensure_configuration(fake.host, Request(desired(fake, NEW, name="other")))
    assert outcome.unmanaged == {} and outcome.warnings == [] and fake.active() == {"ssm_other_3": NEW}


def test_death_brings_unmanaged_files_back(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.write(f"{fake.layout.directory}/sub/more.json", "{}")
    before = contents(fake.layout.root)
    fake.fate = lambda texts: (2.0, "dies") if NEW in texts else (1.0, "ready")
    with pytest.raises(RolledBackError):
        ensure_configuration(fake.host, Request(desired(fake, NEW)))
    assert contents(fake.layout.root) == before


@pytest.mark.parametrize("what", ["directory", "file", "fifo", "legacy", "derived", "etc"])
def test_what_another_user_swapped_is_refused(fake: FakeHost, what: str) -> None:
    fake.running_with("ssm_web_2", OLD)
    victim = Path(fake.layout.at("/root/victim"))
    fake.write(str(victim / "secret"), "secret")
    place = {
        "directory": fake.layout.directory,
        "file": f"{fake.layout.directory}/file_x",
        "fifo": f"{fake.layout.directory}/file_x",
        "legacy": fake.layout.legacy,
        "derived": fake.layout.derived[0],
        "etc": fake.layout.etc,
    }[what]
    if os.path.lexists(place):
        os.rename(place, place + ".away")
    if what == "fifo":
        os.mkfifo(place)
    else:
        os.symlink(victim / "secret" if what in ("file", "legacy", "derived") else victim, place)
    with pytest.raises(HostError, match=f"{place} is a.*Hint") as caught:
        ensure_configuration(fake.host, Request(desired(fake, NEW)))
    assert "secret" not in str(caught.value).replace("victim/secret", "")
    assert os.listdir(victim) == ["secret"] and (victim / "secret").read_text(encoding="utf-8") == "secret"
    assert fake.invocation == 1 and not fake.called("amazon-cloudwatch-agent-ctl")


def test_stale_files_go_without_a_restart(fake: FakeHost) -> None:
    fake.running_with("ssm_web_3", OLD)
    fake.write(f"{fake.layout.directory}/ssm_web_4.tmp", NEW)
    outcome = ensure_configuration(fake.host, Request(desired(fake, OLD)))
    assert outcome.changed and fake.active() == {"ssm_web_3": OLD}
    assert fake.invocation == 1


def test_death_brings_the_old_one_back(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    before = contents(fake.layout.root)
    fake.fate = lambda texts: (6.0, "dies") if NEW in texts else (1.0, "ready")
    with pytest.raises(HostError, match=r"died after its start.*previous configuration is back and the agent runs with it") as caught:
        ensure_configuration(fake.host, Request(desired(fake, NEW)))
    assert any("no role" in line for line in caught.value.log)
    assert contents(fake.layout.root) == before
    assert fake.wanted and not fake.dead() and fake.invocation == 3
    assert not ensure_configuration(fake.host, Request(desired(fake, OLD))).changed


def test_death_of_the_first_one_leaves_it_stopped(fake: FakeHost) -> None:
    fake.install()
    fake.fate = lambda texts: (2.0, "dies")
    with pytest.raises(HostError, match="stopped as it was"):
        ensure_configuration(fake.host, Request(desired(fake, NEW)))
    assert fake.active() == {} and not fake.wanted and not fake.enabled


def test_death_without_a_change_of_the_configuration(fake: FakeHost) -> None:
    fake.running_with("ssm_web_3", OLD)
    fake.fate = lambda texts: (1.0, "dies")
    fake.start()
    fake.sleep(5)
    with pytest.raises(HostError, match="had not changed"):
        ensure_configuration(fake.host, Request(desired(fake, OLD)))
    assert fake.active() == {"ssm_web_3": OLD}


def test_ready_and_then_dead_is_dead(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)

    def restart(texts: list[str]) -> tuple[float, str]:
        if NEW in texts:
            fake.log("I! Everything is ready. Begin running and processing data.")
            return 0.5, "dies"
        return 1.0, "ready"

    fake.fate = restart
    with pytest.raises(HostError, match="died"):
        ensure_configuration(fake.host, Request(desired(fake, NEW)))


def test_late_death_is_rolled_back(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.falls = lambda texts: 9.0 if NEW in texts else None
    with pytest.raises(RolledBackError, match=r"exit status 1; .*, 8 s after it was ready.*the agent runs with it"):
        ensure_configuration(fake.host, Request(desired(fake, NEW)))
    assert fake.active() == {"ssm_web_2": OLD}


def test_later_than_the_window_is_not_seen(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.falls = lambda texts: 9.0 if NEW in texts else None
    assert ensure_configuration(fake.host, Request(desired(fake, NEW), health=5)).revertible


def test_never_ready_is_rolled_back(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.fate = lambda texts: (1e9 if NEW in texts else 1.0, "ready")
    with pytest.raises(RolledBackError, match=r"not ready within 10 s; the previous .* runs with it\. Hint: to keep .* take not_ready out"):
        ensure_configuration(fake.host, Request(desired(fake, NEW), cap=10))
    assert fake.active() == {"ssm_web_2": OLD} and fake.wanted


@pytest.mark.parametrize("worked", [True, False])
def test_never_ready_may_be_a_warning(fake: FakeHost, worked: bool) -> None:
    if worked:
        fake.running_with("ssm_web_2", OLD)
    else:
        fake.install()
    fake.fate = lambda texts: (1e9, "ready")
    on = ("death",) if worked else transaction.CAUSES
    outcome = ensure_configuration(fake.host, Request(desired(fake, NEW), cap=10, rollback_on=on))
    assert outcome.changed and fake.active() == {"ssm_web_3": NEW}
    assert "within 10 s" in outcome.warnings[0]


def test_death_may_stay(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.fate = lambda texts: (2.0, "dies") if NEW in texts else (1.0, "ready")
    with pytest.raises(HostError, match=r"the new configuration stays.*state: restored brings it back"):
        ensure_configuration(fake.host, Request(desired(fake, NEW), rollback_on=("not_ready",)))
    assert fake.active() == {"ssm_web_3": NEW}


def test_failing_rollback_hides_nothing(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.fate = lambda texts: (2.0, "dies")

    def full(host: Host) -> None:
        raise OSError(5, "Input/output error", "/opt/x")

    monkeypatch.setattr(snapshot, "restore", full)
    with pytest.raises(HostError, match=r"the agent died after its start .*rolling back failed as well: .*Input/output error") as caught:
        ensure_configuration(fake.host, Request(desired(fake, NEW)))
    assert not isinstance(caught.value, RolledBackError) and any("no role" in line for line in caught.value.log)
    assert snapshot.pending(fake.host)


def test_a_log_that_cannot_be_watched_is_rolled_back(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.running_with("ssm_web_2", OLD)
    lines_after = readiness.logs.lines_after

    def refused(file: str, mark: readiness.logs.Position) -> list[str]:
        if NEW in fake.active().values():
            raise HostError(f"{file} is a FIFO")
        return lines_after(file, mark)

    monkeypatch.setattr(readiness.logs, "lines_after", refused)
    with pytest.raises(RolledBackError, match=r"is a FIFO; the previous configuration is back and the agent runs with it"):
        ensure_configuration(fake.host, Request(desired(fake, NEW)))
    assert fake.active() == {"ssm_web_2": OLD}


def test_snapshot_is_for_root_alone(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    ensure_configuration(fake.host, Request(desired(fake, NEW)))
    assert os.stat(fake.layout.previous).st_mode & 0o077 == 0


def test_quiet_agent_is_ready_after_twenty_seconds(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.fate = lambda texts: (1e9, "ready")
    begun = fake.uptime
    outcome = ensure_configuration(fake.host, Request(desired(fake, configuration(30, quiet=True))))
    assert outcome.warnings == [] and 20 <= fake.uptime - begun < 25


def test_control_program_fails_half_way(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    before = contents(fake.layout.root)
    sources = desired(fake, NEW, configuration(5))
    fake.ctl_fails_at = sources[1].location
    with pytest.raises(HostError, match="previous configuration is in place again") as caught:
        ensure_configuration(fake.host, Request(sources))
    assert caught.value.log == ["E! no space left on device"]
    assert contents(fake.layout.root) == before and fake.invocation == 1


def test_control_program_lies(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.overrides["amazon-cloudwatch-agent-ctl"] = Result(0)
    with pytest.raises(HostError, match="holds nothing after the change"):
        ensure_configuration(fake.host, Request(desired(fake, NEW)))
    assert fake.active() == {"ssm_web_2": OLD}


def test_full_disk_is_found_before(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.running_with("ssm_web_2", OLD)
    monkeypatch.setattr(snapshot.os, "statvfs", lambda path: os.statvfs_result((4096, 4096, 9, 9, 9, 9, 9, 9, 0, 255)))
    with pytest.raises(HostError, match="KiB free"):
        ensure_configuration(fake.host, Request(desired(fake, NEW)))
    assert fake.active() == {"ssm_web_2": OLD} and not fake.called("amazon-cloudwatch-agent-ctl")


def test_systemd_refuses_the_restart(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.overrides["systemctl restart"] = Result(1, "", "Unit is masked.")
    with pytest.raises(HostError, match=r"Unit is masked.; the previous configuration is in place again"):
        ensure_configuration(fake.host, Request(desired(fake, NEW)))
    assert fake.active() == {"ssm_web_2": OLD} and not os.path.exists(fake.layout.transaction)


def test_daemon_that_does_not_stop_is_killed(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.overrides["systemctl restart"] = Result(0)
    with pytest.raises(HostError, match="died after its start"):
        ensure_configuration(fake.host, Request(desired(fake, NEW)))
    assert fake.called("systemctl", "kill")


def test_restart_awaits_a_daemon_that_starts_up(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.start()
    ensure_configuration(fake.host, Request(desired(fake, NEW)))
    shown = [index for index, argv in enumerate(fake.calls) if argv[:2] == ["systemctl", "restart"]]
    assert fake.called("systemctl", "restart") and shown[0] > 5


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can take a directory")
def test_nobody_else_can_swap_anything_while_the_control_program_runs(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.running_with("ssm_web_2", OLD)
    directories = [fake.layout.etc, fake.layout.directory]
    for path in directories:
        os.chown(path, 4711, 4711)
        Path(path).chmod(0o775)
    seen = []
    play = fake.play_amazon_cloudwatch_agent_ctl

    def watched(argv: list[str]) -> Result:
        seen.extend((os.stat(path).st_uid, os.stat(path).st_mode & 0o022) for path in directories)
        return play(argv)

    monkeypatch.setattr(fake, "play_amazon_cloudwatch_agent_ctl", watched)
    ensure_configuration(fake.host, Request(desired(fake, NEW)))
    assert seen == [(0, 0), (0, 0)]


def test_the_control_program_writes_through_no_link(fake: FakeHost, tmp_path: Path) -> None:
    fake.running_with("ssm_web_2", OLD)
    os.symlink(tmp_path / "victim", fake.layout.validation_log)
    with pytest.raises(HostError, match=r"configuration-validation\.log is a symbolic link"):
        ensure_configuration(fake.host, Request(desired(fake, NEW)))
    assert not fake.called("amazon-cloudwatch-agent-ctl")


def test_an_agent_that_takes_too_much_is_taken_back(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """Measured where it has a limit, and named with its figure."""
    fake.running_with("ssm_web_2", OLD)
    monkeypatch.setattr(usage, "read", lambda host, _pid: usage.Usage(300.0, 0.0, host.monotonic()))
    asked = Request(desired(fake, NEW), limits=usage.Limits(memory=200))
    with pytest.raises(RolledBackError, match=r"takes too much \(it takes 300 MiB of memory, its limit is 200 MiB\).*take limits out of"):
        ensure_configuration(fake.host, asked)
    assert fake.active() == {"ssm_web_2": OLD}
    assert ensure_configuration(fake.host, replace(asked, limits=usage.Limits(memory=400))).changed
