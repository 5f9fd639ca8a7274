# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How clients of AWS are made, wait and repeat."""

from __future__ import annotations

import copy
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.clients import (
    ATTEMPTS,
    READ_SECONDS,
    ClientPool,
    client_config,
    service_data,
    session,
)


def test_reads_are_repeated_and_writes_are_not() -> None:
    assert client_config(repeat=True).retries == {"mode": "adaptive", "total_max_attempts": ATTEMPTS}
    assert client_config(repeat=False).retries["total_max_attempts"] == 1
    assert client_config(repeat=True).read_timeout == READ_SECONDS


def test_what_botocore_knows_of_services_is_read_once_for_all_sessions() -> None:
    one, two = session(None), session(None)
    assert one is not two
    assert [each._session.get_component("data_loader") for each in (one, two)] == [service_data(), service_data()]
    client = two.client("ssm", region_name="eu-west-1", aws_access_key_id="AKIA", aws_secret_access_key="x")
    assert client.meta.service_model.service_name == "ssm"


class Client:
    """One that notes the calls in flight, and waits in each until as many threads as expected are in one."""

    def __init__(self, waits: threading.Barrier) -> None:
        self.meta = {"region": "eu-west-1"}
        self.waits = waits
        self.busy = threading.Lock()

    def get_parameters(self, **arguments: Any) -> tuple[Any, dict[str, Any]]:
        assert self.busy.acquire(blocking=False), "two threads in one client"
        self.waits.wait(timeout=60)
        self.busy.release()
        if arguments.get("Names") == ["refused"]:
            raise ValueError("refused")
        return self, arguments


def pool(threads: int) -> tuple[ClientPool, list[Client]]:
    waits, made = threading.Barrier(threads), []

    def make() -> Client:
        made.append(Client(waits))
        return made[-1]

    return ClientPool(make), made


def test_calls_of_several_threads_go_through_clients_of_their_own() -> None:
    client, made = pool(4)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda number: client.get_parameters(Names=[number]), range(4)))
    assert [arguments for _client, arguments in answers] == [{"Names": [number]} for number in range(4)]
    assert len({id(one) for one, _arguments in answers}) == len(made) == 4


def test_calls_after_each_other_keep_one_client_after_a_failed_one_too() -> None:
    client, made = pool(1)
    with pytest.raises(ValueError, match="refused"):
        client.get_parameters(Names=["refused"])
    assert client.get_parameters(name="given by name")[1] == {"name": "given by name"}
    assert len(made) == 1


def test_what_is_no_call_is_the_first_clients() -> None:
    client, made = pool(1)
    assert client.meta is made[0].meta
    with pytest.raises(AttributeError, match="no_such_thing"):
        _found = client.no_such_thing
    assert isinstance(copy.copy(client), ClientPool)
