# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the agent stand-in's package.

    build deb|rpm OUTPUT_DIR [--build BUILD] [--release RELEASE]

prints the path of the package. The same sources and build string give the same bytes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile

from packaging_recipe import Recipe, copy, deb, normalise, rpm, write

BUILD = "1.300060.0b1248"
NAME = "amazon-cloudwatch-agent"
HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = os.path.join(HERE, "package")
SOURCE = os.path.join(HERE, "src")
BASE = "opt/aws/amazon-cloudwatch-agent"
LINKS = {
    "usr/bin/amazon-cloudwatch-agent-ctl": f"/{BASE}/bin/amazon-cloudwatch-agent-ctl",
    "etc/amazon/amazon-cloudwatch-agent": f"/{BASE}/etc",
    "var/log/amazon/amazon-cloudwatch-agent": f"/{BASE}/logs",
    "var/run/amazon/amazon-cloudwatch-agent": f"/{BASE}/var",
}
INTERPRETER = "#!/usr/bin/python3 -ISB\n"
PROGRAMS = {"amazon-cloudwatch-agent": "agent_program.py", "start-amazon-cloudwatch-agent": "start_program.py"}
WRAPPED = ("config-translator", "config-downloader", "amazon-cloudwatch-agent-config-wizard")
DOCUMENTS = {
    "LICENSE": "GNU General Public License v3.0 or later\n",
    "NOTICE": "A stand-in for the Amazon CloudWatch agent, made for tests. It shares no code with the agent.\n",
    "THIRD-PARTY-LICENSES": "None.\n",
    "RELEASE_NOTES": "Behaves as release 1.300060 of the agent does.\n",
}


def main() -> int:
    """Parse the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("format", choices=("deb", "rpm"))
    parser.add_argument("output")
    parser.add_argument("--build", default=BUILD, help="build string, %(default)s unless given")
    parser.add_argument("--release", default="1", help="the rpm's release, %(default)s unless given")
    options = parser.parse_args()
    os.umask(0o022)
    os.makedirs(options.output, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="cwa-build-") as work:
        root = os.path.join(work, "root")
        tree(root, options.build)
        recipe = Recipe(NAME, PACKAGE, options.build, options.release, f"/{BASE}/etc/common-config.toml\n")
        output = os.path.abspath(options.output)
        print(deb(root, output, recipe) if options.format == "deb" else rpm(root, work, output, recipe))
    return 0


def tree(root: str, build: str) -> None:
    """Lay out what the package installs."""
    base = os.path.join(root, BASE)
    for folder in ("bin", "etc/amazon-cloudwatch-agent.d", "logs", "var", "doc", "lib"):
        os.makedirs(os.path.join(base, folder))
    copy(os.path.join(PACKAGE, "amazon-cloudwatch-agent-ctl"), os.path.join(base, "bin", "amazon-cloudwatch-agent-ctl"), 0o755)
    for name, source in PROGRAMS.items():
        with open(os.path.join(PACKAGE, source), encoding="utf-8") as handle:
            write(os.path.join(base, "bin", name), INTERPRETER + handle.read(), 0o755)
    for name in WRAPPED:
        copy(os.path.join(PACKAGE, "wrapper"), os.path.join(base, "bin", name), 0o755)
    write(os.path.join(base, "bin", "CWAGENT_VERSION"), build + "\n")
    for name, text in DOCUMENTS.items():
        write(os.path.join(base, name), text)
    copy(os.path.join(PACKAGE, "common-config.toml"), os.path.join(base, "etc", "common-config.toml"), 0o644)
    copy(os.path.join(SOURCE, "schema.json"), os.path.join(base, "doc", "amazon-cloudwatch-agent-schema.json"), 0o644)
    shutil.copytree(os.path.join(SOURCE, "standin"), os.path.join(base, "lib", "standin"), ignore=shutil.ignore_patterns("__pycache__"))
    copy(os.path.join(PACKAGE, NAME + ".service"), os.path.join(root, "etc/systemd/system", NAME + ".service"), 0o644)
    copy(os.path.join(PACKAGE, NAME + ".conf"), os.path.join(root, "etc/init", NAME + ".conf"), 0o644)
    for link, target in LINKS.items():
        os.makedirs(os.path.dirname(os.path.join(root, link)), exist_ok=True)
        os.symlink(target, os.path.join(root, link))
    normalise(root)


if __name__ == "__main__":
    sys.exit(main())
