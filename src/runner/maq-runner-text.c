// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// Two stages: what is held here may become a stop string, with the text of control tokens among it; what leaves it without them
// waits until its last character is whole.
#include "maq-runner-text.h"

#include <string.h>

// Of each byte that is held.
typedef enum
{
  TEXT,
  CONTROL_BEGINS, // the first of a control token
  CONTROL_GOES_ON,
} Kind;

struct _MaqRunnerText
{
  GString    *held;
  GByteArray *kinds; // of Kind, for each byte of held
  GString    *rest;  // a character that is not whole yet
  char      **stop;
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
  self->kinds = g_byte_array_new ();
  self->rest = g_string_new (NULL);
  return self;
}

void
maq_runner_text_free (MaqRunnerText *self)
{
  g_strfreev (self->stop);
  g_string_free (self->held, TRUE);
  g_byte_array_unref (self->kinds);
  g_string_free (self->rest, TRUE);
  g_free (self);
}

// Whether a stop string may begin or end at AT: a control token is one thing, of which none is met by a part.
static gboolean
is_border (MaqRunnerText *self,
           gsize          at)
{
  return at >= self->kinds->len || self->kinds->data[at] != CONTROL_GOES_ON;
}

// Where the first stop string begins, or the length of what is held.
static gsize
find_stop (MaqRunnerText *self)
{
  gsize first = self->held->len;

  for (gsize i = 0; self->stop[i] != NULL; i++)
    {
      gsize length = strlen (self->stop[i]);

      for (gsize from = 0; from < first;)
        {
          const char *found = memmem (self->held->str + from, self->held->len - from, self->stop[i], length);
          gsize       at = found != NULL ? (gsize) (found - self->held->str) : first;

          if (at < first && is_border (self, at) && is_border (self, at + length))
            first = at;
          from = at + 1;
        }
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
      if (is_border (self, self->held->len - n) && memcmp (self->held->str + self->held->len - n, self->stop[i], n) == 0)
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

// Appends the first N bytes of the rest to OUT.
static void
give (MaqRunnerText *self,
      gsize          n,
      GString       *out)
{
  g_autofree char *text = g_utf8_make_valid (self->rest->str, n);

  g_string_append (out, text);
  g_string_erase (self->rest, 0, n);
}

// Lets go of the first N bytes that are held.
static void
release (MaqRunnerText *self,
         gsize          n,
         GString       *out)
{
  for (gsize i = 0; i < n; i++)
    if (self->kinds->data[i] == TEXT)
      g_string_append_c (self->rest, self->held->str[i]);
  g_string_erase (self->held, 0, n);
  g_byte_array_remove_range (self->kinds, 0, n);
  give (self, self->rest->len - count_partial_character (self->rest->str, self->rest->len), out);
}

static gboolean
feed (MaqRunnerText *self,
      const char    *bytes,
      gsize          length,
      gboolean       control,
      GString       *out)
{
  gsize stop;

  g_string_append_len (self->held, bytes, length);
  for (gsize i = 0; i < length; i++)
    g_byte_array_append (self->kinds, &(guint8) { !control ? TEXT : i == 0 ? CONTROL_BEGINS
                                                                           : CONTROL_GOES_ON },
                         1);
  stop = find_stop (self);
  if (stop == self->held->len)
    {
      release (self, self->held->len - count_possible_stop (self), out);
      return FALSE;
    }
  release (self, stop, out);
  give (self, self->rest->len, out);
  g_string_truncate (self->held, 0);
  g_byte_array_set_size (self->kinds, 0);
  return TRUE;
}

gboolean
maq_runner_text_feed (MaqRunnerText *self,
                      const char    *bytes,
                      gsize          length,
                      GString       *out)
{
  return feed (self, bytes, length, FALSE, out);
}

gboolean
maq_runner_text_feed_control (MaqRunnerText *self,
                              const char    *bytes,
                              gsize          length,
                              GString       *out)
{
  return feed (self, bytes, length, TRUE, out);
}

void
maq_runner_text_flush (MaqRunnerText *self,
                       GString       *out)
{
  release (self, self->held->len, out);
  give (self, self->rest->len, out);
}
