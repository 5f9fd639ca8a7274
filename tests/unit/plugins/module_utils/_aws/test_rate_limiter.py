# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rate limit of writes, on a clock of the test's own."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.rate_limiter import ATTEMPTS, RateLimiter


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_the_writes_of_the_first_second_wait_for_nothing_and_the_rate_holds(clock: Clock) -> None:
    limiter = RateLimiter(3, clock, clock.sleep)
    times = [limiter.run(clock) for _number in range(10)]
    assert times[:2] == [100.0] * 2
    assert [round(later - earlier, 6) for earlier, later in zip(times[1:], times[2:])] == [round(1 / 3, 6)] * 8


def test_less_than_one_write_a_second(clock: Clock) -> None:
    limiter = RateLimiter(0.5, clock, clock.sleep)
    assert [limiter.run(clock) - 100.0 for _number in range(3)] == [0.0, 2.0, 4.0]


def test_slow_calls_cost_no_extra_wait(clock: Clock) -> None:
    limiter = RateLimiter(2, clock, clock.sleep)
    for _number in range(4):
        limiter.run(lambda: clock.sleep(0.5))
    assert clock.now == 102.0


def test_a_lost_second_is_made_up_for_and_no_more(clock: Clock) -> None:
    limiter = RateLimiter(4, clock, clock.sleep)

    def waits(calls: int) -> list[float]:
        start = clock.now
        return [round(limiter.run(clock) - start, 6) for _number in range(calls)]

    assert waits(4) == [0.0, 0.0, 0.0, 0.25]
    clock.now += 0.6
    assert waits(5) == [0.0, 0.0, 0.15, 0.4, 0.65]
    clock.now += 100
    assert waits(7) == [0.0, 0.0, 0.0, 0.25, 0.5, 0.75, 1.0]


def test_throttles_are_repeated_ever_slower_and_the_rate_recovers(clock: Clock) -> None:
    limiter = RateLimiter(2, clock, clock.sleep)
    refusals = [AwsError("slow down", "ThrottlingException") for _number in range(3)]
    times: list[float] = []

    def call() -> str:
        times.append(clock.now)
        if refusals:
            raise refusals.pop()
        return "done"

    assert limiter.run(call) == "done"
    assert [round(later - earlier, 6) for earlier, later in zip(times, times[1:])] == [1.0, 2.0, 4.0]
    for _number in range(10):
        limiter.run(call)
    assert round(times[-1] - times[-2], 6) == 0.5


def test_a_storm_ends_with_the_throttle_itself(clock: Clock) -> None:
    attempts: list[float] = []

    def call() -> None:
        attempts.append(clock.now)
        raise AwsError("slow down", "ThrottlingException")

    with pytest.raises(AwsError, match="slow down"):
        RateLimiter(3, clock, clock.sleep).run(call)
    assert len(attempts) == ATTEMPTS
    assert max(later - earlier for earlier, later in zip(attempts, attempts[1:])) <= 5.001


def test_other_errors_are_not_repeated(clock: Clock) -> None:
    calls: list[int] = []

    def call() -> None:
        calls.append(1)
        raise AwsError("no", "AccessDeniedException")

    with pytest.raises(AwsError, match="no"):
        RateLimiter(3, clock, clock.sleep).run(call)
    assert calls == [1]
