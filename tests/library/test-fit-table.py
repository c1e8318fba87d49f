#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Predicts what models take from their headers, runs them, and compares with the peak of the runner's memory.

    test-fit-table.py MAQ [NAME…]

Weights that the engine copies into a layout of its own are in memory twice for as long as
nobody needs the pages of the file; those are taken off. TAP on standard output, with the table.
"""
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
import maq_model

MAQ = sys.argv[1]
MOST, MEDIAN = 0.10, 0.05
# More tokens than the largest batch; the cache is touched when it is made. The runner reads a prompt in smaller batches where it
# is slow, and then touches less: so layers are narrow, and weights, as in real models, are most of what is taken.
PROMPT = 700
DENSE = dict(width=512, heads=8, kv=8, feed_forward=1024, layers=3)
GQA = dict(DENSE, kv=2)
QWEN = dict(arch="qwen3", width=512, heads=8, kv=2, head=128, feed_forward=1024, layers=3)
MOE = dict(QWEN, arch="qwen3moe", layers=2, experts=64, used=4, expert_width=256)
GEMMA = dict(arch="gemma3", tied=True, window=512, width=512, heads=4, kv=1, head=256, feed_forward=1024, layers=6)
CASES = [
    ("dense, F16", dict(DENSE, vocab=96000), 512),
    ("dense, F16", dict(DENSE, vocab=96000), 8192),
    ("dense, Q8_0", dict(DENSE, vocab=128000, kind="Q8_0"), 4096),
    ("dense, Q4_0", dict(DENSE, vocab=128000, kind="Q4_0"), 8192),
    ("GQA, F16", dict(GQA, vocab=128000), 1024),
    ("GQA, Q8_0", dict(GQA, vocab=128000, kind="Q8_0"), 8192),
    ("GQA, merges, Q8_0", dict(QWEN, vocab=150000, merges=148000, kind="Q8_0"), 4096),
    ("MoE, F16", dict(MOE, vocab=64000), 2048),
    ("MoE, Q8_0", dict(MOE, vocab=96000, kind="Q8_0", experts=128), 16384),
    ("sliding window, F16", dict(GEMMA, vocab=200000), 1024),
    ("sliding window, F16", dict(GEMMA, vocab=200000), 8192),
    ("sliding window, Q8_0", dict(GEMMA, vocab=260000, kind="Q8_0"), 32768),
]


def run(*arguments):
    done = subprocess.run([MAQ, *map(str, arguments), "--json"], capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise AssertionError(f"{arguments[0]}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def find_runner(parent):
    """The process id of the runner that PARENT has started, or None."""
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            name, rest = (folder / "stat").read_text().rsplit(") ", 1)
        except OSError:
            continue
        if int(rest.split()[1]) == parent and "(maquette" in name:
            return int(folder.name)
    return None


def peak_of(pid):
    """The most memory process PID has had so far, in bytes; 0 when it is gone."""
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


def measure(path, context):
    """Runs the model with a prompt that fills the context, and says its peak."""
    peak, runner, said = 0, None, []
    # The runner may write to no file, so what it says comes through a pipe.
    process = subprocess.Popen([MAQ, "run", path, "--json", "--raw", "-c", str(context), "-n", "4", "--temp", "0", "-p", "a" * min(PROMPT, context - 16)],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", env=os.environ | {"MAQ_RUNNER_DEBUG": "1"})
    reader = threading.Thread(target=lambda: said.append(process.stderr.read()))
    reader.start()
    while process.poll() is None:
        runner = runner or find_runner(process.pid)
        peak = max(peak, peak_of(runner)) if runner else 0
        time.sleep(0.01)
    reader.join()
    said, answer = said[0], process.stdout.read()
    if process.returncode:
        raise AssertionError(said.strip().splitlines()[-1])
    tokens = json.loads(answer)["stats"]["prompt_tokens"]
    assert tokens >= min(PROMPT, context - 16), f"the prompt had only {tokens} tokens"
    copies = sum(float(mib) for mib in re.findall(r"REPACK model buffer size = +([\d.]+) MiB", said))
    return peak - int(copies * (1 << 20))


def compare(name, dimensions, context, folder):
    path = folder / "model.gguf"
    maq_model.write(path, **dimensions)
    fit = run("fit", path, "-c", context)
    assert fit["verdict"] == "fits" and fit["source"] == "engine" and fit["context"] == context, fit
    expected, peak = fit["from_header"]["total"], measure(path, context)
    error = (expected - peak) / peak
    parts = [f"{fit['from_header'][part] / 1e6:7.1f}" for part in ("weights", "cache", "compute", "overhead")]
    print(f"# {name:30}{context:6}{''.join(parts)}{expected / 1e6:9.1f}{fit['total'] / 1e6:9.1f}{peak / 1e6:9.1f}{error:+8.1%}", flush=True)
    for part in ("weights", "cache"):
        assert abs(fit["from_header"][part] - fit[part]) <= 0.01 * fit[part] + 16384, f"the engine says {part} are {fit[part]}"
    return abs(error)


def main():
    errors, failed, number = [], 0, 0
    cases = [case for case in CASES if not sys.argv[2:] or any(part in case[0] for part in sys.argv[2:])]
    print(f"1..{len(cases) + 1}")
    print(f"# {'in MB':30}{'tokens':>6}{'weights':>7}{'cache':>7}{'compute':>7}{'rest':>7}{'header':>9}{'engine':>9}{'peak':>9}{'error':>8}")
    for number, (name, dimensions, context) in enumerate(cases, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                errors.append(compare(name, dimensions, context, pathlib.Path(folder)))
                good, why = errors[-1] <= MOST, f"{errors[-1]:.1%} is more than {MOST:.0%}"
            except (AssertionError, subprocess.SubprocessError, OSError) as error:
                good, why = False, str(error)
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - {name}, {context} tokens" + ("" if good else f" # {why}"), flush=True)
    median = statistics.median(errors) if errors else 1
    good = median < MEDIAN
    print(f"{'ok' if good else 'not ok'} {number + 1} - the median is {median:.1%}, under {MEDIAN:.0%}")
    sys.exit(failed > 0 or not good)


main()
