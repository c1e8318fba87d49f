// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-transfer-watch.h"

#include <glib/gi18n.h>

#include "maq-download-summary.h"
#include "maq-transfer-row.h"

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

static gboolean
has_focus (MaqTransferWatch *self)
{
  GtkWindow *window = gtk_application_get_active_window (self->application);
  return window != NULL && gtk_window_is_active (window);
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
  g_autofree char *name = request->title != NULL ? g_strdup_printf ("%s · %s", request->id, request->title) : g_strdup (request->id);
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
  g_autoptr (GNotification) notification = has_focus (self) ? NULL : make_notification (transfer);

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
