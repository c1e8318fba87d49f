// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-hub-client.h"

// Headers of GGUF files, read without the weights and parsed in a worker. Main thread only; dropping a future stops it.

G_BEGIN_DECLS

// Of the file at PATH. Resolves to a MaqGguf (boxed); MAQ_FORMAT_ERROR and G_IO_ERROR otherwise.
DexFuture *maq_header_open (const char *path);
// Of a file of a model on the Hub, of which no more than the header is asked for: some 100 kB to a few MB. Resolves to a MaqGguf
// (boxed); MAQ_HUB_ERROR, MAQ_FORMAT_ERROR and G_IO_ERROR otherwise.
DexFuture *maq_header_fetch (MaqHubClient *client, const char *id, const char *revision, const char *path);

G_END_DECLS
