# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan: what a story hands to the stage and to whoever else reads a figure (`plan`), the timeline its channels are
made on (`timeline`), when steps take place (`schedule`), what is shown at a time (`evaluate`), a plan as text
(`describe`).

Stories, pages and the stage import this room; it imports none of them.
"""
