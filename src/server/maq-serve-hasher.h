// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-serve-store.h"

G_BEGIN_DECLS

// Hashes the files of a store on a thread of its own: all of them, the smallest first, and before them those that somebody waits for.
// A small file that is waited for interrupts the work on a large one. What is made up rather than read is hashed when waited for only.
// All functions but the last may be called on any thread.
typedef struct _MaqServeHasher MaqServeHasher;

// READY is called on the hasher's thread whenever a file is done, or found to be unreadable.
MaqServeHasher *maq_serve_hasher_new (MaqHubStore *store,
                                      void (*ready) (gpointer data),
                                      gpointer data);
// Ends the work within moments and waits for that.
void maq_serve_hasher_free (MaqServeHasher *self);

// CONTENT is waited for.
void maq_serve_hasher_hurry (MaqServeHasher  *self,
                             MaqServeContent *content);
// How much of the files was hashed, in bytes; both grow when there is more to do than was known. Equal: nothing is being hashed.
void maq_serve_hasher_get_progress (MaqServeHasher *self,
                                    guint64        *done,
                                    guint64        *total);
// How long BYTES will take, in seconds, at the speed there was so far.
guint maq_serve_hasher_estimate (MaqServeHasher *self,
                                 guint64         bytes);

G_END_DECLS
