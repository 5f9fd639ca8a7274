# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible sends its modules as archives of source, which Python compiles anew at every call: half of what a call costs. Here only once.

Imported at the start of Python on the lab's hosts and in the tests' environment. Benchmarks go without it, as users do.
"""

from __future__ import annotations

import _imp
import marshal
import os
import sys
import zipimport

TYPE_CHECKING = False  # without typing, which every start of Python would import
if TYPE_CHECKING:
    from types import CodeType
    from typing import Callable

PLACE = "/run/module-code"
"""Not on a disk that a test fills or compares; only root, who calls modules, writes there."""

compile_source: Callable[[str, bytes], CodeType] = getattr(zipimport, "_compile_source", None)  # type: ignore[assignment]


def compiled(path: str, source: bytes) -> CodeType:
    """Return the code of a source (bytes), as zipimport does."""
    file = os.path.join(PLACE, _imp.source_hash(sys.hexversion, source).hex())
    try:
        with open(file, "rb") as stream:
            code: CodeType = marshal.loads(stream.read())  # noqa: S302 — root wrote it, here
    except (OSError, ValueError, EOFError):
        code = compile_source(path, source)
        keep(file, marshal.dumps(code))
    # The archive has another path at every call.
    _imp._fix_co_filename(code, path)
    return code


def keep(file: str, content: bytes) -> None:
    """Write the file at once, or not at all where that cannot be."""
    part = f"{file}.{os.getpid()}"
    try:
        os.makedirs(PLACE, exist_ok=True)
        with open(part, "wb") as stream:
            stream.write(content)
        os.replace(part, file)
    except OSError:
        pass


if compile_source and not os.environ.get("CW_AGENT_AS_USERS"):
    zipimport._compile_source = compiled  # type: ignore[attr-defined]
