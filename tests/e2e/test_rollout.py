# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rollout.yml: what canaries do not bear reaches nobody else. The tests run in this order: each finds what the one before has left."""

from __future__ import annotations

import json
import os
import pathlib
import re
import signal
import subprocess
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from awaiting import until
from lab_site import UNIT, Run, Site, memory

# CW_AGENT_FLEET_HOSTS=12 runs all of it on a fleet of twelve.
FLEET = tuple(f"ec2-{number}" for number in range(1, int(os.environ.get("CW_AGENT_FLEET_HOSTS", "5")) + 1))
CANARIES, OTHERS = FLEET[:2], FLEET[2:]
# The one to which something is done.
CANARY = CANARIES[0]
ALL = f"{len(FLEET)} hosts"
NAME = "AmazonCloudWatch-fleet"
ACTIVE = "cd /opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.d && sha256sum *"
QUICK = {
    "cw_agent_canary": ",".join(CANARIES),
    "cw_agent_service_health_seconds": 2,
    "cw_agent_bake_seconds": 5,
    "cw_agent_verify_timeout": 20,
    # It reaches no node: what it gives is enough to see.
    "cw_agent_association_targets": {NAME: [{"key": "tag:Role", "values": ["of-nobody"]}]},
}
ALARM = "fleet-errors"
ROLE = "cw-agent-lab"
LIFT = {"cw_agent_release_hold": "lift"}


class Seen(NamedTuple):
    """What a host runs: names and digests of its active configurations, and systemd's InvocationID of the agent."""

    active: str
    invocation: str


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """EC2 hosts that share one configuration; the agent nowhere."""
    place = Site("e2e-rollout", tmp_path_factory.mktemp("rollout"))
    place.lab("down")
    try:
        place.up("--ec2", str(len(FLEET)))
        want(place, 10)
        yield place
    finally:
        place.lab("down")


def want(place: Site, interval: int, name: str = NAME, **fragments: Any) -> None:
    """Let the inventory ask for another configuration."""
    asked = {f"cw_agent_fragment_{name}": value for name, value in fragments.items()}
    place.inventory = place.ec2_inventory({"cw_agent_config_name": name, "cw_agent_fragment_base": memory(interval), **asked, **QUICK})


def rollout(place: Site, *arguments: str, **variables: Any) -> Run:
    return place.play(*arguments, playbook="cloudwatch.agent.rollout", variables=variables)


def ended(process: Any) -> Run:
    """How a run that was started has ended."""
    output, errors = process.communicate()
    print(output[-20000:], errors[-5000:])
    return Run(process.returncode, output + errors)


def interrupt(process: Any, number: int) -> Run:
    """Send a signal to a run, and to all that it has started; return how it has ended.

    Ansible waits for ever where Ctrl-C ends a worker that is about to hand over its result, whose lock nobody gives back. A person ends it.
    """
    os.killpg(process.pid, number)
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    return ended(process)


def seen(place: Site) -> dict[str, Seen]:
    return {host: Seen(place.on(host, ACTIVE), place.invocation(host)) for host in FLEET}


def labels(place: Site, name: str = NAME) -> dict[str, int]:
    """The version that each label of a configuration is on."""
    history = place.client("ssm").get_parameter_history(Name=name)["Parameters"]
    return {label: entry["Version"] for entry in history for label in entry["Labels"]}


def associated(place: Site) -> int:
    """The version that the association of the configuration gives to nodes."""
    ssm, name = place.client("ssm"), f"cloudwatch-agent-{NAME}"
    (found,) = ssm.list_associations(AssociationFilterList=[{"key": "AssociationName", "value": name}])["Associations"]
    commands = ssm.describe_association(AssociationId=found["AssociationId"])["AssociationDescription"]["Parameters"]["commands"]
    (version,) = re.findall(rf"{NAME}:(\d+)", "\n".join(commands))
    return int(version)


def already(run: Run) -> set[str]:
    """The hosts on which a roll-out has found its candidate. Their order is that of EC2's answer."""
    (found,) = re.findall(r"the candidate runs on (.*) already", run.output)
    return set(found.split(", "))


def assert_stopped(place: Site, run: Run, before: dict[str, Seen], gate: str, why: str, failed: tuple[str, ...] = CANARIES[:1]) -> None:
    """The canaries alone ran the candidate and are back, and one message says what has happened. *failed*: those that did not pass."""
    words = " ".join(run.output.split())
    assert run.status == 2
    assert f"{CANARY}, gate {gate}: " in words
    assert why in words
    assert words.count('"msg": "The roll-out has stopped at its canaries') == 1
    assert "Hint: correct the cause or the fragments" in words
    now = seen(place)
    assert {host: now[host] for host in OTHERS} == {host: before[host] for host in OTHERS}
    for canary in CANARIES:
        assert now[canary].active == before[canary].active
        assert now[canary].invocation != before[canary].invocation
    assert {host for host, counts in run.recap().items() if counts["failed"]} == set(failed)


def assert_held(place: Site, released: dict[str, int]) -> None:
    """Live has not moved, and the candidate is on hold."""
    at = labels(place)
    assert at["live"] == released["live"]
    assert at["hold"] == at["candidate"] > released["candidate"]


def test_fresh_hosts_in_two_slices_follow_their_canaries(fleet: Site) -> None:
    """Slices of a job begin at the same moment: they make one release. Waves are shown, canaries go first, and all are verified."""
    variables = {"cw_agent_release": "always", "cw_agent_canary": "20%", "cw_agent_serial": ["50%"]}
    slices = [FLEET[:2], FLEET[2:]]
    limits = [("--limit", ",".join(hosts)) for hosts in slices]
    started = [fleet.start(*limit, playbook="cloudwatch.agent.rollout", variables=variables) for limit in limits]
    for hosts, run in zip(slices, [ended(process) for process in started]):
        assert run.status == 0
        assert f"{len(hosts)} hosts: {len(hosts)} verified" in run.output.splitlines()
        waves = [re.fullmatch(r"  (canaries|batch \d+): (\d+) hosts?: .*", line) for line in run.output.splitlines()]
        sizes = {wave[1]: int(wave[2]) for wave in waves if wave}
        canaries = -(-len(hosts) // 5)
        rest = len(hosts) - canaries
        assert (sizes.pop("canaries"), sizes["batch 1"], sum(sizes.values())) == (canaries, max(1, rest // 2), rest)
    assert labels(fleet) == {"candidate": 1, "live": 1}
    assert len({one.active for one in seen(fleet).values()}) == 1
    assert fleet.play(playbook="cloudwatch.agent.association").status == 0
    assert associated(fleet) == 1


def test_a_candidate_with_which_the_agent_dies(fleet: Site) -> None:
    """Somebody else has its port: the agent does not live with the candidate."""
    before, released = seen(fleet), labels(fleet)
    want(fleet, 10, statsd={"metrics": {"metrics_collected": {"statsd": {"service_address": "127.0.0.1:8125"}}}})
    listen = "import socket, time; s = socket.socket(2, 2); s.bind(('127.0.0.1', 8125)); time.sleep(3600)"
    fleet.on(CANARY, f'systemd-run --quiet --unit=occupied --collect python3 -c "{listen}"')
    run = rollout(fleet)
    fleet.on(CANARY, "systemctl stop occupied")
    assert_stopped(fleet, run, before, "health", "the agent died after its start")
    assert_held(fleet, released)


def test_a_candidate_with_which_nothing_arrives(fleet: Site) -> None:
    """The agent lives and sends to nowhere. Of that name nothing is live, so the canary gets what it had before."""
    before, other = seen(fleet), "AmazonCloudWatch-other"
    want(fleet, 10, other, zzz={"metrics": {"endpoint_override": "https://localhost:9"}})
    assert_stopped(
        fleet,
        rollout(fleet),
        before,
        "telemetry",
        f"Without a live version, so that cloudwatch.agent.site would give it to its hosts: {other}",
        CANARIES,
    )
    assert labels(fleet, other) == {"candidate": 1}


def test_a_candidate_with_errors_in_the_log(fleet: Site) -> None:
    """All that there is arrives; but the agent complains of a file that holds nothing yet and that it cannot read."""
    before, released = seen(fleet), labels(fleet)
    fleet.on(CANARY, "install -m 600 /dev/null /var/log/closed.log")
    want(fleet, 10, closed={"logs": {"logs_collected": {"files": {"collect_list": [{"file_path": "/var/log/closed.log"}]}}}})
    assert_stopped(fleet, rollout(fleet, **LIFT), before, "log", "Failed to tail file /var/log/closed.log")
    assert_held(fleet, released)


def test_a_candidate_that_loses_a_permission(fleet: Site) -> None:
    """What IAM knows is refused before a host is changed; what it does not, such as an endpoint's policy, the canary finds out."""
    before, released, iam = seen(fleet), labels(fleet), fleet.client("iam")
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "cloudwatch:PutMetricData", "Resource": "*"}]}
    want(fleet, 35)
    mark = fleet.mark()
    iam.put_role_policy(RoleName=ROLE, PolicyName="no", PolicyDocument=json.dumps(deny))
    run = rollout(fleet, cw_agent_permissions_check="changed", **LIFT)
    iam.delete_role_policy(RoleName=ROLE, PolicyName="no")
    words = " ".join(run.output.split())
    assert run.status == 2
    assert f"permissions are missing (arn:aws:iam::123456789012:role/{ROLE}): cloudwatch:PutMetricData on *: a statement denies it" in words
    assert f"{ALL}: 1 failed, {len(FLEET) - 1} not reached" in run.output.splitlines()
    assert "canaries: " not in run.output
    assert (seen(fleet), labels(fleet)["live"]) == (before, released["live"])
    # One principal and one configuration, whose needs take two questions.
    assert len(fleet.calls(mark, operation="SimulatePrincipalPolicy")) == 2
    assert len(fleet.calls(mark, operation="GetRole")) == 1

    fleet.lab("fault", "add", "denied", "--service", "monitoring", "--operation", "PutMetricData", "--host", CANARY)
    run = rollout(fleet, cw_agent_permissions_check="changed", **LIFT)
    fleet.lab("fault", "clear")
    assert_stopped(fleet, run, before, "telemetry", "may not call cloudwatch:PutMetricData")
    assert_held(fleet, released)


def test_a_candidate_for_which_an_alarm_goes_off(fleet: Site) -> None:
    """It is OK again when the gates are evaluated, which makes no difference."""
    before, released, cloudwatch = seen(fleet), labels(fleet), fleet.client("cloudwatch")
    how = {"Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold"}
    cloudwatch.put_metric_alarm(AlarmName=ALARM, Namespace="Fleet", MetricName="errors", **how)
    want(fleet, 20)
    process = fleet.start(playbook="cloudwatch.agent.rollout", variables={"cw_agent_gate_alarms": [ALARM], **LIFT})
    until(lambda: fleet.invocation(CANARY) not in ("", before[CANARY].invocation), 120, "the canary runs the candidate")
    for state in ("ALARM", "OK"):
        cloudwatch.set_alarm_state(AlarmName=ALARM, StateValue=state, StateReason=f"the errors say {state}")
    run = ended(process)
    why = f"the alarm {ALARM} (us-east-1) was in ALARM meanwhile: the errors say ALARM"
    assert_stopped(fleet, run, before, "alarm", why, CANARIES)
    assert_held(fleet, released)


def test_a_canary_that_vanishes(fleet: Site) -> None:
    """Nobody can log in any more once it runs the candidate: the next run takes it back, and the candidate stays on hold."""
    before, released = seen(fleet), labels(fleet)
    want(fleet, 25)
    mark, process = fleet.mark(), fleet.start(playbook="cloudwatch.agent.rollout", variables=LIFT)
    until(lambda: process.poll() is not None or fleet.calls(mark, operation="GetMetricData"), 180, "the canary's telemetry is awaited")
    # connections that Ansible keeps open as well
    fleet.on(CANARY, "systemctl stop ssh; pkill -x sshd || true")
    output, errors = process.communicate()
    fleet.on(CANARY, "systemctl start ssh")
    print(output[-20000:], errors[-5000:])
    run = Run(process.returncode, output + errors)
    words = " ".join(run.output.split())
    assert run.status == 2
    assert f"{CANARY}, gate health: unreachable" in words
    assert "it could not be taken back, and the next run does it" in words
    left = seen(fleet)
    assert {host: left[host] for host in OTHERS} == {host: before[host] for host in OTHERS}
    assert left[CANARY].active != before[CANARY].active
    assert (labels(fleet)["live"], labels(fleet)["hold"]) == (released["live"], labels(fleet)["candidate"])

    again = rollout(fleet)
    assert again.status == 0
    assert {host: one.active for host, one in seen(fleet).items()} == {host: one.active for host, one in before.items()}
    assert labels(fleet)["live"] == released["live"]


def test_a_controller_that_is_killed(fleet: Site) -> None:
    """The next run goes on with the canaries. One host of its first batch fails, which is more than the error budget allows."""
    before, released = seen(fleet), labels(fleet)
    want(fleet, 30)
    mark = fleet.mark()
    process = fleet.start(playbook="cloudwatch.agent.rollout", variables=LIFT)
    # Asked when the canaries were changed: a module that loses its controller before may take its change back.
    until(lambda: fleet.calls(mark, operation="GetMetricData"), 120, "the canaries are watched")
    os.killpg(process.pid, signal.SIGKILL)
    waves, _errors = process.communicate()
    first, killed = re.findall("batch 1: 1 host: (.*)", waves)[0], seen(fleet)
    assert {host: killed[host] for host in OTHERS} == {host: before[host] for host in OTHERS}
    assert labels(fleet)["live"] == released["live"]

    unit = f"/etc/systemd/system/{UNIT}"
    fleet.on(first, f"systemctl stop {UNIT}; mv {unit} /root/unit; systemctl mask {UNIT}")
    run = rollout(fleet, cw_agent_serial=[2], **LIFT)
    fleet.on(first, f"rm {unit}; mv /root/unit {unit}; systemctl daemon-reload; systemctl start {UNIT}")
    assert run.status == 2
    assert already(run) == set(CANARIES)
    counts = f"{len(CANARIES) + 1} verified, 1 failed, {len(OTHERS) - 2} not reached"
    assert f"{ALL}: {counts}" in run.output.splitlines()
    assert "1 of 2 hosts of an earlier batch have failed, and cw_agent_max_fail_percentage is 10" in run.output
    at = labels(fleet)
    assert (at["live"], at["previous"], "hold" in at) == (at["candidate"], released["live"], False)
    # The association waits for the hosts that have not followed.
    assert associated(fleet) == 1
    now = seen(fleet)
    assert sum(now[host] == killed[host] for host in FLEET) == len(FLEET) - 2
    assert {host for host, counts in run.recap().items() if counts["failed"]} == {first}


def test_the_next_run_goes_on_and_the_one_after_that_changes_nothing(fleet: Site) -> None:
    """Also where somebody has pressed Ctrl-C while a batch was changed."""
    before, live = seen(fleet), labels(fleet)["live"]
    process = fleet.start(playbook="cloudwatch.agent.rollout", variables={"cw_agent_serial": [1]})
    until(lambda: process.poll() is not None or seen(fleet) != before, 120, "a host of a batch is changed")
    assert interrupt(process, signal.SIGINT).status not in (0, 2)
    assert rollout(fleet).status == 0
    assert labels(fleet)["live"] == associated(fleet) == live
    now = seen(fleet)
    assert len({one.active for one in now.values()}) == 1
    again = rollout(fleet)
    assert (again.status, again.changed(), seen(fleet)) == (0, set(), now)
    assert f"Roll-out: nothing differs on {ALL}" in again.output.splitlines()


def test_two_roll_outs_of_different_contents(fleet: Site) -> None:
    """The one that has published last goes on. The other says so in one message and leaves its candidate on no host."""
    before, released = seen(fleet), labels(fleet)
    want(fleet, 36)
    process = fleet.start(playbook="cloudwatch.agent.rollout")
    until(lambda: fleet.invocation(CANARY) not in ("", before[CANARY].invocation), 120, "the canary runs the first candidate")
    os.killpg(process.pid, signal.SIGSTOP)
    first = fleet.invocation(CANARY)
    want(fleet, 37)
    second = fleet.start(playbook="cloudwatch.agent.rollout", variables={"cw_agent_serial": ["100%"]})
    until(lambda: second.poll() is not None or fleet.invocation(CANARY) not in ("", first), 120, "the canary runs the second candidate")
    # What the first one takes back now would be the other's.
    os.killpg(process.pid, signal.SIGCONT)
    loser, winner = ended(process), ended(second)
    at = labels(fleet)
    assert winner.status == 0
    assert f"{ALL}: {len(FLEET)} verified" in winner.output.splitlines()
    assert (at["live"], at["candidate"], at["previous"], "hold" in at) == (at["live"], at["live"], released["live"], False)
    now = seen(fleet)
    assert len({one.active for one in now.values()}) == 1
    assert f"{NAME}_{at['live']}" in now[CANARY].active.replace(":", "_")
    words = " ".join(loser.output.split())
    assert loser.status == 2
    assert words.count('"msg": "The roll-out has stopped at its canaries; it has not moved live, and has changed no other host.') == 1
    said = f"{CANARY}, gate release: {NAME}: candidate is version {at['live']} by now, which another run has published"
    assert said in words
    assert {host for host, counts in loser.recap().items() if counts["failed"]} == set(CANARIES)
    assert rollout(fleet).changed() == set()


PHASES = ("check", "published", "preflight", "canary", "bake", "promotion", "batch", "verification", "summary")
# Of phases in which the controller alone is at work, what it says is all there is to see.
ANNOUNCED = {"check": "TASK [cloudwatch.agent.config : Compose and check", "summary": "PLAY [Account for every host]"}
BEFORE_LIVE_MOVES = PHASES[: PHASES.index("promotion")]
SIGNALS = {"Ctrl-C": signal.SIGINT, "kill -9": signal.SIGKILL}
ALL_PHASES = "CW_AGENT_ALL_PHASES"
# A run that is killed while its canary runs the candidate, and one that is interrupted in a batch, have tests of their own above.
USUAL = (("published", "Ctrl-C"),)
INTERRUPTIONS = [(phase, name) for phase in PHASES for name in SIGNALS] if os.environ.get(ALL_PHASES) else list(USUAL)


def reached(place: Site, phase: str, mark: int, before: dict[str, Seen], released: dict[str, int], said: pathlib.Path) -> bool:
    """Whether the run is in that phase, as AWS and the hosts show it; *said*: the log of the run."""
    if phase == "published":
        return labels(place)["candidate"] > released["candidate"]
    if phase == "preflight":
        return bool(place.calls(mark, operation="SimulatePrincipalPolicy"))
    if phase == "promotion":
        return labels(place)["live"] > released["live"]
    if phase == "bake":
        return bool(place.calls(mark, operation="GetMetricData"))
    if phase in ANNOUNCED:
        return ANNOUNCED[phase] in said.read_text()
    hosts = {"canary": CANARIES, "batch": OTHERS, "verification": FLEET}[phase]
    changed = [place.invocation(host) not in ("", before[host].invocation) for host in hosts]
    return all(changed) if phase == "verification" else any(changed)


@pytest.mark.parametrize(("number", "phase", "name"), [(number, *one) for number, one in enumerate(INTERRUPTIONS)])
def test_an_interrupted_controller(fleet: Site, monkeypatch: pytest.MonkeyPatch, number: int, phase: str, name: str) -> None:
    """What runs where is what the labels say, and the next run converges. Every phase with both signals: set CW_AGENT_ALL_PHASES=1."""
    assert rollout(fleet, **LIFT).status == 0
    before, released, mark = seen(fleet), labels(fleet), fleet.mark()
    want(fleet, 40 + number)
    said = fleet.scratch / f"{phase}-{number}.log"
    said.touch()
    variables = {"cw_agent_serial": [1], "cw_agent_permissions_check": "changed"}
    with monkeypatch.context() as patched:
        patched.setitem(fleet.environment, "ANSIBLE_LOG_PATH", str(said))
        process = fleet.start(playbook="cloudwatch.agent.rollout", variables=variables)
    until(lambda: process.poll() is not None or reached(fleet, phase, mark, before, released, said), 240, f"the phase {phase}")
    assert process.poll() is None, process.communicate()
    # The summary is the end: the signal may come too late for it.
    assert interrupt(process, SIGNALS[name]).status not in ((2,) if phase == "summary" else (0, 2))

    left, at = seen(fleet), labels(fleet)
    differing = {host for host in FLEET if left[host].active != before[host].active}
    if at["live"] == released["live"]:
        assert differing <= set(CANARIES)
        assert phase in BEFORE_LIVE_MOVES
    else:
        assert at["live"] == at["candidate"]
        assert (at["previous"], differing >= set(CANARIES)) == (released["live"], True)
        assert len({left[host].active for host in differing}) == 1

    again = rollout(fleet)
    assert again.status == 0
    if differing and at["live"] == released["live"]:
        assert already(again) == differing
    now, at = seen(fleet), labels(fleet)
    assert len({one.active for one in now.values()}) == 1
    assert now[CANARY].active != before[CANARY].active
    assert (at["live"], "hold" in at) == (at["candidate"], False)


def test_check_mode_shows_the_waves(fleet: Site) -> None:
    """With a limit, a pattern of canaries and batches of one's own; nothing is changed."""
    now, at = seen(fleet), labels(fleet)
    want(fleet, 15)
    limit = ("--limit", "ec2-2,ec2-3,ec2-4")
    run = rollout(fleet, "--check", *limit, cw_agent_canary="ec2-4", cw_agent_serial=[1], cw_agent_release="always")
    assert run.status == 0
    # What would be live is foreseen, and so are the associations.
    assert "cloudwatch.agent.association : Bring the associations to what is live" in {task for task, _host in run.changed()}
    assert associated(fleet) == at["live"]
    waves = [line.rpartition(": ") for line in run.output.splitlines() if re.match("  (canaries|batch)", line)]
    assert [wave for wave, _colon, _host in waves] == ["  canaries: 1 host", "  batch 1: 1 host", "  batch 2: 1 host"]
    assert (waves[0][2], {waves[1][2], waves[2][2]}) == ("ec2-4", {"ec2-2", "ec2-3"})
    assert (seen(fleet), labels(fleet)) == (now, at)


def test_an_alarm_that_is_there_already_refuses_the_run(fleet: Site) -> None:
    now = seen(fleet)
    fleet.client("cloudwatch").set_alarm_state(AlarmName=ALARM, StateValue="ALARM", StateReason="the errors say so")
    run = rollout(fleet, "--check", cw_agent_gate_alarms=[ALARM])
    assert run.status != 0
    assert f"the alarm {ALARM} (us-east-1) is in ALARM: the errors say so. Nothing was changed" in " ".join(run.output.split())
    assert seen(fleet) == now
