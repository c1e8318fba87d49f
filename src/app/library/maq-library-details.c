// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-library-details.h"

#include <glib/gi18n.h>

#include "maq-context-menu.h"
#include "maq-download-dialog.h"
#include "maq-error-text.h"
#include "maq-focus.h"
#include "maq-future-slot.h"
#include "maq-library-care-dialog.h"
#include "maq-library-contents.h"
#include "maq-library-delete.h"
#include "maq-library-line-row.h"
#include "maq-library-words.h"
#include "maq-show-files.h"
#include "maq-units.h"

struct _MaqLibraryDetails
{
  AdwNavigationPage parent_instance;

  AdwWindowTitle *window_title;
  GtkMenuButton  *menu_button;
  AdwBanner      *resume_banner;
  AdwBanner      *banner;
  AdwBanner      *news_banner;
  GtkListView    *list_view;

  MaqLibrary      *library;
  MaqTransferList *transfers;
  MaqHubClient    *client;
  MaqLibraryItem  *item;
  MaqFutureSlot    comparing;
  gboolean         left;
};

G_DEFINE_FINAL_TYPE (MaqLibraryDetails, maq_library_details, ADW_TYPE_NAVIGATION_PAGE)

// As long as it is incomplete; what is being fetched need not be resumed.
static void
update_resume (MaqLibraryDetails *self)
{
  gboolean is_shown = maq_library_item_get_completeness (self->item)->state == MAQ_COMPLETENESS_INCOMPLETE && !maq_library_item_is_fetched (self->item);

  if (!is_shown)
    maq_focus_leave (GTK_WIDGET (self->resume_banner), GTK_WIDGET (self->list_view), NULL);
  adw_banner_set_revealed (self->resume_banner, is_shown);
}

static void
update_amount (MaqLibraryDetails *self)
{
  g_autofree char *summary = maq_library_item_dup_summary (self->item);

  adw_window_title_set_subtitle (self->window_title, summary);
  update_resume (self);
}

static void
update (MaqLibraryDetails *self)
{
  g_autofree char *summary = maq_library_item_dup_summary (self->item);

  adw_window_title_set_subtitle (self->window_title, summary);
  update_resume (self);
  adw_banner_set_revealed (self->banner, maq_library_item_get_warning (self->item) != NULL);
  adw_banner_set_revealed (self->news_banner, maq_library_item_has_news (self->item));
}

static void
library_changed_cb (MaqLibraryDetails *self)
{
  GtkWidget *view = gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_NAVIGATION_VIEW);

  if (self->left || view == NULL || maq_library_find (self->library, maq_library_item_get_kind (self->item), maq_library_item_get_id (self->item)) != NULL)
    return;
  self->left = adw_navigation_view_get_visible_page (ADW_NAVIGATION_VIEW (view)) == ADW_NAVIGATION_PAGE (self) &&
               adw_navigation_view_pop (ADW_NAVIGATION_VIEW (view));
}

static void
show_files_action (GtkWidget  *widget,
                   const char *action_name,
                   GVariant   *parameter)
{
  MaqLibraryDetails *self = MAQ_LIBRARY_DETAILS (widget);
  MaqCacheRepo      *repo = maq_library_item_get_repo (self->item);
  const char        *commit;
  const char        *path;

  g_variant_get (parameter, "(&s&s)", &commit, &path);
  g_autofree char *place = g_build_filename (repo->path, "snapshots", *commit != '\0' ? commit : NULL, path, NULL);
  maq_show_in_files (widget, place);
}

static void
open_page_action (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  g_autofree char *uri = maq_library_item_dup_uri (MAQ_LIBRARY_DETAILS (widget)->item);

  gtk_widget_activate_action (widget, "win.open-repo", "s", uri);
}

static void
chat_action (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  MaqLibraryDetails *self = MAQ_LIBRARY_DETAILS (widget);
  const char        *variant;
  const char        *place;

  g_variant_get (parameter, "(&s&s)", &variant, &place);
  g_autofree char *label = g_strdup_printf ("%s:%s", maq_library_item_get_id (self->item), variant);
  gtk_widget_activate_action (widget, "win.open-chat", "(ss)", label, place);
}

static const MaqCacheRevision *
find_revision (MaqLibraryDetails *self,
               const char        *commit)
{
  MaqCacheRepo *repo = maq_library_item_get_repo (self->item);

  for (guint i = 0; i < repo->revisions->len; i++)
    {
      const MaqCacheRevision *revision = g_ptr_array_index (repo->revisions, i);
      if (g_str_equal (revision->commit, commit))
        return revision;
    }
  return NULL;
}

// The variant one of whose files is PATH, as it is now (transfer full); NULL if it is no weights file.
static MaqVariant *
find_variant (const MaqCacheRevision *revision,
              const char             *path)
{
  g_autoptr (GPtrArray) variants = maq_library_group_variants (revision);

  for (guint i = 0; i < variants->len; i++)
    {
      const MaqVariant *variant = g_ptr_array_index (variants, i);
      if (g_strv_contains ((const char *const *) variant->paths, path))
        return maq_variant_copy (variant);
    }
  return NULL;
}

static guint
find_position (MaqLibraryDetails *self,
               const char        *commit,
               const char        *path)
{
  GListModel *lines = G_LIST_MODEL (gtk_list_view_get_model (self->list_view));
  guint       n_items = g_list_model_get_n_items (lines);

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (MaqLibraryLine) line = g_list_model_get_item (lines, i);
      const char *const *paths = maq_library_line_get_paths (line);
      if (g_str_equal (maq_library_line_get_commit (line), commit) && g_str_equal (paths != NULL ? paths[0] : "", path))
        return i;
    }
  return 0;
}

static void
delete_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  MaqLibraryDetails *self = MAQ_LIBRARY_DETAILS (widget);
  const char        *id = maq_library_item_get_id (self->item);
  const char        *commit;
  const char        *path;

  g_variant_get (parameter, "(&s&s)", &commit, &path);
  const char             *paths[] = { path, NULL };
  const MaqCacheRevision *revision = find_revision (self, commit);
  if (revision == NULL)
    return;
  g_autoptr (MaqVariant) variant = *path != '\0' ? find_variant (revision, path) : NULL;
  g_autofree char *version = maq_library_revision_dup_name (maq_library_item_get_repo (self->item), revision);
  g_autofree char *name = NULL;
  g_autoptr (MaqLibraryRemoval) removal = NULL;
  if (variant != NULL)
    {
      name = g_strdup_printf ("%s:%s", id, variant->label);
      removal = maq_library_removal_new (self->item, commit, (const char *const *) variant->paths);
    }
  else if (*path != '\0')
    {
      name = g_strdup (path);
      removal = maq_library_removal_new (self->item, commit, paths);
    }
  else
    {
      // Translators: the first %s is a branch, a tag, or "Earlier version 1a2b3c4"; the second the name of a repo.
      name = g_strdup_printf (_ ("%s of %s"), version, id);
      removal = maq_library_removal_new (self->item, commit, NULL);
    }
  gboolean had_focus = maq_focus_is_in (GTK_WIDGET (self->list_view));
  guint    position = find_position (self, commit, path);
  maq_library_delete_with_undo (widget, self->library, removal, name);
  // What came to its place.
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (gtk_list_view_get_model (self->list_view)));
  if (had_focus && n_items > 0)
    gtk_list_view_scroll_to (self->list_view, MIN (position, n_items - 1), GTK_LIST_SCROLL_FOCUS, NULL);
}

static void
delete_repo_action (GtkWidget  *widget,
                    const char *action_name,
                    GVariant   *parameter)
{
  MaqLibraryDetails *self = MAQ_LIBRARY_DETAILS (widget);
  g_autoptr (MaqLibraryRemoval) removal = maq_library_removal_new (self->item, NULL, NULL);

  maq_library_delete_with_undo (widget, self->library, removal, maq_library_item_get_id (self->item));
}

static void
care_action (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  MaqLibraryDetails *self = MAQ_LIBRARY_DETAILS (widget);
  MaqLibraryCare     care = g_str_equal (action_name, "details.repair") ? MAQ_LIBRARY_CARE_REPAIR : MAQ_LIBRARY_CARE_VERIFY;
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (maq_library_item_get_kind (self->item), maq_library_item_get_id (self->item), NULL, NULL);

  adw_dialog_present (maq_library_care_dialog_new (self->library, self->transfers, care, address), widget);
}

static void
resume_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  MaqLibraryDetails *self = MAQ_LIBRARY_DETAILS (widget);

  // What it lacks can be chosen there.
  if (!maq_library_resume (self->library, self->item))
    gtk_widget_activate_action (widget, "details.open-page", NULL);
}

static void
started_cb (MaqLibraryDetails *self)
{
  maq_library_add_toast (GTK_WIDGET (self), _ ("Downloading the new version"));
}

static void
compared_cb (gpointer   object,
             DexFuture *future)
{
  MaqLibraryDetails *self = object;
  g_autoptr (GError) error = NULL;
  MaqLibraryNews *news = maq_future_get_boxed (future, &error);

  if (news == NULL)
    {
      g_autoptr (MaqErrorText) text = maq_error_text_new (error);
      if (text != NULL)
        maq_library_add_toast (GTK_WIDGET (self), text->title);
      return;
    }
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (maq_library_item_get_kind (self->item), maq_library_item_get_id (self->item), NULL, NULL);
  MaqDownloadDialog *dialog = maq_download_dialog_new (self->client, self->transfers, self->library, address);
  maq_download_dialog_set_news (dialog, news);
  g_signal_connect_object (dialog, "started", G_CALLBACK (started_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self));
}

static void
show_news_action (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  MaqLibraryDetails *self = MAQ_LIBRARY_DETAILS (widget);

  maq_future_slot_set (&self->comparing, maq_library_compare_upstream (self->library, self->client, self->item), self, compared_cb);
}

static void
maq_library_details_dispose (GObject *object)
{
  MaqLibraryDetails *self = MAQ_LIBRARY_DETAILS (object);

  maq_future_slot_clear (&self->comparing);
  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_LIBRARY_DETAILS);
  g_clear_object (&self->item);
  g_clear_object (&self->client);
  g_clear_object (&self->transfers);
  g_clear_object (&self->library);

  G_OBJECT_CLASS (maq_library_details_parent_class)->dispose (object);
}

static void
maq_library_details_class_init (MaqLibraryDetailsClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = maq_library_details_dispose;

  g_type_ensure (MAQ_TYPE_LIBRARY_LINE);
  g_type_ensure (MAQ_TYPE_LIBRARY_LINE_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-library-details.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryDetails, window_title);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryDetails, menu_button);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryDetails, resume_banner);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryDetails, banner);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryDetails, news_banner);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryDetails, list_view);
  gtk_widget_class_install_action (widget_class, "details.open-page", NULL, open_page_action);
  gtk_widget_class_install_action (widget_class, "details.show-files", "(ss)", show_files_action);
  gtk_widget_class_install_action (widget_class, "details.chat", "(ss)", chat_action);
  gtk_widget_class_install_action (widget_class, "details.delete", "(ss)", delete_action);
  gtk_widget_class_install_action (widget_class, "details.delete-repo", NULL, delete_repo_action);
  gtk_widget_class_install_action (widget_class, "details.resume", NULL, resume_action);
  gtk_widget_class_install_action (widget_class, "details.verify", NULL, care_action);
  gtk_widget_class_install_action (widget_class, "details.repair", NULL, care_action);
  gtk_widget_class_install_action (widget_class, "details.show-news", NULL, show_news_action);
}

static void
maq_library_details_init (MaqLibraryDetails *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  maq_menu_button_name_items (self->menu_button);
}

MaqLibraryDetails *
maq_library_details_new (MaqLibrary      *library,
                         MaqTransferList *transfers,
                         MaqHubClient    *client,
                         MaqLibraryItem  *item)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY (library), NULL);
  g_return_val_if_fail (MAQ_IS_TRANSFER_LIST (transfers), NULL);
  g_return_val_if_fail (MAQ_IS_HUB_CLIENT (client), NULL);
  g_return_val_if_fail (MAQ_IS_LIBRARY_ITEM (item), NULL);

  MaqLibraryDetails *self = g_object_new (MAQ_TYPE_LIBRARY_DETAILS, "title", maq_library_item_get_id (item), NULL);
  g_autoptr (MaqLibraryContentsList) contents = maq_library_contents_list_new (item);
  g_autoptr (GtkNoSelection) selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (contents)));
  self->library = g_object_ref (library);
  self->transfers = g_object_ref (transfers);
  self->client = g_object_ref (client);
  self->item = g_object_ref (item);
  g_autofree char *name = g_path_get_basename (maq_library_item_get_id (item));
  adw_window_title_set_title (self->window_title, name);
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (selection));
  g_signal_connect_object (item, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (item, "notify::have", G_CALLBACK (update_amount), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (item, "notify::completeness", G_CALLBACK (update_amount), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (library, "items-changed", G_CALLBACK (library_changed_cb), self, G_CONNECT_SWAPPED);
  update (self);
  return self;
}
