// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// library ─┐
//          ├→ GtkFlattenListModel → GtkFilterListModel (words in the name, the kind) → GtkSortListModel → GtkNoSelection → list view
// foreign ─┘

#include "maq-library-page.h"

#include <glib/gi18n.h>

#include "maq-context-menu.h"
#include "maq-error-text.h"
#include "maq-focus.h"
#include "maq-future-slot.h"
#include "maq-library-care-dialog.h"
#include "maq-library-delete.h"
#include "maq-library-details.h"
#include "maq-library-entry.h"
#include "maq-library-import-dialog.h"
#include "maq-library-row.h"
#include "maq-library-words.h"
#include "maq-show-files.h"
#include "maq-status-stack.h"
#include "maq-units.h"

struct _MaqLibraryPage
{
  AdwNavigationPage parent_instance;

  GtkMenuButton  *menu_button;
  GtkLabel       *total;
  GtkSearchBar   *search_bar;
  GtkSearchEntry *search_entry;
  MaqStatusStack *status_stack;
  GtkListView    *list_view;

  MaqLibrary         *library;
  MaqForeignList     *foreign;
  MaqTransferList    *transfers;
  MaqHubClient       *client;
  GtkFilter          *filter;
  GtkSorter          *sorter;
  GListModel         *all;
  GtkFilterListModel *filtered;
  GtkSortListModel   *sorted;
  char               *words; // folded; nullable
  const char         *sort;  // interned
  const char         *kind;  // interned
  MaqFutureSlot       refreshing;
  MaqFutureSlot       looking; // whether the model to use is still there
  const char         *use;     // interned: what for
  MaqForeignItem     *used;
  gboolean            failed; // the last look into the cache
  guint               going_to_top;
  gboolean            was_touched; // the list: somebody may have scrolled
};

G_DEFINE_FINAL_TYPE (MaqLibraryPage, maq_library_page, ADW_TYPE_NAVIGATION_PAGE)

typedef enum
{
  PROP_SORT = 1,
  PROP_KIND,
} MaqLibraryPageProperty;

static GParamSpec *properties[PROP_KIND + 1];

static void
update (MaqLibraryPage *self)
{
  guint            n_items = g_list_model_get_n_items (self->all);
  guint            n_shown = g_list_model_get_n_items (G_LIST_MODEL (self->filtered));
  g_autofree char *size = maq_format_bytes (maq_library_get_size (self->library));
  g_autofree char *free_space = maq_format_bytes (maq_library_get_free (self->library));
  // Translators: both %s are sizes, as in "12 GB used · 40 GB free".
  g_autofree char *both = g_strdup_printf (_ ("%s used · %s free"), size, free_space);

  gtk_label_set_label (self->total, maq_library_get_free (self->library) > 0 ? both : size);
  gtk_widget_set_visible (GTK_WIDGET (self->total), g_list_model_get_n_items (G_LIST_MODEL (self->library)) > 0);
  if (n_items > 0 && n_shown == 0)
    maq_status_stack_set_empty (self->status_stack, "edit-find-symbolic", _ ("Nothing Found"), _ ("Try other words, or show everything in the menu."));
  else
    maq_status_stack_set_empty (self->status_stack, "maq-library-symbolic", _ ("The Library Is Empty"), _ ("Models that you or other Hub tools download appear here."));
  if (n_shown > 0)
    maq_status_stack_set_status (self->status_stack, MAQ_STATUS_CONTENT);
  else if (n_items == 0 && self->failed)
    maq_status_stack_set_status (self->status_stack, MAQ_STATUS_ERROR);
  else if (n_items == 0 && (maq_future_slot_is_waiting (&self->refreshing) || maq_foreign_list_get_loading (self->foreign)))
    maq_status_stack_set_status (self->status_stack, MAQ_STATUS_LOADING);
  else
    maq_status_stack_set_status (self->status_stack, MAQ_STATUS_EMPTY);
}

// A list that is at its top stays there when something comes above: the list view would keep what was first in sight. It is also
// there as long as nobody moved it.
static gboolean
go_to_top_cb (gpointer data)
{
  MaqLibraryPage *self = data;

  self->going_to_top = 0;
  if (g_list_model_get_n_items (G_LIST_MODEL (self->sorted)) > 0)
    gtk_list_view_scroll_to (self->list_view, 0, GTK_LIST_SCROLL_NONE, NULL);
  return G_SOURCE_REMOVE;
}

static void
stay_on_top (MaqLibraryPage *self)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->list_view));
  gboolean       is_on_top = adjustment != NULL && gtk_adjustment_get_value (adjustment) < 1;

  // Once for all that comes before the next frame is laid out.
  if ((is_on_top || !self->was_touched) && self->going_to_top == 0)
    self->going_to_top = g_idle_add_full (G_PRIORITY_HIGH_IDLE, go_to_top_cb, self, NULL);
}

static gboolean
event_cb (MaqLibraryPage *self,
          GdkEvent       *event)
{
  GdkEventType type = gdk_event_get_event_type (event);

  if (type == GDK_BUTTON_PRESS || type == GDK_SCROLL || type == GDK_KEY_PRESS || type == GDK_TOUCH_BEGIN)
    self->was_touched = TRUE;
  return GDK_EVENT_PROPAGATE;
}

static void
refreshed_cb (gpointer   object,
              DexFuture *future)
{
  MaqLibraryPage *self = object;
  g_autoptr (GError) error = NULL;

  if (dex_future_get_value (future, &error) != NULL)
    {
      update (self);
      return;
    }
  g_autoptr (MaqErrorText) text = maq_error_text_new (error);
  if (text == NULL)
    return;
  // What other programs have is there all the same.
  if (g_list_model_get_n_items (self->all) > 0)
    {
      maq_library_add_toast (GTK_WIDGET (self), text->title);
      return;
    }
  self->failed = TRUE;
  maq_status_stack_set_problem (self->status_stack, text->title, text->body, text->can_retry);
  update (self);
}

static void
refresh (MaqLibraryPage *self)
{
  self->failed = FALSE;
  maq_future_slot_set (&self->refreshing, maq_library_refresh (self->library), self, refreshed_cb);
  update (self);
}

static gboolean
matches (gpointer object,
         gpointer data)
{
  MaqLibraryPage *self = data;

  return maq_library_entry_is_kind (object, self->kind) && (self->words == NULL || maq_library_entry_matches (object, self->words));
}

static int
compare (gconstpointer a,
         gconstpointer b,
         gpointer      data)
{
  MaqLibraryPage *self = data;
  gpointer        one = (gpointer) a;
  gpointer        two = (gpointer) b;
  int             order = 0;

  if (g_str_equal (self->sort, "size"))
    order = gtk_ordering_from_cmpfunc ((maq_library_entry_get_size (one) < maq_library_entry_get_size (two)) - (maq_library_entry_get_size (one) > maq_library_entry_get_size (two)));
  else if (g_str_equal (self->sort, "used"))
    order = gtk_ordering_from_cmpfunc ((maq_library_entry_get_used (one) < maq_library_entry_get_used (two)) - (maq_library_entry_get_used (one) > maq_library_entry_get_used (two)));
  return order != 0 ? order : g_ascii_strcasecmp (maq_library_entry_get_name (one), maq_library_entry_get_name (two));
}

static void
search_changed_cb (MaqLibraryPage *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));

  g_free (self->words);
  self->words = *text != '\0' ? g_utf8_casefold (text, -1) : NULL;
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
}

// --- Models of other programs ---

static void
found_cb (gpointer   object,
          DexFuture *future)
{
  MaqLibraryPage *self = object;
  g_autoptr (MaqForeignItem) item = g_steal_pointer (&self->used);
  const char *path = maq_foreign_item_get_path (item);

  if (dex_future_get_value (future, NULL) == NULL)
    {
      // Translators: %s is the name of a model.
      g_autofree char *sentence = g_strdup_printf (_ ("“%s” is no longer there"), maq_foreign_item_get_model (item)->name);
      maq_library_add_toast (GTK_WIDGET (self), sentence);
      maq_foreign_list_refresh (self->foreign);
      return;
    }
  if (g_str_equal (self->use, "inspect"))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.inspect", "s", path);
  else if (g_str_equal (self->use, "show-files"))
    maq_show_in_files (GTK_WIDGET (self), path);
  else
    {
      g_autofree char *label = maq_foreign_model_dup_label (maq_foreign_item_get_model (item));
      gtk_widget_activate_action (GTK_WIDGET (self), "win.open-chat", "(ss)", label, path);
    }
}

// The list may be older than what happened on the disk: it is looked at once more.
static void
use_foreign (MaqLibraryPage *self,
             MaqForeignItem *item,
             const char     *use)
{
  g_autoptr (GFile) file = g_file_new_for_path (maq_foreign_item_get_path (item));

  g_set_object (&self->used, item);
  self->use = g_intern_string (use);
  maq_future_slot_set (&self->looking, dex_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_TYPE, G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT), self, found_cb);
}

static void
use_foreign_action (GtkWidget  *widget,
                    const char *action_name,
                    GVariant   *parameter)
{
  MaqLibraryPage *self = MAQ_LIBRARY_PAGE (widget);
  const char     *use;
  const char     *path;

  g_variant_get (parameter, "(&s&s)", &use, &path);
  MaqForeignItem *item = maq_foreign_list_find (self->foreign, path);
  if (item != NULL)
    use_foreign (self, item, use);
}

static void
look_foreign_action (GtkWidget  *widget,
                     const char *action_name,
                     GVariant   *parameter)
{
  MaqLibraryPage *self = MAQ_LIBRARY_PAGE (widget);
  MaqForeignItem *item = maq_foreign_list_find (self->foreign, g_variant_get_string (parameter, NULL));

  if (item != NULL)
    maq_foreign_list_judge (self->foreign, item);
}

// --- Rows ---

static MaqRepoAddress *
parse_uri (GVariant *parameter)
{
  return maq_repo_address_parse (g_variant_get_string (parameter, NULL), MAQ_REPO_KIND_MODEL, NULL, NULL);
}

static MaqLibraryItem *
find_item (MaqLibraryPage *self,
           GVariant       *parameter)
{
  g_autoptr (MaqRepoAddress) address = parse_uri (parameter);

  return address != NULL ? maq_library_find (self->library, address->kind, address->id) : NULL;
}

static guint
find_position (MaqLibraryPage *self,
               gpointer        entry)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->sorted));

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (GObject) other = g_list_model_get_item (G_LIST_MODEL (self->sorted), i);
      if (other == entry)
        return i;
    }
  return 0;
}

// What came to the place of the row that had the focus gets it.
static void
focus_at (MaqLibraryPage *self,
          guint           position)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->sorted));

  if (n_items > 0)
    gtk_list_view_scroll_to (self->list_view, MIN (position, n_items - 1), GTK_LIST_SCROLL_FOCUS, NULL);
  else
    gtk_widget_child_focus (GTK_WIDGET (self->status_stack), GTK_DIR_TAB_FORWARD);
}

static void
delete_repo_action (GtkWidget  *widget,
                    const char *action_name,
                    GVariant   *parameter)
{
  MaqLibraryPage *self = MAQ_LIBRARY_PAGE (widget);
  MaqLibraryItem *item = find_item (self, parameter);
  g_autoptr (MaqLibraryRemoval) removal = item != NULL ? maq_library_removal_new (item, NULL, NULL) : NULL;

  if (removal == NULL)
    return;
  gboolean had_focus = maq_focus_is_in (GTK_WIDGET (self->list_view));
  guint    position = find_position (self, item);
  maq_library_delete_with_undo (widget, self->library, removal, maq_library_item_get_id (item));
  if (had_focus)
    focus_at (self, position);
}

static void
resume_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  MaqLibraryPage *self = MAQ_LIBRARY_PAGE (widget);
  MaqLibraryItem *item = find_item (self, parameter);

  // What it lacks can be chosen there.
  if (item != NULL && !maq_library_resume (self->library, item))
    gtk_widget_activate_action_variant (widget, "win.open-repo", parameter);
}

static void
show_details (MaqLibraryPage *self,
              MaqLibraryItem *item)
{
  GtkWidget *view = gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_NAVIGATION_VIEW);

  if (view != NULL)
    adw_navigation_view_push (ADW_NAVIGATION_VIEW (view), ADW_NAVIGATION_PAGE (maq_library_details_new (self->library, self->transfers, self->client, item)));
}

static void
row_activated_cb (MaqLibraryPage *self,
                  guint           position)
{
  g_autoptr (GObject) entry = g_list_model_get_item (G_LIST_MODEL (self->sorted), position);

  if (MAQ_IS_FOREIGN_ITEM (entry))
    {
      if (maq_foreign_item_get_model (MAQ_FOREIGN_ITEM (entry))->variant != NULL)
        use_foreign (self, MAQ_FOREIGN_ITEM (entry), "inspect");
    }
  else if (entry != NULL)
    show_details (self, MAQ_LIBRARY_ITEM (entry));
}

static void
show_details_action (GtkWidget  *widget,
                     const char *action_name,
                     GVariant   *parameter)
{
  MaqLibraryItem *item = find_item (MAQ_LIBRARY_PAGE (widget), parameter);

  if (item != NULL)
    show_details (MAQ_LIBRARY_PAGE (widget), item);
}

// A row came on the screen: only these are judged, and asked for on the Hub.
static void
look_action (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  MaqLibraryPage *self = MAQ_LIBRARY_PAGE (widget);
  MaqLibraryItem *item = find_item (self, parameter);

  if (item == NULL)
    return;
  maq_library_judge (self->library, item);
  maq_library_ask_hub (self->library, self->client, item);
}

static void
show_files_action (GtkWidget  *widget,
                   const char *action_name,
                   GVariant   *parameter)
{
  MaqLibraryItem *item = find_item (MAQ_LIBRARY_PAGE (widget), parameter);

  if (item == NULL)
    return;
  g_autofree char *place = g_build_filename (maq_library_item_get_repo (item)->path, "snapshots", NULL);
  maq_show_in_files (widget, place);
}

static void
show_care (MaqLibraryPage       *self,
           MaqLibraryCare        care,
           const MaqRepoAddress *address)
{
  adw_dialog_present (maq_library_care_dialog_new (self->library, self->transfers, care, address), GTK_WIDGET (self));
}

static void
verify_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  g_autoptr (MaqRepoAddress) address = *g_variant_get_string (parameter, NULL) != '\0' ? parse_uri (parameter) : NULL;

  show_care (MAQ_LIBRARY_PAGE (widget), MAQ_LIBRARY_CARE_VERIFY, address);
}

static void
care_action (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  show_care (MAQ_LIBRARY_PAGE (widget), g_str_equal (action_name, "library.clean-up") ? MAQ_LIBRARY_CARE_CLEAN_UP : MAQ_LIBRARY_CARE_DUPLICATES, NULL);
}

static void
import_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  MaqLibraryPage *self = MAQ_LIBRARY_PAGE (widget);

  adw_dialog_present (ADW_DIALOG (maq_library_import_dialog_new (self->library, self->client)), widget);
}

static void
show_models_cb (MaqLibraryPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-page", "s", "models");
}

static void
maq_library_page_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  MaqLibraryPage *self = MAQ_LIBRARY_PAGE (object);

  switch ((MaqLibraryPageProperty) prop_id)
    {
    case PROP_SORT:
      g_value_set_string (value, self->sort);
      break;
    case PROP_KIND:
      g_value_set_string (value, self->kind);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_library_page_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  MaqLibraryPage *self = MAQ_LIBRARY_PAGE (object);
  const char     *word = g_intern_string (g_value_get_string (value));

  switch ((MaqLibraryPageProperty) prop_id)
    {
    case PROP_SORT:
      if (self->sort == word || word == NULL)
        return;
      self->sort = word;
      gtk_sorter_changed (self->sorter, GTK_SORTER_CHANGE_DIFFERENT);
      break;
    case PROP_KIND:
      if (self->kind == word || word == NULL)
        return;
      self->kind = word;
      gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      return;
    }
  g_object_notify_by_pspec (object, pspec);
}

static void
maq_library_page_dispose (GObject *object)
{
  MaqLibraryPage *self = MAQ_LIBRARY_PAGE (object);

  maq_future_slot_clear (&self->refreshing);
  maq_future_slot_clear (&self->looking);
  g_clear_object (&self->used);
  g_clear_handle_id (&self->going_to_top, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_LIBRARY_PAGE);
  g_clear_object (&self->sorted);
  g_clear_object (&self->filtered);
  g_clear_object (&self->all);
  g_clear_object (&self->sorter);
  g_clear_object (&self->filter);
  g_clear_object (&self->client);
  g_clear_object (&self->transfers);
  g_clear_object (&self->foreign);
  g_clear_object (&self->library);
  g_clear_pointer (&self->words, g_free);

  G_OBJECT_CLASS (maq_library_page_parent_class)->dispose (object);
}

static void
maq_library_page_class_init (MaqLibraryPageClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = maq_library_page_get_property;
  object_class->set_property = maq_library_page_set_property;
  object_class->dispose = maq_library_page_dispose;

  properties[PROP_SORT] = g_param_spec_string ("sort", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_KIND] = g_param_spec_string ("kind", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  g_type_ensure (MAQ_TYPE_LIBRARY_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-library-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryPage, menu_button);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryPage, total);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryPage, search_bar);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryPage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryPage, status_stack);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryPage, list_view);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_models_cb);
  gtk_widget_class_bind_template_callback_full (widget_class, "retry_cb", G_CALLBACK (refresh));
  gtk_widget_class_install_action (widget_class, "library.delete-repo", "s", delete_repo_action);
  gtk_widget_class_install_action (widget_class, "library.resume", "s", resume_action);
  gtk_widget_class_install_action (widget_class, "library.show-details", "s", show_details_action);
  gtk_widget_class_install_action (widget_class, "library.look", "s", look_action);
  gtk_widget_class_install_action (widget_class, "library.look-foreign", "s", look_foreign_action);
  gtk_widget_class_install_action (widget_class, "library.use-foreign", "(ss)", use_foreign_action);
  gtk_widget_class_install_action (widget_class, "library.show-files", "s", show_files_action);
  gtk_widget_class_install_action (widget_class, "library.verify", "s", verify_action);
  gtk_widget_class_install_action (widget_class, "library.import", NULL, import_action);
  gtk_widget_class_install_action (widget_class, "library.clean-up", NULL, care_action);
  gtk_widget_class_install_action (widget_class, "library.duplicates", NULL, care_action);
  gtk_widget_class_install_property_action (widget_class, "library.sort", "sort");
  gtk_widget_class_install_property_action (widget_class, "library.kind", "kind");
}

// Other programs tell nobody when they fetch something: whoever comes here sees what is there now.
static void
map_cb (MaqLibraryPage *self)
{
  maq_foreign_list_refresh (self->foreign);
}

static void
maq_library_page_init (MaqLibraryPage *self)
{
  self->sort = g_intern_static_string ("used");
  self->kind = g_intern_static_string ("all");
  self->filter = GTK_FILTER (gtk_custom_filter_new (matches, self, NULL));
  self->sorter = GTK_SORTER (gtk_custom_sorter_new (compare, self, NULL));
  gtk_widget_init_template (GTK_WIDGET (self));
  GtkEventController *controller = gtk_event_controller_legacy_new ();
  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  g_signal_connect_object (controller, "event", G_CALLBACK (event_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->status_stack), controller);
  gtk_search_bar_set_key_capture_widget (self->search_bar, GTK_WIDGET (self));
  maq_menu_button_name_items (self->menu_button);
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search_entry));
  g_signal_connect (self, "map", G_CALLBACK (map_cb), NULL);
}

static void
set_lists (MaqLibraryPage *self)
{
  g_autoptr (GListStore) lists = g_list_store_new (G_TYPE_LIST_MODEL);

  g_list_store_append (lists, self->library);
  g_list_store_append (lists, self->foreign);
  self->all = G_LIST_MODEL (gtk_flatten_list_model_new (g_object_ref (G_LIST_MODEL (lists))));
  self->filtered = gtk_filter_list_model_new (g_object_ref (self->all), g_object_ref (self->filter));
  self->sorted = gtk_sort_list_model_new (g_object_ref (G_LIST_MODEL (self->filtered)), g_object_ref (self->sorter));
}

MaqLibraryPage *
maq_library_page_new (MaqLibrary      *library,
                      MaqForeignList  *foreign,
                      MaqTransferList *transfers,
                      MaqHubClient    *client)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY (library), NULL);
  g_return_val_if_fail (MAQ_IS_FOREIGN_LIST (foreign), NULL);
  g_return_val_if_fail (MAQ_IS_TRANSFER_LIST (transfers), NULL);
  g_return_val_if_fail (MAQ_IS_HUB_CLIENT (client), NULL);

  MaqLibraryPage *self = g_object_new (MAQ_TYPE_LIBRARY_PAGE, NULL);
  self->library = g_object_ref (library);
  self->foreign = g_object_ref (foreign);
  self->transfers = g_object_ref (transfers);
  self->client = g_object_ref (client);
  set_lists (self);
  g_autoptr (GtkNoSelection) selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->sorted)));
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (selection));
  g_signal_connect_object (self->sorted, "items-changed", G_CALLBACK (stay_on_top), self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (self->filtered, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->all, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (foreign, "notify::loading", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (library, "notify::size", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (library, "notify::free", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  refresh (self);
  return self;
}

void
maq_library_page_focus_search (MaqLibraryPage *self)
{
  g_return_if_fail (MAQ_IS_LIBRARY_PAGE (self));

  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}
