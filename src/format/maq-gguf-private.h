// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-gguf.h"

// What a parsed header holds, shared by who fills it and who answers from it.

G_BEGIN_DECLS

typedef enum
{
  MAQ_GGUF_UINT8,
  MAQ_GGUF_INT8,
  MAQ_GGUF_UINT16,
  MAQ_GGUF_INT16,
  MAQ_GGUF_UINT32,
  MAQ_GGUF_INT32,
  MAQ_GGUF_FLOAT32,
  MAQ_GGUF_BOOL,
  MAQ_GGUF_STRING,
  MAQ_GGUF_ARRAY,
  MAQ_GGUF_UINT64,
  MAQ_GGUF_INT64,
  MAQ_GGUF_FLOAT64,
  MAQ_GGUF_N_TYPES,
} MaqGgufType;

// How values are stored and given out.
typedef struct
{
  guint8      size;    // in bytes; 0 for those of no fixed size
  const char *variant; // their GVariant type
  const char *name;    // as GGUF's specification calls them
} MaqGgufValueType;
extern const MaqGgufValueType maq_gguf_value_types[MAQ_GGUF_N_TYPES];

// ELEMENTS of a block and BYTES it takes; FALSE for types newer than the table.
gboolean maq_gguf_get_block (guint32 type, guint *elements, guint *bytes);
// As maq_gguf_parse of a file of which only the beginning is there: the keys that are whole, and no tensors.
MaqGguf *maq_gguf_parse_keys (GBytes *bytes, GError **error);
// What a whole file of general.file_type is called, as in "Q4_K_M"; NULL for ones not known.
const char *maq_gguf_get_file_type_name (gint64 file_type);
// "Q4_0"; "type 99" for one not known. The string stays.
const char *maq_gguf_get_tensor_type_name (guint32 type);

typedef struct
{
  char       *key;
  char       *text; // of a string, as valid UTF-8
  MaqGgufType type;
  MaqGgufType element_type; // of an array
  guint64     n_elements;   // of an array
  gsize       offset;       // of the value
} MaqGgufEntry;

typedef struct
{
  char   *name;
  guint32 type;
  guint32 n_dims;
  guint64 shape[4];
  guint64 offset; // from the start of the file
  guint64 size;
} MaqGgufPlace;

struct _MaqGguf
{
  gatomicrefcount ref_count;
  GBytes         *bytes;
  gboolean        swapped;
  guint32         version;
  guint64         n_parameters;
  GArray         *entries; // of MaqGgufEntry
  GHashTable     *by_key;  // key → index of the entry + 1
  GArray         *tensors; // of MaqGgufPlace
};

void maq_gguf_entry_clear (gpointer entry);
void maq_gguf_place_clear (gpointer place);

// With nothing in it.
MaqGguf *maq_gguf_new (GBytes *bytes);

G_END_DECLS
