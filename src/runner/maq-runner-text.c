// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-runner-text.h"

#include <string.h>

struct _MaqRunnerText
{
  GString *held;
  char   **stop;
};

MaqRunnerText *
maq_runner_text_new (const char *const *stop)
{
  MaqRunnerText *self = g_new0 (MaqRunnerText, 1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (gsize i = 0; stop != NULL && stop[i] != NULL; i++)
    if (*stop[i] != 0)
      g_strv_builder_add (builder, stop[i]);
  self->stop = g_strv_builder_end (builder);
  self->held = g_string_new (NULL);
  return self;
}

void
maq_runner_text_free (MaqRunnerText *self)
{
  g_strfreev (self->stop);
  g_string_free (self->held, TRUE);
  g_free (self);
}

// Where the first stop string begins, or the length of what is held.
static gsize
find_stop (MaqRunnerText *self)
{
  gsize first = self->held->len;

  for (gsize i = 0; self->stop[i] != NULL; i++)
    {
      const char *at = memmem (self->held->str, self->held->len, self->stop[i], strlen (self->stop[i]));
      if (at != NULL)
        first = MIN (first, (gsize) (at - self->held->str));
    }
  return first;
}

// How many bytes at the end may become a stop string.
static gsize
count_possible_stop (MaqRunnerText *self)
{
  gsize most = 0;

  for (gsize i = 0; self->stop[i] != NULL; i++)
    for (gsize n = MIN (strlen (self->stop[i]) - 1, self->held->len); n > most; n--)
      if (memcmp (self->held->str + self->held->len - n, self->stop[i], n) == 0)
        most = n;
  return most;
}

// How many bytes at the end of the first N are a character's beginning only.
static gsize
count_partial_character (const char *text,
                         gsize       n)
{
  for (gsize back = 1; back <= MIN (n, 3); back++)
    {
      guchar byte = text[n - back];
      gsize  length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3
                                       : byte >= 0xc0 ? 2
                                                      : 1;

      if ((byte & 0xc0) != 0x80)
        return length > back ? back : 0;
    }
  return 0;
}

static void
release (MaqRunnerText *self,
         gsize          n,
         GString       *out)
{
  g_autofree char *text = g_utf8_make_valid (self->held->str, n);

  g_string_append (out, text);
  g_string_erase (self->held, 0, n);
}

gboolean
maq_runner_text_feed (MaqRunnerText *self,
                      const char    *bytes,
                      gsize          length,
                      GString       *out)
{
  gsize stop, sure;

  g_string_append_len (self->held, bytes, length);
  stop = find_stop (self);
  if (stop < self->held->len)
    {
      release (self, stop, out);
      g_string_truncate (self->held, 0);
      return TRUE;
    }
  sure = self->held->len - count_possible_stop (self);
  sure -= count_partial_character (self->held->str, sure);
  release (self, sure, out);
  return FALSE;
}

void
maq_runner_text_flush (MaqRunnerText *self,
                       GString       *out)
{
  release (self, self->held->len, out);
}
