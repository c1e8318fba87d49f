// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-transfers-page.h"

#include <glib/gi18n.h>

#include "maq-status-stack.h"
#include "maq-transfer-row.h"

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
  gtk_widget_set_visible (self->total, n_active > 0);
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

  for (guint i = 0; i < n_items; i++)
    {
      MaqTransferState state = maq_transfer_get_state (get_transfer (self, i));
      n_active += state == MAQ_TRANSFER_QUEUED || state == MAQ_TRANSFER_RUNNING;
      n_paused += state == MAQ_TRANSFER_PAUSED;
    }
  maq_status_stack_set_status (self->status_stack, n_items > 0 ? MAQ_STATUS_CONTENT : MAQ_STATUS_EMPTY);
  gtk_widget_set_sensitive (self->clear, n_items > n_active + n_paused);
  gtk_widget_set_visible (self->pause_all, n_active > 0 || n_paused == 0);
  gtk_widget_set_sensitive (self->pause_all, n_active > 0);
  gtk_widget_set_visible (self->resume_all, n_paused > 0);
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
