// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-foreign-list.h"
#include "maq-library.h"

// What the list of the library holds: repos of the cache (MaqLibraryItem) and models of other programs (MaqForeignItem), asked and
// put into words alike.

G_BEGIN_DECLS

// The id of a repo; a model as its program calls it.
const char *maq_library_entry_get_name (gpointer entry);
guint64     maq_library_entry_get_size (gpointer entry);
gint64      maq_library_entry_get_used (gpointer entry); // seconds since the epoch; 0: not known
// KIND: "all", "model", "dataset", "space", or "foreign": a model of another program.
gboolean maq_library_entry_is_kind (gpointer entry, const char *kind);
// Whether WORDS, folded, are in its name.
gboolean maq_library_entry_matches (gpointer entry, const char *words);
// Sets what a chat with it is called and where its weights are (transfer full). FALSE if it cannot chat.
gboolean maq_library_entry_get_chat (gpointer entry, char **label, char **path);

// Everything below is translated. Who it is of: the owner of a repo, a program (transfer full).
char *maq_library_entry_dup_owner (gpointer entry);
// "Model · 4.7 MB · used 3 days ago", "Model · Ollama · 4.7 MB · changed 3 days ago" (transfer full).
char *maq_library_entry_dup_summary (gpointer entry);
// "Q4_0, Q8_0 · Fits"; "" for what has no variants (transfer full).
char *maq_library_entry_dup_variants (gpointer entry);
// Whether it runs here, in sentences; NULL: not known (transfer full).
char *maq_library_entry_dup_fit (gpointer entry);
// What is wrong with it; NULL: nothing. DETAILS: for a tooltip (both transfer none).
const char *maq_library_entry_get_warning (gpointer entry, const char **details);
// "Q4_K_M"; "" where none is known, or its name says it already.
const char *maq_library_entry_get_quantization (MaqForeignItem *item);
// "Ollama", "Model Folder".
const char *maq_library_program_word (MaqForeignProgram program);

G_END_DECLS
