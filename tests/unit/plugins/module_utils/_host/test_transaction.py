# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import lock, snapshot, state, transaction
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.configurations import Source, digest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.transaction import Request, ensure_configuration

from .conftest import NEW, OLD, FakeHost, configuration, contents, desired, hand_made


def test_second_run_calls_nothing_but_systemd_once(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    outcome = ensure_configuration(fake.host, Request(desired(fake, OLD)))
    assert not outcome.changed
    assert [argv[:2] for argv in fake.calls] == [["systemctl", "show"]]


def test_another_name_with_the_same_text_changes_nothing(fake: FakeHost) -> None:
    fake.running_with("file_by-hand.json", OLD)
    assert not ensure_configuration(fake.host, Request(desired(fake, OLD))).changed


@pytest.mark.parametrize("check_mode", [False, True])
def test_unmanaged_files_are_refused(fake: FakeHost, check_mode: bool) -> None:
    fake.running_with("ssm_web_2", OLD)
    hand_made(fake)
    before = contents(fake.layout.root)
    with pytest.raises(HostError, match=r"file_config\.json.*nothing was changed.*Hint.*cw_agent_unmanaged: adopt"):
        ensure_configuration(fake.host, Request(desired(fake, NEW), unmanaged="refuse"), check_mode)
    assert contents(fake.layout.root) == before and os.path.isdir(f"{fake.layout.directory}/empty")


@pytest.mark.parametrize("choice", ["adopt", "refuse", "remove"])
def test_what_comes_from_parameter_store_may_come_again(fake: FakeHost, choice: str) -> None:
    """An association of State Manager would bring it back, whatever becomes of it now."""
    fake.running_with("ssm_web_2", OLD)
    fake.write(f"{fake.layout.directory}/ssm_theirs", "{}")
    request = Request([Source("ssm:web:3", digest(NEW), NEW)], unmanaged=choice)
    if choice == "refuse":
        with pytest.raises(HostError, match="ssm_theirs came from Parameter Store: where an association of State Manager"):
            ensure_configuration(fake.host, request, check_mode=True)
    else:
        (warning,) = ensure_configuration(fake.host, request, check_mode=True).warnings
        assert "ssm_theirs came from Parameter Store: where an association of State Manager" in warning


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
    sources = [Source(one.location, one.digest, NEW) for one in desired(fake, NEW)]
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
        ensure_configuration(fake.host, Request(desired(fake, NEW)))
    assert caught.value.log == ["Under path : /metrics | Error : cpu is no plugin"]
    assert contents(fake.layout.root) == before and fake.invocation == 1


@pytest.mark.parametrize("text", ["{", "[]", '"text"'])
def test_no_json_object_never_reaches_the_agent(fake: FakeHost, text: str) -> None:
    fake.running_with("ssm_web_2", OLD)
    with pytest.raises(HostError, match="JSON"):
        ensure_configuration(fake.host, Request(desired(fake, text)))
    assert fake.active() == {"ssm_web_2": OLD} and not fake.called("config-translator")


def test_another_text_than_the_wanted_one(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    sources = desired(fake, NEW)
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
    assert ensure_configuration(fake.host, Request(desired(fake, NEW))).changed
    fake.throttled = 4
    with pytest.raises(HostError, match="cannot fetch") as caught:
        ensure_configuration(fake.host, Request(desired(fake, OLD)))
    assert caught.value.log == ["E! ThrottlingException: Rate exceeded"]


def test_restored(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    before = contents(fake.layout.root)
    assert ensure_configuration(fake.host, Request(desired(fake, NEW))).revertible
    request = Request(None)
    predicted = transaction.restore_previous(fake.host, request, check_mode=True)
    assert fake.active() == {"ssm_web_3": NEW} and predicted.changed
    outcome = transaction.restore_previous(fake.host, request)
    assert outcome.changed and outcome.rolled_back and outcome.differences == predicted.differences
    assert contents(fake.layout.root) == before and fake.wanted and fake.enabled and fake.invocation == 3
    again = transaction.restore_previous(fake.host, request)
    assert not again.changed and "there is none" in again.warnings[0]
    assert not ensure_configuration(fake.host, Request(desired(fake, OLD))).changed


def test_restored_only_what_worked(fake: FakeHost) -> None:
    fake.install()
    assert not ensure_configuration(fake.host, Request(desired(fake, NEW))).revertible
    outcome = transaction.restore_previous(fake.host, Request(None))
    assert not outcome.changed and "did not work" in outcome.warnings[0] and fake.active() == {"ssm_web_3": NEW}


def test_restored_refuses_what_somebody_changed(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    ensure_configuration(fake.host, Request(desired(fake, NEW)))
    fake.write(f"{fake.layout.directory}/ssm_web_3", configuration(1))
    with pytest.raises(HostError, match="somebody has changed it since, so nothing was restored"):
        transaction.restore_previous(fake.host, Request(None))


@pytest.mark.parametrize("check_mode", [False, True])
def test_restored_leaves_what_somebody_else_has_applied(fake: FakeHost, check_mode: bool) -> None:
    fake.running_with("ssm_web_2", OLD)
    ours = Request(desired(fake, NEW))
    ensure_configuration(fake.host, ours)
    theirs = Request(desired(fake, configuration(1)))
    ensure_configuration(fake.host, theirs)
    active = fake.active()
    outcome = transaction.restore_previous(fake.host, ours, check_mode)
    assert not outcome.changed and "which somebody else has applied since" in outcome.warnings[0]
    assert fake.active() == active
    assert transaction.restore_previous(fake.host, theirs, check_mode).changed


@pytest.mark.parametrize("check_mode", [False, True])
def test_masked_unit(fake: FakeHost, check_mode: bool) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.masked = True
    with pytest.raises(HostError, match=r"masked on this host.*nothing was changed\. Hint: systemctl unmask"):
        ensure_configuration(fake.host, Request(desired(fake, NEW)), check_mode)
    assert fake.active() == {"ssm_web_2": OLD}


@pytest.mark.parametrize("check_mode", [False, True])
def test_read_only_file_system(fake: FakeHost, monkeypatch: pytest.MonkeyPatch, check_mode: bool) -> None:
    fake.running_with("ssm_web_2", OLD)
    monkeypatch.setattr(transaction.os, "statvfs", lambda path: os.statvfs_result((4096, 4096, 9, 9, 9, 9, 9, 9, os.ST_RDONLY, 255)))
    with pytest.raises(HostError, match=r"mounted read-only; nothing was changed"):
        ensure_configuration(fake.host, Request(desired(fake, NEW)), check_mode)


def test_killed_before_the_restart(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    snapshot.take(fake.host, state.read(fake.host).service)
    fake.activate("ssm_web_3", NEW)
    os.unlink(f"{fake.layout.directory}/ssm_web_2")
    fake.sleep(60)
    outcome = ensure_configuration(fake.host, Request(desired(fake, NEW)))
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
        ensure_configuration(fake.host, Request(desired(fake, configuration(5), name="db")))
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


def test_stopped_service_may_stay_so(fake: FakeHost) -> None:
    fake.install()
    assert not ensure_configuration(fake.host, Request(None, start=False)).changed
    assert fake.invocation == 0


def test_upgraded_a_moment_ago_and_dies(fake: FakeHost) -> None:
    fake.running_with("ssm_web_3", OLD)
    fake.fate = lambda texts: (3.0, "dies")
    fake.start()
    with pytest.raises(HostError, match="died with its present configuration"):
        ensure_configuration(fake.host, Request(desired(fake, OLD)))


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


def test_two_at_once(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    with lock.held(fake.host, 1):
        for use in (ensure_configuration, transaction.restore_previous):
            with pytest.raises(HostError, match=f"process {os.getpid()} has been changing"):
                use(fake.host, Request(desired(fake, NEW)))
    assert ensure_configuration(fake.host, Request(desired(fake, NEW))).changed
