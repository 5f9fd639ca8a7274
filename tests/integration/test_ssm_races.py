# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A hundred races of two publishers, over HTTP, with nothing but Parameter Store between them."""

from __future__ import annotations

import json
import random
import threading
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.rate_limiter import RateLimiter
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.ssm_changes import Desired
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.ssm_parameter import Store, ensure_present, read

RACES = 100


class Publisher(threading.Thread):
    """Publishes a configuration of three parts; ``told`` holds its warnings and its failure, ``seen`` the versions it had read."""

    def __init__(self, client: Any, start: threading.Barrier, names: list[str], content: str) -> None:
        super().__init__()
        self._store = Store(client, lambda: client, RateLimiter(1000), self.tell)
        self._start = start
        self._wanted = [Desired(name, {"by": content, "part": name}, labels=["candidate"]) for name in names]
        self.content = content
        self.told: list[str] = []
        self.seen: dict[str, int] = {}
        self.failed = False

    def tell(self, text: str) -> None:
        self.told.append(text)

    def run(self) -> None:
        self._start.wait()
        try:
            current = read(self._store.reader, self._wanted)
            self.seen = {name: found.version for name, found in current.items()}
            ensure_present(self._store, self._wanted, current, False)
        except AwsError as error:
            self.failed = True
            self.tell(str(error))


def races() -> list[tuple[int, bool, bool]]:
    """Number, whether both want the same content, whether the parameters exist before."""
    return [(number, bool(number % 2), bool(number // 2 % 2)) for number in range(RACES)]


@pytest.fixture(scope="module")
def clients(lab: Any) -> list[Any]:
    return [lab.client() for _publisher in range(2)]


def test_every_lost_or_doubled_write_is_told(lab: Any, clients: list[Any]) -> None:
    met = 0
    random.seed(5)
    for number, equal, existing in races():
        names = [f"/race/{number}{part}" for part in ("", ".part2", ".part3")]
        if existing:
            first = Publisher(clients[0], threading.Barrier(1), names, "before")
            first.run()
            assert not first.told
        start = threading.Barrier(2)
        both = [Publisher(client, start, names, "both" if equal else f"publisher {index}") for index, client in enumerate(clients)]
        random.shuffle(both)
        for publisher in both:
            publisher.start()
        for publisher in both:
            publisher.join()
        met += check(lab.client(), names, both, int(existing))
    print(f"{met} of {RACES} races met")
    assert met >= RACES / 4


def knowingly(entry: dict[str, Any], by: str, both: list[Publisher]) -> bool:
    """Whether the version was written by a publisher that had read the one before it: nothing is lost unseen."""
    return any(publisher.content == by and publisher.seen.get(entry["Name"]) == entry["Version"] - 1 for publisher in both)


def check(client: Any, names: list[str], both: list[Publisher], before: int) -> bool:
    """One race's end: every version that was not written knowingly is told of; the labelled parts are one publisher's.

    ``before``: versions that each parameter had before the race. Returns whether the two met.
    """
    told = [text for publisher in both for text in publisher.told]
    labelled = []
    for name in names:
        history = client.get_parameter_history(Name=name)["Parameters"]
        values = [json.loads(entry["Value"])["by"] for entry in history]
        orderly = all(knowingly(entry, by, both) for entry, by in zip(history[before:], values[before:]))
        assert orderly or any(name in text for text in told), (values, told)
        labelled += [by for entry, by in zip(history, values) if "candidate" in entry["Labels"]]
    if not all(publisher.failed for publisher in both):
        assert len(labelled) == len(names)
    assert len(set(labelled)) <= 1
    return bool(told)
