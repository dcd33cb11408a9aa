# SPDX-License-Identifier: GPL-3.0-or-later
"""The comparison with PyTorch is there where PyTorch is; the head of the test run says whether it is."""

import importlib.util

collect_ignore = [] if importlib.util.find_spec("torch") else ["test_pytorch.py"]
