// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-json-schema-private.h"

// An object as its schema, or all schemas of allOf together, say it is.

G_BEGIN_DECLS

typedef struct
{
  const char   *name;
  MaqJsonValue *schema; // NULL: any value
  char         *place;  // its JSON pointer
  gboolean      required;
} MaqJsonSchemaMember;

typedef struct
{
  GPtrArray    *members; // of MaqJsonSchemaMember, in order
  GHashTable   *by_name;
  gboolean      says;       // whether other members may come
  gboolean      open;       // they may
  MaqJsonValue *additional; // their schema; NULL: any
  char         *place;      // of that
} MaqJsonSchemaObject;

void maq_json_schema_object_init (MaqJsonSchemaObject *self);
void maq_json_schema_object_clear (MaqJsonSchemaObject *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MaqJsonSchemaObject, maq_json_schema_object_clear)

// Reads the keywords of VALUE about members into OBJECT. FALSE after an error.
gboolean maq_json_schema_object_read (MaqJsonSchema *self, MaqJsonValue *value, MaqJsonSchemaObject *object);
// The same, of VALUE and all that its allOf lists.
gboolean maq_json_schema_object_read_all (MaqJsonSchema *self, MaqJsonValue *value, MaqJsonSchemaObject *object);

G_END_DECLS
