// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-cache-local-dir.h"

// What the units for a folder of the user's choice share.

G_BEGIN_DECLS

#define MAQ_CACHE_LOCAL_STATE ".cache/huggingface"

// The folder, or -1 with MAQ_CACHE_ERROR_MISSING.
int       maq_cache_local_dir_open (MaqCacheLocalDir *self, GError **error);
MaqCache *maq_cache_local_dir_get_cache (MaqCacheLocalDir *self);

// Below .cache/huggingface/: "download/<path><suffix>" (transfer full).
char *maq_cache_local_dup_state_path (const char *path, const char *suffix);
// "<hash of the name>.<etag>.maquette-<tag>.incomplete" (transfer full).
char *maq_cache_local_dup_partial_name (const char *path, const char *etag, const char *tag);

// Lets go of the lock NAME in FOLDER, and removes it if nothing is noted of its file.
void maq_cache_local_end_lock (int lock, int folder, const char *name);

// What is at PATH below FOLDER. *HAS_NOTE: the note beside it says the same. *IDENTITY (transfer full): of what has the
// name, NULL if nothing has.
gboolean maq_cache_local_dir_judge (MaqCacheLocalDir *self, int folder, const char *commit, const char *path, const char *etag, guint64 size, MaqCacheLocalState *state, gboolean *has_note, char **identity, GError **error);
typedef struct
{
  char  *commit;
  char  *etag;
  double time; // Unix seconds
} MaqCacheLocalNote;
// What is noted of PATH below FOLDER; FALSE if nothing is, or nothing that can be read. Clear it with _note_clear.
gboolean maq_cache_local_read_note (int folder, const char *path, MaqCacheLocalNote *note);
void     maq_cache_local_note_clear (MaqCacheLocalNote *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MaqCacheLocalNote, maq_cache_local_note_clear)
// Notes that PATH is COMMIT's, from now on. STATE: the folder .cache/huggingface.
gboolean maq_cache_local_write_note (int state, const char *commit, const char *path, const char *etag, GError **error);

G_END_DECLS
