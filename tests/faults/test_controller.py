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

import pytest
from awaiting import until
from lab_site import Site, memory
from table import CONTROLLER, PARAMETER, ControllerFault

HOST = "ec2-1"
DIRECTORY = "/opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.d"


def delete(site: Site) -> None:
    """Somebody deletes the parameter."""
    site.client("ssm").delete_parameter(Name=PARAMETER)


def overwrite(site: Site) -> None:
    """Somebody writes another text."""
    site.client("ssm").put_parameter(Name=PARAMETER, Value=json.dumps({"agent": {"debug": True}}), Type="String", Overwrite=True)


MEANWHILE = {"delete": delete, "overwrite": overwrite}


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
    variables = {"cw_agent_config_name": PARAMETER, "cw_agent_fragment_base": memory(interval)}
    site.inventory = site.ec2_inventory({**variables, "cw_agent_service_health_seconds": 2})


def after_publishing(site: Site, mark: int, act: Callable[[Site], None]) -> threading.Thread:
    """Act as soon as the run has published the parameter."""

    def work() -> None:
        until(lambda: site.calls(mark, operation="LabelParameterVersion"), 60)
        act(site)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def state(site: Site) -> str:
    """The active configuration, and the run of the service."""
    return site.on(HOST, f"cat {DIRECTORY}/* | sha256sum; systemctl show -P InvocationID amazon-cloudwatch-agent")


def rounds() -> list[list[ControllerFault]]:
    """The rows by run: what a run survives, it meets together with others, as long as each concerns another operation."""
    found: list[list[ControllerFault]] = []
    for row in CONTROLLER:
        together = row.ends == "verified" and not row.meanwhile
        place = next((one for one in found if together and fits(row, one)), None)
        if place is None:
            found.append(place := [])
        place.append(row)
    return found


def fits(row: ControllerFault, others: list[ControllerFault]) -> bool:
    return all(other.ends == "verified" and not other.meanwhile and other.aws[2] != row.aws[2] for other in others)


ROUNDS = rounds()


@pytest.mark.parametrize(("number", "rows"), list(enumerate(ROUNDS)), ids=[", ".join(row.name for row in rows) for rows in ROUNDS])
def test_rows(site: Site, number: int, rows: list[ControllerFault]) -> None:
    """The run says what is so, and the next one converges."""
    before, mark = state(site), site.mark()
    ends, meanwhile = rows[0].ends, rows[0].meanwhile
    change(site, 11 + number)
    for row in rows:
        if row.aws:
            site.lab("fault", "add", *row.aws, "--host", "controller")
    watcher = after_publishing(site, mark, MEANWHILE[meanwhile]) if meanwhile else None
    try:
        run, said = site.account() if ends else (site.play(), {})
    finally:
        site.lab("fault", "clear")
        if watcher:
            watcher.join()
    met = {(call["operation"], call["fault"]) for call in site.calls(mark) if call["fault"]}
    assert met >= {(row.aws[2], row.aws[0]) for row in rows if "--operation" in row.aws}
    assert all(row.says in " ".join(run.output.split()) for row in rows)
    if ends:
        assert said["hosts"][0]["state"] == ends, said["hosts"][0]
    else:
        assert run.status != 0
        assert state(site) == before
    if ends == "verified":
        written = [call for call in site.calls(mark, operation="PutParameter") if call["host"] is None]
        assert len({json.dumps(call["request"], sort_keys=True) for call in written}) == 1 + bool(meanwhile)
    # The agent may have run for less than an interval yet.
    again, well = site.account(cw_agent_verify_wait="all")
    assert (again.status, well["totals"]) == (0, {"verified": 1})
    if ends != "verified" or meanwhile:
        again = site.play()
    assert again.recap()[HOST]["changed"] == 0


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
