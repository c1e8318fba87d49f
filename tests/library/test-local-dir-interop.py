#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""A folder of the user's choice, filled by Maquette and by Python's huggingface_hub in turn and at the same time.

    test-local-dir-interop.py HUB-SERVER MAQ

TAP on standard output.
"""
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

TOP = pathlib.Path(tempfile.mkdtemp(prefix="maq-local-dir-"))
HUB = TOP / "hub"
TINY = HUB / "models/acme/tiny"
MAQ = sys.argv[2]
WEIGHTS = "tiny-Q8_0.gguf"
checks = []


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def make_hub():
    """A model with two commits, of which the second changes one file."""
    rng = random.Random(7)
    write(TINY / "README.md", b"---\nlicense: mit\n---\n# Tiny\n")
    write(TINY / "config.json", b'{"a": 1}')
    write(TINY / "copy.json", b'{"a": 1}')
    write(TINY / "empty.txt", b"")
    write(TINY / "weird but valid/name (1).txt", b"spaces")
    write(TINY / "onnx/deep/er/x.json", b'{"x": [1, 2]}')
    write(TINY / WEIGHTS, rng.randbytes(3 << 20))
    write(TINY / "part-00001-of-00001.safetensors", rng.randbytes(1 << 20))
    commits = [{"title": "first", "date": "2026-01-01T00:00:00.000Z", "authors": ["acme"], "files": {"config.json": {"file": "config.json"}}},
               {"title": "second", "date": "2026-02-01T00:00:00.000Z", "authors": ["acme"], "files": {"config.json": {"text": '{"a": 2}'}}}]
    write(TINY / ".maquette/repo.json", json.dumps({"commits": commits, "git_tags": {"v1": 0}}).encode())


make_hub()
server = subprocess.Popen([sys.argv[1], str(HUB)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
URL = server.stdout.readline().strip()
os.environ.update(HF_ENDPOINT=URL, HF_HUB_DISABLE_PROGRESS_BARS="1", HF_HUB_DISABLE_XET="1")

import huggingface_hub as hf  # noqa: E402  reads the endpoint when imported

api = hf.HfApi()
FILES = {entry.path: entry for entry in api.list_repo_tree("acme/tiny", recursive=True) if isinstance(entry, hf.hf_api.RepoFile)}


def check(func):
    checks.append(func)
    return func


def control(method, what, body=None):
    request = urllib.request.Request(f"{URL}/.maq/{what}", method=method, data=json.dumps(body).encode() if body is not None else None)
    return json.load(urllib.request.urlopen(request))


def requests(method="GET"):
    """For the bytes of files, wherever they are."""
    return [request["path"] for request in control("GET", "requests")
            if request["method"] == method and ("/resolve" in request["path"] or request["host"] == "cdn")]


def environment(folder):
    return {**os.environ, "HF_HUB_CACHE": f"{folder}-cache", "XDG_STATE_HOME": f"{folder}-state"}


def maq(folder, *arguments, status=0):
    done = subprocess.run([MAQ, "download", "--json", "--local-dir", str(folder), *arguments], env=environment(folder), capture_output=True, text=True, timeout=60)
    assert done.returncode == status, f"maq {' '.join(arguments)}: status {done.returncode}: {done.stderr}"
    return json.loads(done.stdout) if status == 0 else done.stderr


def python(folder, **options):
    return hf.snapshot_download("acme/tiny", local_dir=folder, cache_dir=f"{folder}-cache", **options)


def content(path, revision="main"):
    if path == "config.json":
        return b'{"a": 1}' if revision == "v1" else b'{"a": 2}'
    return (TINY / path).read_bytes()


def files_in(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir() and ".cache" not in path.parts[len(folder.parts):]}


def check_folder(folder, revision="main"):
    """All files are there and right, plain files, and the other client agrees."""
    assert files_in(folder) == set(FILES), files_in(folder) ^ set(FILES)
    assert not any(path.is_symlink() for path in folder.rglob("*"))
    assert not list(folder.rglob("*.incomplete")) and not list(folder.rglob("*.tmp"))
    for path in FILES:
        assert (folder / path).read_bytes() == content(path, revision), path
    commit = api.model_info("acme/tiny", revision=revision).sha
    from huggingface_hub._local_folder import read_download_metadata
    for path in FILES:
        metadata = read_download_metadata(folder, path)
        assert metadata is not None and metadata.commit_hash == commit, (path, metadata)
    done = subprocess.run(["hf", "cache", "verify", "acme/tiny", "--local-dir", str(folder), "--revision", revision, "--fail-on-missing-files"],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


@check
def python_takes_what_maquette_fetched(folder):
    result = maq(folder, "acme/tiny")
    assert result["path"] == str(folder)
    check_folder(folder)
    control("DELETE", "requests")
    assert python(folder) == str(folder)
    assert requests() == [] and requests("HEAD") == [], requests()
    subprocess.run(["hf", "download", "acme/tiny", "--local-dir", str(folder)], env=environment(folder), check=True, capture_output=True, timeout=60)
    assert requests() == []
    # With no network at all, as the list of files says that all are here.
    assert python(folder, local_files_only=True) == str(folder)
    assert hf.hf_hub_download("acme/tiny", WEIGHTS, revision=result["commit"], local_dir=folder, local_files_only=True) == str(folder / WEIGHTS)
    assert json.loads(next((folder / ".cache/huggingface/trees").glob("*.json")).read_text())["format_version"] == 1


@check
def maquette_takes_what_python_fetched(folder):
    python(folder)
    control("DELETE", "requests")
    result = maq(folder, "acme/tiny")
    assert result["fetched"] == 0 and result["path"] == str(folder)
    assert requests() == []
    # By the commit, named files need no question.
    control("DELETE", "requests")
    assert maq(folder, "acme/tiny@" + result["commit"], "--include", "*.json")["fetched"] == 0
    assert requests() == []
    check_folder(folder)


@check
def only_what_changed_is_fetched(folder):
    python(folder, revision="v1")
    check_folder(folder, "v1")
    assert maq(folder, "acme/tiny")["fetched"] == len(content("config.json"))
    check_folder(folder)
    # Back, by the other one.
    control("DELETE", "requests")
    python(folder, revision="v1")
    assert len(requests()) == 1, requests()
    check_folder(folder, "v1")
    # And the same begun by Maquette.
    maq(folder, "acme/tiny")
    control("DELETE", "requests")
    python(folder)
    assert requests() == []


@check
def each_completes_what_the_other_began(folder):
    maq(folder, "acme/tiny", "--include", "*.gguf")
    control("DELETE", "requests")
    python(folder)
    assert not [path for path in requests() if WEIGHTS in path]
    check_folder(folder)
    other = folder.with_name(folder.name + "-2")
    hf.hf_hub_download("acme/tiny", WEIGHTS, local_dir=other)
    assert 0 < maq(other, "acme/tiny")["fetched"] < 2 << 20
    check_folder(other)


@check
def hashes_tell_where_notes_are_lost(folder):
    maq(folder, "acme/tiny")
    shutil.rmtree(folder / ".cache")
    assert maq(folder, "acme/tiny")["fetched"] == 0
    check_folder(folder)
    # Python hashes large files only.
    shutil.rmtree(folder / ".cache")
    control("DELETE", "requests")
    python(folder)
    assert not [path for path in requests() if WEIGHTS in path]


@check
def what_the_cache_has_is_copied(folder):
    cache = f"{folder}-cache"
    hf.snapshot_download("acme/tiny", cache_dir=cache)
    control("DELETE", "requests")
    assert maq(folder, "acme/tiny")["fetched"] == 0
    assert requests() == []
    check_folder(folder)
    (folder / WEIGHTS).write_bytes(b"edited")
    assert hf.scan_cache_dir(cache).warnings == []
    blob = pathlib.Path(hf.hf_hub_download("acme/tiny", WEIGHTS, cache_dir=cache, local_files_only=True))
    assert blob.read_bytes() == content(WEIGHTS)


@check
def a_file_of_the_user_stays(folder):
    python(folder)
    time.sleep(1.1)  # the time of a file may be so much later than its note
    (folder / "README.md").write_text("my own")
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert "README.md" in maq(folder, "acme/tiny", status=1)
    assert (folder / "README.md").read_text() == "my own"
    assert before == {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert maq(folder, "acme/tiny", "--exclude", "README.md")["fetched"] == 0
    maq(folder, "acme/tiny", "--replace")
    check_folder(folder)


@check
def killed_programs_leave_a_folder_the_other_uses(folder):
    control("POST", "faults", {"host": "cdn", "rate": 3000000, "times": 0})
    script = "import huggingface_hub as hf, sys; hf.snapshot_download('acme/tiny', local_dir=sys.argv[1])"
    for n in range(4):
        program = [MAQ, "download", "acme/tiny", "--local-dir", str(folder)] if n % 2 == 0 else [sys.executable, "-c", script, str(folder)]
        process = subprocess.Popen(program, env=environment(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.3 if n % 2 == 0 else 1.2)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for path in files_in(folder) if folder.exists() else ():
            assert (folder / path).read_bytes() == content(path), path
    control("DELETE", "faults")
    assert maq(folder, "acme/tiny")["fetched"] < 4 << 20  # something of what the killed ones had fetched was used
    for path in folder.rglob("*.incomplete"):
        assert ".maquette-" not in path.name
        path.unlink()  # Python never comes back to its own
    check_folder(folder)


@check
def both_at_once(folder):
    control("POST", "faults", {"host": "cdn", "rate": 8000000, "times": 0})
    script = "import huggingface_hub as hf, sys; print(hf.snapshot_download('acme/tiny', local_dir=sys.argv[1]))"
    for n in range(3):
        root = folder.with_name(f"{folder.name}-{n}")
        programs = [[MAQ, "download", "acme/tiny", "--local-dir", str(root)], [sys.executable, "-c", script, str(root)],
                    [MAQ, "download", "acme/tiny", WEIGHTS, "--local-dir", str(root)]]
        running = []
        for i, program in enumerate(programs):
            running.append(subprocess.Popen(program, env={**environment(root), "XDG_STATE_HOME": f"{root}-state-{i}"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
            # Python takes its time to start; sometimes it is the first all the same.
            time.sleep((0.6 if i == 0 else 0) if n == 1 else 0)
        for process in running:
            out, err = process.communicate(timeout=60)
            assert process.returncode == 0, err
        check_folder(root)


def main():
    failed = 0
    print(f"1..{len(checks)}", flush=True)
    for n, func in enumerate(checks, 1):
        name = func.__name__.replace("_", " ")
        control("DELETE", "faults")
        try:
            func((TOP / f"folder-{n}").resolve())
            print(f"ok {n} - {name}", flush=True)
        except Exception as error:  # every failure is one line of the report
            failed += 1
            text = f"{type(error).__name__}: {error}" + "\n" + str(error.__traceback__.tb_next and error.__traceback__.tb_next.tb_lineno)
            print(f"not ok {n} - {name}\n# " + text.strip().replace("\n", "\n# "), flush=True)
    server.stdin.close()
    server.wait(timeout=10)
    shutil.rmtree(TOP, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
