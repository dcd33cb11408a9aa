# SPDX-License-Identifier: GPL-3.0-or-later
"""Cells that no window reads (traits/unread.py), greyed in the input."""


