// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-chats-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "maq-answerer.h"
#include "maq-chat-view.h"
#include "maq-error-text.h"
#include "maq-focus-keeper.h"
#include "maq-future-slot.h"
#include "maq-library-entry.h"
#include "maq-status-stack.h"
#include "maq-units.h"
#include "maq-variant.h"

struct _MaqChatsPage
{
  AdwBin parent_instance;

  AdwToastOverlay        *toast_overlay;
  AdwNavigationSplitView *split_view;
  AdwNavigationPage      *content_page;
  AdwBanner              *problem_banner;
  MaqStatusStack         *list_stack;
  GtkListView            *list_view;
  GtkSingleSelection     *selection;
  MaqChatView            *chat_view;

  MaqChatStore   *store;
  MaqLibrary     *library;
  MaqForeignList *foreign;
  MaqAnswerer    *answerer;
  MaqFutureSlot   loading;
};

G_DEFINE_FINAL_TYPE (MaqChatsPage, maq_chats_page, ADW_TYPE_BIN)

static char *
describe_error (const GError *error, MaqChatRemedy *remedy)
{
  g_autoptr (MaqErrorText) text = maq_error_text_new (error);

  if (text == NULL)
    return NULL;
  if (g_error_matches (error, MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_TOO_LONG))
    *remedy = MAQ_CHAT_REMEDY_NEW_CHAT;
  return g_strdup (text->body);
}

// --- Closures of the list ---

static char *
chat_title (GtkListItem *item, const char *title)
{
  return g_strdup (title && *title ? title : _ ("New Chat"));
}

static char *
chat_subtitle (GtkListItem *item, gint64 updated, const char *label)
{
  g_autofree char *when = maq_format_relative_time (updated, g_get_real_time () / G_USEC_PER_SEC);
  const char      *slash = label ? strchr (label, '/') : NULL;

  return label ? g_strdup_printf ("%s · %s", when, slash && slash[1] ? slash + 1 : label) : g_steal_pointer (&when);
}

// --- State ---

static MaqChat *
get_selected (MaqChatsPage *self)
{
  return gtk_single_selection_get_selected_item (self->selection);
}

static void
update_states (MaqChatsPage *self)
{
  guint       n_chats = g_list_model_get_n_items (G_LIST_MODEL (self->store));
  const char *problem = maq_chat_store_get_problem (self->store);

  if (n_chats > 0)
    maq_status_stack_set_status (self->list_stack, MAQ_STATUS_CONTENT);
  else if (maq_chat_store_get_loaded (self->store) || problem)
    maq_status_stack_set_status (self->list_stack, MAQ_STATUS_EMPTY);
  else
    maq_status_stack_set_status (self->list_stack, MAQ_STATUS_LOADING);
  if (problem)
    {
      g_autofree char *title = g_strdup_printf (_ ("Chats are not being saved. %s"), problem);

      adw_banner_set_title (self->problem_banner, title);
    }
  adw_banner_set_revealed (self->problem_banner, problem != NULL);
}

static void
update_title (MaqChatsPage *self)
{
  MaqChat    *chat = get_selected (self);
  const char *title = chat ? maq_chat_get_title (chat) : NULL;

  adw_navigation_page_set_title (self->content_page, title && *title ? title : _ ("New Chat"));
}

static void
selection_changed_cb (MaqChatsPage *self)
{
  MaqChat *chat = get_selected (self);

  maq_chat_view_set_chat (self->chat_view, chat);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "chats.delete", chat != NULL);
  update_title (self);
}

static void
chat_activated_cb (MaqChatsPage *self, guint position)
{
  gtk_single_selection_set_selected (self->selection, position);
  adw_navigation_split_view_set_show_content (self->split_view, TRUE);
  maq_chat_view_focus_composer (self->chat_view);
}

static void
select_chat (MaqChatsPage *self, MaqChat *chat)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->store)); i++)
    {
      g_autoptr (MaqChat) item = g_list_model_get_item (G_LIST_MODEL (self->store), i);

      if (item == chat)
        gtk_single_selection_set_selected (self->selection, i);
    }
}

static void
loaded_cb (gpointer object, DexFuture *future)
{
  MaqChatsPage *self = object;

  // What went wrong is in the store's problem.
  if (get_selected (self) == NULL && g_list_model_get_n_items (G_LIST_MODEL (self->store)) > 0)
    gtk_single_selection_set_selected (self->selection, 0);
  // Where only one of the two fits, how to begin says more than an empty list.
  if (g_list_model_get_n_items (G_LIST_MODEL (self->store)) == 0)
    adw_navigation_split_view_set_show_content (self->split_view, TRUE);
  update_states (self);
}

static void
set_aside_cb (MaqChatsPage *self)
{
  maq_future_slot_set (&self->loading, maq_chat_store_set_aside (self->store), self, loaded_cb);
}

// --- New and deleted chats ---

// The model of the last chat whose weights are still here, else what the library would choose, else what another program has.
static void
choose_model (MaqChatsPage *self, char **label, char **path)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->store)); i++)
    {
      g_autoptr (MaqChat) chat = g_list_model_get_item (G_LIST_MODEL (self->store), i);
      const char *used = maq_chat_get_model_path (chat);

      if (used && g_file_test (used, G_FILE_TEST_EXISTS))
        {
          *label = g_strdup (maq_chat_get_model_label (chat));
          *path = g_strdup (used);
          return;
        }
    }
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->library)); i++)
    {
      g_autoptr (MaqLibraryItem) item = g_list_model_get_item (G_LIST_MODEL (self->library), i);
      const MaqVariant *variant = maq_variants_get_default (maq_library_item_get_variants (item));

      if (variant)
        {
          *label = g_strdup_printf ("%s:%s", maq_library_item_get_id (item), variant->label);
          *path = g_strdup (variant->paths[0]);
          return;
        }
    }
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->foreign)); i++)
    {
      g_autoptr (MaqForeignItem) item = g_list_model_get_item (G_LIST_MODEL (self->foreign), i);

      if (maq_library_entry_get_chat (item, label, path))
        return;
    }
}

static MaqChat *
find_empty_chat (MaqChatsPage *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->store)); i++)
    {
      g_autoptr (MaqChat) chat = g_list_model_get_item (G_LIST_MODEL (self->store), i);

      if (maq_chat_get_loaded (chat) && g_list_model_get_n_items (G_LIST_MODEL (chat)) == 0)
        return chat;
    }
  return NULL;
}

void
maq_chats_page_open_new_chat (MaqChatsPage *self, const char *label, const char *path)
{
  MaqChat         *chat;
  g_autofree char *chosen_label = g_strdup (label);
  g_autofree char *chosen_path = g_strdup (path);

  g_return_if_fail (MAQ_IS_CHATS_PAGE (self));

  if (path == NULL)
    choose_model (self, &chosen_label, &chosen_path);
  // One chat nothing was said in is enough.
  chat = find_empty_chat (self);
  if (chat == NULL)
    chat = maq_chat_store_add (self->store);
  maq_chat_set_model (chat, chosen_label, chosen_path);
  select_chat (self, chat);
  adw_navigation_split_view_set_show_content (self->split_view, TRUE);
  maq_chat_view_focus_composer (self->chat_view);
}

void
maq_chats_page_focus (MaqChatsPage *self)
{
  g_return_if_fail (MAQ_IS_CHATS_PAGE (self));

  if (adw_navigation_split_view_get_collapsed (self->split_view) && !adw_navigation_split_view_get_show_content (self->split_view))
    maq_focus_content (GTK_WIDGET (adw_navigation_split_view_get_sidebar (self->split_view)));
  else if (get_selected (self) != NULL)
    maq_chat_view_focus_composer (self->chat_view);
  else
    maq_focus_content (GTK_WIDGET (self->content_page));
}

gboolean
maq_chats_page_go_back (MaqChatsPage *self)
{
  g_return_val_if_fail (MAQ_IS_CHATS_PAGE (self), FALSE);

  if (!adw_navigation_split_view_get_collapsed (self->split_view) || !adw_navigation_split_view_get_show_content (self->split_view))
    return FALSE;
  adw_navigation_split_view_set_show_content (self->split_view, FALSE);
  return TRUE;
}

static void
new_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  maq_chats_page_open_new_chat (MAQ_CHATS_PAGE (widget), NULL, NULL);
}

static void
undo_cb (MaqChat *chat, AdwToast *toast)
{
  MaqChatsPage *self = g_object_get_data (G_OBJECT (toast), "page");

  maq_chat_store_restore (self->store, chat);
  select_chat (self, chat);
}

static void
delete_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MaqChatsPage *self = MAQ_CHATS_PAGE (widget);
  g_autoptr (MaqChat) chat = NULL;
  AdwToast *toast;
  guint     position;

  if (get_selected (self) == NULL)
    return;
  chat = g_object_ref (get_selected (self));
  position = gtk_single_selection_get_selected (self->selection);
  maq_answerer_stop (self->answerer, chat);
  maq_chat_store_remove (self->store, chat);
  adw_navigation_split_view_set_show_content (self->split_view, FALSE);
  if (g_list_model_get_n_items (G_LIST_MODEL (self->store)) > 0)
    gtk_single_selection_set_selected (self->selection, MIN (position, g_list_model_get_n_items (G_LIST_MODEL (self->store)) - 1));

  // The chat of which nothing is stored needs no way back.
  if (g_list_model_get_n_items (G_LIST_MODEL (chat)) == 0 && maq_chat_get_loaded (chat))
    return;
  toast = adw_toast_new (_ ("Chat deleted"));
  adw_toast_set_button_label (toast, _ ("Undo"));
  g_object_set_data (G_OBJECT (toast), "page", self);
  g_signal_connect_object (toast, "button-clicked", G_CALLBACK (undo_cb), chat, G_CONNECT_SWAPPED);
  // The toast keeps what it can bring back.
  g_object_set_data_full (G_OBJECT (toast), "chat", g_object_ref (chat), g_object_unref);
  adw_toast_overlay_add_toast (self->toast_overlay, toast);
}

static void
maq_chats_page_dispose (GObject *object)
{
  MaqChatsPage *self = MAQ_CHATS_PAGE (object);

  maq_future_slot_clear (&self->loading);
  // Before the template lets go of its children, of which the bin's is one.
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_CHATS_PAGE);
  if (self->answerer)
    g_object_run_dispose (G_OBJECT (self->answerer));
  g_clear_object (&self->answerer);
  g_clear_object (&self->foreign);
  g_clear_object (&self->library);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (maq_chats_page_parent_class)->dispose (object);
}

static void
maq_chats_page_class_init (MaqChatsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = maq_chats_page_dispose;
  g_type_ensure (MAQ_TYPE_CHAT_VIEW);
  g_type_ensure (MAQ_TYPE_STATUS_STACK);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-chats-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqChatsPage, toast_overlay);
  gtk_widget_class_bind_template_child (widget_class, MaqChatsPage, split_view);
  gtk_widget_class_bind_template_child (widget_class, MaqChatsPage, content_page);
  gtk_widget_class_bind_template_child (widget_class, MaqChatsPage, problem_banner);
  gtk_widget_class_bind_template_child (widget_class, MaqChatsPage, list_stack);
  gtk_widget_class_bind_template_child (widget_class, MaqChatsPage, list_view);
  gtk_widget_class_bind_template_child (widget_class, MaqChatsPage, selection);
  gtk_widget_class_bind_template_child (widget_class, MaqChatsPage, chat_view);
  gtk_widget_class_bind_template_callback (widget_class, chat_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, chat_subtitle);
  gtk_widget_class_bind_template_callback (widget_class, chat_title);
  gtk_widget_class_bind_template_callback (widget_class, selection_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, set_aside_cb);
  gtk_widget_class_install_action (widget_class, "chats.new", NULL, new_action);
  gtk_widget_class_install_action (widget_class, "chats.delete", NULL, delete_action);
}

static void
maq_chats_page_init (MaqChatsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "chats.delete", FALSE);
}

GtkWidget *
maq_chats_page_new (MaqChatStore *store, MaqLibrary *library, MaqForeignList *foreign, MaqEngine *engine)
{
  MaqChatsPage *self;

  g_return_val_if_fail (MAQ_IS_CHAT_STORE (store), NULL);
  g_return_val_if_fail (MAQ_IS_LIBRARY (library), NULL);
  g_return_val_if_fail (MAQ_IS_FOREIGN_LIST (foreign), NULL);
  g_return_val_if_fail (MAQ_IS_ENGINE (engine), NULL);

  self = g_object_new (MAQ_TYPE_CHATS_PAGE, NULL);
  self->store = g_object_ref (store);
  self->library = g_object_ref (library);
  self->foreign = g_object_ref (foreign);
  self->answerer = maq_answerer_new (engine, describe_error);
  maq_chat_view_set_source (self->chat_view, library, foreign, self->answerer);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (store));
  g_signal_connect_object (store, "items-changed", G_CALLBACK (update_states), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (store, "items-changed", G_CALLBACK (update_title), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (store, "notify::loaded", G_CALLBACK (update_states), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (store, "notify::problem", G_CALLBACK (update_states), self, G_CONNECT_SWAPPED);
  update_states (self);
  maq_future_slot_set (&self->loading, maq_chat_store_load (store), self, loaded_cb);
  return GTK_WIDGET (self);
}

MaqSessionPool *
maq_chats_page_get_pool (MaqChatsPage *self)
{
  g_return_val_if_fail (MAQ_IS_CHATS_PAGE (self), NULL);

  return maq_answerer_get_pool (self->answerer);
}
