// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-hub-client.h"

// Headers of weights files, read without the weights and parsed in a worker. Main thread only; dropping a future stops it.

G_BEGIN_DECLS

// Of the GGUF file at PATH. Resolves to a MaqGguf (boxed); MAQ_FORMAT_ERROR and G_IO_ERROR otherwise.
DexFuture *maq_header_open (const char *path);
// Of a GGUF file of a model on the Hub, of which no more than the header is asked for: some 100 kB to a few MB. Resolves to a
// MaqGguf (boxed); MAQ_HUB_ERROR, MAQ_FORMAT_ERROR and G_IO_ERROR otherwise.
DexFuture *maq_header_fetch (MaqHubClient *client, const char *id, const char *revision, const char *path);

// What a header is read as.
typedef struct
{
  GType (*get_type) (void); // boxed
  // BYTES: the beginning of the file PATH of FILE_SIZE bytes (0: unknown). With MAQ_FORMAT_ERROR_NEEDS_MORE it is called again with
  // more of the file: with WANTED bytes if that was set. In a worker.
  gpointer (*parse) (GBytes *bytes, guint64 file_size, const char *path, guint64 *wanted, GError **error);
} MaqHeaderForm;

// BYTES: how many arrived so far.
typedef void (*MaqHeaderProgress) (guint64 bytes, gpointer data);

// As maq_header_open and maq_header_fetch for any form, any kind of repo; resolves to what FORM parses. PROGRESS (nullable) is
// called on the calling thread.
DexFuture *maq_header_open_as (const char *path, const MaqHeaderForm *form);
DexFuture *maq_header_fetch_as (MaqHubClient *client, const MaqRepoAddress *address, const MaqHeaderForm *form, MaqHeaderProgress progress, gpointer data);

G_END_DECLS
