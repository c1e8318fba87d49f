// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-inspect-text.h"

#include <glib/gi18n.h>

struct _MaqInspectText
{
  AdwBin parent_instance;

  GtkDropDown *choice;
  GtkTextView *view;

  GtkStringList *names;
  GPtrArray     *texts; // of char*
};

G_DEFINE_FINAL_TYPE (MaqInspectText, maq_inspect_text, ADW_TYPE_BIN)

static const char *
get_text (MaqInspectText *self)
{
  guint selected = gtk_drop_down_get_selected (self->choice);

  return selected < self->texts->len ? self->texts->pdata[selected] : "";
}

static void
update (MaqInspectText *self)
{
  if (self->texts != NULL)
    gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->view), get_text (self), -1);
}

static void
copy_clicked_cb (MaqInspectText *self)
{
  maq_inspect_copy (GTK_WIDGET (self), get_text (self));
}

static void
maq_inspect_text_dispose (GObject *object)
{
  MaqInspectText *self = MAQ_INSPECT_TEXT (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_INSPECT_TEXT);
  g_clear_object (&self->names);

  G_OBJECT_CLASS (maq_inspect_text_parent_class)->dispose (object);
}

static void
maq_inspect_text_finalize (GObject *object)
{
  g_ptr_array_unref (MAQ_INSPECT_TEXT (object)->texts);

  G_OBJECT_CLASS (maq_inspect_text_parent_class)->finalize (object);
}

static void
maq_inspect_text_class_init (MaqInspectTextClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = maq_inspect_text_dispose;
  object_class->finalize = maq_inspect_text_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-inspect-text.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqInspectText, choice);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectText, view);
  gtk_widget_class_bind_template_callback (widget_class, copy_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, update);
}

static void
maq_inspect_text_init (MaqInspectText *self)
{
  self->texts = g_ptr_array_new_with_free_func (g_free);
  self->names = gtk_string_list_new (NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_drop_down_set_model (self->choice, G_LIST_MODEL (self->names));
}

void
maq_inspect_text_add (MaqInspectText *self,
                      const char     *name,
                      const char     *text)
{
  g_return_if_fail (MAQ_IS_INSPECT_TEXT (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (text != NULL);

  g_ptr_array_add (self->texts, g_strdup (text));
  gtk_string_list_append (self->names, name);
  gtk_widget_set_visible (GTK_WIDGET (self->choice), self->texts->len > 1);
  if (self->texts->len == 1)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  update (self);
}

void
maq_inspect_copy (GtkWidget  *from,
                  const char *text)
{
  g_return_if_fail (GTK_IS_WIDGET (from));
  g_return_if_fail (text != NULL);

  GtkWidget *overlay = gtk_widget_get_ancestor (from, ADW_TYPE_TOAST_OVERLAY);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (from), text);
  if (overlay != NULL)
    adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (overlay), adw_toast_new (_ ("Copied")));
}
