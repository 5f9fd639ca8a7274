# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of a command on each node: one verdict out of what AWS says of the invocation and of its steps.

A command can be Success although most of its nodes never got it, and an invocation can be although none of its steps ran. So nothing here
comes out of the command's own status but that no node matched.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Iterable, Mapping, NamedTuple, Sequence

from .._config.words import counted, listed

OK, FAILED, TIMED_OUT, UNDELIVERED, WRONG_PLATFORM = "ok", "failed", "timed_out", "undelivered", "wrong_platform"
DENIED, SKIPPED, CANCELLED, TERMINATED, RUNNING, UNKNOWN = "denied", "skipped", "cancelled", "terminated", "running", "unknown"
VERDICTS = (OK, FAILED, TIMED_OUT, UNDELIVERED, WRONG_PLATFORM, DENIED, SKIPPED, CANCELLED, TERMINATED, RUNNING, UNKNOWN)
OPEN = frozenset(("Pending", "InProgress", "In Progress", "Delayed", "Cancelling", ""))
ENDED = frozenset(("Success", "Failed", "Cancelled", "TimedOut"))
"""States of a command after which AWS starts nothing more of it."""
ERRORS = frozenset((FAILED, TIMED_OUT))
"""What counts for max_errors, by AWS's rule: nodes that a command has not reached do not."""
NO_MATCH = "NoInstancesInTag"
BY_STATE = {
    "Success": OK,
    "Failed": FAILED,
    "ExecutionTimedOut": TIMED_OUT,
    "Execution Timed Out": TIMED_OUT,
    "TimedOut": TIMED_OUT,
    "DeliveryTimedOut": UNDELIVERED,
    "Delivery Timed Out": UNDELIVERED,
    "Undeliverable": UNDELIVERED,
    "InvalidPlatform": WRONG_PLATFORM,
    "Invalid Platform": WRONG_PLATFORM,
    "AccessDenied": DENIED,
    "Access Denied": DENIED,
    "Cancelled": CANCELLED,
    "Terminated": TERMINATED,
}
HINTS = {
    TIMED_OUT: "raise execution_timeout, or look for what the step waits for",
    UNDELIVERED: "cloudwatch.agent.ssm_node_info says which nodes are online; EC2 instances need a role with AmazonSSMManagedInstanceCore",
    WRONG_PLATFORM: "take a document for the platform of these nodes",
    DENIED: "allow ssm:SendCommand on these nodes to the controller's credentials; a condition on ssm:resourceTag may leave them out",
    SKIPPED: "no step of the document is for these nodes; its preconditions name the platforms",
    TERMINATED: "correct what failed first, or raise max_errors",
    RUNNING: "raise wait_timeout, and read the end with cloudwatch.agent.ssm_command_info",
}
SHOWN = 3
"""Nodes that a message names for each verdict."""
_SKIPPED_STEP = "Step execution skipped"


class Step(NamedTuple):
    """What a node said of one step; ``exit_code`` None where it did not start. ``truncated``: the output goes on elsewhere."""

    name: str
    status: str
    exit_code: int | None = None
    stdout: str = ""
    stderr: str = ""
    truncated: bool = False
    stdout_url: str = ""
    stderr_url: str = ""


class Node(NamedTuple):
    """What came of a command on one node; ``details``: AWS's state in its own words."""

    instance_id: str
    verdict: str
    message: str = ""
    name: str = ""
    details: str = ""
    command_id: str = ""
    steps: tuple[Step, ...] = ()


def is_open(details: str) -> bool:
    """Whether a state of an invocation may still change."""
    return details in OPEN


def state_of(item: Mapping[str, Any]) -> str:
    """The state of a command or invocation, in detail where AWS gives detail."""
    details = str(item.get("StatusDetails") or "")
    status = str(item.get("Status") or "")
    # While it is open, either of the two may be behind.
    return status if is_open(status) and status else details or status


def was_skipped(step: Step) -> bool:
    """Whether a precondition left the step out."""
    return step.status == "Skipped" or (step.status == "Success" and step.stdout.startswith(_SKIPPED_STEP))


def evaluate(item: Mapping[str, Any], steps: Sequence[Step]) -> Node:
    """The verdict on one invocation *item* of ListCommandInvocations, with the *steps* that it has."""
    state = state_of(item)
    verdict = RUNNING if is_open(state) else BY_STATE.get(state, UNKNOWN)
    if verdict == OK and steps and all(map(was_skipped, steps)):
        verdict = SKIPPED
    text = _explained(verdict, state, steps, str(item.get("TraceOutput") or ""))
    return Node(
        item["InstanceId"], verdict, text, str(item.get("InstanceName") or ""), state, str(item.get("CommandId") or ""), tuple(steps)
    )


def _explained(verdict: str, state: str, steps: Sequence[Step], trace: str) -> str:
    if verdict in (FAILED, TIMED_OUT, CANCELLED):
        bad = [step for step in steps if step.status not in ("Success", "Skipped", "Pending", "InProgress")]
        return "; ".join(map(_of_step, bad)) or trace.strip() or state
    if verdict == SKIPPED:
        return "every step was skipped"
    started = [step.name for step in steps if step.exit_code is not None and step.exit_code >= 0] if verdict == UNDELIVERED else []
    if started:
        return f"{state}: the node reported no end of it in time, and may have run it ({', '.join(started)})"
    return "" if verdict == OK else trace.strip() or state


def _of_step(step: Step) -> str:
    last = (step.stderr.strip() or step.stdout.strip()).splitlines()[-1:]
    code = "" if step.exit_code is None else f", exit code {step.exit_code}"
    return f"step {step.name}: {step.status}{code}" + (f": {last[0][:200]}" if last else "")


def errors(nodes: Iterable[Node]) -> int:
    """How many of *nodes* count for max_errors."""
    return sum(node.verdict in ERRORS for node in nodes)


def counts(nodes: Iterable[Node]) -> dict[str, int]:
    """Verdicts that there are, each with the number of nodes, in the order of :data:`VERDICTS`, others behind them."""
    found = Counter(node.verdict for node in nodes)
    return {verdict: found[verdict] for verdict in (*VERDICTS, *found) if found[verdict]}


def in_words(verdict: str) -> str:
    """``timed out`` for ``timed_out``."""
    return verdict.replace("_", " ")


def summary(nodes: Sequence[Node]) -> str:
    """``5 nodes: 3 ok, 2 failed``."""
    return f"{counted(len(nodes), 'node')}: " + ", ".join(f"{count} {in_words(verdict)}" for verdict, count in counts(nodes).items())


def message(document: str, nodes: Sequence[Node], accept: Sequence[str]) -> str:
    """One message about the nodes whose verdict is not in *accept*; '' where there is none."""
    bad = [node for node in nodes if node.verdict not in accept]
    if not bad:
        return ""
    lines = [f"{document}: {summary(nodes)}."]
    for verdict in counts(bad):
        some = [node for node in bad if node.verdict == verdict]
        said = listed([_named(node) for node in some], SHOWN)
        lines.append(f"{in_words(verdict)}: {said}" + (f". Hint: {HINTS[verdict]}." if verdict in HINTS else "."))
    return "\n".join(lines)


def _named(node: Node) -> str:
    name = f"{node.instance_id} ({node.name})" if node.name else node.instance_id
    return f"{name}: {node.message}" if node.message else name
