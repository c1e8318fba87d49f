// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-library.h"

// What the library says, in words. Everything is translated and newly allocated unless it says const.

G_BEGIN_DECLS

const char *maq_library_kind_word (MaqRepoKind kind); // "Model"
// "Model · 4.7 MB · 2 versions · used 3 days ago", "Incomplete · 7.1 of 14.4 GB · Model"
char *maq_library_item_dup_summary (MaqLibraryItem *item);
// "Q4_0, Q8_0 · Fits · Q6_K: 1 part is missing"; "" for what has no variants.
char *maq_library_item_dup_variants (MaqLibraryItem *item);
// "main", "main, v1.0", or where no branch or tag names it "Earlier version 1a2b3c4"; "Version 1a2b3c4" of what was never whole.
char *maq_library_revision_dup_name (const MaqCacheRepo *repo, const MaqCacheRevision *revision);
// "14 files · 3.2 GB · downloaded 3 days ago", "3 of 20 files · …", "Incomplete · 7.1 of 14.4 GB · …"
char *maq_library_revision_dup_summary (MaqLibraryItem *item, const MaqCacheRevision *revision);
char *maq_library_dup_files (guint n); // "14 files"
// What is damaged of it, in English; NULL if nothing is.
const char *maq_library_item_get_warning (MaqLibraryItem *item);
// The hf:// address of a repo.
char *maq_library_item_dup_uri (MaqLibraryItem *item);

G_END_DECLS
