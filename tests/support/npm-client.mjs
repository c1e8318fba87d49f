// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// @huggingface/hub for tests in another language: one JSON request a line on standard input, one answer a line on standard output.
import { createInterface } from "node:readline";
import { downloadFileToCacheDir, scanCacheDir, snapshotDownload } from "@huggingface/hub";

console.debug = () => {};

const does = {
  async scan({ cacheDir }) {
    const { warnings, repos } = await scanCacheDir(cacheDir);
    return { warnings: warnings.map(String), repos };
  },
  snapshot: (request) => snapshotDownload(request),
  file: (request) => downloadFileToCacheDir(request),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { what, ...request } = JSON.parse(line);
  try {
    console.log(JSON.stringify({ value: await does[what](request) }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}
