// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-gguf-builder.h"

#include <string.h>

enum
{
  TYPE_UINT32 = 4,
  TYPE_STRING = 8,
  TYPE_ARRAY = 9,
};

MaqGgufBuilder *
maq_gguf_builder_new (guint64  n_tensors,
                      guint64  n_keys,
                      gboolean big_endian)
{
  MaqGgufBuilder *self = g_new0 (MaqGgufBuilder, 1);

  self->bytes = g_byte_array_new ();
  self->big_endian = big_endian;
  g_byte_array_append (self->bytes, (const guint8 *) "GGUF", 4);
  maq_gguf_builder_add_u32 (self, 3);
  maq_gguf_builder_add_u64 (self, n_tensors);
  maq_gguf_builder_add_u64 (self, n_keys);
  return self;
}

void
maq_gguf_builder_free (MaqGgufBuilder *self)
{
  g_byte_array_unref (self->bytes);
  g_free (self);
}

void
maq_gguf_builder_add_u32 (MaqGgufBuilder *self,
                          guint32         value)
{
  value = self->big_endian ? GUINT32_TO_BE (value) : GUINT32_TO_LE (value);
  g_byte_array_append (self->bytes, (const guint8 *) &value, sizeof value);
}

void
maq_gguf_builder_add_u64 (MaqGgufBuilder *self,
                          guint64         value)
{
  value = self->big_endian ? GUINT64_TO_BE (value) : GUINT64_TO_LE (value);
  g_byte_array_append (self->bytes, (const guint8 *) &value, sizeof value);
}

void
maq_gguf_builder_add_string (MaqGgufBuilder *self,
                             const char     *text)
{
  maq_gguf_builder_add_u64 (self, strlen (text));
  g_byte_array_append (self->bytes, (const guint8 *) text, strlen (text));
}

void
maq_gguf_builder_add_key_string (MaqGgufBuilder *self,
                                 const char     *key,
                                 const char     *value)
{
  maq_gguf_builder_add_string (self, key);
  maq_gguf_builder_add_u32 (self, TYPE_STRING);
  maq_gguf_builder_add_string (self, value);
}

void
maq_gguf_builder_add_key_u32 (MaqGgufBuilder *self,
                              const char     *key,
                              guint32         value)
{
  maq_gguf_builder_add_string (self, key);
  maq_gguf_builder_add_u32 (self, TYPE_UINT32);
  maq_gguf_builder_add_u32 (self, value);
}

void
maq_gguf_builder_add_key_strings (MaqGgufBuilder    *self,
                                  const char        *key,
                                  const char *const *values)
{
  maq_gguf_builder_add_string (self, key);
  maq_gguf_builder_add_u32 (self, TYPE_ARRAY);
  maq_gguf_builder_add_u32 (self, TYPE_STRING);
  maq_gguf_builder_add_u64 (self, g_strv_length ((char **) values));
  for (gsize i = 0; values[i] != NULL; i++)
    maq_gguf_builder_add_string (self, values[i]);
}

void
maq_gguf_builder_add_tensor (MaqGgufBuilder *self,
                             const char     *name,
                             guint32         type,
                             guint64         columns,
                             guint64         rows,
                             guint64         offset)
{
  maq_gguf_builder_add_string (self, name);
  maq_gguf_builder_add_u32 (self, 2);
  maq_gguf_builder_add_u64 (self, columns);
  maq_gguf_builder_add_u64 (self, rows);
  maq_gguf_builder_add_u32 (self, type);
  maq_gguf_builder_add_u64 (self, offset);
}

void
maq_gguf_builder_add_weights (MaqGgufBuilder *self,
                              gsize           alignment,
                              gsize           n_bytes)
{
  guint start = self->bytes->len;
  gsize end = (start + alignment - 1) / alignment * alignment + n_bytes;

  g_byte_array_set_size (self->bytes, end);
  memset (self->bytes->data + start, 0, end - start);
}

GBytes *
maq_gguf_builder_get_bytes (MaqGgufBuilder *self)
{
  return g_bytes_new (self->bytes->data, self->bytes->len);
}
