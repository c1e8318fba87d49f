// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// Which types a schema allows, and from that and its values, whether two schemas exclude each other.
#include "maq-json-schema-private.h"

#include <math.h>

static const struct
{
  const char        *name;
  MaqJsonSchemaTypes types;
} type_names[] = {
  { "null", MAQ_JSON_SCHEMA_NULL },
  { "boolean", MAQ_JSON_SCHEMA_BOOLEAN },
  { "integer", MAQ_JSON_SCHEMA_INTEGER },
  { "number", MAQ_JSON_SCHEMA_NUMBER },
  { "string", MAQ_JSON_SCHEMA_STRING },
  { "array", MAQ_JSON_SCHEMA_ARRAY },
  { "object", MAQ_JSON_SCHEMA_OBJECT },
};

// Keywords that constrain values of one type only.
static const struct
{
  const char        *name;
  MaqJsonSchemaTypes types;
} type_keywords[] = {
  { "properties", MAQ_JSON_SCHEMA_OBJECT },
  { "required", MAQ_JSON_SCHEMA_OBJECT },
  { "additionalProperties", MAQ_JSON_SCHEMA_OBJECT },
  { "items", MAQ_JSON_SCHEMA_ARRAY },
  { "prefixItems", MAQ_JSON_SCHEMA_ARRAY },
  { "additionalItems", MAQ_JSON_SCHEMA_ARRAY },
  { "minItems", MAQ_JSON_SCHEMA_ARRAY },
  { "maxItems", MAQ_JSON_SCHEMA_ARRAY },
  { "minLength", MAQ_JSON_SCHEMA_STRING },
  { "maxLength", MAQ_JSON_SCHEMA_STRING },
  { "pattern", MAQ_JSON_SCHEMA_STRING },
  { "format", MAQ_JSON_SCHEMA_STRING },
  { "minimum", MAQ_JSON_SCHEMA_NUMBER },
  { "maximum", MAQ_JSON_SCHEMA_NUMBER },
  { "exclusiveMinimum", MAQ_JSON_SCHEMA_NUMBER },
  { "exclusiveMaximum", MAQ_JSON_SCHEMA_NUMBER },
};

static MaqJsonSchemaTypes
parse_type (MaqJsonSchema *self,
            MaqJsonValue  *value)
{
  const char *name = maq_json_as_string (value);

  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (type_names); i++)
    if (g_str_equal (name, type_names[i].name))
      return type_names[i].types;
  maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "“%s” is no type. Use null, boolean, integer, number, string, array or object", name != NULL ? name : "type");
  return 0;
}

MaqJsonSchemaTypes
maq_json_schema_get_types (MaqJsonSchema *self,
                           MaqJsonValue  *value)
{
  MaqJsonValue      *type = maq_json_get (value, "type");
  MaqJsonSchemaTypes types = 0;

  if (maq_json_is_array (type) && maq_json_get_size (type) > 0)
    {
      MAQ_JSON_FOREACH (item, type)
        {
          MaqJsonSchemaTypes more = parse_type (self, item);
          if (more == 0)
            return 0;
          types |= more;
        }
      return types;
    }
  if (type != NULL)
    return parse_type (self, type);
  for (gsize i = 0; i < G_N_ELEMENTS (type_keywords); i++)
    if (maq_json_get (value, type_keywords[i].name) != NULL)
      types |= type_keywords[i].types;
  return types != 0 ? types : MAQ_JSON_SCHEMA_ALL;
}

MaqJsonSchemaTypes
maq_json_schema_classify (MaqJsonValue *value)
{
  switch (maq_json_get_kind (value))
    {
    case MAQ_JSON_NULL:
      return MAQ_JSON_SCHEMA_NULL;
    case MAQ_JSON_BOOL:
      return MAQ_JSON_SCHEMA_BOOLEAN;
    case MAQ_JSON_INT:
      return MAQ_JSON_SCHEMA_INTEGER;
    case MAQ_JSON_REAL:
      return maq_json_as_double (value, 0.5) == floor (maq_json_as_double (value, 0.5)) ? MAQ_JSON_SCHEMA_INTEGER : MAQ_JSON_SCHEMA_FRACTION;
    case MAQ_JSON_STRING:
      return MAQ_JSON_SCHEMA_STRING;
    case MAQ_JSON_ARRAY:
      return MAQ_JSON_SCHEMA_ARRAY;
    case MAQ_JSON_OBJECT:
      return MAQ_JSON_SCHEMA_OBJECT;
    case MAQ_JSON_NOTHING:
    default:
      return 0;
    }
}

gboolean
maq_json_schema_check_all_keywords (MaqJsonSchema *self,
                                    MaqJsonValue  *value)
{
  const char *allowed[G_N_ELEMENTS (type_keywords) + 9] = { "type", "uniqueItems", "$ref", "const", "enum", "anyOf", "oneOf", "allOf" };
  gsize       n = 8;

  for (gsize i = 0; i < G_N_ELEMENTS (type_keywords); i++)
    allowed[n++] = type_keywords[i].name;
  MAQ_JSON_FOREACH_MEMBER (name, item, value)
    {
      if (g_strv_contains (allowed, name) && maq_json_get (value, name) != item)
        return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "The keyword %s is there twice", name) != NULL;
    }
  return maq_json_schema_check_keywords (self, value, allowed, NULL);
}

// --- Whether two schemas exclude each other.

#define MAX_COMPARISONS 10000
#define MAX_NESTING     10

static gboolean are_disjoint (MaqJsonSchema *self, MaqJsonValue *a, MaqJsonValue *b, guint nesting);

static MaqJsonValue *
follow (MaqJsonSchema *self,
        MaqJsonValue  *value)
{
  for (guint i = 0; i < 10 && self->error == NULL && maq_json_get_string (value, "$ref") != NULL; i++)
    value = maq_json_schema_resolve (self, maq_json_get_string (value, "$ref"));
  return value;
}

// The values that VALUE names, with const or enum; none: any.
static GPtrArray *
list_values (MaqJsonValue *value)
{
  GPtrArray *values = g_ptr_array_new ();

  if (maq_json_get (value, "const") != NULL)
    g_ptr_array_add (values, (gpointer) maq_json_get (value, "const"));
  else
    MAQ_JSON_FOREACH (item, maq_json_get (value, "enum"))
      {
        g_ptr_array_add (values, (gpointer) item);
      }
  return values;
}

static MaqJsonSchemaTypes
list_types (MaqJsonSchema *self,
            MaqJsonValue  *value,
            GPtrArray     *values)
{
  MaqJsonSchemaTypes types = 0;

  if (!maq_json_is_object (value))
    return MAQ_JSON_SCHEMA_ALL;
  for (guint i = 0; i < values->len; i++)
    types |= maq_json_schema_classify (values->pdata[i]);
  // Only what is written counts here: keywords of a type say nothing of values of other types.
  return types != 0 ? types : maq_json_get (value, "type") != NULL ? maq_json_schema_get_types (self, value)
                                                                   : MAQ_JSON_SCHEMA_ALL;
}

static gboolean
may_be_equal (MaqJsonValue *a,
              MaqJsonValue *b)
{
  g_autofree char   *a_text = NULL, *b_text = NULL;
  MaqJsonSchemaTypes a_type = maq_json_schema_classify (a), b_type = maq_json_schema_classify (b);

  if (a_type != b_type)
    return FALSE;
  if ((a_type & MAQ_JSON_SCHEMA_NUMBER) != 0)
    return maq_json_as_double (a, 0) == maq_json_as_double (b, 0);
  // Two ways to write one list or object exist.
  if ((a_type & (MAQ_JSON_SCHEMA_ARRAY | MAQ_JSON_SCHEMA_OBJECT)) != 0)
    return TRUE;
  a_text = maq_json_to_text (a);
  b_text = maq_json_to_text (b);
  return g_str_equal (a_text, b_text);
}

static gboolean
share_a_value (GPtrArray *a,
               GPtrArray *b)
{
  for (guint i = 0; i < a->len; i++)
    for (guint j = 0; j < b->len; j++)
      if (may_be_equal (a->pdata[i], b->pdata[j]))
        return TRUE;
  return FALSE;
}

// Whether a member that A requires is one that B cannot have, or not like this.
static gboolean
requires_what_cannot_be (MaqJsonSchema *self,
                         MaqJsonValue  *a,
                         MaqJsonValue  *b,
                         guint          nesting)
{
  g_auto (GStrv) names = maq_json_dup_strv (a, "required");
  MaqJsonValue *additional = maq_json_get (b, "additionalProperties");
  gboolean      closed = maq_json_get_kind (additional) == MAQ_JSON_BOOL && !maq_json_as_bool (additional, TRUE);

  for (gsize i = 0; names[i] != NULL; i++)
    {
      MaqJsonValue *in_a = maq_json_get (maq_json_get (a, "properties"), names[i]);
      MaqJsonValue *in_b = maq_json_get (maq_json_get (b, "properties"), names[i]);
      if (in_b == NULL ? closed : in_a != NULL && are_disjoint (self, in_a, in_b, nesting + 1))
        return TRUE;
    }
  return FALSE;
}

static gboolean
are_disjoint (MaqJsonSchema *self,
              MaqJsonValue  *a,
              MaqJsonValue  *b,
              guint          nesting)
{
  g_autoptr (GPtrArray) a_values = list_values (a = follow (self, a));
  g_autoptr (GPtrArray) b_values = list_values (b = follow (self, b));
  MaqJsonSchemaTypes a_types = list_types (self, a, a_values), b_types = list_types (self, b, b_values);

  self->comparisons += 1 + a_values->len * b_values->len / 16;
  if ((a_types & b_types) == 0)
    return TRUE;
  if (nesting > MAX_NESTING || self->comparisons > MAX_COMPARISONS)
    return FALSE;
  if (a_values->len > 0 && b_values->len > 0)
    return !share_a_value (a_values, b_values);
  return a_types == MAQ_JSON_SCHEMA_OBJECT && b_types == MAQ_JSON_SCHEMA_OBJECT &&
         (requires_what_cannot_be (self, a, b, nesting) || requires_what_cannot_be (self, b, a, nesting));
}

gboolean
maq_json_schema_are_disjoint (MaqJsonSchema *self,
                              MaqJsonValue  *a,
                              MaqJsonValue  *b)
{
  return are_disjoint (self, a, b, 0);
}
