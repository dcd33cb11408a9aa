# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of stories: what a plan says, without Blender."""
