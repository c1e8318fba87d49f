# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""What the cases share: a Hub that misbehaves, a place to download to, the program under test, and the table of results."""

import contextlib
import ctypes
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.request

import invariants

BUILD = pathlib.Path(os.environ["MAQ_BUILD_DIR"])
MAQ = pathlib.Path(os.environ.get("MAQ_FAULT_MAQ") or BUILD / "src/cli/maq")
HUB_SERVER = BUILD / "tests/support/hub-server"
SHIM = BUILD / "tests/fault/libmaq-fault-shim.so"
TIMEOUT = 60
MIB = 1 << 20


def roomy_folder():
    """A RAM disk if there is one with room: thousands of downloads are a disk's work otherwise."""
    shm = pathlib.Path("/dev/shm")
    if os.access(shm, os.W_OK) and shutil.disk_usage(shm).free > 2 << 30:
        return shm
    return pathlib.Path(tempfile.gettempdir())


TOP = pathlib.Path(tempfile.mkdtemp(prefix="maq-fault-", dir=os.environ.get("MAQ_FAULT_DIR") or roomy_folder()))


def clean_up():
    for root, folders, _files in os.walk(TOP):
        for name in folders:
            with contextlib.suppress(OSError):
                os.chmod(os.path.join(root, name), 0o755)
    shutil.rmtree(TOP, ignore_errors=True)


class Broken(AssertionError):
    """What should have held did not."""


class Skip(Exception):
    """Cannot be had on this machine; says why."""


def expect(holds, what):
    if not holds:
        raise Broken(what)


LIBC = ctypes.CDLL(None, use_errno=True)
NEW_MOUNTS, NEW_NETWORK = 0x00020000, 0x40000000
MS_NODEV, MS_READ_ONLY, MS_REMOUNT, MS_BIND, MS_PRIVATE = 4, 1, 32, 4096, 1 << 18 | 16384


def mount(what, where, kind=None, flags=0, options=None):
    words = [word.encode() if word is not None else None for word in (what, str(where), kind)]
    if LIBC.mount(*words, flags, options.encode() if options is not None else None) != 0:
        raise Skip(f"nothing can be mounted here: {os.strerror(ctypes.get_errno())}")


def unmount(where):
    LIBC.umount2(str(where).encode(), 2)


def apart(spaces, function, *arguments):
    """Calls FUNCTION in a thread that has its own mounts or its own network, as have the programs it starts."""
    results = []

    def run():
        try:
            if LIBC.unshare(spaces) != 0:
                raise Skip(f"no namespace of one's own is to be had here: {os.strerror(ctypes.get_errno())}")
            if spaces & NEW_MOUNTS:
                mount("none", "/", flags=MS_PRIVATE)
            results.append((function(*arguments), None))
        except Exception as error:  # told in the thread that waits
            results.append((None, error))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    value, error = results[0]
    if error is not None:
        raise error
    return value


class Hub:
    """The Hub's routes with misbehaviour allowed, as `maq hub --faults` has them."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([HUB_SERVER, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        self.files = {}

    def close(self):
        self.process.stdin.close()
        self.process.wait(TIMEOUT)
        self.process.stdout.close()

    def ask(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        with urllib.request.urlopen(urllib.request.Request(self.url + path, data, method=method), timeout=TIMEOUT) as reply:
            return json.load(reply)

    def spoil(self, *rules):
        """From now on only these rules."""
        self.ask("DELETE", "/.maq/faults")
        if rules:
            self.ask("POST", "/.maq/faults", list(rules))

    def forget(self):
        self.ask("DELETE", "/.maq/requests")

    def requests(self):
        return self.ask("GET", "/.maq/requests")

    def bodies(self):
        """The requests that were answered with bytes of a file."""
        return [r for r in self.requests() if r["method"] == "GET" and (r["host"] == "cdn" or "/resolve-cache/" in r["path"])]

    def sent(self):
        """Bytes of files sent since forget()."""
        return sum(request["sent"] for request in self.bodies())

    def tree(self, repo):
        """What REPO holds: {path: (etag, size)}."""
        if repo not in self.files:
            sha = self.ask("GET", f"/api/models/{repo}")["sha"]
            entries = self.ask("GET", f"/api/models/{repo}/tree/{sha}?recursive=true")
            self.files[repo] = {e["path"]: (e["lfs"]["oid"] if "lfs" in e else e["oid"], e["size"]) for e in entries if e["type"] == "file"}
        return self.files[repo]


def write_file(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def made_up_hub(**sizes):
    """A folder for a Hub of models acme/NAME, each with a small file, one in a folder, and weights of so many bytes."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hub-", dir=TOP))
    for name, size in sizes.items():
        repo = folder / "models/acme" / name
        write_file(repo / "README.md", f"# {name}\n")
        write_file(repo / "onnx/deep/config.json", "{}")
        commits = [{"title": "all", "date": "2026-01-01T00:00:00.000Z", "authors": ["acme"], "files": {
            f"{name}.gguf": {"generate": {"format": "bytes", "bytes": size, "seed": len(name)}}}}]
        write_file(repo / ".maquette/repo.json", json.dumps({"commits": commits}))
    return folder


class Place:
    """A home with a cache, a state folder, and things of others beside them that nobody is to touch."""

    def __init__(self, hub):
        self.hub = hub
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="place-", dir=TOP))
        self.cache = self.top / "cache"
        self.state = self.top / "state"
        self.known = {}
        write_file(self.top / "home/notes.txt", "mine")
        write_file(self.top / "home/.config/other/settings", "x=1")
        write_file(self.top / "cache-of-others/models--acme--tiny/blobs/x", "theirs")
        self.before = invariants.picture(self.top, self.cache, self.state)

    def close(self):
        shutil.rmtree(self.top, ignore_errors=True)

    def environment(self, **more):
        home = self.top / "home"
        return {**os.environ, "HF_ENDPOINT": self.hub.url, "HF_HUB_CACHE": str(self.cache), "HOME": str(home), "LC_ALL": "C.UTF-8",
                "XDG_CONFIG_HOME": str(home / ".config"), "XDG_DATA_HOME": str(home / ".local/share"), "XDG_CACHE_HOME": str(home / ".cache"),
                "XDG_STATE_HOME": str(self.state), "GSETTINGS_BACKEND": "memory", "HF_HUB_DISABLE_XET": "1",
                "HF_HUB_DISABLE_PROGRESS_BARS": "1", **{name: str(value) for name, value in more.items()}}

    def shim(self, **more):
        """The environment in which the shim sees what is done to the cache and the state folder."""
        return {"LD_PRELOAD": SHIM, "MAQ_FAULT_ROOTS": f"{self.cache}:{self.state}", "MAQ_FAULT_COUNT": self.top.with_suffix(".count"), **more}

    def counted(self):
        """How many calls the shim counted, and which was spoiled."""
        count = self.top.with_suffix(".count")
        number, name = count.read_text().split()
        count.unlink()
        return int(number), name

    def start(self, *arguments, **more):
        return subprocess.Popen([MAQ, *map(str, arguments)], env=self.environment(**more), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *arguments, timeout=TIMEOUT, **more):
        """Exit status, standard output, standard error."""
        process = self.start(*arguments, **more)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            _out, err = process.communicate()
            raise Broken(f"maq {' '.join(map(str, arguments))} did not end within {timeout} s: {err.strip()[-300:]}") from None
        return process.returncode, out, err

    def download(self, repo, *arguments, **more):
        """A download that must succeed; what it says of itself."""
        status, out, err = self.run("download", "--json", repo, *arguments, **more)
        expect(status == 0, f"the download failed with status {status}: {err.strip()[-400:]}")
        return json.loads(out)

    def fails(self, repo, *says, **more):
        """A download that must fail, with one sentence that holds one of SAYS; returns it."""
        status, _out, err = self.run("download", repo, **more)
        expect(status == 1, f"status {status} instead of 1: {err.strip()[-400:]}")
        sentence = check_sentence(err)
        expect(not says or any(word in sentence for word in says), f"“{sentence}” holds none of {says}")
        return sentence

    def check(self):
        broken = invariants.check(self.cache, self.known)
        broken += invariants.difference(self.before, invariants.picture(self.top, self.cache, self.state))
        expect(not broken, "; ".join(broken))

    def repo(self, repo):
        return self.cache / ("models--" + repo.replace("/", "--"))

    def whole(self, repo):
        """The etags whose blobs are complete."""
        return {path.name for path in (self.repo(repo) / "blobs").glob("*") if invariants.HASH.fullmatch(path.name)}

    def partials(self):
        return [path for path in self.cache.glob("*/blobs/*.incomplete") if ".maquette-" in path.name]

    def remembered(self):
        """What the state folder still holds of unfinished downloads."""
        return [path for path in self.state.rglob("*") if re.match(r"[0-9a-f]{8}\.", path.name)]

    def check_complete(self, repo):
        """All of REPO is here, as Python sees it, and no debris."""
        import huggingface_hub as hf

        self.check()
        found = hf.HfApi(endpoint=self.hub.url, token=False).verify_repo_checksums(repo, cache_dir=self.cache)
        expect(not found.mismatches and not found.missing_paths and not found.extra_paths, f"Python's verification: {found}")
        expect(self.whole(repo) == {etag for etag, _size in self.hub.tree(repo).values()}, "other blobs than the repo has")
        expect(not self.partials(), f"partial files are left: {[path.name for path in self.partials()]}")

    def finish(self, repo):
        """A clean run completes what a fault left, fetching nothing that was complete; returns the bytes sent for it."""
        whole = self.whole(repo)
        self.hub.spoil()
        self.hub.forget()
        self.download(repo)
        for request in self.hub.bodies():
            expect(not any(etag in request["path"] for etag in whole), f"fetched again: {request['path'][:120]}")
        self.check_complete(repo)
        return self.hub.sent()


@contextlib.contextmanager
def place(hub):
    """A place that is gone afterwards; kept when something broke and MAQ_FAULT_KEEP is set."""
    here = Place(hub)
    try:
        yield here
    except BaseException:
        if os.environ.get("MAQ_FAULT_KEEP"):
            print(f"# kept: {here.top}")
            raise
        here.close()
        raise
    here.close()


def check_sentence(err):
    """The one sentence an error is told in, without warnings of libraries beside it."""
    lines = [line for line in err.strip().split("\n") if line]
    expect(not re.search(r"CRITICAL|WARNING|Traceback|runtime error|AddressSanitizer", err), f"warnings: {err.strip()[-400:]}")
    expect(lines and re.fullmatch(r"maq: \S.*\.", lines[-1]), f"no sentence: {err.strip()[-400:]!r}")
    return lines[-1].removeprefix("maq: ")


def wait_for(what, seconds, process=None):
    """Whether WHAT() holds in time; ends early when PROCESS does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        if process is not None and process.poll() is not None:
            return what()
        time.sleep(0.01)
    return False


class Row:
    """The result of one case: how many faults were tried, which broke something, what was measured."""

    def __init__(self, name, title, target, full):
        self.name, self.title, self.target, self.full = name, title, target, full
        self.tried = 0
        self.broken = []
        self.notes = []
        self.skipped = None
        self.seconds = 0.0

    def attempt(self, what, function, *arguments, **options):
        """Runs one fault; what breaks is noted under WHAT and the case goes on."""
        self.tried += 1
        try:
            return function(*arguments, **options)
        except Skip:
            raise
        except (Broken, OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
            self.broken.append(f"{what}: {type(error).__name__ + ': ' if not isinstance(error, Broken) else ''}{error}")
        return None

    def attempt_if_possible(self, what, function, *arguments):
        """A fault that needs something not every machine has: where that lacks, only this one is left out, and told of."""
        try:
            self.attempt(what, function, *arguments)
        except Skip as reason:
            self.tried -= 1
            self.note(f"SKIP {what}: {reason}")

    def note(self, text):
        self.notes.append(text)


def random_source():
    """Seeded, so that a run can be repeated: MAQ_FAULT_SEED."""
    return random.Random(int(os.environ.get("MAQ_FAULT_SEED", "1")))


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.communicate()
