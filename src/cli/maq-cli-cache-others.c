// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-cache.h"

#include <glib/gi18n.h>

#include "maq-cli-text.h"
#include "maq-foreign.h"
#include "maq-units.h"

static const char *
get_program_name (MaqForeignProgram program)
{
  const char *name = maq_foreign_program_get_name (program);
  return name != NULL ? name : _ ("Folder");
}

static void
print_model_json (MaqCli *cli, const MaqForeignModel *model)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  maq_cli_json_string (builder, "program", maq_foreign_program_get_name (model->program));
  maq_cli_json_string (builder, "name", model->name);
  maq_cli_json_string (builder, "variant", model->variant->label);
  maq_cli_json_int (builder, "size", (gint64) model->variant->size);
  maq_cli_json_strv (builder, "files", (const char *const *) model->variant->paths);
  maq_cli_json_time (builder, "modified", model->modified);
  maq_cli_json_string (builder, "warning", model->problem);
  json_builder_end_object (builder);
  maq_cli_print_json (cli, builder);
}

static void
add_row (MaqCliTable *table, const MaqForeignModel *model)
{
  g_autofree char  *size = maq_format_bytes (model->variant->size);
  const char *const cells[] = { model->name, get_program_name (model->program), model->variant->label, size, model->variant->paths[0] };
  maq_cli_table_add_row (table, cells);
}

// Those that are named, and those of the settings.
static char **
dup_folders (MaqCli *cli, char **arguments)
{
  g_autoptr (GStrvBuilder) folders = g_strv_builder_new ();
  g_auto (GStrv) chosen = maq_settings_dup_model_folders (maq_cli_get_settings (cli));
  for (guint i = 0; arguments[i] != NULL; i++)
    {
      g_autofree char *written = maq_cli_dup_path (arguments[i]);
      g_strv_builder_take (folders, g_canonicalize_filename (written, NULL));
    }
  g_strv_builder_addv (folders, (const char **) chosen);
  return g_strv_builder_end (folders);
}

gboolean
maq_cli_cache_list_others (MaqCli *cli, char **arguments, GError **error)
{
  g_auto (GStrv) folders = dup_folders (cli, arguments);
  g_autoptr (MaqForeignScan) scan = dex_await_boxed (maq_foreign_find ((const char *const *) folders), error);
  if (scan == NULL)
    return FALSE;

  const char *const titles[] = { _ ("MODEL"), _ ("PROGRAM"), _ ("VARIANT"), _ (">SIZE"), _ ("FILE"), NULL };
  g_autoptr (MaqCliTable) table = maq_cli_table_new (titles, 4);
  for (guint i = 0; i < scan->models->len; i++)
    {
      const MaqForeignModel *model = scan->models->pdata[i];
      if (maq_cli_wants_json (cli))
        print_model_json (cli, model);
      else
        add_row (table, model);
      if (model->problem != NULL)
        maq_cli_note (cli, "%s: %s", model->name, model->problem);
    }
  for (guint i = 0; i < scan->places->len; i++)
    {
      const MaqForeignPlace *place = scan->places->pdata[i];
      if (place->problem != NULL)
        maq_cli_note (cli, "%s", place->problem);
    }
  if (scan->models->len == 0)
    maq_cli_note (cli, _ ("No models from Ollama, LM Studio, Jan, GPT4All or llama.cpp were found. To look in a folder, use “maq cache ls --others FOLDER”."));
  else if (!maq_cli_wants_json (cli))
    {
      g_autofree char *text = maq_cli_table_to_text (table, maq_cli_get_columns (cli));
      maq_cli_write (cli, text);
    }
  return TRUE;
}
