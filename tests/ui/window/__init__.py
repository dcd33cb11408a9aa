# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Blender in a real window on a virtual screen, driven by mouse and keyboard: `make test-ui`."""
