// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-library-care-rows.h"

#include <glib/gi18n.h>
#include <string.h>

#include "maq-units.h"

// What a step means (transfer full). The sentences of the cache are for bug reports; where the interface has words, it says these.
static char *
dup_step_words (const MaqCacheStep *step)
{
  switch (step->action)
    {
    case MAQ_CACHE_STEP_MEND_REF:
      return g_strdup_printf (_ ("Damaged: the reference “%s” will be written again"), step->path);
    case MAQ_CACHE_STEP_REMOVE_REF:
      return g_strdup_printf (_ ("The reference “%s” names a version that is not here and will be removed"), step->path);
    case MAQ_CACHE_STEP_MAKE_SNAPSHOTS:
      return g_strdup (_ ("A folder is missing and will be created"));
    case MAQ_CACHE_STEP_REMOVE_LINK:
      return g_strdup (_ ("Missing: will be downloaded again"));
    case MAQ_CACHE_STEP_SET_ASIDE:
      return g_strdup (_ ("Damaged: will be downloaded again"));
    case MAQ_CACHE_STEP_REMOVE_REVISION:
      return g_strdup_printf (_ ("Version %.7s"), step->commit);
    case MAQ_CACHE_STEP_REMOVE_BLOB:
      return g_strdup (_ ("Unused file"));
    case MAQ_CACHE_STEP_REMOVE_PAYLOAD:
      return g_strdup (_ ("Unused shared file"));
    case MAQ_CACHE_STEP_REMOVE_PARTIAL:
      return g_strdup (_ ("Unfinished file"));
    case MAQ_CACHE_STEP_SHARE:
      return g_strdup (_ ("Duplicate of another file"));
    case MAQ_CACHE_STEP_REPORT:
    case MAQ_CACHE_STEP_REMOVE_FILE:
    case MAQ_CACHE_STEP_REMOVE_REPO:
      break;
    }
  return g_strdup (step->reason);
}

// The name of the first file whose content is the blob at PATH, nullable (transfer none).
static const char *
find_name (MaqCacheRepo *repo,
           const char   *path)
{
  g_autofree char *blob = g_path_get_basename (path);

  for (guint i = 0; i < repo->revisions->len; i++)
    {
      const MaqCacheRevision *revision = g_ptr_array_index (repo->revisions, i);
      for (guint j = 0; j < revision->files->len; j++)
        {
          const MaqCacheFile *file = g_ptr_array_index (revision->files, j);
          const char         *slash = file->blob_path != NULL ? strrchr (file->blob_path, '/') : NULL;
          if (slash != NULL && g_str_equal (slash + 1, blob))
            return file->path;
        }
    }
  return NULL;
}

// The file that a step is about, as people know it; NULL where no file is meant (transfer full).
static char *
dup_file (MaqLibrary         *library,
          const MaqCacheStep *step)
{
  MaqLibraryItem *item = step->id != NULL ? maq_library_find (library, step->kind, step->id) : NULL;

  if (step->action == MAQ_CACHE_STEP_REMOVE_LINK && g_str_has_prefix (step->path, "snapshots/"))
    return g_path_get_basename (step->path);
  if (step->action != MAQ_CACHE_STEP_SET_ASIDE && step->action != MAQ_CACHE_STEP_SHARE)
    return NULL;
  return item != NULL && step->path != NULL ? g_strdup (find_name (maq_library_item_get_repo (item), step->path)) : NULL;
}

GtkWidget *
maq_library_care_row_new (MaqLibrary         *library,
                          const MaqCacheStep *step)
{
  GtkWidget       *row = adw_action_row_new ();
  g_autofree char *words = dup_step_words (step);
  g_autofree char *file = dup_file (library, step);
  g_autofree char *line = file != NULL ? g_strdup_printf ("%s · %s", file, words) : g_strdup (words);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), step->id != NULL ? step->id : _ ("Cache"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), line);
  gtk_widget_set_tooltip_text (row, step->reason);
  if (step->frees > 0)
    {
      g_autofree char *size = maq_format_bytes (step->frees);
      GtkWidget       *label = gtk_label_new (size);
      gtk_widget_add_css_class (label, "numeric");
      gtk_widget_add_css_class (label, "dimmed");
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
    }
  return row;
}

GtkWidget *
maq_library_care_more_row_new (guint n)
{
  GtkWidget       *row = adw_action_row_new ();
  g_autofree char *title = g_strdup_printf (ngettext ("and %u more", "and %u more", n), n);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  return row;
}
