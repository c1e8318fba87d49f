// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// Nobody knows how long a header is before it was read. Of a file on the Hub its beginning is asked for alone, which is enough for
// most; a second request then goes on from there: to the end of the header where the parser knows it, else until it is whole, with
// twice as much before each try.
#include "maq-header.h"

#include "maq-fiber.h"
#include "maq-format.h"
#include "maq-gguf.h"

#define FIRST_BYTES (256 * 1024)
#define MOST_BYTES  (128 * 1024 * 1024)
#define PIECE       (128 * 1024)
// The same of local files, of which the largest vocabularies known take some 30 MB.
#define MOST_LOCAL_BYTES (512 * 1024 * 1024)

typedef struct
{
  MaqHubClient        *client;
  MaqRepoAddress      *address;
  const MaqHeaderForm *form;
  MaqHeaderProgress    progress;
  gpointer             progress_data;
} Source;

typedef struct
{
  char                *path;
  const MaqHeaderForm *form;
} Local;

// What is there of a file, and what a parser said of it. Counted: who waits for the parser may be gone before it is done.
typedef struct
{
  GBytes              *bytes;
  guint64              file_size;
  char                *path;
  const MaqHeaderForm *form;
  guint64              wanted;
} Beginning;

static void
source_free (gpointer data)
{
  Source *source = data;

  g_object_unref (source->client);
  maq_repo_address_free (source->address);
  g_free (source);
}

static void
local_free (gpointer data)
{
  g_free (((Local *) data)->path);
  g_free (data);
}

static void
beginning_clear (gpointer data)
{
  Beginning *beginning = data;

  g_bytes_unref (beginning->bytes);
  g_free (beginning->path);
}

static void
beginning_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, beginning_clear);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Beginning, beginning_unref)

static gboolean
wants_more (const GError *error)
{
  return g_error_matches (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_NEEDS_MORE);
}

// A header that goes on after MOST bytes is not read: a file could make this process take any amount of memory.
static void
set_too_long (GError **error,
              guint64  most)
{
  g_autofree char *size = g_format_size_full (most, G_FORMAT_SIZE_IEC_UNITS);

  g_clear_error (error);
  g_set_error (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_UNSUPPORTED, "The header takes more than %s, which is not read here; llama.cpp has no such limit", size);
}

static DexFuture *
open_fiber (gpointer data)
{
  const Local *local = data;
  GError      *error = NULL;

  for (guint64 wanted = FIRST_BYTES;;)
    {
      guint64 file_size, next = 0;
      g_autoptr (GBytes) bytes = maq_format_read_beginning (local->path, wanted, &file_size, &error);
      gpointer header;

      if (bytes == NULL || !maq_format_check_not_empty (file_size, &error))
        return dex_future_new_for_error (error);
      header = local->form->parse (bytes, file_size, local->path, &next, &error);
      if (header != NULL)
        return dex_future_new_take_boxed (local->form->get_type (), header);
      if (wants_more (error) && wanted < file_size && wanted >= MOST_LOCAL_BYTES)
        set_too_long (&error, MOST_LOCAL_BYTES);
      if (!wants_more (error) || wanted >= file_size)
        return dex_future_new_for_error (error);
      g_clear_error (&error);
      wanted = MIN (MAX (next, wanted * 4), MOST_LOCAL_BYTES);
    }
}

DexFuture *
maq_header_open_as (const char          *path,
                    const MaqHeaderForm *form)
{
  Local *local;

  dex_return_error_if_fail (path != NULL);
  dex_return_error_if_fail (form != NULL);

  local = g_new0 (Local, 1);
  local->path = g_strdup (path);
  local->form = form;
  return dex_scheduler_spawn (dex_thread_pool_scheduler_get_default (), 0, open_fiber, local, local_free);
}

static DexFuture *
parse_fiber (gpointer data)
{
  Beginning *beginning = data;
  GError    *error = NULL;
  gpointer   header = beginning->form->parse (beginning->bytes, beginning->file_size, beginning->path, &beginning->wanted, &error);

  return header != NULL ? dex_future_new_take_boxed (beginning->form->get_type (), header) : dex_future_new_for_error (error);
}

static Beginning *
beginning_new (const Source *source,
               GByteArray   *bytes,
               guint64       file_size)
{
  Beginning *beginning = g_atomic_rc_box_new0 (Beginning);

  beginning->bytes = g_bytes_new (bytes->data, bytes->len);
  beginning->file_size = file_size;
  beginning->path = g_strdup (source->address->path);
  beginning->form = source->form;
  return beginning;
}

// Resolves to the header of BEGINNING.
static DexFuture *
parse (Beginning *beginning)
{
  return dex_scheduler_spawn (dex_thread_pool_scheduler_get_default (), 0, parse_fiber, g_atomic_rc_box_acquire (beginning), beginning_unref);
}

static MaqHubBody *
open_body (const Source *source,
           guint64       offset,
           guint64       end,
           GError      **error)
{
  const MaqRepoAddress *address = source->address;

  return dex_await_object (maq_hub_client_open_file (source->client, address->kind, address->id, address->revision, address->path, offset, end), error);
}

// Reads on until there are WANTED bytes or the body ends; FALSE with an error.
static gboolean
read_up_to (const Source *source,
            MaqHubBody   *body,
            GByteArray   *bytes,
            gsize         wanted,
            gboolean     *ended,
            GError      **error)
{
  while (!*ended && bytes->len < wanted)
    {
      g_autoptr (GBytes) piece = dex_await_boxed (maq_hub_body_read (body, MIN (PIECE, wanted - bytes->len)), error);

      if (piece == NULL)
        return FALSE;
      *ended = g_bytes_get_size (piece) == 0;
      g_byte_array_append (bytes, g_bytes_get_data (piece, NULL), g_bytes_get_size (piece));
      if (source->progress != NULL)
        source->progress (bytes->len, source->progress_data);
    }
  return TRUE;
}

// Goes on after BYTES, of a file that has TOTAL bytes as far as one knows.
static MaqHubBody *
open_rest (const Source *source,
           GByteArray   *bytes,
           gint64        total,
           guint64       wanted,
           GError      **error)
{
  g_autoptr (MaqHubBody) body = open_body (source, bytes->len, wanted > 0 ? wanted : MOST_BYTES, error);

  if (body == NULL)
    return NULL;
  if (maq_hub_body_get_total (body) != total)
    {
      g_set_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REPLY, "%s changed while it was read", source->address->path);
      return NULL;
    }
  // A server that knows no ranges begins anew.
  if (maq_hub_body_get_offset (body) == 0)
    g_byte_array_set_size (bytes, 0);
  return g_steal_pointer (&body);
}

static DexFuture *
fetch_fiber (gpointer data)
{
  const Source *source = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (MaqHubBody) body = open_body (source, 0, FIRST_BYTES, &error);
  gint64   total = body != NULL ? maq_hub_body_get_total (body) : -1;
  gboolean ended = FALSE, is_first = TRUE;
  guint64  wanted = FIRST_BYTES;

  while (body != NULL && read_up_to (source, body, bytes, wanted, &ended, &error))
    {
      // Where nobody says how long the file is, its end shows it.
      gboolean is_all = total >= 0 ? bytes->len >= total : bytes->len < wanted;
      if (is_all && bytes->len == 0)
        return dex_future_new_reject (MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_TRUNCATED, "The file is empty");
      g_autoptr (Beginning) beginning = beginning_new (source, bytes, is_all ? bytes->len : MAX (total, 0));
      gpointer header = dex_await_boxed (parse (beginning), &error);

      if (header != NULL)
        return dex_future_new_take_boxed (source->form->get_type (), header);
      if (wants_more (error) && !is_all && wanted >= MOST_BYTES)
        set_too_long (&error, MOST_BYTES);
      if (!wants_more (error) || is_all || (ended && !is_first))
        break;
      g_clear_error (&error);
      if (is_first)
        {
          g_autoptr (MaqHubBody) rest = open_rest (source, bytes, total, beginning->wanted, &error);
          g_set_object (&body, rest);
        }
      is_first = ended = FALSE;
      wanted = MIN (MAX (beginning->wanted, wanted * 2), MOST_BYTES);
    }
  return dex_future_new_for_error (g_steal_pointer (&error));
}

DexFuture *
maq_header_fetch_as (MaqHubClient         *client,
                     const MaqRepoAddress *address,
                     const MaqHeaderForm  *form,
                     MaqHeaderProgress     progress,
                     gpointer              data)
{
  Source *source;

  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (client));
  dex_return_error_if_fail (address != NULL && address->path != NULL);
  dex_return_error_if_fail (form != NULL);

  source = g_new0 (Source, 1);
  source->client = g_object_ref (client);
  source->address = maq_repo_address_copy (address);
  source->form = form;
  source->progress = progress;
  source->progress_data = data;
  return maq_fiber_spawn (NULL, fetch_fiber, source, source_free);
}

static gpointer
parse_gguf (GBytes     *bytes,
            guint64     file_size,
            const char *path,
            guint64    *wanted,
            GError    **error)
{
  return maq_gguf_parse (bytes, file_size, error);
}

static const MaqHeaderForm gguf_form = { maq_gguf_get_type, parse_gguf };

DexFuture *
maq_header_open (const char *path)
{
  return maq_header_open_as (path, &gguf_form);
}

DexFuture *
maq_header_fetch (MaqHubClient *client,
                  const char   *id,
                  const char   *revision,
                  const char   *path)
{
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (MAQ_REPO_KIND_MODEL, id, revision, path);

  return maq_header_fetch_as (client, address, &gguf_form, NULL, NULL);
}
