// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-transfer-watch.h"

#include <glib/gi18n.h>

#include "maq-download-summary.h"
#include "maq-show-files.h"
#include "maq-transfer-row.h"
#include "maq-variant.h"

// Only transfers that were seen running are told of: those of the history are done when they come into the list.

struct _MaqTransferWatch
{
  GObject          parent_instance;
  GtkApplication  *application; // not owned
  MaqTransferList *transfers;
  GHashTable      *running; // of MaqTransfer
  gboolean         is_inhibiting;
  guint            cookie; // 0 also where the desktop knows no such thing
};

G_DEFINE_FINAL_TYPE (MaqTransferWatch, maq_transfer_watch, G_TYPE_OBJECT)

// The window that has the focus, nullable (transfer none).
static GtkWindow *
get_window (MaqTransferWatch *self)
{
  GtkWindow *window = gtk_application_get_active_window (self->application);

  return window != NULL && gtk_window_is_active (window) ? window : NULL;
}

static AdwToastOverlay *
find_overlay (GtkWidget *widget)
{
  AdwToastOverlay *overlay = ADW_IS_TOAST_OVERLAY (widget) ? ADW_TOAST_OVERLAY (widget) : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && overlay == NULL; child = gtk_widget_get_next_sibling (child))
    overlay = find_overlay (child);
  return overlay;
}

static void
open_folder_cb (AdwToast    *toast,
                MaqTransfer *transfer)
{
  GtkWidget *overlay = g_object_get_data (G_OBJECT (toast), "overlay");

  if (gtk_widget_get_root (overlay) != NULL)
    maq_show_folder (overlay, maq_transfer_get_request (transfer)->folder);
}

// The label of the variant that REQUEST is for, NULL if it is for something else (transfer full).
static char *
dup_variant (const MaqTransferRequest *request)
{
  guint               n = request->kind == MAQ_REPO_KIND_MODEL && request->paths != NULL ? g_strv_length (request->paths) : 0;
  g_autofree guint64 *sizes = g_new0 (guint64, n + 1);
  g_autoptr (GPtrArray) variants = n > 0 ? maq_variants_group ((const char *const *) request->paths, sizes, n) : NULL;

  return variants != NULL && variants->len == 1 ? g_strdup (((MaqVariant *) g_ptr_array_index (variants, 0))->label) : NULL;
}

// What can be done with it now.
static void
set_button (AdwToast        *toast,
            AdwToastOverlay *overlay,
            MaqTransfer     *transfer)
{
  const MaqTransferRequest *request = maq_transfer_get_request (transfer);
  const char               *first = maq_transfer_get_first_path (transfer);
  g_autofree char          *variant = dup_variant (request);
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (request->kind, request->id, NULL, NULL);

  if (maq_transfer_get_state (transfer) == MAQ_TRANSFER_FAILED)
    {
      adw_toast_set_button_label (toast, _ ("Show"));
      adw_toast_set_detailed_action_name (toast, "win.show-page::transfers");
    }
  else if (request->folder != NULL)
    {
      adw_toast_set_button_label (toast, _ ("Open Folder"));
      // The overlay keeps the toast.
      g_object_set_data (G_OBJECT (toast), "overlay", overlay);
      g_signal_connect_data (toast, "button-clicked", G_CALLBACK (open_folder_cb), g_object_ref (transfer), (GClosureNotify) (void (*) (void)) g_object_unref, 0);
    }
  else if (variant != NULL && first != NULL)
    {
      g_autofree char *label = g_strdup_printf ("%s:%s", request->id, variant);
      adw_toast_set_button_label (toast, _ ("Chat"));
      adw_toast_set_action_name (toast, "win.open-chat");
      adw_toast_set_action_target (toast, "(ss)", label, first);
    }
  else
    {
      g_autofree char *uri = maq_repo_address_to_uri (address);
      adw_toast_set_button_label (toast, _ ("Open"));
      adw_toast_set_action_name (toast, "win.open-repo");
      adw_toast_set_action_target (toast, "s", uri);
    }
}

static void
add_toast (GtkWindow   *window,
           MaqTransfer *transfer)
{
  AdwToastOverlay *overlay = find_overlay (GTK_WIDGET (window));
  gboolean         is_done = maq_transfer_get_state (transfer) == MAQ_TRANSFER_DONE;
  g_autofree char *name = maq_transfer_dup_name (transfer);

  if (overlay == NULL)
    return;
  // Translators: %s is the name of a repo, and what of it.
  g_autofree char *title = g_strdup_printf (is_done ? _ ("Downloaded %s") : _ ("Could not download %s"), name);
  AdwToast        *toast = adw_toast_new (title);
  adw_toast_set_use_markup (toast, FALSE);
  set_button (toast, overlay, transfer);
  adw_toast_overlay_add_toast (overlay, toast);
}

// NULL if its state is nothing to tell of.
static GNotification *
make_notification (MaqTransfer *transfer)
{
  MaqTransferState          state = maq_transfer_get_state (transfer);
  const MaqTransferRequest *request = maq_transfer_get_request (transfer);
  if (state != MAQ_TRANSFER_DONE && state != MAQ_TRANSFER_FAILED)
    return NULL;

  GNotification   *notification = g_notification_new (state == MAQ_TRANSFER_DONE ? _ ("Download Finished") : _ ("Download Failed"));
  g_autofree char *name = maq_transfer_dup_name (transfer);
  g_autofree char *more = NULL;
  if (state == MAQ_TRANSFER_FAILED)
    more = maq_transfer_dup_status (transfer);
  else if (request->folder != NULL)
    more = maq_download_place_to_text (request->folder, G_MAXUINT64);
  g_autofree char *body = more != NULL ? g_strdup_printf ("%s\n%s", name, more) : g_strdup (name);
  g_notification_set_body (notification, body);
  g_notification_set_default_action_and_target (notification, "app.show-page", "s", "transfers");
  return notification;
}

static void
tell (MaqTransferWatch *self,
      MaqTransfer      *transfer)
{
  GtkWindow       *window = get_window (self);
  MaqTransferState state = maq_transfer_get_state (transfer);
  g_autoptr (GNotification) notification = window == NULL ? make_notification (transfer) : NULL;

  if (window != NULL && (state == MAQ_TRANSFER_DONE || state == MAQ_TRANSFER_FAILED))
    add_toast (window, transfer);
  if (notification != NULL)
    g_application_send_notification (G_APPLICATION (self->application), maq_transfer_get_name (transfer), notification);
}

static void
inhibit (MaqTransferWatch *self)
{
  gboolean is_running = g_hash_table_size (self->running) > 0;

  if (self->is_inhibiting == is_running)
    return;
  self->is_inhibiting = is_running;
  if (is_running)
    self->cookie = gtk_application_inhibit (self->application,
                                            gtk_application_get_active_window (self->application),
                                            GTK_APPLICATION_INHIBIT_SUSPEND,
                                            _ ("Downloads are running"));
  else if (self->cookie != 0)
    gtk_application_uninhibit (self->application, g_steal_handle_id (&self->cookie));
}

static void
state_cb (MaqTransferWatch *self,
          GParamSpec       *pspec,
          MaqTransfer      *transfer)
{
  if (maq_transfer_get_state (transfer) == MAQ_TRANSFER_RUNNING)
    g_hash_table_add (self->running, g_object_ref (transfer));
  else if (g_hash_table_remove (self->running, transfer))
    tell (self, transfer);
  inhibit (self);
}

static void
items_changed_cb (MaqTransferWatch *self,
                  guint             position,
                  guint             removed,
                  guint             added)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (MaqTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (self->transfers), i);
      // One that was moved was there before.
      g_signal_handlers_disconnect_by_func (transfer, state_cb, self);
      g_signal_connect_object (transfer, "notify::state", G_CALLBACK (state_cb), self, G_CONNECT_SWAPPED);
      state_cb (self, NULL, transfer);
    }
}

static void
maq_transfer_watch_dispose (GObject *object)
{
  MaqTransferWatch *self = MAQ_TRANSFER_WATCH (object);

  g_hash_table_remove_all (self->running);
  inhibit (self);
  g_clear_object (&self->transfers);

  G_OBJECT_CLASS (maq_transfer_watch_parent_class)->dispose (object);
}

static void
maq_transfer_watch_finalize (GObject *object)
{
  g_hash_table_unref (MAQ_TRANSFER_WATCH (object)->running);

  G_OBJECT_CLASS (maq_transfer_watch_parent_class)->finalize (object);
}

static void
maq_transfer_watch_class_init (MaqTransferWatchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = maq_transfer_watch_dispose;
  object_class->finalize = maq_transfer_watch_finalize;
}

static void
maq_transfer_watch_init (MaqTransferWatch *self)
{
  self->running = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
}

MaqTransferWatch *
maq_transfer_watch_new (GtkApplication  *application,
                        MaqTransferList *transfers)
{
  g_return_val_if_fail (GTK_IS_APPLICATION (application), NULL);
  g_return_val_if_fail (MAQ_IS_TRANSFER_LIST (transfers), NULL);

  MaqTransferWatch *self = g_object_new (MAQ_TYPE_TRANSFER_WATCH, NULL);
  self->application = application;
  self->transfers = g_object_ref (transfers);
  g_signal_connect_object (transfers, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
  items_changed_cb (self, 0, 0, g_list_model_get_n_items (G_LIST_MODEL (transfers)));
  return self;
}

gboolean
maq_transfer_watch_is_inhibiting (MaqTransferWatch *self)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER_WATCH (self), FALSE);
  return self->is_inhibiting;
}
