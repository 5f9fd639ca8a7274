# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the collection is built: who may import whom, how large things may grow, what has a test of its name.

A rule is a function that takes the collection's root and returns the violations; every rule is also held against a tree that breaks it.
"""

from __future__ import annotations

import ast
import functools
import io
import sys
import tokenize
from pathlib import Path
from typing import Callable, Iterator, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[3]
UTILS = Path("plugins/module_utils")
COLLECTION = "ansible_collections.cloudwatch.agent"
PURE = ("_config", "_release", "_telemetry", "_report", "_account", "_picture", "_commands", "_migration", "_template")

# A package of module_utils: the packages of ours that it may import besides itself, and what it may import from elsewhere.
OURS = {
    "_config": (),
    "_release": ("_config",),
    "_telemetry": ("_config",),
    "_report": ("_config", "_release", "_telemetry"),
    "_account": ("_config", "_release"),
    "_picture": (),
    "_commands": ("_config",),
    "_template": ("_config", "_release", "_account", "_commands"),
    "_aws": ("_config", "_release", "_telemetry", "_account", "_commands"),
    "_awslogs": (),
    "_migration": ("_config", "_awslogs"),
    "_host": ("_awslogs",),
}
FOREIGN = {
    **dict.fromkeys(PURE, ("jsonschema",)),
    "_aws": ("boto3", "botocore", "ansible.module_utils", "ansible_collections.amazon.aws"),
    "_awslogs": (),
    "_host": (),
}
MOST_FILTERS = 8
MOST_LINES_OF_MAIN = 40
MOST_LINES_OF_A_MODULE = 120
DOCUMENTATION = ("DOCUMENTATION", "EXAMPLES", "RETURN")

Rule = Callable[[Path], "list[str]"]


class Import(NamedTuple):
    """One import: the file it stands in, its line, the dotted name (relative ones resolved), and whether it was relative."""

    file: Path
    line: int
    name: str
    relative: bool


def module_name(file: Path) -> str:
    """Return the dotted name below module_utils: "_config.rules.groups", a package's own file by the package's name."""
    parts = file.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@functools.lru_cache(maxsize=None)
def imports(root: Path) -> tuple[Import, ...]:
    """Return every import of module_utils, also those in functions and below TYPE_CHECKING; files relative to module_utils."""
    base = root / UTILS
    return tuple(found for path in sorted(base.rglob("*.py")) for found in _imports_of(path, path.relative_to(base)))


def _imports_of(path: Path, file: Path) -> Iterator[Import]:
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.Import):
            yield from (Import(file, node.lineno, alias.name, False) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = ".".join([*file.parts[: len(file.parts) - node.level], *([node.module] if node.module else [])])
            source = source if node.level else node.module or ""
            # `from package import name`: the name may be a module, so it is part of what is imported.
            yield from (Import(file, node.lineno, f"{source}.{alias.name}", bool(node.level)) for alias in node.names)


def ours(root: Path, found: Import) -> str:
    """Return the module of module_utils that an import means ("_config.pointer"), "" for one from elsewhere."""
    prefix = f"{COLLECTION}.plugins.module_utils."
    name = found.name if found.relative else found.name[len(prefix) :] if found.name.startswith(prefix) else ""
    while name:
        path = root / UTILS / name.replace(".", "/")
        if path.with_suffix(".py").is_file() or (path / "__init__.py").is_file():
            return name
        name = name.rpartition(".")[0]
    return ""


def within(name: str, allowed: tuple[str, ...]) -> bool:
    """Tell whether a dotted name is one of the allowed ones or below one."""
    return any(name == one or name.startswith(one + ".") for one in allowed)


def arrows(root: Path) -> list[str]:
    """Pure packages never import what talks to AWS or a host, nothing imports upwards, a host has the standard library alone."""
    violations = []
    for found in imports(root):
        package, target = found.file.parts[0], ours(root, found).partition(".")[0]
        if target:
            allowed = target in (package, *OURS[package])
        else:
            allowed = found.name.partition(".")[0] in sys.stdlib_module_names or within(found.name, FOREIGN[package])
        if not allowed:
            violations.append(f"{found.file}:{found.line} imports {target or found.name}")
    return list(dict.fromkeys(violations))


def circles(root: Path) -> list[str]:
    """No file reaches itself by its imports, those for type checkers included."""
    graph: dict[str, set[str]] = {}
    for found in imports(root):
        graph.setdefault(module_name(found.file), set()).add(ours(root, found))

    def reachable(start: str) -> set[str]:
        reached: set[str] = set()
        waiting = list(graph.get(start, ()))
        while waiting:
            name = waiting.pop()
            if name and name not in reached:
                reached.add(name)
                waiting += graph.get(name, ())
        return reached

    reach = {name: reachable(name) for name in graph}
    # Files in one circle reach the same files, themselves among them: they are reported once, together.
    groups = {tuple(sorted(other for other in reach[name] if name in reach.get(other, ()))) for name in graph if name in reach[name]}
    return [" <-> ".join(group) for group in sorted(groups)]


def relative(root: Path) -> list[str]:
    """Files of module_utils import each other relatively."""
    return [f"{found.file}:{found.line} imports {found.name}" for found in imports(root) if found.name.startswith(COLLECTION)]


def filter_names(root: Path) -> list[str]:
    """Return the names under which plugins/filter offers functions."""
    names = []
    for path in sorted((root / "plugins/filter").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(), str(path))):
            if isinstance(node, ast.FunctionDef) and node.name == "filters":
                names += [
                    key.value
                    for found in ast.walk(node)
                    if isinstance(found, ast.Dict)
                    for key in found.keys
                    if isinstance(key, ast.Constant) and isinstance(key.value, str)
                ]
    return names


def few_filters(root: Path) -> list[str]:
    """A playbook's author has at most eight filters to know, each documented in the file of its name."""
    names, documented = filter_names(root), {path.stem for path in (root / "plugins/filter").glob("*.yml")}
    violations = [] if len(names) <= MOST_FILTERS else [f"{len(names)} filters, more than {MOST_FILTERS}: {', '.join(names)}"]
    return [*violations, *(f"{name} is documented or offered, not both" for name in sorted(documented ^ set(names)))]


def short_roles(root: Path) -> list[str]:
    """A role's main.yml is read at a glance."""
    lengths = {path: len(path.read_text().splitlines()) for path in sorted(root.glob("roles/*/tasks/main.yml"))}
    return [f"{path.relative_to(root)} has {count} lines" for path, count in lengths.items() if count > MOST_LINES_OF_MAIN]


def code_lines(path: Path) -> int:
    """Return how many lines hold code: without the documentation's strings, comments and empty lines."""
    text = path.read_text()
    documentation: set[int] = set()
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and any(isinstance(target, ast.Name) and target.id in DOCUMENTATION for target in node.targets):
            documentation.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    silent = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER, tokenize.ENCODING)
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in silent:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - documentation)


def thin_modules(root: Path) -> list[str]:
    """A module parses and answers; what it does stands in module_utils."""
    counts = {path: code_lines(path) for path in sorted((root / "plugins/modules").glob("*.py"))}
    return [f"{path.relative_to(root)} has {count} lines of code" for path, count in counts.items() if count > MOST_LINES_OF_A_MODULE]


def runs(path: Path) -> bool:
    """Whether a file has code of its own to test, beside types and data."""
    return any(isinstance(node, ast.FunctionDef) for node in ast.walk(ast.parse(path.read_text())))


def unit_tests_by_name(root: Path) -> list[str]:
    """What runs has its unit tests where one looks for them. The rules of the language are data to one engine and share its tests."""
    plugins = root / "plugins"
    paths = [path for kind in ("modules", "action", "module_utils") for path in sorted((plugins / kind).rglob("*.py"))]
    violations = []
    for path in paths:
        name = path.relative_to(plugins)
        if path.name == "__init__.py" or name.parts[1:3] == ("_config", "rules") or (name.parts[0] == "module_utils" and not runs(path)):
            continue
        # A module that is only documentation is tested as the action that it documents.
        acts = name.parts[0] == "modules" and (plugins / "action" / name.name).exists() and not runs(path)
        test = Path("tests/unit/plugins") / ("action" if acts else name.parent) / f"test_{name.name}"
        if not (root / test).is_file():
            violations.append(f"{Path('plugins') / name} has no {test}")
    return violations


RULES: tuple[Rule, ...] = (arrows, circles, relative, few_filters, short_roles, thin_modules, unit_tests_by_name)

# For each rule a tree that breaks it, and what is said of it.
BROKEN: tuple[tuple[Rule, dict[str, str], str], ...] = (
    (arrows, {"plugins/module_utils/_config/a.py": "from .._release import b\n", "plugins/module_utils/_release/b.py": ""}, "_release"),
    (arrows, {"plugins/module_utils/_telemetry/a.py": "from .._aws.b import c\n", "plugins/module_utils/_aws/b.py": ""}, "_aws"),
    (
        arrows,
        {"plugins/module_utils/_telemetry/a.py": "from .._release.b import c\n", "plugins/module_utils/_release/b.py": ""},
        "_release",
    ),
    (arrows, {"plugins/module_utils/_host/a.py": "from .._config.b import c\n", "plugins/module_utils/_config/b.py": ""}, "_config"),
    (arrows, {"plugins/module_utils/_awslogs/a.py": "from .._config.b import c\n", "plugins/module_utils/_config/b.py": ""}, "_config"),
    (arrows, {"plugins/module_utils/_host/a.py": "def f():\n    import jsonschema\n"}, "jsonschema"),
    (arrows, {"plugins/module_utils/_release/a.py": "import boto3.session\n"}, "boto3.session"),
    (arrows, {"plugins/module_utils/_config/a.py": "from ansible.errors import AnsibleError\n"}, "ansible.errors"),
    (
        circles,
        {
            "plugins/module_utils/_config/a.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from . import b\n",
            "plugins/module_utils/_config/b.py": "from .c import d\n",
            "plugins/module_utils/_config/c.py": "def d():\n    from .a import e\n",
        },
        "_config.a <-> _config.b <-> _config.c",
    ),
    (
        relative,
        {"plugins/module_utils/_config/a.py": f"from {COLLECTION}.plugins.module_utils._config.b import c\n"},
        "_config/a.py:1",
    ),
    (
        few_filters,
        {
            "plugins/filter/a.py": f"class FilterModule:\n    def filters(self):\n        return {dict.fromkeys('abcdefghi', 1)}\n",
            **{f"plugins/filter/{name}.yml": "" for name in "abcdefghi"},
        },
        "9 filters",
    ),
    (few_filters, {"plugins/filter/a.yml": ""}, "a is documented"),
    (short_roles, {"roles/a/tasks/main.yml": "# line\n" * 41}, "41 lines"),
    (thin_modules, {"plugins/modules/a.py": 'DOCUMENTATION = """\n\n\n"""\n# comment\n\n' + "a = 1\n" * 121}, "121 lines"),
    (unit_tests_by_name, {"plugins/modules/a.py": ""}, "tests/unit/plugins/modules/test_a.py"),
    (
        unit_tests_by_name,
        {"plugins/module_utils/_host/a.py": "def f(): ...\n"},
        "tests/unit/plugins/module_utils/_host/test_a.py",
    ),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_collection_keeps(rule: Rule) -> None:
    """Every violation at once, one a line."""
    violations = rule(ROOT)
    assert not violations, "\n".join([str(rule.__doc__), *violations])


@pytest.mark.parametrize(("rule", "files", "said"), BROKEN, ids=lambda value: getattr(value, "__name__", ""))
def test_a_violation_is_found(tmp_path: Path, rule: Rule, files: dict[str, str], said: str) -> None:
    """The rule finds exactly what is wrong with the tree."""
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    violations = rule(tmp_path)
    assert len(violations) == 1
    assert said in violations[0]


def test_nothing_is_overlooked() -> None:
    """Rules that look at nothing would pass: each package, the filters, the roles and the modules are there."""
    assert {found.file.parts[0] for found in imports(ROOT)} == set(OURS)
    assert filter_names(ROOT)
    assert list(ROOT.glob("roles/*/tasks/main.yml"))
    assert min(code_lines(path) for path in (ROOT / "plugins/modules").glob("*.py")) > 0
