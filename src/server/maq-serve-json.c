// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-serve-json.h"

#include <string.h>

// A complete value never ends in one of these, and an unfinished one always does.
static void
comma (GString *out)
{
  if (out->len > 0 && strchr ("{[:,", out->str[out->len - 1]) == NULL)
    g_string_append_c (out, ',');
}

void
maq_serve_json_open (GString *out,
                     char     bracket)
{
  comma (out);
  g_string_append_c (out, bracket);
}

void
maq_serve_json_close (GString *out,
                      char     bracket)
{
  g_string_append_c (out, bracket);
}

void
maq_serve_json_key (GString    *out,
                    const char *key)
{
  maq_serve_json_string (out, key);
  g_string_append_c (out, ':');
}

static void
append_escaped (GString *out,
                guchar   c)
{
  switch (c)
    {
    case '"':
    case '\\':
      g_string_append_c (out, '\\');
      g_string_append_c (out, c);
      break;
    case '\n':
      g_string_append (out, "\\n");
      break;
    case '\t':
      g_string_append (out, "\\t");
      break;
    default:
      g_string_append_printf (out, "\\u%04x", c);
    }
}

void
maq_serve_json_string (GString    *out,
                       const char *text)
{
  if (text == NULL)
    {
      maq_serve_json_raw (out, NULL);
      return;
    }
  g_autofree char *valid = g_utf8_validate (text, -1, NULL) ? NULL : g_utf8_make_valid (text, -1);
  comma (out);
  g_string_append_c (out, '"');
  for (const guchar *p = (const guchar *) (valid != NULL ? valid : text); *p != '\0'; p++)
    if (*p < 0x20 || *p == '"' || *p == '\\' || *p == 0x7f)
      append_escaped (out, *p);
    else
      g_string_append_c (out, *p);
  g_string_append_c (out, '"');
}

void
maq_serve_json_int (GString *out,
                    gint64   number)
{
  comma (out);
  g_string_append_printf (out, "%" G_GINT64_FORMAT, number);
}

void
maq_serve_json_bool (GString *out,
                     gboolean value)
{
  maq_serve_json_raw (out, value ? "true" : "false");
}

void
maq_serve_json_raw (GString    *out,
                    const char *json)
{
  comma (out);
  g_string_append (out, json != NULL ? json : "null");
}

void
maq_serve_json_member_string (GString    *out,
                              const char *key,
                              const char *text)
{
  maq_serve_json_key (out, key);
  maq_serve_json_string (out, text);
}

void
maq_serve_json_member_int (GString    *out,
                           const char *key,
                           gint64      number)
{
  maq_serve_json_key (out, key);
  maq_serve_json_int (out, number);
}

void
maq_serve_json_member_bool (GString    *out,
                            const char *key,
                            gboolean    value)
{
  maq_serve_json_key (out, key);
  maq_serve_json_bool (out, value);
}

void
maq_serve_json_member_raw (GString    *out,
                           const char *key,
                           const char *json)
{
  maq_serve_json_key (out, key);
  maq_serve_json_raw (out, json);
}
