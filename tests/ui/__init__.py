# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user does in Blender: the panel, its operators, and what stays of a user's own work."""
