// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-message-text.h"

struct _MaqMessageText
{
  GtkTextView parent_instance;
  int         width;
  guint       tick;
};

G_DEFINE_FINAL_TYPE (MaqMessageText, maq_message_text, GTK_TYPE_TEXT_VIEW)

static gboolean
ask_again (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  MAQ_MESSAGE_TEXT (widget)->tick = 0;
  gtk_widget_queue_resize (widget);
  return G_SOURCE_REMOVE;
}

// A resize cannot be asked for within one, so it is for the next frame.
static void
maq_message_text_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MaqMessageText *self = MAQ_MESSAGE_TEXT (widget);

  GTK_WIDGET_CLASS (maq_message_text_parent_class)->size_allocate (widget, width, height, baseline);
  if (width == self->width)
    return;
  self->width = width;
  if (self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (widget, ask_again, NULL, NULL);
}

// Until the width is known the text would be one letter wide and very high.
static void
maq_message_text_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  GTK_WIDGET_CLASS (maq_message_text_parent_class)->measure (widget, orientation, for_size, minimum, natural, minimum_baseline, natural_baseline);
  if (orientation == GTK_ORIENTATION_VERTICAL && MAQ_MESSAGE_TEXT (widget)->width == 0)
    *minimum = *natural = 0;
}

static void
maq_message_text_dispose (GObject *object)
{
  MaqMessageText *self = MAQ_MESSAGE_TEXT (object);

  if (self->tick)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  G_OBJECT_CLASS (maq_message_text_parent_class)->dispose (object);
}

static void
maq_message_text_class_init (MaqMessageTextClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = maq_message_text_dispose;
  widget_class->measure = maq_message_text_measure;
  widget_class->size_allocate = maq_message_text_size_allocate;
}

static void
maq_message_text_init (MaqMessageText *self)
{
}
