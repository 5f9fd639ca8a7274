# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controller meets: refusals and lost answers of AWS, other people's writes, another run. A row is a run that changes the host.

What cannot be published changes no host; what was published is what hosts get. The next run without the fault converges.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from lab_site import Site, memory, until

NAME = "AmazonCloudWatch-faults"
HOST = "ec2-1"
DIRECTORY = "/opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.d"


def delete(site: Site) -> None:
    """Somebody deletes the parameter."""
    site.client("ssm").delete_parameter(Name=NAME)


def overwrite(site: Site) -> None:
    """Somebody writes another text."""
    site.client("ssm").put_parameter(Name=NAME, Value=json.dumps({"agent": {"debug": True}}), Type="String", Overwrite=True)


class Row(NamedTuple):
    """``aws``: arguments of ``lab fault add``; ``meanwhile``: done once the configuration is published.

    ``ends``: the host's state, "" where the run ends before anything is said of hosts; ``says``: in the output.
    """

    name: str
    aws: tuple[str, ...] = ()
    meanwhile: Callable[[Site], None] | None = None
    ends: str = "verified"
    says: str = ""


ROWS = (
    Row("a write is throttled", ("throttle", "--operation", "PutParameter", "--count", "2")),
    Row("a write meets an error of the service", ("5xx", "--operation", "PutParameter", "--count", "1")),
    Row("the answer to a write is lost", ("lost", "--operation", "PutParameter", "--count", "1")),
    Row("a write is not allowed", ("denied", "--operation", "PutParameter"), ends="", says="ssm:PutParameter"),
    Row("the session has expired", ("expired", "--service", "ssm"), ends="", says="expired"),
    Row("reads are throttled", ("throttle", "--operation", "GetParameters", "--count", "3")),
    Row("reads lose their connection", ("reset", "--operation", "GetParameters", "--count", "2")),
    Row("labels are throttled", ("throttle", "--operation", "LabelParameterVersion", "--count", "2")),
    Row("the answer to a label is lost", ("lost", "--operation", "LabelParameterVersion", "--count", "1")),
    Row("metrics are answered with errors of the service", ("5xx", "--operation", "GetMetricData", "--count", "2")),
    Row("metrics may not be read", ("denied", "--operation", "GetMetricData"), ends="unverified", says="cloudwatch:GetMetricData"),
    Row("the parameter is deleted before the host reads it", meanwhile=delete, ends="failed", says=NAME),
    Row("somebody overwrites the parameter before the host reads it", meanwhile=overwrite),
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One host with the agent."""
    place = Site("faults-controller", tmp_path_factory.mktemp("controller"))
    place.lab("down")
    try:
        place.up("--ec2", "1")
        change(place, 10)
        assert place.play().status == 0
        yield place
    finally:
        place.lab("down")


def change(site: Site, interval: int) -> None:
    """Another configuration by the same name."""
    variables = {"cw_agent_config_name": NAME, "cw_agent_fragment_base": memory(interval)}
    site.inventory = site.ec2_inventory({**variables, "cw_agent_service_health_seconds": 2})


def after_publishing(site: Site, mark: int, act: Callable[[Site], None]) -> threading.Thread:
    """Act as soon as the run has written the parameter."""

    def work() -> None:
        until(lambda: site.calls(mark, operation="PutParameter"), 60)
        act(site)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def state(site: Site) -> str:
    """The active configuration, and the run of the service."""
    return site.on(HOST, f"cat {DIRECTORY}/* | sha256sum; systemctl show -P InvocationID amazon-cloudwatch-agent")


@pytest.mark.parametrize(("number", "row"), list(enumerate(ROWS)), ids=[row.name for row in ROWS])
def test_row(site: Site, number: int, row: Row) -> None:
    """The run says what is so, and the next one converges."""
    before, mark = state(site), site.mark()
    change(site, 11 + number)
    if row.aws:
        site.lab("fault", "add", *row.aws, "--host", "controller")
    watcher = after_publishing(site, mark, row.meanwhile) if row.meanwhile else None
    try:
        run, said = site.account() if row.ends else (site.play(), {})
    finally:
        site.lab("fault", "clear")
        if watcher:
            watcher.join()
    assert row.says in " ".join(run.output.split())
    if row.ends:
        assert said["hosts"][0]["state"] == row.ends, said["hosts"][0]
    else:
        assert run.status != 0
        assert state(site) == before
    if row.ends == "verified":
        written = [call for call in site.calls(mark, operation="PutParameter", status=200) if call["host"] is None]
        assert len({json.dumps(call["request"], sort_keys=True) for call in written}) == 1 + bool(row.meanwhile)
    again, well = site.account()
    assert (again.status, well["totals"]) == (0, {"verified": 1})
    assert site.play().recap()[HOST]["changed"] == 0


def test_two_runs_at_once(site: Site) -> None:
    """Both end well, and the host is changed by one of them."""
    change(site, 40)
    before = site.invocation(HOST)
    runs = [site.start(), site.start()]
    outputs = [run.communicate()[0] for run in runs]
    print(*(output[-3000:] for output in outputs))
    assert [run.returncode for run in runs] == [0, 0]
    assert site.invocation(HOST) != before
    assert site.play().recap()[HOST]["changed"] == 0
