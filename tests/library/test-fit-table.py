#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Predicts what models take from their headers, runs them, and compares with the peak of the runner's memory.

    test-fit-table.py MAQ

The pages of a file whose weights the engine has copied into a layout of its own stay in memory
until somebody else needs it; they do not count. TAP on standard output, with the table.
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
# More tokens than the largest batch; the cache is touched when it is made. The runner reads a prompt in smaller batches where it
# is slow, and then touches less: so layers are narrow, and weights, as in real models, are most of what is taken.
PROMPT = 700
# Pages of the programs and libraries of a runner, in bytes.
LIBRARIES = 9_500_000
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
    ("sliding window, Q8_0", dict(GEMMA, vocab=260000, kind="Q8_0"), 4096),
]
# The dimensions of models people run, too large to be run here. What the header says is held against what the engine says, and
# that was held against real runs above.
LARGE = [
    ("as Llama 3.1 8B", dict(width=4096, layers=32, heads=32, kv=8, head=128, feed_forward=14336, vocab=128256, kind="Q4_0", context=131072), 8192),
    ("as Llama 3.1 8B", dict(width=4096, layers=32, heads=32, kv=8, head=128, feed_forward=14336, vocab=128256, kind="Q4_0", context=131072), 131072),
    ("as Qwen 3 0.6B", dict(arch="qwen3", width=1024, layers=28, heads=16, kv=8, head=128, feed_forward=3072, vocab=151936, tied=True, kind="Q8_0"), 32768),
    ("as Qwen 3 30B A3B", dict(arch="qwen3moe", width=2048, layers=48, heads=32, kv=4, head=128, feed_forward=6144, experts=128, used=8, expert_width=768, vocab=151936, kind="Q4_0"), 32768),
    ("as Mixtral 8x7B", dict(width=4096, layers=32, heads=32, kv=8, head=128, feed_forward=14336, experts=8, used=2, expert_width=14336, vocab=32000, kind="Q4_0"), 4096),
    ("as Gemma 3 1B", dict(arch="gemma3", width=1152, layers=26, heads=4, kv=1, head=256, feed_forward=6912, vocab=262144, tied=True, window=512, kind="Q8_0"), 32768),
    ("as Gemma 3 27B", dict(arch="gemma3", width=5376, layers=62, heads=32, kv=16, head=128, feed_forward=21504, vocab=262208, tied=True, window=1024, kind="Q4_0", context=131072), 16384),
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


def memory_of(pid):
    """The peak of process PID so far, its own memory and its pages of files now, in bytes; zeros when it is gone."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        status = ""
    found = [re.search(rf"^{name}:\s+(\d+) kB", status, re.M) for name in ("VmHWM", "RssAnon", "RssFile")]
    return [int(match[1]) * 1024 if match else 0 for match in found]


def measure(path, context, weights):
    """Runs the model with a long prompt, and says the peak of what it needs."""
    samples, runner, said = [], None, []
    # The runner may write to no file, so what it says comes through a pipe.
    process = subprocess.Popen([MAQ, "run", path, "--json", "--raw", "-c", str(context), "-n", "4", "--temp", "0", "-p", "a" * min(PROMPT, context - 16)],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", env=os.environ | {"MAQ_RUNNER_DEBUG": "1"})
    reader = threading.Thread(target=lambda: said.append(process.stderr.read()))
    reader.start()
    while process.poll() is None:
        runner = runner or find_runner(process.pid)
        if runner:
            samples.append(memory_of(runner))
        time.sleep(0.01)
    reader.join()
    said, answer = said[0], process.stdout.read()
    if process.returncode:
        raise AssertionError(said.strip().splitlines()[-1])
    tokens = json.loads(answer)["stats"]["prompt_tokens"]
    assert tokens >= min(PROMPT, context - 16), f"the prompt had only {tokens} tokens"
    # Weights laid out anew for this processor; their pages of the file are not needed any more.
    copies = sum(float(mib) for mib in re.findall(r"(?:REPACK|AMX) model buffer size = +([\d.]+) MiB", said)) * (1 << 20)
    if copies == 0:
        return max(peak for peak, own, files in samples)
    return max(own + min(files, max(int(weights - copies), 0) + LIBRARIES) for peak, own, files in samples)


def foresee(dimensions, context, folder):
    """What `maq fit` says of the model, and the path of its file."""
    path = folder / "model.gguf"
    maq_model.write(path, **dimensions)
    fit = run("fit", path, "-c", context)
    assert fit["source"] == "engine" and fit["context"] == context, fit
    for part in ("weights", "cache"):
        assert abs(fit["from_header"][part] - fit[part]) <= 0.01 * fit[part] + 16384, f"the engine says {part} are {fit[part]}"
    return fit, path


def show(name, context, fit, peak, error):
    parts = "".join(f"{fit['from_header'][part] / 1e6:9.1f}" for part in ("weights", "cache", "compute", "overhead", "total"))
    print(f"# {name:22}{context:7}{parts}{fit['total'] / 1e6:9.1f}{peak:>9}{error:+8.1%}", flush=True)


def compare_run(name, dimensions, context, folder):
    fit, path = foresee(dimensions, context, folder)
    peak = measure(path, context, fit["weights"])
    error = (fit["from_header"]["total"] - peak) / peak
    show(name, context, fit, f"{peak / 1e6:.1f}", error)
    return abs(error)


def compare_engine(name, dimensions, context, folder):
    fit, path = foresee(dimensions, context, folder)
    error = (fit["from_header"]["total"] - fit["total"]) / fit["total"]
    show(name, context, fit, "", error)
    return abs(error)


class Report:
    """Counts and prints TAP."""

    def __init__(self, n):
        self.n = self.failed = 0
        print(f"1..{n}")

    def add(self, name, good, why):
        self.n += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.n} - {name}" + ("" if good else f" # {why}"), flush=True)


def check(report, cases, function, most):
    """The errors of the cases that could be compared."""
    errors = []
    for name, dimensions, context in cases:
        with tempfile.TemporaryDirectory() as folder:
            try:
                error, why = function(name, dimensions, context, pathlib.Path(folder)), None
                errors.append(error)
            except (AssertionError, subprocess.SubprocessError, OSError) as failure:
                error, why = 1, failure
        report.add(f"{name}, {context} tokens", error <= most, why or f"{error:.1%} is more than {most:.0%}")
    return errors


def main():
    report = Report(len(CASES) + len(LARGE) + 2)
    titles = "".join(f"{title:>9}" for title in ("weights", "cache", "compute", "rest", "header", "engine", "peak"))
    print(f"# {'in MB':22}{'tokens':>7}{titles}{'error':>8}")
    for what, cases, function, most, median in (("run", CASES, compare_run, 0.10, 0.05), ("engine", LARGE, compare_engine, 0.05, 0.02)):
        errors = check(report, cases, function, most)
        middle = statistics.median(errors or [1])
        report.add(f"median against the {what}", middle < median, f"{middle:.1%} is not under {median:.0%}")
    sys.exit(report.failed > 0)


main()
