# SPDX-License-Identifier: GPL-3.0-or-later
"""The stories of the first edition, one module each, and what they are made of: layout in pixels of one fixed camera.

Each of them goes when the second edition tells its figures; nothing outside this folder but `story/__init__.py` and
the panel's `meaning_of` should come to depend on it.
"""
