// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-model-picker.h"

#include <glib/gi18n.h>
#include <string.h>

#include "maq-model-choices.h"

// The list is filled when it is opened: it is closed most of the time.
//
// choices → GtkFilterListModel (words) → GtkNoSelection → list view

// With fewer models than this nobody needs to search.
#define MIN_SEARCH 10

struct _MaqModelPicker
{
  AdwBin parent_instance;

  GtkMenuButton     *button;
  GtkLabel          *name_label;
  GtkLabel          *state_label;
  GtkPopover        *popover;
  GtkWidget         *loaded_box;
  GtkLabel          *loaded_label;
  GtkProgressBar    *progress;
  GtkWidget         *eject_button;
  GtkSearchEntry    *search_entry;
  GtkScrolledWindow *scroller;
  GtkListView       *list;
  GtkLabel          *empty_label;
  GtkWidget         *inspect_button;

  MaqForeignList     *foreign;
  MaqModelChoices    *choices;
  GtkFilterListModel *filtered;
  char               *words; // folded; nullable
  MaqSessionPool     *pool;
  MaqSession         *session; // of path, if there is one
  char               *label;
  char               *path;
};

typedef enum
{
  PROP_LABEL = 1,
  PROP_PATH,
} MaqModelPickerProperty;

static GParamSpec *properties[PROP_PATH + 1];

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MaqModelPicker, maq_model_picker, ADW_TYPE_BIN)

// "name" of "owner/name:Q4_0" (transfer full), and where its variant begins: NULL for a plain file.
static char *
split_label (const char *label, const char **variant)
{
  const char *slash = strchr (label, '/');
  const char *colon = slash ? strrchr (slash, ':') : NULL;
  const char *name = slash && slash[1] ? slash + 1 : label;

  *variant = colon ? colon + 1 : NULL;
  return colon ? g_strndup (name, colon - name) : g_strdup (name);
}

// BACKEND: "llama.cpp, CPU". CONFINEMENT: the layers there are, then those there are not, as "without seccomp"; "" if there is none.
static void
show_facts (MaqModelPicker *self, const char *backend, const char *confinement)
{
  g_auto (GStrv) parts = g_strsplit (backend ? backend : "", ", ", -1);
  g_autofree char *engine = g_strjoinv (" · ", parts);
  g_autofree char *facts = NULL;
  g_autofree char *details = NULL;
  const char      *word;

  if (confinement == NULL || *confinement == '\0')
    word = _ ("Not sandboxed");
  else if (strstr (confinement, "without "))
    word = _ ("Partly sandboxed");
  else
    word = _ ("Sandboxed");
  facts = g_strdup_printf ("%s · %s", engine, word);
  gtk_label_set_label (self->loaded_label, facts);
  // Translators: %s names the means by which the model's process is shut in, such as "Landlock 6, seccomp, limits".
  details = confinement && *confinement ? g_strdup_printf (_ ("The model runs in a process of its own without network access: %s"), confinement)
                                        : g_strdup (_ ("The model runs in a process of its own that nothing confines."));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->loaded_label), details);
}

static void
update_session (MaqModelPicker *self)
{
  MaqSessionState  state = self->session ? maq_session_get_state (self->session) : MAQ_SESSION_UNLOADED;
  gboolean         loading = state == MAQ_SESSION_LOADING;
  gboolean         loaded = state == MAQ_SESSION_READY || state == MAQ_SESSION_GENERATING;
  double           progress = self->session ? maq_session_get_progress (self->session) : 0;
  const char      *variant = NULL;
  g_autofree char *name = self->label ? split_label (self->label, &variant) : NULL;
  g_autofree char *words = NULL;
  g_autofree char *line = NULL;

  if (loading)
    words = g_strdup_printf (_ ("Loading… %d%%"), (int) (progress * 100));
  else if (loaded)
    words = g_strdup (_ ("Loaded"));
  else
    words = g_strdup (_ ("Not loaded"));
  line = variant ? g_strdup_printf ("%s · %s", variant, words) : g_strdup (words);
  gtk_label_set_label (self->state_label, line);
  gtk_widget_set_visible (GTK_WIDGET (self->state_label), self->path != NULL);

  gtk_widget_set_visible (self->loaded_box, loading || loaded);
  gtk_widget_set_visible (GTK_WIDGET (self->progress), loading);
  gtk_progress_bar_set_fraction (self->progress, progress);
  if (loaded)
    show_facts (self, maq_session_get_backend (self->session), maq_session_get_confinement (self->session));
  else
    {
      gtk_label_set_label (self->loaded_label, words);
      gtk_widget_set_tooltip_text (GTK_WIDGET (self->loaded_label), NULL);
    }
}

static void
on_pool_changed (MaqModelPicker *self)
{
  MaqSession *session = self->pool ? maq_session_pool_find (self->pool, self->path) : NULL;

  if (session != self->session)
    {
      if (self->session)
        g_signal_handlers_disconnect_by_data (self->session, self);
      g_set_object (&self->session, session);
      if (session)
        g_signal_connect_object (session, "notify::progress", G_CALLBACK (update_session), self, G_CONNECT_SWAPPED);
    }
  update_session (self);
}

static void
update_label (MaqModelPicker *self)
{
  const char      *variant = NULL;
  g_autofree char *name = self->label ? split_label (self->label, &variant) : g_strdup (_ ("Choose a Model"));

  gtk_label_set_label (self->name_label, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button), self->label ? self->label : _ ("Choose a Model"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, self->label ? self->label : name, -1);
}

static void
update_list (MaqModelPicker *self)
{
  guint n_all = g_list_model_get_n_items (G_LIST_MODEL (self->choices));
  guint n_shown = g_list_model_get_n_items (G_LIST_MODEL (self->filtered));

  gtk_widget_set_visible (GTK_WIDGET (self->search_entry), n_all >= MIN_SEARCH);
  // A list guesses how high its rows are: with many of them the popover would grow while it is open.
  gtk_scrolled_window_set_min_content_height (self->scroller, n_all >= MIN_SEARCH ? gtk_scrolled_window_get_max_content_height (self->scroller) : -1);
  if (gtk_filter_list_model_get_pending (self->filtered) > 0)
    return;
  gtk_widget_set_visible (GTK_WIDGET (self->scroller), n_shown > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->empty_label), n_shown == 0);
  if (n_all > 0)
    gtk_label_set_label (self->empty_label, _ ("No models found"));
  else
    gtk_label_set_label (self->empty_label, _ ("There are no chat models on this computer. Download a repo with GGUF files."));
}

static void
on_models_changed (MaqModelPicker *self)
{
  if (gtk_widget_get_visible (GTK_WIDGET (self->popover)))
    maq_model_choices_fill (self->choices, self->path);
}

// Before the popover is shown, so that it opens in its size.
static void
create_popup_cb (GtkMenuButton *button, gpointer data)
{
  MaqModelPicker *self = data;

  if (self->choices == NULL)
    return;
  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
  // An action takes valid text only.
  gtk_widget_set_visible (self->inspect_button, self->path != NULL && g_utf8_validate (self->path, -1, NULL));
  maq_foreign_list_refresh (self->foreign);
  maq_model_choices_fill (self->choices, self->path);
  update_list (self);
}

static gboolean
matches (gpointer object, gpointer data)
{
  MaqModelPicker *self = data;

  return maq_model_choice_matches (object, self->words);
}

// Without words there is no filter, so that no item is made to ask it.
static void
search_changed_cb (MaqModelPicker *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));
  g_autoptr (GtkFilter) filter = NULL;

  if (self->filtered == NULL)
    return;
  g_free (self->words);
  self->words = *text ? g_utf8_casefold (text, -1) : NULL;
  if (self->words)
    filter = GTK_FILTER (gtk_custom_filter_new (matches, self, NULL));
  gtk_filter_list_model_set_filter (self->filtered, filter);
}

static void
row_activated_cb (MaqModelPicker *self, guint position)
{
  g_autoptr (MaqModelChoice) choice = g_list_model_get_item (G_LIST_MODEL (self->filtered), position);
  g_autofree char *label = maq_model_choice_dup_label (choice);

  gtk_popover_popdown (self->popover);
  g_signal_emit (self, signals[CHOSEN], 0, label, maq_model_choice_get_path (choice));
}

static void
inspect_clicked_cb (MaqModelPicker *self)
{
  gtk_popover_popdown (self->popover);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.inspect", "s", self->path);
}

static void
eject_clicked_cb (MaqModelPicker *self)
{
  if (self->path)
    maq_session_pool_eject (self->pool, self->path);
}

static void
find_clicked_cb (MaqModelPicker *self)
{
  gtk_popover_popdown (self->popover);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-page", "s", "models");
}

static void
maq_model_picker_dispose (GObject *object)
{
  MaqModelPicker *self = MAQ_MODEL_PICKER (object);

  g_clear_object (&self->filtered);
  g_clear_object (&self->choices);
  g_clear_object (&self->foreign);
  g_clear_object (&self->pool);
  g_clear_object (&self->session);
  // Before the template lets go of its children, of which the bin's is one.
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_MODEL_PICKER);
  G_OBJECT_CLASS (maq_model_picker_parent_class)->dispose (object);
}

static void
maq_model_picker_finalize (GObject *object)
{
  MaqModelPicker *self = MAQ_MODEL_PICKER (object);

  g_free (self->label);
  g_free (self->path);
  g_free (self->words);
  G_OBJECT_CLASS (maq_model_picker_parent_class)->finalize (object);
}

static void
maq_model_picker_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MaqModelPicker *self = MAQ_MODEL_PICKER (object);

  switch ((MaqModelPickerProperty) prop_id)
    {
    case PROP_LABEL:
      g_value_set_string (value, self->label);
      break;
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_model_picker_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  MaqModelPicker *self = MAQ_MODEL_PICKER (object);

  switch ((MaqModelPickerProperty) prop_id)
    {
    case PROP_LABEL:
      if (g_set_str (&self->label, g_value_get_string (value)))
        {
          update_label (self);
          update_session (self);
          g_object_notify_by_pspec (object, pspec);
        }
      break;
    case PROP_PATH:
      if (g_set_str (&self->path, g_value_get_string (value)))
        {
          on_pool_changed (self);
          g_object_notify_by_pspec (object, pspec);
        }
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_model_picker_class_init (MaqModelPickerClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GParamFlags     flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = maq_model_picker_dispose;
  object_class->finalize = maq_model_picker_finalize;
  object_class->get_property = maq_model_picker_get_property;
  object_class->set_property = maq_model_picker_set_property;
  properties[PROP_LABEL] = g_param_spec_string ("label", NULL, NULL, NULL, flags);
  properties[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
  signals[CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);

  g_type_ensure (MAQ_TYPE_MODEL_CHOICE);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-model-picker.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqModelPicker, button);
  gtk_widget_class_bind_template_child (widget_class, MaqModelPicker, name_label);
  gtk_widget_class_bind_template_child (widget_class, MaqModelPicker, state_label);
  gtk_widget_class_bind_template_child (widget_class, MaqModelPicker, popover);
  gtk_widget_class_bind_template_child (widget_class, MaqModelPicker, loaded_box);
  gtk_widget_class_bind_template_child (widget_class, MaqModelPicker, loaded_label);
  gtk_widget_class_bind_template_child (widget_class, MaqModelPicker, progress);
  gtk_widget_class_bind_template_child (widget_class, MaqModelPicker, eject_button);
  gtk_widget_class_bind_template_child (widget_class, MaqModelPicker, search_entry);
  gtk_widget_class_bind_template_child (widget_class, MaqModelPicker, scroller);
  gtk_widget_class_bind_template_child (widget_class, MaqModelPicker, list);
  gtk_widget_class_bind_template_child (widget_class, MaqModelPicker, empty_label);
  gtk_widget_class_bind_template_child (widget_class, MaqModelPicker, inspect_button);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, eject_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, inspect_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, find_clicked_cb);
}

static void
maq_model_picker_init (MaqModelPicker *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_menu_button_set_create_popup_func (self->button, create_popup_cb, self, NULL);
  update_label (self);
  update_session (self);
}

void
maq_model_picker_set_source (MaqModelPicker *self, MaqLibrary *library, MaqForeignList *foreign, MaqSessionPool *pool)
{
  g_autoptr (GtkNoSelection) selection = NULL;

  g_return_if_fail (MAQ_IS_MODEL_PICKER (self));
  g_return_if_fail (self->choices == NULL);

  self->foreign = g_object_ref (foreign);
  self->pool = g_object_ref (pool);
  self->choices = maq_model_choices_new (library, foreign, pool);
  self->filtered = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (self->choices)), NULL);
  gtk_filter_list_model_set_incremental (self->filtered, TRUE);
  selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->filtered)));
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
  g_signal_connect_object (self->filtered, "items-changed", G_CALLBACK (update_list), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->filtered, "notify::pending", G_CALLBACK (update_list), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (library, "items-changed", G_CALLBACK (on_models_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (foreign, "items-changed", G_CALLBACK (on_models_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (pool, "changed", G_CALLBACK (on_pool_changed), self, G_CONNECT_SWAPPED);
  on_pool_changed (self);
}
