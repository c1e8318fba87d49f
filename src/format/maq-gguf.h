// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gio/gio.h>

// Reads GGUF headers (version 2 and 3, either byte order) from hostile bytes: metadata and tensor directory, never the weights.

G_BEGIN_DECLS

#define MAQ_FORMAT_ERROR (maq_format_error_quark ())
GQuark maq_format_error_quark (void);

typedef enum
{
  MAQ_FORMAT_ERROR_NOT_THIS_FORMAT, // wrong magic
  MAQ_FORMAT_ERROR_TRUNCATED,       // more bytes are needed; the message says how many are there
  MAQ_FORMAT_ERROR_CORRUPT,         // the message says the offset and the fact
  MAQ_FORMAT_ERROR_UNSUPPORTED,
} MaqFormatError;

typedef struct _MaqGguf MaqGguf;
#define MAQ_TYPE_GGUF (maq_gguf_get_type ())
GType    maq_gguf_get_type (void);
MaqGguf *maq_gguf_ref (MaqGguf *self);
void     maq_gguf_unref (MaqGguf *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqGguf, maq_gguf_unref)

// BYTES: the beginning of the file. FILE_SIZE: of the whole, in bytes; 0 if unknown, then tensor ends are not checked.
MaqGguf *maq_gguf_parse (GBytes *bytes, guint64 file_size, GError **error);
// Reads as much of the file as its header takes and parses it; G_IO_ERROR as well. Blocking, for workers.
MaqGguf *maq_gguf_open (const char *path, GError **error);

// Metadata, in file order. Values are of the GVariant types b, y, n, q, i, u, x, t, d, s and arrays of these, of which only the
// first MAX_ELEMENTS elements are given (transfer full). Text that is not UTF-8 is repaired.
guint       maq_gguf_get_n_keys (MaqGguf *self);
const char *maq_gguf_get_key (MaqGguf *self, guint index);
GVariant   *maq_gguf_dup_value (MaqGguf *self, guint index, gsize max_elements);
gsize       maq_gguf_get_array_length (MaqGguf *self, guint index); // 0 for scalars
// By name; NULL or FALLBACK if absent or of another type.
const char *maq_gguf_get_string (MaqGguf *self, const char *key);
gint64      maq_gguf_get_int (MaqGguf *self, const char *key, gint64 fallback);

typedef struct
{
  const char *name;
  const char *type; // "F16", "Q4_0", …; "type 99" for one not known
  guint64     shape[4];
  guint       n_dims;
  guint64     offset; // from the start of the file
  guint64     size;   // in bytes, 0 for types not known
} MaqGgufTensor;
guint    maq_gguf_get_n_tensors (MaqGguf *self);
gboolean maq_gguf_get_tensor (MaqGguf *self, guint index, MaqGgufTensor *tensor);

guint       maq_gguf_get_version (MaqGguf *self);
const char *maq_gguf_get_architecture (MaqGguf *self);   // nullable
gint64      maq_gguf_get_context_length (MaqGguf *self); // of its architecture, -1 if not said
guint64     maq_gguf_get_n_parameters (MaqGguf *self);

G_END_DECLS
