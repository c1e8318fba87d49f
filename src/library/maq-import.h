// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-cache.h"
#include "maq-hub-client.h"

// Files that are on this machine already, put into the shared cache as files of a repo, so that they need not be fetched.

G_BEGIN_DECLS

typedef struct
{
  char   *source;  // absolute
  guint64 size;    // in bytes
  char   *path;    // in the repo; NULL: the repo has no such file
  char   *placed;  // where it is in the cache now; NULL: it was not asked for, or see problem
  char   *problem; // nullable, a sentence
} MaqImportFile;

// Boxed.
typedef struct
{
  char      *commit;
  GPtrArray *files; // of MaqImportFile
} MaqImport;

#define MAQ_TYPE_IMPORT (maq_import_get_type ())
GType      maq_import_get_type (void);
MaqImport *maq_import_copy (const MaqImport *self);
void       maq_import_free (MaqImport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqImport, maq_import_free)

// Asks the Hub, or the list that the cache keeps, for the files of a repo, finds out by length and hash which of them SOURCES are
// (files, and folders with all below them), and puts those into the cache: as reflinks where the file system can, else as copies.
// The sources stay as they are. DRY_RUN: only finds out. REVISION nullable: main. Resolves to a MaqImport; a file that the repo
// does not have is no error. MAQ_HUB_ERROR and MAQ_CACHE_ERROR if nothing can be done at all.
DexFuture *maq_import_files (MaqHubClient *client, MaqCache *cache, MaqRepoKind kind, const char *id, const char *revision, const char *const *sources, gboolean dry_run);

G_END_DECLS
