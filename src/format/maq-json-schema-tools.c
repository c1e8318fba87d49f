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
