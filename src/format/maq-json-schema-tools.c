// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// Places and references inside a schema, its keywords, and errors about them.
#include "maq-json-schema-private.h"

#include <string.h>

static char *
shorten (const char *text,
         glong       n)
{
  g_autofree char *start = g_utf8_strlen (text, -1) > n ? g_utf8_substring (text, 0, n) : NULL;

  return start != NULL ? g_strconcat (start, "…", NULL) : g_strdup (text);
}

gpointer
maq_json_schema_fail (MaqJsonSchema *self,
                      MaqFormatError code,
                      const char    *format,
                      ...)
{
  va_list          arguments;
  g_autofree char *text = NULL, *what = NULL, *where = NULL;

  if (self->error != NULL)
    return NULL;
  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  // Names and references can be of any length.
  what = shorten (text, 300);
  where = shorten (self->at->str, 200);
  self->error = g_error_new (MAQ_FORMAT_ERROR, code, "%s: %s", where, what);
  return NULL;
}

gsize
maq_json_schema_enter (MaqJsonSchema *self,
                       const char    *step)
{
  gsize mark = self->at->len;

  g_string_append_c (self->at, '/');
  for (const char *c = step; *c != 0; c++)
    if (*c == '~' || *c == '/')
      g_string_append (self->at, *c == '~' ? "~0" : "~1");
    else
      g_string_append_c (self->at, *c);
  return mark;
}

void
maq_json_schema_leave (MaqJsonSchema *self,
                       gsize          mark)
{
  // After an error the place stays.
  if (self->error == NULL)
    g_string_truncate (self->at, mark);
}

// The first keyword of VALUE that is neither one of ALLOWED nor an annotation.
static const char *
find_other_keyword (MaqJsonValue      *value,
                    const char *const *allowed)
{
  static const char *const annotations[] = { "$schema", "$id", "$anchor", "$comment", "$defs", "definitions", "title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly", "discriminator", NULL };

  MAQ_JSON_FOREACH_MEMBER (name, item, value)
    {
      if (!g_strv_contains (allowed, name) && !g_strv_contains (annotations, name) && !g_str_has_prefix (name, "x-"))
        return name;
    }
  return NULL;
}

gboolean
maq_json_schema_has_only (MaqJsonValue      *value,
                          const char *const *allowed)
{
  return find_other_keyword (value, allowed) == NULL;
}

gboolean
maq_json_schema_check_keywords (MaqJsonSchema     *self,
                                MaqJsonValue      *value,
                                const char *const *allowed,
                                const char        *beside)
{
  const char *other = find_other_keyword (value, allowed);

  if (other == NULL)
    return TRUE;
  if (beside != NULL)
    maq_json_schema_fail (self, MAQ_FORMAT_ERROR_UNSUPPORTED, "An answer cannot be bound to %s and %s at once", beside, other);
  else
    maq_json_schema_fail (self, MAQ_FORMAT_ERROR_UNSUPPORTED, "An answer cannot be bound to the keyword %s", other);
  return FALSE;
}

gboolean
maq_json_schema_read_count (MaqJsonSchema *self,
                            MaqJsonValue  *value,
                            const char    *keyword,
                            guint         *count)
{
  MaqJsonValue *item = maq_json_get (value, keyword);
  double        number = maq_json_as_double (item, -1);

  if (item == NULL)
    return TRUE;
  if (number < 0 || maq_json_schema_classify (item) != MAQ_JSON_SCHEMA_INTEGER)
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "%s is a whole number from 0 on", keyword) != NULL;
  *count = (guint) MIN (number, (double) (MAQ_GBNF_NO_MAX - 1));
  return TRUE;
}

// One step of a pointer, with its escapes undone; NULL if they are wrong.
static char *
decode_step (const char *text,
             gsize       length)
{
  g_autofree char *raw = g_strndup (text, length);
  g_autofree char *step = g_uri_unescape_string (raw, NULL);
  char            *to = step;

  if (step == NULL || !g_utf8_validate (step, -1, NULL))
    return NULL;
  for (const char *from = step; *from != 0; from++)
    if (*from != '~')
      *to++ = *from;
    else if (*++from == '0' || *from == '1')
      *to++ = *from == '0' ? '~' : '/';
    else
      return NULL;
  *to = 0;
  return g_steal_pointer (&step);
}

static MaqJsonValue *
get_item (MaqJsonValue *array,
          const char   *step)
{
  guint64 index, i = 0;

  if (!g_ascii_string_to_unsigned (step, 10, 0, G_MAXUINT32, &index, NULL))
    return NULL;
  MAQ_JSON_FOREACH (item, array)
    {
      if (i++ == index)
        return item;
    }
  return NULL;
}

MaqJsonValue *
maq_json_schema_resolve (MaqJsonSchema *self,
                         const char    *reference)
{
  MaqJsonValue *value = self->document;
  const char   *at = reference + 1;

  if (*reference != '#' || (*at != 0 && *at != '/'))
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_UNSUPPORTED, "The reference %s leads out of this schema. Copy what it means below #/$defs", reference);
  while (*at == '/' && value != NULL)
    {
      gsize            length = strcspn (at + 1, "/");
      g_autofree char *step = decode_step (at + 1, length);

      value = step == NULL ? NULL : maq_json_is_array (value) ? get_item (value, step)
                                                              : maq_json_get (value, step);
      at += 1 + length;
    }
  if (value == NULL)
    maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "There is no %s in this schema", reference);
  return value;
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
