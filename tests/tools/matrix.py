# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run what the collection claims to work with: ansible-core, Python, the oldest libraries, releases of Debian; print a table.

A roll-out that is interrupted in each of its phases takes too long for every run of the tests, and is here as well.

matrix.py [--list] [--jobs N] [WORD…]: the combinations whose names contain one of the words, or all. CW_AGENT_PYTHONS names
interpreters (paths) that are tried before those of PATH and pyenv. What this machine has no interpreter for is said in the table
and does not fail; exit status 0 only if everything that ran passed and something ran.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUN = str(ROOT / "tests" / "tools" / "run")
CACHE = pathlib.Path(os.environ.get("CW_AGENT_CACHE") or pathlib.Path.home() / ".cache" / "cloudwatch.agent") / "matrix"

# The newest of each line; the oldest Python that a line's controller wants, and that it manages hosts with.
CORES = {"2.18.19": ("3.11", "3.8"), "2.19.14": ("3.11", "3.8"), "2.21.5": ("3.12", "3.9")}
PYTHONS = ("3.11", "3.12", "3.13")
# What requirements.txt, galaxy.yml and meta/runtime.yml name as the least; the package ansible 11.0.0 carries amazon.aws 9.0.0.
OLDEST = ("ansible-core==2.18.0", "boto3==1.34.0", "botocore==1.34.0", "jsonschema==4.10.0")
OLDEST_ANSIBLE = "11.0.0"
OLDEST_TARGET = "3.8"
SUITES = ("bullseye", "bookworm", "trixie")
# Of the list of all tests' packages, what unit tests and playbooks need; linters and the lab have their own environment.
NEEDED = (
    "ansible-builder",
    "ansible-core",
    "ansible-runner",
    "boto3",
    "hypothesis",
    "jsonschema",
    "moto",
    "pytest",
    "pytest-mock",
    "pytest-xdist",
    "PyYAML",
)
STEPS = {
    "unit": (
        [RUN, "pytest", "tests/unit", "-n", "2", "--ignore", "tests/unit/plugins/modules"],
        [RUN, "pytest", "tests/unit/plugins/modules"],
    ),
    "host units": ([RUN, "pytest", "tests/unit/plugins/module_utils/_host"],),
    "integration": (["tests/integration/run"],),
    "site": ([RUN, "pytest", "tests/matrix", "-s"],),
    "sanity": ([str(ROOT / "tests" / "tools" / "ansible_test"), "sanity", "--venv", "--python", "{python}"],),
    "interruptions": ([RUN, "pytest", "tests/e2e/test_rollout.py", "-k", "fresh_hosts or interrupted_controller"],),
}
VERSIONS = """
import importlib.metadata, json, os, pathlib, platform
names = ("ansible-core", "boto3", "jsonschema")
found = {"Python": platform.python_version()}
for name in names:
    try:
        found[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
if "ansible-core" in found:
    manifest = pathlib.Path(os.environ["CW_AGENT_VIEW"], "ansible_collections/amazon/aws/MANIFEST.json")
    found["amazon.aws"] = json.loads(manifest.read_text())["collection_info"]["version"]
print(json.dumps(found))
"""


@dataclasses.dataclass(frozen=True)
class Combination:
    """What is put together and which steps run on it. Without requirements it is the tests' default environment."""

    name: str
    steps: tuple[str, ...]
    python: str = ""
    requirements: tuple[str, ...] = ()
    ansible: str = "-"
    suite: str = ""
    target: str = ""
    impossible: str = ""


@dataclasses.dataclass
class Outcome:
    """A line of the table."""

    name: str
    step: str
    verdict: str
    remark: str
    seconds: float = 0


def listed() -> dict[str, str]:
    """Return the requirement of every package in the list of all tests' packages, by name."""
    lines = (ROOT / "tests" / "requirements.txt").read_text().splitlines()
    return {re.split(r"[\[=<>~]", line)[0]: line for line in lines if line and not line.startswith("#")}


def requirements(*pins: str) -> tuple[str, ...]:
    """Return the requirements of a combination: the tests' own versions, but for the pins."""
    pinned = {pin.split("==")[0] for pin in pins}
    return (*(line for name, line in listed().items() if name in NEEDED and name not in pinned), *pins)


def combinations() -> Iterator[Combination]:
    """Yield everything the matrix knows, possible or not."""
    for core, (least, least_target) in CORES.items():
        for python in PYTHONS:
            why = f"ansible-core {core} needs Python {least}" if _order(python) < _order(least) else ""
            pins = requirements(f"ansible-core=={core}")
            yield Combination(f"core {core}, Python {python}", ("unit", "site"), python, pins, impossible=why)
        why = f"ansible-core {core} manages hosts from Python {least_target} on" if _order(OLDEST_TARGET) < _order(least_target) else ""
        pins, name = requirements(f"ansible-core=={core}"), f"core {core}, host's Python {OLDEST_TARGET}"
        yield Combination(name, ("site",), least, pins, target=OLDEST_TARGET, impossible=why)
    yield Combination("oldest requirements", ("unit", "integration", "site"), PYTHONS[0], requirements(*OLDEST), OLDEST_ANSIBLE)
    yield Combination(f"_host by Python {OLDEST_TARGET}", ("host units",), OLDEST_TARGET, ("pytest", "pytest-mock", "hypothesis"))
    for core, python in ((OLDEST[0].rpartition("=")[2], PYTHONS[0]), (list(CORES)[-1], list(CORES.values())[-1][0])):
        yield Combination(f"sanity by core {core}", ("sanity",), python, requirements(f"ansible-core=={core}"))
    for suite in SUITES:
        yield Combination(f"Debian {suite}", ("site",), suite=suite)
    yield Combination("roll-out, interrupted in every phase", ("interruptions",))


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))


def interpreter(version: str) -> pathlib.Path | None:
    """Return an interpreter of that version that runs, None where this machine has none."""
    pyenv = pathlib.Path(os.environ.get("PYENV_ROOT") or pathlib.Path.home() / ".pyenv") / "versions"
    on_path = shutil.which(f"python{version}")
    candidates = [
        *(pathlib.Path(path) for path in os.environ.get("CW_AGENT_PYTHONS", "").split()),
        *([pathlib.Path(on_path)] if on_path else []),
        *sorted(pyenv.glob(f"{version}.*/bin/python{version}"), reverse=True),
    ]
    # A shim on PATH may stand there without the interpreter: only one that answers counts.
    code = "import sys; print('%d.%d' % sys.version_info[:2], sys.executable)"
    for candidate in candidates:
        done = subprocess.run([str(candidate), "-c", code], capture_output=True, text=True, check=False) if candidate.exists() else None
        if done and done.returncode == 0 and done.stdout.split(maxsplit=1)[0] == version:
            return pathlib.Path(done.stdout.split(maxsplit=1)[1].strip())
    return None


def environment(combination: Combination) -> dict[str, str]:
    """Return the variables that put a combination in place of the default environment; LookupError: not possible here."""
    if combination.impossible:
        raise LookupError(combination.impossible)
    slug = re.sub(r"[^a-z0-9]+", "-", combination.name.lower()).strip("-")
    lab = f"matrix-{hashlib.sha256(slug.encode()).hexdigest()[:6]}"
    variables = {**os.environ, "MATRIX_LAB": lab, "MATRIX_SLUG": slug, "CW_AGENT_ALL_PHASES": "1"}
    variables.update({"LAB_DEBIAN": combination.suite} if combination.suite else {})
    if combination.requirements:
        python = interpreter(combination.python)
        if not python:
            raise LookupError(f"no Python {combination.python} on this machine (CW_AGENT_PYTHONS may name one)")
        file = CACHE / f"{slug}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"{line}\n" for line in combination.requirements))
        variables["CW_AGENT_COMBINATION"] = f"{python} {file} {combination.ansible}"
    if combination.target:
        target = interpreter(combination.target)
        if not target:
            raise LookupError(f"no Python {combination.target} on this machine to put on the hosts")
        variables["MATRIX_TARGET_PYTHON"] = str(target)
    return variables


def _call(command: list[str], variables: dict[str, str], log: pathlib.Path) -> tuple[int, str]:
    """Run a command, its output at the end of a log while it runs; return its status and output."""
    with log.open("a+") as handle:
        handle.write(f"$ {' '.join(command)}\n")
        handle.flush()
        start = handle.tell()
        done = subprocess.run(
            command, cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, stdout=handle, stderr=subprocess.STDOUT, check=False
        )
        handle.seek(start)
        return done.returncode, handle.read()


def _counts(output: str) -> str:
    """Return what pytest counted, and what a run on hosts said of them."""
    lines = re.findall(r"^(?:=+ )?(\d+ (?:passed|failed|error|skipped).*?) in [\d.]+", output, re.MULTILINE)
    return "; ".join([*lines, *re.findall(r"^\[hosts\] (.*)$", output, re.MULTILINE)])


def _step(combination: Combination, step: str, variables: dict[str, str]) -> Outcome:
    start = time.monotonic()
    log = CACHE / "logs" / f"{variables['MATRIX_SLUG']}-{step.replace(' ', '-')}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    results = [_call([part.format(python=combination.python) for part in command], variables, log) for command in STEPS[step]]
    output = "\n".join(text for _status, text in results)
    failed = any(status for status, _text in results)
    if failed:
        print(f"===== {combination.name}: {step} failed, whole output in {log} =====\n{output[-4000:]}", flush=True)
    remark = _counts(output) + (f" (see {log})" if failed else "")
    return Outcome(combination.name, step, "FAILED" if failed else "passed", remark, time.monotonic() - start)


def run(combination: Combination) -> list[Outcome]:
    """Build a combination's environment and run its steps, each to its end."""
    try:
        variables = environment(combination)
    except LookupError as error:
        return [Outcome(combination.name, ", ".join(combination.steps), "not here", str(error))]
    print(f"[matrix] {combination.name}: {', '.join(combination.steps)}", flush=True)
    built = subprocess.run([RUN, "python", "-c", VERSIONS], cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    if built.returncode:
        print(f"===== {combination.name}: no environment =====\n{built.stderr[-4000:]}", flush=True)
        return [Outcome(combination.name, "environment", "FAILED", " ".join(built.stderr.split())[-200:])]
    versions = json.loads(built.stdout.splitlines()[-1])
    outcomes = [Outcome(combination.name, "environment", "built", ", ".join(f"{key} {value}" for key, value in versions.items()))]
    outcomes += [_step(combination, step, variables) for step in combination.steps]
    for outcome in outcomes[1:]:
        print(f"[matrix] {combination.name}: {outcome.step} {outcome.verdict}, {outcome.seconds:.0f} s", flush=True)
    return outcomes


def table(outcomes: Iterable[Outcome]) -> str:
    """Return the outcomes as text in columns; a combination's name stands once."""
    lines, before = [], ""
    for one in outcomes:
        seconds = f"{one.seconds:4.0f} s" if one.seconds else ""
        lines.append(f"{'' if one.name == before else one.name:32}{one.step:14}{one.verdict:10}{seconds:>7}  {one.remark}")
        before = one.name
    return "\n".join(lines)


def main() -> int:
    """Run the combinations that are asked for, print the table."""
    parser = argparse.ArgumentParser(description="Run the combinations that the collection claims to work with.")
    parser.add_argument("words", nargs="*", metavar="WORD", help="only the combinations whose names contain one of these")
    parser.add_argument("--list", action="store_true", help="name the combinations and run nothing")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="combinations side by side (default 2)")
    options = parser.parse_args()
    chosen = [one for one in combinations() if not options.words or any(word in one.name for word in options.words)]
    if options.list:
        for one in chosen:
            print(f"{one.name:32}{', '.join(one.steps)}{f' (not possible: {one.impossible})' if one.impossible else ''}")
        return 0
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        outcomes = [outcome for some in pool.map(run, chosen) for outcome in some]
    print(table(outcomes))
    counts = {verdict: sum(one.verdict == verdict for one in outcomes) for verdict in ("passed", "FAILED", "not here")}
    print(f"{counts['passed']} passed, {counts['FAILED']} failed, {counts['not here']} not here; {time.monotonic() - start:.0f} s")
    return 1 if counts["FAILED"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
