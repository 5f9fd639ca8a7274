# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`lab up`: bring a lab to the asked numbers of hosts."""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import os
import pathlib
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator

import botocore.exceptions

from . import cloud, conformance, files, hosts, images, keys, mirror, names, ssm
from .base import LAB_TREE, MARK, LabError, lock, say
from .state import KINDS, Lab, alive, ask_gateway, current, host_order, log_tail, spawn

WORKERS = 8
# A systemd host takes about four of them; the usual 128 end at 26 hosts.
INOTIFY = {"max_user_instances": 8192, "max_user_watches": 524288}


def up(counts: dict[str, int | None], install: bool, nodes: bool) -> None:
    """Bring the lab to the asked numbers (None: keep) and return when every host is ready."""
    begun = time.monotonic()
    lab = current()
    # Whatever this leaves behind when it is killed can be told by its environment.
    os.environ[MARK] = lab.name
    with lock(lab.lock, f"another command works on lab {lab.name!r}, waiting for it"):
        lab.load()
        _prepare(lab)
        surplus = _plan(lab, counts)
        with _saving(lab), concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            _ensure_processes(lab)
            _each(pool, lambda host: _remove(lab, host), surplus)
            served = pool.submit(mirror.build_tree, lab.directory / "mirror")
            account = pool.submit(_account, lab, surplus)
            _each(pool, images.ensure_image, sorted({known["image"] for known in lab.hosts.values()}))
            _each(pool, lambda host: _boot(lab, host), sorted(lab.hosts, key=host_order))
            account.result()
            lab.data["mirror"] = served.result()
            _each(pool, lambda host: _connect(lab, host), lab.hosts)
            lab.data["ssm"] = nodes or lab.data.get("ssm", False)
            if lab.data["ssm"]:
                ssm.prepare(lab)
                _each(pool, lambda host: ssm.install(lab, host), lab.hosts)
            files.write_all(lab)
            if install:
                conformance.prepare(lab)
                _each(pool, lambda host: conformance.install(lab, host), lab.hosts)
    say(f"lab {lab.name!r} is ready: {_summary(lab)} ({time.monotonic() - begun:.1f} s)")


@contextlib.contextmanager
def _saving(lab: Lab) -> Iterator[None]:
    """Keep what is known also when it ends half way."""
    try:
        yield
    finally:
        lab.save()


def _each(pool: concurrent.futures.Executor, work: Callable[[str], object], items: Iterable[str]) -> None:
    """Do something for all, side by side; the first failure in order is raised after all have ended."""
    futures = [pool.submit(work, item) for item in items]
    concurrent.futures.wait(futures)
    for future in futures:
        future.result()


def _prepare(lab: Lab) -> None:
    for directory in (lab.directory, lab.run / "cm"):
        directory.mkdir(parents=True, exist_ok=True)
    (lab.run / "cm").chmod(0o700)
    for name, least in INOTIFY.items():
        path = pathlib.Path("/proc/sys/fs/inotify") / name
        with contextlib.suppress(OSError):
            if int(path.read_text()) < least:
                path.write_text(str(least))


def _plan(lab: Lab, counts: dict[str, int | None]) -> list[str]:
    """Enter the wanted hosts into the state; return those that must go."""
    surplus = []
    regions, suite = _regions(), images.suite_of_new_hosts()
    for kind in KINDS:
        present = [host for host, known in lab.hosts.items() if known["kind"] == kind]
        wanted = len(present) if counts[kind] is None else counts[kind] or 0
        surplus += [host for host in present if lab.hosts[host]["number"] > wanted]
        for number in range(1, wanted + 1):
            host = f"{kind}-{number}"
            traits = {"region": regions.get(host, names.REGION), "image": images.name(hosts.RECIPES[kind], suite)}
            new = {"kind": kind, "number": number, "address": f"192.168.77.{number + 1}", **traits}
            lab.hosts[host] = {**new, **lab.hosts.get(host, {})}
    if not lab.hosts:
        say("no hosts are asked for (--ec2 N, --amazon N, --onprem N): only the AWS stand-in and the mirror start")
    lab.save()
    return surplus


def _regions() -> dict[str, str]:
    """Return the regions that LAB_REGIONS gives to hosts ("ec2-2=eu-west-1 onprem-1=eu-west-1")."""
    pairs = [pair.partition("=")[::2] for pair in os.environ.get("LAB_REGIONS", "").replace(",", " ").split()]
    for host, region in pairs:
        if region not in names.REGIONS:
            raise LabError(f"LAB_REGIONS gives {host} the region {region!r}: the lab has {', '.join(names.REGIONS)}")
    return dict(pairs)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _ensure_processes(lab: Lab) -> None:
    for port in ("aws", "tls", "mirror", "proxy"):
        lab.data["ports"].setdefault(port, _free_port())
    if not alive(lab, "aws"):
        say("starting the AWS stand-in…")
        arguments = [sys.executable, str(LAB_TREE / "aws" / "server.py"), "--port", str(lab.data["ports"]["aws"])]
        spawn(lab, "aws", [*arguments, "--state-dir", str(lab.directory / "aws"), "--request-log", str(lab.request_log)])
    if not alive(lab, "gateway"):
        keys.issue_certificate(lab.directory / "server.pem")
        settings = {f"{name}_port": str(port) for name, port in lab.data["ports"].items()}
        settings.update(mirror=str(lab.directory / "mirror"), certificate=str(lab.directory / "server.pem"), control=str(lab.control))
        settings["proxy_log"] = str(lab.directory / "proxy.log")
        spawn(lab, "gateway", [sys.executable, "-P", "-m", "hostside.gateway", json.dumps(settings)], PYTHONPATH=str(LAB_TREE))
    lab.save()


def _account(lab: Lab, surplus: list[str]) -> None:
    cloud.wait_for_stand_in(lab)
    try:
        for host in surplus:
            cloud.forget(lab, host)
        cloud.ensure_profile(lab)
        cloud.ensure_onprem_user(lab)
        cloud.ensure_instances(lab)
        cloud.register(lab)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        raise LabError(f"the AWS stand-in refused what the lab needs: {error}") from error


def _boot(lab: Lab, host: str) -> None:
    if hosts.problem(lab, host):
        hosts.boot(lab, host, images.reference(lab.hosts[host]["image"]))


def _order(lab: Lab, order: dict[str, str]) -> None:
    """Give the gateway an order; it may still be starting."""
    end = time.monotonic() + 60
    while True:
        try:
            reply = ask_gateway(lab, order)
            break
        except OSError as error:
            if not alive(lab, "gateway") or time.monotonic() > end:
                raise LabError(f"the lab's gateway does not answer: {error}\n{log_tail(lab, 'gateway')}") from error
            time.sleep(0.05)
    if not reply.get("ok"):
        raise LabError(f"the lab's gateway could not {order['do']} {order.get('host', '')}: {reply.get('error')}")


def _connect(lab: Lab, host: str) -> None:
    hosts.give_address(lab, host)
    _order(lab, {"do": "add", "host": host, "kind": lab.hosts[host]["kind"], "namespace": str(lab.namespace(host))})


def _remove(lab: Lab, host: str) -> None:
    if alive(lab, "gateway"):
        _order(lab, {"do": "remove", "host": host})
    hosts.remove(lab, host)
    del lab.hosts[host]


def _summary(lab: Lab) -> str:
    return ", ".join(sorted(lab.hosts, key=host_order)) or f"no hosts, the AWS stand-in of {names.REGION} and the mirror"
