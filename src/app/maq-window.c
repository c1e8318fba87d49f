// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-window.h"

#include <glib/gi18n.h>

#include "maq-chats-page.h"
#include "maq-error-text.h"
#include "maq-focus-keeper.h"
#include "maq-future-slot.h"
#include "maq-inspect-page.h"
#include "maq-inspect.h"
#include "maq-library-page.h"
#include "maq-menu-names.h"
#include "maq-models-page.h"
#include "maq-places.h"
#include "maq-repo-page.h"
#include "maq-sidebar.h"
#include "maq-stack-pages.h"
#include "maq-transfers-page.h"
#include "maq-variant.h"

static const char *const MODEL_SUFFIXES[] = { "gguf", "safetensors", "json", "jinja" };

struct _MaqWindow
{
  AdwApplicationWindow parent_instance;

  AdwNavigationSplitView *split_view;
  AdwNavigationPage      *content_page;
  AdwToastOverlay        *toast_overlay;
  AdwViewStack           *stack;
  MaqSidebar             *sidebar;
  GtkDropTarget          *drop_target;
  MaqModelsPage          *models_page;
  MaqLibraryPage         *library_page;
  MaqChatsPage           *chats_page;

  MaqApplication *application; // it outlives its windows
  GPtrArray      *pending;     // addresses to open once the Hub is ready; NULL from then on
};

G_DEFINE_FINAL_TYPE (MaqWindow, maq_window, ADW_TYPE_APPLICATION_WINDOW)

static AdwNavigationView *
get_navigation_view (MaqWindow *self)
{
  GtkWidget *child = adw_view_stack_get_visible_child (self->stack);
  return ADW_IS_NAVIGATION_VIEW (child) ? ADW_NAVIGATION_VIEW (child) : NULL;
}

static void
focus_content (MaqWindow *self)
{
  AdwNavigationView *view = get_navigation_view (self);

  if (view != NULL)
    maq_focus_content (GTK_WIDGET (adw_navigation_view_get_visible_page (view)));
  else
    maq_chats_page_focus (self->chats_page);
}

static void
show_place (MaqWindow  *self,
            const char *place)
{
  maq_sidebar_set_place (self->sidebar, place);
  adw_navigation_split_view_set_show_content (self->split_view, TRUE);
}

static void
sidebar_activated_cb (MaqWindow *self)
{
  adw_navigation_split_view_set_show_content (self->split_view, TRUE);
  focus_content (self);
}

// Where nothing beside what had the focus can have it.
static void
focus_lost_cb (GtkWindow *window)
{
  focus_content (MAQ_WINDOW (window));
}

static void
place_changed_cb (MaqWindow *self)
{
  const char *place = maq_sidebar_get_place (self->sidebar);

  // While the template is built there are no pages yet.
  if (place == NULL || adw_view_stack_get_child_by_name (self->stack, place) == NULL)
    return;
  adw_view_stack_set_visible_child_name (self->stack, place);
  AdwViewStackPage *page = adw_view_stack_get_page (self->stack, adw_view_stack_get_visible_child (self->stack));
  adw_navigation_page_set_title (self->content_page, adw_view_stack_page_get_title (page));
}

static AdwToast *
add_toast (MaqWindow  *self,
           const char *title)
{
  AdwToast *toast = adw_toast_new (title);
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_overlay_add_toast (self->toast_overlay, toast);
  return toast;
}

void
maq_window_warn (MaqWindow  *self,
                 const char *text)
{
  g_return_if_fail (MAQ_IS_WINDOW (self));

  AdwToast *toast = add_toast (self, text);
  adw_toast_set_timeout (toast, 0);
  adw_toast_set_button_label (toast, _ ("_Preferences"));
  adw_toast_set_action_name (toast, "app.preferences");
}

static void
open_address (MaqWindow            *self,
              const MaqRepoAddress *address)
{
  // From a place with pages of its own the repo is pushed there, so that Back leads where one came from.
  if (get_navigation_view (self) == NULL)
    show_place (self, "models");

  AdwNavigationView *view = get_navigation_view (self);
  AdwNavigationPage *visible = adw_navigation_view_get_visible_page (view);
  if (MAQ_IS_REPO_PAGE (visible))
    {
      const MaqRepoAddress *shown = maq_repo_page_get_address (MAQ_REPO_PAGE (visible));
      if (shown->kind == address->kind && g_str_equal (shown->id, address->id))
        return;
    }
  adw_navigation_view_push (view,
                            ADW_NAVIGATION_PAGE (maq_repo_page_new (maq_application_get_client (self->application),
                                                                    maq_application_get_cache (self->application),
                                                                    maq_application_get_transfers (self->application),
                                                                    maq_application_get_library (self->application),
                                                                    address)));
  adw_navigation_split_view_set_show_content (self->split_view, TRUE);
}

// TEXT: the path of a file or the hf:// address of one.
static void
inspect (MaqWindow  *self,
         const char *text)
{
  gboolean is_path = g_path_is_absolute (text);
  g_autoptr (MaqRepoAddress) address = is_path ? NULL : maq_repo_address_parse (text, MAQ_REPO_KIND_MODEL, NULL, NULL);

  if (!is_path && (address == NULL || address->path == NULL))
    return;
  if (get_navigation_view (self) == NULL)
    show_place (self, is_path ? "library" : "models");

  AdwNavigationView *view = get_navigation_view (self);
  AdwNavigationPage *visible = adw_navigation_view_get_visible_page (view);
  if (!MAQ_IS_INSPECT_PAGE (visible) || !maq_inspect_page_shows (MAQ_INSPECT_PAGE (visible), text))
    adw_navigation_view_push (view,
                              ADW_NAVIGATION_PAGE (is_path ? maq_inspect_page_new_for_path (text)
                                                           : maq_inspect_page_new_for_address (maq_application_get_client (self->application),
                                                                                               maq_application_get_cache (self->application),
                                                                                               address)));
  adw_navigation_split_view_set_show_content (self->split_view, TRUE);
}

static void
open_chat (MaqWindow  *self,
           const char *label,
           const char *path)
{
  show_place (self, "chats");
  maq_chats_page_open_new_chat (self->chats_page, label, path);
}

typedef struct
{
  MaqWindow *window; // weak
  char      *path;
} Opening;

static void
opening_free (gpointer data)
{
  Opening *self = data;

  g_clear_weak_pointer (&self->window);
  g_free (self->path);
  g_free (self);
}

// What has no words to speak with, as the second file of several or the eyes of a model, cannot be chatted with.
static gboolean
can_chat (MaqInspection *inspection)
{
  return inspection->kind == MAQ_INSPECT_GGUF && inspection->tokenizer != NULL && maq_inspection_get_n_tensors (inspection) > 0;
}

static DexFuture *
looked_into_cb (DexFuture *future,
                gpointer   data)
{
  Opening       *opening = data;
  MaqInspection *inspection = maq_future_get_boxed (future, NULL);

  if (opening->window == NULL)
    return NULL;
  if (inspection != NULL && can_chat (inspection))
    {
      g_autofree char *label = g_filename_display_basename (opening->path);
      open_chat (opening->window, label, opening->path);
    }
  else
    // What is wrong with a file is said there, too.
    inspect (opening->window, opening->path);
  return NULL;
}

// A model opens a chat, from where it can be looked into; anything else is looked into at once.
static void
open_file (MaqWindow  *self,
           const char *path)
{
  Opening *opening = g_new0 (Opening, 1);

  g_set_weak_pointer (&opening->window, self);
  opening->path = g_strdup (path);
  // It ends by itself, and knows whether the window is still there.
  dex_future_disown (dex_future_finally (maq_inspect_open (path), looked_into_cb, opening, opening_free));
}

static void
open_gfile (MaqWindow *self,
            GFile     *file)
{
  g_autofree char *path = g_file_get_path (file);

  if (path != NULL)
    open_file (self, path);
  else
    add_toast (self, _ ("Only files on this computer can be opened"));
}

static void
files_chosen_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      data)
{
  g_autoptr (MaqWindow) self = data;
  // The only error there is: nothing was chosen.
  g_autoptr (GListModel) files = gtk_file_dialog_open_multiple_finish (GTK_FILE_DIALOG (source), result, NULL);

  for (guint i = 0; files != NULL && i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);
      open_gfile (self, file);
    }
}

static GListModel *
make_filters (void)
{
  GListStore *filters = g_list_store_new (GTK_TYPE_FILE_FILTER);
  g_autoptr (GtkFileFilter) models = gtk_file_filter_new ();
  g_autoptr (GtkFileFilter) all = gtk_file_filter_new ();

  gtk_file_filter_set_name (models, _ ("Model Files"));
  for (guint i = 0; i < G_N_ELEMENTS (MODEL_SUFFIXES); i++)
    gtk_file_filter_add_suffix (models, MODEL_SUFFIXES[i]);
  gtk_file_filter_set_name (all, _ ("All Files"));
  gtk_file_filter_add_pattern (all, "*");
  g_list_store_append (filters, models);
  g_list_store_append (filters, all);
  return G_LIST_MODEL (filters);
}

static void
open_file_action (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GListModel) filters = make_filters ();

  gtk_file_dialog_set_title (dialog, _ ("Open Files"));
  gtk_file_dialog_set_filters (dialog, filters);
  gtk_file_dialog_open_multiple (dialog, GTK_WINDOW (widget), NULL, files_chosen_cb, g_object_ref (widget));
}

static gboolean
files_dropped_cb (MaqWindow    *self,
                  const GValue *value)
{
  g_autoptr (GSList) files = gdk_file_list_get_files (g_value_get_boxed (value));

  for (GSList *l = files; l != NULL; l = l->next)
    open_gfile (self, l->data);
  return TRUE;
}

static void
inspect_action (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  inspect (MAQ_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
show_page_action (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  MaqWindow *self = MAQ_WINDOW (widget);

  show_place (self, g_variant_get_string (parameter, NULL));
  focus_content (self);
}

static void
open_repo_action (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  maq_window_open (MAQ_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
open_chat_action (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  const char *label;
  const char *path;

  g_variant_get (parameter, "(&s&s)", &label, &path);
  open_chat (MAQ_WINDOW (widget), label, path);
}

static void
copy (MaqWindow  *self,
      const char *text)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  add_toast (self, _ ("Copied"));
}

static void
copy_action (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  copy (MAQ_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

// The address on the web of the repo with the address PARAMETER; NULL if it is none (transfer full).
static char *
dup_page_address (MaqWindow *self,
                  GVariant  *parameter)
{
  g_autoptr (MaqRepoAddress) address = maq_repo_address_parse (g_variant_get_string (parameter, NULL), MAQ_REPO_KIND_MODEL, NULL, NULL);

  return address != NULL ? maq_hub_client_dup_page_address (maq_application_get_client (self->application), address->kind, address->id) : NULL;
}

static void
copy_link_action (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  g_autofree char *page = dup_page_address (MAQ_WINDOW (widget), parameter);

  if (page != NULL)
    copy (MAQ_WINDOW (widget), page);
}

static void
open_uri (MaqWindow  *self,
          const char *uri)
{
  g_autoptr (GtkUriLauncher) launcher = gtk_uri_launcher_new (uri);

  // The desktop tells the user itself why an address does not open.
  gtk_uri_launcher_launch (launcher, GTK_WINDOW (self), NULL, NULL, NULL);
}

static void
open_on_web_action (GtkWidget  *widget,
                    const char *action_name,
                    GVariant   *parameter)
{
  g_autofree char *page = dup_page_address (MAQ_WINDOW (widget), parameter);

  if (page != NULL)
    open_uri (MAQ_WINDOW (widget), page);
}

static void
open_uri_action (GtkWidget  *widget,
                 const char *action_name,
                 GVariant   *parameter)
{
  open_uri (MAQ_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
focus_search_action (GtkWidget  *widget,
                     const char *action_name,
                     GVariant   *parameter)
{
  MaqWindow         *self = MAQ_WINDOW (widget);
  AdwNavigationView *view = get_navigation_view (self);

  if (view != NULL && MAQ_IS_INSPECT_PAGE (adw_navigation_view_get_visible_page (view)))
    {
      maq_inspect_page_focus_search (MAQ_INSPECT_PAGE (adw_navigation_view_get_visible_page (view)));
      return;
    }
  // Where there is nothing to search in, the models are meant.
  if (view != NULL && ADW_NAVIGATION_PAGE (self->library_page) == adw_navigation_view_get_visible_page (view))
    {
      maq_library_page_focus_search (self->library_page);
      return;
    }
  show_place (self, "models");
  adw_navigation_view_pop_to_page (get_navigation_view (self), ADW_NAVIGATION_PAGE (self->models_page));
  maq_models_page_focus_search (self->models_page);
}

static void
go_back_action (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  MaqWindow         *self = MAQ_WINDOW (widget);
  AdwNavigationView *view = get_navigation_view (self);

  if (view != NULL && adw_navigation_view_pop (view))
    return;
  if (adw_view_stack_get_visible_child (self->stack) == GTK_WIDGET (self->chats_page) && maq_chats_page_go_back (self->chats_page))
    return;
  if (adw_navigation_split_view_get_collapsed (self->split_view))
    adw_navigation_split_view_set_show_content (self->split_view, FALSE);
}

static void
toggle_sidebar_action (GtkWidget  *widget,
                       const char *action_name,
                       GVariant   *parameter)
{
  MaqWindow *self = MAQ_WINDOW (widget);

  // Side by side there is nothing to hide: the key brings the focus to the list.
  if (adw_navigation_split_view_get_collapsed (self->split_view))
    adw_navigation_split_view_set_show_content (self->split_view, !adw_navigation_split_view_get_show_content (self->split_view));
  if (!adw_navigation_split_view_get_collapsed (self->split_view) || !adw_navigation_split_view_get_show_content (self->split_view))
    gtk_widget_child_focus (GTK_WIDGET (self->sidebar), GTK_DIR_TAB_FORWARD);
  else
    focus_content (self);
}

// The library follows what the downloads bring.
static void
n_active_cb (MaqWindow *self)
{
  dex_future_disown (maq_library_refresh (maq_application_get_library (self->application)));
}

// Who comes back may have fetched a model with another program.
static void
is_active_cb (MaqWindow *self)
{
  if (self->application != NULL && gtk_window_is_active (GTK_WINDOW (self)))
    maq_foreign_list_refresh (maq_application_get_foreign (self->application));
}

// A dialog keeps all keys to itself, also those of the application: the one that quits is given to it.
static void
visible_dialog_cb (MaqWindow *self)
{
  AdwDialog *dialog = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self));

  if (dialog == NULL || g_object_get_data (G_OBJECT (dialog), "quits") != NULL)
    return;
  GtkEventController *controller = gtk_shortcut_controller_new ();
  GtkShortcut        *shortcut = gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("<Control>q"), gtk_named_action_new ("app.quit"));
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller), shortcut);
  gtk_widget_add_controller (GTK_WIDGET (dialog), controller);
  g_object_set_data (G_OBJECT (dialog), "quits", controller);
}

static gboolean
maq_window_close_request (GtkWindow *window)
{
  MaqLeave *leave = maq_application_get_leave (MAQ_WINDOW (window)->application);

  if (leave != NULL && !maq_leave_close (leave, window))
    return GDK_EVENT_STOP;
  return GTK_WINDOW_CLASS (maq_window_parent_class)->close_request (window);
}

// A window that opens gives the focus to its first control, which is the main menu.
static void
maq_window_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (maq_window_parent_class)->map (widget);
  focus_content (MAQ_WINDOW (widget));
}

static void
maq_window_dispose (GObject *object)
{
  MaqWindow *self = MAQ_WINDOW (object);

  // Having changed its page, a split view writes to itself once more when idle, and libadwaita 1.9 does not take that back.
  if (self->split_view != NULL)
    g_idle_add_once ((GSourceOnceFunc) g_object_unref, g_object_ref (self->split_view));
  gtk_widget_dispose_template (GTK_WIDGET (object), MAQ_TYPE_WINDOW);

  G_OBJECT_CLASS (maq_window_parent_class)->dispose (object);
}

static void
maq_window_finalize (GObject *object)
{
  g_clear_pointer (&MAQ_WINDOW (object)->pending, g_ptr_array_unref);

  G_OBJECT_CLASS (maq_window_parent_class)->finalize (object);
}

static void
maq_window_class_init (MaqWindowClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->map = maq_window_map;
  GTK_WINDOW_CLASS (klass)->close_request = maq_window_close_request;
  object_class->dispose = maq_window_dispose;
  object_class->finalize = maq_window_finalize;

  g_type_ensure (MAQ_TYPE_SIDEBAR);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-window.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqWindow, split_view);
  gtk_widget_class_bind_template_child (widget_class, MaqWindow, content_page);
  gtk_widget_class_bind_template_child (widget_class, MaqWindow, toast_overlay);
  gtk_widget_class_bind_template_child (widget_class, MaqWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, MaqWindow, sidebar);
  gtk_widget_class_bind_template_child (widget_class, MaqWindow, drop_target);
  gtk_widget_class_bind_template_callback (widget_class, sidebar_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, place_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, files_dropped_cb);

  gtk_widget_class_install_action (widget_class, "win.show-page", "s", show_page_action);
  gtk_widget_class_install_action (widget_class, "win.open-repo", "s", open_repo_action);
  gtk_widget_class_install_action (widget_class, "win.open-chat", "(ss)", open_chat_action);
  gtk_widget_class_install_action (widget_class, "win.inspect", "s", inspect_action);
  gtk_widget_class_install_action (widget_class, "win.copy", "s", copy_action);
  gtk_widget_class_install_action (widget_class, "win.copy-link", "s", copy_link_action);
  gtk_widget_class_install_action (widget_class, "win.open-on-web", "s", open_on_web_action);
  gtk_widget_class_install_action (widget_class, "win.open-uri", "s", open_uri_action);
  gtk_widget_class_install_action (widget_class, "win.open-file", NULL, open_file_action);
  gtk_widget_class_install_action (widget_class, "win.focus-search", NULL, focus_search_action);
  gtk_widget_class_install_action (widget_class, "win.go-back", NULL, go_back_action);
  gtk_widget_class_install_action (widget_class, "win.toggle-sidebar", NULL, toggle_sidebar_action);
}

static void
maq_window_init (MaqWindow *self)
{
  self->pending = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
  maq_stack_pages_hide_others (GTK_WIDGET (self->stack));
  g_signal_connect (self, "notify::is-active", G_CALLBACK (is_active_cb), NULL);
  g_signal_connect (self, "notify::visible-dialog", G_CALLBACK (visible_dialog_cb), NULL);
  gtk_drop_target_set_gtypes (self->drop_target, (GType[]) { GDK_TYPE_FILE_LIST }, 1);
  maq_focus_keeper_add (GTK_WINDOW (self), focus_lost_cb);
  maq_menu_names_add (GTK_WINDOW (self));
}

static void
add_place (MaqWindow  *self,
           GtkWidget  *child,
           const char *name)
{
  guint           n_places;
  const MaqPlace *places = maq_places_get (&n_places);

  for (guint i = 0; i < n_places; i++)
    if (g_str_equal (places[i].name, name))
      adw_view_stack_add_titled (self->stack, child, name, _ (places[i].title));
}

static void
add_navigation (MaqWindow         *self,
                AdwNavigationPage *root,
                const char        *name)
{
  GtkWidget *view = adw_navigation_view_new ();
  adw_navigation_view_add (ADW_NAVIGATION_VIEW (view), root);
  add_place (self, view, name);
}

MaqWindow *
maq_window_new (MaqApplication *application)
{
  g_return_val_if_fail (MAQ_IS_APPLICATION (application), NULL);

  MaqWindow *self = g_object_new (MAQ_TYPE_WINDOW, "application", application, NULL);
  self->application = application;
  self->models_page = maq_models_page_new (maq_application_get_client (application), maq_application_get_library (application));
  self->library_page = maq_library_page_new (maq_application_get_library (application),
                                             maq_application_get_foreign (application),
                                             maq_application_get_transfers (application),
                                             maq_application_get_client (application));
  add_navigation (self, ADW_NAVIGATION_PAGE (self->models_page), "models");
  add_navigation (self, ADW_NAVIGATION_PAGE (self->library_page), "library");
  self->chats_page = MAQ_CHATS_PAGE (maq_chats_page_new (maq_application_get_chats (application),
                                                         maq_application_get_library (application),
                                                         maq_application_get_foreign (application),
                                                         maq_application_get_engine (application)));
  add_place (self, GTK_WIDGET (self->chats_page), "chats");
  maq_library_set_users (maq_application_get_library (application), maq_application_get_transfers (application), maq_chats_page_get_pool (self->chats_page));
  add_navigation (self,
                  ADW_NAVIGATION_PAGE (maq_transfers_page_new (maq_application_get_transfers (application))),
                  "transfers");

  MaqTransferList *transfers = maq_application_get_transfers (application);
  g_object_bind_property (transfers, "n-active", self->sidebar, "n-active", G_BINDING_SYNC_CREATE);
  g_signal_connect_object (transfers, "notify::n-active", G_CALLBACK (n_active_cb), self, G_CONNECT_SWAPPED);

  GSettings *settings = maq_settings_get_gsettings (maq_application_get_settings (application));
  if (settings != NULL)
    {
      g_settings_bind (settings, "window-width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
      g_settings_bind (settings, "window-height", self, "default-height", G_SETTINGS_BIND_DEFAULT);
      g_settings_bind (settings, "window-maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);
    }
  show_place (self, "models");
  return self;
}

void
maq_window_hub_ready (MaqWindow *self)
{
  g_return_if_fail (MAQ_IS_WINDOW (self));

  g_autoptr (GPtrArray) pending = g_steal_pointer (&self->pending);
  maq_models_page_load (self->models_page);
  for (guint i = 0; pending != NULL && i < pending->len; i++)
    maq_window_open (self, pending->pdata[i]);
}

void
maq_window_hub_failed (MaqWindow    *self,
                       const GError *error)
{
  g_return_if_fail (MAQ_IS_WINDOW (self));

  maq_models_page_show_error (self->models_page, error);
}

void
maq_window_open (MaqWindow  *self,
                 const char *text)
{
  g_return_if_fail (MAQ_IS_WINDOW (self));
  g_return_if_fail (text != NULL);

  if (g_path_is_absolute (text))
    {
      open_file (self, text);
      return;
    }
  if (self->pending != NULL)
    {
      g_ptr_array_add (self->pending, g_strdup (text));
      return;
    }

  g_autoptr (GError) error = NULL;
  const char *endpoint = maq_hub_client_get_endpoint (maq_application_get_client (self->application));
  g_autoptr (MaqRepoAddress) address = maq_repo_address_parse (text, MAQ_REPO_KIND_MODEL, endpoint, &error);
  if (address != NULL)
    {
      open_address (self, address);
      return;
    }
  g_autoptr (MaqErrorText) words = maq_error_text_new (error);
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  // Translators: the first %s is what was to be opened, the second a title such as "Invalid Name".
  g_autofree char *title = g_strdup_printf (_ ("“%s” was not opened: %s"), valid, words->title);
  add_toast (self, title);
}
