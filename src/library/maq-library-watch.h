// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-cache.h"

// Tells which repo's folder in the cache changed, by file monitors: of the cache itself, and of the folders of each repo in which
// something changes when files come or go. They live in a thread of their own, so that neither a slow disk nor their number is
// felt in the caller's. Half of what the kernel allows a user is taken at most: repos beyond that are seen by the next scan.

G_BEGIN_DECLS

typedef struct _MaqLibraryWatch MaqLibraryWatch;
// In the thread that made the watch. FOLDER: "models--owner--name", or another name in the cache; NULL: the cache itself came or
// went.
typedef void (*MaqLibraryWatchFunc) (const char *folder, gpointer data);

MaqLibraryWatch *maq_library_watch_new (const char *root, MaqLibraryWatchFunc func, gpointer data);
// FUNC is not called any more.
void maq_library_watch_free (MaqLibraryWatch *self);
// Follows the folders that REPO has now. SINCE: when it began to be read, in microseconds since 1970; what changed from then until
// the monitors are there is told as well.
void maq_library_watch_add (MaqLibraryWatch *self, const char *folder, MaqCacheRepo *repo, gint64 since);
void maq_library_watch_remove (MaqLibraryWatch *self, const char *folder);

G_END_DECLS
