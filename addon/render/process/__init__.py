# SPDX-License-Identifier: GPL-3.0-or-later
"""Who renders: jobs, here (`in_process`) or in child processes (`worker_pool`, `child`, `worker`, `start`) or on a Dask
cluster (`farm`); what the command line says of it (`session`, `progress`); and what a stranger's file may not do
(`untrusted`).
"""
