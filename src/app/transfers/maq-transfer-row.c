// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-transfer-row.h"

#include <glib/gi18n.h>
#include <string.h>

#include "maq-context-menu.h"
#include "maq-download-summary.h"
#include "maq-error-text.h"
#include "maq-focus.h"
#include "maq-repo-menu.h"
#include "maq-show-files.h"
#include "maq-units.h"

struct _MaqTransferRow
{
  AdwBin parent_instance;

  GtkLabel       *title;
  GtkLabel       *status;
  GtkProgressBar *progress_bar;
  GtkWidget      *anyway;
  GtkWidget      *pause;
  GtkWidget      *resume;
  GtkWidget      *cancel;
  GtkWidget      *retry;
  GtkButton      *open;
  GtkMenuButton  *menu;

  MaqTransfer  *transfer;
  GSignalGroup *signals;
  gboolean      show_open;
};

G_DEFINE_FINAL_TYPE (MaqTransferRow, maq_transfer_row, ADW_TYPE_BIN)

typedef enum
{
  PROP_TRANSFER = 1,
  PROP_SHOW_OPEN,
  PROP_NAME,
  PROP_STATUS,
} MaqTransferRowProperty;

static GParamSpec *properties[PROP_STATUS + 1];

gboolean
maq_transfer_row_is_costly (MaqTransfer *transfer)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER (transfer), FALSE);

  return maq_transfer_get_state (transfer) != MAQ_TRANSFER_DONE && maq_transfer_get_bytes_done (transfer) > 0;
}

static gboolean
is_active (MaqTransfer *transfer)
{
  MaqTransferState state = maq_transfer_get_state (transfer);
  return state == MAQ_TRANSFER_QUEUED || state == MAQ_TRANSFER_RUNNING;
}

char *
maq_transfer_dup_progress (guint64 done,
                           guint64 total,
                           double  speed,
                           gint64  seconds_left)
{
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();

  if (total > 0)
    g_strv_builder_take (parts, maq_format_bytes_of (done, total));
  if (speed > 0)
    g_strv_builder_take (parts, maq_format_speed (speed));
  if (seconds_left >= 0 && speed > 0)
    {
      g_autofree char *duration = maq_format_duration (seconds_left);
      // Translators: time left, such as "4 min left".
      g_strv_builder_take (parts, g_strdup_printf (_ ("%s left"), duration));
    }
  g_auto (GStrv) strv = g_strv_builder_end (parts);
  return g_strjoinv (" · ", strv);
}

// STATE, unless it is NULL, and how far the transfer is.
static char *
dup_status_with_progress (MaqTransfer *transfer,
                          const char  *state)
{
  g_autofree char *progress = maq_transfer_dup_progress (maq_transfer_get_bytes_done (transfer),
                                                         maq_transfer_get_bytes_total (transfer),
                                                         maq_transfer_get_speed (transfer),
                                                         maq_transfer_get_seconds_left (transfer));

  if (state == NULL)
    return *progress != '\0' ? g_steal_pointer (&progress) : g_strdup (_ ("Looking up files"));
  return *progress != '\0' ? g_strdup_printf ("%s · %s", state, progress) : g_strdup (state);
}

static char *
dup_done_status (MaqTransfer *transfer)
{
  g_autofree char *total = maq_format_bytes (maq_transfer_get_bytes_total (transfer));
  g_autofree char *when = maq_format_relative_time (maq_transfer_get_finished (transfer), g_get_real_time () / G_USEC_PER_SEC);
  const char      *folder = maq_transfer_get_request (transfer)->folder;

  if (folder != NULL)
    {
      g_autofree char *place = maq_download_place_to_text (folder, G_MAXUINT64);
      // Translators: a finished download, its size, the folder it is in, and when it ended.
      return g_strdup_printf (_ ("Done · %s · %s · %s"), total, place, when);
    }
  // Translators: a finished download, its size and when it ended, such as "3 days ago".
  return g_strdup_printf (_ ("Done · %s · %s"), total, when);
}

static char *
dup_failed_status (MaqTransfer *transfer)
{
  const GError *error = maq_transfer_get_error (transfer);
  g_autoptr (MaqErrorText) text = error != NULL ? maq_error_text_new (error) : NULL;
  g_autofree char *problem = text != NULL ? g_strdup_printf ("%s. %s", text->title, text->body) : g_strdup (_ ("Failed"));

  return maq_transfer_get_bytes_done (transfer) > 0 ? dup_status_with_progress (transfer, problem) : g_steal_pointer (&problem);
}

static char *
dup_stopped_status (MaqTransfer *transfer)
{
  const char *hindrance = maq_transfer_get_hindrance (transfer);
  guint64     total = maq_transfer_get_bytes_total (transfer);

  if (hindrance != NULL)
    return dup_status_with_progress (transfer, hindrance);
  if (total == 0)
    return g_strdup (_ ("Stopped"));
  g_autofree char *part = maq_format_bytes_of (maq_transfer_get_bytes_done (transfer), total);
  // Translators: %s is a part of a whole, as in "Stopped at 7.1 of 14.4 GB".
  return g_strdup_printf (_ ("Stopped at %s"), part);
}

char *
maq_transfer_dup_status (MaqTransfer *transfer)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER (transfer), NULL);

  const char *hindrance = maq_transfer_get_hindrance (transfer);

  switch (maq_transfer_get_state (transfer))
    {
    case MAQ_TRANSFER_QUEUED:
      return dup_status_with_progress (transfer, hindrance != NULL ? hindrance : _ ("Waiting"));
    case MAQ_TRANSFER_RUNNING:
      return dup_status_with_progress (transfer, maq_transfer_get_bytes_total (transfer) > 0 ? hindrance : NULL);
    case MAQ_TRANSFER_PAUSED:
      return dup_status_with_progress (transfer, _ ("Paused"));
    case MAQ_TRANSFER_DONE:
      return dup_done_status (transfer);
    case MAQ_TRANSFER_FAILED:
      return dup_failed_status (transfer);
    case MAQ_TRANSFER_CANCELLED:
      return dup_stopped_status (transfer);
    default:
      return g_strdup ("");
    }
}

char *
maq_transfer_dup_name (MaqTransfer *transfer)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER (transfer), NULL);

  const MaqTransferRequest *request = maq_transfer_get_request (transfer);
  return request->title != NULL ? g_strdup_printf ("%s · %s", request->id, request->title) : g_strdup (request->id);
}

// What is in a folder of the user's choice is there, and not in the library.
static gboolean
opens_folder (MaqTransferRow *self)
{
  return maq_transfer_get_state (self->transfer) == MAQ_TRANSFER_DONE && maq_transfer_get_request (self->transfer)->folder != NULL;
}

static void
update_open (MaqTransferRow *self)
{
  const char *name = opens_folder (self) ? _ ("Open Folder") : _ ("Open");

  gtk_button_set_icon_name (self->open, opens_folder (self) ? "folder-open-symbolic" : "go-next-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->open), name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->open), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

// What is done or stands still can be taken from the list.
static gboolean
is_still (MaqTransfer *transfer)
{
  MaqTransferState state = maq_transfer_get_state (transfer);

  return state == MAQ_TRANSFER_PAUSED || state >= MAQ_TRANSFER_DONE;
}

// The focus goes from a button that vanishes to the first that is there.
static void
update_buttons (MaqTransferRow *self)
{
  MaqTransferState state = maq_transfer_get_state (self->transfer);
  gboolean         active = is_active (self->transfer);
  gboolean         parked = maq_transfer_is_parked (self->transfer);
  gboolean         held = maq_transfer_is_held (self->transfer);
  const struct
  {
    GtkWidget *button;
    gboolean   is_shown;
  } buttons[] = {
    { self->anyway, held },
    { self->pause, active && !held },
    { self->resume, state == MAQ_TRANSFER_PAUSED || (state == MAQ_TRANSFER_CANCELLED && !parked) },
    { self->retry, state == MAQ_TRANSFER_FAILED },
    { GTK_WIDGET (self->open), self->show_open && state == MAQ_TRANSFER_DONE },
    { self->cancel, active || state == MAQ_TRANSFER_PAUSED },
    { GTK_WIDGET (self->menu), self->show_open },
  };
  GtkWidget *first = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (buttons); i++)
    if (buttons[i].is_shown)
      {
        gtk_widget_set_visible (buttons[i].button, TRUE);
        first = first != NULL ? first : buttons[i].button;
      }
  for (guint i = 0; i < G_N_ELEMENTS (buttons); i++)
    if (!buttons[i].is_shown)
      maq_focus_set_visible (buttons[i].button, FALSE, first);
}

static void
update (MaqTransferRow *self)
{
  if (self->transfer == NULL)
    return;

  MaqTransferState state = maq_transfer_get_state (self->transfer);
  guint64          total = maq_transfer_get_bytes_total (self->transfer);
  gboolean         is_begun = is_active (self->transfer) || (state != MAQ_TRANSFER_DONE && total > 0);
  g_autofree char *title = maq_transfer_dup_name (self->transfer);
  g_autofree char *status = maq_transfer_dup_status (self->transfer);

  gtk_label_set_label (self->title, title);
  gtk_label_set_label (self->status, status);
  gtk_widget_set_visible (GTK_WIDGET (self->progress_bar), is_begun);
  gtk_progress_bar_set_fraction (self->progress_bar,
                                 total > 0 ? CLAMP ((double) maq_transfer_get_bytes_done (self->transfer) / total, 0, 1) : 0);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->progress_bar), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, status, -1);
  update_buttons (self);
  update_open (self);
  if (state == MAQ_TRANSFER_FAILED)
    gtk_widget_add_css_class (GTK_WIDGET (self->status), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->status), "error");
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
}

static void
pause_clicked_cb (MaqTransferRow *self)
{
  if (self->transfer != NULL)
    maq_transfer_pause (self->transfer);
}

static void
cancel_clicked_cb (MaqTransferRow *self)
{
  if (self->transfer != NULL)
    maq_transfer_cancel (self->transfer);
}

static void
retry_clicked_cb (MaqTransferRow *self)
{
  if (self->transfer != NULL)
    maq_transfer_retry (self->transfer);
}

static void
open_clicked_cb (MaqTransferRow *self)
{
  if (self->transfer == NULL)
    return;
  if (opens_folder (self))
    {
      maq_show_folder (GTK_WIDGET (self), maq_transfer_get_request (self->transfer)->folder);
      return;
    }
  const MaqTransferRequest *request = maq_transfer_get_request (self->transfer);
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (request->kind, request->id, NULL, NULL);
  g_autofree char *uri = maq_repo_address_to_uri (address);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.open-repo", "s", uri);
}

// Where the row is among those that are not done, and what is possible from there.
static void
find_moves (MaqTransferRow *self,
            gboolean       *next,
            gboolean       *up,
            gboolean       *down)
{
  GtkWidget  *view = gtk_widget_get_ancestor (GTK_WIDGET (self), GTK_TYPE_LIST_VIEW);
  GListModel *model = view != NULL ? G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (view))) : NULL;
  guint       n_items = model != NULL ? g_list_model_get_n_items (model) : 0;
  gboolean    is_found = FALSE;

  *next = *up = *down = FALSE;
  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (MaqTransfer) transfer = g_list_model_get_item (model, i);
      MaqTransferState state = maq_transfer_get_state (transfer);
      is_found |= transfer == self->transfer;
      *up |= !is_found;
      *down |= is_found && transfer != self->transfer && state != MAQ_TRANSFER_DONE;
      *next |= !is_found && state == MAQ_TRANSFER_QUEUED;
    }
}

// What is not possible stays in its place, insensitive.
static void
add_moves (MaqTransferRow *self,
           GMenu          *menu)
{
  g_autoptr (GMenu) section = g_menu_new ();
  gboolean next;
  gboolean up;
  gboolean down;

  find_moves (self, &next, &up, &down);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "row.move-next", next);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "row.move-up", up);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "row.move-down", down);
  maq_menu_add (section, _ ("Download Next"), "row.move-next", NULL);
  maq_menu_add (section, _ ("Move Up"), "row.move-up", NULL);
  maq_menu_add (section, _ ("Move Down"), "row.move-down", NULL);
  g_menu_append_section (menu, NULL, G_MENU_MODEL (section));
}

static void
fill_menu (GtkWidget *widget,
           GMenu     *menu)
{
  MaqTransferRow *self = MAQ_TRANSFER_ROW (widget);

  if (!self->show_open || self->transfer == NULL)
    return;
  const MaqTransferRequest *request = maq_transfer_get_request (self->transfer);
  g_autoptr (GMenu) last = g_menu_new ();
  if (maq_transfer_get_snapshot_path (self->transfer) != NULL)
    maq_menu_add (menu, _ ("Show in Files"), "row.show-files", NULL);
  maq_repo_menu_add (menu, request->kind, request->id);
  if (maq_transfer_get_state (self->transfer) != MAQ_TRANSFER_DONE)
    add_moves (self, menu);
  if (!is_still (self->transfer))
    return;
  // With nothing to lose nothing is asked.
  maq_menu_add (last, maq_transfer_row_is_costly (self->transfer) ? _ ("Discard…") : _ ("Remove from List"), "row.discard", NULL);
  g_menu_append_section (menu, NULL, G_MENU_MODEL (last));
}

static void
show_files_action (GtkWidget  *widget,
                   const char *action_name,
                   GVariant   *parameter)
{
  MaqTransfer *transfer = MAQ_TRANSFER_ROW (widget)->transfer;
  const char  *first = transfer != NULL ? maq_transfer_get_first_path (transfer) : NULL;

  if (transfer != NULL)
    maq_show_in_files (widget, first != NULL ? first : maq_transfer_get_snapshot_path (transfer));
}

// Carried out by the page, which has the list.
static void
page_action (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  MaqTransferRow  *self = MAQ_TRANSFER_ROW (widget);
  g_autofree char *action = g_strconcat ("transfers.", action_name + strlen ("row."), NULL);

  if (self->transfer != NULL)
    gtk_widget_activate_action (widget, action, "s", maq_transfer_get_name (self->transfer));
}

static GdkContentProvider *
drag_prepare_cb (MaqTransferRow *self)
{
  if (!self->show_open || self->transfer == NULL || maq_transfer_get_state (self->transfer) == MAQ_TRANSFER_DONE)
    return NULL;
  return gdk_content_provider_new_typed (MAQ_TYPE_TRANSFER, self->transfer);
}

static void
drag_begin_cb (MaqTransferRow *self,
               GdkDrag        *drag,
               GtkDragSource  *source)
{
  g_autoptr (GdkPaintable) icon = gtk_widget_paintable_new (GTK_WIDGET (self));
  gtk_drag_source_set_icon (source, icon, 0, 0);
}

static gboolean
drop_cb (MaqTransferRow *self,
         const GValue   *value)
{
  MaqTransfer *moved = g_value_get_object (value);

  if (moved == NULL || self->transfer == NULL || moved == self->transfer)
    return FALSE;
  return gtk_widget_activate_action (GTK_WIDGET (self), "transfers.move-to", "(ss)", maq_transfer_get_name (moved), maq_transfer_get_name (self->transfer));
}

static void
make_draggable (MaqTransferRow *self)
{
  GtkDragSource *source = gtk_drag_source_new ();
  GtkDropTarget *target = gtk_drop_target_new (MAQ_TYPE_TRANSFER, GDK_ACTION_MOVE);

  gtk_drag_source_set_actions (source, GDK_ACTION_MOVE);
  g_signal_connect_swapped (source, "prepare", G_CALLBACK (drag_prepare_cb), self);
  g_signal_connect_swapped (source, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect_swapped (target, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (source));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

static void
maq_transfer_row_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  MaqTransferRow *self = MAQ_TRANSFER_ROW (object);

  switch ((MaqTransferRowProperty) prop_id)
    {
    case PROP_TRANSFER:
      g_value_set_object (value, self->transfer);
      break;
    case PROP_SHOW_OPEN:
      g_value_set_boolean (value, self->show_open);
      break;
    case PROP_NAME:
      g_value_take_string (value, self->transfer != NULL ? maq_transfer_dup_name (self->transfer) : NULL);
      break;
    case PROP_STATUS:
      g_value_take_string (value, self->transfer != NULL ? maq_transfer_dup_status (self->transfer) : NULL);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_transfer_row_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  MaqTransferRow *self = MAQ_TRANSFER_ROW (object);

  switch ((MaqTransferRowProperty) prop_id)
    {
    case PROP_TRANSFER:
      maq_transfer_row_set_transfer (self, g_value_get_object (value));
      break;
    case PROP_SHOW_OPEN:
      if (self->show_open == g_value_get_boolean (value))
        return;
      self->show_open = g_value_get_boolean (value);
      update (self);
      g_object_notify_by_pspec (object, pspec);
      break;
    case PROP_NAME:
    case PROP_STATUS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_transfer_row_dispose (GObject *object)
{
  MaqTransferRow *self = MAQ_TRANSFER_ROW (object);

  g_clear_object (&self->signals);
  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_TRANSFER_ROW);
  g_clear_object (&self->transfer);

  G_OBJECT_CLASS (maq_transfer_row_parent_class)->dispose (object);
}

static void
maq_transfer_row_class_init (MaqTransferRowClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass   *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  const GParamFlags read = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = maq_transfer_row_get_property;
  object_class->set_property = maq_transfer_row_set_property;
  object_class->dispose = maq_transfer_row_dispose;

  properties[PROP_TRANSFER] = g_param_spec_object ("transfer", NULL, NULL, MAQ_TYPE_TRANSFER, flags);
  properties[PROP_SHOW_OPEN] = g_param_spec_boolean ("show-open", NULL, NULL, TRUE, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, read);
  properties[PROP_STATUS] = g_param_spec_string ("status", NULL, NULL, NULL, read);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-transfer-row.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqTransferRow, title);
  gtk_widget_class_bind_template_child (widget_class, MaqTransferRow, status);
  gtk_widget_class_bind_template_child (widget_class, MaqTransferRow, progress_bar);
  gtk_widget_class_bind_template_child (widget_class, MaqTransferRow, pause);
  gtk_widget_class_bind_template_child (widget_class, MaqTransferRow, anyway);
  gtk_widget_class_bind_template_child (widget_class, MaqTransferRow, resume);
  gtk_widget_class_bind_template_child (widget_class, MaqTransferRow, cancel);
  gtk_widget_class_bind_template_child (widget_class, MaqTransferRow, retry);
  gtk_widget_class_bind_template_child (widget_class, MaqTransferRow, open);
  gtk_widget_class_bind_template_child (widget_class, MaqTransferRow, menu);
  gtk_widget_class_bind_template_callback (widget_class, pause_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, retry_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, open_clicked_cb);

  gtk_widget_class_install_action (widget_class, "row.move-next", NULL, page_action);
  gtk_widget_class_install_action (widget_class, "row.move-up", NULL, page_action);
  gtk_widget_class_install_action (widget_class, "row.move-down", NULL, page_action);
  gtk_widget_class_install_action (widget_class, "row.discard", NULL, page_action);
  gtk_widget_class_install_action (widget_class, "row.show-files", NULL, show_files_action);
}

static void
maq_transfer_row_init (MaqTransferRow *self)
{
  self->show_open = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  maq_context_menu_add (GTK_WIDGET (self), fill_menu);
  maq_context_menu_add_button (GTK_WIDGET (self), self->menu);
  make_draggable (self);
  // Every change of a transfer is a notification, at most ten a second.
  self->signals = g_signal_group_new (MAQ_TYPE_TRANSFER);
  g_signal_group_connect_swapped (self->signals, "notify", G_CALLBACK (update), self);
}

MaqTransfer *
maq_transfer_row_get_transfer (MaqTransferRow *self)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER_ROW (self), NULL);
  return self->transfer;
}

void
maq_transfer_row_set_transfer (MaqTransferRow *self,
                               MaqTransfer    *transfer)
{
  g_return_if_fail (MAQ_IS_TRANSFER_ROW (self));

  if (!g_set_object (&self->transfer, transfer))
    return;
  g_signal_group_set_target (self->signals, transfer);
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TRANSFER]);
}
