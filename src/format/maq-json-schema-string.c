// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-json-schema-private.h"

#include <string.h>

// The strings of a format. All of them are valid, but not all that are valid are here: years go from 1000 to 2999, February has 28
// days, and a minute 60 seconds.
#define YEAR "[1-2] [0-9]{3}"
#define DATE YEAR " \"-\" ((\"0\" [13578] | \"10\" | \"12\") \"-\" (\"0\" [1-9] | [12] [0-9] | \"3\" [01]) | (\"0\" [469] | \"11\") \"-\" (\"0\" [1-9] | [12] [0-9] | \"30\") | \"02-\" (\"0\" [1-9] | \"1\" [0-9] | \"2\" [0-8]))"
#define HOUR "([01] [0-9] | \"2\" [0-3])"
#define TIME HOUR " \":\" [0-5] [0-9] \":\" [0-5] [0-9] (\".\" [0-9]{1,6})? (\"Z\" | [+\\-] " HOUR " \":\" [0-5] [0-9])"
#define HEX  "[0-9a-f]"

static const struct
{
  const char *name, *body;
} formats[] = {
  { "date", DATE },
  { "time", TIME },
  { "date-time", DATE " \"T\" " TIME },
  { "uuid", HEX "{8} \"-\" " HEX "{4} \"-\" " HEX "{4} \"-\" " HEX "{4} \"-\" " HEX "{12}" },
};

// One character of a string: halves of surrogate pairs are left out, so that each is one as minLength and maxLength count.
static char *
convert_character (MaqJsonSchema *self)
{
  return maq_gbnf_add (self->gbnf, "char", "[^" MAQ_JSON_SCHEMA_PLAIN "] | \"\\\\\" ([\"\\\\bfnrt] | \"u\" ([0-9a-ce-f] [0-9a-f]{3} | \"d\" [0-7] [0-9a-f]{2}))");
}

static char *
enclose (MaqJsonSchema *self,
         const char    *stem,
         const char    *inside)
{
  g_autofree char *body = g_strdup_printf ("\"\\\"\" %s \"\\\"\"", inside);

  return maq_gbnf_add (self->gbnf, stem, body);
}

char *
maq_json_schema_convert_any_string (MaqJsonSchema *self)
{
  g_autofree char *character = convert_character (self);
  g_autofree char *inside = maq_gbnf_repeat (self->gbnf, character, 0, MAQ_GBNF_NO_MAX);

  return enclose (self, "string", inside);
}

static char *
convert_length (MaqJsonSchema *self,
                MaqJsonValue  *value)
{
  g_autofree char *character = NULL, *inside = NULL;
  guint            min = 0, max = MAQ_GBNF_NO_MAX;

  if (!maq_json_schema_read_count (self, value, "minLength", &min) || !maq_json_schema_read_count (self, value, "maxLength", &max))
    return NULL;
  if (min > max)
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "minLength is more than maxLength: no text is allowed here");
  character = convert_character (self);
  inside = maq_gbnf_repeat (self->gbnf, character, min, max);
  return enclose (self, "string", inside);
}

static char *
convert_format (MaqJsonSchema *self,
                const char    *name)
{
  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (formats); i++)
    if (g_str_equal (name, formats[i].name))
      return enclose (self, name, formats[i].body);
  return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_UNSUPPORTED, "An answer cannot be bound to the format %s, only to date, time, date-time and uuid. Leave it out or use pattern", name != NULL ? name : "here");
}

char *
maq_json_schema_convert_string (MaqJsonSchema *self,
                                MaqJsonValue  *value)
{
  gboolean         has_length = maq_json_get (value, "minLength") != NULL || maq_json_get (value, "maxLength") != NULL;
  MaqJsonValue    *pattern = maq_json_get (value, "pattern"), *format = maq_json_get (value, "format");
  g_autofree char *inside = NULL;
  gsize            mark;

  if (has_length + (pattern != NULL) + (format != NULL) > 1)
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_UNSUPPORTED, "An answer can be bound to one of pattern, format and a length, and not to several at once. A pattern can say the length: {2,5}");
  if (format != NULL)
    return convert_format (self, maq_json_as_string (format));
  if (pattern == NULL)
    return convert_length (self, value);
  mark = maq_json_schema_enter (self, "pattern");
  if (!maq_json_is_string (pattern))
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "A pattern is a text");
  inside = maq_json_schema_convert_pattern (self, maq_json_as_string (pattern));
  maq_json_schema_leave (self, mark);
  return inside != NULL ? enclose (self, "pattern", inside) : NULL;
}
