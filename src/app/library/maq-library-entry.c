// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-library-entry.h"

#include <glib/gi18n.h>
#include <string.h>

#include "maq-library-words.h"
#include "maq-units.h"

const char *
maq_library_program_word (MaqForeignProgram program)
{
  const char *name = maq_foreign_program_get_name (program);

  return name != NULL ? name : _ ("Model Folder");
}

const char *
maq_library_entry_get_name (gpointer entry)
{
  return MAQ_IS_FOREIGN_ITEM (entry) ? maq_foreign_item_get_model (entry)->name : maq_library_item_get_id (entry);
}

guint64
maq_library_entry_get_size (gpointer entry)
{
  if (!MAQ_IS_FOREIGN_ITEM (entry))
    return maq_library_item_get_size (entry);
  const MaqVariant *variant = maq_foreign_item_get_model (entry)->variant;
  return variant != NULL ? variant->size : 0;
}

gint64
maq_library_entry_get_used (gpointer entry)
{
  return MAQ_IS_FOREIGN_ITEM (entry) ? maq_foreign_item_get_model (entry)->modified : maq_library_item_get_last_accessed (entry);
}

gboolean
maq_library_entry_is_kind (gpointer    entry,
                           const char *kind)
{
  if (g_str_equal (kind, "all"))
    return TRUE;
  if (MAQ_IS_FOREIGN_ITEM (entry))
    return g_str_equal (kind, "model") || g_str_equal (kind, "foreign");
  return g_str_equal (kind, maq_repo_kind_to_string (maq_library_item_get_kind (entry)));
}

gboolean
maq_library_entry_matches (gpointer    entry,
                           const char *words)
{
  const char *name = maq_library_entry_get_name (entry);

  // Nearly all names are plain, and thousands are looked through while somebody types.
  if (g_str_is_ascii (name))
    return strcasestr (name, words) != NULL;
  g_autofree char *folded = g_utf8_casefold (name, -1);
  return strstr (folded, words) != NULL;
}

gboolean
maq_library_entry_get_chat (gpointer entry,
                            char   **label,
                            char   **path)
{
  if (MAQ_IS_FOREIGN_ITEM (entry))
    {
      if (!maq_foreign_item_is_usable (entry))
        return FALSE;
      *label = maq_foreign_model_dup_label (maq_foreign_item_get_model (entry));
      *path = g_strdup (maq_foreign_item_get_path (entry));
      return TRUE;
    }
  const MaqVariant *variant = maq_variants_get_default (maq_library_item_get_variants (entry));
  if (variant == NULL)
    return FALSE;
  *label = g_strdup_printf ("%s:%s", maq_library_item_get_id (entry), variant->label);
  *path = g_strdup (variant->paths[0]);
  return TRUE;
}

char *
maq_library_entry_dup_owner (gpointer entry)
{
  if (MAQ_IS_FOREIGN_ITEM (entry))
    return g_strdup (maq_library_program_word (maq_foreign_item_get_model (entry)->program));
  const char *id = maq_library_item_get_id (entry);
  return g_strndup (id, strcspn (id, "/"));
}

char *
maq_library_entry_dup_summary (gpointer entry)
{
  if (!MAQ_IS_FOREIGN_ITEM (entry))
    return maq_library_item_dup_summary (entry);
  const MaqForeignModel *model = maq_foreign_item_get_model (entry);
  const char            *program = maq_library_program_word (model->program);
  if (model->variant == NULL)
    return g_strdup (program);
  g_autofree char *size = maq_format_bytes (model->variant->size);
  g_autofree char *start = g_strjoin (" · ", maq_library_kind_word (MAQ_REPO_KIND_MODEL), program, model->variant->size > 0 ? size : NULL, NULL);
  if (model->modified == 0)
    return g_steal_pointer (&start);
  g_autofree char *when = maq_format_relative_time (model->modified, g_get_real_time () / G_USEC_PER_SEC);
  // Translators: %s is a time such as "3 days ago".
  g_autofree char *changed = g_strdup_printf (_ ("changed %s"), when);
  return g_strjoin (" · ", start, changed, NULL);
}

const char *
maq_library_entry_get_quantization (MaqForeignItem *item)
{
  const MaqForeignModel *model = maq_foreign_item_get_model (item);

  if (model->variant == NULL)
    return "";
  // Where no quantization is known the label is the file's stem, or the tag in Ollama's name.
  const char *colon = strrchr (model->name, ':');
  return g_str_equal (model->variant->label, colon != NULL ? colon + 1 : model->name) ? "" : model->variant->label;
}

static const MaqFit *
get_fit (gpointer entry)
{
  return MAQ_IS_FOREIGN_ITEM (entry) ? maq_foreign_item_get_fit (entry) : maq_library_item_get_fit (entry);
}

char *
maq_library_entry_dup_variants (gpointer entry)
{
  if (!MAQ_IS_FOREIGN_ITEM (entry))
    return maq_library_item_dup_variants (entry);
  const MaqFit *fit = get_fit (entry);
  const char   *label = maq_library_entry_get_quantization (entry);
  const char   *verdict = fit != NULL && fit->verdict != MAQ_FIT_UNKNOWN ? maq_fit_verdict_to_word (fit->verdict) : "";
  return g_strconcat (label, *label != '\0' && *verdict != '\0' ? " · " : "", verdict, NULL);
}

char *
maq_library_entry_dup_fit (gpointer entry)
{
  const MaqFit *fit = get_fit (entry);

  // Of what is gone meanwhile there is nothing to say.
  if (fit == NULL || (MAQ_IS_LIBRARY_ITEM (entry) && maq_library_item_get_variants (entry)->len == 0))
    return NULL;
  return maq_fit_to_sentence (fit);
}

const char *
maq_library_entry_get_warning (gpointer     entry,
                               const char **details)
{
  if (MAQ_IS_FOREIGN_ITEM (entry))
    {
      *details = NULL;
      return maq_foreign_item_get_model (entry)->problem;
    }
  *details = maq_library_item_get_warning (entry);
  return *details != NULL ? _ ("Some files are damaged") : NULL;
}
