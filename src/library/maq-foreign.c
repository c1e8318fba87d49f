// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-foreign-private.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#include "maq-fiber.h"

static void
model_clear (gpointer data)
{
  MaqForeignModel *self = data;

  g_free (self->name);
  g_clear_pointer (&self->variant, maq_variant_free);
  g_free (self->problem);
}

MaqForeignModel *
maq_foreign_model_ref (MaqForeignModel *self)
{
  return g_rc_box_acquire (self);
}

void
maq_foreign_model_unref (MaqForeignModel *self)
{
  g_rc_box_release_full (self, model_clear);
}

char *
maq_foreign_model_dup_label (const MaqForeignModel *self)
{
  g_return_val_if_fail (self != NULL && self->variant != NULL, NULL);

  // Names of Ollama have their tag already; a file's stem says what it is.
  if (strchr (self->name, '/') == NULL || strchr (self->name, ':') != NULL)
    return g_strdup (self->name);
  return g_strdup_printf ("%s:%s", self->name, self->variant->label);
}

static void
scan_clear (gpointer data)
{
  MaqForeignScan *self = data;

  g_ptr_array_unref (self->models);
  g_ptr_array_unref (self->places);
}

MaqForeignScan *
maq_foreign_scan_copy (const MaqForeignScan *self)
{
  return g_rc_box_acquire ((gpointer) self);
}

void
maq_foreign_scan_free (MaqForeignScan *self)
{
  g_rc_box_release_full (self, scan_clear);
}

G_DEFINE_BOXED_TYPE (MaqForeignScan, maq_foreign_scan, maq_foreign_scan_copy, maq_foreign_scan_free)

const char *
maq_foreign_program_get_name (MaqForeignProgram program)
{
  static const char *const names[] = {
    [MAQ_FOREIGN_OLLAMA] = "Ollama",
    [MAQ_FOREIGN_LM_STUDIO] = "LM Studio",
    [MAQ_FOREIGN_JAN] = "Jan",
    [MAQ_FOREIGN_GPT4ALL] = "GPT4All",
    [MAQ_FOREIGN_LLAMA_CPP] = "llama.cpp",
  };

  return program < G_N_ELEMENTS (names) ? names[program] : NULL;
}

void
maq_foreign_add (GPtrArray        *models,
                 MaqForeignProgram program,
                 char             *name,
                 MaqVariant       *variant,
                 gint64            modified,
                 char             *problem)
{
  MaqForeignModel *model = g_rc_box_new0 (MaqForeignModel);

  model->program = program;
  model->name = name;
  model->variant = variant;
  model->modified = modified;
  model->problem = problem;
  g_ptr_array_add (models, model);
}

char *
maq_foreign_say_missing (const char *path)
{
  return g_strdup_printf (_ ("“%s” is not there. Connect the drive it is on, or remove the model in the program that lists it."), path);
}

// Whether the place can be looked at. One of a program that was never used here is no place; of a folder that the user named it
// is said that it is gone, since its drive may come back.
static gboolean
check_place (MaqForeignPlace *place)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) folder = g_dir_open (place->path, 0, &error);

  if (folder != NULL)
    return TRUE;
  gboolean missing = g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT) || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOTDIR);
  if (missing && place->program != MAQ_FOREIGN_FOLDER)
    return FALSE;
  if (missing)
    place->problem = g_strdup_printf (_ ("The folder “%s” is not there. Check the path, or connect the drive it is on."), place->path);
  else
    place->problem = g_strdup_printf (_ ("The folder “%s” cannot be read. Check who may read it."), place->path);
  return TRUE;
}

int
maq_foreign_model_compare (const MaqForeignModel *one,
                           const MaqForeignModel *two)
{
  if ((one->variant == NULL) != (two->variant == NULL))
    return one->variant == NULL ? 1 : -1;
  if (one->program != two->program)
    return one->program < two->program ? -1 : 1;
  int order = g_utf8_collate (one->name, two->name);
  if (order == 0)
    order = strcmp (one->name, two->name);
  return order != 0 || one->variant == NULL ? order : strcmp (one->variant->paths[0], two->variant->paths[0]);
}

static int
compare_models (gconstpointer a,
                gconstpointer b)
{
  return maq_foreign_model_compare (*(MaqForeignModel *const *) a, *(MaqForeignModel *const *) b);
}

void
maq_foreign_sort (GPtrArray *models)
{
  g_ptr_array_sort (models, compare_models);
}

// Two names of one file, by link or by a folder inside another, are one model: the first stays.
static void
drop_repeated (GPtrArray *models)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < models->len;)
    {
      MaqForeignModel *model = models->pdata[i];
      GStatBuf         status;
      if (g_stat (model->variant->paths[0], &status) == 0 &&
          !g_hash_table_add (seen, g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, (guint64) status.st_dev, (guint64) status.st_ino)))
        g_ptr_array_remove_index (models, i);
      else
        i++;
    }
}

static DexFuture *
find_thread (gpointer data)
{
  MaqForeignScan *scan = g_rc_box_new0 (MaqForeignScan);
  GValue          value = G_VALUE_INIT;

  scan->models = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_foreign_model_unref);
  scan->places = maq_foreign_list_places (data);
  for (guint i = 0; i < scan->places->len;)
    {
      MaqForeignPlace *place = scan->places->pdata[i];
      if (!check_place (place))
        {
          g_ptr_array_remove_index (scan->places, i);
          continue;
        }
      if (place->problem == NULL && place->program == MAQ_FOREIGN_OLLAMA)
        maq_foreign_add_ollama (scan->models, place);
      else if (place->problem == NULL)
        maq_foreign_add_folder (scan->models, place);
      i++;
    }
  maq_foreign_sort (scan->models);
  drop_repeated (scan->models);
  g_value_init (&value, MAQ_TYPE_FOREIGN_SCAN);
  g_value_take_boxed (&value, scan);
  DexFuture *future = dex_future_new_for_value (&value);
  g_value_unset (&value);
  return future;
}

DexFuture *
maq_foreign_find (const char *const *folders)
{
  return maq_thread_spawn ("foreign-models", find_thread, g_strdupv ((char **) folders), (GDestroyNotify) g_strfreev);
}
