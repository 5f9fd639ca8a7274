# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the stand-in of the SSM Agent."""

import os
import sys

sys.path.insert(0, "/usr/lib/amazon-ssm-agent" if __file__.startswith("/usr/") else os.path.dirname(os.path.realpath(__file__)))

from ssm_standin import cli

sys.exit(cli.main(sys.argv[1:]))
