// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-cache.h"

// Tells which repo's folder in the cache changed, by file monitors: of the cache itself, and of the folders of each repo in which
// something changes when files come or go. Their number is bounded, as the kernel's is: repos beyond that are seen by the next scan.

G_BEGIN_DECLS

typedef struct _MaqLibraryWatch MaqLibraryWatch;
// FOLDER: "models--owner--name", or another name in the cache; NULL: the cache itself came or went.
typedef void (*MaqLibraryWatchFunc) (const char *folder, gpointer data);

MaqLibraryWatch *maq_library_watch_new (const char *root, MaqLibraryWatchFunc func, gpointer data);
void             maq_library_watch_free (MaqLibraryWatch *self);
// Follows the folders that REPO has now. TRUE if they are not those that were followed before: what happened meanwhile was missed.
gboolean maq_library_watch_add (MaqLibraryWatch *self, const char *folder, MaqCacheRepo *repo);
void     maq_library_watch_remove (MaqLibraryWatch *self, const char *folder);

G_END_DECLS
