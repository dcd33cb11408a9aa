# SPDX-License-Identifier: GPL-3.0-or-later
"""Files from strangers, tried by the thousand; what went wrong once lies in `corpus`."""
