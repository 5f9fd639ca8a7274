# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the old agent (awslogs) become a fragment of the agent's configuration, with a report of every key."""

from __future__ import annotations

from typing import Any, Iterable, NamedTuple, Sequence

from .._awslogs.agent import Files, together
from .._awslogs.ini import CLI_KEYS, GENERAL, File, parse
from .._config.check import config_problems
from .._config.findings import ERROR, did_you_mean, near_miss
from .._config.regions import is_region
from .entries import AGENT_KEYS, WITHOUT_EQUIVALENT, Translation, translate
from .notes import CHANGED, DROPPED, Note, Refusal, first_line

DEFAULT_FLUSH = 5
"""Seconds: what the agent takes without ``logs.force_flush_interval``."""

NOTHING_ARRIVES = frozenset(
    {"file-never-read", "file-of-other-platform", "control-characters", "group-characters", "stream-characters", "compressed-file"}
)
"""Rules that warn of an entry by which nothing ever arrives: it is refused."""

_KEY_OF_AWSLOGS = {value: key for key, value in AGENT_KEYS.items()}


class Options(NamedTuple):
    """``mode``: ec2 or onPremise; ``agent_version``: a release, '' for the newest; ``skip``: names of sections to leave out."""

    mode: str = "ec2"
    agent_version: str = ""
    skip: tuple[str, ...] = ()


ON_EC2 = Options()


class Migration(NamedTuple):
    """``fragment``: for a variable ``cw_agent_fragment_…``, of the sections that are not refused; ``region``: '' where no file names it.

    ``problems``: what the check says of the fragment, without errors (see ``config_problems``).
    """

    fragment: dict[str, Any]
    region: str
    report: tuple[Note, ...]
    refusals: tuple[Refusal, ...]
    problems: tuple[dict[str, Any], ...]

    @property
    def variables(self) -> dict[str, Any]:
        """What the inventory is to say of the host. A region that no file names is that of the instance."""
        region = {"cw_agent_region": self.region} if self.region else {}
        return {"cw_agent_fragment_awslogs": self.fragment, **region}

    @property
    def data(self) -> dict[str, Any]:
        """The migration as plain data."""
        lists = {name: [one._asdict() for one in getattr(self, name)] for name in ("report", "refusals")}
        return {"fragment": self.fragment, "region": self.region, **lists, "problems": list(self.problems)}


def migrate(main: File, additional: Sequence[File] = (), cli: Sequence[File] = (), options: Options = ON_EC2) -> Migration:
    """Migrate the main file, the files of its directory ``config``, and awscli.conf or aws.conf."""
    files = together(main, [file for file in additional if not file.error])
    refusals = [_unreadable(file) for file in (main, *additional, *cli) if file.error]
    refusals += [_repeated(path, name) for path, name in files.repeated]
    region, wrong = _region(cli)
    refusals += wrong + _unknown_skips(files, options)
    notes = [*_of_files(files, main), *_secrets((main, *additional, *cli))]
    translations = []
    for log in files.logs:
        if log.name in options.skip:
            notes.append(Note(log.path, log.name, "", "", DROPPED, "left out, as skip says"))
            continue
        one = translate(log, options.mode)
        translations.append(one)
        notes += one.notes
        refusals += one.refusals
    refusals += _same_file(translations)
    accepted, found = _checked([one for one in translations if not _refused(one, refusals)], options)
    fragment = _fragment(accepted)
    notes += _flushes(accepted)
    problems = config_problems(fragment, options.agent_version, "linux", options.mode) if accepted else []
    return Migration(fragment, region, tuple(notes), tuple(refusals + found), tuple(problems))


def from_texts(path: str, text: str, additional: dict[str, str], cli: str, options: Options) -> Migration:
    """As ``migrate``, of texts. ``additional``: text by the file's name; ``cli``: the text of awscli.conf."""
    drop_ins = [parse(name, content) for name, content in sorted(additional.items())]
    return migrate(parse(path, text), drop_ins, [parse("awscli.conf", cli, CLI_KEYS)] if cli else [], options)


def refusal_text(refusals: Iterable[Refusal]) -> str:
    """All refusals in one message; '' for none."""
    lines = [one.text for one in refusals]
    if len(lines) < 2:
        return "".join(lines)
    return "\n".join([f"{len(lines)} values cannot be migrated as they stand:", *(f"* {line}" for line in lines)])


def _unreadable(file: File) -> Refusal:
    hint = "correct the file; awslogs itself stops with such a main file, and passes over such a file of its directory config"
    return Refusal(file.path, "", "", "", file.error, hint)


def _repeated(path: str, name: str) -> Refusal:
    message = "another file of the directory has a section of this name, and which of them awslogs takes is chance"
    return Refusal(path, name, "", "", message, "give each section a name of its own, or remove one")


def _region(cli: Sequence[File]) -> tuple[str, list[Refusal]]:
    """The region, and why it cannot be one."""
    for file in cli:
        for section in file.sections:
            given = section.values.get("region", "")
            if section.name == "default" and given:
                if is_region(given):
                    return given, []
                hint = "write the name of a region, such as eu-central-1"
                return "", [Refusal(file.path, section.name, "region", given.split()[0], "this is no region", hint)]
    return "", []


def _unknown_skips(files: Files, options: Options) -> list[Refusal]:
    names = [log.name for log in files.logs]
    found = []
    for name in options.skip:
        if name not in names:
            guess = did_you_mean(near_miss(name, names))
            found.append(
                Refusal("skip", name, "", "", f"there is no such section.{guess}", "name a section of the files, without brackets")
            )
    return found


def _of_files(files: Files, main: File) -> list[Note]:
    notes = [Note(path, name, "", "", DROPPED, "awslogs passes over it: the main file counts") for path, name in files.unused]
    if not files.has_general and not main.error:
        notes.append(Note(main.path, GENERAL, "", "", CHANGED, "awslogs does not start without [general]; the agent needs nothing of it"))
    for key, value in files.general.items():
        message = WITHOUT_EQUIVALENT.get(key, "awslogs reads this key in the sections of logs only")
        notes.append(Note(main.path, GENERAL, key, first_line(value), DROPPED, message))
    return notes


def _secrets(files: Iterable[File]) -> list[Note]:
    message = (
        "a secret stands here, and is not migrated. The agent uses the instance's role, or the profile of cw_agent_credentials_profile"
    )
    return [Note(file.path, "", name, "", DROPPED, message) for file in files for name in file.secrets]


def _refused(one: Translation, refusals: Iterable[Refusal]) -> bool:
    return any((refusal.file, refusal.section) == (one.log.path, one.log.name) for refusal in refusals)


def _same_file(translations: Sequence[Translation]) -> list[Refusal]:
    first: dict[str, str] = {}
    found = []
    for one in translations:
        path = one.entry.get("file_path")
        if path and first.setdefault(path, one.log.name) != one.log.name:
            message = f"the section [{first[path]}] reads this file, too. The agent has one offset for a file: lines would be lost"
            hint = "keep one of the sections (skip leaves one out); a subscription filter of the log group can feed a second target"
            found.append(Refusal(one.log.path, one.log.name, "file", path, message, hint))
    return found


def _fragment(translations: Sequence[Translation]) -> dict[str, Any]:
    if not translations:
        return {}
    flush = min(one.flush for one in translations)
    interval = {} if flush == DEFAULT_FLUSH else {"force_flush_interval": flush}
    return {"logs": {**interval, "logs_collected": {"files": {"collect_list": [one.entry for one in translations]}}}}


def _flushes(translations: Sequence[Translation]) -> list[Note]:
    least = min((one.flush for one in translations), default=DEFAULT_FLUSH)
    message = f"the agent has one value for all files: the least of them, {least} s"
    return [
        Note(one.log.path, one.log.name, "buffer_duration", one.log.value("buffer_duration"), CHANGED, message)
        for one in translations
        if one.flush != least
    ]


def _checked(translations: list[Translation], options: Options) -> tuple[list[Translation], list[Refusal]]:
    """The translations that the collection's own check lets pass, and refusals of the others."""
    refusals: list[Refusal] = []
    while translations:
        problems = config_problems(_fragment(translations), options.agent_version, "linux", options.mode)
        wrong: dict[int, Refusal] = {}
        for problem in problems:
            if problem["severity"] == ERROR or problem["rule"] in NOTHING_ARRIVES:
                number, refusal = _of_problem(problem, translations)
                wrong.setdefault(number, refusal)
        if not wrong:
            break
        refusals += wrong.values()
        translations = [one for number, one in enumerate(translations) if number not in wrong]
    return translations, refusals


def _of_problem(problem: dict[str, Any], translations: Sequence[Translation]) -> tuple[int, Refusal]:
    steps = problem["path"].split("/")
    if "collect_list" in steps[:-1]:
        number, name = int(steps[steps.index("collect_list") + 1]), steps[-1]
        key = _KEY_OF_AWSLOGS.get(name, "")
    else:
        # What is not of one entry is logs.force_flush_interval: its value comes from the section with the least.
        number, key = min(range(len(translations)), key=lambda index: translations[index].flush), "buffer_duration"
    log = translations[number].log
    value = first_line(log.value(key)) if key else ""
    return number, Refusal(log.path, log.name, key, value, problem["message"].rstrip("."), problem["hint"].rstrip("."))
