// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-schema.h"

#include <glib/gi18n.h>
#include <string.h>

#include "maq-cli-input.h"
#include "maq-fiber.h"
#include "maq-json-schema.h"
#include "maq-json.h"

// The file at PATH, and a little more than a schema may have if it is larger than that: the reader of schemas says so.
static GBytes *
read_file (const char *path, GError **error)
{
  g_autofree char *written = maq_cli_dup_path (path);
  g_autoptr (GFile) file = g_file_new_for_path (written);
  g_autoptr (GInputStream) stream = dex_await_object (dex_file_read (file, G_PRIORITY_DEFAULT), error);
  g_autoptr (GByteArray) all = g_byte_array_new ();
  while (stream != NULL && all->len <= MAQ_JSON_SCHEMA_MAX_SIZE)
    {
      g_autoptr (GBytes) bytes = dex_await_boxed (dex_input_stream_read_bytes (stream, 64 * 1024, G_PRIORITY_DEFAULT), error);
      if (bytes == NULL)
        return NULL;
      gsize         size;
      gconstpointer data = g_bytes_get_data (bytes, &size);
      if (size == 0)
        break;
      g_byte_array_append (all, data, (guint) size);
    }
  return stream != NULL ? g_byte_array_free_to_bytes (g_steal_pointer (&all)) : NULL;
}

static GBytes *
read_input (GError **error)
{
  g_autoptr (MaqCliInput) input = maq_cli_input_new ();
  char *text = maq_cli_input_read_all (input, error);
  return text != NULL ? g_bytes_new_take (text, strlen (text)) : NULL;
}

static DexFuture *
convert_thread (gpointer data)
{
  g_autoptr (GError) error = NULL;
  char *grammar = maq_json_schema_to_grammar (data, &error);
  return grammar != NULL ? dex_future_new_take_string (grammar) : dex_future_new_for_error (g_steal_pointer (&error));
}

char *
maq_cli_schema_read (const char *path, GError **error)
{
  g_autoptr (GBytes) schema = g_str_equal (path, "-") ? read_input (error) : read_file (path, error);
  if (schema == NULL)
    return NULL;
  g_autoptr (GError) failure = NULL;
  char *grammar = dex_await_string (maq_thread_spawn ("json-schema", convert_thread, g_bytes_ref (schema), (GDestroyNotify) g_bytes_unref), &failure);
  if (grammar != NULL)
    return grammar;
  if (failure->domain == MAQ_FORMAT_ERROR)
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("Cannot use the JSON schema. %s. Edit the schema."), failure->message);
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

// Whether TEXT is JSON that ends where it ends: of a number nobody knows.
static gboolean
is_whole (const char *text)
{
  g_autoptr (MaqJson) json = maq_json_parse_text (text, NULL);
  MaqJsonKind kind = json != NULL ? maq_json_get_kind (maq_json_get_root (json)) : MAQ_JSON_NOTHING;
  return kind != MAQ_JSON_NOTHING && kind != MAQ_JSON_INT && kind != MAQ_JSON_REAL;
}

gboolean
maq_cli_schema_check (const char *text, const MaqStats *stats, GError **error)
{
  if (g_str_equal (stats->stop_reason, "end") || is_whole (text))
    return TRUE;
  if (g_str_equal (stats->stop_reason, "length"))
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, ngettext ("The answer was cut after %u token and is incomplete JSON. Increase -n.", "The answer was cut after %u tokens and is incomplete JSON. Increase -n.", stats->tokens), stats->tokens);
  else if (g_str_equal (stats->stop_reason, "context"))
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("The context is full, so the answer is incomplete JSON. Increase --context, or shorten the prompt."));
  else if (g_str_equal (stats->stop_reason, "stop"))
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("The answer was cut by --stop and is incomplete JSON. Try without --stop."));
  else
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("The answer was stopped and is incomplete JSON. Run it again."));
  return FALSE;
}
