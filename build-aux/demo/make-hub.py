#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Writes data/demo/{models,datasets,spaces}: the content of the demo Hub.

    build-aux/demo/make-hub.py [--hashes URL | --check]

Everything follows from the tables in hub_models.py and hub_others.py; the result is committed, and running this again
changes nothing. Large weights are not written: repo.json says how many bytes the server shall make up, from which seed.
So that nobody waits for the server to hash gigabytes, their SHA-256 are kept in hashes.json beside this script; after a
change of a size or a seed run a server on the new content and this script again with its address in --hashes.
With --check nothing is written; the exit status says whether the committed files are what this script makes.
"""
import argparse
import json
import pathlib
import shutil
import sys
import tempfile
import urllib.request

import hub_cards
import hub_models
import hub_others

HERE = pathlib.Path(__file__).resolve().parent
DEMO = HERE.parent.parent / "data" / "demo"
HASHES = HERE / "hashes.json"
HASH_FROM = 64 * 1000 * 1000  # smaller files are hashed by the server when first asked for


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text if isinstance(text, str) else json.dumps(text, indent=1, ensure_ascii=False) + "\n")


def add_hashes(files, repo_id, hashes):
    for name, what in files.items():
        known = hashes.get(f"{repo_id}/{name}")
        generate = (what or {}).get("generate")
        if known and generate and known["bytes"] == generate["bytes"] and known["seed"] == generate["seed"]:
            generate["sha256"] = known["sha256"]


def write_repo(into, kind, repo, hashes):
    folder = into / kind / repo["id"]
    for name, text in repo.get("files", {}).items():
        write(folder / name, text)
    for commit in repo["about"].get("commits", []):
        add_hashes(commit.get("files", {}), repo["id"], hashes)
    write(folder / ".maquette" / "repo.json", repo["about"])


def write_all(into, content, hashes):
    for kind, repos in content.items():
        shutil.rmtree(into / kind, ignore_errors=True)
        for repo in repos:
            write_repo(into, kind, repo, hashes)


def listing(folder, content):
    return {str(path.relative_to(folder)): path.read_bytes() for kind in content for path in (folder / kind).rglob("*") if path.is_file()}


def fetch_hashes(url, repos):
    found = {}
    for repo in repos:
        wanted = {name: what["generate"] for commit in repo["about"].get("commits", [])
                  for name, what in commit.get("files", {}).items()
                  if what and what.get("generate", {}).get("bytes", 0) >= HASH_FROM}
        if not wanted:
            continue
        request = urllib.request.Request(f"{url}/api/models/{repo['id']}/tree/main?recursive=true",
                                         headers={"Authorization": "Bearer hf_demo_read"})
        for entry in json.load(urllib.request.urlopen(request)):
            if entry["path"] in wanted:
                generate = wanted[entry["path"]]
                found[f"{repo['id']}/{entry['path']}"] = {
                    "bytes": generate["bytes"], "seed": generate["seed"], "sha256": entry["lfs"]["oid"]}
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hashes", metavar="URL", help="take the SHA-256 of large files from the server there")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    options = parser.parse_args()
    content = {"models": hub_models.repos(hub_cards), "datasets": hub_others.datasets(), "spaces": hub_others.spaces()}
    hashes = json.loads(HASHES.read_text()) if HASHES.exists() else {}
    if options.hashes:
        hashes = fetch_hashes(options.hashes, content["models"])
        write(HASHES, hashes)
    if options.check:
        with tempfile.TemporaryDirectory() as folder:
            write_all(pathlib.Path(folder), content, hashes)
            sys.exit(0 if listing(pathlib.Path(folder), content) == listing(DEMO, content) else "data/demo is not what make-hub.py makes")
    write_all(DEMO, content, hashes)
    print(", ".join(f"{len(repos)} {kind}" for kind, repos in content.items()))


if __name__ == "__main__":
    main()
