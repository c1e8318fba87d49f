// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-inspect.h"

#include "maq-gguf.h"
#include "maq-json.h"
#include "maq-safetensors.h"

G_BEGIN_DECLS

// A key and its value where no header has them: sorted metadata of safetensors, shards of an index.
typedef struct
{
  char *key;
  char *text;
} MaqInspectPair;

// A tensor of an index. Both strings are the document's.
typedef struct
{
  const char *name;
  const char *shard;
} MaqInspectPlace;

// Behind the public struct: what the lists are read from on demand.
typedef struct
{
  MaqInspection public;
  gatomicrefcount ref_count;
  MaqGguf        *gguf;
  MaqSafetensors *safetensors;
  MaqJson        *json;
  GPtrArray      *pairs;  // of MaqInspectPair
  GArray         *places; // of MaqInspectPlace
} MaqInspectionFull;

MaqInspectionFull *maq_inspection_new (MaqInspectKind kind, const char *path);
void               maq_inspection_add_pair (MaqInspectionFull *self, const char *key, const char *text);
void               maq_inspection_add_token (MaqInspection *self, const char *role, gint64 id, const char *text);
void               maq_inspection_add_template (MaqInspection *self, const char *name, const char *text);
// Counts the types once the tensors are there.
void maq_inspection_count_types (MaqInspection *self);

void maq_inspect_fill_gguf (MaqInspectionFull *self);
void maq_inspect_fill_json (MaqInspectionFull *self);

G_END_DECLS
