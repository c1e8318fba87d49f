// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-models-page.h"

#include <glib/gi18n.h>

#include "maq-context-menu.h"
#include "maq-error-text.h"
#include "maq-focus.h"
#include "maq-open-address.h"
#include "maq-repo-menu.h"
#include "maq-repo-pager.h"
#include "maq-repo-row.h"
#include "maq-show-files.h"
#include "maq-status-stack.h"
#include "maq-template-callbacks.h"

struct _MaqModelsPage
{
  AdwNavigationPage parent_instance;

  GtkSearchEntry    *search_entry;
  GtkDropDown       *task_drop_down;
  GtkDropDown       *sort_drop_down;
  AdwBanner         *more_banner;
  MaqStatusStack    *status_stack;
  GtkScrolledWindow *scrolled_window;
  GtkListView       *list_view;

  MaqHubClient *client;
  MaqLibrary   *library;
  MaqRepoPager *pager;
  GListStore   *open; // a MaqOpenAddress while an address is typed, else nothing
  GListModel   *rows; // that, then those of the pager
  gboolean      started;
};

G_DEFINE_FINAL_TYPE (MaqModelsPage, maq_models_page, ADW_TYPE_NAVIGATION_PAGE)

typedef enum
{
  PROP_CLIENT = 1,
  PROP_LIBRARY,
  PROP_LOADING,
} MaqModelsPageProperty;

static GParamSpec *properties[PROP_LOADING + 1];

// The tasks most models have, in the order people look for them. The first position of the drop-down is "All Tasks".
static const char *const tasks[] = {
  "text-generation",
  "feature-extraction",
  "sentence-similarity",
  "image-text-to-text",
  "text-to-image",
  "automatic-speech-recognition",
  "text-to-speech",
  "text-classification",
  "token-classification",
  "fill-mask",
  "question-answering",
  "summarization",
  "translation",
  "zero-shot-classification",
  "image-classification",
  "object-detection",
  "image-to-image",
  "image-to-text",
  "text-to-video",
  "audio-classification",
  "any-to-any",
};

static const struct
{
  const char *sort;
  const char *label;
} sorts[] = {
  { "trendingScore", N_ ("Trending") },
  { "downloads", N_ ("Most Downloaded") },
  { "likes", N_ ("Most Liked") },
  { "lastModified", N_ ("Recently Updated") },
  { "createdAt", N_ ("Newest") },
};

static MaqRepoAddress *
parse_address (MaqModelsPage *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->search_entry))));
  return maq_repo_address_parse (text, MAQ_REPO_KIND_MODEL, maq_hub_client_get_endpoint (self->client), NULL);
}

// The first result, whatever the Hub finds.
static void
show_address (MaqModelsPage        *self,
              const MaqRepoAddress *address)
{
  g_autoptr (MaqOpenAddress) open = address != NULL ? maq_open_address_new (address) : NULL;

  g_list_store_splice (self->open, 0, g_list_model_get_n_items (G_LIST_MODEL (self->open)), (gpointer *) &open, open != NULL ? 1 : 0);
  if (open != NULL)
    maq_status_stack_set_status (self->status_stack, MAQ_STATUS_CONTENT);
}

static void
open_address (MaqModelsPage        *self,
              const MaqRepoAddress *address)
{
  g_autofree char *uri = maq_repo_address_to_uri (address);

  gtk_widget_activate_action (GTK_WIDGET (self), "win.open-repo", "s", uri);
}

static void
run_query (MaqModelsPage *self)
{
  if (!self->started)
    return;

  g_autoptr (MaqHubQuery) query = maq_hub_query_new (MAQ_REPO_KIND_MODEL);
  g_autoptr (MaqRepoAddress) address = parse_address (self);
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->search_entry))));
  guint            task = gtk_drop_down_get_selected (self->task_drop_down);
  guint            sort = gtk_drop_down_get_selected (self->sort_drop_down);

  show_address (self, address);
  // The Hub searches in ids: of a pasted address only the id can match.
  if (address != NULL)
    g_set_str (&query->search, address->id);
  else if (*text != '\0')
    g_set_str (&query->search, text);
  if (task > 0 && task <= G_N_ELEMENTS (tasks))
    g_set_str (&query->task, tasks[task - 1]);
  if (sort < G_N_ELEMENTS (sorts))
    g_set_str (&query->sort, sorts[sort].sort);
  maq_repo_pager_set_query (self->pager, query);
}

static void
search_changed_cb (MaqModelsPage *self)
{
  run_query (self);
}

static void
filter_changed_cb (MaqModelsPage *self)
{
  run_query (self);
}

static void
search_activated_cb (MaqModelsPage *self)
{
  g_autoptr (MaqRepoAddress) address = parse_address (self);

  if (address != NULL)
    open_address (self, address);
  else
    gtk_widget_grab_focus (GTK_WIDGET (self->list_view));
}

static void
search_stopped_cb (MaqModelsPage *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
}

static void
row_activated_cb (MaqModelsPage *self,
                  guint          position)
{
  g_autoptr (GObject) item = g_list_model_get_item (self->rows, position);

  if (MAQ_IS_OPEN_ADDRESS (item))
    open_address (self, maq_open_address_get_address (MAQ_OPEN_ADDRESS (item)));
  if (!MAQ_IS_REPO (item))
    return;
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (maq_repo_get_kind (MAQ_REPO (item)), maq_repo_get_id (MAQ_REPO (item)), NULL, NULL);
  open_address (self, address);
}

static void
retry_cb (MaqModelsPage *self)
{
  maq_focus_leave (GTK_WIDGET (self->more_banner), GTK_WIDGET (self->list_view), GTK_WIDGET (self->search_entry), NULL);
  adw_banner_set_revealed (self->more_banner, FALSE);
  if (maq_repo_pager_is_first_page (self->pager))
    {
      if (g_list_model_get_n_items (G_LIST_MODEL (self->open)) == 0)
        maq_status_stack_set_status (self->status_stack, MAQ_STATUS_LOADING);
      run_query (self);
    }
  else
    maq_repo_pager_load_more (self->pager);
}

// Asks for more rows when less than two screens of them are left below.
static void
load_more_if_near_end (MaqModelsPage *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scrolled_window);
  double         page_size = gtk_adjustment_get_page_size (adjustment);
  double         below = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_value (adjustment) - page_size;

  if (page_size > 0 && below < 2 * page_size && maq_repo_pager_get_error (self->pager) == NULL && maq_repo_pager_get_has_more (self->pager))
    maq_repo_pager_load_more (self->pager);
}

static void
pager_changed_cb (MaqModelsPage *self)
{
  const GError *error = maq_repo_pager_get_error (self->pager);

  if (error != NULL && maq_repo_pager_is_first_page (self->pager) && g_list_model_get_n_items (G_LIST_MODEL (self->open)) == 0)
    {
      maq_models_page_show_error (self, error);
      return;
    }
  adw_banner_set_revealed (self->more_banner, error != NULL);
  maq_status_stack_set_status (self->status_stack,
                               g_list_model_get_n_items (self->rows) > 0 ? MAQ_STATUS_CONTENT : MAQ_STATUS_EMPTY);
}

static void
pager_items_changed_cb (MaqModelsPage *self,
                        guint          position,
                        guint          n_removed,
                        guint          n_added)
{
  // A new query starts at its first row.
  if (position == 0 && n_removed > 0 && n_added > 0)
    gtk_list_view_scroll_to (self->list_view, 0, GTK_LIST_SCROLL_NONE, NULL);
}

static void
pager_loading_cb (MaqModelsPage *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
}

// The page has a spinner of its own until its first rows are there.
static gboolean
is_refreshing (MaqModelsPage *self,
               gboolean       loading,
               MaqStatus      status)
{
  return loading && status != MAQ_STATUS_LOADING;
}

static void
show_files_action (GtkWidget  *widget,
                   const char *action_name,
                   GVariant   *parameter)
{
  maq_show_in_files (widget, g_variant_get_string (parameter, NULL));
}

static char *
item_title (gpointer self,
            GObject *item)
{
  return maq_repo_row_dup_title (item);
}

static char *
item_facts (gpointer self,
            GObject *item)
{
  return maq_repo_row_dup_facts (item);
}

static void
maq_models_page_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  MaqModelsPage *self = MAQ_MODELS_PAGE (object);

  switch ((MaqModelsPageProperty) prop_id)
    {
    case PROP_LOADING:
      g_value_set_boolean (value, self->pager != NULL && maq_repo_pager_get_loading (self->pager));
      break;
    case PROP_CLIENT:
    case PROP_LIBRARY:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_models_page_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  switch ((MaqModelsPageProperty) prop_id)
    {
    case PROP_CLIENT:
      MAQ_MODELS_PAGE (object)->client = g_value_dup_object (value);
      break;
    case PROP_LIBRARY:
      MAQ_MODELS_PAGE (object)->library = g_value_dup_object (value);
      break;
    case PROP_LOADING:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_models_page_constructed (GObject *object)
{
  MaqModelsPage *self = MAQ_MODELS_PAGE (object);

  G_OBJECT_CLASS (maq_models_page_parent_class)->constructed (object);

  self->pager = maq_repo_pager_new (self->client);
  g_signal_connect_object (self->pager, "changed", G_CALLBACK (pager_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->pager, "notify::loading", G_CALLBACK (pager_loading_cb), self, G_CONNECT_SWAPPED);
  g_autoptr (GListStore) parts = g_list_store_new (G_TYPE_LIST_MODEL);
  g_list_store_append (parts, self->open);
  g_list_store_append (parts, self->pager);
  self->rows = G_LIST_MODEL (gtk_flatten_list_model_new (g_object_ref (G_LIST_MODEL (parts))));
  g_autoptr (GtkNoSelection) selection = gtk_no_selection_new (g_object_ref (self->rows));
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (selection));
  // After the view's own handler, so that it knows the rows it scrolls to.
  g_signal_connect_object (self->pager, "items-changed", G_CALLBACK (pager_items_changed_cb), self, G_CONNECT_SWAPPED);
}

static void
maq_models_page_dispose (GObject *object)
{
  MaqModelsPage *self = MAQ_MODELS_PAGE (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_MODELS_PAGE);
  g_clear_object (&self->rows);
  g_clear_object (&self->open);
  g_clear_object (&self->pager);
  g_clear_object (&self->library);
  g_clear_object (&self->client);

  G_OBJECT_CLASS (maq_models_page_parent_class)->dispose (object);
}

// Typing anywhere in the window searches, while this page is the one that shows.
static void
maq_models_page_map (GtkWidget *widget)
{
  MaqModelsPage *self = MAQ_MODELS_PAGE (widget);

  GTK_WIDGET_CLASS (maq_models_page_parent_class)->map (widget);
  gtk_search_entry_set_key_capture_widget (self->search_entry, GTK_WIDGET (gtk_widget_get_root (widget)));
}

static void
maq_models_page_unmap (GtkWidget *widget)
{
  gtk_search_entry_set_key_capture_widget (MAQ_MODELS_PAGE (widget)->search_entry, NULL);
  GTK_WIDGET_CLASS (maq_models_page_parent_class)->unmap (widget);
}

static void
maq_models_page_class_init (MaqModelsPageClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = maq_models_page_get_property;
  object_class->set_property = maq_models_page_set_property;
  object_class->constructed = maq_models_page_constructed;
  object_class->dispose = maq_models_page_dispose;
  widget_class->map = maq_models_page_map;
  widget_class->unmap = maq_models_page_unmap;

  properties[PROP_CLIENT] = g_param_spec_object ("client", NULL, NULL, MAQ_TYPE_HUB_CLIENT, G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_LIBRARY] = g_param_spec_object ("library", NULL, NULL, MAQ_TYPE_LIBRARY, G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  gtk_widget_class_install_action (widget_class, "browse.show-files", "s", show_files_action);

  g_type_ensure (MAQ_TYPE_REPO);
  g_type_ensure (MAQ_TYPE_REPO_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-models-page.ui");
  maq_template_callbacks_bind (widget_class);
  gtk_widget_class_bind_template_child (widget_class, MaqModelsPage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, MaqModelsPage, task_drop_down);
  gtk_widget_class_bind_template_child (widget_class, MaqModelsPage, sort_drop_down);
  gtk_widget_class_bind_template_child (widget_class, MaqModelsPage, more_banner);
  gtk_widget_class_bind_template_child (widget_class, MaqModelsPage, status_stack);
  gtk_widget_class_bind_template_child (widget_class, MaqModelsPage, scrolled_window);
  gtk_widget_class_bind_template_child (widget_class, MaqModelsPage, list_view);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_stopped_cb);
  gtk_widget_class_bind_template_callback (widget_class, filter_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, is_refreshing);
  gtk_widget_class_bind_template_callback (widget_class, retry_cb);
  gtk_widget_class_bind_template_callback (widget_class, item_title);
  gtk_widget_class_bind_template_callback (widget_class, item_facts);
}

static void
maq_models_page_init (MaqModelsPage *self)
{
  self->open = g_list_store_new (MAQ_TYPE_OPEN_ADDRESS);
  gtk_widget_init_template (GTK_WIDGET (self));

  g_autoptr (GtkStringList) task_list = gtk_string_list_new (NULL);
  gtk_string_list_append (task_list, _ ("All Tasks"));
  for (gsize i = 0; i < G_N_ELEMENTS (tasks); i++)
    gtk_string_list_take (task_list, maq_hub_label (tasks[i]));
  gtk_drop_down_set_model (self->task_drop_down, G_LIST_MODEL (task_list));

  g_autoptr (GtkStringList) sort_list = gtk_string_list_new (NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (sorts); i++)
    gtk_string_list_append (sort_list, _ (sorts[i].label));
  gtk_drop_down_set_model (self->sort_drop_down, G_LIST_MODEL (sort_list));

  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scrolled_window);
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (load_more_if_near_end), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (load_more_if_near_end), self, G_CONNECT_SWAPPED);
}

MaqModelsPage *
maq_models_page_new (MaqHubClient *client,
                     MaqLibrary   *library)
{
  g_return_val_if_fail (MAQ_IS_HUB_CLIENT (client), NULL);
  g_return_val_if_fail (MAQ_IS_LIBRARY (library), NULL);

  return g_object_new (MAQ_TYPE_MODELS_PAGE, "client", client, "library", library, NULL);
}

void
maq_models_page_fill_menu (MaqModelsPage *self,
                           MaqRepo       *repo,
                           GMenu         *menu)
{
  g_return_if_fail (MAQ_IS_MODELS_PAGE (self));
  g_return_if_fail (MAQ_IS_REPO (repo));

  MaqLibraryItem *item = maq_library_find (self->library, maq_repo_get_kind (repo), maq_repo_get_id (repo));

  maq_repo_menu_add (menu, maq_repo_get_kind (repo), maq_repo_get_id (repo));
  if (item != NULL)
    maq_menu_add (menu, _ ("Show in Files"), "browse.show-files", g_variant_new_string (maq_library_item_get_repo (item)->path));
}

void
maq_models_page_load (MaqModelsPage *self)
{
  g_return_if_fail (MAQ_IS_MODELS_PAGE (self));

  self->started = TRUE;
  run_query (self);
}

void
maq_models_page_show_error (MaqModelsPage *self,
                            const GError  *error)
{
  g_return_if_fail (MAQ_IS_MODELS_PAGE (self));

  g_autoptr (MaqErrorText) text = maq_error_text_new (error);
  if (text == NULL)
    return;
  maq_status_stack_set_problem (self->status_stack, text->title, text->body, text->can_retry && self->started);
  maq_status_stack_set_status (self->status_stack, text->is_offline ? MAQ_STATUS_OFFLINE : MAQ_STATUS_ERROR);
}

void
maq_models_page_focus_search (MaqModelsPage *self)
{
  g_return_if_fail (MAQ_IS_MODELS_PAGE (self));

  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}
