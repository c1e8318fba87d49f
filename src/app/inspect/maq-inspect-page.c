// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-inspect-page.h"

#include <glib/gi18n.h>

#include "maq-chip.h"
#include "maq-error-text.h"
#include "maq-future-slot.h"
#include "maq-inspect-rows.h"
#include "maq-inspect-tensors.h"
#include "maq-inspect-text.h"
#include "maq-inspect.h"
#include "maq-stack-pages.h"
#include "maq-status-stack.h"
#include "maq-units.h"

struct _MaqInspectPage
{
  AdwNavigationPage parent_instance;

  AdwWindowTitle    *window_title;
  GtkWidget         *chat_button;
  GtkToggleButton   *search_button;
  GtkSearchBar      *search_bar;
  GtkSearchEntry    *search_entry;
  MaqStatusStack    *status_stack;
  GtkLabel          *title_label;
  AdwWrapBox        *chips;
  GtkLabel          *cut_label;
  GtkWidget         *switcher;
  AdwViewStack      *tabs;
  MaqInspectRows    *metadata;
  MaqInspectText    *text;
  MaqInspectTensors *tensors;
  MaqInspectRows    *tokens;
  MaqInspectText    *template_text;

  char           *path;   // of a local file
  MaqHubClient   *client; // of others
  MaqCache       *cache;
  MaqRepoAddress *address;
  MaqInspection  *inspection;
  MaqFutureSlot   loading;
};

G_DEFINE_FINAL_TYPE (MaqInspectPage, maq_inspect_page, ADW_TYPE_NAVIGATION_PAGE)

static void
add_chip (MaqInspectPage *self,
          const char     *text)
{
  adw_wrap_box_append (self->chips, maq_chip_new (NULL, text));
}

// FORMAT has one %s.
static void
add_named_chip (MaqInspectPage *self,
                const char     *format,
                const char     *value)
{
  g_autofree char *text = NULL;

  if (value == NULL || *value == '\0')
    return;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  text = g_strdup_printf (format, value);
#pragma GCC diagnostic pop
  add_chip (self, text);
}

static void
fill_chips (MaqInspectPage *self)
{
  const MaqInspection *inspection = self->inspection;
  g_autofree char     *size = maq_format_bytes (inspection->file_size);

  adw_wrap_box_remove_all (self->chips);
  add_chip (self, inspection->format);
  // Translators: %s is a name such as "llama".
  add_named_chip (self, _ ("Architecture: %s"), inspection->architecture);
  if (inspection->n_parameters > 0)
    {
      g_autofree char *count = maq_format_parameters ((gint64) inspection->n_parameters);
      add_named_chip (self, _ ("%s parameters"), count);
    }
  // Translators: how the weights are stored, such as "Q4_K_M".
  add_named_chip (self, _ ("Quantization: %s"), inspection->quantization);
  if (inspection->context_length > 0)
    {
      g_autofree char *text = g_strdup_printf (_ ("%" G_GINT64_FORMAT " tokens of context"), inspection->context_length);
      add_chip (self, text);
    }
  if (inspection->file_size > 0)
    add_chip (self, size);
  add_named_chip (self, _ ("License: %s"), inspection->license);
}

static char *
dup_tokenizer_summary (const MaqInspection *inspection)
{
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();

  if (inspection->tokenizer != NULL)
    g_strv_builder_add (parts, inspection->tokenizer);
  if (inspection->n_tokens > 0)
    g_strv_builder_take (parts, g_strdup_printf (ngettext ("%'" G_GUINT64_FORMAT " token", "%'" G_GUINT64_FORMAT " tokens", (gulong) inspection->n_tokens), inspection->n_tokens));
  g_auto (GStrv) strv = g_strv_builder_end (parts);
  return g_strjoinv (" · ", strv);
}

// Shows the tab only if there is something in it.
static gboolean
show_tab (MaqInspectPage *self,
          gpointer        child,
          gboolean        has_content)
{
  adw_view_stack_page_set_visible (adw_view_stack_get_page (self->tabs, child), has_content);
  return has_content;
}

static void
fill_lists (MaqInspectPage *self)
{
  MaqInspection *inspection = self->inspection;

  if (show_tab (self, self->metadata, maq_inspection_get_n_keys (inspection) > 0))
    {
      const char *title = inspection->kind == MAQ_INSPECT_JSON ? _ ("Files") : _ ("Metadata");
      g_autoptr (MaqInspectList) list = maq_inspect_list_new_metadata (inspection);
      maq_inspect_rows_set_list (self->metadata, list, title, NULL);
      adw_view_stack_page_set_title (adw_view_stack_get_page (self->tabs, GTK_WIDGET (self->metadata)), title);
    }
  if (show_tab (self, self->tensors, maq_inspection_get_n_tensors (inspection) > 0))
    maq_inspect_tensors_set_inspection (self->tensors, inspection);
  if (show_tab (self, self->tokens, inspection->tokenizer != NULL || inspection->special_tokens->len > 0))
    {
      g_autoptr (MaqInspectList) list = maq_inspect_list_new_tokens (inspection);
      g_autofree char *summary = dup_tokenizer_summary (inspection);
      maq_inspect_rows_set_list (self->tokens, list, _ ("Special Tokens"), summary);
    }
}

static void
fill_texts (MaqInspectPage *self)
{
  const MaqInspection *inspection = self->inspection;

  if (show_tab (self, self->text, inspection->kind == MAQ_INSPECT_JSON))
    maq_inspect_text_add (self->text, inspection->name, inspection->text);
  show_tab (self, self->template_text, inspection->templates->len > 0);
  for (guint i = 0; i < inspection->templates->len; i++)
    {
      const MaqInspectTemplate *template = inspection->templates->pdata[i];
      maq_inspect_text_add (self->template_text, template->name != NULL ? template->name : _ ("Default"), template->text);
    }
}

// The stack stays at a tab that was hidden, so the first of those that are left is chosen.
static void
choose_tab (MaqInspectPage *self)
{
  g_autoptr (GListModel) pages = G_LIST_MODEL (adw_view_stack_get_pages (self->tabs));
  AdwViewStackPage *first = NULL;
  guint             n_visible = 0;

  for (guint i = 0; i < g_list_model_get_n_items (pages); i++)
    {
      g_autoptr (AdwViewStackPage) page = g_list_model_get_item (pages, i);
      if (!adw_view_stack_page_get_visible (page))
        continue;
      n_visible++;
      if (first == NULL)
        first = page;
    }
  if (first != NULL)
    adw_view_stack_set_visible_child (self->tabs, adw_view_stack_page_get_child (first));
  gtk_widget_set_visible (self->switcher, n_visible > 1);
  maq_status_stack_set_status (self->status_stack, n_visible > 0 ? MAQ_STATUS_CONTENT : MAQ_STATUS_EMPTY);
}

static gpointer
get_tab (MaqInspectPage *self)
{
  return adw_view_stack_get_visible_child (self->tabs);
}

static void
tab_changed_cb (MaqInspectPage *self)
{
  gpointer tab = get_tab (self);
  gboolean can_search = self->inspection != NULL && (MAQ_IS_INSPECT_ROWS (tab) || MAQ_IS_INSPECT_TENSORS (tab));

  gtk_widget_set_sensitive (GTK_WIDGET (self->search_button), can_search);
  if (!can_search)
    gtk_search_bar_set_search_mode (self->search_bar, FALSE);
}

static void
search_changed_cb (MaqInspectPage *self)
{
  const char *words = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));

  maq_inspect_rows_set_search (self->metadata, words);
  maq_inspect_rows_set_search (self->tokens, words);
  maq_inspect_tensors_set_search (self->tensors, words);
}

static void
loaded_cb (gpointer   object,
           DexFuture *future)
{
  MaqInspectPage *self = object;
  g_autoptr (GError) error = NULL;
  MaqInspection *inspection = maq_future_get_boxed (future, &error);

  if (inspection == NULL)
    {
      g_autoptr (MaqErrorText) text = maq_error_text_new (error);
      if (text == NULL)
        return;
      maq_status_stack_set_problem (self->status_stack, text->title, text->body, text->can_retry);
      maq_status_stack_set_status (self->status_stack, text->is_offline ? MAQ_STATUS_OFFLINE : MAQ_STATUS_ERROR);
      return;
    }
  self->inspection = maq_inspection_ref (inspection);
  gtk_label_set_label (self->title_label, inspection->title != NULL ? inspection->title : "");
  gtk_widget_set_visible (GTK_WIDGET (self->title_label), inspection->title != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->cut_label), inspection->is_cut);
  // A vocabulary and weights are what a chat needs; whether it runs is said there.
  gtk_widget_set_visible (self->chat_button, inspection->kind == MAQ_INSPECT_GGUF && inspection->path != NULL && inspection->tokenizer != NULL && inspection->n_parameters > 0);
  fill_chips (self);
  fill_lists (self);
  fill_texts (self);
  choose_tab (self);
  tab_changed_cb (self);
}

static void
load (MaqInspectPage *self)
{
  maq_status_stack_set_status (self->status_stack, MAQ_STATUS_LOADING);
  maq_future_slot_set (&self->loading,
                       self->path != NULL ? maq_inspect_open (self->path)
                                          : maq_inspect_address (self->cache, self->client, self->address, NULL, NULL),
                       self,
                       loaded_cb);
}

static void
chat_clicked_cb (MaqInspectPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.open-chat", "(ss)", self->inspection->name, self->inspection->path);
}

static char *
dup_tensor_text (MaqInspectItem *item)
{
  g_autofree char *type = NULL, *shape = NULL, *size_text = NULL;
  guint64          size, offset;

  g_object_get (item, "type", &type, "text", &shape, "size", &size, "offset", &offset, NULL);
  if (*type == '\0')
    return g_steal_pointer (&shape);
  size_text = maq_format_bytes (size);
  if (size >= 1000)
    {
      g_autofree char *rounded = g_steal_pointer (&size_text);
      // Translators: a size such as "4.1 kB", and the same in bytes.
      size_text = g_strdup_printf (_ ("%s (%" G_GUINT64_FORMAT " bytes)"), rounded, size);
    }
  // Translators: facts of a tensor: its type, shape and size, and where it begins in the file.
  return g_strdup_printf (_ ("Type: %s\nShape: %s\nSize: %s\nOffset: %" G_GUINT64_FORMAT), type, shape, size_text, offset);
}

// A dialog with all of one value.
static void
show_item_cb (MaqInspectPage *self,
              MaqInspectItem *item,
              gpointer        from)
{
  g_autofree char *whole = MAQ_IS_INSPECT_TENSORS (from) ? dup_tensor_text (item) : maq_inspect_item_dup_whole_text (item);
  AdwDialog       *dialog = adw_dialog_new ();
  GtkWidget       *view = adw_toolbar_view_new ();
  GtkWidget       *overlay = adw_toast_overlay_new ();
  MaqInspectText  *text = g_object_new (MAQ_TYPE_INSPECT_TEXT, NULL);

  maq_inspect_text_add (text, maq_inspect_item_get_name (item), whole != NULL ? whole : "");
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), GTK_WIDGET (text));
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (overlay), view);
  adw_dialog_set_title (dialog, maq_inspect_item_get_name (item));
  adw_dialog_set_child (dialog, overlay);
  adw_dialog_set_content_width (dialog, 560);
  adw_dialog_set_content_height (dialog, MAQ_IS_INSPECT_TENSORS (from) ? 300 : 420);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
maq_inspect_page_dispose (GObject *object)
{
  MaqInspectPage *self = MAQ_INSPECT_PAGE (object);

  maq_future_slot_clear (&self->loading);
  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_INSPECT_PAGE);
  g_clear_object (&self->cache);
  g_clear_object (&self->client);

  G_OBJECT_CLASS (maq_inspect_page_parent_class)->dispose (object);
}

static void
maq_inspect_page_finalize (GObject *object)
{
  MaqInspectPage *self = MAQ_INSPECT_PAGE (object);

  g_clear_pointer (&self->inspection, maq_inspection_unref);
  g_clear_pointer (&self->address, maq_repo_address_free);
  g_free (self->path);

  G_OBJECT_CLASS (maq_inspect_page_parent_class)->finalize (object);
}

static void
maq_inspect_page_class_init (MaqInspectPageClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = maq_inspect_page_dispose;
  object_class->finalize = maq_inspect_page_finalize;

  g_type_ensure (MAQ_TYPE_INSPECT_ROWS);
  g_type_ensure (MAQ_TYPE_INSPECT_TENSORS);
  g_type_ensure (MAQ_TYPE_INSPECT_TEXT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-inspect-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqInspectPage, window_title);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectPage, chat_button);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectPage, search_button);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectPage, search_bar);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectPage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectPage, status_stack);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectPage, title_label);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectPage, chips);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectPage, cut_label);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectPage, switcher);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectPage, tabs);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectPage, metadata);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectPage, text);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectPage, tensors);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectPage, tokens);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectPage, template_text);
  gtk_widget_class_bind_template_callback (widget_class, load);
  gtk_widget_class_bind_template_callback (widget_class, chat_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_item_cb);
  gtk_widget_class_bind_template_callback (widget_class, tab_changed_cb);
}

static void
maq_inspect_page_init (MaqInspectPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  maq_stack_pages_hide_others (GTK_WIDGET (self->tabs));
  gtk_search_bar_set_key_capture_widget (self->search_bar, GTK_WIDGET (self));
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search_entry));
}

static MaqInspectPage *
page_new (const char *name,
          const char *place)
{
  MaqInspectPage *self = g_object_new (MAQ_TYPE_INSPECT_PAGE, "title", name, NULL);

  adw_window_title_set_title (self->window_title, name);
  adw_window_title_set_subtitle (self->window_title, place);
  return self;
}

MaqInspectPage *
maq_inspect_page_new_for_path (const char *path)
{
  g_return_val_if_fail (path != NULL, NULL);

  g_autofree char *name = g_filename_display_basename (path);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *place = g_filename_display_name (folder);
  MaqInspectPage  *self = page_new (name, place);

  self->path = g_strdup (path);
  load (self);
  return self;
}

MaqInspectPage *
maq_inspect_page_new_for_address (MaqHubClient         *client,
                                  MaqCache             *cache,
                                  const MaqRepoAddress *address)
{
  g_return_val_if_fail (MAQ_IS_HUB_CLIENT (client), NULL);
  g_return_val_if_fail (MAQ_IS_CACHE (cache), NULL);
  g_return_val_if_fail (address != NULL && address->path != NULL, NULL);

  g_autofree char *name = g_path_get_basename (address->path);
  MaqInspectPage  *self = page_new (name, address->id);

  self->client = g_object_ref (client);
  self->cache = g_object_ref (cache);
  self->address = maq_repo_address_copy (address);
  load (self);
  return self;
}

gboolean
maq_inspect_page_shows (MaqInspectPage *self,
                        const char     *text)
{
  g_return_val_if_fail (MAQ_IS_INSPECT_PAGE (self), FALSE);

  if (self->path != NULL)
    return g_str_equal (self->path, text);
  g_autofree char *uri = maq_repo_address_to_uri (self->address);
  return g_str_equal (uri, text);
}

void
maq_inspect_page_focus_search (MaqInspectPage *self)
{
  g_return_if_fail (MAQ_IS_INSPECT_PAGE (self));

  if (!gtk_widget_get_sensitive (GTK_WIDGET (self->search_button)))
    return;
  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}
