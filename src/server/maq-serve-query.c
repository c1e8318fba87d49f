// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-serve-query.h"

#include <string.h>

typedef struct
{
  char *name;
  char *value;
} Pair;

struct _MaqServeQuery
{
  GArray *pairs;
};

static void
pair_clear (gpointer data)
{
  Pair *pair = data;
  g_free (pair->name);
  g_free (pair->value);
}

// A form's way of writing: + is a space; what is badly encoded stays as it is.
static char *
decode (const char *text)
{
  g_autofree char *spaced = g_strdelimit (g_strdup (text), "+", ' ');
  char            *decoded = g_uri_unescape_string (spaced, NULL);
  if (decoded != NULL && !g_utf8_validate (decoded, -1, NULL))
    g_clear_pointer (&decoded, g_free);
  return decoded != NULL ? decoded : g_steal_pointer (&spaced);
}

MaqServeQuery *
maq_serve_query_new (const char *text)
{
  MaqServeQuery *self = g_new0 (MaqServeQuery, 1);
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", "&", -1);

  self->pairs = g_array_new (FALSE, FALSE, sizeof (Pair));
  g_array_set_clear_func (self->pairs, pair_clear);
  for (char **part = parts; *part != NULL; part++)
    {
      if (**part == '\0')
        continue;
      char *equals = strchr (*part, '=');
      if (equals != NULL)
        *equals = '\0';
      Pair pair = { .name = decode (*part), .value = decode (equals != NULL ? equals + 1 : "") };
      if (g_str_has_suffix (pair.name, "[]"))
        pair.name[strlen (pair.name) - 2] = '\0';
      g_array_append_val (self->pairs, pair);
    }
  return self;
}

void
maq_serve_query_free (MaqServeQuery *self)
{
  g_array_unref (self->pairs);
  g_free (self);
}

const char *
maq_serve_query_get (MaqServeQuery *self,
                     const char    *name)
{
  for (guint i = self->pairs->len; i > 0; i--)
    {
      Pair *pair = &g_array_index (self->pairs, Pair, i - 1);
      if (g_str_equal (pair->name, name))
        return pair->value;
    }
  return NULL;
}

GStrv
maq_serve_query_dup_all (MaqServeQuery *self,
                         const char    *name,
                         gboolean       split)
{
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();
  for (guint i = 0; i < self->pairs->len; i++)
    {
      Pair *pair = &g_array_index (self->pairs, Pair, i);
      if (!g_str_equal (pair->name, name))
        continue;
      g_auto (GStrv) parts = g_strsplit (pair->value, split ? "," : "\n", -1);
      for (char **part = parts; *part != NULL; part++)
        if (**part != '\0')
          g_strv_builder_add (all, *part);
    }
  return g_strv_builder_end (all);
}

gboolean
maq_serve_query_get_bool (MaqServeQuery *self,
                          const char    *name)
{
  const char *value = maq_serve_query_get (self, name);
  return value != NULL && (g_ascii_strcasecmp (value, "true") == 0 || g_str_equal (value, "1"));
}

gint64
maq_serve_query_get_int (MaqServeQuery *self,
                         const char    *name,
                         gint64         fallback)
{
  const char *value = maq_serve_query_get (self, name);
  if (value == NULL || *value == '\0')
    return fallback;
  char  *end;
  gint64 number = g_ascii_strtoll (value, &end, 10);
  return *end == '\0' ? number : -1;
}

char *
maq_serve_query_with (MaqServeQuery *self,
                      const char    *name,
                      const char    *value)
{
  g_autoptr (GString) out = g_string_new (NULL);
  for (guint i = 0; i < self->pairs->len; i++)
    {
      Pair *pair = &g_array_index (self->pairs, Pair, i);
      if (g_str_equal (pair->name, name))
        continue;
      g_string_append_uri_escaped (out, pair->name, NULL, FALSE);
      g_string_append_c (out, '=');
      g_string_append_uri_escaped (out, pair->value, NULL, FALSE);
      g_string_append_c (out, '&');
    }
  g_string_append_printf (out, "%s=", name);
  g_string_append_uri_escaped (out, value, NULL, FALSE);
  return g_string_free (g_steal_pointer (&out), FALSE);
}
