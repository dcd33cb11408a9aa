# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender shows: the built scene, evaluated, against what the engine computed."""
