// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-gbnf-private.h"
#include "maq-gguf.h"
#include "maq-json.h"

// What the files that turn a JSON schema into a grammar share. Functions that return text return an expression of the grammar
// (transfer full), or NULL after an error.

G_BEGIN_DECLS

// A character of a string that needs no escape: the inside of a negated class.
#define MAQ_JSON_SCHEMA_PLAIN "\"\\\\\\x00-\\x1F\\x7F"

typedef enum
{
  MAQ_JSON_SCHEMA_NULL = 1 << 0,
  MAQ_JSON_SCHEMA_BOOLEAN = 1 << 1,
  MAQ_JSON_SCHEMA_INTEGER = 1 << 2,
  MAQ_JSON_SCHEMA_FRACTION = 1 << 3, // numbers that are no integers
  MAQ_JSON_SCHEMA_STRING = 1 << 4,
  MAQ_JSON_SCHEMA_ARRAY = 1 << 5,
  MAQ_JSON_SCHEMA_OBJECT = 1 << 6,
} MaqJsonSchemaTypes;
#define MAQ_JSON_SCHEMA_NUMBER (MAQ_JSON_SCHEMA_INTEGER | MAQ_JSON_SCHEMA_FRACTION)
#define MAQ_JSON_SCHEMA_ALL    0x7f

typedef struct
{
  MaqJsonValue *document;
  MaqGbnf      *gbnf;
  GString      *at;          // the JSON pointer of the schema that is being read
  GHashTable   *targets;     // of what references point to, by pointer
  guint         depth;       // of schemas inside each other
  guint         containers;  // how many arrays and objects around this one there are
  guint         choices;     // how many times on the way here something else could have been written
  guint         comparisons; // of two schemas
  char         *any;         // the rule for any value, once it is needed
  GError       *error;
} MaqJsonSchema;

char *maq_json_schema_convert (MaqJsonSchema *self, MaqJsonValue *value);
// As convert, for the schema STEP (and STEP2, nullable) below the one that is being read.
char *maq_json_schema_convert_below (MaqJsonSchema *self, MaqJsonValue *value, const char *step, const char *step2);
char *maq_json_schema_convert_any (MaqJsonSchema *self);
// White space where it may stand; its length is bounded, as a small model would otherwise write it for ever.
char *maq_json_schema_convert_space (MaqJsonSchema *self);

char *maq_json_schema_convert_object (MaqJsonSchema *self, MaqJsonValue *value);
char *maq_json_schema_convert_all_of (MaqJsonSchema *self, MaqJsonValue *value);
char *maq_json_schema_convert_array (MaqJsonSchema *self, MaqJsonValue *value);
char *maq_json_schema_convert_string (MaqJsonSchema *self, MaqJsonValue *value);
char *maq_json_schema_convert_any_string (MaqJsonSchema *self);
// The inside of a string that matches PATTERN, a regular expression.
char *maq_json_schema_convert_pattern (MaqJsonSchema *self, const char *pattern);
char *maq_json_schema_convert_number (MaqJsonSchema *self, MaqJsonValue *value, gboolean integer);

// Remembers the first error, at the place that is being read. Returns NULL.
gpointer maq_json_schema_fail (MaqJsonSchema *self, MaqFormatError code, const char *format, ...) G_GNUC_PRINTF (3, 4);
// Goes to the place STEP below; returns what maq_json_schema_leave wants.
gsize maq_json_schema_enter (MaqJsonSchema *self, const char *step);
void  maq_json_schema_leave (MaqJsonSchema *self, gsize mark);

// Whether VALUE has no keywords but ALLOWED and annotations.
gboolean maq_json_schema_has_only (MaqJsonValue *value, const char *const *allowed);
// The same; else an error. BESIDE: the keyword that leaves no room for others;
// nullable.
gboolean maq_json_schema_check_keywords (MaqJsonSchema *self, MaqJsonValue *value, const char *const *allowed, const char *beside);
// Whether VALUE has no keywords but those that some schema may have; else an error.
gboolean maq_json_schema_check_all_keywords (MaqJsonSchema *self, MaqJsonValue *value);
// A keyword's whole number from 0 on; *COUNT stays as it is without the keyword. FALSE after an error.
gboolean maq_json_schema_read_count (MaqJsonSchema *self, MaqJsonValue *value, const char *keyword, guint *count);
// What REFERENCE, "#/…", points to; NULL after an error.
MaqJsonValue *maq_json_schema_resolve (MaqJsonSchema *self, const char *reference);

// Which types VALUE, an object, allows; 0 after an error.
MaqJsonSchemaTypes maq_json_schema_get_types (MaqJsonSchema *self, MaqJsonValue *value);
// The type of a plain value.
MaqJsonSchemaTypes maq_json_schema_classify (MaqJsonValue *value);
// Whether it is certain that no value is valid under both A and B.
gboolean maq_json_schema_are_disjoint (MaqJsonSchema *self, MaqJsonValue *a, MaqJsonValue *b);

G_END_DECLS
