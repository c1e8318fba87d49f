// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-chat-view.h"

#include <glib/gi18n.h>

#include "maq-composer.h"
#include "maq-error-text.h"
#include "maq-future-slot.h"
#include "maq-message-row.h"
#include "maq-model-picker.h"
#include "maq-stack-pages.h"
#include "maq-status-stack.h"

// A stock list keeps some 200 rows alive and does not know their heights, which is too slow for tall rows. Here a plain box holds
// the rows of the messages from `first` on; it grows upwards by PAGE_SIZE as one scrolls up.
//
//   messages of the chat   0 … first … n-1
//   rows in the box            first … n-1

#define PAGE_SIZE 30
// Closer to an end than this, in pixels, counts as being there.
#define NEAR 40

struct _MaqChatView
{
  AdwBin parent_instance;

  MaqModelPicker    *picker;
  GtkStack          *stack;
  AdwStatusPage     *none_page;
  GtkButton         *none_button;
  MaqStatusStack    *status_stack;
  GtkScrolledWindow *scroller;
  GtkWidget         *earlier_button;
  GtkBox            *messages;
  MaqComposer       *composer;

  MaqLibrary     *library;
  MaqForeignList *foreign;
  MaqAnswerer    *answerer;
  MaqSession     *session; // the one whose loading the last row shows
  MaqChat        *chat;
  GSignalGroup   *chat_signals;
  MaqFutureSlot   loading;
  guint           first;

  gboolean at_end;
  gboolean keep_distance; // rows were put in above: hold the place
  double   distance;      // from the end
  guint    scroll_tick;
};

typedef enum
{
  PROP_CHAT = 1,
  PROP_HAS_CHAT,
} MaqChatViewProperty;

static GParamSpec *properties[PROP_HAS_CHAT + 1];

G_DEFINE_FINAL_TYPE (MaqChatView, maq_chat_view, ADW_TYPE_BIN)

static guint
get_n_messages (MaqChatView *self)
{
  return self->chat ? g_list_model_get_n_items (G_LIST_MODEL (self->chat)) : 0;
}

static MaqMessageRow *
get_last_row (MaqChatView *self)
{
  GtkWidget *row = gtk_widget_get_last_child (GTK_WIDGET (self->messages));

  return row ? MAQ_MESSAGE_ROW (row) : NULL;
}

// --- What the last answer waits for ---

static gboolean
is_model_gone (MaqChatView *self)
{
  const char *path = maq_chat_get_model_path (self->chat);

  return path && !g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
update_waiting (MaqChatView *self)
{
  MaqMessageRow *row = get_last_row (self);

  if (row == NULL || !maq_chat_get_answering (self->chat))
    return;
  if (self->session && maq_session_get_state (self->session) == MAQ_SESSION_LOADING)
    {
      double progress = maq_session_get_progress (self->session);

      maq_message_row_set_waiting (row, _ ("Loading the model…"), progress);
    }
  else if (self->session)
    maq_message_row_set_waiting (row, _ ("Reading the conversation…"), -1);
  else
    maq_message_row_set_waiting (row, _ ("Waiting for another chat…"), -1);
}

static void
on_pool_changed (MaqChatView *self)
{
  MaqSession *session = NULL;

  if (self->chat && self->answerer)
    session = maq_session_pool_find (maq_answerer_get_pool (self->answerer), maq_chat_get_model_path (self->chat));
  if (session != self->session)
    {
      if (self->session)
        g_signal_handlers_disconnect_by_data (self->session, self);
      g_set_object (&self->session, session);
      if (session)
        g_signal_connect_object (session, "notify::progress", G_CALLBACK (update_waiting), self, G_CONNECT_SWAPPED);
    }
  update_waiting (self);
}

static void
on_answering (MaqChatView *self)
{
  gboolean answering = self->chat && maq_chat_get_answering (self->chat);

  maq_composer_set_answering (self->composer, answering);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "chat.stop", answering);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "chat.regenerate", self->chat && !answering);
  if (answering)
    on_pool_changed (self);
  else if (self->chat && get_last_row (self) && maq_chat_message_get_error (maq_message_row_get_message (get_last_row (self))))
    {
      maq_message_row_set_model_gone (get_last_row (self), is_model_gone (self));
      maq_message_row_set_can_retry (get_last_row (self), maq_chat_can_retry (self->chat));
    }
}

// --- Rows ---

static gboolean
scroll (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  MaqChatView   *self = MAQ_CHAT_VIEW (widget);
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  double         upper = gtk_adjustment_get_upper (adjustment);

  self->scroll_tick = 0;
  if (self->keep_distance)
    gtk_adjustment_set_value (adjustment, upper - self->distance);
  else if (self->at_end)
    gtk_adjustment_set_value (adjustment, upper);
  self->keep_distance = FALSE;
  return G_SOURCE_REMOVE;
}

// The content got taller or shorter, or the view did. That is told in the middle of a layout, where scrolling would be lost.
static void
on_size_changed (MaqChatView *self)
{
  if (self->scroll_tick == 0 && (self->keep_distance || self->at_end))
    self->scroll_tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), scroll, NULL, NULL);
}

static GtkWidget *
make_row (MaqChatView *self, guint position)
{
  g_autoptr (MaqChatMessage) message = g_list_model_get_item (G_LIST_MODEL (self->chat), position);

  return maq_message_row_new (message);
}

static void
update_frame (MaqChatView *self)
{
  guint n_messages = get_n_messages (self);

  gtk_widget_set_visible (self->earlier_button, self->first > 0);
  if (self->chat && maq_chat_get_loaded (self->chat))
    maq_status_stack_set_status (self->status_stack, n_messages > 0 ? MAQ_STATUS_CONTENT : MAQ_STATUS_EMPTY);
  for (GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (self->messages)); row; row = gtk_widget_get_next_sibling (row))
    maq_message_row_set_last (MAQ_MESSAGE_ROW (row), gtk_widget_get_next_sibling (row) == NULL);
}

static void
show_earlier (MaqChatView *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  guint          first = self->first > PAGE_SIZE ? self->first - PAGE_SIZE : 0;
  gboolean       had_focus = gtk_widget_has_focus (self->earlier_button);

  if (self->first == 0)
    return;
  self->distance = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_value (adjustment);
  self->keep_distance = TRUE;
  while (self->first > first)
    gtk_box_prepend (self->messages, make_row (self, --self->first));
  update_frame (self);
  if (had_focus && self->first == 0)
    maq_composer_focus (self->composer);
}

static void
earlier_clicked_cb (MaqChatView *self)
{
  show_earlier (self);
}

static void
on_scrolled (MaqChatView *self, GtkAdjustment *adjustment)
{
  double value = gtk_adjustment_get_value (adjustment);
  double page = gtk_adjustment_get_page_size (adjustment);
  double upper = gtk_adjustment_get_upper (adjustment);

  self->at_end = value >= upper - page - NEAR;
  if (value < NEAR && upper > page && self->first > 0 && !self->keep_distance && !self->at_end)
    show_earlier (self);
}

// Messages come and go at the end only.
static void
on_messages_changed (MaqChatView *self, guint position, guint n_removed, guint n_added)
{
  if (position == 0 && n_removed == 0 && n_added > PAGE_SIZE)
    self->first = n_added - PAGE_SIZE;
  for (guint end = position + n_removed; end > MAX (position, self->first); end--)
    gtk_box_remove (self->messages, gtk_widget_get_last_child (GTK_WIDGET (self->messages)));
  if (n_removed > 0)
    self->first = MIN (self->first, position);
  for (guint i = MAX (position, self->first); i < position + n_added; i++)
    gtk_box_append (self->messages, make_row (self, i));
  update_frame (self);
  if (n_added > 0)
    self->at_end = TRUE;
}

// --- Loading ---

static void
loaded_cb (gpointer object, DexFuture *future)
{
  MaqChatView *self = object;
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqErrorText) text = NULL;

  if (dex_future_get_value (future, &error))
    {
      update_frame (self);
      on_answering (self);
      return;
    }
  text = maq_error_text_new (error);
  if (text == NULL)
    return;
  maq_status_stack_set_problem (self->status_stack, text->title, text->body, text->can_retry);
  maq_status_stack_set_status (self->status_stack, MAQ_STATUS_ERROR);
}

static void
load (MaqChatView *self)
{
  if (!maq_chat_get_loaded (self->chat))
    maq_status_stack_set_status (self->status_stack, MAQ_STATUS_LOADING);
  maq_future_slot_set (&self->loading, maq_chat_load (self->chat), self, loaded_cb);
}

static void
retry_cb (MaqChatView *self)
{
  if (self->chat)
    load (self);
}

// --- Without a chat ---

static gboolean
has_models (MaqChatView *self)
{
  for (guint i = 0; self->library && i < g_list_model_get_n_items (G_LIST_MODEL (self->library)); i++)
    {
      g_autoptr (MaqLibraryItem) item = g_list_model_get_item (G_LIST_MODEL (self->library), i);

      if (maq_library_item_get_variants (item)->len > 0)
        return TRUE;
    }
  for (guint i = 0; self->foreign && i < g_list_model_get_n_items (G_LIST_MODEL (self->foreign)); i++)
    {
      g_autoptr (MaqForeignItem) item = g_list_model_get_item (G_LIST_MODEL (self->foreign), i);

      if (maq_foreign_item_is_usable (item))
        return TRUE;
    }
  return FALSE;
}

// The target goes with the name: in between, the button has none.
static void
set_none_page (MaqChatView *self, const char *title, const char *description, const char *button, const char *action, GVariant *target)
{
  adw_status_page_set_title (self->none_page, title);
  adw_status_page_set_description (self->none_page, description);
  gtk_button_set_label (self->none_button, button);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->none_button), NULL);
  gtk_actionable_set_action_target_value (GTK_ACTIONABLE (self->none_button), target);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->none_button), action);
}

static void
update_none_page (MaqChatView *self)
{
  if (has_models (self))
    set_none_page (self, _ ("Chat With a Model"), _ ("The model runs on this computer, and what you write stays here."), _ ("New Chat"), "chats.new", NULL);
  else
    set_none_page (self, _ ("No Models"), _ ("Download a model from the Hub, then chat with it here."), _ ("Find Models"), "win.show-page", g_variant_new_string ("models"));
}

// --- What the user does ---

static void
send_cb (MaqChatView *self, const char *text)
{
  if (self->chat == NULL || !maq_chat_get_loaded (self->chat) || maq_chat_get_answering (self->chat))
    {
      maq_composer_set_text (self->composer, text);
      return;
    }
  maq_chat_add_message (self->chat, "user", text);
  maq_answerer_answer (self->answerer, self->chat);
}

static void
recall_cb (MaqChatView *self)
{
  for (guint i = get_n_messages (self); i-- > 0;)
    {
      g_autoptr (MaqChatMessage) message = g_list_model_get_item (G_LIST_MODEL (self->chat), i);

      if (!g_str_equal (maq_chat_message_get_role (message), "user"))
        continue;
      maq_composer_set_text (self->composer, maq_chat_message_get_content (message));
      return;
    }
}

static void
model_chosen_cb (MaqChatView *self, const char *label, const char *path)
{
  if (self->chat == NULL)
    return;
  maq_chat_set_model (self->chat, label, path);
  if (get_last_row (self))
    {
      maq_message_row_set_model_gone (get_last_row (self), FALSE);
      maq_message_row_set_can_retry (get_last_row (self), maq_chat_can_retry (self->chat));
    }
  maq_composer_focus (self->composer);
}

static void
stop_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MaqChatView *self = MAQ_CHAT_VIEW (widget);

  if (self->chat)
    maq_answerer_stop (self->answerer, self->chat);
}

static void
regenerate_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MaqChatView   *self = MAQ_CHAT_VIEW (widget);
  MaqMessageRow *row = get_last_row (self);

  if (row == NULL || maq_chat_get_answering (self->chat))
    return;
  if (!g_str_equal (maq_chat_message_get_role (maq_message_row_get_message (row)), "user"))
    maq_chat_rewind (self->chat, maq_message_row_get_message (row));
  maq_answerer_answer (self->answerer, self->chat);
  maq_composer_focus (self->composer);
}

// --- Object ---

static void
maq_chat_view_dispose (GObject *object)
{
  MaqChatView *self = MAQ_CHAT_VIEW (object);

  if (self->scroll_tick)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->scroll_tick);
  self->scroll_tick = 0;
  maq_future_slot_clear (&self->loading);
  g_clear_object (&self->chat_signals);
  g_clear_object (&self->session);
  g_clear_object (&self->chat);
  g_clear_object (&self->answerer);
  g_clear_object (&self->library);
  g_clear_object (&self->foreign);
  // Before the template lets go of its children, of which the bin's is one.
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_CHAT_VIEW);
  G_OBJECT_CLASS (maq_chat_view_parent_class)->dispose (object);
}

static void
maq_chat_view_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MaqChatView *self = MAQ_CHAT_VIEW (object);

  switch ((MaqChatViewProperty) prop_id)
    {
    case PROP_CHAT:
      g_value_set_object (value, self->chat);
      break;
    case PROP_HAS_CHAT:
      g_value_set_boolean (value, self->chat != NULL);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_chat_view_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_CHAT)
    maq_chat_view_set_chat (MAQ_CHAT_VIEW (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
maq_chat_view_class_init (MaqChatViewClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GParamFlags     flags = G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = maq_chat_view_dispose;
  object_class->get_property = maq_chat_view_get_property;
  object_class->set_property = maq_chat_view_set_property;
  properties[PROP_CHAT] = g_param_spec_object ("chat", NULL, NULL, MAQ_TYPE_CHAT, G_PARAM_READWRITE | flags);
  properties[PROP_HAS_CHAT] = g_param_spec_boolean ("has-chat", NULL, NULL, FALSE, G_PARAM_READABLE | flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  g_type_ensure (MAQ_TYPE_CHAT);
  g_type_ensure (MAQ_TYPE_COMPOSER);
  g_type_ensure (MAQ_TYPE_MODEL_PICKER);
  g_type_ensure (MAQ_TYPE_STATUS_STACK);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-chat-view.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqChatView, picker);
  gtk_widget_class_bind_template_child (widget_class, MaqChatView, stack);
  gtk_widget_class_bind_template_child (widget_class, MaqChatView, none_page);
  gtk_widget_class_bind_template_child (widget_class, MaqChatView, none_button);
  gtk_widget_class_bind_template_child (widget_class, MaqChatView, status_stack);
  gtk_widget_class_bind_template_child (widget_class, MaqChatView, scroller);
  gtk_widget_class_bind_template_child (widget_class, MaqChatView, earlier_button);
  gtk_widget_class_bind_template_child (widget_class, MaqChatView, messages);
  gtk_widget_class_bind_template_child (widget_class, MaqChatView, composer);
  gtk_widget_class_bind_template_callback (widget_class, earlier_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, model_chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, recall_cb);
  gtk_widget_class_bind_template_callback (widget_class, retry_cb);
  gtk_widget_class_bind_template_callback (widget_class, send_cb);

  gtk_widget_class_install_action (widget_class, "chat.stop", NULL, stop_action);
  gtk_widget_class_install_action (widget_class, "chat.regenerate", NULL, regenerate_action);
}

static void
maq_chat_view_init (MaqChatView *self)
{
  GtkAdjustment *adjustment;

  gtk_widget_init_template (GTK_WIDGET (self));
  maq_stack_pages_hide_others (GTK_WIDGET (self->stack));
  self->at_end = TRUE;
  self->chat_signals = g_signal_group_new (MAQ_TYPE_CHAT);
  g_signal_group_connect_swapped (self->chat_signals, "items-changed", G_CALLBACK (on_messages_changed), self);
  g_signal_group_connect_swapped (self->chat_signals, "notify::answering", G_CALLBACK (on_answering), self);
  g_signal_group_connect_swapped (self->chat_signals, "notify::model-path", G_CALLBACK (on_pool_changed), self);
  adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (on_size_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (on_scrolled), self, G_CONNECT_SWAPPED);
  on_answering (self);
  update_none_page (self);
}

void
maq_chat_view_set_source (MaqChatView *self, MaqLibrary *library, MaqForeignList *foreign, MaqAnswerer *answerer)
{
  g_return_if_fail (MAQ_IS_CHAT_VIEW (self));
  g_return_if_fail (self->answerer == NULL);

  self->library = g_object_ref (library);
  self->foreign = g_object_ref (foreign);
  self->answerer = g_object_ref (answerer);
  maq_model_picker_set_source (self->picker, library, foreign, maq_answerer_get_pool (answerer));
  g_signal_connect_object (library, "items-changed", G_CALLBACK (update_none_page), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (foreign, "items-changed", G_CALLBACK (update_none_page), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (maq_answerer_get_pool (answerer), "changed", G_CALLBACK (on_pool_changed), self, G_CONNECT_SWAPPED);
  update_none_page (self);
}

MaqChat *
maq_chat_view_get_chat (MaqChatView *self)
{
  g_return_val_if_fail (MAQ_IS_CHAT_VIEW (self), NULL);
  return self->chat;
}

void
maq_chat_view_set_chat (MaqChatView *self, MaqChat *chat)
{
  GtkWidget *row;
  guint      n_messages;

  g_return_if_fail (MAQ_IS_CHAT_VIEW (self));
  g_return_if_fail (chat == NULL || MAQ_IS_CHAT (chat));

  if (self->chat == chat)
    return;
  maq_future_slot_clear (&self->loading);
  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->messages))))
    gtk_box_remove (self->messages, row);
  self->first = 0;
  self->at_end = TRUE;
  self->keep_distance = FALSE;
  g_set_object (&self->chat, chat);
  g_signal_group_set_target (self->chat_signals, chat);
  maq_composer_set_text (self->composer, "");
  n_messages = get_n_messages (self);
  if (n_messages > 0)
    on_messages_changed (self, 0, 0, n_messages);
  gtk_stack_set_visible_child_name (self->stack, chat ? "chat" : "none");
  on_pool_changed (self);
  on_answering (self);
  if (chat)
    load (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CHAT]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HAS_CHAT]);
}

void
maq_chat_view_focus_composer (MaqChatView *self)
{
  g_return_if_fail (MAQ_IS_CHAT_VIEW (self));
  maq_composer_focus (self->composer);
}
