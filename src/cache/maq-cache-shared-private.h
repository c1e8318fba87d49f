// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-cache-shared.h"

// What the two halves of the store share: looking at it, and changing it.

G_BEGIN_DECLS

struct _MaqCacheShared
{
  int                 root; // of the cache
  int                 fd;   // of the store; -1 if there is none
  MaqCacheSharedState state;
  gboolean            is_foreign; // there is a folder blobs/ with something in it that is no store
};

// The folder of the payload HASH, or -1.
int maq_cache_shared_open_prefix (MaqCacheShared *self, const char *hash);

// The lock that covers linking, publishing and sweeping of one payload.
typedef struct
{
  int   fd;
  int   folder; // of the soft lock; -1 where the kernel locks
  char *name;   // of the soft lock
} MaqCacheSharedLock;
// Waits, but not for ever. FALSE with MAQ_CACHE_ERROR_LOCKED, or another error if it cannot be locked.
gboolean maq_cache_shared_lock (MaqCacheShared *self, const char *hash, MaqCacheSharedLock *lock, GError **error);
void     maq_cache_shared_unlock (MaqCacheSharedLock *lock);
// Notes that USER, "<repo folder>/blobs/<etag>", is about to link to HASH, and makes sure the note is on the disk. Under the lock.
gboolean maq_cache_shared_note_user (MaqCacheShared *self, const char *hash, const char *user, GError **error);

G_END_DECLS
