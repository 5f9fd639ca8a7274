# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Install pip into the environment that runs this file, from the package index alone.

ansible-test runs a file of this name (get_pip_VERSION.py in its cache) in environments it made without pip.
"""

from __future__ import annotations

import ensurepip
import os
import re
import sys

ensurepip.bootstrap(default_pip=True)
# ensurepip points it at /dev/null, which would hide the machine's own settings (a certificate bundle, a mirror).
os.environ.pop("PIP_CONFIG_FILE", None)
found = re.search(r"get_pip_(.+)\.py$", os.environ["GET_PIP"])
if not found:
    sys.exit("GET_PIP does not name a file get_pip_VERSION.py: " + os.environ["GET_PIP"])
wanted = "pip==" + found.group(1).replace("_", ".")
passed_on = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
os.execv(sys.executable, [sys.executable, "-m", "pip", "install", "--upgrade", wanted, *passed_on])  # noqa: S606
