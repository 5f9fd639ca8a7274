# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why telemetry did not arrive, from the agent's own log lines, and what to do about it.

The agent keeps running, and systemd calls it active, in every one of these cases; its log is the only witness on the host.
"""

from __future__ import annotations

import calendar
import re
import time
from typing import Iterable, NamedTuple

from .evidence import Evidence

LOGS = "logs"
METRICS = "metrics"


class Cause(NamedTuple):
    """What stands in the way, what to do about it, and the log line that says so ('' where it was seen otherwise)."""

    cause: str
    hint: str
    line: str = ""


class _Rule(NamedTuple):
    pattern: re.Pattern[str]
    cause: str
    hint: str


def _rule(pattern: str, cause: str, hint: str) -> _Rule:
    return _Rule(re.compile(pattern, re.IGNORECASE), cause, hint)


_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?=Z)")

_CLOCK = "set the host's clock (chrony or systemd-timesyncd): AWS accepts five minutes of difference for logs, fifteen for metrics"

_UNREADABLE = "{file} is not readable for {user}"
_READABLE = "let {user} read {file}: cw_agent_log_access group or acl, or the mode that logrotate gives it"

# The first rule that matches a line decides: special ones stand before general ones.
_RULES = (
    _rule(
        r"failed to tail file (?P<file>\S+) with error: .*permission denied",
        _UNREADABLE,
        _READABLE,
    ),
    _rule(
        r"failed to tail file (?P<file>\S+) with error: (?P<why>.+)",
        "{file} cannot be read: {why}",
        "correct the file, or file_path in the configuration",
    ),
    _rule(
        r"signature (?:expired|not yet current)|is now (?:earlier|later) than|RequestExpired|RequestTimeTooSkewed",
        "the host's clock is wrong: AWS refuses the time of its requests",
        _CLOCK,
    ),
    _rule(
        r"(?:User: (?P<who>arn:\S+) )?is not authorized to perform: (?P<action>[\w-]+:\w+)(?: on resource: (?P<what>\S+))?",
        "no permission: {who} may not call {action} on {what}",
        "allow {action} on {what} in the policy of {who} (the managed CloudWatchAgentServerPolicy has it)",
    ),
    _rule(
        r"AccessDenied",
        "no permission: {who} may not call {action}",
        "allow {action} in the policy of {who} (the managed CloudWatchAgentServerPolicy has it)",
    ),
    _rule(r"ExpiredToken", "the host's credentials have expired", "renew them ({credentials})"),
    _rule(
        r"UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId",
        "AWS does not know the host's access key",
        "give the host keys that exist and belong to this partition ({credentials})",
    ),
    _rule(
        r"SignatureDoesNotMatch|InvalidSignature",
        "AWS refuses the signature of the host's requests: the secret key is wrong",
        "give the host the secret key that belongs to its access key ({credentials})",
    ),
    _rule(
        r"NoCredentialProviders|no valid providers in chain|SharedCredsLoad|failed to (?:load|get) (?:shared )?credentials"
        r"|EC2RoleRequestError",
        "the agent finds no credentials",
        "give it some ({credentials}); a credentials file must be readable for {user}",
    ),
    _rule(
        r"x509:|certificate (?:signed by unknown|has expired|is not valid)",
        "the host does not trust the certificate of the endpoint",
        "add the certificate authority to the host, or name its file as ca_bundle_path in common-config.toml",
    ),
    _rule(
        r"no such host|dial tcp|i/o timeout|connection re(?:fused|set)|context deadline exceeded|RequestError: send request failed",
        "the host does not reach the AWS endpoint",
        "check route, DNS, proxy (common-config.toml) and VPC endpoints of {service} in {region}",
    ),
    _rule(
        r"Throttling|Rate exceeded|TooManyRequests", "AWS throttles the agent", "raise the quota, or send less often (force_flush_interval)"
    ),
    _rule(
        r"InternalFailure|InternalServerError|ServiceUnavailable|status code: 5\d\d",
        "AWS answers with an error of its own; the agent tries again",
        "look at the AWS Health Dashboard and run again",
    ),
    _rule(r"LimitExceeded", "a quota of the account is used up", "raise the quota of {service} in {region}"),
    _rule(
        r"InvalidParameter|ValidationException|ValidationError",
        "AWS refuses what the agent sends",
        "correct the names in the configuration",
    ),
    _rule(
        r"error parsing regexp|invalid or unsupported Perl syntax",
        "a regular expression of the configuration does not compile",
        "write it in RE2",
    ),
)

_OF_LOGS = re.compile(r"cloudwatchlogs|inputs\.logfile|logs?:|log (?:group|stream)|to tail file", re.IGNORECASE)
_OF_METRICS = re.compile(r"\bcloudwatch: |PutMetricData|monitoring\.|WriteToCloudWatch", re.IGNORECASE)
_CALL = {LOGS: "logs:PutLogEvents", METRICS: "cloudwatch:PutMetricData"}


def diagnose(kind: str, evidence: Evidence, stream: str = "", file: str = "", readable: bool = True) -> Cause | None:
    """The cause why logs or metrics (``kind``) are missing, None where nothing says it.

    ``stream``: ``GROUP/STREAM`` of a log, ``file``: what is tailed for it.
    """
    if not evidence.active:
        return Cause("the agent is not running", "look at `journalctl -u amazon-cloudwatch-agent` and at the agent's log on the host")
    if kind == LOGS and not readable:
        words = {"file": file, "user": evidence.run_as_user}
        return Cause(_UNREADABLE.format(**words), _READABLE.format(**words))
    for line in _relevant(kind, evidence.errors, stream, file):
        found = _explain(kind, line, evidence)
        if found:
            return found
    if evidence.region and evidence.sends_to and evidence.region != evidence.sends_to:
        return Cause(
            f"the host is in {evidence.region}, its telemetry is expected in {evidence.sends_to}",
            "correct cw_agent_region, or agent.region of the configuration",
        )
    return None


def _relevant(kind: str, lines: Iterable[str], stream: str, file: str) -> list[str]:
    """The lines about this kind of telemetry, newest first, those that name the stream or the file before the others."""
    newest = [line for line in reversed(list(lines)) if (_OF_LOGS if kind == LOGS else _OF_METRICS).search(line)]
    own = [line for line in newest if (stream and stream in line) or (file and file in line)]
    # A file that cannot be read says nothing about other files.
    return own + [line for line in newest if line not in own and "to tail file" not in line]


def _explain(kind: str, line: str, evidence: Evidence) -> Cause | None:
    for rule in _RULES:
        match = rule.pattern.search(line)
        if match:
            words = {key: value.rstrip(".,;") for key, value in match.groupdict().items() if value}
            words = {**_defaults(kind, evidence), **words}
            return Cause(rule.cause.format(**words), rule.hint.format(**words), line)
    return None


def _defaults(kind: str, evidence: Evidence) -> dict[str, str]:
    own = (
        f"they come from the instance profile with role {evidence.role}" if evidence.role else "see profile and file in common-config.toml"
    )
    return {
        "user": evidence.run_as_user,
        "who": f"role {evidence.role}" if evidence.role else "the identity of the agent",
        "action": _CALL[kind],
        "what": "*",
        "credentials": own,
        "service": "CloudWatch Logs" if kind == LOGS else "CloudWatch",
        "region": evidence.sends_to or evidence.region,
    }


def written_at(line: str) -> float | None:
    """When the agent wrote a line, in seconds since the epoch; None where it does not say."""
    stamp = _STAMP.match(line)
    return float(calendar.timegm(time.strptime(stamp.group(), "%Y-%m-%dT%H:%M:%S"))) if stamp else None


def unexplained(kind: str) -> Cause:
    """What to say where the agent's log is silent."""
    hint = f"check on the host that the agent's credentials belong to this account (its {kind} may go to another one), and the agent's log"
    if kind == LOGS:
        hint += "; a last line without its newline is not sent"
    return Cause("the agent's log does not say why", hint)
