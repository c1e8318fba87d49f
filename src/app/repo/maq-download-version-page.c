// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-download-version-page.h"

#include <glib/gi18n.h>

#include "maq-error-text.h"
#include "maq-future-slot.h"
#include "maq-status-stack.h"

#define MAQ_TYPE_DOWNLOAD_VERSION (maq_download_version_get_type ())
G_DECLARE_FINAL_TYPE (MaqDownloadVersion, maq_download_version, MAQ, DOWNLOAD_VERSION, GObject)

struct _MaqDownloadVersion
{
  GObject parent_instance;

  char *name;
  char *facts;
  char *revision;
};

G_DEFINE_FINAL_TYPE (MaqDownloadVersion, maq_download_version, G_TYPE_OBJECT)

enum
{
  PROP_NAME = 1,
  PROP_FACTS,
};

static void
maq_download_version_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  MaqDownloadVersion *self = MAQ_DOWNLOAD_VERSION (object);

  g_value_set_string (value, prop_id == PROP_NAME ? self->name : self->facts);
}

static void
maq_download_version_finalize (GObject *object)
{
  MaqDownloadVersion *self = MAQ_DOWNLOAD_VERSION (object);

  g_free (self->name);
  g_free (self->facts);
  g_free (self->revision);

  G_OBJECT_CLASS (maq_download_version_parent_class)->finalize (object);
}

static void
maq_download_version_class_init (MaqDownloadVersionClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = maq_download_version_get_property;
  object_class->finalize = maq_download_version_finalize;
  g_object_class_install_property (object_class, PROP_NAME, g_param_spec_string ("name", NULL, NULL, NULL, flags));
  g_object_class_install_property (object_class, PROP_FACTS, g_param_spec_string ("facts", NULL, NULL, NULL, flags));
}

static void
maq_download_version_init (MaqDownloadVersion *self)
{
}

struct _MaqDownloadVersionPage
{
  AdwNavigationPage parent_instance;

  GtkSearchEntry *search;
  MaqStatusStack *status_stack;
  GtkListView    *list_view;

  MaqHubClient *client;
  MaqRepoKind   kind;
  char         *id;
  MaqHubRefs   *refs;  // nullable
  GListStore   *shown; // of MaqDownloadVersion
  MaqFutureSlot loading;
};

G_DEFINE_FINAL_TYPE (MaqDownloadVersionPage, maq_download_version_page, ADW_TYPE_NAVIGATION_PAGE)

enum
{
  CHOSEN,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
add_version (GPtrArray  *versions,
             const char *name,
             const char *revision,
             char       *facts)
{
  MaqDownloadVersion *version = g_object_new (MAQ_TYPE_DOWNLOAD_VERSION, NULL);

  version->name = g_strdup (name);
  version->revision = g_strdup (revision);
  version->facts = facts;
  g_ptr_array_add (versions, version);
}

// Those of REFS that have TEXT in their names. TRUE if one has that very name.
static gboolean
add_refs (GPtrArray  *versions,
          GPtrArray  *refs,
          const char *word,
          const char *text)
{
  gboolean is_named = FALSE;

  for (guint i = 0; i < refs->len; i++)
    {
      const MaqHubRef *ref = g_ptr_array_index (refs, i);
      if (strcasestr (ref->name, text) == NULL)
        continue;
      is_named |= g_str_equal (ref->name, text);
      // Translators: "Branch · 1a2b3c4": what a version is, and its commit.
      add_version (versions, ref->name, ref->name, g_strdup_printf (_ ("%s · %.7s"), word, ref->commit));
    }
  return is_named;
}

static void
update (MaqDownloadVersionPage *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->search))));
  g_autoptr (GPtrArray) versions = g_ptr_array_new_with_free_func (g_object_unref);
  gboolean is_named = FALSE;

  if (self->refs != NULL)
    {
      is_named |= add_refs (versions, self->refs->branches, _ ("Branch"), text);
      is_named |= add_refs (versions, self->refs->tags, _ ("Tag"), text);
      is_named |= add_refs (versions, self->refs->converts, _ ("Hub Conversion"), text);
    }
  if (*text != '\0' && !is_named && maq_revision_validate (text, NULL))
    add_version (versions, text, text, g_strdup (maq_revision_is_commit (text) ? _ ("Commit") : _ ("Entered")));
  g_list_store_splice (self->shown, 0, g_list_model_get_n_items (G_LIST_MODEL (self->shown)), versions->pdata, versions->len);
  // What is typed works without the list.
  if (versions->len > 0)
    maq_status_stack_set_status (self->status_stack, MAQ_STATUS_CONTENT);
  else if (self->refs != NULL)
    maq_status_stack_set_status (self->status_stack, MAQ_STATUS_EMPTY);
}

static void
loaded_cb (gpointer   object,
           DexFuture *future)
{
  MaqDownloadVersionPage *self = object;
  g_autoptr (GError) error = NULL;
  MaqHubRefs *refs = maq_future_get_boxed (future, &error);

  if (refs != NULL)
    {
      self->refs = maq_hub_refs_ref (refs);
      update (self);
      return;
    }
  g_autoptr (MaqErrorText) text = maq_error_text_new (error);
  if (text == NULL)
    return;
  maq_status_stack_set_problem (self->status_stack, text->title, text->body, text->can_retry);
  maq_status_stack_set_status (self->status_stack, text->is_offline ? MAQ_STATUS_OFFLINE : MAQ_STATUS_ERROR);
}

static void
load (MaqDownloadVersionPage *self)
{
  maq_status_stack_set_status (self->status_stack, MAQ_STATUS_LOADING);
  maq_future_slot_set (&self->loading, maq_hub_client_list_refs (self->client, self->kind, self->id), self, loaded_cb);
}

static void
choose (MaqDownloadVersionPage *self,
        guint                   position)
{
  g_autoptr (MaqDownloadVersion) version = g_list_model_get_item (G_LIST_MODEL (self->shown), position);

  if (version != NULL)
    g_signal_emit (self, signals[CHOSEN], 0, version->revision);
}

static void
activated_cb (MaqDownloadVersionPage *self,
              guint                   position)
{
  choose (self, position);
}

static void
entry_activated_cb (MaqDownloadVersionPage *self)
{
  // Typed quickly, the text is further than the list.
  update (self);
  choose (self, 0);
}

static void
shown_cb (MaqDownloadVersionPage *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

static void
stop_search_cb (MaqDownloadVersionPage *self)
{
  if (*gtk_editable_get_text (GTK_EDITABLE (self->search)) != '\0')
    gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "navigation.pop", NULL);
}

static void
maq_download_version_page_dispose (GObject *object)
{
  MaqDownloadVersionPage *self = MAQ_DOWNLOAD_VERSION_PAGE (object);

  maq_future_slot_clear (&self->loading);
  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_DOWNLOAD_VERSION_PAGE);
  g_clear_object (&self->shown);
  g_clear_object (&self->client);

  G_OBJECT_CLASS (maq_download_version_page_parent_class)->dispose (object);
}

static void
maq_download_version_page_finalize (GObject *object)
{
  MaqDownloadVersionPage *self = MAQ_DOWNLOAD_VERSION_PAGE (object);

  g_clear_pointer (&self->refs, maq_hub_refs_unref);
  g_free (self->id);

  G_OBJECT_CLASS (maq_download_version_page_parent_class)->finalize (object);
}

static void
maq_download_version_page_class_init (MaqDownloadVersionPageClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = maq_download_version_page_dispose;
  object_class->finalize = maq_download_version_page_finalize;

  signals[CHOSEN] = g_signal_new ("chosen", MAQ_TYPE_DOWNLOAD_VERSION_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (MAQ_TYPE_DOWNLOAD_VERSION);
  g_type_ensure (MAQ_TYPE_STATUS_STACK);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-download-version-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadVersionPage, search);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadVersionPage, status_stack);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadVersionPage, list_view);
  gtk_widget_class_bind_template_callback (widget_class, update);
  gtk_widget_class_bind_template_callback (widget_class, load);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, entry_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_search_cb);
  gtk_widget_class_bind_template_callback (widget_class, shown_cb);
}

static void
maq_download_version_page_init (MaqDownloadVersionPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->shown = g_list_store_new (MAQ_TYPE_DOWNLOAD_VERSION);
  g_autoptr (GtkNoSelection) selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->shown)));
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (selection));
}

MaqDownloadVersionPage *
maq_download_version_page_new (MaqHubClient *client,
                               MaqRepoKind   kind,
                               const char   *id)
{
  g_return_val_if_fail (MAQ_IS_HUB_CLIENT (client), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  MaqDownloadVersionPage *self = g_object_new (MAQ_TYPE_DOWNLOAD_VERSION_PAGE, NULL);
  self->client = g_object_ref (client);
  self->kind = kind;
  self->id = g_strdup (id);
  load (self);
  return self;
}
