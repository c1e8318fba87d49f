// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-repo-facts.h"

#include <glib/gi18n.h>

#include "maq-chip.h"
#include "maq-template-callbacks.h"
#include "maq-units.h"

static void
add_chip (AdwWrapBox *chips,
          const char *icon_name,
          const char *text)
{
  if (text != NULL && *text != '\0')
    adw_wrap_box_append (chips, maq_chip_new (icon_name, text));
}

void
maq_repo_facts_fill (AdwWrapBox *chips,
                     MaqRepo    *repo)
{
  g_autofree char *task = maq_hub_label (maq_repo_get_pipeline_tag (repo));
  g_autofree char *library = maq_hub_label (maq_repo_get_library_name (repo));
  gint64           parameters = maq_repo_get_parameters (repo);
  gint64           context = maq_repo_get_context_length (repo);

  adw_wrap_box_remove_all (chips);
  if (maq_repo_get_kind (repo) == MAQ_REPO_KIND_DATASET)
    add_chip (chips, NULL, _ ("Dataset"));
  if (maq_repo_get_kind (repo) == MAQ_REPO_KIND_SPACE)
    add_chip (chips, NULL, _ ("Space"));
  if (maq_repo_get_gated (repo) != MAQ_REPO_GATED_NO)
    add_chip (chips, "maq-gated-symbolic", _ ("Gated"));
  if (maq_repo_get_private (repo))
    add_chip (chips, "maq-gated-symbolic", _ ("Private"));
  add_chip (chips, NULL, task);
  add_chip (chips, NULL, library);
  if (parameters > 0)
    {
      g_autofree char *count = maq_format_parameters (parameters);
      g_autofree char *text = g_strdup_printf (_ ("%s parameters"), count);
      add_chip (chips, NULL, text);
    }
  if (maq_repo_get_license (repo) != NULL)
    {
      // Translators: %s is the name of a licence such as "apache-2.0".
      g_autofree char *text = g_strdup_printf (_ ("License: %s"), maq_repo_get_license (repo));
      add_chip (chips, NULL, text);
    }
  add_chip (chips, NULL, maq_repo_get_architecture (repo));
  if (context > 0)
    {
      // Translators: how many tokens a model can keep in mind.
      g_autofree char *text = g_strdup_printf (_ ("%" G_GINT64_FORMAT " tokens of context"), context);
      add_chip (chips, NULL, text);
    }
}

char *
maq_repo_facts_dup_counts (MaqRepo *repo)
{
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  gint64           downloads = maq_repo_get_downloads (repo);
  gint64           likes = maq_repo_get_likes (repo);
  gint64           modified = maq_repo_get_last_modified (repo);
  g_autofree char *downloads_text = maq_format_count (MAX (downloads, 0));
  g_autofree char *likes_text = maq_format_count (MAX (likes, 0));

  // Translators: the %s is a number such as "340K", the plural that of the number itself.
  g_strv_builder_take (parts, g_strdup_printf (ngettext ("%s download", "%s downloads", MAX (downloads, 0)), downloads_text));
  g_strv_builder_take (parts, g_strdup_printf (ngettext ("%s like", "%s likes", MAX (likes, 0)), likes_text));
  if (modified > 0)
    {
      g_autofree char *when = maq_format_relative_time (modified, g_get_real_time () / G_USEC_PER_SEC);
      // Translators: %s is a time such as "3 days ago".
      g_strv_builder_take (parts, g_strdup_printf (_ ("updated %s"), when));
    }
  g_auto (GStrv) strv = g_strv_builder_end (parts);
  return g_strjoinv (" · ", strv);
}

gboolean
maq_repo_facts_can_chat (MaqRepo *repo)
{
  static const char *const tags[] = {
    "text-generation", "image-text-to-text", "any-to-any", "text2text-generation", "summarization", "translation", "question-answering", NULL
  };
  const char *tag = maq_repo_get_pipeline_tag (repo);
  return maq_repo_get_kind (repo) == MAQ_REPO_KIND_MODEL && (tag == NULL || g_strv_contains (tags, tag));
}
