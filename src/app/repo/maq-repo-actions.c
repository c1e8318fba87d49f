// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-repo-actions.h"

#include <glib/gi18n.h>

#include "maq-future-slot.h"
#include "maq-units.h"
#include "maq-variant-fits.h"

struct _MaqRepoActions
{
  AdwBin parent_instance;

  GtkWidget     *download;
  GtkLabel      *download_label;
  GtkLabel      *download_size;
  GtkMenuButton *choose;
  GtkPopover    *popover;
  GtkBox        *choices;
  GtkWidget     *try;
  GtkLabel      *fit;

  MaqHubClient    *client;
  MaqCache        *cache;
  MaqTransferList *transfers;
  MaqLibrary      *library;
  MaqRepo         *repo;
  MaqHubTree      *tree;
  GHashTable      *here;     // paths of this version that are in the cache
  GPtrArray       *variants; // of MaqVariant; empty for a repo without GGUF weights
  int              chosen;   // position in variants; -1: all files
  MaqFutureSlot    judging;
  GPtrArray       *fits; // of MaqFit, one for each variant; NULL until they are known
  MaqTransfer     *transfer;
  GSignalGroup    *transfer_signals;
  gboolean         has_chosen; // somebody, not we
  gboolean         try_when_done;
  gboolean         not_runnable;
};

G_DEFINE_FINAL_TYPE (MaqRepoActions, maq_repo_actions, ADW_TYPE_BIN)

typedef enum
{
  PROP_TRANSFER = 1,
  PROP_HERE,
  PROP_NOT_RUNNABLE,
} MaqRepoActionsProperty;

static GParamSpec *properties[PROP_NOT_RUNNABLE + 1];

static void update (MaqRepoActions *self);

static const MaqVariant *
get_chosen (MaqRepoActions *self)
{
  return self->chosen >= 0 && self->chosen < (int) self->variants->len ? self->variants->pdata[self->chosen] : NULL;
}

// Where the first file of VARIANT is in the cache, NULL unless all of them are there (transfer full).
static char *
dup_variant_path (MaqRepoActions   *self,
                  const MaqVariant *variant)
{
  g_autofree char *first = NULL;

  for (gsize i = 0; variant->paths[i] != NULL; i++)
    {
      g_autofree char *path = maq_cache_dup_file_path (self->cache, maq_repo_get_kind (self->repo), maq_repo_get_id (self->repo), NULL, variant->paths[i]);
      if (path == NULL)
        return NULL;
      if (i == 0)
        first = g_steal_pointer (&path);
    }
  return g_steal_pointer (&first);
}

static gboolean
is_active (MaqTransfer *transfer)
{
  return transfer != NULL && maq_transfer_get_state (transfer) < MAQ_TRANSFER_DONE;
}

// The download of VARIANT (NULL: of all files) that runs or wants attention.
static MaqTransfer *
find_transfer (MaqRepoActions   *self,
               const MaqVariant *variant)
{
  const char  *path = NULL;
  MaqTransfer *transfer = NULL;

  if (variant != NULL)
    path = variant->paths[0];
  else if (self->tree->files->len > 0)
    path = ((MaqHubFile *) self->tree->files->pdata[0])->path;
  if (path != NULL)
    transfer = maq_transfer_list_find (self->transfers, maq_repo_get_kind (self->repo), maq_repo_get_id (self->repo), path);
  return transfer != NULL && maq_transfer_get_state (transfer) != MAQ_TRANSFER_DONE ? transfer : NULL;
}

// Reads from the library which files of this version are here.
static void
read_here (MaqRepoActions *self)
{
  g_hash_table_remove_all (self->here);
  if (self->repo == NULL)
    return;
  const char     *sha = maq_repo_get_sha (self->repo);
  MaqLibraryItem *item = maq_library_find (self->library, maq_repo_get_kind (self->repo), maq_repo_get_id (self->repo));
  MaqCacheRepo   *cached = item != NULL ? maq_library_item_get_repo (item) : NULL;
  for (guint i = 0; cached != NULL && i < cached->revisions->len; i++)
    {
      MaqCacheRevision *revision = cached->revisions->pdata[i];
      if (sha != NULL && g_strcmp0 (revision->commit, sha) != 0)
        continue;
      for (guint j = 0; j < revision->files->len; j++)
        g_hash_table_add (self->here, g_strdup (((MaqCacheFile *) revision->files->pdata[j])->path));
    }
}

static gboolean
has_all_files (MaqRepoActions *self)
{
  for (guint i = 0; i < self->tree->files->len; i++)
    if (!g_hash_table_contains (self->here, ((MaqHubFile *) self->tree->files->pdata[i])->path))
      return FALSE;
  return self->tree->files->len > 0;
}

static void
library_changed_cb (MaqRepoActions *self)
{
  read_here (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HERE]);
  update (self);
}

static void
open_chat (MaqRepoActions   *self,
           const MaqVariant *variant,
           const char       *path)
{
  g_autofree char *label = g_strdup_printf ("%s:%s", maq_repo_get_id (self->repo), variant->label);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.open-chat", "(ss)", label, path);
}

// Follows the transfer of what is chosen.
static void
set_transfer (MaqRepoActions *self,
              MaqTransfer    *transfer)
{
  if (!g_set_object (&self->transfer, transfer))
    return;
  g_signal_group_set_target (self->transfer_signals, transfer);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TRANSFER]);
}

// What the end of the transfer means for Try. Called before the transfer is looked up anew, which lets go of one that is done:
// its end may be heard of first through the library, which is read again by whoever is told before this.
static void
note_end (MaqRepoActions *self)
{
  if (self->transfer == NULL || !self->try_when_done || is_active (self->transfer))
    return;
  self->try_when_done = FALSE;

  const MaqVariant *variant = get_chosen (self);
  const char       *path = maq_transfer_get_first_path (self->transfer);
  // Somebody who went elsewhere meanwhile is not pulled away.
  if (maq_transfer_get_state (self->transfer) == MAQ_TRANSFER_DONE && variant != NULL && path != NULL && gtk_widget_get_mapped (GTK_WIDGET (self)))
    open_chat (self, variant, path);
}

static void
start_download (MaqRepoActions *self)
{
  const MaqVariant *variant = get_chosen (self);
  g_autoptr (MaqTransferRequest) request = maq_transfer_request_new (maq_repo_get_kind (self->repo), maq_repo_get_id (self->repo), NULL);

  if (variant != NULL)
    {
      request->paths = g_strdupv (variant->paths);
      request->title = g_strdup (variant->label);
    }
  g_autoptr (MaqTransfer) transfer = maq_transfer_list_start (self->transfers, request);
  set_transfer (self, transfer);
  update (self);
}

static void
download_clicked_cb (MaqRepoActions *self)
{
  start_download (self);
}

static void
try_clicked_cb (MaqRepoActions *self)
{
  const MaqVariant *variant = get_chosen (self);

  if (variant == NULL)
    {
      self->chosen = 0;
      variant = get_chosen (self);
    }
  if (variant == NULL)
    return;
  g_autofree char *path = dup_variant_path (self, variant);
  if (path != NULL)
    {
      open_chat (self, variant, path);
      return;
    }
  if (!is_active (self->transfer))
    start_download (self);
  self->try_when_done = TRUE;
  update (self);
}

static void
choice_clicked_cb (MaqRepoActions *self,
                   GtkButton      *button)
{
  int chosen = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "choice"));

  gtk_popover_popdown (self->popover);
  self->chosen = chosen;
  self->has_chosen = TRUE;
  self->try_when_done = FALSE;
  set_transfer (self, find_transfer (self, get_chosen (self)));
  update (self);
  if (gtk_widget_get_sensitive (self->download))
    start_download (self);
}

// The verdict on VARIANT, or NULL while it is not known.
static const MaqFit *
get_fit (MaqRepoActions   *self,
         const MaqVariant *variant)
{
  guint i;

  if (self->fits == NULL || variant == NULL || !g_ptr_array_find (self->variants, variant, &i))
    return NULL;
  return self->fits->pdata[i];
}

static char *
dup_fit_words (MaqRepoActions   *self,
               const MaqVariant *variant)
{
  const MaqFit *fit = get_fit (self, variant);

  if (fit == NULL || fit->verdict == MAQ_FIT_UNKNOWN)
    return g_strdup ("");
  if (variant == maq_fit_recommend (self->variants, self->fits))
    return g_strdup_printf (_ ("%s, Recommended"), maq_fit_verdict_to_word (fit->verdict));
  return g_strdup (maq_fit_verdict_to_word (fit->verdict));
}

static char *
dup_choice_state (MaqRepoActions   *self,
                  const MaqVariant *variant)
{
  g_autofree char *path = variant != NULL ? dup_variant_path (self, variant) : NULL;
  MaqTransfer     *transfer = find_transfer (self, variant);

  if (path != NULL || (variant == NULL && has_all_files (self)))
    return g_strdup (_ ("On this computer"));
  if (is_active (transfer))
    return g_strdup (_ ("Downloading"));
  if (variant != NULL && variant->missing > 0)
    return g_strdup_printf (ngettext ("%u part is missing", "%u parts are missing", variant->missing), variant->missing);
  return dup_fit_words (self, variant);
}

static void
add_choice (MaqRepoActions   *self,
            int               choice,
            const MaqVariant *variant,
            guint64           size)
{
  const char      *title = variant != NULL ? variant->label : _ ("All Files");
  g_autofree char *size_text = maq_format_bytes (size);
  g_autofree char *state = dup_choice_state (self, variant);
  gboolean         is_chosen = choice == self->chosen;
  const char      *parts[] = { title, size_text, NULL, NULL, NULL };
  guint            n_parts = 2;
  GtkWidget       *button = gtk_button_new ();
  GtkWidget       *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget       *image = g_object_new (GTK_TYPE_IMAGE, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, "icon-name", "object-select-symbolic", NULL);
  GtkWidget       *label = gtk_label_new (title);
  GtkWidget       *state_label = gtk_label_new (state);
  GtkWidget       *size_label = gtk_label_new (size_text);

  if (*state != '\0')
    parts[n_parts++] = state;
  if (is_chosen)
    parts[n_parts++] = _ ("Chosen");
  g_autofree char *name = g_strjoinv (", ", (char **) parts);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (state_label, "caption");
  gtk_widget_add_css_class (state_label, "dimmed");
  gtk_widget_add_css_class (size_label, "numeric");
  gtk_widget_set_opacity (image, is_chosen ? 1 : 0);
  gtk_box_append (GTK_BOX (box), image);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), state_label);
  gtk_box_append (GTK_BOX (box), size_label);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_sensitive (button, variant == NULL || variant->missing == 0);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data (G_OBJECT (button), "choice", GINT_TO_POINTER (choice));
  g_signal_connect_object (button, "clicked", G_CALLBACK (choice_clicked_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (self->choices, button);
}

static guint64
get_total_size (MaqRepoActions *self)
{
  guint64 size = 0;
  for (guint i = 0; i < self->tree->files->len; i++)
    size += ((MaqHubFile *) self->tree->files->pdata[i])->size;
  return size;
}

// The choices are made when the popover opens, so that they say what is true then.
static void
popover_show_cb (MaqRepoActions *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->choices))) != NULL)
    gtk_box_remove (self->choices, child);
  if (self->tree == NULL)
    return;
  for (guint i = 0; i < self->variants->len; i++)
    {
      const MaqVariant *variant = self->variants->pdata[i];
      add_choice (self, i, variant, variant->size);
    }
  add_choice (self, -1, NULL, get_total_size (self));
}

static gboolean
can_chat (MaqRepo *repo)
{
  static const char *const tags[] = {
    "text-generation", "image-text-to-text", "any-to-any", "text2text-generation", "summarization", "translation", "question-answering", NULL
  };
  const char *tag = maq_repo_get_pipeline_tag (repo);
  return maq_repo_get_kind (repo) == MAQ_REPO_KIND_MODEL && (tag == NULL || g_strv_contains (tags, tag));
}

// The verdict on what is chosen, in a word and a number; the rest is said when one asks.
static void
show_fit (MaqRepoActions *self)
{
  const MaqFit    *fit = get_fit (self, get_chosen (self));
  g_autofree char *sentence = fit != NULL ? maq_fit_to_sentence (fit) : NULL;
  g_autofree char *total = fit != NULL ? maq_format_bytes (fit->total) : NULL;
  g_autofree char *text = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->fit), fit != NULL);
  if (fit == NULL)
    return;
  // Translators: the verdict, "Fits" or "Does Not Fit", and how much memory the model takes.
  text = fit->verdict != MAQ_FIT_UNKNOWN ? g_strdup_printf (_ ("%s · Takes %s of Memory"), maq_fit_verdict_to_word (fit->verdict), total)
                                         : g_strdup (_ ("Memory Use Unknown"));
  gtk_label_set_label (self->fit, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->fit), sentence);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->fit), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, sentence, -1);
}

static void
update (MaqRepoActions *self)
{
  gboolean ready = self->tree != NULL;

  gtk_widget_set_sensitive (self->download, ready);
  gtk_widget_set_sensitive (self->try, ready);
  if (!ready)
    return;

  const MaqVariant *variant = get_chosen (self);
  g_autofree char  *path = variant != NULL ? dup_variant_path (self, variant) : NULL;
  g_autofree char  *size = maq_format_bytes (variant != NULL ? variant->size : get_total_size (self));
  gboolean          is_here = path != NULL || (variant == NULL && has_all_files (self));
  gboolean          has_variants = self->variants->len > 0;

  note_end (self);
  set_transfer (self, find_transfer (self, variant));
  gboolean active = is_active (self->transfer);

  if (is_here)
    gtk_label_set_label (self->download_label, _ ("Downloaded"));
  else if (active)
    gtk_label_set_label (self->download_label, _ ("Downloading"));
  else
    gtk_label_set_label (self->download_label, _ ("Download"));
  gtk_label_set_label (self->download_size, size);
  show_fit (self);
  gtk_widget_set_sensitive (self->download, !is_here && !active && self->tree->files->len > 0);
  gtk_menu_button_set_label (self->choose, variant != NULL ? variant->label : _ ("All Files"));
  gtk_widget_set_visible (GTK_WIDGET (self->choose), has_variants);
  gtk_widget_set_visible (self->try, has_variants && can_chat (self->repo));
  gtk_widget_set_sensitive (self->try, !(active && self->try_when_done));
  if (self->not_runnable != (!has_variants && maq_repo_get_kind (self->repo) == MAQ_REPO_KIND_MODEL))
    {
      self->not_runnable = !self->not_runnable;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NOT_RUNNABLE]);
    }
}

static void
maq_repo_actions_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  switch ((MaqRepoActionsProperty) prop_id)
    {
    case PROP_TRANSFER:
      g_value_set_object (value, MAQ_REPO_ACTIONS (object)->transfer);
      break;
    case PROP_HERE:
      g_value_set_boxed (value, MAQ_REPO_ACTIONS (object)->here);
      break;
    case PROP_NOT_RUNNABLE:
      g_value_set_boolean (value, MAQ_REPO_ACTIONS (object)->not_runnable);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_repo_actions_dispose (GObject *object)
{
  MaqRepoActions *self = MAQ_REPO_ACTIONS (object);

  maq_future_slot_clear (&self->judging);
  g_clear_object (&self->transfer_signals);
  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_REPO_ACTIONS);
  g_clear_object (&self->transfer);
  g_clear_object (&self->repo);
  g_clear_object (&self->library);
  g_clear_object (&self->transfers);
  g_clear_object (&self->cache);
  g_clear_object (&self->client);

  G_OBJECT_CLASS (maq_repo_actions_parent_class)->dispose (object);
}

static void
maq_repo_actions_finalize (GObject *object)
{
  MaqRepoActions *self = MAQ_REPO_ACTIONS (object);

  g_clear_pointer (&self->tree, maq_hub_tree_unref);
  g_ptr_array_unref (self->variants);
  g_clear_pointer (&self->fits, g_ptr_array_unref);
  g_hash_table_unref (self->here);

  G_OBJECT_CLASS (maq_repo_actions_parent_class)->finalize (object);
}

static void
maq_repo_actions_class_init (MaqRepoActionsClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = maq_repo_actions_get_property;
  object_class->dispose = maq_repo_actions_dispose;
  object_class->finalize = maq_repo_actions_finalize;

  properties[PROP_TRANSFER] = g_param_spec_object ("transfer", NULL, NULL, MAQ_TYPE_TRANSFER, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_HERE] = g_param_spec_boxed ("here", NULL, NULL, G_TYPE_HASH_TABLE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_NOT_RUNNABLE] = g_param_spec_boolean ("not-runnable", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-repo-actions.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqRepoActions, download);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoActions, download_label);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoActions, download_size);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoActions, choose);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoActions, popover);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoActions, choices);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoActions, try);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoActions, fit);
  gtk_widget_class_bind_template_callback (widget_class, download_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, try_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, popover_show_cb);
}

static void
maq_repo_actions_init (MaqRepoActions *self)
{
  self->variants = g_ptr_array_new ();
  self->here = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->transfer_signals = g_signal_group_new (MAQ_TYPE_TRANSFER);
  g_signal_group_connect_swapped (self->transfer_signals, "notify::state", G_CALLBACK (update), self);
  gtk_widget_init_template (GTK_WIDGET (self));
  update (self);
}

void
maq_repo_actions_setup (MaqRepoActions  *self,
                        MaqHubClient    *client,
                        MaqCache        *cache,
                        MaqTransferList *transfers,
                        MaqLibrary      *library)
{
  g_return_if_fail (MAQ_IS_REPO_ACTIONS (self));
  g_return_if_fail (self->cache == NULL);

  self->client = g_object_ref (client);
  self->cache = g_object_ref (cache);
  self->transfers = g_object_ref (transfers);
  self->library = g_object_ref (library);
  g_signal_connect_object (transfers, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  // An item that grew is the same item: the end of a scan says that there may be news.
  g_signal_connect_object (library, "items-changed", G_CALLBACK (library_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (library, "notify::loading", G_CALLBACK (library_changed_cb), self, G_CONNECT_SWAPPED);
}

static void
choose (MaqRepoActions   *self,
        const MaqVariant *variant)
{
  guint i;

  self->chosen = g_ptr_array_find (self->variants, variant, &i) ? (int) i : -1;
}

static void
judged_cb (gpointer   data,
           DexFuture *future)
{
  MaqRepoActions *self = data;
  g_autoptr (GError) error = NULL;
  GPtrArray *fits = maq_future_get_boxed (future, &error);

  if (fits == NULL)
    {
      // A gated or unreadable file: the page says so where its files are asked for.
      g_debug ("No verdict on %s: %s", maq_repo_get_id (self->repo), error->message);
      return;
    }
  self->fits = g_ptr_array_ref (fits);
  // What somebody has begun with stays chosen.
  const MaqVariant *chosen = get_chosen (self);
  g_autofree char  *path = chosen != NULL ? dup_variant_path (self, chosen) : NULL;
  if (!self->has_chosen && path == NULL && self->transfer == NULL && !self->try_when_done)
    choose (self, maq_fit_recommend (self->variants, self->fits));
  update (self);
}

// Asks what the variants take, from the header of the one that is chosen.
static void
judge (MaqRepoActions *self)
{
  MaqFitOptions options = { 0 };

  maq_future_slot_clear (&self->judging);
  g_clear_pointer (&self->fits, g_ptr_array_unref);
  if (get_chosen (self) == NULL || maq_repo_get_kind (self->repo) != MAQ_REPO_KIND_MODEL)
    return;
  maq_future_slot_set (&self->judging,
                       maq_variant_fits_judge (self->client, self->cache, maq_repo_get_id (self->repo), NULL, self->variants, get_chosen (self), &options),
                       self,
                       judged_cb);
}

void
maq_repo_actions_set_repo (MaqRepoActions *self,
                           MaqRepo        *repo,
                           MaqHubTree     *tree)
{
  g_return_if_fail (MAQ_IS_REPO_ACTIONS (self));
  g_return_if_fail (MAQ_IS_REPO (repo));
  g_return_if_fail (tree != NULL);

  guint                   n_files = tree->files->len;
  g_autofree const char **paths = g_new0 (const char *, n_files + 1);
  g_autofree guint64     *sizes = g_new0 (guint64, n_files + 1);

  g_set_object (&self->repo, repo);
  g_clear_pointer (&self->tree, maq_hub_tree_unref);
  self->tree = maq_hub_tree_ref (tree);
  for (guint i = 0; i < n_files; i++)
    {
      const MaqHubFile *file = tree->files->pdata[i];
      paths[i] = file->path;
      sizes[i] = file->size;
    }
  g_ptr_array_unref (self->variants);
  self->variants = maq_variants_group (paths, sizes, n_files);
  self->has_chosen = FALSE;
  choose (self, maq_variants_pick (self->variants, NULL));
  judge (self);
  library_changed_cb (self);
}

void
maq_repo_actions_focus (MaqRepoActions *self)
{
  g_return_if_fail (MAQ_IS_REPO_ACTIONS (self));

  gtk_widget_grab_focus (gtk_widget_get_visible (self->try) ? self->try : self->download);
}

void
maq_repo_actions_download_file (MaqRepoActions *self,
                                const char     *path)
{
  g_return_if_fail (MAQ_IS_REPO_ACTIONS (self));

  if (self->repo == NULL)
    return;
  g_autoptr (MaqTransferRequest) request = maq_transfer_request_new (maq_repo_get_kind (self->repo), maq_repo_get_id (self->repo), NULL);
  const char *paths[] = { path, NULL };
  request->paths = g_strdupv ((char **) paths);
  request->title = g_path_get_basename (path);
  g_autoptr (MaqTransfer) transfer = maq_transfer_list_start (self->transfers, request);
  update (self);
}
