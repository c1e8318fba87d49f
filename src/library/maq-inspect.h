// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-cache.h"
#include "maq-header.h"

// What one file of a model says of itself: GGUF and safetensors headers, the JSON beside them (config.json, tokenizer.json,
// tokenizer_config.json, …safetensors.index.json) and chat templates (.jinja). Of weights only the header is read; of a large
// JSON file on the Hub only its beginning.

G_BEGIN_DECLS

typedef enum
{
  MAQ_INSPECT_GGUF,
  MAQ_INSPECT_SAFETENSORS,
  MAQ_INSPECT_JSON,
  MAQ_INSPECT_TEMPLATE,
} MaqInspectKind;

// All tensors of one type.
typedef struct
{
  const char *name; // "F16", "Q4_K"
  guint       n_tensors;
  guint64     n_bytes; // 0 where a type is not known
} MaqInspectType;

typedef struct
{
  char *name; // NULL: the one used when none is named
  char *text;
} MaqInspectTemplate;

typedef struct
{
  char  *role; // "bos", "eos", "control", …
  gint64 id;   // -1 if not said
  char  *text; // nullable: not said
} MaqInspectToken;

// Nothing of it changes once it is there.
typedef struct
{
  MaqInspectKind kind;
  char          *name; // of the file
  char          *path; // nullable: of the local file it was read from
  guint64        file_size;
  guint64        n_read; // bytes of the file that were read

  // Each is NULL, 0 or -1 where the file does not say.
  char   *format;      // "GGUF, version 3"
  guint   version;     // of GGUF
  guint64 header_size; // of safetensors, in bytes
  char   *title;
  char   *architecture;
  char   *quantization;
  char   *license;
  gint64  context_length; // in tokens
  guint64 n_parameters;
  GArray *types; // of MaqInspectType, the most bytes first

  char      *tokenizer; // "gpt2", "BPE"
  guint64    n_tokens;
  GPtrArray *special_tokens; // of MaqInspectToken, those with a role first
  GPtrArray *templates;      // of MaqInspectTemplate

  char    *text;   // of JSON, indented; of a template, as it is
  gboolean is_cut; // the text, or the file, goes on
} MaqInspection;

#define MAQ_TYPE_INSPECTION (maq_inspection_get_type ())
GType          maq_inspection_get_type (void);
MaqInspection *maq_inspection_ref (MaqInspection *self);
void           maq_inspection_unref (MaqInspection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqInspection, maq_inspection_unref)

// Of a local file. Resolves to a MaqInspection (boxed); MAQ_FORMAT_ERROR_NOT_THIS_FORMAT for other files, the rest of
// MAQ_FORMAT_ERROR for damaged ones; G_IO_ERROR.
DexFuture *maq_inspect_open (const char *path);
// Of ADDRESS, which has a path: from CACHE if the file is there, else from the Hub, a few hundred kB of it where the header is no
// larger. MAQ_HUB_ERROR as well. PROGRESS as in maq_header_fetch_as.
DexFuture *maq_inspect_address (MaqCache *cache, MaqHubClient *client, const MaqRepoAddress *address, MaqHeaderProgress progress, gpointer data);
// Whether a file of this name is one that can be inspected.
gboolean maq_inspect_knows (const char *path);

// Metadata: keys of a header in file order (of safetensors, by name), shards of an index with how many tensors each has.
guint       maq_inspection_get_n_keys (MaqInspection *self);
const char *maq_inspection_get_key (MaqInspection *self, guint index);
// "u32", "string", …; of an array, that of its elements with [] behind (transfer full).
char *maq_inspection_dup_key_type (MaqInspection *self, guint index);
gsize maq_inspection_get_array_length (MaqInspection *self, guint index); // 0 for scalars
// As maq_gguf_dup_value.
GVariant *maq_inspection_dup_value (MaqInspection *self, guint index, gsize max_elements);
// The value as people read it: strings bare, numbers plain, of an array the first MAX_ELEMENTS and its length (transfer full).
char *maq_inspection_dup_value_text (MaqInspection *self, guint index, gsize max_elements);

typedef struct
{
  const char *name;
  const char *type;  // "" in an index
  const char *shard; // nullable: the file of an index that has it
  guint64     shape[64];
  guint       n_dims;
  guint64     offset; // from the start of the file
  guint64     size;   // in bytes
} MaqInspectTensor;
guint    maq_inspection_get_n_tensors (MaqInspection *self);
gboolean maq_inspection_get_tensor (MaqInspection *self, guint index, MaqInspectTensor *tensor);
// "4096 × 32" (transfer full).
char *maq_inspect_tensor_dup_shape (const MaqInspectTensor *tensor);
// "226 Q4_K, 65 F32"; "" for an index (transfer full).
char *maq_inspection_dup_types (MaqInspection *self);

G_END_DECLS
