# SPDX-License-Identifier: GPL-3.0-or-later
"""The page: typography (`glyphs`, and the measured `glyph_table`), shared by all stories and the stage."""
