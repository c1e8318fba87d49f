# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""The npm package @huggingface/hub, where there is node and the package can be had: see find_modules."""

import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

PACKAGE = "@huggingface/hub@2"
HERE = pathlib.Path(__file__).resolve().parent


class Missing(Exception):
    """The package cannot be had; says why."""


def find_modules():
    """The folder node finds the package in: that of MAQ_NODE_MODULES, else one in the build folder, filled if npm can reach a registry."""
    if not shutil.which("node"):
        raise Missing("there is no node")
    given = os.environ.get("MAQ_NODE_MODULES")
    folder = pathlib.Path(given) if given else pathlib.Path(os.environ["MAQ_BUILD_DIR"]) / "tests/npm/node_modules"
    if not given and shutil.which("npm"):
        folder.parent.mkdir(exist_ok=True)
        with open(folder.parent / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "@huggingface/hub").is_dir():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-save", "--fetch-retries=0", "--prefix", folder.parent,
                                    PACKAGE], capture_output=True, timeout=60)
    if not (folder / "@huggingface/hub").is_dir():
        raise Missing(f"npm cannot get {PACKAGE} here; MAQ_NODE_MODULES can name a folder that has it")
    return folder.resolve()


class Npm:
    """The package at work, on the Hub at URL. Raises Missing."""

    def __init__(self, url):
        self.url = url
        self.folder = tempfile.mkdtemp(prefix="maq-npm-")
        os.symlink(find_modules(), f"{self.folder}/node_modules")
        self.process = self.start()

    def start(self):
        """One more of it, in a process of its own."""
        shutil.copy(HERE / "npm-client.mjs", self.folder)
        return subprocess.Popen(["node", f"{self.folder}/npm-client.mjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, what, process=None, **request):
        process = process or self.process
        self.send(process, what, **request)
        answer = json.loads(process.stdout.readline())
        assert "error" not in answer, f"npm's {what}: {answer['error']}"
        return answer["value"]

    def send(self, process, what, **request):
        process.stdin.write(json.dumps({"what": what, "hubUrl": self.url, **{name: str(value) for name, value in request.items()}}) + "\n")
        process.stdin.flush()

    def snapshot(self, repo, cache, revision="main"):
        """The folder of the whole repo, which it fetches as far as it is not there."""
        self.ask("snapshot", repo=repo, cacheDir=cache, revision=revision)
        return pathlib.Path(cache, "models--" + repo.replace("/", "--"))

    def check_scan(self, cache, scan):
        """It sees what Python saw, SCAN, and nothing to warn of. It looks at no folder below a snapshot and no ref with a slash."""
        found = self.ask("scan", cacheDir=cache)
        assert found["warnings"] == [], found["warnings"]
        theirs = {(repo["id"]["type"], repo["id"]["name"]): repo for repo in found["repos"]}
        assert theirs.keys() == {(repo.repo_type, repo.repo_id) for repo in scan.repos}, theirs.keys()
        for repo in scan.repos:
            revisions = {revision["commitOid"]: revision for revision in theirs[repo.repo_type, repo.repo_id]["revisions"]}
            assert revisions.keys() == {revision.commit_hash for revision in repo.revisions}
            for revision in repo.revisions:
                mine = revisions[revision.commit_hash]
                sizes = {str(file.file_path): file.size_on_disk for file in revision.files if file.file_path.parent == revision.snapshot_path}
                assert {file["path"]: file["blob"]["size"] for file in mine["files"]} == sizes, (mine, sizes)
                assert set(mine["refs"]) == {ref for ref in revision.refs if "/" not in ref}, (mine["refs"], revision.refs)
