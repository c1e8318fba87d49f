// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// Writes GGUF files piece by piece, valid or not: nothing is checked, counts may lie. Version 3, either byte order.

G_BEGIN_DECLS

typedef struct
{
  GByteArray *bytes;
  gboolean    big_endian;
} MaqGgufBuilder;

// Starts a file with its magic, version and the two counts as given.
MaqGgufBuilder *maq_gguf_builder_new (guint64 n_tensors, guint64 n_keys, gboolean big_endian);
void            maq_gguf_builder_free (MaqGgufBuilder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqGgufBuilder, maq_gguf_builder_free)

void maq_gguf_builder_add_u32 (MaqGgufBuilder *self, guint32 value);
void maq_gguf_builder_add_u64 (MaqGgufBuilder *self, guint64 value);
// Length and bytes.
void maq_gguf_builder_add_string (MaqGgufBuilder *self, const char *text);
// Whole metadata entries.
void maq_gguf_builder_add_key_string (MaqGgufBuilder *self, const char *key, const char *value);
void maq_gguf_builder_add_key_u32 (MaqGgufBuilder *self, const char *key, guint32 value);
void maq_gguf_builder_add_key_strings (MaqGgufBuilder *self, const char *key, const char *const *values);
// A tensor of two dimensions; TYPE is ggml's number, OFFSET counts from the start of the weights.
void maq_gguf_builder_add_tensor (MaqGgufBuilder *self, const char *name, guint32 type, guint64 columns, guint64 rows, guint64 offset);
// Zeros up to the next multiple of ALIGNMENT, then N_BYTES of them.
void maq_gguf_builder_add_weights (MaqGgufBuilder *self, gsize alignment, gsize n_bytes);
// What is there so far (transfer full).
GBytes *maq_gguf_builder_get_bytes (MaqGgufBuilder *self);

G_END_DECLS
