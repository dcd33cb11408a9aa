# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure the engine on one thread: CPU seconds against PyTorch where it is installed, peak memory, trace
access.

    python scripts/bench_engine.py [rounds]

Each figure is the median of `rounds` runs (default 5) after one that warms up. Engine and PyTorch are timed
one after the other in every round, so that a busy machine disturbs both alike. Peak memory is the whole
process's, read before PyTorch is loaded, and holds Python and NumPy too.
"""

import os

# Read by the BLAS libraries when NumPy is imported, so before that.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[variable] = "1"

import statistics  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from addon import engine  # noqa: E402


def layers():
    """(name, engine call, PyTorch call given torch) for layers as large as real networks have them."""
    rng = np.random.default_rng(0)

    def array(*shape):
        return rng.standard_normal(shape).astype(np.float32)

    x, w, deep = array(64, 112, 112), array(64, 64, 3, 3), array(64, 1, 3, 3)
    small, up = array(64, 56, 56), array(64, 32, 4, 4)
    volume, w3 = array(16, 24, 48, 48), array(16, 16, 3, 3, 3)
    line, w1 = array(64, 16000), array(64, 64, 9)

    def torch_of(torch, name, *arrays, **arguments):
        tensors = [torch.from_numpy(a) for a in arrays]
        tensors[0] = tensors[0][None]
        function = getattr(torch.nn.functional, name)
        return lambda: function(*tensors, **arguments)

    return [
        (
            "conv 64x112x112, 64 filters 3x3, padding 1",
            lambda: engine.conv(x, w, padding=1),
            lambda torch: torch_of(torch, "conv2d", x, w, padding=1),
        ),
        (
            "the same, stride 2",
            lambda: engine.conv(x, w, padding=1, stride=2),
            lambda torch: torch_of(torch, "conv2d", x, w, padding=1, stride=2),
        ),
        (
            "the same, depthwise (64 groups)",
            lambda: engine.conv(x, deep, padding=1, groups=64),
            lambda torch: torch_of(torch, "conv2d", x, deep, padding=1, groups=64),
        ),
        (
            "conv 64x16000, 64 filters 9, dilation 4",
            lambda: engine.conv(line, w1, dilation=4),
            lambda torch: torch_of(torch, "conv1d", line, w1, dilation=4),
        ),
        (
            "conv 16x24x48x48, 16 filters 3x3x3",
            lambda: engine.conv(volume, w3),
            lambda torch: torch_of(torch, "conv3d", volume, w3),
        ),
        (
            "conv_transpose 64x56x56 to 32x112x112, 4x4",
            lambda: engine.conv_transpose(small, up, stride=2, padding=1),
            lambda torch: torch_of(torch, "conv_transpose2d", small, up, stride=2, padding=1),
        ),
        (
            "max_pool 64x112x112, 3x3, stride 2, padding 1",
            lambda: engine.max_pool(x, 3, stride=2, padding=1),
            lambda torch: torch_of(torch, "max_pool2d", x, kernel_size=3, stride=2, padding=1),
        ),
        (
            "avg_pool 64x112x112, 3x3, stride 2, padding 1",
            lambda: engine.avg_pool(x, 3, stride=2, padding=1),
            lambda torch: torch_of(torch, "avg_pool2d", x, kernel_size=3, stride=2, padding=1),
        ),
        (
            "global_avg_pool 64x112x112",
            lambda: engine.global_avg_pool(x),
            lambda torch: torch_of(torch, "adaptive_avg_pool2d", x, output_size=1),
        ),
    ]


def cpu_seconds(call):
    started = time.process_time()
    call()
    return time.process_time() - started


def peak_megabytes():
    """The process's peak resident memory so far, or None where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def load_torch():
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    return torch


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    todo = layers()
    base = peak_megabytes()
    peaks = []
    for _, ours, _ in todo:
        ours()
        peaks.append(peak_megabytes())
    torch = load_torch()
    print(f"Python {sys.version.split()[0]}, NumPy {np.__version__}, ", end="")
    print(
        f"PyTorch {torch.__version__}" if torch else "PyTorch not installed, so nothing to compare with",
        end="",
    )
    print(f"; one thread, median of {rounds}")
    print(f"{'layer':48}{'engine':>10}{'PyTorch':>10}{'ratio':>8}{'peak':>10}")
    for (name, ours, theirs), peak in zip(todo, peaks, strict=True):
        reference = theirs(torch) if torch else None
        if reference:
            # The numbers must agree, or the times mean nothing.
            np.testing.assert_allclose(ours().output, reference()[0].numpy(), rtol=1e-4, atol=1e-3)
        own, other = [], []
        for _ in range(rounds):
            own.append(cpu_seconds(ours))
            if reference:
                other.append(cpu_seconds(reference))
        spent = statistics.median(own)
        row = f"{name:48}{spent * 1e3:>7.1f} ms"
        if reference:
            base_line = statistics.median(other)
            row += f"{base_line * 1e3:>7.1f} ms{spent / base_line:>8.1f}"
        else:
            row += f"{'-':>10}{'-':>8}"
        print(row + (f"{peak:>7.0f} MB" if peak else f"{'-':>10}"))
    if base:
        print(f"peak is that of the whole process so far; {base:.0f} MB of it before the first layer")
    trace_access(todo[0][1]())


def trace_access(trace, reads=2000):
    """How long a trace's length and a random step take."""
    lengths = cpu_seconds(lambda: [len(trace) for _ in range(reads)]) / reads
    indices = np.random.default_rng(1).integers(0, len(trace), reads).tolist()
    steps = cpu_seconds(lambda: [trace[i] for i in indices]) / reads
    print(repr(trace))
    print(f"len(trace) {lengths * 1e6:.2f} us, trace[i] {steps * 1e6:.0f} us for {len(trace[0].taps)} taps")


if __name__ == "__main__":
    main()
