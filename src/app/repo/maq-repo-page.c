// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// The record decides the state of the page, the file list that of the buttons and the Files tab. Both are asked for side by side,
// and so is the card, by its own widget.

#include "maq-repo-page.h"

#include <glib/gi18n.h>

#include "maq-context-menu.h"
#include "maq-error-text.h"
#include "maq-focus.h"
#include "maq-future-slot.h"
#include "maq-picture.h"
#include "maq-pinned-view.h"
#include "maq-repo-actions.h"
#include "maq-repo-card.h"
#include "maq-repo-facts.h"
#include "maq-repo-files.h"
#include "maq-repo-here.h"
#include "maq-show-files.h"
#include "maq-stack-pages.h"
#include "maq-status-stack.h"
#include "maq-transfer-row.h"

// Of an owner's picture, in pixels: sharp at twice the size of the avatar.
#define PICTURE_SIZE 112

struct _MaqRepoPage
{
  AdwNavigationPage parent_instance;

  AdwWindowTitle *window_title;
  GtkMenuButton  *menu_button;
  MaqStatusStack *status_stack;
  MaqPinnedView  *column;
  AdwAvatar      *avatar;
  GtkLabel       *name;
  GtkLabel       *counts;
  AdwWrapBox     *chips;
  MaqRepoActions *actions;
  MaqTransferRow *transfer_row;
  GtkWidget      *switcher;
  AdwViewStack   *tabs;
  MaqRepoCard    *card;
  MaqStatusStack *files_stack;
  MaqRepoFiles   *files;

  MaqHubClient    *client;
  MaqCache        *cache;
  MaqTransferList *transfers;
  MaqLibrary      *library;
  MaqRepoAddress  *address;
  MaqRepo         *repo;
  MaqHubTree      *tree;
  MaqFutureSlot    loading_repo;
  MaqFutureSlot    loading_tree;
  MaqFutureSlot    loading_picture;
  MaqFutureSlot    asking;     // whether the owner let this account in
  gboolean         is_refused; // he did not
};

G_DEFINE_FINAL_TYPE (MaqRepoPage, maq_repo_page, ADW_TYPE_NAVIGATION_PAGE)

typedef enum
{
  PROP_CLIENT = 1,
  PROP_CACHE,
  PROP_TRANSFERS,
  PROP_LIBRARY,
  PROP_ADDRESS,
} MaqRepoPageProperty;

static GParamSpec *properties[PROP_ADDRESS + 1];

static void
show_problem (MaqStatusStack *stack,
              const GError   *error)
{
  g_autoptr (MaqErrorText) text = maq_error_text_new (error);

  if (text == NULL)
    return;
  maq_status_stack_set_problem (stack, text->title, text->body, text->can_retry);
  maq_status_stack_set_status (stack, text->is_offline ? MAQ_STATUS_OFFLINE : MAQ_STATUS_ERROR);
}

static char *
dup_page_address (MaqRepoPage *self)
{
  return maq_hub_client_dup_page_address (self->client, self->address->kind, self->address->id);
}

// The folder of this version in the cache; NULL if it is not there.
static char *
dup_folder (MaqRepoPage *self)
{
  const char      *sha = self->repo != NULL ? maq_repo_get_sha (self->repo) : NULL;
  g_autofree char *folder = sha != NULL ? maq_cache_dup_snapshot_path (self->cache, self->address->kind, self->address->id, sha) : NULL;

  return folder != NULL && g_file_test (folder, G_FILE_TEST_IS_DIR) ? g_steal_pointer (&folder) : NULL;
}

// What is here can be used whoever may see the rest.
static void
update_here (MaqRepoPage *self)
{
  g_autoptr (GHashTable) here = NULL;
  g_autofree char *folder = dup_folder (self);

  g_object_get (self->actions, "here", &here, NULL);
  maq_repo_files_set_here (self->files, here);
  maq_focus_set_visible (GTK_WIDGET (self->actions), !self->is_refused || g_hash_table_size (here) > 0, self->switcher);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "repo.show-files", folder != NULL);
}

static void
update_coming (MaqRepoPage *self)
{
  if (self->repo == NULL || self->tree == NULL)
    return;
  g_autoptr (GHashTable) coming = maq_repo_here_list_coming (self->transfers, self->repo, self->tree);
  maq_repo_files_set_coming (self->files, coming);
}

static void
set_refused (MaqRepoPage *self,
             gboolean     is_refused)
{
  self->is_refused = is_refused;
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "repo.download", !is_refused);
  update_here (self);
}

static void
asked_cb (gpointer   object,
          DexFuture *future)
{
  MaqRepoPage *self = object;
  g_autoptr (GError) error = NULL;

  // An answer that is none says nothing: a download says itself what is wrong.
  if (dex_future_get_value (future, &error) == NULL &&
      (g_error_matches (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_GATED) || g_error_matches (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_UNAUTHORIZED) || g_error_matches (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_FORBIDDEN)))
    set_refused (self, TRUE);
}

static void
ask_access (MaqRepoPage *self)
{
  if (maq_repo_get_gated (self->repo) == MAQ_REPO_GATED_NO)
    return;
  if (!maq_hub_client_has_token (self->client))
    set_refused (self, TRUE);
  else
    maq_future_slot_set (&self->asking, maq_hub_client_check_access (self->client, self->address->kind, self->address->id), self, asked_cb);
}

static void
set_title (MaqRepoPage *self,
           const char  *id)
{
  const char      *slash = strchr (id, '/');
  g_autofree char *owner = slash != NULL ? g_strndup (id, slash - id) : NULL;
  const char      *name = slash != NULL ? slash + 1 : id;

  adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), id);
  adw_window_title_set_title (self->window_title, name);
  adw_window_title_set_subtitle (self->window_title, owner != NULL ? owner : "");
  adw_avatar_set_text (self->avatar, owner != NULL ? owner : name);
  gtk_label_set_label (self->name, id);
}

static DexFuture *
decode_cb (DexFuture *future,
           gpointer   data)
{
  return maq_picture_decode (g_value_get_boxed (dex_future_get_value (future, NULL)), PICTURE_SIZE);
}

static void
picture_cb (gpointer   object,
            DexFuture *future)
{
  MaqRepoPage *self = object;
  g_autoptr (GError) error = NULL;
  GdkTexture *texture = maq_future_get_object (future, &error);

  // The initials do without it.
  if (texture == NULL)
    g_debug ("No picture of the owner of %s: %s", self->address->id, error->message);
  else
    adw_avatar_set_custom_image (self->avatar, GDK_PAINTABLE (texture));
}

static void
load_picture (MaqRepoPage *self)
{
  const char *owner = maq_repo_get_owner (self->repo);

  if (owner != NULL)
    maq_future_slot_set (&self->loading_picture, dex_future_then (maq_hub_client_read_avatar (self->client, owner), decode_cb, NULL, NULL), self, picture_cb);
}

static void
set_actions_repo (MaqRepoPage *self)
{
  if (self->repo == NULL || self->tree == NULL)
    return;
  maq_repo_actions_set_repo (self->actions, self->repo, self->tree);
  update_coming (self);

  // Whoever came by keyboard goes on with one key, unless the focus was moved meanwhile.
  GtkRoot   *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  if (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self)) && !gtk_widget_is_ancestor (focus, GTK_WIDGET (self->status_stack)))
    maq_repo_actions_focus (self->actions);
}

static void
repo_loaded_cb (gpointer   object,
                DexFuture *future)
{
  MaqRepoPage *self = object;
  g_autoptr (GError) error = NULL;
  MaqRepo *repo = maq_future_get_object (future, &error);

  if (repo == NULL)
    {
      show_problem (self->status_stack, error);
      return;
    }
  g_set_object (&self->repo, repo);
  // A renamed repo answers under its new name.
  g_set_str (&self->address->id, maq_repo_get_id (repo));
  g_autofree char *counts = maq_repo_facts_dup_counts (repo);
  set_title (self, maq_repo_get_id (repo));
  gtk_label_set_label (self->counts, counts);
  maq_repo_facts_fill (self->chips, repo);
  maq_status_stack_set_status (self->status_stack, MAQ_STATUS_CONTENT);
  set_actions_repo (self);
  ask_access (self);
  load_picture (self);
}

static void
tree_loaded_cb (gpointer   object,
                DexFuture *future)
{
  MaqRepoPage *self = object;
  g_autoptr (GError) error = NULL;
  MaqHubTree *tree = maq_future_get_boxed (future, &error);

  if (tree == NULL)
    {
      show_problem (self->files_stack, error);
      return;
    }
  g_clear_pointer (&self->tree, maq_hub_tree_unref);
  self->tree = maq_hub_tree_ref (tree);
  maq_repo_files_set_tree (self->files, tree);
  set_actions_repo (self);
  maq_status_stack_set_status (self->files_stack, tree->files->len > 0 ? MAQ_STATUS_CONTENT : MAQ_STATUS_EMPTY);
}

// The card cannot be read, and so cannot the other files.
static void
gated_cb (MaqRepoPage *self)
{
  set_refused (self, TRUE);
  maq_repo_card_show_access (self->card);
}

static void
load_repo (MaqRepoPage *self)
{
  maq_status_stack_set_status (self->status_stack, MAQ_STATUS_LOADING);
  maq_future_slot_set (&self->loading_repo,
                       maq_hub_client_get_repo (self->client, self->address->kind, self->address->id, NULL),
                       self,
                       repo_loaded_cb);
}

static void
load_tree (MaqRepoPage *self)
{
  maq_status_stack_set_status (self->files_stack, MAQ_STATUS_LOADING);
  maq_future_slot_set (&self->loading_tree,
                       maq_hub_client_list_tree (self->client, self->address->kind, self->address->id, NULL),
                       self,
                       tree_loaded_cb);
}

static void
load_all (MaqRepoPage *self)
{
  maq_future_slot_clear (&self->asking);
  set_refused (self, FALSE);
  load_repo (self);
  load_tree (self);
  maq_repo_card_load (self->card);
}

// The name is in the header bar while the page shows no head of its own.
static gboolean
shows_title (MaqRepoPage *self,
             MaqStatus    status,
             gboolean     is_head_gone)
{
  return status != MAQ_STATUS_CONTENT || is_head_gone;
}

static void
leave_actions_cb (MaqRepoPage *self)
{
  maq_focus_leave (GTK_WIDGET (self->actions), self->switcher, NULL);
}

static gboolean
shows_select (MaqRepoPage *self,
              const char  *tab,
              MaqStatus    status)
{
  return g_strcmp0 (tab, "files") == 0 && status == MAQ_STATUS_CONTENT;
}

static void
open_on_the_web_action (GtkWidget  *widget,
                        const char *action_name,
                        GVariant   *parameter)
{
  g_autofree char *page = dup_page_address (MAQ_REPO_PAGE (widget));

  gtk_widget_activate_action (widget, "win.open-uri", "s", page);
}

static void
copy_name_action (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  gtk_widget_activate_action (widget, "win.copy", "s", MAQ_REPO_PAGE (widget)->address->id);
}

static void
copy_link_action (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  g_autofree char *page = dup_page_address (MAQ_REPO_PAGE (widget));

  gtk_widget_activate_action (widget, "win.copy", "s", page);
}

static void
show_files_action (GtkWidget  *widget,
                   const char *action_name,
                   GVariant   *parameter)
{
  g_autofree char *folder = dup_folder (MAQ_REPO_PAGE (widget));

  if (folder != NULL)
    maq_show_in_files (widget, folder);
}

static void
show_file_action (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  MaqRepoPage     *self = MAQ_REPO_PAGE (widget);
  g_autofree char *path = maq_cache_dup_file_path (self->cache, self->address->kind, self->address->id, maq_repo_get_sha (self->repo), g_variant_get_string (parameter, NULL));

  if (path != NULL)
    maq_show_in_files (widget, path);
}

// The page of a file on the web.
static char *
dup_file_address (MaqRepoPage *self,
                  GVariant    *path)
{
  g_autofree char *page = dup_page_address (self);
  g_autofree char *escaped = g_uri_escape_string (g_variant_get_string (path, NULL), "/", FALSE);

  return g_strdup_printf ("%s/blob/main/%s", page, escaped);
}

static void
open_file_action (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  g_autofree char *address = dup_file_address (MAQ_REPO_PAGE (widget), parameter);

  gtk_widget_activate_action (widget, "win.open-uri", "s", address);
}

static void
copy_file_link_action (GtkWidget  *widget,
                       const char *action_name,
                       GVariant   *parameter)
{
  g_autofree char *address = dup_file_address (MAQ_REPO_PAGE (widget), parameter);

  gtk_widget_activate_action (widget, "win.copy", "s", address);
}

static void
download_file_action (GtkWidget  *widget,
                      const char *action_name,
                      GVariant   *parameter)
{
  maq_repo_actions_download_file (MAQ_REPO_PAGE (widget)->actions, g_variant_get_string (parameter, NULL));
}

static void
download_action (GtkWidget  *widget,
                 const char *action_name,
                 GVariant   *parameter)
{
  maq_repo_actions_open_download (MAQ_REPO_PAGE (widget)->actions);
}

static void
choose_files_action (GtkWidget  *widget,
                     const char *action_name,
                     GVariant   *parameter)
{
  maq_repo_actions_choose_files (MAQ_REPO_PAGE (widget)->actions);
}

static void
inspect_file_action (GtkWidget  *widget,
                     const char *action_name,
                     GVariant   *parameter)
{
  const MaqRepoAddress *shown = MAQ_REPO_PAGE (widget)->address;
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (shown->kind, shown->id, NULL, g_variant_get_string (parameter, NULL));
  g_autofree char *uri = maq_repo_address_to_uri (address);

  gtk_widget_activate_action (widget, "win.inspect", "s", uri);
}

static void
maq_repo_page_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  MaqRepoPage *self = MAQ_REPO_PAGE (object);

  switch ((MaqRepoPageProperty) prop_id)
    {
    case PROP_CLIENT:
      self->client = g_value_dup_object (value);
      break;
    case PROP_CACHE:
      self->cache = g_value_dup_object (value);
      break;
    case PROP_TRANSFERS:
      self->transfers = g_value_dup_object (value);
      break;
    case PROP_LIBRARY:
      self->library = g_value_dup_object (value);
      break;
    case PROP_ADDRESS:
      self->address = g_value_dup_boxed (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_repo_page_constructed (GObject *object)
{
  MaqRepoPage *self = MAQ_REPO_PAGE (object);

  G_OBJECT_CLASS (maq_repo_page_parent_class)->constructed (object);

  maq_repo_card_setup (self->card, self->client, self->address);
  maq_repo_actions_setup (self->actions, self->client, self->cache, self->transfers, self->library);
  g_signal_connect_object (self->transfers, "items-changed", G_CALLBACK (update_coming), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->transfers, "notify::n-active", G_CALLBACK (update_coming), self, G_CONNECT_SWAPPED);
  set_title (self, self->address->id);
  if (self->address->path != NULL)
    adw_view_stack_set_visible_child_name (self->tabs, "files");
  load_all (self);
}

static void
maq_repo_page_dispose (GObject *object)
{
  MaqRepoPage *self = MAQ_REPO_PAGE (object);

  maq_future_slot_clear (&self->loading_repo);
  maq_future_slot_clear (&self->loading_tree);
  maq_future_slot_clear (&self->loading_picture);
  maq_future_slot_clear (&self->asking);
  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_REPO_PAGE);
  g_clear_object (&self->repo);
  g_clear_object (&self->library);
  g_clear_object (&self->transfers);
  g_clear_object (&self->cache);
  g_clear_object (&self->client);

  G_OBJECT_CLASS (maq_repo_page_parent_class)->dispose (object);
}

static void
maq_repo_page_finalize (GObject *object)
{
  MaqRepoPage *self = MAQ_REPO_PAGE (object);

  g_clear_pointer (&self->tree, maq_hub_tree_unref);
  g_clear_pointer (&self->address, maq_repo_address_free);

  G_OBJECT_CLASS (maq_repo_page_parent_class)->finalize (object);
}

static void
maq_repo_page_class_init (MaqRepoPageClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass   *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->set_property = maq_repo_page_set_property;
  object_class->constructed = maq_repo_page_constructed;
  object_class->dispose = maq_repo_page_dispose;
  object_class->finalize = maq_repo_page_finalize;

  properties[PROP_CLIENT] = g_param_spec_object ("client", NULL, NULL, MAQ_TYPE_HUB_CLIENT, flags);
  properties[PROP_CACHE] = g_param_spec_object ("cache", NULL, NULL, MAQ_TYPE_CACHE, flags);
  properties[PROP_TRANSFERS] = g_param_spec_object ("transfers", NULL, NULL, MAQ_TYPE_TRANSFER_LIST, flags);
  properties[PROP_LIBRARY] = g_param_spec_object ("library", NULL, NULL, MAQ_TYPE_LIBRARY, flags);
  properties[PROP_ADDRESS] = g_param_spec_boxed ("address", NULL, NULL, MAQ_TYPE_REPO_ADDRESS, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  g_type_ensure (MAQ_TYPE_PINNED_VIEW);
  g_type_ensure (MAQ_TYPE_REPO_ACTIONS);
  g_type_ensure (MAQ_TYPE_REPO_CARD);
  g_type_ensure (MAQ_TYPE_REPO_FILES);
  g_type_ensure (MAQ_TYPE_TRANSFER_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-repo-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqRepoPage, window_title);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoPage, menu_button);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoPage, status_stack);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoPage, column);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoPage, avatar);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoPage, name);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoPage, counts);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoPage, chips);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoPage, actions);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoPage, transfer_row);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoPage, switcher);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoPage, tabs);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoPage, card);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoPage, files_stack);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoPage, files);
  gtk_widget_class_bind_template_callback (widget_class, shows_title);
  gtk_widget_class_bind_template_callback (widget_class, shows_select);
  gtk_widget_class_bind_template_callback (widget_class, leave_actions_cb);
  gtk_widget_class_bind_template_callback (widget_class, load_all);
  gtk_widget_class_bind_template_callback (widget_class, load_tree);
  gtk_widget_class_bind_template_callback (widget_class, gated_cb);
  gtk_widget_class_bind_template_callback (widget_class, update_here);
  gtk_widget_class_install_action (widget_class, "repo.open-on-the-web", NULL, open_on_the_web_action);
  gtk_widget_class_install_action (widget_class, "repo.copy-name", NULL, copy_name_action);
  gtk_widget_class_install_action (widget_class, "repo.copy-link", NULL, copy_link_action);
  gtk_widget_class_install_action (widget_class, "repo.show-files", NULL, show_files_action);
  gtk_widget_class_install_action (widget_class, "repo.download", NULL, download_action);
  gtk_widget_class_install_action (widget_class, "repo.choose-files", NULL, choose_files_action);
  gtk_widget_class_install_action (widget_class, "repo.download-file", "s", download_file_action);
  gtk_widget_class_install_action (widget_class, "repo.inspect-file", "s", inspect_file_action);
  gtk_widget_class_install_action (widget_class, "repo.show-file", "s", show_file_action);
  gtk_widget_class_install_action (widget_class, "repo.open-file", "s", open_file_action);
  gtk_widget_class_install_action (widget_class, "repo.copy-file-link", "s", copy_file_link_action);
}

static gboolean
transfer_to_visible (GBinding     *binding,
                     const GValue *from,
                     GValue       *to,
                     gpointer      user_data)
{
  g_value_set_boolean (to, g_value_get_object (from) != NULL);
  return TRUE;
}

static void
maq_repo_page_init (MaqRepoPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  maq_stack_pages_hide_others (GTK_WIDGET (self->tabs));
  maq_menu_button_name_items (self->menu_button);
  g_object_bind_property_full (self->actions, "transfer", self->transfer_row, "visible", G_BINDING_SYNC_CREATE, transfer_to_visible, NULL, NULL, NULL);
}

MaqRepoPage *
maq_repo_page_new (MaqHubClient         *client,
                   MaqCache             *cache,
                   MaqTransferList      *transfers,
                   MaqLibrary           *library,
                   const MaqRepoAddress *address)
{
  return g_object_new (MAQ_TYPE_REPO_PAGE,
                       "client",
                       client,
                       "cache",
                       cache,
                       "transfers",
                       transfers,
                       "library",
                       library,
                       "address",
                       address,
                       NULL);
}

const MaqRepoAddress *
maq_repo_page_get_address (MaqRepoPage *self)
{
  g_return_val_if_fail (MAQ_IS_REPO_PAGE (self), NULL);

  return self->address;
}
