// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-download-terms.h"

#include <glib/gi18n.h>
#include <string.h>

#include "maq-units.h"

struct _MaqDownloadTerms
{
  AdwBin parent_instance;

  AdwActionRow *version_row;
  AdwActionRow *license_row;
  GtkWidget    *license_button;
  AdwActionRow *access_row;
  AdwActionRow *folder_row;
  GtkWidget    *folder_button;

  char *page;
  char *license; // nullable: the address of its text
  char *folder;
};

G_DEFINE_FINAL_TYPE (MaqDownloadTerms, maq_download_terms, ADW_TYPE_BIN)

enum
{
  CHOOSE_VERSION,
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

static void
folder_clicked_cb (MaqDownloadTerms *self)
{
  g_autoptr (GFile) file = g_file_new_for_path (self->folder);
  g_autoptr (GtkFileLauncher) launcher = gtk_file_launcher_new (file);

  // As above.
  gtk_file_launcher_launch (launcher, get_window (self), NULL, NULL, NULL);
}

static void
maq_download_terms_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), MAQ_TYPE_DOWNLOAD_TERMS);

  G_OBJECT_CLASS (maq_download_terms_parent_class)->dispose (object);
}

static void
maq_download_terms_finalize (GObject *object)
{
  MaqDownloadTerms *self = MAQ_DOWNLOAD_TERMS (object);

  g_free (self->page);
  g_free (self->license);
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

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-download-terms.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadTerms, version_row);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadTerms, license_row);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadTerms, license_button);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadTerms, access_row);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadTerms, folder_row);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadTerms, folder_button);
  gtk_widget_class_bind_template_callback (widget_class, version_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, license_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, maq_download_terms_open_page);
  gtk_widget_class_bind_template_callback (widget_class, folder_clicked_cb);
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
  const char      *access = maq_download_access_to_sentence (offer->access);

  g_free (self->license);
  self->license = maq_download_offer_dup_license_address (offer, client);
  g_free (self->page);
  self->page = maq_hub_client_dup_page_address (client, maq_repo_get_kind (offer->repo), maq_repo_get_id (offer->repo));
  adw_action_row_set_subtitle (self->version_row, version);
  adw_action_row_set_subtitle (self->license_row, license != NULL ? license : _ ("The repo does not name one"));
  gtk_widget_set_visible (self->license_button, self->license != NULL);
  // What to do about it is said beside the button.
  adw_action_row_set_subtitle (self->access_row, access != NULL ? _ ("On request") : _ ("The owner gave this account access."));
  gtk_widget_set_visible (GTK_WIDGET (self->access_row), offer->access != MAQ_DOWNLOAD_ACCESS_OPEN);
}

// FOLDER as people write it.
static char *
dup_place (const char *folder)
{
  const char *home = g_get_home_dir ();
  gsize       length = strlen (home);

  if (g_str_has_prefix (folder, home) && folder[length] == G_DIR_SEPARATOR)
    {
      g_autofree char *below = g_filename_display_name (folder + length);
      return g_strconcat ("~", below, NULL);
    }
  return g_filename_display_name (folder);
}

void
maq_download_terms_set_folder (MaqDownloadTerms *self,
                               const char       *folder,
                               guint64           room)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_TERMS (self));
  g_return_if_fail (folder != NULL);

  g_autofree char *place = dup_place (folder);
  g_autofree char *size = maq_format_bytes (room);
  // Translators: a folder, and how much it can take.
  g_autofree char *words = room != G_MAXUINT64 ? g_strdup_printf (_ ("%s · room for %s"), place, size) : g_strdup (place);

  adw_action_row_set_subtitle (self->folder_row, words);
  if (g_set_str (&self->folder, folder))
    gtk_widget_set_visible (self->folder_button, g_file_test (folder, G_FILE_TEST_IS_DIR));
}

void
maq_download_terms_open_page (MaqDownloadTerms *self)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_TERMS (self));

  if (self->page != NULL)
    open_address (self, self->page);
}
