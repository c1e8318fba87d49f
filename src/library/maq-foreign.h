// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <libdex.h>

#include "maq-variant.h"

// GGUF models that other programs keep on this machine, and those in folders of the user's: used where they lie. Nothing is
// copied, moved or written.

G_BEGIN_DECLS

typedef enum
{
  MAQ_FOREIGN_OLLAMA,
  MAQ_FOREIGN_LM_STUDIO,
  MAQ_FOREIGN_JAN,
  MAQ_FOREIGN_GPT4ALL,
  MAQ_FOREIGN_LLAMA_CPP,
  MAQ_FOREIGN_FOLDER, // one that the user named
} MaqForeignProgram;

// "Ollama" and so on, as the program calls itself; NULL for a folder.
const char *maq_foreign_program_get_name (MaqForeignProgram program);

typedef struct
{
  MaqForeignProgram program;
  char             *path;    // absolute, UTF-8
  char             *problem; // why not everything in it was read, a sentence; NULL: all was
} MaqForeignPlace;

typedef struct
{
  MaqForeignProgram program;
  char             *name;     // as that program calls it: "llama3.2:3b", "owner/name", a file's stem
  MaqVariant       *variant;  // absolute paths in UTF-8
  gint64            modified; // seconds since the epoch, of the newest of its files; 0 if none is there
  char             *problem;  // why it cannot be used now, a sentence; NULL: it can
} MaqForeignModel;
// Counted references; nothing of it changes once it is there.
MaqForeignModel *maq_foreign_model_ref (MaqForeignModel *self);
void             maq_foreign_model_unref (MaqForeignModel *self);
// What a chat with it is called: "llama3.2:3b", "owner/name:Q4_K_M", a file's stem (transfer full).
char *maq_foreign_model_dup_label (const MaqForeignModel *self);

// Boxed. MODELS: of MaqForeignModel, by program and name. PLACES: of MaqForeignPlace; a place of a program is listed only where
// it exists, a folder of the user's always.
typedef struct
{
  GPtrArray *models;
  GPtrArray *places;
} MaqForeignScan;

#define MAQ_TYPE_FOREIGN_SCAN (maq_foreign_scan_get_type ())
GType           maq_foreign_scan_get_type (void);
MaqForeignScan *maq_foreign_scan_copy (const MaqForeignScan *self);
void            maq_foreign_scan_free (MaqForeignScan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqForeignScan, maq_foreign_scan_free)

// Looks in the usual places of all programs and in FOLDERS (nullable), in a worker; resolves to a MaqForeignScan. One place that
// cannot be read costs only its own models. A file that two places lead to is listed once. Folders laid out as the shared cache
// of the Hub are left to maq_cache_scan.
DexFuture *maq_foreign_find (const char *const *folders);

G_END_DECLS
