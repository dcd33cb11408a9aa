# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours as seen with the common colour blindnesses, and how far apart two colours look.

- Matrices for severity 1.0, applied to linear RGB: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, "A
  physiologically-based model for simulation of color vision deficiency", IEEE TVCG 15 (6), 2009, table of results.
- Distance: the Euclidean one in OKLab (B. Ottosson, "A perceptual color space for image processing", 2020), where 0.02
  is about what can just be told apart side by side.
"""

import numpy as np

SIGHT = {
    "normal": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                            [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                              [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                            [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip
TO_CONES = np.array([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
                     [0.0883024619, 0.2817188376, 0.6299787005]])  # fmt: skip
TO_LAB = np.array([[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
                   [0.0259040371, 0.7827717662, -0.8086757660]])  # fmt: skip


def linear(color) -> np.ndarray:
    """sRGB to linear RGB."""
    c = np.asarray(color, float)
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def curved(light) -> np.ndarray:
    """Linear RGB to sRGB."""
    c = np.clip(np.asarray(light, float), 0.0, 1.0)
    return np.where(c <= 0.0031308, 12.92 * c, 1.055 * c ** (1 / 2.4) - 0.055)


def oklab(color, sight: str = "normal") -> np.ndarray:
    """An sRGB colour as (lightness, a, b), as it looks with that sight."""
    light = np.clip(linear(color) @ SIGHT[sight].T, 0.0, 1.0)
    return np.cbrt(light @ TO_CONES.T) @ TO_LAB.T


def apart(a, b, sight: str = "normal") -> float:
    """How far apart two sRGB colours look with that sight."""
    return float(np.linalg.norm(oklab(a, sight) - oklab(b, sight)))
