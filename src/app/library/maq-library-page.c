// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// library → GtkFilterListModel (words in the id) → GtkNoSelection → list view

#include "maq-library-page.h"

#include <glib/gi18n.h>

#include "maq-error-text.h"
#include "maq-future-slot.h"
#include "maq-library-row.h"
#include "maq-status-stack.h"
#include "maq-units.h"

// How long a deleted entry can be brought back, in milliseconds; the toast stays a second less.
#define UNDO_MS 6000

struct _MaqLibraryPage
{
  AdwNavigationPage parent_instance;

  AdwWindowTitle *window_title;
  GtkSearchBar   *search_bar;
  GtkSearchEntry *search_entry;
  MaqStatusStack *status_stack;
  GtkListView    *list_view;

  MaqLibrary         *library;
  GtkStringFilter    *filter;
  GtkFilterListModel *filtered;
  MaqFutureSlot       refreshing;
};

G_DEFINE_FINAL_TYPE (MaqLibraryPage, maq_library_page, ADW_TYPE_NAVIGATION_PAGE)

typedef enum
{
  PROP_LIBRARY = 1,
} MaqLibraryPageProperty;

static GParamSpec *properties[PROP_LIBRARY + 1];

static void
add_toast (MaqLibraryPage *self,
           AdwToast       *toast)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_TOAST_OVERLAY);

  if (overlay != NULL)
    adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (overlay), toast);
  else
    g_object_unref (g_object_ref_sink (toast));
}

static void
update (MaqLibraryPage *self)
{
  guint            n_items = g_list_model_get_n_items (G_LIST_MODEL (self->library));
  guint            n_shown = g_list_model_get_n_items (G_LIST_MODEL (self->filtered));
  g_autofree char *size = maq_format_bytes (maq_library_get_size (self->library));

  adw_window_title_set_subtitle (self->window_title, n_items > 0 ? size : "");
  if (n_items > 0 && n_shown == 0)
    maq_status_stack_set_empty (self->status_stack, "edit-find-symbolic", _ ("Nothing Found"), _ ("Try other words."));
  else
    maq_status_stack_set_empty (self->status_stack, "maq-library-symbolic", _ ("The Library Is Empty"), _ ("Models that you or other Hub tools download appear here."));
  if (n_shown > 0)
    maq_status_stack_set_status (self->status_stack, MAQ_STATUS_CONTENT);
  else if (n_items == 0 && maq_future_slot_is_waiting (&self->refreshing))
    maq_status_stack_set_status (self->status_stack, MAQ_STATUS_LOADING);
  else
    maq_status_stack_set_status (self->status_stack, MAQ_STATUS_EMPTY);
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
  maq_status_stack_set_problem (self->status_stack, text->title, text->body, text->can_retry);
  maq_status_stack_set_status (self->status_stack, MAQ_STATUS_ERROR);
}

static void
refresh (MaqLibraryPage *self)
{
  maq_future_slot_set (&self->refreshing, maq_library_refresh (self->library), self, refreshed_cb);
  update (self);
}

static void
search_changed_cb (MaqLibraryPage *self)
{
  gtk_string_filter_set_search (self->filter, gtk_editable_get_text (GTK_EDITABLE (self->search_entry)));
}

static void
row_activated_cb (MaqLibraryPage *self,
                  guint           position)
{
  g_autoptr (MaqLibraryItem) item = g_list_model_get_item (G_LIST_MODEL (self->filtered), position);

  if (item == NULL)
    return;
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (maq_library_item_get_kind (item), maq_library_item_get_id (item), NULL, NULL);
  g_autofree char *uri = maq_repo_address_to_uri (address);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.open-repo", "s", uri);
}

typedef struct
{
  MaqLibrary     *library;
  MaqLibraryItem *item;
} Undo;

static void
undo_free (Undo     *undo,
           GClosure *closure)
{
  g_object_unref (undo->library);
  g_object_unref (undo->item);
  g_free (undo);
}

static void
undo_clicked_cb (AdwToast *toast,
                 Undo     *undo)
{
  maq_library_undo_delete (undo->library, undo->item);
}

static DexFuture *
deleted_cb (DexFuture *future,
            gpointer   user_data)
{
  g_autoptr (MaqLibraryPage) self = g_weak_ref_get (user_data);
  g_autoptr (GError) error = NULL;

  if (self == NULL || dex_future_get_value (future, &error) != NULL)
    return NULL;
  g_autoptr (MaqErrorText) text = maq_error_text_new (error);
  if (text != NULL)
    {
      // Translators: a title such as "Cache Not Writable".
      g_autofree char *title = g_strdup_printf (_ ("Not deleted: %s"), text->title);
      add_toast (self, adw_toast_new (title));
    }
  return NULL;
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
delete_item (MaqLibraryPage *self,
             MaqLibraryItem *item)
{
  GWeakRef        *weak_self = g_new0 (GWeakRef, 1);
  Undo            *undo = g_new0 (Undo, 1);
  g_autofree char *title = g_strdup_printf (_ ("%s deleted"), maq_library_item_get_id (item));
  AdwToast        *toast = adw_toast_new (title);

  undo->library = g_object_ref (self->library);
  undo->item = g_object_ref (item);
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_button_label (toast, _ ("Undo"));
  adw_toast_set_timeout (toast, UNDO_MS / 1000 - 1);
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (undo_clicked_cb), undo, (GClosureNotify) undo_free, 0);
  add_toast (self, toast);

  // Nobody waits for the end: deleting goes on when the page is gone, which then has nobody to tell.
  g_weak_ref_init (weak_self, self);
  dex_future_disown (dex_future_finally (maq_library_delete (self->library, item, UNDO_MS), deleted_cb, weak_self, weak_ref_free));
}

static void
delete_repo_action (GtkWidget  *widget,
                    const char *action_name,
                    GVariant   *parameter)
{
  MaqLibraryPage *self = MAQ_LIBRARY_PAGE (widget);
  g_autoptr (MaqRepoAddress) address = maq_repo_address_parse (g_variant_get_string (parameter, NULL), MAQ_REPO_KIND_MODEL, NULL, NULL);
  MaqLibraryItem *item = address != NULL ? maq_library_find (self->library, address->kind, address->id) : NULL;

  if (item != NULL)
    delete_item (self, item);
}

static void
show_models_cb (MaqLibraryPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-page", "s", "models");
}

static void
maq_library_page_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  switch ((MaqLibraryPageProperty) prop_id)
    {
    case PROP_LIBRARY:
      MAQ_LIBRARY_PAGE (object)->library = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_library_page_constructed (GObject *object)
{
  MaqLibraryPage *self = MAQ_LIBRARY_PAGE (object);

  G_OBJECT_CLASS (maq_library_page_parent_class)->constructed (object);

  self->filter = gtk_string_filter_new (gtk_property_expression_new (MAQ_TYPE_LIBRARY_ITEM, NULL, "id"));
  gtk_string_filter_set_match_mode (self->filter, GTK_STRING_FILTER_MATCH_MODE_SUBSTRING);
  self->filtered = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (self->library)), g_object_ref (GTK_FILTER (self->filter)));
  g_autoptr (GtkNoSelection) selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->filtered)));
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (selection));
  g_signal_connect_object (self->filtered, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->library, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (self->library, "notify::size", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  refresh (self);
}

static void
maq_library_page_dispose (GObject *object)
{
  MaqLibraryPage *self = MAQ_LIBRARY_PAGE (object);

  maq_future_slot_clear (&self->refreshing);
  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_LIBRARY_PAGE);
  g_clear_object (&self->filtered);
  g_clear_object (&self->filter);
  g_clear_object (&self->library);

  G_OBJECT_CLASS (maq_library_page_parent_class)->dispose (object);
}

static void
maq_library_page_class_init (MaqLibraryPageClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->set_property = maq_library_page_set_property;
  object_class->constructed = maq_library_page_constructed;
  object_class->dispose = maq_library_page_dispose;

  properties[PROP_LIBRARY] = g_param_spec_object ("library", NULL, NULL, MAQ_TYPE_LIBRARY, G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  g_type_ensure (MAQ_TYPE_LIBRARY_ITEM);
  g_type_ensure (MAQ_TYPE_LIBRARY_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-library-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryPage, window_title);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryPage, search_bar);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryPage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryPage, status_stack);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryPage, list_view);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_models_cb);
  gtk_widget_class_bind_template_callback_full (widget_class, "retry_cb", G_CALLBACK (refresh));
  gtk_widget_class_install_action (widget_class, "library.delete-repo", "s", delete_repo_action);
}

static void
maq_library_page_init (MaqLibraryPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_search_bar_set_key_capture_widget (self->search_bar, GTK_WIDGET (self));
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search_entry));
}

MaqLibraryPage *
maq_library_page_new (MaqLibrary *library)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY (library), NULL);

  return g_object_new (MAQ_TYPE_LIBRARY_PAGE, "library", library, NULL);
}

void
maq_library_page_focus_search (MaqLibraryPage *self)
{
  g_return_if_fail (MAQ_IS_LIBRARY_PAGE (self));

  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}
