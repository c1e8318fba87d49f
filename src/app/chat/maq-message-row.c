// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-message-row.h"

#include <glib/gi18n.h>
#include <string.h>

#include "maq-markdown-view.h"
#include "maq-message-text.h"

// Questions longer than this, in bytes, get a text view: a label lays out all of its text at once.
#define LONG_QUESTION 4000
// Answers longer than this, in bytes, stay plain text: all of one may be a single block, and a label is laid out at once.
#define LONG_ANSWER 16384
// Letters of a message that describe its row.
#define DESCRIPTION_LENGTH 200

struct _MaqMessageRow
{
  AdwBin parent_instance;

  GtkLabel        *question;
  GtkWidget       *waiting;
  GtkLabel        *waiting_label;
  GtkProgressBar  *waiting_progress;
  GtkWidget       *answer;
  GtkTextView     *text;
  MaqMarkdownView *markdown; // above the text, unseen until it is complete
  GtkWidget       *problem;
  GtkLabel        *problem_label;
  GtkWidget       *problem_buttons;
  GtkWidget       *try_again_button;
  GtkWidget       *new_chat_button;
  GtkWidget       *library_button;
  GtkWidget       *footer;
  GtkButton       *copy_button;
  GtkWidget       *regenerate_button;
  GtkLabel        *stats_label;

  MaqChatMessage *message;
  gsize           shown; // bytes of the content that are in the text view
  guint           tick;
  guint           copied_source;
  gboolean        last;
  gboolean        model_gone;
  gboolean        futile; // trying again cannot help
  gboolean        was_streaming;
};

G_DEFINE_FINAL_TYPE (MaqMessageRow, maq_message_row, ADW_TYPE_BIN)

static gboolean
is_answer (MaqMessageRow *self)
{
  return !g_str_equal (maq_chat_message_get_role (self->message), "user");
}

static void
append_new_text (MaqMessageRow *self)
{
  gsize          length = maq_chat_message_get_length (self->message);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->text);
  GtkTextIter    end;

  if (length <= self->shown)
    return;
  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_insert (buffer, &end, maq_chat_message_get_content (self->message) + self->shown, length - self->shown);
  self->shown = length;
  gtk_widget_set_visible (self->waiting, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->text), TRUE);
  gtk_widget_set_visible (self->answer, TRUE);
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  MaqMessageRow *self = MAQ_MESSAGE_ROW (widget);

  self->tick = 0;
  if (maq_chat_message_get_streaming (self->message))
    append_new_text (self);
  return G_SOURCE_REMOVE;
}

static void
on_content (MaqMessageRow *self)
{
  if (self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), on_tick, NULL, NULL);
}

static void
show_question (MaqMessageRow *self)
{
  gboolean is_long = maq_chat_message_get_length (self->message) > LONG_QUESTION;

  gtk_widget_set_visible (GTK_WIDGET (self->question), !is_long);
  if (is_long)
    append_new_text (self);
  else
    gtk_label_set_label (self->question, maq_chat_message_get_content (self->message));
}

// Whether CONTENT has anything that Markdown would show otherwise than as plain text. Too often yes does no harm.
static gboolean
has_markup (const char *content)
{
  gboolean at_start = TRUE;

  for (const char *c = content; *c; c++)
    {
      if (strchr ("`*_[<\\&", *c) || (at_start && (strchr ("#->+|", *c) || g_ascii_isdigit (*c))))
        return TRUE;
      at_start = *c == '\n' || (at_start && *c == ' ');
    }
  return FALSE;
}

// Changes from the text to the Markdown at once, when all of that is there.
static void
show_markdown_if_complete (MaqMessageRow *self)
{
  gboolean complete = maq_markdown_view_get_complete (self->markdown);

  if (!gtk_widget_get_visible (GTK_WIDGET (self->markdown)))
    return;
  gtk_widget_set_opacity (GTK_WIDGET (self->markdown), complete ? 1 : 0);
  gtk_widget_set_can_target (GTK_WIDGET (self->markdown), complete);
  if (!complete)
    return;
  gtk_widget_set_visible (GTK_WIDGET (self->text), FALSE);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->text), "", 0);
  self->shown = 0;
}

// The whole answer: Markdown where there is some and it is not too much. The text view goes on otherwise, at no cost.
static void
show_answer (MaqMessageRow *self)
{
  const char *content = maq_chat_message_get_content (self->message);
  gsize       length = maq_chat_message_get_length (self->message);

  if (length > LONG_ANSWER || !has_markup (content))
    {
      append_new_text (self);
      return;
    }
  maq_markdown_view_set_text (self->markdown, content);
  gtk_widget_set_visible (GTK_WIDGET (self->markdown), TRUE);
  gtk_widget_set_visible (self->answer, TRUE);
  show_markdown_if_complete (self);
}

static void
show_remedies (MaqMessageRow *self)
{
  MaqChatRemedy remedy = maq_chat_message_get_remedy (self->message);
  gboolean      can_retry = self->last && !self->futile && remedy == MAQ_CHAT_REMEDY_RETRY;
  gboolean      wants_new_chat = self->last && remedy == MAQ_CHAT_REMEDY_NEW_CHAT;

  gtk_widget_set_visible (self->try_again_button, can_retry);
  gtk_widget_set_visible (self->new_chat_button, wants_new_chat);
  gtk_widget_set_visible (self->library_button, self->model_gone);
  gtk_widget_set_visible (self->problem_buttons, can_retry || wants_new_chat || self->model_gone);
}

// What a screen reader says of the row: as much as one listens to before going into it.
static void
describe (MaqMessageRow *self)
{
  g_autofree char *start = g_utf8_truncate_middle (maq_chat_message_get_content (self->message), DESCRIPTION_LENGTH);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, start, -1);
}

static void
update (MaqMessageRow *self)
{
  gboolean    streaming = maq_chat_message_get_streaming (self->message);
  gboolean    empty = maq_chat_message_get_length (self->message) == 0;
  const char *error = maq_chat_message_get_error (self->message);
  const char *stats = maq_chat_message_get_stats (self->message);

  if (!streaming)
    describe (self);
  if (!is_answer (self))
    {
      show_question (self);
      return;
    }
  if (streaming)
    append_new_text (self);
  else
    show_answer (self);
  gtk_widget_set_visible (self->waiting, streaming && empty);
  gtk_widget_set_visible (self->problem, error != NULL);
  gtk_label_set_label (self->problem_label, error ? error : "");
  show_remedies (self);
  gtk_widget_set_visible (self->footer, !streaming && !empty);
  gtk_widget_set_visible (self->regenerate_button, self->last && error == NULL);
  gtk_label_set_label (self->stats_label, stats ? stats : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->stats_label), stats);
  if (self->was_streaming && !streaming)
    gtk_accessible_announce (GTK_ACCESSIBLE (self), error ? error : _ ("The answer is complete"), GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
  self->was_streaming = streaming;
}

static gboolean
show_copy_icon (gpointer data)
{
  MaqMessageRow *self = data;

  self->copied_source = 0;
  gtk_button_set_icon_name (self->copy_button, "edit-copy-symbolic");
  return G_SOURCE_REMOVE;
}

static void
copy_clicked_cb (MaqMessageRow *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), maq_chat_message_get_content (self->message));
  gtk_accessible_announce (GTK_ACCESSIBLE (self), _ ("Copied"), GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
  g_clear_handle_id (&self->copied_source, g_source_remove);
  gtk_button_set_icon_name (self->copy_button, "object-select-symbolic");
  self->copied_source = g_timeout_add (1200, show_copy_icon, self);
}

static void
maq_message_row_dispose (GObject *object)
{
  MaqMessageRow *self = MAQ_MESSAGE_ROW (object);

  if (self->tick)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  g_clear_handle_id (&self->copied_source, g_source_remove);
  g_clear_object (&self->message);
  // Before the template lets go of its children, of which the bin's is one.
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_MESSAGE_ROW);
  G_OBJECT_CLASS (maq_message_row_parent_class)->dispose (object);
}

static void
maq_message_row_class_init (MaqMessageRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = maq_message_row_dispose;
  g_type_ensure (MAQ_TYPE_MARKDOWN_VIEW);
  g_type_ensure (MAQ_TYPE_MESSAGE_TEXT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-message-row.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqMessageRow, question);
  gtk_widget_class_bind_template_child (widget_class, MaqMessageRow, waiting);
  gtk_widget_class_bind_template_child (widget_class, MaqMessageRow, waiting_label);
  gtk_widget_class_bind_template_child (widget_class, MaqMessageRow, waiting_progress);
  gtk_widget_class_bind_template_child (widget_class, MaqMessageRow, answer);
  gtk_widget_class_bind_template_child (widget_class, MaqMessageRow, text);
  gtk_widget_class_bind_template_child (widget_class, MaqMessageRow, markdown);
  gtk_widget_class_bind_template_child (widget_class, MaqMessageRow, problem);
  gtk_widget_class_bind_template_child (widget_class, MaqMessageRow, problem_label);
  gtk_widget_class_bind_template_child (widget_class, MaqMessageRow, problem_buttons);
  gtk_widget_class_bind_template_child (widget_class, MaqMessageRow, try_again_button);
  gtk_widget_class_bind_template_child (widget_class, MaqMessageRow, new_chat_button);
  gtk_widget_class_bind_template_child (widget_class, MaqMessageRow, library_button);
  gtk_widget_class_bind_template_child (widget_class, MaqMessageRow, footer);
  gtk_widget_class_bind_template_child (widget_class, MaqMessageRow, copy_button);
  gtk_widget_class_bind_template_child (widget_class, MaqMessageRow, regenerate_button);
  gtk_widget_class_bind_template_child (widget_class, MaqMessageRow, stats_label);
  gtk_widget_class_bind_template_callback (widget_class, copy_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_markdown_if_complete);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
}

static void
maq_message_row_init (MaqMessageRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_overlay_set_measure_overlay (GTK_OVERLAY (self->answer), GTK_WIDGET (self->markdown), TRUE);
  gtk_text_buffer_set_enable_undo (gtk_text_view_get_buffer (self->text), FALSE);
}

GtkWidget *
maq_message_row_new (MaqChatMessage *message)
{
  MaqMessageRow *self;
  const char    *name;

  g_return_val_if_fail (MAQ_IS_CHAT_MESSAGE (message), NULL);

  self = g_object_new (MAQ_TYPE_MESSAGE_ROW, NULL);
  self->message = g_object_ref (message);
  name = is_answer (self) ? _ ("Answer") : _ ("Question");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->text), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_object (message, "notify::content", G_CALLBACK (on_content), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (message, "notify::streaming", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (message, "notify::error", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (message, "notify::stats", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}

MaqChatMessage *
maq_message_row_get_message (MaqMessageRow *self)
{
  g_return_val_if_fail (MAQ_IS_MESSAGE_ROW (self), NULL);
  return self->message;
}

void
maq_message_row_set_last (MaqMessageRow *self, gboolean last)
{
  g_return_if_fail (MAQ_IS_MESSAGE_ROW (self));

  if (self->last == last)
    return;
  self->last = last;
  update (self);
}

void
maq_message_row_set_can_retry (MaqMessageRow *self, gboolean can_retry)
{
  g_return_if_fail (MAQ_IS_MESSAGE_ROW (self));

  if (self->futile == !can_retry)
    return;
  self->futile = !can_retry;
  update (self);
}

void
maq_message_row_set_waiting (MaqMessageRow *self, const char *text, double progress)
{
  g_return_if_fail (MAQ_IS_MESSAGE_ROW (self));

  gtk_label_set_label (self->waiting_label, text ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->waiting_progress), progress >= 0);
  gtk_progress_bar_set_fraction (self->waiting_progress, CLAMP (progress, 0, 1));
}

void
maq_message_row_set_model_gone (MaqMessageRow *self, gboolean gone)
{
  g_return_if_fail (MAQ_IS_MESSAGE_ROW (self));

  if (self->model_gone == gone)
    return;
  self->model_gone = gone;
  update (self);
}
