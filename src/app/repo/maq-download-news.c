// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-download-news.h"

#include <glib/gi18n.h>

#include "maq-units.h"

struct _MaqDownloadNews
{
  AdwBin parent_instance;

  AdwActionRow   *files_row;
  AdwExpanderRow *commits_row;
};

G_DEFINE_FINAL_TYPE (MaqDownloadNews, maq_download_news, ADW_TYPE_BIN)

static void
maq_download_news_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), MAQ_TYPE_DOWNLOAD_NEWS);

  G_OBJECT_CLASS (maq_download_news_parent_class)->dispose (object);
}

static void
maq_download_news_class_init (MaqDownloadNewsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = maq_download_news_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-download-news.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadNews, files_row);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadNews, commits_row);
}

static void
maq_download_news_init (MaqDownloadNews *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
add_row (MaqDownloadNews *self,
         const char      *title,
         const char      *subtitle)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 2);
  adw_expander_row_add_row (self->commits_row, row);
}

// "3 days ago · mia"
static char *
dup_when (const MaqHubCommit *commit)
{
  g_autofree char *when = maq_format_relative_time (commit->date, g_get_real_time () / G_USEC_PER_SEC);
  g_autofree char *users = g_strjoinv (", ", commit->users);

  return *when != '\0' && *users != '\0' ? g_strdup_printf ("%s · %s", when, users) : g_strconcat (when, users, NULL);
}

void
maq_download_news_show (MaqDownloadNews      *self,
                        const MaqLibraryNews *news)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_NEWS (self));
  g_return_if_fail (news != NULL);

  g_autofree char *sentences = maq_library_news_to_sentences (news);
  g_autofree char *earlier = maq_library_news_dup_earlier (news);
  guint            n = news->commits->len + news->n_earlier;
  g_autofree char *title = news->has_more ? g_strdup_printf (_ ("More Than %u Commits"), n) : g_strdup_printf (ngettext ("%u Commit", "%u Commits", n), n);

  adw_action_row_set_subtitle (self->files_row, sentences);
  gtk_widget_set_visible (GTK_WIDGET (self->commits_row), n > 0);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->commits_row), title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->commits_row), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  for (guint i = 0; i < news->commits->len; i++)
    {
      const MaqHubCommit *commit = g_ptr_array_index (news->commits, i);
      g_autofree char    *when = dup_when (commit);
      if (i == 0)
        {
          g_autofree char *escaped = g_markup_escape_text (commit->title, -1);
          adw_expander_row_set_subtitle (self->commits_row, escaped);
        }
      add_row (self, *commit->title != '\0' ? commit->title : commit->id, when);
    }
  if (earlier != NULL)
    add_row (self, earlier, "");
}
