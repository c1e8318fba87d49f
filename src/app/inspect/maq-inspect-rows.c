// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-inspect-rows.h"

#include <glib/gi18n.h>

#include "maq-inspect-text.h"
#include "maq-status-stack.h"
#include "maq-template-callbacks.h"

struct _MaqInspectRows
{
  AdwBin parent_instance;

  GtkLabel       *summary;
  MaqStatusStack *status_stack;
  GtkListView    *list_view;

  MaqInspectList *list;
};

G_DEFINE_FINAL_TYPE (MaqInspectRows, maq_inspect_rows, ADW_TYPE_BIN)

enum
{
  SIGNAL_ACTIVATE_ITEM,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
activated_cb (MaqInspectRows *self,
              guint           position)
{
  g_autoptr (MaqInspectItem) item = g_list_model_get_item (G_LIST_MODEL (self->list), position);

  if (item != NULL)
    g_signal_emit (self, signals[SIGNAL_ACTIVATE_ITEM], 0, item);
}

static void
copy_clicked_cb (GtkListItem *list_item,
                 GtkButton   *button)
{
  MaqInspectItem  *item = gtk_list_item_get_item (list_item);
  g_autofree char *text = item != NULL ? maq_inspect_item_dup_whole_text (item) : NULL;

  if (text != NULL)
    maq_inspect_copy (GTK_WIDGET (button), text);
}

static void
update (MaqInspectRows *self)
{
  gboolean is_empty = g_list_model_get_n_items (G_LIST_MODEL (self->list)) == 0;

  if (maq_inspect_list_get_n_all (self->list) == 0)
    maq_status_stack_set_empty (self->status_stack, "maq-file-symbolic", _ ("No Special Tokens"), NULL);
  maq_status_stack_set_status (self->status_stack, is_empty ? MAQ_STATUS_EMPTY : MAQ_STATUS_CONTENT);
}

static void
maq_inspect_rows_dispose (GObject *object)
{
  MaqInspectRows *self = MAQ_INSPECT_ROWS (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_INSPECT_ROWS);
  g_clear_object (&self->list);

  G_OBJECT_CLASS (maq_inspect_rows_parent_class)->dispose (object);
}

static void
maq_inspect_rows_class_init (MaqInspectRowsClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = maq_inspect_rows_dispose;

  signals[SIGNAL_ACTIVATE_ITEM] = g_signal_new ("activate-item", MAQ_TYPE_INSPECT_ROWS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, MAQ_TYPE_INSPECT_ITEM);

  g_type_ensure (MAQ_TYPE_INSPECT_ITEM);
  g_type_ensure (MAQ_TYPE_STATUS_STACK);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-inspect-rows.ui");
  maq_template_callbacks_bind (widget_class);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectRows, summary);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectRows, status_stack);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectRows, list_view);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, copy_clicked_cb);
}

static void
maq_inspect_rows_init (MaqInspectRows *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
maq_inspect_rows_set_list (MaqInspectRows *self,
                           MaqInspectList *list,
                           const char     *label,
                           const char     *summary)
{
  g_return_if_fail (MAQ_IS_INSPECT_ROWS (self));
  g_return_if_fail (MAQ_IS_INSPECT_LIST (list));

  g_set_object (&self->list, list);
  g_autoptr (GtkNoSelection) selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (list)));
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (selection));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list_view), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_label_set_label (self->summary, summary != NULL ? summary : "");
  update (self);
}

void
maq_inspect_rows_set_search (MaqInspectRows *self,
                             const char     *words)
{
  g_return_if_fail (MAQ_IS_INSPECT_ROWS (self));

  if (self->list == NULL)
    return;
  maq_inspect_list_set_search (self->list, words);
  update (self);
}
