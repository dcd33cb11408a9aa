# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the engine, against loops written from the definitions and, where it is installed, PyTorch."""
