# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import lock, snapshot, state, transaction
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.configurations import Source, digest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
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
        if path.is_file() and "/logs/" not in str(path) and not path.name.endswith(".lock")
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


def test_strangers_go(fake: FakeHost) -> None:
    fake.running_with("ssm_web_3", OLD)
    fake.write(f"{fake.layout.directory}/.hidden", "{}")
    fake.write(f"{fake.layout.directory}/sub/more.json", "{}")
    fake.write(fake.layout.legacy, "{}")
    assert ensure_configuration(fake.host, Request(wanted(fake, OLD))).changed
    assert fake.active() == {"ssm_web_3": OLD}


def test_leftovers_go_without_a_restart(fake: FakeHost) -> None:
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


def test_alive_without_a_word_is_a_warning(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.fate = lambda texts: (1e9, "ready")
    outcome = ensure_configuration(fake.host, Request(wanted(fake, NEW), cap=10))
    assert outcome.changed and fake.active() == {"ssm_web_3": NEW}
    assert "within 10 s" in outcome.warnings[0]


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
