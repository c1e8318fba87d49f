// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-download-terms.h"

#include <glib/gi18n.h>

#include "maq-folder-chooser.h"
#include "maq-future-slot.h"

struct _MaqDownloadTerms
{
  AdwBin parent_instance;

  AdwActionRow *version_row;
  AdwActionRow *license_row;
  GtkWidget    *license_button;
  AdwActionRow *folder_row;
  GtkWidget    *reset_button;
  GtkWidget    *open_button;
  GtkWidget    *choose_button;

  char         *license; // nullable: the address of its text
  char         *cache;
  char         *folder; // nullable: the cache
  MaqFutureSlot choosing;
};

G_DEFINE_FINAL_TYPE (MaqDownloadTerms, maq_download_terms, ADW_TYPE_BIN)

enum
{
  CHOOSE_VERSION,
  PLACE_CHANGED,
  TOLD,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static GtkWindow *
get_window (MaqDownloadTerms *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  return GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
}

static void
open_address (MaqDownloadTerms *self,
              const char       *address)
{
  g_autoptr (GtkUriLauncher) launcher = gtk_uri_launcher_new (address);

  // The desktop tells the user itself why an address does not open.
  gtk_uri_launcher_launch (launcher, get_window (self), NULL, NULL, NULL);
}

static void
version_activated_cb (MaqDownloadTerms *self)
{
  g_signal_emit (self, signals[CHOOSE_VERSION], 0);
}

static void
license_clicked_cb (MaqDownloadTerms *self)
{
  open_address (self, self->license);
}

static const char *
get_place (MaqDownloadTerms *self)
{
  return self->folder != NULL ? self->folder : self->cache;
}

static void
show_place (MaqDownloadTerms *self,
            guint64           room)
{
  g_autofree char *text = maq_download_place_to_text (get_place (self), room);

  adw_action_row_set_subtitle (self->folder_row, text);
  gtk_widget_set_visible (self->reset_button, self->folder != NULL);
  g_signal_emit (self, signals[TOLD], 0);
}

static void
folder_chosen_cb (gpointer   object,
                  DexFuture *future)
{
  MaqDownloadTerms *self = object;
  g_autoptr (GError) error = NULL;
  const GValue *path = dex_future_get_value (future, &error);

  if (path != NULL)
    maq_download_terms_set_folder (self, g_value_get_string (path));
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    adw_action_row_set_subtitle (self->folder_row, error->message);
}

static void
choose_clicked_cb (MaqDownloadTerms *self)
{
  maq_future_slot_set (&self->choosing, maq_choose_folder (GTK_WIDGET (self), _ ("Select a Folder"), self->folder), self, folder_chosen_cb);
}

static void
reset_clicked_cb (MaqDownloadTerms *self)
{
  gtk_widget_grab_focus (self->choose_button);
  maq_download_terms_set_folder (self, NULL);
}

static void
maq_download_terms_dispose (GObject *object)
{
  maq_future_slot_clear (&MAQ_DOWNLOAD_TERMS (object)->choosing);
  gtk_widget_dispose_template (GTK_WIDGET (object), MAQ_TYPE_DOWNLOAD_TERMS);

  G_OBJECT_CLASS (maq_download_terms_parent_class)->dispose (object);
}

static void
maq_download_terms_finalize (GObject *object)
{
  MaqDownloadTerms *self = MAQ_DOWNLOAD_TERMS (object);

  g_free (self->license);
  g_free (self->cache);
  g_free (self->folder);

  G_OBJECT_CLASS (maq_download_terms_parent_class)->finalize (object);
}

static void
maq_download_terms_class_init (MaqDownloadTermsClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = maq_download_terms_dispose;
  object_class->finalize = maq_download_terms_finalize;
  signals[CHOOSE_VERSION] = g_signal_new ("choose-version", MAQ_TYPE_DOWNLOAD_TERMS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[TOLD] = g_signal_new ("told", MAQ_TYPE_DOWNLOAD_TERMS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[PLACE_CHANGED] = g_signal_new ("place-changed", MAQ_TYPE_DOWNLOAD_TERMS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-download-terms.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadTerms, version_row);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadTerms, license_row);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadTerms, license_button);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadTerms, folder_row);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadTerms, reset_button);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadTerms, open_button);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadTerms, choose_button);
  gtk_widget_class_bind_template_callback (widget_class, version_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, license_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, maq_download_terms_open_folder);
  gtk_widget_class_bind_template_callback (widget_class, choose_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, reset_clicked_cb);
}

static void
maq_download_terms_init (MaqDownloadTerms *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
maq_download_terms_set_offer (MaqDownloadTerms *self,
                              MaqHubClient     *client,
                              MaqDownloadOffer *offer)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_TERMS (self));
  g_return_if_fail (offer != NULL);

  const char      *revision = offer->revision != NULL ? offer->revision : "main";
  g_autofree char *version = maq_revision_is_commit (revision) ? g_strndup (revision, 7) : g_strdup_printf ("%s · %.7s", revision, offer->commit);
  g_autofree char *license = maq_download_offer_dup_license (offer);

  g_free (self->license);
  self->license = maq_download_offer_dup_license_address (offer, client);
  adw_action_row_set_subtitle (self->version_row, version);
  adw_action_row_set_subtitle (self->license_row, license != NULL ? license : _ ("Not specified"));
  gtk_widget_set_visible (self->license_button, self->license != NULL);
  g_signal_emit (self, signals[TOLD], 0);
}

const char *
maq_download_terms_get_folder (MaqDownloadTerms *self)
{
  g_return_val_if_fail (MAQ_IS_DOWNLOAD_TERMS (self), NULL);

  return self->folder;
}

void
maq_download_terms_set_folder (MaqDownloadTerms *self,
                               const char       *folder)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_TERMS (self));

  if (!g_set_str (&self->folder, folder))
    return;
  show_place (self, G_MAXUINT64);
  gtk_widget_set_visible (self->open_button, FALSE);
  g_signal_emit (self, signals[PLACE_CHANGED], 0);
}

void
maq_download_terms_set_cache (MaqDownloadTerms *self,
                              const char       *cache)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_TERMS (self));
  g_return_if_fail (cache != NULL);

  g_set_str (&self->cache, cache);
  show_place (self, G_MAXUINT64);
}

void
maq_download_terms_set_sum (MaqDownloadTerms         *self,
                            const MaqDownloadSummary *sum)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_TERMS (self));
  g_return_if_fail (sum != NULL);

  show_place (self, sum->plan->room);
  gtk_widget_set_visible (self->open_button, sum->has_folder);
}

void
maq_download_terms_open_folder (MaqDownloadTerms *self)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_TERMS (self));

  g_autoptr (GFile) file = g_file_new_for_path (get_place (self));
  g_autoptr (GtkFileLauncher) launcher = gtk_file_launcher_new (file);

  // As above.
  gtk_file_launcher_launch (launcher, get_window (self), NULL, NULL, NULL);
}

GtkWidget *
maq_download_terms_get_version_row (MaqDownloadTerms *self)
{
  g_return_val_if_fail (MAQ_IS_DOWNLOAD_TERMS (self), NULL);

  return GTK_WIDGET (self->version_row);
}

GtkWidget *
maq_download_terms_get_folder_row (MaqDownloadTerms *self)
{
  g_return_val_if_fail (MAQ_IS_DOWNLOAD_TERMS (self), NULL);

  return GTK_WIDGET (self->folder_row);
}

char *
maq_download_terms_dup_line (MaqDownloadTerms *self)
{
  g_return_val_if_fail (MAQ_IS_DOWNLOAD_TERMS (self), NULL);

  const char *version = adw_action_row_get_subtitle (self->version_row);
  const char *place = adw_action_row_get_subtitle (self->folder_row);

  return version != NULL && *version != '\0' ? g_strdup_printf ("%s · %s", version, place) : g_strdup (place);
}
