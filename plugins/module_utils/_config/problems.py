# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with a configuration: problems, and the registry of the named rules that find them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Iterable, Mapping

from .errors import ConfigError
from .findings import Finding
from .pointer import pointer
from .subject import Subject

Finder = Callable[[Subject], Iterable[Finding]]


@dataclass(frozen=True)
class Rule:
    """A named rule: when it speaks (``find``), how grave it is, and what its documentation says."""

    id: str
    severity: str
    why: str
    hint: str
    example: Any = field(compare=False)
    find: Finder = field(compare=False)


RULES: dict[str, Rule] = {}
"""All rules by id, in the order of their registration."""


def rule(name: str, severity: str, *, why: str, hint: str, example: Any) -> Callable[[Finder], Finder]:
    """Register the decorated finder. *example*: the smallest configuration, or text, that triggers it.

    Raises:
        ConfigError: another rule has the name.
    """

    def register(find: Finder) -> Finder:
        if name in RULES:
            raise ConfigError(f"two rules are named {name}")
        RULES[name] = Rule(name, severity, why, hint, example, find)
        return find

    return register


def problem(source: Rule, finding: Finding) -> dict[str, Any]:
    """*finding* of the rule *source* as the mapping that users get."""
    return {
        "rule": source.id,
        "severity": finding.severity or source.severity,
        "path": pointer(finding.path),
        "value": finding.value,
        "message": finding.message,
        "hint": finding.hint or source.hint,
    }


def check_silenced(silenced: Mapping[str, Any]) -> None:
    """Raise a ConfigError for an unknown rule or an empty reason."""
    for name, reason in silenced.items():
        if name not in RULES:
            raise ConfigError(f"cw_agent_silenced_rules names the rule {name!r}, which does not exist. Rules: {', '.join(sorted(RULES))}.")
        if not isinstance(reason, str) or not reason.strip():
            raise ConfigError(f"cw_agent_silenced_rules gives no reason for silencing {name!r}: write why, as text.")
