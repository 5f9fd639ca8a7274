# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides that are made by what they speak of: the check's two by the check itself, that of faults by the table that is tested.

``tests/tools/run python tests/support/agent_guides.py`` writes them.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import HINTS as AWS_HINTS
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.problems import RULES, Rule
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.rules import load_rules
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.plan import HostInput, Planner, failure, warnings

sys.path.append(str(Path(__file__).resolve().parents[1] / "faults"))
from product_messages import hints, messages
from table import CONTROLLER, FAULTS

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst"
HEAD = """..
  Copyright: (c) 2026, cloudwatch.agent contributors
  GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later

.. _ansible_collections.cloudwatch.agent.docsite.{name}:

"""
MEANING = {
    "error": "The agent refuses the configuration, dies, or loses a section. The run stops before a host or AWS is touched.",
    "warning": "Silently ignored, costs money, or probably not meant. The run goes on.",
    "requirement": "What the host must have. The check names it; the observation of the host says whether it has it.",
}


def _title(text: str, mark: str) -> list[str]:
    return [text, mark * len(text), ""]


def _block(language: str, text: str) -> list[str]:
    return [f".. code-block:: {language}", "", *(f"   {line}".rstrip() for line in text.strip().split("\n")), ""]


def _wrapped(text: str) -> list[str]:
    return [*textwrap.wrap(text, 140, break_long_words=False, break_on_hyphens=False), ""]


def _literal(text: str) -> str:
    """*text* for reStructuredText, in which * and a trailing _ mean something."""
    for mark in "\\*|`_":
        text = text.replace(mark, "\\" + mark)
    return text


def _example(rule: Rule) -> list[str]:
    if isinstance(rule.example, str):
        return ["Example:", "", *_block("text", rule.example)]
    configuration = {key: value for key, value in rule.example.items() if key not in ("platform", "mode")}
    where = [str(rule.example[key]) for key in ("platform", "mode") if key in rule.example]
    where += ["agent 1.300060"] if rule.id == "key-too-new" else []
    title = f"Example ({', '.join(where)}):" if where else "Example:"
    return [title, "", *_block("json", json.dumps(configuration, ensure_ascii=False, indent=2))]


LEFT_OUT = """
endpoint_override
  Only its length is checked: whether an endpoint is right shows when it is asked.
retention_in_days against other programs
  The agent sets a group's retention again and again, and so fights whoever else sets it. That does not show in a configuration.
the region, the profile, IMDS, files that run_as_user cannot read
  They are the host's, and part of its observation.
events of more than 1 MB, times that are too old
  They are the data's.
tags and keys of log groups
  The agent has no words for them.
supplementary YAML files
  They belong to OpenTelemetry's language, which the agent itself does not check either.
pipelines that fail alone
  The agent swallows some errors while it builds a pipeline; those that are known are rules above.
the exact list of metrics of jmx, efa, prometheus, statsd and collectd
  They come from what is watched.
keys that 1.300071 removed again from 1.300070
  The section opentelemetry is validated by the newest language only.
conflicts between several configuration files
  A host gets one configuration, composed before.
"""
"""What the agent's rules say and no rule here does, with the reason."""


def rules_guide() -> str:
    """The list of rules."""
    load_rules()
    lines = [*_title("Rules of the check", "=")]
    lines += _wrapped(
        "What the role ``config``, the playbook ``cloudwatch.agent.check`` and the filter ``cloudwatch.agent.config_problems`` find. "
        "Silence a rule for hosts with ``cw_agent_silenced_rules``, a mapping of rules to reasons:"
    )
    lines += _block("yaml", "cw_agent_silenced_rules:\n  high-resolution: the trading hosts are watched by the second")
    for severity, meaning in MEANING.items():
        lines += _title(f"{severity.capitalize()}s", "-")
        lines += _wrapped(meaning)
        for rule in sorted(RULES.values(), key=lambda rule: rule.id):
            if rule.severity == severity:
                lines += [*_title(rule.id, "^"), *_wrapped(_literal(rule.why)), *_wrapped(f"Hint: {_literal(rule.hint)}")]
                lines += _example(rule)
    lines += [
        *_title("Left out", "-"),
        *_wrapped("What the agent minds, and this check does not, with the reason:"),
        *LEFT_OUT.strip().split("\n"),
    ]
    return HEAD.format(name="guide_rules") + "\n".join(lines).rstrip() + "\n"


MISTAKES: list[tuple[str, str]] = [
    (
        "A misspelt measurement",
        """
cw_agent_fragment_base:
  metrics:
    metrics_collected:
      mem:
        measurement: [used_percnt]
""",
    ),
    (
        "A misspelt section, and nothing else",
        """
cw_agent_fragment_base:
  metric:
    metrics_collected:
      mem:
        measurement: [used_percent]
""",
    ),
    (
        "A key that the old awslogs agent had",
        """
cw_agent_fragment_base:
  logs:
    logs_collected:
      files:
        collect_list:
          - file_path: /var/log/app.log
            log_group_name: /app
            retention_in_days: 30
            initial_position: end_of_file
""",
    ),
    (
        "A retention that CloudWatch does not have",
        """
cw_agent_fragment_base:
  logs:
    logs_collected:
      files:
        collect_list:
          - file_path: /var/log/app.log
            log_group_name: /app
            retention_in_days: 10
""",
    ),
    (
        "A regular expression of Perl or Python",
        """
cw_agent_fragment_base:
  logs:
    logs_collected:
      files:
        collect_list:
          - file_path: /var/log/app.log
            log_group_name: /app
            retention_in_days: 30
            multi_line_start_pattern: '^(?!\\s)'
""",
    ),
    (
        "EC2's dimensions on a host in the data centre",
        """
cw_agent_mode: onPremise
cw_agent_fragment_base:
  metrics:
    append_dimensions:
      InstanceId: ${aws:InstanceId}
    metrics_collected:
      mem:
        measurement: [used_percent]
""",
    ),
    (
        "A number in quotes",
        """
cw_agent_fragment_base:
  agent:
    metrics_collection_interval: "60"
  metrics:
    metrics_collected:
      mem:
        measurement: [used_percent]
""",
    ),
    (
        "A process to watch, without saying which",
        """
cw_agent_fragment_base:
  metrics:
    metrics_collected:
      procstat:
        - measurement: [cpu_usage]
""",
    ),
    (
        "Something newer than the pinned agent",
        """
cw_agent_build: 1.300060.0b1248
cw_agent_fragment_base:
  logs:
    logs_collected:
      journald:
        collect_list:
          - log_group_name: /journal
            retention_in_days: 30
""",
    ),
    (
        "No region",
        """
cw_agent_region: ""
cw_agent_preset: basic
""",
    ),
]
"""Title, and the variables of the host web-1 (in us-east-1)."""


def answer(variables: str) -> str:
    """What the check says about a host with these variables."""
    given: dict[str, Any] = {"cw_agent_region": "us-east-1", **yaml.safe_load(variables)}
    fragments = {name: value for name, value in given.items() if name.startswith("cw_agent_fragment_")}
    planner = Planner()
    planner.add(HostInput("web-1", fragments, {name: value for name, value in given.items() if name not in fragments}))
    return failure(planner.plan) or "\n".join(warnings(planner.plan))


def mistakes_guide() -> str:
    """Ten mistakes and their answers."""
    lines = [*_title("Ten mistakes, and what the check answers", "=")]
    lines += _wrapped(
        "Each answer names the path in the configuration, the variable that it comes from, the value, what is allowed, and the rule. "
        "``ansible-playbook -i inventory cloudwatch.agent.check`` gives them for a whole inventory without contacting a host; "
        "``cloudwatch.agent.site`` gives them before it touches anything."
    )
    for title, variables in MISTAKES:
        lines += [*_title(title, "-"), *_block("yaml", variables), *_block("text", answer(variables))]
    return HEAD.format(name="guide_mistakes") + "\n".join(lines).rstrip() + "\n"


PARTS = {
    "host": "The host",
    "package": "The package",
    "daemon": "The agent and its programs",
    "AWS": "AWS",
}
ENDS = {
    "verified": "Survived: the change is made, the host is verified.",
    "failed": "Refused or taken back: the host fails, the others go on.",
    "missing": "Taken back, since its telemetry is missing: the host fails, the others go on.",
    "unverified": "The change is made, and nobody can say whether telemetry arrives.",
    "not touched": "The run ends before a host is changed.",
    "unreachable": "The summary shows the host as unreachable, and the others go on.",
}


def faults_guide() -> str:
    """What was done to hosts in the midst of a roll-out, and how the run ended."""
    lines = [*_title("What a run does when something breaks", "=")]
    lines += _wrapped(
        f"Each of these {len(FAULTS) + len(CONTROLLER)} faults is a test (``tests/faults``): hosts with a running agent meet it in a run "
        "that changes their configuration, or their build where the package is the subject. The summary at the end names the host, what "
        "happened and what to do. Where the change fails, the agent runs with what it had; the next run without the fault changes the "
        "host and verifies it. Programs write into the observed log files all the time, 200 lines a second on one host: at the end every "
        "line is in CloudWatch, once. One host is left out of that: it meets the faults by which an agent loses or doubles lines by "
        "itself, such as a lost answer to its events, or a permission that is missing."
    )
    for part, title in PARTS.items():
        lines += [*_title(title, "-"), ".. list-table::", "   :header-rows: 1", "   :widths: 45 20 35", ""]
        lines += ["   * - Fault", "     - Host", "     - The summary says"]
        for fault in FAULTS:
            if fault.part == part:
                said = (
                    f"``{fault.says}``"
                    if fault.says and fault.ends != "verified"
                    else f"a warning: ``{fault.says}``"
                    if fault.says
                    else "—"
                )
                lines += [f"   * - {_literal(fault.name)}", f"     - {fault.ends}", f"     - {said}"]
        lines.append("")
    lines += [*_title("The controller", "-"), ".. list-table::", "   :header-rows: 1", "   :widths: 45 20 35", ""]
    lines += ["   * - Fault", "     - Host", "     - The run says"]
    for row in CONTROLLER:
        ends, said = row.ends or "not touched", f"``{row.says}``" if row.says else "—"
        lines += [f"   * - {_literal(row.name)}", f"     - {ends}", f"     - {said}"]
    lines += ["", "How a host can end:", ""]
    lines += [line for end, text in ENDS.items() for line in (f"* ``{end}``: {text}",)]
    return HEAD.format(name="guide_faults") + "\n".join(lines).rstrip() + "\n"


AREAS = (
    ("The old agent, awslogs", r"awslogs|cut_over|_migration/"),
    ("The package of the agent", r"_host/(packages?|package_manager|repository|installation|mirror|signature)\.py|mirror|cw_agent_package"),
    (
        "Credentials, identity, role",
        r"_host/(caller|caller_answers|profile|identity|credential\w*|sts|comparison)\.py|identities|caller|credentials",
    ),
    ("Access to log files", r"_host/(log_access|log_grants|acl|log_needs|logrotate|access)\.py|log_access"),
    (
        "The inventory and its configurations",
        r"_config/|_release/(settings|plan|messages|notes|parts)\.py|plugin_utils/|cw_agent_plan|filter/|test/",
    ),
    ("Publishing and releases", r"_release/|ssm_|release"),
    ("IAM", r"iam|access_key|instance_profile|principals|permissions"),
    ("Log groups", r"_account/|log_groups"),
    ("Telemetry, and log events", r"_telemetry/|log_events|log_queries|telemetry|logs_events_info|alarm"),
    ("The report", r"_report/|report"),
    ("The agent on the host", r"_host/|modules/"),
    ("Calls to AWS", r""),
)
"""Titles, and the files whose messages stand below each; the first that matches."""


def _entries(messages: list[tuple[str, str]]) -> list[str]:
    lines = []
    for text, hint in sorted(set(messages), key=lambda entry: entry[0].lower()):
        # A variable has no capital letter, wherever it stands.
        begun = hint if "_" in hint.split(" ")[0] else hint[:1].upper() + hint[1:]
        said = textwrap.wrap(f"{_literal(begun)}.", 136)
        lines += [_literal(text), *(f"    {line}" for line in said), ""]
    return lines


def messages_guide() -> str:
    """Every message, by its subject, with what to do."""
    by_area: dict[str, list[tuple[str, str]]] = {title: [] for title, _files in AREAS}
    of_others = hints()
    for message in messages():
        title = next(title for title, files in AREAS if re.search(files, message.file))
        by_area[title].append((message.text, message.hint or of_others[message.text]))
    lines = [*_title("Messages, and what to do", "=")]
    lines += _wrapped(
        "Every message of the collection, by its subject. Search this page for a few words of the message. A value that a message fills in "
        "stands here in capitals, or as an ellipsis. Most messages end with the same hint that stands here; what the check says of a "
        "configuration is in the :ref:`list of rules <ansible_collections.cloudwatch.agent.docsite.guide_rules>`, with reason and example."
    )
    for title, entries in by_area.items():
        lines += [*_title(title, "-"), *_entries(entries)]
    lines += [*_title("AWS's error codes", "-")]
    lines += _wrapped("What is said beside a code of AWS in a message that begins with ``Failed to``:")
    lines += _entries([(code, hint.format(action="the action that is named", guide="that subject")) for code, hint in AWS_HINTS.items()])
    return HEAD.format(name="guide_messages") + "\n".join(lines).rstrip() + "\n"


GUIDES = {"guide_rules": rules_guide, "guide_mistakes": mistakes_guide, "guide_faults": faults_guide, "guide_messages": messages_guide}

if __name__ == "__main__":
    for guide, make in GUIDES.items():
        (FOLDER / f"{guide}.rst").write_text(make(), encoding="utf-8")
