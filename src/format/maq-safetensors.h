// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gio/gio.h>

// Reads safetensors headers: 8 bytes of little-endian length, then JSON. Never the weights. Facts: Hub API notes §7.4.

G_BEGIN_DECLS

// The most dimensions of a tensor that are accepted.
#define MAQ_SAFETENSORS_MAX_DIMS 64

typedef struct
{
  char   *name;
  char   *dtype;
  gint64 *shape;
  guint   n_dims;
  guint64 offset; // from the start of the file
  guint64 size;   // in bytes
} MaqSafetensor;

typedef struct
{
  GPtrArray  *tensors;  // of MaqSafetensor, by offset
  GHashTable *metadata; // char * → char *
  guint64     header_size;
  guint64     n_parameters;
} MaqSafetensors;

#define MAQ_TYPE_SAFETENSORS (maq_safetensors_get_type ())
GType           maq_safetensors_get_type (void);
MaqSafetensors *maq_safetensors_ref (MaqSafetensors *self);
void            maq_safetensors_unref (MaqSafetensors *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqSafetensors, maq_safetensors_unref)

// How many bytes of a file that begins with BYTES its header takes; 0 if that is no safetensors file, or too few of them.
guint64 maq_safetensors_get_header_size (GBytes *bytes);
// As maq_gguf_parse and maq_gguf_open, with MAQ_FORMAT_ERROR.
MaqSafetensors *maq_safetensors_parse (GBytes *bytes, guint64 file_size, GError **error);
MaqSafetensors *maq_safetensors_open (const char *path, GError **error);

G_END_DECLS
