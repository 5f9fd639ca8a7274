# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the package of the SSM Agent's stand-in: build deb|rpm OUTPUT_DIR. Prints its path."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
AGENT = HERE.parent / "agent"
sys.path.insert(0, str(AGENT))

from packaging_recipe import Recipe, copy, deb, normalise, rpm, write  # noqa: E402

NAME, VERSION = "amazon-ssm-agent", "3.3.1142.0"
SHARED = ("__init__.py", "awshttp.py", "golog.py", "imds.py")
"""What this stand-in has in common with the other one: signed calls and the metadata service."""
INTERPRETER = "#!/usr/bin/python3 -ISB\n"


def main() -> int:
    """Parse the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("format", choices=("deb", "rpm"))
    parser.add_argument("output", type=Path)
    options = parser.parse_args()
    os.umask(0o022)
    options.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="ssm-build-") as work:
        root = Path(work) / "root"
        tree(root)
        recipe = Recipe(NAME, str(HERE / "package"), VERSION)
        output = str(options.output.resolve())
        print(deb(str(root), output, recipe) if options.format == "deb" else rpm(str(root), work, output, recipe))
    return 0


def tree(root: Path) -> None:
    """Lay out what the package installs."""
    library = root / "usr/lib/amazon-ssm-agent"
    for folder in (library, root / "usr/bin", root / "etc/amazon/ssm"):
        folder.mkdir(parents=True)
    shutil.copytree(HERE / "src/ssm_standin", library / "ssm_standin", ignore=shutil.ignore_patterns("__pycache__"))
    for name in SHARED:
        copy(str(AGENT / "src/standin" / name), str(library / "standin" / name), 0o644)
    program = INTERPRETER + (HERE / "package/agent_program.py").read_text()
    write(str(root / "usr/bin/amazon-ssm-agent"), program, 0o755)
    unit = "amazon-ssm-agent.service"
    copy(str(HERE / "package" / unit), str(root / "etc/systemd/system" / unit), 0o644)
    normalise(str(root))


if __name__ == "__main__":
    sys.exit(main())
