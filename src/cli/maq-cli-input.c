// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-input.h"

#include <gio/gunixinputstream.h>
#include <glib/gi18n.h>
#include <libdex.h>
#include <unistd.h>

#include "maq-cli.h"

#define MAX_BYTES (64 * 1024 * 1024)

struct _MaqCliInput
{
  GInputStream *stream;
  GString      *pending; // read and not yet handed out
  gboolean      ended;
};

MaqCliInput *
maq_cli_input_new (void)
{
  MaqCliInput *self = g_new0 (MaqCliInput, 1);
  self->stream = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  self->pending = g_string_new (NULL);
  return self;
}

void
maq_cli_input_free (MaqCliInput *self)
{
  g_object_unref (self->stream);
  g_string_free (self->pending, TRUE);
  g_free (self);
}

gboolean
maq_cli_input_is_terminal (void)
{
  return isatty (STDIN_FILENO);
}

// Reads some more; FALSE with an error if that failed.
static gboolean
read_more (MaqCliInput *self, GError **error)
{
  g_autoptr (GBytes) bytes = dex_await_boxed (dex_input_stream_read_bytes (self->stream, 64 * 1024, G_PRIORITY_DEFAULT), error);
  if (bytes == NULL)
    return FALSE;
  gsize       size;
  const char *data = g_bytes_get_data (bytes, &size);
  self->ended = size == 0;
  if (self->pending->len + size > MAX_BYTES)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("Standard input is larger than 64 MiB. Use less input."));
      return FALSE;
    }
  g_string_append_len (self->pending, data, (gssize) size);
  return TRUE;
}

char *
maq_cli_input_read_line (MaqCliInput *self, GError **error)
{
  for (;;)
    {
      const char *end = memchr (self->pending->str, '\n', self->pending->len);
      if (end != NULL || (self->ended && self->pending->len > 0))
        {
          gsize length = end != NULL ? (gsize) (end - self->pending->str) : self->pending->len;
          char *line = g_utf8_make_valid (self->pending->str, (gssize) length);
          g_string_erase (self->pending, 0, (gssize) (length + (end != NULL ? 1 : 0)));
          return line;
        }
      if (self->ended || !read_more (self, error))
        return NULL;
    }
}

char *
maq_cli_input_read_all (MaqCliInput *self, GError **error)
{
  while (!self->ended)
    if (!read_more (self, error))
      return NULL;
  return g_utf8_make_valid (self->pending->str, (gssize) self->pending->len);
}
