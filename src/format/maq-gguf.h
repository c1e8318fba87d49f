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
  MAQ_FORMAT_ERROR_NEEDS_MORE,      // of the file's beginning more bytes are needed; the message says how many were given
  MAQ_FORMAT_ERROR_TRUNCATED,       // the whole file ends before what it says of itself
  MAQ_FORMAT_ERROR_CORRUPT,         // its bytes contradict each other; the message says the offset and the fact
  MAQ_FORMAT_ERROR_UNSUPPORTED,     // beyond what is known; the message says what, and what llama.cpp makes of it
} MaqFormatError;

typedef struct _MaqGguf MaqGguf;
#define MAQ_TYPE_GGUF (maq_gguf_get_type ())
GType    maq_gguf_get_type (void);
MaqGguf *maq_gguf_ref (MaqGguf *self);
void     maq_gguf_unref (MaqGguf *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqGguf, maq_gguf_unref)

// BYTES: the beginning of the file. FILE_SIZE: of the whole, in bytes; 0 if unknown, then tensor ends are not checked. What ggml's
// own reader accepts is accepted.
MaqGguf *maq_gguf_parse (GBytes *bytes, guint64 file_size, GError **error);
// Reads as much of the file as its header takes, however much that is, and parses it; G_IO_ERROR as well. Blocking, for a process
// that may run out of memory.
MaqGguf *maq_gguf_open (const char *path, GError **error);
// The same of a regular file that is open; where it stands does not change.
MaqGguf *maq_gguf_open_fd (int fd, GError **error);

// Metadata, in file order. Values are of the GVariant types b, y, n, q, i, u, x, t, d, s and arrays of these, of which only the
// first MAX_ELEMENTS elements are given (transfer full). Text that is not UTF-8 is repaired.
guint       maq_gguf_get_n_keys (MaqGguf *self);
const char *maq_gguf_get_key (MaqGguf *self, guint index);
GVariant   *maq_gguf_dup_value (MaqGguf *self, guint index, gsize max_elements);
gsize       maq_gguf_get_array_length (MaqGguf *self, guint index); // 0 for scalars
// "u32", "string", …; of an array, that of its elements.
const char *maq_gguf_get_type_name (MaqGguf *self, guint index);
gboolean    maq_gguf_is_array (MaqGguf *self, guint index);
// The index of a key; -1 if absent.
int maq_gguf_find_key (MaqGguf *self, const char *key);
// An element of an array of whole numbers; FALLBACK if it is none or has no such element.
gint64 maq_gguf_get_array_int (MaqGguf *self, guint index, guint64 element, gint64 fallback);
// Calls FUNC with each element of an array of strings, in order, until it returns FALSE. TEXT has LENGTH bytes, of which some may
// be no UTF-8, and no end mark.
typedef gboolean (*MaqGgufStringFunc) (guint64 element, const char *text, gsize length, gpointer data);
void maq_gguf_walk_strings (MaqGguf *self, guint index, MaqGgufStringFunc func, gpointer data);
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
const char *maq_gguf_get_quantization (MaqGguf *self); // "Q4_K_M"; nullable

G_END_DECLS
