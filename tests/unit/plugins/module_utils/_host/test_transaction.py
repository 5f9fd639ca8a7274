# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import lock, readiness, snapshot, state, transaction
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.configurations import Source, digest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError, RolledBackError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Host, Result
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.transaction import Request, ensure_configuration

from .conftest import FakeHost, configuration

OLD, NEW = configuration(60), configuration(30)


def wanted(fake: FakeHost, *texts: str, name: str = "web") -> list[Source]:
    sources = []
    for index, text in enumerate(texts):
        location = f"ssm:{name}{index or ''}:3"
        fake.parameters[location] = text
        sources.append(Source(location, digest(text)))
    return sources


def contents(root: str) -> dict[str, str]:
    return {
        str(path.relative_to(root)): path.read_text(encoding="utf-8")
        for path in sorted(Path(root).rglob("*"))
        if path.is_file() and not any(part in str(path) for part in ("/logs/", "/run/", "/cloudwatch-agent-ansible/"))
    }


def test_first_configuration(fake: FakeHost) -> None:
    fake.install()
    outcome = ensure_configuration(fake.host, Request(wanted(fake, NEW)))
    assert outcome.changed
    assert fake.active() == {"ssm_web_3": NEW}
    assert fake.wanted and fake.enabled
    assert not os.path.exists(fake.layout.transaction)
    assert outcome.before["configurations"] == {}
    assert outcome.after["configurations"]["ssm_web_3"]["agent"] == {"metrics_collection_interval": 30}
    assert outcome.warnings == []


def test_second_run_calls_nothing_but_systemd_once(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    outcome = ensure_configuration(fake.host, Request(wanted(fake, OLD)))
    assert not outcome.changed
    assert [argv[:2] for argv in fake.calls] == [["systemctl", "show"]]


def test_another_name_with_the_same_text_changes_nothing(fake: FakeHost) -> None:
    fake.running_with("file_by-hand.json", OLD)
    assert not ensure_configuration(fake.host, Request(wanted(fake, OLD))).changed


def test_changed_text_restarts_once(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    outcome = ensure_configuration(fake.host, Request(wanted(fake, NEW)))
    assert outcome.changed and fake.active() == {"ssm_web_3": NEW}
    assert len(fake.called("systemctl", "restart")) == 1
    assert fake.invocation == 2
    assert not any("-s" in argv for argv in fake.called("amazon-cloudwatch-agent-ctl"))


def test_parts_are_appended(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    ensure_configuration(fake.host, Request(wanted(fake, NEW, OLD)))
    assert fake.active() == {"ssm_web1_3": OLD, "ssm_web_3": NEW}
    assert [argv[2] for argv in fake.called("amazon-cloudwatch-agent-ctl")] == ["fetch-config", "append-config"]


def _hand_made(fake: FakeHost) -> None:
    fake.write(f"{fake.layout.directory}/file_config.json", "hand-made")
    fake.write(f"{fake.layout.directory}/.hidden", "{}")
    fake.write(f"{fake.layout.directory}/sub/more.json", "{}")
    fake.write(f"{fake.layout.directory}/notes.tmp", "notes")
    os.makedirs(f"{fake.layout.directory}/empty")
    fake.write(fake.layout.legacy, "legacy")


@pytest.mark.parametrize("text", [OLD, NEW])
def test_unmanaged_files_are_named_and_copied(fake: FakeHost, text: str) -> None:
    fake.running_with("ssm_web_3", OLD)
    _hand_made(fake)
    predicted = ensure_configuration(fake.host, Request([Source("ssm:web:3", digest(text), text)]), check_mode=True)
    outcome = ensure_configuration(fake.host, Request(wanted(fake, text)))
    assert fake.active() == {"ssm_web_3": text} and not os.path.exists(fake.layout.legacy)
    assert list(outcome.unmanaged) == sorted([fake.layout.legacy, ".hidden", "empty/", "file_config.json", "notes.tmp", "sub/more.json"])
    assert list(predicted.unmanaged) == list(outcome.unmanaged) and "file_config.json" in predicted.warnings[0]
    copy = outcome.unmanaged["file_config.json"]
    assert Path(copy).read_text(encoding="utf-8") == "hand-made" and copy in outcome.warnings[0]
    assert os.stat(os.path.dirname(copy)).st_mode & 0o077 == 0
    assert Path(outcome.unmanaged[fake.layout.legacy]).read_text(encoding="utf-8") == "legacy"
    assert not ensure_configuration(fake.host, Request(wanted(fake, text))).changed


@pytest.mark.parametrize("check_mode", [False, True])
def test_unmanaged_files_are_refused(fake: FakeHost, check_mode: bool) -> None:
    fake.running_with("ssm_web_2", OLD)
    _hand_made(fake)
    before = contents(fake.layout.root)
    with pytest.raises(HostError, match=r"file_config\.json.*nothing was changed.*Hint.*cw_agent_unmanaged: adopt"):
        ensure_configuration(fake.host, Request(wanted(fake, NEW), refuse_unmanaged=True), check_mode)
    assert contents(fake.layout.root) == before and os.path.isdir(f"{fake.layout.directory}/empty")


def test_an_empty_directory_is_a_difference(fake: FakeHost) -> None:
    fake.running_with("ssm_web_3", OLD)
    os.makedirs(f"{fake.layout.directory}/empty")
    outcome = ensure_configuration(fake.host, Request(wanted(fake, OLD)))
    assert outcome.changed and fake.active() == {"ssm_web_3": OLD} and fake.invocation == 1


def test_own_file_edited_since_is_unmanaged(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.write(f"{fake.layout.directory}/ssm_web_2", configuration(59))
    assert list(ensure_configuration(fake.host, Request(wanted(fake, NEW))).unmanaged) == ["ssm_web_2"]


def test_own_files_are_replaced_without_a_word(fake: FakeHost) -> None:
    fake.install()
    ensure_configuration(fake.host, Request(wanted(fake, OLD)))
    outcome = ensure_configuration(fake.host, Request(wanted(fake, NEW, name="other")))
    assert outcome.unmanaged == {} and outcome.warnings == [] and fake.active() == {"ssm_other_3": NEW}


def test_death_brings_unmanaged_files_back(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.write(f"{fake.layout.directory}/sub/more.json", "{}")
    before = contents(fake.layout.root)
    fake.fate = lambda texts: (2.0, "dies") if NEW in texts else (1.0, "ready")
    with pytest.raises(RolledBackError):
        ensure_configuration(fake.host, Request(wanted(fake, NEW)))
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
        ensure_configuration(fake.host, Request(wanted(fake, NEW)))
    assert "secret" not in str(caught.value).replace("victim/secret", "")
    assert os.listdir(victim) == ["secret"] and (victim / "secret").read_text(encoding="utf-8") == "secret"
    assert fake.invocation == 1 and not fake.called("amazon-cloudwatch-agent-ctl")


def test_stale_files_go_without_a_restart(fake: FakeHost) -> None:
    fake.running_with("ssm_web_3", OLD)
    fake.write(f"{fake.layout.directory}/ssm_web_4.tmp", NEW)
    outcome = ensure_configuration(fake.host, Request(wanted(fake, OLD)))
    assert outcome.changed and fake.active() == {"ssm_web_3": OLD}
    assert fake.invocation == 1


def test_check_mode_writes_nothing(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    before = contents(fake.layout.root)
    sources = [Source("ssm:web:3", digest(NEW), NEW)]
    outcome = ensure_configuration(fake.host, Request(sources), check_mode=True)
    assert outcome.changed and contents(fake.layout.root) == before
    assert outcome.after["configurations"]["ssm_web_3"]["agent"]["metrics_collection_interval"] == 30
    assert not fake.called("config-downloader") and not fake.called("systemctl", "restart")


def test_check_mode_predicts_what_the_run_does(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    sources = [Source(one.location, one.digest, NEW) for one in wanted(fake, NEW)]
    predicted = ensure_configuration(fake.host, Request(sources), check_mode=True)
    assert ensure_configuration(fake.host, Request(sources)) == predicted


def test_check_mode_without_the_agent(fake: FakeHost) -> None:
    outcome = ensure_configuration(fake.host, Request([Source("ssm:web:3", digest(NEW), NEW)]), check_mode=True)
    assert outcome.changed
    assert outcome.after["service"] == {"running": True, "enabled": True}
    assert list(outcome.after["configurations"]) == ["ssm_web_3"]


def test_check_mode_lets_the_installed_agent_judge(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.refused.add(NEW)
    with pytest.raises(HostError, match="refuses ssm:web:3"):
        ensure_configuration(fake.host, Request([Source("ssm:web:3", "", NEW)]), check_mode=True)


def test_not_installed(fake: FakeHost) -> None:
    with pytest.raises(HostError, match=r"not installed.*cloudwatch\.agent\.install"):
        ensure_configuration(fake.host, Request([Source("ssm:web:3")]))


def test_refused_by_the_translator(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    before = contents(fake.layout.root)
    fake.refused.add(NEW)
    with pytest.raises(HostError, match="nothing was changed") as caught:
        ensure_configuration(fake.host, Request(wanted(fake, NEW)))
    assert caught.value.log == ["Under path : /metrics | Error : cpu is no plugin"]
    assert contents(fake.layout.root) == before and fake.invocation == 1


@pytest.mark.parametrize("text", ["{", "[]", '"text"'])
def test_no_json_object_never_reaches_the_agent(fake: FakeHost, text: str) -> None:
    fake.running_with("ssm_web_2", OLD)
    with pytest.raises(HostError, match="JSON"):
        ensure_configuration(fake.host, Request(wanted(fake, text)))
    assert fake.active() == {"ssm_web_2": OLD} and not fake.called("config-translator")


def test_another_text_than_the_wanted_one(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    sources = wanted(fake, NEW)
    fake.parameters["ssm:web:3"] = configuration(5)
    with pytest.raises(HostError, match="holds another text"):
        ensure_configuration(fake.host, Request(sources))
    assert fake.active() == {"ssm_web_2": OLD}


def test_not_to_be_fetched(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    with pytest.raises(HostError, match=r"cannot fetch ssm:web:9 \(mode ec2\)") as caught:
        ensure_configuration(fake.host, Request([Source("ssm:web:9", digest(NEW))]))
    assert caught.value.log == ["E! ParameterNotFound: ssm:web:9"]


def test_throttled_host_asks_again(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.throttled = 3
    assert ensure_configuration(fake.host, Request(wanted(fake, NEW))).changed
    fake.throttled = 4
    with pytest.raises(HostError, match="cannot fetch") as caught:
        ensure_configuration(fake.host, Request(wanted(fake, OLD)))
    assert caught.value.log == ["E! ThrottlingException: Rate exceeded"]


def test_death_brings_the_old_one_back(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    before = contents(fake.layout.root)
    fake.fate = lambda texts: (6.0, "dies") if NEW in texts else (1.0, "ready")
    with pytest.raises(HostError, match=r"died after its start.*previous configuration is back and the agent runs with it") as caught:
        ensure_configuration(fake.host, Request(wanted(fake, NEW)))
    assert any("no role" in line for line in caught.value.log)
    assert contents(fake.layout.root) == before
    assert fake.wanted and not fake.dead() and fake.invocation == 3
    assert not ensure_configuration(fake.host, Request(wanted(fake, OLD))).changed


def test_death_of_the_first_one_leaves_it_stopped(fake: FakeHost) -> None:
    fake.install()
    fake.fate = lambda texts: (2.0, "dies")
    with pytest.raises(HostError, match="stopped as it was"):
        ensure_configuration(fake.host, Request(wanted(fake, NEW)))
    assert fake.active() == {} and not fake.wanted and not fake.enabled


def test_death_without_a_change_of_the_configuration(fake: FakeHost) -> None:
    fake.running_with("ssm_web_3", OLD)
    fake.fate = lambda texts: (1.0, "dies")
    fake.start()
    fake.sleep(5)
    with pytest.raises(HostError, match="had not changed"):
        ensure_configuration(fake.host, Request(wanted(fake, OLD)))
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
        ensure_configuration(fake.host, Request(wanted(fake, NEW)))


def test_late_death_is_rolled_back(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.falls = lambda texts: 9.0 if NEW in texts else None
    with pytest.raises(RolledBackError, match=r"exit status 1; .*, 8 s after it was ready.*the agent runs with it"):
        ensure_configuration(fake.host, Request(wanted(fake, NEW)))
    assert fake.active() == {"ssm_web_2": OLD}


def test_later_than_the_window_is_not_seen(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.falls = lambda texts: 9.0 if NEW in texts else None
    assert ensure_configuration(fake.host, Request(wanted(fake, NEW), health=5)).revertible


def test_never_ready_is_rolled_back(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.fate = lambda texts: (1e9 if NEW in texts else 1.0, "ready")
    with pytest.raises(RolledBackError, match=r"not ready within 10 s; the previous .* runs with it\. Hint: to keep .* take not_ready out"):
        ensure_configuration(fake.host, Request(wanted(fake, NEW), cap=10))
    assert fake.active() == {"ssm_web_2": OLD} and fake.wanted


@pytest.mark.parametrize("worked", [True, False])
def test_never_ready_may_be_a_warning(fake: FakeHost, worked: bool) -> None:
    if worked:
        fake.running_with("ssm_web_2", OLD)
    else:
        fake.install()
    fake.fate = lambda texts: (1e9, "ready")
    on = ("death",) if worked else transaction.CAUSES
    outcome = ensure_configuration(fake.host, Request(wanted(fake, NEW), cap=10, rollback_on=on))
    assert outcome.changed and fake.active() == {"ssm_web_3": NEW}
    assert "within 10 s" in outcome.warnings[0]


def test_death_may_stay(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.fate = lambda texts: (2.0, "dies") if NEW in texts else (1.0, "ready")
    with pytest.raises(HostError, match=r"the new configuration stays.*state: restored brings it back"):
        ensure_configuration(fake.host, Request(wanted(fake, NEW), rollback_on=("not_ready",)))
    assert fake.active() == {"ssm_web_3": NEW}


def test_failing_rollback_hides_nothing(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.fate = lambda texts: (2.0, "dies")

    def full(host: Host) -> None:
        raise OSError(5, "Input/output error", "/opt/x")

    monkeypatch.setattr(snapshot, "restore", full)
    with pytest.raises(HostError, match=r"the agent died after its start .*rolling back failed as well: .*Input/output error") as caught:
        ensure_configuration(fake.host, Request(wanted(fake, NEW)))
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
        ensure_configuration(fake.host, Request(wanted(fake, NEW)))
    assert fake.active() == {"ssm_web_2": OLD}


def test_restored(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    before = contents(fake.layout.root)
    assert ensure_configuration(fake.host, Request(wanted(fake, NEW))).revertible
    request = Request(None)
    predicted = transaction.restore_previous(fake.host, request, check_mode=True)
    assert fake.active() == {"ssm_web_3": NEW} and predicted.changed
    outcome = transaction.restore_previous(fake.host, request)
    assert outcome.changed and outcome.rolled_back and outcome.differences == predicted.differences
    assert contents(fake.layout.root) == before and fake.wanted and fake.enabled and fake.invocation == 3
    again = transaction.restore_previous(fake.host, request)
    assert not again.changed and "there is none" in again.warnings[0]
    assert not ensure_configuration(fake.host, Request(wanted(fake, OLD))).changed


def test_restored_only_what_worked(fake: FakeHost) -> None:
    fake.install()
    assert not ensure_configuration(fake.host, Request(wanted(fake, NEW))).revertible
    outcome = transaction.restore_previous(fake.host, Request(None))
    assert not outcome.changed and "did not work" in outcome.warnings[0] and fake.active() == {"ssm_web_3": NEW}


def test_restored_refuses_what_somebody_changed(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    ensure_configuration(fake.host, Request(wanted(fake, NEW)))
    fake.write(f"{fake.layout.directory}/ssm_web_3", configuration(1))
    with pytest.raises(HostError, match="somebody has changed it since, so nothing was restored"):
        transaction.restore_previous(fake.host, Request(None))


def test_snapshot_is_for_root_alone(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    ensure_configuration(fake.host, Request(wanted(fake, NEW)))
    assert os.stat(fake.layout.previous).st_mode & 0o077 == 0


@pytest.mark.parametrize("check_mode", [False, True])
def test_masked_unit(fake: FakeHost, check_mode: bool) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.masked = True
    with pytest.raises(HostError, match=r"masked on this host.*nothing was changed\. Hint: systemctl unmask"):
        ensure_configuration(fake.host, Request(wanted(fake, NEW)), check_mode)
    assert fake.active() == {"ssm_web_2": OLD}


@pytest.mark.parametrize("check_mode", [False, True])
def test_read_only_file_system(fake: FakeHost, monkeypatch: pytest.MonkeyPatch, check_mode: bool) -> None:
    fake.running_with("ssm_web_2", OLD)
    monkeypatch.setattr(transaction.os, "statvfs", lambda path: os.statvfs_result((4096, 4096, 9, 9, 9, 9, 9, 9, os.ST_RDONLY, 255)))
    with pytest.raises(HostError, match=r"mounted read-only; nothing was changed"):
        ensure_configuration(fake.host, Request(wanted(fake, NEW)), check_mode)


def test_quiet_agent_is_ready_after_twenty_seconds(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.fate = lambda texts: (1e9, "ready")
    begun = fake.uptime
    outcome = ensure_configuration(fake.host, Request(wanted(fake, configuration(30, quiet=True))))
    assert outcome.warnings == [] and 20 <= fake.uptime - begun < 25


def test_control_program_fails_half_way(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    before = contents(fake.layout.root)
    sources = wanted(fake, NEW, configuration(5))
    fake.ctl_fails_at = sources[1].location
    with pytest.raises(HostError, match="previous configuration is in place again") as caught:
        ensure_configuration(fake.host, Request(sources))
    assert caught.value.log == ["E! no space left on device"]
    assert contents(fake.layout.root) == before and fake.invocation == 1


def test_control_program_lies(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.overrides["amazon-cloudwatch-agent-ctl"] = Result(0)
    with pytest.raises(HostError, match="holds nothing after the change"):
        ensure_configuration(fake.host, Request(wanted(fake, NEW)))
    assert fake.active() == {"ssm_web_2": OLD}


def test_full_disk_is_found_before(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.running_with("ssm_web_2", OLD)
    monkeypatch.setattr(snapshot.os, "statvfs", lambda path: os.statvfs_result((4096, 4096, 9, 9, 9, 9, 9, 9, 0, 255)))
    with pytest.raises(HostError, match="KiB free"):
        ensure_configuration(fake.host, Request(wanted(fake, NEW)))
    assert fake.active() == {"ssm_web_2": OLD} and not fake.called("amazon-cloudwatch-agent-ctl")


def test_killed_before_the_restart(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    snapshot.take(fake.host, state.read(fake.host).service)
    fake.activate("ssm_web_3", NEW)
    os.unlink(f"{fake.layout.directory}/ssm_web_2")
    fake.sleep(60)
    outcome = ensure_configuration(fake.host, Request(wanted(fake, NEW)))
    assert outcome.changed and fake.invocation == 2
    assert "an earlier run was killed in the middle of a change" in outcome.warnings[0]
    assert not os.path.exists(fake.layout.transaction)


def test_killed_half_way_and_the_new_one_kills_the_agent(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    snapshot.take(fake.host, state.read(fake.host).service)
    fake.activate("ssm_web_3", NEW)
    os.unlink(f"{fake.layout.directory}/ssm_web_2")
    fake.fate = lambda texts: (2.0, "dies") if OLD not in texts else (1.0, "ready")
    fake.sleep(60)
    with pytest.raises(HostError, match="previous configuration is back"):
        ensure_configuration(fake.host, Request(wanted(fake, configuration(5), name="db")))
    assert fake.active() == {"ssm_web_2": OLD}


def test_restore_can_be_repeated(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    before = contents(fake.layout.root)
    snapshot.take(fake.host, state.read(fake.host).service)
    fake.activate("ssm_web_3", NEW)
    snapshot.restore(fake.host)
    snapshot.restore(fake.host)
    snapshot.discard(fake.host)
    assert contents(fake.layout.root) == before


def test_changed_common_config_restarts(fake: FakeHost) -> None:
    fake.running_with("ssm_web_3", OLD)
    fake.write(fake.layout.common_config, "[credentials]\n")
    fake.sleep(5)
    outcome = ensure_configuration(fake.host, Request(None, start=False))
    assert outcome.changed and "common-config.toml changed since its start" in outcome.differences[0]
    assert fake.invocation == 2 and fake.active() == {"ssm_web_3": OLD}


def test_systemd_refuses_the_restart(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.overrides["systemctl restart"] = Result(1, "", "Unit is masked.")
    with pytest.raises(HostError, match=r"Unit is masked.; the previous configuration is in place again"):
        ensure_configuration(fake.host, Request(wanted(fake, NEW)))
    assert fake.active() == {"ssm_web_2": OLD} and not os.path.exists(fake.layout.transaction)


def test_daemon_that_does_not_stop_is_killed(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.overrides["systemctl restart"] = Result(0)
    with pytest.raises(HostError, match="died after its start"):
        ensure_configuration(fake.host, Request(wanted(fake, NEW)))
    assert fake.called("systemctl", "kill")


def test_stopped_service_may_stay_so(fake: FakeHost) -> None:
    fake.install()
    assert not ensure_configuration(fake.host, Request(None, start=False)).changed
    assert fake.invocation == 0


def test_restart_awaits_a_daemon_that_starts_up(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.start()
    ensure_configuration(fake.host, Request(wanted(fake, NEW)))
    shown = [index for index, argv in enumerate(fake.calls) if argv[:2] == ["systemctl", "restart"]]
    assert fake.called("systemctl", "restart") and shown[0] > 5


def test_upgraded_a_moment_ago_and_dies(fake: FakeHost) -> None:
    fake.running_with("ssm_web_3", OLD)
    fake.fate = lambda texts: (3.0, "dies")
    fake.start()
    with pytest.raises(HostError, match="died with its present configuration"):
        ensure_configuration(fake.host, Request(wanted(fake, OLD)))


def test_sources_without_digest_are_looked_up(fake: FakeHost) -> None:
    fake.running_with("ssm_web_3", OLD)
    fake.parameters["ssm:web:3"] = OLD
    assert not ensure_configuration(fake.host, Request([Source("ssm:web:3")])).changed
    fake.write(fake.layout.at("/srv/agent.json"), NEW)
    fake.parameters["file:/srv/agent.json"] = NEW
    assert ensure_configuration(fake.host, Request([Source("file:/srv/agent.json")])).changed
    assert fake.active() == {"file_agent.json": NEW}


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        ([], "sources is empty"),
        ([Source("file:/a/x.json"), Source("file:/b/x.json")], "same file file_x.json"),
        ([Source("ssm:web:3", "0" * 64, NEW)], "content and digest disagree"),
        ([Source("file:/none.json")], "missing or empty"),
    ],
)
def test_nonsense_is_refused(fake: FakeHost, sources: list[Source], told: str) -> None:
    fake.running_with("ssm_web_2", OLD)
    with pytest.raises(HostError, match=told):
        ensure_configuration(fake.host, Request(sources))


def _hold(path: str, begun: multiprocessing.synchronize.Event, end: multiprocessing.synchronize.Event) -> None:
    with lock.held(Host(transaction.Host().layout.__class__(path)), 1):
        begun.set()
        end.wait(20)


def test_two_at_once(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    context = multiprocessing.get_context("fork")
    begun, end = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(fake.layout.root, begun, end))
    other.start()
    try:
        assert begun.wait(20)
        with pytest.raises(HostError, match=f"process {other.pid} has been changing"):
            ensure_configuration(fake.host, Request(wanted(fake, NEW)))
    finally:
        end.set()
        other.join()
    assert ensure_configuration(fake.host, Request(wanted(fake, NEW))).changed
