// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-composer.h"

struct _MaqComposer
{
  AdwBin parent_instance;

  GtkTextView        *text;
  GtkEventController *keys;
  GtkWidget          *placeholder;
  GtkWidget          *send_button;
  GtkWidget          *stop_button;
  gboolean            answering;
};

enum
{
  SEND,
  RECALL,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MaqComposer, maq_composer, ADW_TYPE_BIN)

static gboolean
is_blank (const char *text)
{
  for (; *text; text = g_utf8_next_char (text))
    if (!g_unichar_isspace (g_utf8_get_char (text)))
      return FALSE;
  return TRUE;
}

static void
update (MaqComposer *self)
{
  GtkTextBuffer   *buffer = gtk_text_view_get_buffer (self->text);
  g_autofree char *text = maq_composer_dup_text (self);
  gboolean         empty = gtk_text_buffer_get_char_count (buffer) == 0;

  gtk_widget_set_visible (self->placeholder, empty);
  gtk_widget_set_sensitive (self->send_button, !is_blank (text));
  gtk_widget_set_visible (self->send_button, !self->answering);
  gtk_widget_set_visible (self->stop_button, self->answering);
}

static void
send_clicked_cb (MaqComposer *self)
{
  g_autofree char *text = maq_composer_dup_text (self);

  if (self->answering || is_blank (text))
    return;
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->text), "", 0);
  maq_composer_focus (self);
  g_signal_emit (self, signals[SEND], 0, text);
}

static gboolean
key_pressed_cb (MaqComposer *self, guint keyval, guint keycode, GdkModifierType state)
{
  GdkModifierType modifiers = state & gtk_accelerator_get_default_mod_mask ();

  if ((keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter || keyval == GDK_KEY_ISO_Enter) && modifiers == 0)
    {
      // An input method may want the key first.
      if (gtk_text_view_im_context_filter_keypress (self->text, gtk_event_controller_get_current_event (self->keys)))
        return GDK_EVENT_STOP;
      send_clicked_cb (self);
      return GDK_EVENT_STOP;
    }
  if (keyval == GDK_KEY_Up && modifiers == 0 && gtk_text_buffer_get_char_count (gtk_text_view_get_buffer (self->text)) == 0)
    {
      g_signal_emit (self, signals[RECALL], 0);
      return GDK_EVENT_STOP;
    }
  return GDK_EVENT_PROPAGATE;
}

static gboolean
maq_composer_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (MAQ_COMPOSER (widget)->text));
}

static void
maq_composer_dispose (GObject *object)
{
  // Before the template lets go of its children, of which the bin's is one.
  adw_bin_set_child (ADW_BIN (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), MAQ_TYPE_COMPOSER);
  G_OBJECT_CLASS (maq_composer_parent_class)->dispose (object);
}

static void
maq_composer_class_init (MaqComposerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = maq_composer_dispose;
  widget_class->grab_focus = maq_composer_grab_focus;
  signals[SEND] = g_signal_new ("send", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[RECALL] = g_signal_new ("recall", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-composer.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqComposer, text);
  gtk_widget_class_bind_template_child (widget_class, MaqComposer, keys);
  gtk_widget_class_bind_template_child (widget_class, MaqComposer, placeholder);
  gtk_widget_class_bind_template_child (widget_class, MaqComposer, send_button);
  gtk_widget_class_bind_template_child (widget_class, MaqComposer, stop_button);
  gtk_widget_class_bind_template_callback (widget_class, send_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, key_pressed_cb);
}

static void
maq_composer_init (MaqComposer *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (gtk_text_view_get_buffer (self->text), "changed", G_CALLBACK (update), self);
}

void
maq_composer_set_answering (MaqComposer *self, gboolean answering)
{
  gboolean had_focus;

  g_return_if_fail (MAQ_IS_COMPOSER (self));

  if (self->answering == answering)
    return;
  // The button that goes must not take the focus with it.
  had_focus = gtk_widget_has_focus (self->send_button) || gtk_widget_has_focus (self->stop_button);
  self->answering = answering;
  update (self);
  if (had_focus)
    maq_composer_focus (self);
}

char *
maq_composer_dup_text (MaqComposer *self)
{
  GtkTextBuffer *buffer;
  GtkTextIter    start, end;

  g_return_val_if_fail (MAQ_IS_COMPOSER (self), NULL);

  buffer = gtk_text_view_get_buffer (self->text);
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
}

void
maq_composer_set_text (MaqComposer *self, const char *text)
{
  GtkTextBuffer *buffer;
  GtkTextIter    end;

  g_return_if_fail (MAQ_IS_COMPOSER (self));

  buffer = gtk_text_view_get_buffer (self->text);
  gtk_text_buffer_set_text (buffer, text, -1);
  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_place_cursor (buffer, &end);
}

void
maq_composer_focus (MaqComposer *self)
{
  g_return_if_fail (MAQ_IS_COMPOSER (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->text));
}
