# SPDX-License-Identifier: GPL-3.0-or-later
"""A package, so that tests of the stage can use what tests of stories know."""
