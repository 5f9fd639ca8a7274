# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The faults of hosts: what is done to a host before a run that changes its configuration, how that run has to end, and what it has to say.

Scripts run as root on the host. A row that is not said to end otherwise is survived: the host is verified.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from lab_site import memory

BASE = "/opt/aws/amazon-cloudwatch-agent"
DIRECTORY = f"{BASE}/etc/amazon-cloudwatch-agent.d"
COMMON = f"{BASE}/etc/common-config.toml"
UNIT = "amazon-cloudwatch-agent"
DROP_INS = f"/etc/systemd/system/{UNIT}.service.d"
MIRROR = "https://amazoncloudwatch-agent.s3.amazonaws.com"
UPGRADE = "UPGRADE"
"""Stands for the newer build of the lab's mirror."""
MARKED = {"cw_agent_fragment_marked": {"agent": {"debug": True}}}
"""Makes a configuration that a daemon can be told to die of."""
NEWER = {"cw_agent_build": UPGRADE}


class Fault(NamedTuple):
    """A row. ``part``: of the docs' table; ``before``, ``after``: scripts; ``aws``: arguments of ``lab fault add``; ``variables``: host's.

    ``ends``: the host's state in the account; ``says``: words of the cause or, of a host that is verified, of the output. ``kind``: ec2 or
    amazon. ``stopped``: the fault itself has stopped the agent. ``loses``: the agent may lose or double lines by itself.
    """

    part: str
    name: str
    before: str = "true"
    after: str = "true"
    aws: tuple[tuple[str, ...], ...] = ()
    variables: dict[str, Any] = {}
    ends: str = "verified"
    says: str = ""
    kind: str = "ec2"
    stopped: bool = False
    loses: bool = False


def once(condition: str, command: str) -> str:
    """Let the host run a command as soon as a condition holds."""
    return f"systemd-run --quiet --unit=fault --collect sh -c 'until {condition}; do sleep 0.02; done; {command}'"


def wrapped(program: str, body: str) -> tuple[str, str]:
    """A script in the place of one of the agent's programs, which is below /srv/good under its own name; and the way back."""
    path = f"{BASE}/bin/{program}"
    # A program looks beside itself for the agent that does its work.
    aside = f"mkdir -p /srv/good; ln -sf {BASE}/bin/* /srv/good; rm /srv/good/{program}; mv {path} /srv/good/{program}"
    script = f"{aside}; cat > {path} << 'END'\n#!/bin/sh\n{body}\nEND\nchmod 755 {path}"
    return script, f"mv -f /srv/good/{program} {path}; rm -rf /srv/good"


def drop_in(setting: str) -> tuple[str, str]:
    """A drop-in of the unit, and the way back."""
    file = f"{DROP_INS}/fault.conf"
    write = f"mkdir -p {DROP_INS}; printf '[Service]\\n%s\\n' '{setting}' > {file}; systemctl daemon-reload"
    return write, f"rm -f {file}; systemctl daemon-reload"


def small(path: str, size: str) -> tuple[str, str]:
    """A file system of a size in the place of a directory, with what the directory holds; and the way back."""
    return f"cp -a {path} /run/kept; mount -t tmpfs -o size={size},mode=1777 small {path}; cp -a /run/kept/. {path}", (
        f"umount {path}; rm -rf /run/kept"
    )


FETCH = f"""mkdir -p /srv/m/debian/amd64/$B /srv/m/assets; cd /srv/m
curl -s -O --output-dir debian/amd64/$B {MIRROR}/debian/amd64/$B/amazon-cloudwatch-agent.deb
curl -s -O --output-dir debian/amd64/$B {MIRROR}/debian/amd64/$B/amazon-cloudwatch-agent.deb.sig
curl -s -O --output-dir assets {MIRROR}/assets/amazon-cloudwatch-agent.gpg; cd debian/amd64/$B
"""
LOCAL = {**NEWER, "cw_agent_mirror_url": "file:///srv/m"}
FULL = small(f"{BASE}/etc", "256k")
TINY = ("mount -t tmpfs -o size=16k,mode=1777 small /tmp", "umount /tmp")
NOEXEC = ("mount -t tmpfs -o noexec,mode=1777 noexec /tmp", "umount /tmp")
HIDDEN = (
    "sed s/amazonaws/hidden/ /etc/hosts > /run/h; cat /run/h > /etc/hosts",
    "sed s/hidden/amazonaws/ /etc/hosts > /run/h; cat /run/h > /etc/hosts",
)
MASK = (
    f"systemctl stop {UNIT}; mv /etc/systemd/system/{UNIT}.service /root/unit; systemctl mask {UNIT}",
    f"rm /etc/systemd/system/{UNIT}.service; mv /root/unit /etc/systemd/system/{UNIT}.service; systemctl daemon-reload",
)
READ_ONLY = (f"mount --bind {BASE}/etc {BASE}/etc; mount -o remount,ro,bind {BASE}/etc", f"umount {BASE}/etc")
CTL_FAILS = wrapped("amazon-cloudwatch-agent-ctl", "echo the control program is broken >&2; exit 3")
CTL_LIES = wrapped("amazon-cloudwatch-agent-ctl", "echo Configuration validation succeeded; exit 0")
REFUSES = wrapped("config-translator", "echo E! a key that this translator does not know >&2; exit 1")
KILLED = wrapped("config-downloader", "kill -9 $$")
OTHER_TEXT = wrapped(
    "config-downloader",
    'for last; do case $previous in --output-dir) d=$last;; esac; previous=$last; done; /srv/good/config-downloader "$@" || exit 1\n'
    'for f in "$d"/*.tmp; do echo " " >> "$f"; done',
)
DIES = drop_in(f'ExecStartPre=/bin/sh -c "! grep -rq debug.:true {DIRECTORY}"')
DIES_OF_BUILD = drop_in(f'ExecStartPre=/bin/sh -c "! grep -q b1249 {BASE}/bin/CWAGENT_VERSION"')
PORT = (
    "systemd-run --quiet --unit=occupier --collect python3 -c 'import socket, time; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); "
    's.bind(("127.0.0.1", 8125)); time.sleep(3600)\'',
    "systemctl stop occupier",
)
METRICS = {"cw_agent_fragment_metrics": memory(10)}
COLLECTD = {"cw_agent_fragment_collectd": {"metrics": {"metrics_collected": {"collectd": {}}}}}
STATSD = {"cw_agent_fragment_statsd": {"metrics": {"metrics_collected": {"statsd": {"service_address": ":8125"}}}}}
NOWHERE = {**METRICS, "cw_agent_fragment_nowhere": {"metrics": {"endpoint_override": "https://localhost:9"}}}
START_LIMIT = (
    f"{drop_in('ExecStartPre=/bin/false')[0]}; for n in 1 2 3 4 5 6 7 8; do systemctl restart {UNIT} || true; done; "
    f"{drop_in('')[1]}; systemctl is-failed {UNIT}"
)
LOCKED = (
    "install -d -m 700 /run/cloudwatch-agent-ansible; "
    "systemd-run --quiet --unit=holder --collect flock /run/cloudwatch-agent-ansible/lock sleep 6"
)
DPKG_LOCK = (
    "systemd-run --quiet --unit=holder --collect python3 -c 'import fcntl, time; "
    'f = open("/var/lib/dpkg/lock-frontend", "a"); fcntl.lockf(f, fcntl.LOCK_EX); time.sleep(8)\''
)
UNPACKED = f"curl -s -o /root/u.deb {MIRROR}/debian/amd64/$B/amazon-cloudwatch-agent.deb; dpkg --unpack /root/u.deb > /dev/null"
TWICE = (
    f"curl -s -o /root/u.rpm {MIRROR}/amazon_linux/amd64/$B/amazon-cloudwatch-agent.rpm; rpm -i --justdb --force --nosignature /root/u.rpm"
)


FAULTS = (
    Fault("host", "the unit is masked", *MASK, ends="failed", says="masked", stopped=True),
    Fault("host", "the agent's directory is read-only", *READ_ONLY, ends="failed", says="read-only"),
    Fault(
        "host",
        "the agent's disk is full",
        f"{FULL[0]}; dd if=/dev/zero of={BASE}/etc/filler bs=1k 2> /dev/null || true",
        FULL[1],
        ends="failed",
        says="space",
    ),
    Fault("host", "/tmp is full", *TINY, ends="failed", says="space"),
    Fault("host", "/tmp is noexec", *NOEXEC),
    Fault("host", "nobody can log in", "systemctl stop ssh; pkill -x sshd || true", "systemctl start ssh", ends="unreachable"),
    Fault(
        "host",
        "sudo wants a password",
        "mv /etc/sudoers.d /root/sudoers.d",
        "mv /root/sudoers.d /etc/sudoers.d",
        ends="failed",
        says="sudo",
    ),
    Fault(
        "host",
        "Python is gone",
        "mv /usr/bin/python3 /usr/bin/python3.gone",
        "mv /usr/bin/python3.gone /usr/bin/python3",
        ends="failed",
        says="python",
    ),
    Fault("host", "a FIFO among the configurations", f"mkfifo {DIRECTORY}/x", f"rm {DIRECTORY}/x", ends="failed", says=f"{DIRECTORY}/x"),
    Fault(
        "host",
        "a symbolic link among the configurations",
        f"ln -s /etc/shadow {DIRECTORY}/x",
        f"rm {DIRECTORY}/x",
        ends="failed",
        says=f"{DIRECTORY}/x",
    ),
    Fault(
        "host",
        "a symbolic link in the place of the directory",
        f"mkdir -p /srv/victim; cp -a {DIRECTORY} /root/kept; mv {DIRECTORY} {DIRECTORY}.real; ln -s /srv/victim {DIRECTORY}",
        f"rm {DIRECTORY}; mv {DIRECTORY}.real {DIRECTORY}; rm -rf /root/kept",
        ends="failed",
        says=DIRECTORY,
    ),
    Fault(
        "host",
        "a symbolic link in the place of common-config.toml",
        f"mv {COMMON} /root/c; ln -s /root/c {COMMON}",
        f"rm {COMMON}; mv /root/c {COMMON}",
        ends="failed",
        says=COMMON,
    ),
    Fault("host", "a directory among the configurations", f"mkdir {DIRECTORY}/sub"),
    Fault(
        "host",
        "somebody's file among the configurations",
        f'echo \'{{"agent":{{"debug":true}}}}\' > {DIRECTORY}/theirs.json',
        says="theirs.json",
    ),
    Fault(
        "host",
        "somebody's file, and it is to be refused",
        f'echo \'{{"agent":{{"debug":true}}}}\' > {DIRECTORY}/theirs.json',
        f"rm {DIRECTORY}/theirs.json",
        variables={"cw_agent_unmanaged": "refuse"},
        ends="failed",
        says="theirs.json",
    ),
    Fault("host", "the service is stopped", f"systemctl stop {UNIT}"),
    Fault("host", "the service is disabled", f"systemctl disable --quiet {UNIT}"),
    Fault("host", "the service is at its start limit", START_LIMIT),
    Fault("host", "the agent was killed", f"systemctl kill -s KILL {UNIT}"),
    Fault("host", "an attempt that failed has left a file", f"echo '{{' > {DIRECTORY}/ssm_old.tmp"),
    Fault("host", "an interrupted change has left its snapshot", f"mkdir {BASE}/.change-in-progress"),
    Fault("host", "another change holds the lock for a while", LOCKED),
    Fault("host", "no name can be resolved", *HIDDEN, ends="failed", says="ssm:", loses=True),
    Fault(
        "host",
        "the agent's user does not exist",
        variables={"cw_agent_fragment_user": {"agent": {"run_as_user": "nobody-has-this-name"}}},
        ends="failed",
        says="run_as_user does not exist",
    ),
    Fault(
        "package", "a build that the mirror has not", variables={"cw_agent_build": "1.300000.0b1"}, ends="failed", says="HTTP status 403"
    ),
    Fault(
        "package",
        "a build that the mirror has not (rpm)",
        variables={"cw_agent_build": "1.300000.0b1"},
        ends="failed",
        says="HTTP status 403",
        kind="amazon",
    ),
    Fault(
        "package",
        "signed by a wrong key",
        variables={**NEWER, "cw_agent_mirror_url": f"{MIRROR}/bad-signature"},
        ends="failed",
        says="has no good signature by",
    ),
    Fault(
        "package",
        "signed by a wrong key (rpm)",
        variables={**NEWER, "cw_agent_mirror_url": f"{MIRROR}/bad-signature"},
        ends="failed",
        says="no good signature",
        kind="amazon",
    ),
    Fault(
        "package",
        "another key than the pinned one",
        variables={**NEWER, "cw_agent_signing_fingerprint": "A" * 40},
        ends="failed",
        says="pinned is",
    ),
    Fault(
        "package",
        "truncated",
        f"{FETCH}truncate -s -100 amazon-cloudwatch-agent.deb",
        "rm -rf /srv/m",
        variables=LOCAL,
        ends="failed",
        says="no good signature",
    ),
    Fault(
        "package",
        "tampered with",
        f"{FETCH}printf x | dd of=amazon-cloudwatch-agent.deb bs=1 seek=9000 conv=notrunc 2> /dev/null",
        "rm -rf /srv/m",
        variables=LOCAL,
        ends="failed",
        says="no good signature",
    ),
    Fault("package", "without its signature", f"{FETCH}rm *.sig", "rm -rf /srv/m", variables=LOCAL, ends="failed", says="No such file"),
    Fault(
        "package",
        "another build under the name",
        f"{FETCH}mkdir ../1.300099.0b9; cp * ../1.300099.0b9",
        "rm -rf /srv/m",
        variables={**LOCAL, "cw_agent_build": "1.300099.0b9"},
        ends="failed",
        says="1.300099.0b9 was asked for",
    ),
    Fault(
        "package",
        "the mirror does not answer",
        variables={**NEWER, "cw_agent_mirror_url": "https://127.0.0.9"},
        ends="failed",
        says="the host's way to it",
    ),
    Fault(
        "package",
        "the proxy does not answer",
        variables={**NEWER, "cw_agent_proxy": {"https": "http://127.0.0.9:1"}},
        ends="failed",
        says="the host's way to it",
    ),
    Fault(
        "package",
        "neither gpgv nor gpg",
        "mv /usr/bin/gpgv /usr/bin/gpg /root",
        "mv /root/gpgv /root/gpg /usr/bin",
        variables=NEWER,
        ends="failed",
        says="neither gpgv nor gpg",
    ),
    Fault(
        "package",
        "no space for the download",
        "mount -t tmpfs -o size=270k,mode=1777 small /tmp",
        "umount /tmp",
        variables=NEWER,
        ends="failed",
        says="cannot write the download to /tmp/",
    ),
    Fault("package", "another package manager holds its lock for a while", DPKG_LOCK, variables=NEWER),
    Fault("package", "dpkg was interrupted", UNPACKED, says="interrupted", stopped=True),
    Fault("package", "rpm was interrupted", TWICE, says="interrupted", kind="amazon"),
    Fault("package", "nothing may be executed where it is tried", *NOEXEC, variables=NEWER, says="nothing may be executed"),
    Fault(
        "package",
        "dpkg is killed",
        once("pgrep -x dpkg", "pkill -KILL -x dpkg"),
        variables=NEWER,
        ends="failed",
        says="killed by signal 9",
    ),
    Fault(
        "package", "the agent dies with the new build", *DIES_OF_BUILD, variables=NEWER, ends="failed", says="is back and the agent runs"
    ),
    Fault("daemon", "the control program fails", *CTL_FAILS, ends="failed", says="the control program is broken"),
    Fault("daemon", "the control program does nothing and says that all is well", *CTL_LIES, ends="failed"),
    Fault("daemon", "the control program is gone", f"rm {BASE}/bin/amazon-cloudwatch-agent-ctl"),
    Fault("daemon", "the translator refuses the configuration", *REFUSES, ends="failed", says="a key that this translator does not know"),
    Fault("daemon", "the downloader is killed", *KILLED, ends="failed", says="SIGKILL"),
    Fault("daemon", "the downloader brings another text", *OTHER_TEXT, ends="failed", says="holds another text"),
    Fault("daemon", "the agent dies of the configuration", *DIES, variables=MARKED, ends="failed", says="died"),
    Fault("daemon", "its port is occupied", *PORT, variables=STATSD, ends="failed", says="in use"),
    Fault(
        "daemon",
        "a drop-in that it cannot start with",
        variables={"cw_agent_service_overrides": {"Service": {"ExecStartPre": "/bin/false"}}},
        ends="failed",
        says="died with these settings",
    ),
    Fault("AWS", "the host's read is throttled twice", aws=(("throttle", "--operation", "GetParameter", "--count", "2"),)),
    Fault("AWS", "the host's read meets an error of the service twice", aws=(("5xx", "--operation", "GetParameter", "--count", "2"),)),
    Fault("AWS", "the host's read loses its connection", aws=(("reset", "--operation", "GetParameter", "--count", "1"),)),
    Fault("AWS", "the host's read hangs for a while", aws=(("timeout", "--operation", "GetParameter", "--count", "1", "--seconds", "3"),)),
    Fault(
        "AWS",
        "the host may not read its configuration",
        aws=(("denied", "--operation", "GetParameter"),),
        ends="failed",
        says="ssm:GetParameter",
    ),
    Fault("AWS", "the host's session has expired", aws=(("expired", "--operation", "GetParameter"),), ends="failed", says="expired"),
    Fault(
        "AWS", "the metadata service answers with errors", aws=(("5xx", "--service", "imds"),), ends="failed", says="no instance metadata"
    ),
    Fault("AWS", "metrics meet an error of the service", aws=(("5xx", "--operation", "PutMetricData", "--count", "2"),), variables=METRICS),
    Fault("AWS", "events are throttled", aws=(("throttle", "--operation", "PutLogEvents", "--count", "3"),)),
    Fault("AWS", "an answer to events is lost", aws=(("lost", "--operation", "PutLogEvents", "--count", "1"),), loses=True),
    Fault(
        "AWS",
        "the host may not send metrics",
        aws=(("denied", "--operation", "PutMetricData"),),
        variables=METRICS,
        ends="missing",
        says="cloudwatch:PutMetricData",
        loses=True,
    ),
    Fault(
        "AWS",
        "the host may not send events",
        aws=(("denied", "--operation", "PutLogEvents"),),
        ends="missing",
        says="logs:PutLogEvents",
        loses=True,
    ),
    Fault("AWS", "telemetry stops with the change", variables=NOWHERE, ends="missing", says="mem_used_percent", loses=True),
    Fault("host", "the types of collectd are missing", variables=COLLECTD, ends="failed", says="Install collectd, or name the file"),
)


PARAMETER = "AmazonCloudWatch-faults"


class ControllerFault(NamedTuple):
    """``aws``: arguments of ``lab fault add``; ``meanwhile``: ``delete`` or ``overwrite`` the parameter, once it is published.

    ``ends``: the host's state, "" where the run ends before anything is said of hosts; ``says``: in the output.
    """

    name: str
    aws: tuple[str, ...] = ()
    meanwhile: str = ""
    ends: str = "verified"
    says: str = ""


CONTROLLER = (
    ControllerFault("a write is throttled", ("throttle", "--operation", "PutParameter", "--count", "2")),
    ControllerFault("a write meets an error of the service", ("5xx", "--operation", "PutParameter", "--count", "1")),
    ControllerFault("the answer to a write is lost", ("lost", "--operation", "PutParameter", "--count", "1")),
    ControllerFault("a write is not allowed", ("denied", "--operation", "PutParameter"), ends="", says="ssm:PutParameter"),
    ControllerFault("the session has expired", ("expired", "--service", "ssm"), ends="", says="expired"),
    ControllerFault("reads are throttled", ("throttle", "--operation", "GetParameters", "--count", "3")),
    ControllerFault("reads lose their connection", ("reset", "--operation", "GetParameters", "--count", "2")),
    ControllerFault("labels are throttled", ("throttle", "--operation", "LabelParameterVersion", "--count", "2")),
    ControllerFault("the answer to a label is lost", ("lost", "--operation", "LabelParameterVersion", "--count", "1")),
    ControllerFault("metrics are answered with errors of the service", ("5xx", "--operation", "GetMetricData", "--count", "2")),
    ControllerFault(
        "metrics may not be read", ("denied", "--operation", "GetMetricData"), ends="unverified", says="cloudwatch:GetMetricData"
    ),
    ControllerFault("the parameter is deleted before the host reads it", meanwhile="delete", ends="failed", says=PARAMETER),
    ControllerFault("somebody overwrites the parameter before the host reads it", meanwhile="overwrite"),
)
