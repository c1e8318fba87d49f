// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <openssl/evp.h>

#include "maq-cache-partial.h"
#include "maq-cache-private.h"

// A writer has two parts: what grows and checks a file, which is the same everywhere, and a layout, which knows where the partial
// file is and what the whole file is called:
//
//   MaqCacheWriter ──┬── maq-cache-blob-writer    blobs/ of a repo in the shared cache, and a link in a snapshot
//                    └── maq-cache-local-writer   a folder of the user's choice

G_BEGIN_DECLS

typedef struct
{
  // Gives the file its final name. What of it is in the partial file is right and on the disk.
  gboolean (*place) (MaqCacheWriter *writer, gpointer place, GError **error);
  // That name (transfer full).
  char *(*dup_path) (MaqCacheWriter *writer, gpointer place);
  // The partial file was removed and will not come back.
  void (*tidy) (MaqCacheWriter *writer, gpointer place);
  void (*free) (gpointer place);
} MaqCacheLayout;

struct _MaqCacheWriter
{
  GObject               parent_instance;
  MaqCache             *cache;
  const MaqCacheLayout *layout;
  gpointer              place;
  char                 *etag;
  char                 *partial; // base name
  guint64               size;
  int                   folder_fd; // where the partial file is
  int                   lock_fd;
  gboolean              is_complete; // nothing is to be written
  gboolean              is_placed;   // nothing is to be done at all

  MaqCachePartial *content; // while something is to be written
  EVP_MD_CTX      *hash;    // NULL: the etag is no hash we know
  guint64          hashed;  // bytes from the start that the hash has seen
};

// PARTIAL and PLACE are taken.
MaqCacheWriter *maq_cache_writer_new (MaqCache *cache, const MaqCacheLayout *layout, gpointer place, const char *etag, guint64 size, char *partial);
// Gives our name to a partial file with the same content that a former run left behind. Only under a lock that excludes others: then
// nobody writes it. Some network file systems give the lock to everybody.
void maq_cache_writer_adopt (MaqCacheWriter *self);
// For smaller files, looking for one costs more than fetching the file.
#define MAQ_CACHE_ADOPT_FROM (1u << 20)
// Opens the partial file in the writer's folder, in which FREE_BYTES may still be used; WHERE: its name for people. SOURCE: nullable,
// a file to clone if the file system can.
gboolean maq_cache_writer_open (MaqCacheWriter *self, const char *source, guint64 free_bytes, const char *where, GError **error);
// The partial file has another name now.
void maq_cache_writer_close_content (MaqCacheWriter *self);
// Renames in the writer's folder, or out of it.
gboolean maq_cache_writer_rename (MaqCacheWriter *self, const char *from, int folder, const char *to, GError **error);

G_END_DECLS
