// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-header.h"

#include "maq-gguf.h"

// How much is fetched before the first try; twice as much before each one after it.
#define FIRST_BYTES (256 * 1024)
#define MOST_BYTES  (128 * 1024 * 1024)
#define PIECE       (128 * 1024)

typedef struct
{
  MaqHubClient *client;
  char         *id;
  char         *revision;
  char         *path;
} Source;

typedef struct
{
  GBytes *bytes;
  guint64 file_size;
} Beginning;

static void
source_free (gpointer data)
{
  Source *source = data;

  g_object_unref (source->client);
  g_free (source->id);
  g_free (source->revision);
  g_free (source->path);
  g_free (source);
}

static void
beginning_free (gpointer data)
{
  Beginning *beginning = data;

  g_bytes_unref (beginning->bytes);
  g_free (beginning);
}

static DexFuture *
take_header (MaqGguf *header,
             GError  *error)
{
  return header != NULL ? dex_future_new_take_boxed (MAQ_TYPE_GGUF, header) : dex_future_new_for_error (error);
}

static DexFuture *
open_fiber (gpointer data)
{
  GError  *error = NULL;
  MaqGguf *header = maq_gguf_open (data, &error);

  return take_header (header, error);
}

DexFuture *
maq_header_open (const char *path)
{
  dex_return_error_if_fail (path != NULL);

  return dex_scheduler_spawn (dex_thread_pool_scheduler_get_default (), 0, open_fiber, g_strdup (path), g_free);
}

static DexFuture *
parse_fiber (gpointer data)
{
  Beginning *beginning = data;
  GError    *error = NULL;
  MaqGguf   *header = maq_gguf_parse (beginning->bytes, beginning->file_size, &error);

  return take_header (header, error);
}

// Resolves to the header that BYTES begin with. They are not copied, and stay as they are until then.
static DexFuture *
parse (GByteArray *bytes,
       guint64     file_size)
{
  Beginning *beginning = g_new0 (Beginning, 1);

  beginning->bytes = g_bytes_new_with_free_func (bytes->data, bytes->len, (GDestroyNotify) g_byte_array_unref, g_byte_array_ref (bytes));
  beginning->file_size = file_size;
  return dex_scheduler_spawn (dex_thread_pool_scheduler_get_default (), 0, parse_fiber, beginning, beginning_free);
}

// Reads on until there are WANTED bytes or the file ends; FALSE with an error.
static gboolean
read_up_to (MaqHubBody *body,
            GByteArray *bytes,
            gsize       wanted,
            gboolean   *ended,
            GError    **error)
{
  while (!*ended && bytes->len < wanted)
    {
      g_autoptr (GBytes) piece = dex_await_boxed (maq_hub_body_read (body, PIECE), error);

      if (piece == NULL)
        return FALSE;
      *ended = g_bytes_get_size (piece) == 0;
      g_byte_array_append (bytes, g_bytes_get_data (piece, NULL), g_bytes_get_size (piece));
    }
  return TRUE;
}

static DexFuture *
fetch_fiber (gpointer data)
{
  Source *source = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (MaqHubBody) body = dex_await_object (maq_hub_client_open_file (source->client, MAQ_REPO_KIND_MODEL, source->id, source->revision, source->path, 0, MOST_BYTES), &error);
  gboolean ended = FALSE;

  for (gsize wanted = FIRST_BYTES; body != NULL; wanted *= 2)
    {
      MaqGguf *header;

      if (!read_up_to (body, bytes, wanted, &ended, &error))
        break;
      g_clear_error (&error);
      header = dex_await_boxed (parse (bytes, MAX (maq_hub_body_get_total (body), 0)), &error);
      if (header != NULL)
        return dex_future_new_take_boxed (MAQ_TYPE_GGUF, header);
      if (ended || wanted >= MOST_BYTES || !g_error_matches (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_TRUNCATED))
        break;
    }
  return dex_future_new_for_error (g_steal_pointer (&error));
}

DexFuture *
maq_header_fetch (MaqHubClient *client,
                  const char   *id,
                  const char   *revision,
                  const char   *path)
{
  Source *source;

  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (client));
  dex_return_error_if_fail (id != NULL);
  dex_return_error_if_fail (path != NULL);

  source = g_new0 (Source, 1);
  source->client = g_object_ref (client);
  source->id = g_strdup (id);
  source->revision = g_strdup (revision);
  source->path = g_strdup (path);
  return dex_scheduler_spawn (NULL, 0, fetch_fiber, source, source_free);
}
