// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-header.h"

#include <glib/gi18n.h>

#define FIRST_BYTES (256 * 1024)
#define MOST_BYTES  (128 * 1024 * 1024)

void
maq_cli_header_clear (MaqCliHeader *self)
{
  g_clear_pointer (&self->gguf, maq_gguf_unref);
  g_clear_pointer (&self->safetensors, maq_safetensors_unref);
  g_clear_pointer (&self->name, g_free);
}

static DexFuture *
open_gguf_fiber (gpointer data)
{
  g_autoptr (GError) error = NULL;
  MaqGguf *gguf = maq_gguf_open (data, &error);
  return gguf != NULL ? dex_future_new_take_boxed (MAQ_TYPE_GGUF, gguf) : dex_future_new_for_error (g_steal_pointer (&error));
}

static DexFuture *
open_safetensors_fiber (gpointer data)
{
  g_autoptr (GError) error = NULL;
  MaqSafetensors *header = maq_safetensors_open (data, &error);
  return header != NULL ? dex_future_new_take_boxed (MAQ_TYPE_SAFETENSORS, header) : dex_future_new_for_error (g_steal_pointer (&error));
}

// Whether ERROR only says that the bytes are of another format, so that the next one may try.
static gboolean
is_other_format (const GError *error)
{
  return g_error_matches (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_NOT_THIS_FORMAT);
}

static void
set_unknown_format (GError **error, const char *name)
{
  g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("“%s” is neither GGUF nor safetensors. Give a weights file of one of these formats."), name);
}

static gboolean
open_local (const char *path, MaqCliHeader *header, GError **error)
{
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("There is no file “%s”. Check the path."), path);
      return FALSE;
    }
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInfo) info = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_STANDARD_TYPE, 0, NULL, error);
  if (info == NULL)
    return FALSE;
  if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("“%s” is not a file. Give the path of a weights file."), path);
      return FALSE;
    }
  header->file_size = (guint64) g_file_info_get_size (info);
  header->name = g_path_get_basename (path);

  g_autoptr (GError) gguf_error = NULL;
  DexScheduler *workers = dex_thread_pool_scheduler_get_default ();
  header->gguf = dex_await_boxed (dex_scheduler_spawn (workers, 0, open_gguf_fiber, g_strdup (path), g_free), &gguf_error);
  if (header->gguf != NULL)
    return TRUE;
  if (!is_other_format (gguf_error))
    {
      g_propagate_error (error, g_steal_pointer (&gguf_error));
      return FALSE;
    }
  g_autoptr (GError) safetensors_error = NULL;
  header->safetensors = dex_await_boxed (dex_scheduler_spawn (workers, 0, open_safetensors_fiber, g_strdup (path), g_free), &safetensors_error);
  if (header->safetensors != NULL)
    return TRUE;
  if (is_other_format (safetensors_error))
    set_unknown_format (error, path);
  else
    g_propagate_error (error, g_steal_pointer (&safetensors_error));
  return FALSE;
}

// Parses what is there of the file. FALSE without an error: more bytes are needed.
static gboolean
parse_beginning (GBytes *bytes, MaqCliHeader *header, GError **error)
{
  g_autoptr (GError) gguf_error = NULL;
  g_autoptr (GError) safetensors_error = NULL;
  header->gguf = maq_gguf_parse (bytes, header->file_size, &gguf_error);
  if (header->gguf != NULL)
    return TRUE;
  if (is_other_format (gguf_error))
    header->safetensors = maq_safetensors_parse (bytes, header->file_size, &safetensors_error);
  if (header->safetensors != NULL)
    return TRUE;
  GError **last = safetensors_error != NULL ? &safetensors_error : &gguf_error;
  if (g_error_matches (*last, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_TRUNCATED))
    return FALSE;
  if (is_other_format (*last))
    set_unknown_format (error, header->name);
  else
    g_propagate_error (error, g_steal_pointer (last));
  return FALSE;
}

static gboolean
read_remote (MaqCli *cli, MaqHubBody *body, MaqCliHeader *header, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  gsize    wanted = FIRST_BYTES;
  gboolean ended = FALSE;
  header->file_size = (guint64) MAX (0, maq_hub_body_get_total (body));
  for (;;)
    {
      while (!ended && bytes->len < wanted)
        {
          g_autoptr (GBytes) chunk = dex_await_boxed (maq_hub_body_read (body, 256 * 1024), error);
          if (chunk == NULL)
            return FALSE;
          ended = g_bytes_get_size (chunk) == 0;
          g_byte_array_append (bytes, g_bytes_get_data (chunk, NULL), (guint) g_bytes_get_size (chunk));
          maq_cli_progress (cli, header->name, bytes->len, 0, 0, -1);
        }
      g_autoptr (GBytes) so_far = g_bytes_new (bytes->data, bytes->len);
      g_autoptr (GError) local = NULL;
      if (parse_beginning (so_far, header, &local))
        return TRUE;
      if (local != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (ended || wanted >= MOST_BYTES)
        {
          g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("The header of “%s” is not whole in its first %u bytes. The file is damaged, or its header is unusually large."), header->name, bytes->len);
          return FALSE;
        }
      wanted *= 2;
    }
}

static gboolean
open_remote (MaqCli *cli, const MaqRepoAddress *address, MaqCliHeader *header, GError **error)
{
  header->name = g_path_get_basename (address->path);
  g_autofree char *cached = maq_cache_dup_file_path (maq_cli_get_cache (cli), address->kind, address->id, address->revision, address->path);
  if (cached != NULL)
    {
      g_clear_pointer (&header->name, g_free);
      return open_local (cached, header, error);
    }
  MaqHubClient *client = maq_cli_get_client (cli, error);
  if (client == NULL)
    return FALSE;
  g_autoptr (MaqHubBody) body = dex_await_object (maq_hub_client_open_file (client, address->kind, address->id, address->revision, address->path, 0, 0), error);
  return body != NULL && read_remote (cli, body, header, error);
}

// `owner/name[@REV]/path`, an hf:// address or the address of a page, as a place with a path. NULL with an error otherwise.
static MaqRepoAddress *
parse_file_address (MaqCli *cli, const char *text, GError **error)
{
  g_autofree char *uri = strstr (text, "://") != NULL ? g_strdup (text) : g_strconcat ("hf://", text, NULL);
  g_autoptr (MaqRepoAddress) address = maq_repo_address_parse (uri, MAQ_REPO_KIND_MODEL, maq_cli_get_endpoint_option (cli), NULL);
  if (address != NULL && address->path != NULL)
    return g_steal_pointer (&address);
  gboolean named_like_file = g_str_has_suffix (text, ".gguf") || g_str_has_suffix (text, ".safetensors");
  if (address != NULL && !named_like_file)
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("“%s” is a repo and not a file. Name one of its files, as in %s/model.gguf, “maq files” lists them"), text, text);
  else
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("There is no file “%s” here, and it is no file of a repo either. Check the path."), text);
  return NULL;
}

gboolean
maq_cli_header_open (MaqCli *cli, const char *text, MaqCliHeader *header, GError **error)
{
  if (g_file_test (text, G_FILE_TEST_EXISTS) || g_path_is_absolute (text) || g_str_has_prefix (text, "."))
    return open_local (text, header, error);
  g_autoptr (MaqRepoAddress) address = parse_file_address (cli, text, error);
  return address != NULL && open_remote (cli, address, header, error);
}
