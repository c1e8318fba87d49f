// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-serve-store.h"

G_BEGIN_DECLS

// Looks for files in the folder that is served.

// The names in the folder at PATH below ROOT, in byte order, without . and .. (transfer full). Errors as of maq_serve_root_open;
// G_IO_ERROR_NOT_DIRECTORY.
char **maq_serve_scan_names (MaqServeRoot *root,
                             const char   *path,
                             GError      **error);

// Calls FOUND for every file below FOLDER, at any depth, with its path from there and what it is. Symbolic links count as what they lead
// to; one that leads back to a folder it is in is left out, as are names that clients of the Hub refuse and what cannot be read; the store
// is told of each. Nobody is told of .git and .maquette, and of .cache/huggingface, where the Hub's tools keep their notes.
void maq_serve_scan (MaqHubStore  *store,
                     MaqServeRoot *root,
                     const char   *folder,
                     void (*found) (const char        *path,
                                    const struct stat *info,
                                    gpointer           data),
                     gpointer data);

G_END_DECLS
