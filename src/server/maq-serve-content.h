// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gio/gio.h>

#include "maq-serve-memory.h"
#include "maq-serve-root.h"

G_BEGIN_DECLS

// The bytes of one file as the Hub server sends them: a file on disk, bytes in memory, or made while they are read.
// The hashes are computed when first asked for; everything else is fixed. Reference counted; any thread.
typedef struct _MaqServeContent MaqServeContent;

MaqServeContent *maq_serve_content_new_bytes (GBytes *bytes);
// The file at PATH below ROOT, as it was when INFO was taken: should it be another one later, it is not served, since its hashes would be
// wrong. MEMORY (nullable): where its hash may be known from and is remembered.
MaqServeContent *maq_serve_content_new_file (MaqServeRoot      *root,
                                             const char        *path,
                                             const struct stat *info,
                                             MaqServeMemory    *memory);
// SIZE bytes that follow from SEED. FORMAT: "safetensors" (a valid file with one F16 tensor, weight.SEED, if SIZE allows), else noise.
MaqServeContent *maq_serve_content_new_generated (const char *format,
                                                  guint64     size,
                                                  guint64     seed);
MaqServeContent *maq_serve_content_ref (MaqServeContent *self);
void             maq_serve_content_unref (MaqServeContent *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqServeContent, maq_serve_content_unref)

guint64 maq_serve_content_get_size (MaqServeContent *self);

// Whether git would store a pointer in its place, as the Hub does for weights and for whatever is large.
gboolean maq_serve_content_is_lfs (MaqServeContent *self);
void     maq_serve_content_set_lfs (MaqServeContent *self,
                                    gboolean         lfs);

// Reads one content, for one thread at a time. A file stays open in between.
typedef struct _MaqServeReader MaqServeReader;

// NULL with an error of GIO or of the root if the file is not there any more or is another one.
MaqServeReader *maq_serve_content_open (MaqServeContent *self,
                                        GError         **error);
void            maq_serve_reader_free (MaqServeReader *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqServeReader, maq_serve_reader_free)

// Reads up to LENGTH bytes from OFFSET. Returns how many, 0 at the end, -1 with an error of GIO.
gssize maq_serve_reader_read (MaqServeReader *self,
                              guint64         offset,
                              guint8         *buffer,
                              gsize           length,
                              GError        **error);
// The whole of it, at most LIMIT bytes.
GBytes *maq_serve_content_read_all (MaqServeContent *self,
                                    gsize            limit,
                                    GError         **error);

// The same as text, whatever is in it; NULL if it cannot be read.
char *maq_serve_content_read_text (MaqServeContent *self,
                                   gsize            limit);

// Whether the bytes are those of a file.
gboolean maq_serve_content_is_file (MaqServeContent *self);
// Whether asking for the hashes reads nothing any more.
gboolean maq_serve_content_is_hashed (MaqServeContent *self);
// Whether nothing is gained by waiting for the hashes: they are known, or the file cannot be read.
gboolean maq_serve_content_is_settled (MaqServeContent *self);

// Told of every N bytes that were hashed.
typedef void (*MaqServeHashedFunc) (gsize    n,
                                    gpointer data);
// Reads all bytes once, if that has not been done yet. CANCELLABLE and HASHED may be NULL.
gboolean maq_serve_content_hash (MaqServeContent   *self,
                                 GCancellable      *cancellable,
                                 MaqServeHashedFunc hashed,
                                 gpointer           data,
                                 GError           **error);
// Takes over what is known from elsewhere; either may be NULL.
void maq_serve_content_set_hashes (MaqServeContent *self,
                                   const char      *oid,
                                   const char      *sha256);

// The git blob id (of the pointer if LFS), the SHA-256 (NULL unless LFS), in hexadecimal. NULL before hashing.
const char *maq_serve_content_get_oid (MaqServeContent *self);
const char *maq_serve_content_get_sha256 (MaqServeContent *self);
// What the Hub calls the etag of the file: sha256 or oid.
const char *maq_serve_content_get_etag (MaqServeContent *self);
// A name that stands for the content on the CDN; like there, it looks like a SHA-256 and is none.
char *maq_serve_content_dup_cdn_name (MaqServeContent *self);
// The LFS pointer text; NULL if not LFS.
char *maq_serve_content_dup_pointer (MaqServeContent *self);

// git's id of LENGTH bytes as an object of TYPE ("blob", "tree", "commit").
char *maq_serve_git_id (const char *type,
                        const void *data,
                        gsize       length);

G_END_DECLS
