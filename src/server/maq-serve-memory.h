// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>
#include <sys/stat.h>

G_BEGIN_DECLS

// The SHA-256 of files that were read before, so that no large file is read again because a server is started again. A file is known by
// its inode, size and times (of the content and of the inode, to the nanosecond): whoever changes it changes one of them. Kept in a file
// of Maquette's own, one line each, which several processes may add to at once; what cannot be read in it is left out, and what cannot be
// written is not remembered. Reference counted; any thread.
typedef struct _MaqServeMemory MaqServeMemory;

// PATH: the file, made with its folder when something is remembered.
MaqServeMemory *maq_serve_memory_new (const char *path);
MaqServeMemory *maq_serve_memory_ref (MaqServeMemory *self);
void            maq_serve_memory_unref (MaqServeMemory *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqServeMemory, maq_serve_memory_unref)

// 64 digits, or NULL. (transfer full)
char *maq_serve_memory_find (MaqServeMemory    *self,
                             const struct stat *info);
// STARTED: when reading began, in microseconds since 1970. A file that changed within moments before that is not remembered: it may have changed
// again without its time showing it.
void maq_serve_memory_add (MaqServeMemory    *self,
                           const struct stat *info,
                           gint64             started,
                           const char        *sha256);

G_END_DECLS
