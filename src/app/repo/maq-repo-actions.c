// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-repo-actions.h"

#include <glib/gi18n.h>

#include "maq-download-dialog.h"
#include "maq-focus.h"
#include "maq-repo-choices.h"
#include "maq-repo-facts.h"
#include "maq-repo-here.h"
#include "maq-repo-variants.h"
#include "maq-units.h"

struct _MaqRepoActions
{
  AdwBin parent_instance;

  GtkWidget      *download;
  GtkLabel       *download_label;
  GtkLabel       *download_size;
  GtkMenuButton  *choose;
  MaqRepoChoices *choices;
  GtkWidget      *try;
  GtkLabel       *try_size;
  GtkLabel       *fit;

  MaqHubClient    *client;
  MaqCache        *cache;
  MaqTransferList *transfers;
  MaqLibrary      *library;
  MaqRepo         *repo;
  MaqHubTree      *tree;
  GHashTable      *here; // paths of this version that are in the cache
  MaqRepoVariants *variants;
  MaqTransfer     *transfer;
  GSignalGroup    *transfer_signals;
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

enum
{
  LEAVE,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void update (MaqRepoActions *self);

static gboolean
is_active (MaqTransfer *transfer)
{
  return transfer != NULL && maq_transfer_get_state (transfer) < MAQ_TRANSFER_DONE;
}

static void
library_changed_cb (MaqRepoActions *self)
{
  g_hash_table_unref (self->here);
  self->here = self->repo != NULL ? maq_repo_here_list (self->library, self->repo) : g_hash_table_new (g_str_hash, g_str_equal);
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
  // What somebody has begun with stays chosen.
  if (transfer != NULL)
    maq_repo_variants_keep (self->variants);
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

  const MaqVariant *variant = maq_repo_variants_get_chosen (self->variants);
  const char       *path = maq_transfer_get_first_path (self->transfer);
  // Somebody who went elsewhere meanwhile is not pulled away.
  if (maq_transfer_get_state (self->transfer) == MAQ_TRANSFER_DONE && variant != NULL && path != NULL && gtk_widget_get_mapped (GTK_WIDGET (self)))
    open_chat (self, variant, path);
}

// Of a download that the page does not show.
static void
show_toast (MaqRepoActions *self)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_TOAST_OVERLAY);
  AdwToast  *toast;

  if (overlay == NULL)
    return;
  toast = adw_toast_new (_ ("Download started"));
  adw_toast_set_button_label (toast, _ ("Show"));
  adw_toast_set_action_name (toast, "win.show-page");
  adw_toast_set_action_target (toast, "s", "transfers");
  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (overlay), toast);
}

// What is fetched from now on is what the page shows, if it is one of its variants.
static void
started_cb (MaqRepoActions *self,
            MaqTransfer    *transfer)
{
  const MaqTransferRequest *request = maq_transfer_get_request (transfer);
  GPtrArray                *list = maq_repo_variants_get_list (self->variants);

  if (request->paths == NULL && request->include == NULL)
    maq_repo_variants_choose (self->variants, NULL);
  for (guint i = 0; request->paths != NULL && i < list->len; i++)
    {
      const MaqVariant *variant = g_ptr_array_index (list, i);
      if (g_strv_equal ((const char *const *) variant->paths, (const char *const *) request->paths))
        maq_repo_variants_choose (self->variants, variant);
    }
  update (self);
  if (self->transfer != transfer)
    show_toast (self);
}

static MaqDownloadDialog *
open_dialog (MaqRepoActions *self,
             const char     *path)
{
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (maq_repo_get_kind (self->repo), maq_repo_get_id (self->repo), NULL, path);
  MaqDownloadDialog *dialog = maq_download_dialog_new (self->client, self->transfers, self->library, address);
  GPtrArray         *fits = maq_repo_variants_get_fits (self->variants);

  if (fits != NULL)
    maq_download_dialog_set_fits (dialog, maq_repo_variants_get_list (self->variants), fits);
  g_signal_connect_object (dialog, "started", G_CALLBACK (started_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self));
  return dialog;
}

static void
start_try (MaqRepoActions   *self,
           const MaqVariant *variant)
{
  g_autoptr (MaqTransferRequest) request = maq_transfer_request_new (maq_repo_get_kind (self->repo), maq_repo_get_id (self->repo), NULL);

  request->paths = g_strdupv (variant->paths);
  request->title = g_strdup (variant->label);
  g_autoptr (MaqTransfer) transfer = maq_transfer_list_start (self->transfers, request);
  set_transfer (self, transfer);
}

// Its size is on the button: it fetches what it needs without a question.
static void
try_clicked_cb (MaqRepoActions *self)
{
  GPtrArray *list = maq_repo_variants_get_list (self->variants);

  if (maq_repo_variants_get_chosen (self->variants) == NULL && list->len > 0)
    maq_repo_variants_choose (self->variants, g_ptr_array_index (list, 0));
  const MaqVariant *variant = maq_repo_variants_get_chosen (self->variants);
  if (variant == NULL)
    return;
  g_autofree char *path = maq_repo_here_dup_variant_path (self->cache, self->repo, variant);
  if (path != NULL)
    {
      open_chat (self, variant, path);
      return;
    }
  // A chat takes what the cache has.
  if (!is_active (self->transfer) || maq_transfer_get_request (self->transfer)->folder != NULL)
    start_try (self, variant);
  maq_repo_variants_keep (self->variants);
  self->try_when_done = TRUE;
  update (self);
}

static void
chosen_cb (MaqRepoActions *self,
           int             position)
{
  GPtrArray        *list = maq_repo_variants_get_list (self->variants);
  const MaqVariant *variant = position >= 0 && position < (int) list->len ? g_ptr_array_index (list, position) : NULL;

  self->try_when_done = FALSE;
  maq_repo_variants_choose (self->variants, variant);
  if (gtk_widget_get_sensitive (self->download))
    maq_repo_actions_open_download (self);
}

static char *
dup_choice_state (MaqRepoActions   *self,
                  const MaqVariant *variant)
{
  char *state = maq_repo_here_dup_state (self->cache, self->transfers, self->repo, self->tree, self->here, variant);

  return state != NULL ? state : maq_repo_variants_dup_fit_words (self->variants, variant);
}

// The choices are made when the popover opens, so that they say what is true then.
static void
choices_show_cb (MaqRepoActions *self)
{
  const MaqVariant *chosen = maq_repo_variants_get_chosen (self->variants);
  GPtrArray        *list = maq_repo_variants_get_list (self->variants);

  maq_repo_choices_clear (self->choices);
  if (self->tree == NULL)
    return;
  for (guint i = 0; i < list->len; i++)
    {
      const MaqVariant *variant = g_ptr_array_index (list, i);
      g_autofree char  *state = dup_choice_state (self, variant);
      g_autofree char  *name = g_strdup_printf ("%s:%s", maq_repo_get_id (self->repo), variant->label);
      g_autofree char  *here = maq_repo_here_dup_variant_path (self->cache, self->repo, variant);
      maq_repo_choices_add (self->choices,
                            &(MaqRepoChoice) {
                              .position = (int) i,
                              .title = variant->label,
                              .size = variant->size,
                              .state = state,
                              .is_chosen = variant == chosen,
                              .is_possible = variant->missing == 0,
                              .name = name,
                              .path = variant->paths[0],
                              .is_here = here != NULL,
                            });
    }
  g_autofree char *state = dup_choice_state (self, NULL);
  maq_repo_choices_add (self->choices,
                        &(MaqRepoChoice) {
                          .position = -1,
                          .title = _ ("All Files"),
                          .size = maq_repo_here_get_size (self->tree),
                          .state = state,
                          .is_chosen = chosen == NULL,
                          .is_possible = TRUE,
                        });
}

// The size is said once: on the button that fetches it without a question, else on the other one.
static void
show_sizes (MaqRepoActions *self,
            guint64         size,
            gboolean        is_tried)
{
  g_autofree char *text = maq_format_bytes (size);

  gtk_label_set_label (self->try_size, text);
  gtk_widget_set_visible (GTK_WIDGET (self->try_size), is_tried);
  gtk_label_set_label (self->download_size, text);
  gtk_widget_set_visible (GTK_WIDGET (self->download_size), !is_tried);
  if (is_tried)
    {
      // Translators: %s is a size.
      g_autofree char *tooltip = g_strdup_printf (_ ("Download %s, Then Chat with This Model"), text);
      gtk_widget_set_tooltip_text (self->try, tooltip);
    }
  else
    gtk_widget_set_tooltip_text (self->try, _ ("Chat with This Model"));
}

// While it is of no use, the focus goes to the choice of variants, or to what comes next on the page.
static void
set_usable (MaqRepoActions *self,
            GtkWidget      *button,
            gboolean        is_usable)
{
  if (!is_usable && maq_focus_is_in (button) && gtk_widget_get_visible (GTK_WIDGET (self->choose)))
    gtk_widget_grab_focus (GTK_WIDGET (self->choose));
  else if (!is_usable && maq_focus_is_in (button))
    g_signal_emit (self, signals[LEAVE], 0);
  gtk_widget_set_sensitive (button, is_usable);
}

static void
update (MaqRepoActions *self)
{
  gboolean ready = self->tree != NULL;

  if (!ready)
    {
      gtk_widget_set_sensitive (self->download, FALSE);
      gtk_widget_set_sensitive (self->try, FALSE);
      return;
    }

  const MaqVariant *variant = maq_repo_variants_get_chosen (self->variants);
  g_autofree char  *path = variant != NULL ? maq_repo_here_dup_variant_path (self->cache, self->repo, variant) : NULL;
  guint64           size = variant != NULL ? variant->size : maq_repo_here_get_size (self->tree);
  gboolean          is_here = path != NULL || (variant == NULL && maq_repo_here_has_all (self->here, self->tree));
  gboolean          has_variants = maq_repo_variants_get_list (self->variants)->len > 0;
  gboolean          can_try = has_variants && maq_repo_facts_can_chat (self->repo);

  if (path != NULL)
    maq_repo_variants_keep (self->variants);
  note_end (self);
  set_transfer (self, maq_repo_here_find_transfer (self->transfers, self->repo, variant));
  gboolean active = is_active (self->transfer);

  if (is_here)
    gtk_label_set_label (self->download_label, _ ("Downloaded"));
  else if (active)
    gtk_label_set_label (self->download_label, _ ("Downloading"));
  else
    gtk_label_set_label (self->download_label, _ ("Download…"));
  show_sizes (self, size, can_try && !is_here);
  maq_repo_variants_show_fit (self->variants, self->fit);
  gtk_menu_button_set_label (self->choose, variant != NULL ? variant->label : _ ("All Files"));
  gtk_widget_set_visible (GTK_WIDGET (self->choose), has_variants);
  gtk_widget_set_visible (self->try, can_try);
  set_usable (self, self->download, !active && self->tree->files->len > 0);
  set_usable (self, self->try, !(active && self->try_when_done));
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

  g_clear_object (&self->transfer_signals);
  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_REPO_ACTIONS);
  g_clear_object (&self->transfer);
  g_clear_object (&self->variants);
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

  signals[LEAVE] = g_signal_new ("leave", MAQ_TYPE_REPO_ACTIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (MAQ_TYPE_REPO_CHOICES);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-repo-actions.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqRepoActions, download);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoActions, download_label);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoActions, download_size);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoActions, choose);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoActions, choices);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoActions, try);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoActions, try_size);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoActions, fit);
  gtk_widget_class_bind_template_callback (widget_class, maq_repo_actions_open_download);
  gtk_widget_class_bind_template_callback (widget_class, try_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, choices_show_cb);
  gtk_widget_class_bind_template_callback (widget_class, chosen_cb);
}

static void
maq_repo_actions_init (MaqRepoActions *self)
{
  self->variants = maq_repo_variants_new ();
  self->here = g_hash_table_new (g_str_hash, g_str_equal);
  self->transfer_signals = g_signal_group_new (MAQ_TYPE_TRANSFER);
  g_signal_group_connect_swapped (self->transfer_signals, "notify::state", G_CALLBACK (update), self);
  g_signal_connect_object (self->variants, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
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

void
maq_repo_actions_set_repo (MaqRepoActions *self,
                           MaqRepo        *repo,
                           MaqHubTree     *tree)
{
  g_return_if_fail (MAQ_IS_REPO_ACTIONS (self));
  g_return_if_fail (MAQ_IS_REPO (repo));
  g_return_if_fail (tree != NULL);

  g_set_object (&self->repo, repo);
  g_clear_pointer (&self->tree, maq_hub_tree_unref);
  self->tree = maq_hub_tree_ref (tree);
  maq_repo_variants_set_repo (self->variants, self->client, self->cache, repo, tree);
  library_changed_cb (self);
}

void
maq_repo_actions_focus (MaqRepoActions *self)
{
  g_return_if_fail (MAQ_IS_REPO_ACTIONS (self));

  gtk_widget_grab_focus (gtk_widget_get_visible (self->try) ? self->try : self->download);
}

void
maq_repo_actions_open_download (MaqRepoActions *self)
{
  g_return_if_fail (MAQ_IS_REPO_ACTIONS (self));

  if (self->tree == NULL)
    return;
  const MaqVariant  *variant = maq_repo_variants_get_chosen (self->variants);
  MaqDownloadDialog *dialog = open_dialog (self, NULL);
  if (variant != NULL)
    maq_download_dialog_choose_variant (dialog, variant->label);
  else
    maq_download_dialog_choose_paths (dialog, NULL);
}

void
maq_repo_actions_choose_files (MaqRepoActions *self)
{
  g_return_if_fail (MAQ_IS_REPO_ACTIONS (self));

  if (self->tree != NULL)
    maq_download_dialog_choose_files (open_dialog (self, NULL));
}

void
maq_repo_actions_download_file (MaqRepoActions *self,
                                const char     *path)
{
  g_return_if_fail (MAQ_IS_REPO_ACTIONS (self));

  if (self->tree != NULL)
    open_dialog (self, path);
}
