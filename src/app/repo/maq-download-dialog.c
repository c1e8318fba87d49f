// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// The offer of the Hub is asked for once for each version; what is chosen of it is summed up by the tally. Start waits for the sum of
// what is chosen, so that it never does what was not said.

#include "maq-download-dialog.h"

#include <glib/gi18n.h>

#include "maq-download-files-page.h"
#include "maq-download-news.h"
#include "maq-download-picker.h"
#include "maq-download-tally.h"
#include "maq-download-terms.h"
#include "maq-download-version-page.h"
#include "maq-error-text.h"
#include "maq-focus.h"
#include "maq-future-slot.h"
#include "maq-repo-access.h"
#include "maq-status-stack.h"
#include "maq-units.h"
#include "maq-variant-fits.h"

// In pixels, where there is as much room.
#define WIDTH       520
#define LIST_HEIGHT 600

// What the button does.
typedef enum
{
  START_NOTHING,
  START_DOWNLOAD,
  START_SHOW_LIBRARY,
  START_OPEN_FOLDER,
} Start;

struct _MaqDownloadDialog
{
  AdwDialog parent_instance;

  AdwNavigationView *view;
  GtkPicture        *width;
  AdwWindowTitle    *window_title;
  MaqStatusStack    *status_stack;
  MaqDownloadNews   *news;
  MaqDownloadPicker *picker;
  MaqDownloadTerms  *terms;
  GtkLabel          *summary;
  GtkLabel          *problem;
  GtkCheckButton    *replace;
  GtkButton         *start;

  MaqHubClient     *client;
  MaqTransferList  *transfers;
  MaqLibrary       *library;
  MaqRepoAddress   *address;
  MaqFutureSlot     loading;
  MaqFutureSlot     judging;
  GPtrArray        *known_variants; // nullable, and so is the next
  GPtrArray        *known_fits;
  MaqDownloadTally *tally;
  Start             does;
  gboolean          starts; // as soon as the sum is there
  gboolean          is_chosen;
  gboolean          opens_files;
};

G_DEFINE_FINAL_TYPE (MaqDownloadDialog, maq_download_dialog, ADW_TYPE_DIALOG)

enum
{
  STARTED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static MaqDownloadOffer *
get_offer (MaqDownloadDialog *self)
{
  return maq_download_picker_get_offer (self->picker);
}

static void
set_start (MaqDownloadDialog *self,
           Start              does,
           const char        *label)
{
  self->does = does;
  gtk_button_set_label (self->start, label);
  maq_focus_set_sensitive (GTK_WIDGET (self->start), does != START_NOTHING, GTK_WIDGET (self->picker));
}

static void
set_summary (MaqDownloadDialog *self,
             const char        *text)
{
  gtk_label_set_label (self->summary, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->summary), text != NULL);
}

static void
set_problem (MaqDownloadDialog *self,
             const char        *text)
{
  gtk_label_set_label (self->problem, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), text != NULL);
}

// Why there is nothing to download, by what is chosen.
static const char *
get_nothing_words (MaqDownloadDialog *self)
{
  MaqDownloadChoice choice = { 0 };

  maq_download_picker_get_choice (self->picker, &choice);
  switch (choice.what)
    {
    case MAQ_DOWNLOAD_FILES:
      return _ ("No file is selected.");
    case MAQ_DOWNLOAD_PATTERNS:
      return _ ("No files match the patterns.");
    case MAQ_DOWNLOAD_VARIANT:
      return _ ("Parts of this variant are missing on the Hub.");
    case MAQ_DOWNLOAD_ALL:
    default:
      return _ ("There is nothing to download.");
    }
}

// What the button says that starts it.
static char *
dup_start_label (MaqDownloadDialog        *self,
                 const MaqDownloadSummary *sum)
{
  g_autofree char *left = maq_format_bytes (sum->bytes_left);

  if (sum->bytes_left > 0)
    // Translators: %s is a size.
    return g_strdup_printf (_ ("Download %s"), left);
  return g_strdup (maq_download_terms_get_folder (self->terms) != NULL ? _ ("Copy to Folder") : _ ("Add to Library"));
}

static void
show_complete (MaqDownloadDialog *self)
{
  if (maq_download_terms_get_folder (self->terms) != NULL)
    set_start (self, START_OPEN_FOLDER, _ ("Open Folder"));
  else
    set_start (self, START_SHOW_LIBRARY, _ ("Show in Library"));
}

// What of the sum neither the rows nor the button say; NULL: nothing.
static char *
dup_note (MaqDownloadDialog        *self,
          const MaqDownloadSummary *sum)
{
  MaqDownloadChoice choice = { 0 };

  maq_download_picker_get_choice (self->picker, &choice);
  if (choice.what == MAQ_DOWNLOAD_PATTERNS || sum->plan->bytes_here > 0 || sum->bytes_left == 0)
    return maq_download_summary_to_sentence (sum);
  return maq_download_plan_dup_warning (sum->plan);
}

static gboolean
is_refused (MaqDownloadDialog *self)
{
  return maq_download_access_to_sentence (get_offer (self)->access) != NULL;
}

static void
show_access (MaqDownloadDialog *self)
{
  g_autofree char *page = maq_hub_client_dup_page_address (self->client, self->address->kind, self->address->id);

  maq_repo_access_show (self->status_stack, page, get_offer (self)->access == MAQ_DOWNLOAD_ACCESS_REFUSED);
}

// What was summed up, and what the button does with it.
static void
show_sum (MaqDownloadDialog *self)
{
  MaqDownloadSummary *sum = maq_download_tally_get_sum (self->tally);
  g_autofree char    *note = dup_note (self, sum);
  g_autofree char    *label = dup_start_label (self, sum);

  set_summary (self, note);
  set_problem (self, NULL);
  maq_download_terms_set_sum (self->terms, sum);
  if (sum->is_complete)
    show_complete (self);
  else if (sum->bytes_left > 0 && is_refused (self))
    {
      show_access (self);
      set_start (self, START_NOTHING, label);
    }
  else if (!maq_download_summary_has_room (sum))
    {
      g_autofree char *no_room = maq_download_summary_dup_no_room (sum);
      set_problem (self, no_room);
      set_start (self, START_NOTHING, label);
    }
  else
    set_start (self, START_DOWNLOAD, label);
}

static void
start_download (MaqDownloadDialog *self)
{
  g_autoptr (MaqTransfer) transfer = maq_transfer_list_start_planned (self->transfers, maq_download_tally_get_request (self->tally), maq_download_tally_get_sum (self->tally)->plan);

  g_signal_emit (self, signals[STARTED], 0, transfer);
  adw_dialog_close (ADW_DIALOG (self));
}

static void
start_cb (MaqDownloadDialog *self)
{
  if (self->does == START_OPEN_FOLDER)
    maq_download_terms_open_folder (self->terms);
  else if (self->does == START_SHOW_LIBRARY)
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "win.show-page", "s", "library");
      adw_dialog_close (ADW_DIALOG (self));
    }
  else if (self->does == START_DOWNLOAD && maq_download_tally_get_sum (self->tally) != NULL)
    start_download (self);
  else if (self->does == START_DOWNLOAD)
    self->starts = TRUE;
}

static void
counted_cb (MaqDownloadDialog *self)
{
  const GError *error = maq_download_tally_get_error (self->tally);

  if (g_error_matches (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_OCCUPIED))
    gtk_widget_set_visible (GTK_WIDGET (self->replace), TRUE);
  if (error != NULL)
    {
      g_autoptr (MaqErrorText) text = maq_error_text_new (error);
      set_summary (self, NULL);
      set_problem (self, text != NULL ? text->body : NULL);
      set_start (self, START_NOTHING, _ ("Download"));
      return;
    }
  show_sum (self);
  if (self->starts && self->does == START_DOWNLOAD)
    start_download (self);
  self->starts = FALSE;
}

static void
choice_changed_cb (MaqDownloadDialog *self)
{
  MaqDownloadOffer *offer = get_offer (self);
  MaqDownloadChoice choice = { 0 };

  if (offer == NULL)
    return;

  maq_download_picker_get_choice (self->picker, &choice);
  self->starts = FALSE;
  MaqTransferRequest *request = maq_download_choice_to_request (&choice, offer);
  if (request != NULL)
    {
      request->folder = g_strdup (maq_download_terms_get_folder (self->terms));
      request->replace = gtk_check_button_get_active (self->replace);
    }
  if (request == NULL)
    {
      set_summary (self, get_nothing_words (self));
      set_problem (self, NULL);
      set_start (self, START_NOTHING, _ ("Download"));
    }
  else if (self->does != START_DOWNLOAD)
    set_start (self, START_DOWNLOAD, _ ("Download"));
  // What is wrong with it may be said before this returns.
  maq_download_tally_take (self->tally, request, offer);
}

// Leave to replace is given for one folder.
static void
place_changed_cb (MaqDownloadDialog *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->replace), FALSE);
  if (gtk_check_button_get_active (self->replace))
    gtk_check_button_set_active (self->replace, FALSE);
  else
    choice_changed_cb (self);
}

// A list to choose from wants more room than what there is to say.
static void
push (MaqDownloadDialog *self,
      AdwNavigationPage *page)
{
  adw_dialog_set_follows_content_size (ADW_DIALOG (self), FALSE);
  adw_dialog_set_content_height (ADW_DIALOG (self), LIST_HEIGHT);
  adw_navigation_view_push (self->view, page);
}

static void
popped_cb (MaqDownloadDialog *self)
{
  adw_dialog_set_follows_content_size (ADW_DIALOG (self), maq_status_stack_get_status (self->status_stack) == MAQ_STATUS_CONTENT);
}

// The options say in a line what they are.
static void
told_cb (MaqDownloadDialog *self)
{
  g_autofree char *line = maq_download_terms_dup_line (self->terms);

  maq_download_picker_set_options (self->picker, line);
}

static void
choose_files_cb (MaqDownloadDialog *self)
{
  push (self, ADW_NAVIGATION_PAGE (maq_download_files_page_new (maq_download_picker_get_files (self->picker))));
}

static void load (MaqDownloadDialog *self);

static void
version_chosen_cb (MaqDownloadDialog *self,
                   const char        *revision)
{
  adw_navigation_view_pop_to_tag (self->view, "main");
  g_set_str (&self->address->revision, revision);
  load (self);
}

static void
choose_version_cb (MaqDownloadDialog *self)
{
  MaqDownloadVersionPage *page = maq_download_version_page_new (self->client, self->address->kind, self->address->id);

  g_signal_connect_object (page, "chosen", G_CALLBACK (version_chosen_cb), self, G_CONNECT_SWAPPED);
  push (self, ADW_NAVIGATION_PAGE (page));
}

static void
judged_cb (gpointer   object,
           DexFuture *future)
{
  MaqDownloadDialog *self = object;
  g_autoptr (GError) error = NULL;
  GPtrArray *fits = maq_future_get_boxed (future, &error);

  // A gated or unreadable file: then nothing is said of memory.
  if (fits == NULL)
    g_debug ("No verdict on %s: %s", self->address->id, error->message);
  else
    maq_download_picker_set_fits (self->picker, fits, !self->is_chosen);
}

static gboolean
same_variants (GPtrArray *a,
               GPtrArray *b)
{
  if (a == NULL || a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    {
      const MaqVariant *one = g_ptr_array_index (a, i), *other = g_ptr_array_index (b, i);
      if (!g_str_equal (one->label, other->label) || one->size != other->size)
        return FALSE;
    }
  return TRUE;
}

static void
judge (MaqDownloadDialog *self,
       MaqDownloadOffer  *offer)
{
  const MaqVariant *variant = maq_download_offer_find_variant (offer, NULL);
  MaqFitOptions     options = { 0 };

  maq_future_slot_clear (&self->judging);
  if (same_variants (self->known_variants, offer->variants))
    maq_download_picker_set_fits (self->picker, self->known_fits, !self->is_chosen);
  else if (variant != NULL && variant->missing == 0 && self->address->kind == MAQ_REPO_KIND_MODEL)
    maq_future_slot_set (&self->judging,
                         maq_variant_fits_judge (self->client, maq_library_get_cache (self->library), self->address->id, offer->commit, offer->variants, variant, &options),
                         self,
                         judged_cb);
}

static void
loaded_cb (gpointer   object,
           DexFuture *future)
{
  MaqDownloadDialog *self = object;
  g_autoptr (GError) error = NULL;
  MaqDownloadOffer *offer = maq_future_get_boxed (future, &error);

  if (offer == NULL)
    {
      g_autoptr (MaqErrorText) text = maq_error_text_new (error);
      if (text == NULL)
        return;
      maq_status_stack_set_problem (self->status_stack, text->title, text->body, text->can_retry);
      maq_status_stack_set_status (self->status_stack, text->is_offline ? MAQ_STATUS_OFFLINE : MAQ_STATUS_ERROR);
      return;
    }
  // A renamed repo answers under its new name.
  g_set_str (&self->address->id, maq_repo_get_id (offer->repo));
  adw_window_title_set_subtitle (self->window_title, self->address->id);
  if (offer->files->len == 0)
    {
      maq_status_stack_set_empty (self->status_stack, "maq-file-symbolic", _ ("No Files"), _ ("There is nothing to download in this version."));
      g_object_set (self->status_stack, "empty-child", NULL, NULL);
      maq_status_stack_set_status (self->status_stack, MAQ_STATUS_EMPTY);
      return;
    }
  maq_download_picker_set_offer (self->picker, offer);
  maq_download_terms_set_offer (self->terms, self->client, offer);
  judge (self, offer);
  maq_status_stack_set_status (self->status_stack, MAQ_STATUS_CONTENT);
  popped_cb (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->start));
  if (self->opens_files)
    choose_files_cb (self);
  self->opens_files = FALSE;
}

static void
load (MaqDownloadDialog *self)
{
  maq_future_slot_clear (&self->judging);
  // Enter must not start what was chosen of another version.
  maq_download_tally_take (self->tally, NULL, NULL);
  set_start (self, START_NOTHING, _ ("Download"));
  maq_status_stack_set_status (self->status_stack, MAQ_STATUS_LOADING);
  maq_future_slot_set (&self->loading,
                       maq_download_offer_load (self->client, maq_library_get_cache (self->library), self->address->kind, self->address->id, self->address->revision),
                       self,
                       loaded_cb);
}

static void
maq_download_dialog_dispose (GObject *object)
{
  MaqDownloadDialog *self = MAQ_DOWNLOAD_DIALOG (object);

  maq_future_slot_clear (&self->loading);
  maq_future_slot_clear (&self->judging);
  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_DOWNLOAD_DIALOG);
  g_clear_object (&self->tally);
  g_clear_object (&self->library);
  g_clear_object (&self->transfers);
  g_clear_object (&self->client);

  G_OBJECT_CLASS (maq_download_dialog_parent_class)->dispose (object);
}

static void
maq_download_dialog_finalize (GObject *object)
{
  MaqDownloadDialog *self = MAQ_DOWNLOAD_DIALOG (object);

  g_clear_pointer (&self->address, maq_repo_address_free);
  g_clear_pointer (&self->known_variants, g_ptr_array_unref);
  g_clear_pointer (&self->known_fits, g_ptr_array_unref);

  G_OBJECT_CLASS (maq_download_dialog_parent_class)->finalize (object);
}

static void
maq_download_dialog_class_init (MaqDownloadDialogClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = maq_download_dialog_dispose;
  object_class->finalize = maq_download_dialog_finalize;

  signals[STARTED] = g_signal_new ("started", MAQ_TYPE_DOWNLOAD_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, MAQ_TYPE_TRANSFER);

  g_type_ensure (MAQ_TYPE_STATUS_STACK);
  g_type_ensure (MAQ_TYPE_DOWNLOAD_NEWS);
  g_type_ensure (MAQ_TYPE_DOWNLOAD_PICKER);
  g_type_ensure (MAQ_TYPE_DOWNLOAD_TERMS);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-download-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadDialog, view);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadDialog, width);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadDialog, window_title);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadDialog, status_stack);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadDialog, news);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadDialog, picker);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadDialog, terms);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadDialog, summary);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadDialog, problem);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadDialog, replace);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadDialog, start);
  gtk_widget_class_bind_template_callback (widget_class, load);
  gtk_widget_class_bind_template_callback (widget_class, choice_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, place_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_files_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_version_cb);
  gtk_widget_class_bind_template_callback (widget_class, start_cb);
  gtk_widget_class_bind_template_callback (widget_class, popped_cb);
  gtk_widget_class_bind_template_callback (widget_class, told_cb);
}

static void
maq_download_dialog_init (MaqDownloadDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_autoptr (GdkPaintable) nothing = gdk_paintable_new_empty (WIDTH, 1);
  gtk_picture_set_paintable (self->width, nothing);
  maq_download_picker_add_option (self->picker, maq_download_terms_get_version_row (self->terms));
  maq_download_picker_add_option (self->picker, maq_download_terms_get_folder_row (self->terms));
}

MaqDownloadDialog *
maq_download_dialog_new (MaqHubClient         *client,
                         MaqTransferList      *transfers,
                         MaqLibrary           *library,
                         const MaqRepoAddress *address)
{
  g_return_val_if_fail (MAQ_IS_HUB_CLIENT (client), NULL);
  g_return_val_if_fail (MAQ_IS_TRANSFER_LIST (transfers), NULL);
  g_return_val_if_fail (MAQ_IS_LIBRARY (library), NULL);
  g_return_val_if_fail (address != NULL, NULL);

  MaqDownloadDialog *self = g_object_new (MAQ_TYPE_DOWNLOAD_DIALOG, NULL);
  const char        *paths[] = { address->path, NULL };
  self->client = g_object_ref (client);
  self->transfers = g_object_ref (transfers);
  self->library = g_object_ref (library);
  self->address = maq_repo_address_copy (address);
  maq_download_terms_set_cache (self->terms, maq_cache_get_root (maq_library_get_cache (library)));
  self->tally = maq_download_tally_new (transfers, maq_library_get_cache (library));
  g_signal_connect_object (self->tally, "counted", G_CALLBACK (counted_cb), self, G_CONNECT_SWAPPED);
  adw_window_title_set_subtitle (self->window_title, address->id);
  if (address->path != NULL)
    maq_download_dialog_choose_paths (self, paths);
  load (self);
  return self;
}

void
maq_download_dialog_choose_variant (MaqDownloadDialog *self,
                                    const char        *label)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_DIALOG (self));

  self->is_chosen = TRUE;
  maq_download_picker_choose_variant (self->picker, label);
}

void
maq_download_dialog_choose_paths (MaqDownloadDialog *self,
                                  const char *const *paths)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_DIALOG (self));

  self->is_chosen = TRUE;
  maq_download_picker_choose_paths (self->picker, paths);
}

void
maq_download_dialog_choose_files (MaqDownloadDialog *self)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_DIALOG (self));

  self->is_chosen = TRUE;
  maq_download_picker_choose_files (self->picker);
  if (get_offer (self) != NULL)
    choose_files_cb (self);
  else
    self->opens_files = TRUE;
}

void
maq_download_dialog_set_fits (MaqDownloadDialog *self,
                              GPtrArray         *variants,
                              GPtrArray         *fits)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_DIALOG (self));
  g_return_if_fail (variants->len == fits->len);

  g_clear_pointer (&self->known_variants, g_ptr_array_unref);
  g_clear_pointer (&self->known_fits, g_ptr_array_unref);
  self->known_variants = g_ptr_array_ref (variants);
  self->known_fits = g_ptr_array_ref (fits);
}

void
maq_download_dialog_set_news (MaqDownloadDialog    *self,
                              const MaqLibraryNews *news)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_DIALOG (self));
  g_return_if_fail (news != NULL);

  adw_window_title_set_title (self->window_title, _ ("New Version"));
  maq_download_news_show (self->news, news);
  gtk_widget_set_visible (GTK_WIDGET (self->news), TRUE);
  maq_download_dialog_choose_paths (self, (const char *const *) news->request->paths);
}
