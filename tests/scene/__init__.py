# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of scene files: read, checked, completed, with their arrays, without Blender."""
