# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of CloudWatch in one region of one account, and what it answers. Times are seconds since the epoch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

MINUTE = 60


class StreamKey(NamedTuple):
    """A log stream, and the moment from which its events count, by the host's clock; ``ahead``: by how much that is known to be ahead."""

    group: str
    stream: str
    since: float
    ahead: float = 0.0


class MetricKey(NamedTuple):
    """A metric, and the moment from which its values count.

    ``dimensions``: sorted pairs; ``resolution``: seconds to which CloudWatch keeps the values.
    """

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    since: float
    resolution: int = MINUTE


class StreamSeen(NamedTuple):
    """What a stream shows since its moment.

    ``newest``: when the last event came, by its own time or by CloudWatch's, in terms of the host's clock; ``unreadable``: its log group
    cannot be read (its class is INFREQUENT_ACCESS).
    """

    events: int = 0
    newest: float = 0.0
    unreadable: bool = False


class MetricSeen(NamedTuple):
    """The newest ``value`` of a metric since its moment, None without one; ``doubt``: why CloudWatch may have more, '' where it has not.

    ``at``: the minute (or finer resolution) that the value is of.
    """

    value: float | None = None
    doubt: str = ""
    at: float = 0.0


NOTHING = StreamSeen()
NO_VALUE = MetricSeen()


@dataclass
class Measured:
    """What CloudWatch has. ``refused``: by kind (``logs``, ``metrics``), why it could not be asked."""

    streams: dict[StreamKey, StreamSeen] = field(default_factory=dict)
    metrics: dict[MetricKey, MetricSeen] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
