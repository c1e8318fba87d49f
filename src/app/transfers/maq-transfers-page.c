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

  MaqTransferList *transfers;
};

G_DEFINE_FINAL_TYPE (MaqTransfersPage, maq_transfers_page, ADW_TYPE_NAVIGATION_PAGE)

typedef enum
{
  PROP_TRANSFERS = 1,
} MaqTransfersPageProperty;

static GParamSpec *properties[PROP_TRANSFERS + 1];

static void
update (MaqTransfersPage *self)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->transfers));

  maq_status_stack_set_status (self->status_stack, n_items > 0 ? MAQ_STATUS_CONTENT : MAQ_STATUS_EMPTY);
  gtk_widget_set_sensitive (self->clear, n_items > maq_transfer_list_get_n_active (self->transfers));
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
  gtk_widget_class_bind_template_callback (widget_class, clear_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_models_cb);
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
