// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-transfers-page.h"

#include <glib/gi18n.h>

#include "maq-focus.h"
#include "maq-status-stack.h"
#include "maq-transfer-row.h"
#include "maq-units.h"

struct _MaqTransfersPage
{
  AdwNavigationPage parent_instance;

  MaqStatusStack *status_stack;
  GtkListView    *list_view;
  GtkWidget      *clear;
  GtkWidget      *pause_all;
  GtkWidget      *resume_all;
  GtkWidget      *total;
  GtkLabel       *total_label;
  GtkProgressBar *total_bar;

  MaqTransferList *transfers;
};

G_DEFINE_FINAL_TYPE (MaqTransfersPage, maq_transfers_page, ADW_TYPE_NAVIGATION_PAGE)

typedef enum
{
  PROP_TRANSFERS = 1,
} MaqTransfersPageProperty;

static GParamSpec *properties[PROP_TRANSFERS + 1];

// (transfer none)
static MaqTransfer *
get_transfer (MaqTransfersPage *self,
              guint             position)
{
  g_autoptr (MaqTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (self->transfers), position);
  return transfer;
}

static void
update_total (MaqTransfersPage *self)
{
  guint   n_active = maq_transfer_list_get_n_active (self->transfers);
  guint64 done, total;
  gint64  seconds_left;
  double  speed;

  g_object_get (self->transfers, "bytes-done", &done, "bytes-total", &total, "speed", &speed, "seconds-left", &seconds_left, NULL);
  g_autofree char *count = g_strdup_printf (ngettext ("%u download", "%u downloads", n_active), n_active);
  g_autofree char *progress = maq_transfer_dup_progress (done, total, speed, seconds_left);
  g_autofree char *text = *progress != '\0' ? g_strdup_printf ("%s · %s", count, progress) : g_strdup (count);
  // One alone says it itself.
  gtk_widget_set_visible (self->total, n_active > 1);
  gtk_label_set_label (self->total_label, text);
  gtk_progress_bar_set_fraction (self->total_bar, total > 0 ? CLAMP ((double) done / total, 0, 1) : 0);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->total_bar), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
}

static void
update (MaqTransfersPage *self)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->transfers));
  guint n_active = 0;
  guint n_paused = 0;
  guint n_done = 0;

  for (guint i = 0; i < n_items; i++)
    {
      MaqTransferState state = maq_transfer_get_state (get_transfer (self, i));
      n_active += state == MAQ_TRANSFER_QUEUED || state == MAQ_TRANSFER_RUNNING;
      n_paused += state == MAQ_TRANSFER_PAUSED;
      n_done += state == MAQ_TRANSFER_DONE;
    }
  gboolean had_focus = maq_focus_is_in (GTK_WIDGET (self));
  maq_status_stack_set_status (self->status_stack, n_items > 0 ? MAQ_STATUS_CONTENT : MAQ_STATUS_EMPTY);
  gtk_widget_set_visible (self->resume_all, n_paused > 0);
  if (n_active == 0)
    maq_focus_leave (self->pause_all, self->resume_all, GTK_WIDGET (self->status_stack), NULL);
  gtk_widget_set_visible (self->pause_all, n_active > 0 || n_paused == 0);
  gtk_widget_set_sensitive (self->pause_all, n_active > 0);
  maq_focus_set_visible (self->resume_all, n_paused > 0, n_active > 0 ? self->pause_all : GTK_WIDGET (self->status_stack));
  maq_focus_set_sensitive (self->clear, n_done > 0, GTK_WIDGET (self->status_stack));
  // With the last row its focus went.
  if (had_focus && !maq_focus_is_in (GTK_WIDGET (self)))
    gtk_widget_child_focus (GTK_WIDGET (self->status_stack), GTK_DIR_TAB_FORWARD);
  update_total (self);
}

static void
pause_all_clicked_cb (MaqTransfersPage *self)
{
  maq_transfer_list_pause_all (self->transfers);
}

static void
resume_all_clicked_cb (MaqTransfersPage *self)
{
  maq_transfer_list_resume_all (self->transfers);
}

// Where the transfer of that name is; FALSE if it is gone.
static gboolean
find_position (MaqTransfersPage *self,
               const char       *name,
               guint            *position)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->transfers));

  for (*position = 0; *position < n_items; (*position)++)
    if (g_str_equal (maq_transfer_get_name (get_transfer (self, *position)), name))
      return TRUE;
  return FALSE;
}

// Afterwards the row is where it was for the keyboard.
static void
move (MaqTransfersPage *self,
      guint             from,
      guint             to)
{
  if (to >= g_list_model_get_n_items (G_LIST_MODEL (self->transfers)))
    return;
  maq_transfer_list_move (self->transfers, get_transfer (self, from), to);
  gtk_list_view_scroll_to (self->list_view, to, GTK_LIST_SCROLL_FOCUS, NULL);
}

static void
move_step_action (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  MaqTransfersPage *self = MAQ_TRANSFERS_PAGE (widget);
  guint             position;

  if (!find_position (self, g_variant_get_string (parameter, NULL), &position))
    return;
  if (g_str_equal (action_name, "transfers.move-down"))
    move (self, position, position + 1);
  else if (position > 0)
    move (self, position, position - 1);
}

static void
move_next_action (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  MaqTransfersPage *self = MAQ_TRANSFERS_PAGE (widget);
  guint             position;

  if (find_position (self, g_variant_get_string (parameter, NULL), &position))
    maq_transfer_list_move_next (self->transfers, get_transfer (self, position));
}

static void
move_to_action (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  MaqTransfersPage *self = MAQ_TRANSFERS_PAGE (widget);
  const char       *moved;
  const char       *place;
  guint             from;
  guint             to;

  g_variant_get (parameter, "(&s&s)", &moved, &place);
  if (find_position (self, moved, &from) && find_position (self, place, &to))
    move (self, from, to);
}

// The key moves the row that has the focus, or a part of which has it.
static gboolean
move_key_cb (GtkWidget *widget,
             GVariant  *arguments,
             gpointer   data)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (widget));
  GtkWidget *child = focus != NULL ? gtk_widget_get_first_child (focus) : NULL;
  GtkWidget *row = MAQ_IS_TRANSFER_ROW (child) ? child : focus != NULL ? gtk_widget_get_ancestor (focus, MAQ_TYPE_TRANSFER_ROW)
                                                                       : NULL;

  if (row == NULL || !gtk_widget_is_ancestor (row, widget))
    return FALSE;
  return gtk_widget_activate_action (row, g_variant_get_string (arguments, NULL), "s", maq_transfer_get_name (maq_transfer_row_get_transfer (MAQ_TRANSFER_ROW (row))));
}

// --- What was not finished ---

typedef struct
{
  GWeakRef     page;
  MaqTransfer *transfer;
} Discard;

static void
discard_free (gpointer  data,
              GClosure *closure)
{
  Discard *self = data;

  g_weak_ref_clear (&self->page);
  g_object_unref (self->transfer);
  g_free (self);
}

// Takes it from the list; the row that comes to its place, or the one before it, gets the focus.
static void
discard (MaqTransfersPage *self,
         MaqTransfer      *transfer)
{
  guint    position;
  gboolean had_focus = maq_focus_is_in (GTK_WIDGET (self->list_view));

  if (!find_position (self, maq_transfer_get_name (transfer), &position))
    return;
  maq_transfer_list_discard (self->transfers, transfer);
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->transfers));
  if (had_focus && n_items > 0)
    gtk_list_view_scroll_to (self->list_view, MIN (position, n_items - 1), GTK_LIST_SCROLL_FOCUS, NULL);
}

static void
discard_response_cb (AdwAlertDialog *dialog,
                     const char     *response,
                     Discard        *data)
{
  g_autoptr (MaqTransfersPage) self = g_weak_ref_get (&data->page);

  if (self != NULL && g_str_equal (response, "discard"))
    discard (self, data->transfer);
}

// What is lost cannot be brought back in a moment: therefore a question, and no undo.
static void
ask_discard (MaqTransfersPage *self,
             MaqTransfer      *transfer)
{
  Discard         *data = g_new0 (Discard, 1);
  g_autofree char *name = maq_transfer_dup_name (transfer);
  g_autofree char *size = maq_format_bytes (maq_transfer_get_bytes_done (transfer));
  // Translators: %s is the name of a repo, and what of it.
  g_autofree char *body = g_strdup_printf (_ ("%s is not finished. The %s downloaded so far will be deleted."), name, size);
  AdwDialog       *dialog = adw_alert_dialog_new (_ ("Discard Download?"), body);

  g_weak_ref_init (&data->page, self);
  data->transfer = g_object_ref (transfer);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _ ("_Cancel"), "discard", _ ("_Discard"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "discard", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "cancel");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (discard_response_cb), data, discard_free, 0);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
discard_action (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  MaqTransfersPage *self = MAQ_TRANSFERS_PAGE (widget);
  guint             position;

  if (!find_position (self, g_variant_get_string (parameter, NULL), &position))
    return;
  MaqTransfer *transfer = get_transfer (self, position);
  if (maq_transfer_row_is_costly (transfer))
    ask_discard (self, transfer);
  else
    discard (self, transfer);
}

static void
clear_clicked_cb (MaqTransfersPage *self)
{
  maq_transfer_list_clear (self->transfers);
}

static void
show_models_cb (MaqTransfersPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-page", "s", "models");
}

static void
maq_transfers_page_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  switch ((MaqTransfersPageProperty) prop_id)
    {
    case PROP_TRANSFERS:
      MAQ_TRANSFERS_PAGE (object)->transfers = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_transfers_page_constructed (GObject *object)
{
  MaqTransfersPage *self = MAQ_TRANSFERS_PAGE (object);

  G_OBJECT_CLASS (maq_transfers_page_parent_class)->constructed (object);

  g_autoptr (GtkNoSelection) selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->transfers)));
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (selection));
  g_signal_connect_object (self->transfers, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->transfers, "notify::n-active", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  // It comes after each change of a state.
  g_signal_connect_object (self->transfers, "notify::bytes-total", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
maq_transfers_page_dispose (GObject *object)
{
  MaqTransfersPage *self = MAQ_TRANSFERS_PAGE (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_TRANSFERS_PAGE);
  g_clear_object (&self->transfers);

  G_OBJECT_CLASS (maq_transfers_page_parent_class)->dispose (object);
}

static void
maq_transfers_page_class_init (MaqTransfersPageClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->set_property = maq_transfers_page_set_property;
  object_class->constructed = maq_transfers_page_constructed;
  object_class->dispose = maq_transfers_page_dispose;

  properties[PROP_TRANSFERS] = g_param_spec_object ("transfers", NULL, NULL, MAQ_TYPE_TRANSFER_LIST, G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  g_type_ensure (MAQ_TYPE_TRANSFER);
  g_type_ensure (MAQ_TYPE_TRANSFER_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-transfers-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqTransfersPage, status_stack);
  gtk_widget_class_bind_template_child (widget_class, MaqTransfersPage, list_view);
  gtk_widget_class_bind_template_child (widget_class, MaqTransfersPage, clear);
  gtk_widget_class_bind_template_child (widget_class, MaqTransfersPage, pause_all);
  gtk_widget_class_bind_template_child (widget_class, MaqTransfersPage, resume_all);
  gtk_widget_class_bind_template_child (widget_class, MaqTransfersPage, total);
  gtk_widget_class_bind_template_child (widget_class, MaqTransfersPage, total_label);
  gtk_widget_class_bind_template_child (widget_class, MaqTransfersPage, total_bar);
  gtk_widget_class_bind_template_callback (widget_class, clear_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, pause_all_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, resume_all_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_models_cb);

  gtk_widget_class_install_action (widget_class, "transfers.move-up", "s", move_step_action);
  gtk_widget_class_install_action (widget_class, "transfers.move-down", "s", move_step_action);
  gtk_widget_class_install_action (widget_class, "transfers.move-next", "s", move_next_action);
  gtk_widget_class_install_action (widget_class, "transfers.move-to", "(ss)", move_to_action);
  gtk_widget_class_install_action (widget_class, "transfers.discard", "s", discard_action);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Up, GDK_ALT_MASK, move_key_cb, "s", "transfers.move-up");
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Down, GDK_ALT_MASK, move_key_cb, "s", "transfers.move-down");
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Home, GDK_ALT_MASK, move_key_cb, "s", "transfers.move-next");
}

static void
maq_transfers_page_init (MaqTransfersPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

MaqTransfersPage *
maq_transfers_page_new (MaqTransferList *transfers)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER_LIST (transfers), NULL);

  return g_object_new (MAQ_TYPE_TRANSFERS_PAGE, "transfers", transfers, NULL);
}
