# SPDX-License-Identifier: GPL-3.0-or-later
"""A kernel that turns by 180° in its plane as one board, lifted as far as its corners reach; its digits stay upright.

The board is there while it turns, in place of the kernel's own cells. Its digits turn back as it turns, each about the
middle of its own cell: each is a volume, so of a kernel of many cells none are there.
"""

import numpy as np

from ..page.layout import Block
from . import volumes
from .figure import Figure

ROLE, MOST = "kernel.board", 25
KEYS = 13  # of its turn


def add_board(figure: Figure, block: Block, values: np.ndarray, fill, life: tuple[float, float]) -> None:
    """The board of `values` (rows, columns) where a block of the layout is, during its turn (clock values)."""
    if values.size == 1:
        return
    middle = block.corner + block.cell * np.array(block.size) / 2
    lives = {"visible_from": life[0], "visible_until": life[1]}
    known = {"cell": block.cell, "dims": False, **lives}
    cells = volumes.block(figure, values[None], fill, digits=False, standing=False, **known)
    masks = volumes.neighbours(np.ones((1, *values.shape), bool), standing=False).ravel()
    cells["cube"][:] = [figure.cube(fill(v), f"whole {mask}") for v, mask in zip(values.ravel(), masks, strict=True)]
    cells["faded"][:] = cells["cube"]
    cells["position"][:] -= np.float32(((block.size[0] - 1) / 2, 0.0, -(block.size[2] - 1) / 2))
    figure.volume(ROLE, "Kernel that turns", cells, middle, block.cell)
    digits = volumes.block(figure, values[None], fill, **known)
    for n, place in enumerate(cells["position"] if values.size <= MOST else ()):
        label = volumes.texts_of(digits.only([n]), **lives)
        label["position"][:] = 0.0
        figure.volume(f"{ROLE}.{n}", "Digit that stays upright", label, block.cell * place.astype(float), block.cell,
                      parent=ROLE)  # fmt: skip


def turn(figure: Figure, since: float, seconds: float) -> None:
    """Key the turn from a time on, in so many seconds."""
    line = figure.timeline
    board = [v for v in figure.volumes if v.role == ROLE or v.parent == ROLE]
    if not board:
        return
    own = board[0]
    wide, high = (np.ptp(own.points["position"][:, axis]) + 1 for axis in (0, 2))
    times = np.linspace(0, 1, KEYS)
    angles = np.pi * times * times * (3 - 2 * times)
    lift = own.unit * (wide * np.sin(angles) + high * np.abs(np.cos(angles)) - high) / 2
    channels = {f"{ROLE}.location.z": own.location[2] + np.maximum(lift, 0.0)}
    channels |= {f"{v.role}.rotation_euler.y": angles if v is own else -angles for v in board}
    for name, values in channels.items():
        line.declare(name, values[0])
        for a, b, value in zip(times, times[1:], values[1:], strict=False):
            line.add(name, value, (b - a) * seconds, at=since + a * seconds, easing="linear")
