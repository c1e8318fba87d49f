# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""The measurements of tests/bench/download; see there."""

import argparse
import hashlib
import os
import pathlib
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

MIB = 1 << 20
GIB = 1 << 30
HERE = pathlib.Path(__file__).parent
MAQ = pathlib.Path(os.environ.get("MAQ_BENCH_MAQ") or pathlib.Path(os.environ["MAQ_BUILD_DIR"]) / "src/cli/maq")
OTHER = os.environ.get("MAQ_BENCH_OTHER")
REPO, NAME = "bench/large", "large.gguf"
# Bytes a second for each connection and for all, round-trip time in seconds.
PROFILES = {
    "loopback": (0, 0, 0),
    "10 MB/s each, 0 ms": (10e6, 0, 0),
    "10 MB/s each, 80 MB/s link, 50 ms": (10e6, 80e6, 0.05),
    "10 MB/s each, 80 MB/s link, 200 ms": (10e6, 80e6, 0.2),
}


class Server:
    """A process of its own: its CPU time is not that of the program measured."""

    def __init__(self, file, sha256, profile):
        self.process = subprocess.Popen([sys.executable, HERE / "bench_hub.py", file, sha256, *map(str, profile)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)


def commands(url, folder):
    """What each program is called with, and the file it leaves."""
    link = f"{url}/{REPO}/resolve/main/{NAME}"
    out = folder / "out.gguf"
    cached = f"models--bench--large/snapshots/*/{NAME}"
    def ours(program):
        return ["env", f"HF_HUB_CACHE={folder}/cache", f"XDG_STATE_HOME={folder}/state", program, "download", "--quiet", REPO, NAME], folder / "cache", cached

    return {
        "maq": ours(MAQ),
        "other maq": ours(OTHER),
        "curl": (["curl", "-sfL", "-o", out, link], folder, "out.gguf"),
        "aria2c -x16": (["aria2c", "-q", "-x16", "-s16", "-k1M", "--file-allocation=falloc", "-d", folder, "-o", "out.gguf", link], folder, "out.gguf"),
        "hf": (["env", f"HF_HUB_CACHE={folder}/cache", f"HF_HOME={folder}/home", "hf", "download", REPO, NAME], folder / "cache", cached),
    }


def measure(command, environment):
    """Seconds, CPU seconds, and the most memory in MiB, of a program."""
    with tempfile.TemporaryFile() as err:
        begin = time.monotonic()
        process = subprocess.Popen([str(word) for word in command], env=environment, stdout=subprocess.DEVNULL, stderr=err)
        pid, peak = 0, 0.0
        while pid == 0:
            # What wait4 says of memory counts this Python, too, which the program was for a moment.
            peak = max(peak, most_memory(process.pid))
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            time.sleep(0.01 if pid == 0 else 0)
        seconds = time.monotonic() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            err.seek(0)
            raise RuntimeError(f"{' '.join(map(str, command))} ended with {process.returncode}: {err.read().decode(errors='replace')[-300:]}")
    return seconds, usage.ru_utime + usage.ru_stime, peak


def most_memory(pid):
    """In MiB; of the last program that this process became."""
    try:
        lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def is_right(root, pattern, sha256):
    found = list(root.glob(pattern))
    if len(found) != 1:
        return False
    with open(found[0], "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def one_round(server, where, sha256, results, order):
    for name in order:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=where))
        command, root, pattern = commands(server.url, folder)[name]
        environment = {**os.environ, "HF_ENDPOINT": server.url, "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "GSETTINGS_BACKEND": "memory",
                       "LC_ALL": "C.UTF-8"}
        try:
            os.sync()
            measured = measure(command, environment)
            if not is_right(root, pattern, sha256):
                raise RuntimeError(f"{name} left a file with another hash")
            results.setdefault(name, []).append(measured)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def run_profile(title, profile, file, size, sha256, where, place, rounds, programs):
    server = Server(file, sha256, profile)
    results = {}
    try:
        for number in range(rounds):
            one_round(server, where, sha256, results, programs if number % 2 == 0 else programs[::-1])
    finally:
        server.close()
    print_table(f"{title}, to {place}, {size // MIB} MiB, {rounds} rounds", size, results, programs)


def print_table(title, size, results, programs):
    print(f"\n{title}\n{'':<14}{'MB/s median':>12}{'best':>8}{'worst':>8}{'maq is':>9}{'CPU s/GiB':>11}{'peak MiB':>10}  SHA-256")
    speeds = {name: [size / seconds / 1e6 for seconds, _cpu, _rss in results[name]] for name in programs}
    for name in programs:
        speed = statistics.median(speeds[name])
        ratio = statistics.median(speeds["maq"]) / speed
        cpu = statistics.median(cpu for _seconds, cpu, _rss in results[name]) * GIB / size
        rss = max(rss for _seconds, _cpu, rss in results[name])
        checked = "checked by itself, right" if "maq" in name else "right"
        print(f"{name:<14}{speed:>12.1f}{max(speeds[name]):>8.1f}{min(speeds[name]):>8.1f}{ratio:>8.2f}×{cpu:>11.2f}{rss:>10.0f}  {checked}", flush=True)


def make_file(folder, size):
    path = folder / f"source-{size}"
    source = random.Random(1)
    digest = hashlib.sha256()
    with open(path, "wb") as file:
        for at in range(0, size, 4 * MIB):
            piece = source.randbytes(min(4 * MIB, size - at))
            digest.update(piece)
            file.write(piece)
    return path, digest.hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--size", type=int, default=1024, help="MiB over the unlimited line")
    parser.add_argument("--throttled-size", type=int, default=128, help="MiB over the others")
    parser.add_argument("--profile", action="append", choices=list(PROFILES))
    parser.add_argument("--to", choices=["ram", "disk"], action="append")
    parser.add_argument("--program", action="append", help="only these, such as maq and “aria2c -x16”")
    parser.add_argument("--quick", action="store_true", help="small files, three rounds: to see that it works")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.size, options.throttled_size = 3, 256, 64
    there = [name for name in ("maq", "other maq", "curl", "aria2c -x16", "hf") if shutil.which(name.split()[0]) or name == "maq" or name == "other maq" and OTHER]
    programs = [name for name in there if name == "maq" or not options.program or name in options.program]
    ram = pathlib.Path(tempfile.mkdtemp(prefix="maq-bench-", dir="/dev/shm"))
    disk = pathlib.Path(tempfile.mkdtemp(prefix="maq-bench-", dir=os.environ.get("MAQ_BENCH_DISK") or "/tmp"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    try:
        print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before the first round")
        for title in options.profile or PROFILES:
            size = (options.size if title == "loopback" else options.throttled_size) * MIB
            file, sha256 = make_file(ram, size)
            for place in options.to or (["ram", "disk"] if title == "loopback" else ["ram"]):
                run_profile(title, PROFILES[title], file, size, sha256, ram if place == "ram" else disk, place, options.rounds, programs)
            file.unlink()
        print(f"\nload {os.getloadavg()[0]:.1f} after the last round")
    finally:
        shutil.rmtree(ram, ignore_errors=True)
        shutil.rmtree(disk, ignore_errors=True)


if __name__ == "__main__":
    main()
