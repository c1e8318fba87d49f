// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-library-care-dialog.h"

#include <glib/gi18n.h>

#include "maq-error-text.h"
#include "maq-future-slot.h"
#include "maq-library-care-rows.h"
#include "maq-library-fetch.h"
#include "maq-library-words.h"
#include "maq-stack-pages.h"
#include "maq-units.h"

// Steps that are listed; the others are counted.
#define MAX_ROWS 100
// Seconds since the last change of what nothing uses: younger things may be somebody's work at hand.
#define MIN_AGE (24 * 60 * 60)

typedef struct
{
  MaqCachePlan   *plan;
  GtkCheckButton *check; // NULL where there is nothing to choose
} Part;

struct _MaqLibraryCareDialog
{
  AdwDialog parent_instance;

  GtkStack       *stack;
  GtkWidget      *stop;
  GtkWidget      *close;
  GtkLabel       *work_label;
  GtkProgressBar *progress;
  GtkLabel       *work_details;
  GtkLabel       *plan_label;
  GtkListBox     *list;
  GtkButton      *do_it;
  AdwStatusPage  *done_page;
  GtkWidget      *transfers_button;

  MaqLibrary      *library;
  MaqTransferList *transfers;
  MaqLibraryCare   care;
  MaqRepoAddress  *address;
  MaqFutureSlot    work;
  guint            pulse;
  GArray          *parts;   // of Part
  guint            next;    // the part being planned or carried out
  GPtrArray       *fetches; // of MaqTransferRequest
  guint64          freed;
  guint            n_done;
  guint            n_skipped;
  guint            n_bad;
  char            *checked; // what verifying found, in a sentence
};

G_DEFINE_FINAL_TYPE (MaqLibraryCareDialog, maq_library_care_dialog, ADW_TYPE_DIALOG)

// What may be cleaned up, in the order shown.
static const struct
{
  MaqCachePrune what;
  const char   *title;
  const char   *subtitle;
} cleanings[] = {
  { MAQ_CACHE_PRUNE_REVISIONS, N_ ("Earlier Versions"), N_ ("No longer the version of any branch or tag") },
  { MAQ_CACHE_PRUNE_ORPHANS, N_ ("Unused Files"), N_ ("Not part of any version") },
  { MAQ_CACHE_PRUNE_PARTIALS, N_ ("Abandoned Downloads"), N_ ("Left unfinished by other programs for more than a day") },
  { MAQ_CACHE_PRUNE_SET_ASIDE, N_ ("Damaged Files"), N_ ("Set aside by a repair") },
};

static void
part_clear (gpointer data)
{
  g_clear_pointer (&((Part *) data)->plan, maq_cache_plan_unref);
}

static void
stop_pulse (MaqLibraryCareDialog *self)
{
  g_clear_handle_id (&self->pulse, g_source_remove);
}

static gboolean
pulse_cb (gpointer data)
{
  gtk_progress_bar_pulse (MAQ_LIBRARY_CARE_DIALOG (data)->progress);
  return G_SOURCE_CONTINUE;
}

// FOCUS: of what is on it, gets the focus, which would go with the page before.
static void
show_page (MaqLibraryCareDialog *self,
           const char           *name,
           GtkWidget            *focus)
{
  gtk_stack_set_visible_child_name (self->stack, name);
  // Before it is presented there is no focus to give.
  if (gtk_widget_get_root (focus) == NULL)
    return;
  if (!gtk_widget_is_sensitive (focus) || !gtk_widget_grab_focus (focus))
    gtk_widget_child_focus (GTK_WIDGET (self->stack), GTK_DIR_TAB_FORWARD);
}

// Shows that something goes on, whose length is not known yet.
static void
show_work (MaqLibraryCareDialog *self,
           const char           *label)
{
  gtk_label_set_label (self->work_label, label);
  gtk_label_set_label (self->work_details, "");
  show_page (self, "work", self->stop);
  if (self->pulse == 0)
    self->pulse = g_timeout_add (150, pulse_cb, self);
}

static void
progress_cb (guint64  done,
             guint64  total,
             gpointer data)
{
  MaqLibraryCareDialog *self = data;

  if (total == 0)
    return;
  g_autofree char *text = maq_format_bytes_of (done, total);
  stop_pulse (self);
  gtk_progress_bar_set_fraction (self->progress, CLAMP ((double) done / total, 0, 1));
  gtk_label_set_label (self->work_details, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->progress), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
}

static void
show_done (MaqLibraryCareDialog *self,
           const char           *icon_name,
           const char           *title,
           const char           *description)
{
  stop_pulse (self);
  adw_status_page_set_icon_name (self->done_page, icon_name);
  adw_status_page_set_title (self->done_page, title);
  // The description is markup.
  g_autofree char *escaped = g_markup_escape_text (description, -1);
  adw_status_page_set_description (self->done_page, escaped);
  show_page (self, "done", self->close);
  gtk_accessible_announce (GTK_ACCESSIBLE (self), title, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static void
show_problem (MaqLibraryCareDialog *self,
              const GError         *error)
{
  g_autoptr (MaqErrorText) text = maq_error_text_new (error);

  if (text != NULL)
    show_done (self, "dialog-error-symbolic", text->title, text->body);
}

static guint64
get_frees (MaqLibraryCareDialog *self,
           guint                *n_to_do)
{
  guint64 frees = 0;

  *n_to_do = 0;
  for (guint i = 0; i < self->parts->len; i++)
    {
      const Part *part = &g_array_index (self->parts, Part, i);
      if (part->check != NULL && !gtk_check_button_get_active (part->check))
        continue;
      frees += part->plan->frees;
      *n_to_do += part->plan->n_to_do;
    }
  return frees;
}

static gboolean
is_repair (MaqLibraryCareDialog *self)
{
  return self->care == MAQ_LIBRARY_CARE_VERIFY || self->care == MAQ_LIBRARY_CARE_REPAIR;
}

static void
update_do_it (MaqLibraryCareDialog *self)
{
  guint            n_to_do;
  guint64          frees = get_frees (self, &n_to_do);
  g_autofree char *size = maq_format_bytes (frees);
  g_autofree char *label = NULL;

  if (is_repair (self))
    label = g_strdup (_ ("Repair"));
  else
    // Translators: %s is a size.
    label = g_strdup_printf (_ ("Free %s"), size);
  gtk_button_set_label (self->do_it, label);
  gtk_widget_set_sensitive (GTK_WIDGET (self->do_it), n_to_do > 0);
}

// A part that can be chosen, with its steps inside.
static void
add_part (MaqLibraryCareDialog *self,
          Part                 *part,
          const char           *title,
          const char           *subtitle)
{
  const MaqCachePlan *plan = part->plan;
  GtkWidget          *row = adw_expander_row_new ();
  GtkWidget          *check = gtk_check_button_new ();
  g_autofree char    *size = maq_format_bytes (plan->frees);
  GtkWidget          *label = gtk_label_new (size);

  part->check = GTK_CHECK_BUTTON (check);
  // Somebody may want to go back to an earlier version: that is never chosen unasked.
  gtk_check_button_set_active (part->check, plan->steps->len > 0 && ((MaqCacheStep *) g_ptr_array_index (plan->steps, 0))->action != MAQ_CACHE_STEP_REMOVE_REVISION);
  gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  g_signal_connect_object (check, "toggled", G_CALLBACK (update_do_it), self, G_CONNECT_SWAPPED);
  gtk_widget_add_css_class (label, "numeric");
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (row), subtitle);
  adw_expander_row_add_prefix (ADW_EXPANDER_ROW (row), check);
  adw_expander_row_add_suffix (ADW_EXPANDER_ROW (row), label);
  for (guint i = 0; i < MIN (plan->steps->len, MAX_ROWS); i++)
    adw_expander_row_add_row (ADW_EXPANDER_ROW (row), maq_library_care_row_new (self->library, g_ptr_array_index (plan->steps, i)));
  if (plan->steps->len > MAX_ROWS)
    adw_expander_row_add_row (ADW_EXPANDER_ROW (row), maq_library_care_more_row_new (plan->steps->len - MAX_ROWS));
  gtk_list_box_append (self->list, row);
}

static void
add_steps (MaqLibraryCareDialog *self,
           const MaqCachePlan   *plan)
{
  for (guint i = 0; i < MIN (plan->steps->len, MAX_ROWS); i++)
    gtk_list_box_append (self->list, maq_library_care_row_new (self->library, g_ptr_array_index (plan->steps, i)));
  if (plan->steps->len > MAX_ROWS)
    gtk_list_box_append (self->list, maq_library_care_more_row_new (plan->steps->len - MAX_ROWS));
}

// Nothing is to be done: what that means.
static void
show_nothing (MaqLibraryCareDialog *self)
{
  switch (self->care)
    {
    case MAQ_LIBRARY_CARE_VERIFY:
      show_done (self, "object-select-symbolic", _ ("No Problems Found"), self->checked);
      break;
    case MAQ_LIBRARY_CARE_REPAIR:
      show_done (self, "object-select-symbolic", _ ("Nothing to Repair"), _ ("No damage that can be repaired was found."));
      break;
    case MAQ_LIBRARY_CARE_CLEAN_UP:
      show_done (self, "object-select-symbolic", _ ("Nothing to Clean Up"), _ ("There are no unused files."));
      break;
    case MAQ_LIBRARY_CARE_DUPLICATES:
      show_done (self, "object-select-symbolic", _ ("No Duplicates"), _ ("No duplicate files were found."));
      break;
    }
}

static const char *
get_plan_words (MaqLibraryCareDialog *self)
{
  switch (self->care)
    {
    case MAQ_LIBRARY_CARE_VERIFY:
    case MAQ_LIBRARY_CARE_REPAIR:
      return _ ("These files are damaged. Repairing downloads them again from the Hub.");
    case MAQ_LIBRARY_CARE_CLEAN_UP:
      return _ ("Nothing in the library needs these files. Each is checked once more before it is deleted.");
    case MAQ_LIBRARY_CARE_DUPLICATES:
      return _ ("These files are stored more than once. They can share the same space; each stays where it is.");
    default:
      return "";
    }
}

// All parts are planned.
static void
show_plan (MaqLibraryCareDialog *self)
{
  guint n_to_do;

  stop_pulse (self);
  for (guint i = 0; i < self->parts->len; i++)
    {
      Part *part = &g_array_index (self->parts, Part, i);
      if (self->care != MAQ_LIBRARY_CARE_CLEAN_UP)
        add_steps (self, part->plan);
      else if (part->plan->n_to_do > 0)
        add_part (self, part, _ (cleanings[i].title), _ (cleanings[i].subtitle));
    }
  get_frees (self, &n_to_do);
  // What nobody can mend is shown all the same.
  if (n_to_do == 0 && self->n_bad == 0 && (self->care != MAQ_LIBRARY_CARE_REPAIR || g_array_index (self->parts, Part, 0).plan->steps->len == 0))
    {
      show_nothing (self);
      return;
    }
  gtk_label_set_label (self->plan_label, get_plan_words (self));
  update_do_it (self);
  show_page (self, "plan", GTK_WIDGET (self->do_it));
}

// What a session or a transfer uses, or one will go on with, is left out.
static void
spare_used (MaqLibraryCareDialog *self,
            MaqCachePlan         *plan)
{
  for (guint i = plan->steps->len; i-- > 0;)
    {
      const MaqCacheStep *step = g_ptr_array_index (plan->steps, i);
      MaqLibraryItem     *item = step->commit != NULL && step->id != NULL ? maq_library_find (self->library, step->kind, step->id) : NULL;
      g_autoptr (MaqLibraryRemoval) removal = item != NULL ? maq_library_removal_new (item, step->commit, NULL) : NULL;
      if (removal != NULL && step->action == MAQ_CACHE_STEP_REMOVE_REVISION &&
          (maq_library_get_use (self->library, removal) != MAQ_LIBRARY_USE_NONE || maq_completeness_is_unfinished (maq_library_item_get_repo (item), step->commit, maq_library_item_get_transfer (item))))
        maq_cache_plan_leave_out (plan, i);
    }
}

static void plan_next (MaqLibraryCareDialog *self);

static void
planned_cb (gpointer   object,
            DexFuture *future)
{
  MaqLibraryCareDialog *self = object;
  g_autoptr (GError) error = NULL;
  MaqCachePlan *plan = maq_future_get_boxed (future, &error);
  Part          part = { 0 };

  if (plan == NULL)
    {
      show_problem (self, error);
      return;
    }
  spare_used (self, plan);
  part.plan = maq_cache_plan_ref (plan);
  g_array_append_val (self->parts, part);
  plan_next (self);
}

// The plans of a cleaning are made one after the other: each reads the whole cache.
static void
plan_next (MaqLibraryCareDialog *self)
{
  MaqCache *cache = maq_library_get_cache (self->library);
  guint     n = self->parts->len;

  if (self->care == MAQ_LIBRARY_CARE_CLEAN_UP && n < G_N_ELEMENTS (cleanings))
    maq_future_slot_set (&self->work, maq_cache_plan_prune (cache, cleanings[n].what, MIN_AGE), self, planned_cb);
  else if (self->care == MAQ_LIBRARY_CARE_DUPLICATES && n == 0)
    maq_future_slot_set (&self->work, maq_cache_plan_sharing (cache), self, planned_cb);
  else if (self->care == MAQ_LIBRARY_CARE_REPAIR && n == 0)
    maq_future_slot_set (&self->work, maq_cache_plan_repair (cache, self->address, NULL), self, planned_cb);
  else
    show_plan (self);
}

static void
verified_cb (gpointer   object,
             DexFuture *future)
{
  MaqLibraryCareDialog *self = object;
  g_autoptr (GError) error = NULL;
  MaqCacheVerification *verification = maq_future_get_boxed (future, &error);
  guint                 n_unknown = 0;

  if (verification == NULL)
    {
      show_problem (self, error);
      return;
    }
  self->n_bad = verification->n_bad;
  for (guint i = 0; i < verification->verdicts->len; i++)
    n_unknown += ((MaqCacheVerdict *) g_ptr_array_index (verification->verdicts, i))->state == MAQ_CACHE_FILE_NOT_JUDGED;
  g_autofree char *files = maq_library_dup_files (verification->verdicts->len);
  g_autofree char *bytes = maq_format_bytes (verification->bytes);
  // Translators: the first %s is "14 files", the second a size.
  g_autofree char *read = g_strdup_printf (_ ("%s (%s) checked against the Hub’s checksums."), files, bytes);
  g_autofree char *unknown = g_strdup_printf (ngettext ("%u file has no checksum to compare with.", "%u files have no checksum to compare with.", n_unknown), n_unknown);
  g_free (self->checked);
  self->checked = n_unknown > 0 ? g_strjoin (" ", read, unknown, NULL) : g_strdup (read);
  maq_future_slot_set (&self->work, maq_cache_plan_repair (maq_library_get_cache (self->library), self->address, verification), self, planned_cb);
}

static void
begin (MaqLibraryCareDialog *self)
{
  static const char *const titles[] = { N_ ("Verify Files"), N_ ("Repair"), N_ ("Clean Up"), N_ ("Find Duplicates") };
  static const char *const words[] = { N_ ("Checking Files"), N_ ("Looking for Damage"), N_ ("Looking for Unused Files"), N_ ("Looking for Duplicates") };

  adw_dialog_set_title (ADW_DIALOG (self), _ (titles[self->care]));
  show_work (self, _ (words[self->care]));
  if (self->care == MAQ_LIBRARY_CARE_VERIFY)
    maq_future_slot_set (&self->work, maq_cache_verify (maq_library_get_cache (self->library), self->address, progress_cb, self), self, verified_cb);
  else
    plan_next (self);
}

// Starts what has to come again.
static void
fetch_again (MaqLibraryCareDialog *self)
{
  for (guint i = 0; i < self->fetches->len; i++)
    {
      g_autoptr (MaqTransfer) transfer = maq_transfer_list_start (self->transfers, g_ptr_array_index (self->fetches, i));
    }
  gtk_widget_set_visible (self->transfers_button, self->fetches->len > 0);
}

static void
show_outcome (MaqLibraryCareDialog *self)
{
  g_autofree char *size = maq_format_bytes (self->freed);
  g_autofree char *title = NULL;
  g_autofree char *skipped = g_strdup_printf (ngettext ("%u item was skipped because it changed or is in use.", "%u items were skipped because they changed or are in use.", self->n_skipped), self->n_skipped);

  if (is_repair (self))
    {
      title = g_strdup (self->n_done > 0 ? _ ("Repaired") : _ ("Not Repaired"));
      fetch_again (self);
    }
  else
    // Translators: %s is a size.
    title = g_strdup_printf (_ ("%s Freed"), size);
  if (self->n_skipped > 0)
    show_done (self, "dialog-information-symbolic", title, skipped);
  else
    show_done (self, "object-select-symbolic", title, self->fetches->len > 0 ? _ ("The damaged files are being downloaded again.") : "");
  dex_future_disown (maq_library_refresh (self->library));
}

static void do_next (MaqLibraryCareDialog *self);

static void
carried_out_cb (gpointer   object,
                DexFuture *future)
{
  MaqLibraryCareDialog *self = object;
  g_autoptr (GError) error = NULL;
  const MaqCacheOutcome *outcome = maq_future_get_boxed (future, &error);

  if (outcome == NULL)
    {
      show_problem (self, error);
      return;
    }
  self->freed += outcome->freed;
  self->n_done += outcome->n_done;
  self->n_skipped += outcome->skipped->len;
  do_next (self);
}

static void
do_next (MaqLibraryCareDialog *self)
{
  while (self->next < self->parts->len)
    {
      Part *part = &g_array_index (self->parts, Part, self->next++);
      if (part->plan->n_to_do == 0 || (part->check != NULL && !gtk_check_button_get_active (part->check)))
        continue;
      // Somebody may have begun to use it while the plan was on the screen.
      spare_used (self, part->plan);
      maq_future_slot_set (&self->work, maq_cache_carry_out (maq_library_get_cache (self->library), part->plan, progress_cb, self), self, carried_out_cb);
      return;
    }
  show_outcome (self);
}

static void
do_it_cb (MaqLibraryCareDialog *self)
{
  for (guint i = 0; i < self->parts->len; i++)
    {
      g_autoptr (GPtrArray) fetches = maq_library_list_fetches (self->library, g_array_index (self->parts, Part, i).plan);
      g_ptr_array_extend_and_steal (self->fetches, g_steal_pointer (&fetches));
    }
  show_work (self, is_repair (self) ? _ ("Repairing") : _ ("Freeing Space"));
  do_next (self);
}

static void
close_cb (MaqLibraryCareDialog *self)
{
  adw_dialog_close (ADW_DIALOG (self));
}

static void
transfers_cb (MaqLibraryCareDialog *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-page", "s", "transfers");
  adw_dialog_close (ADW_DIALOG (self));
}

static void
maq_library_care_dialog_dispose (GObject *object)
{
  MaqLibraryCareDialog *self = MAQ_LIBRARY_CARE_DIALOG (object);

  maq_future_slot_clear (&self->work);
  stop_pulse (self);
  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_LIBRARY_CARE_DIALOG);
  g_clear_object (&self->transfers);
  g_clear_object (&self->library);

  G_OBJECT_CLASS (maq_library_care_dialog_parent_class)->dispose (object);
}

static void
maq_library_care_dialog_finalize (GObject *object)
{
  MaqLibraryCareDialog *self = MAQ_LIBRARY_CARE_DIALOG (object);

  g_array_unref (self->parts);
  g_ptr_array_unref (self->fetches);
  g_clear_pointer (&self->address, maq_repo_address_free);
  g_free (self->checked);

  G_OBJECT_CLASS (maq_library_care_dialog_parent_class)->finalize (object);
}

static void
maq_library_care_dialog_class_init (MaqLibraryCareDialogClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = maq_library_care_dialog_dispose;
  object_class->finalize = maq_library_care_dialog_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-library-care-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryCareDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryCareDialog, stop);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryCareDialog, close);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryCareDialog, work_label);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryCareDialog, progress);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryCareDialog, work_details);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryCareDialog, plan_label);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryCareDialog, list);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryCareDialog, do_it);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryCareDialog, done_page);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryCareDialog, transfers_button);
  gtk_widget_class_bind_template_callback (widget_class, do_it_cb);
  gtk_widget_class_bind_template_callback (widget_class, close_cb);
  gtk_widget_class_bind_template_callback (widget_class, transfers_cb);
}

static void
maq_library_care_dialog_init (MaqLibraryCareDialog *self)
{
  self->parts = g_array_new (FALSE, FALSE, sizeof (Part));
  g_array_set_clear_func (self->parts, part_clear);
  self->fetches = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_transfer_request_free);
  gtk_widget_init_template (GTK_WIDGET (self));
  maq_stack_pages_hide_others (GTK_WIDGET (self->stack));
}

AdwDialog *
maq_library_care_dialog_new (MaqLibrary           *library,
                             MaqTransferList      *transfers,
                             MaqLibraryCare        care,
                             const MaqRepoAddress *address)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY (library), NULL);
  g_return_val_if_fail (MAQ_IS_TRANSFER_LIST (transfers), NULL);

  MaqLibraryCareDialog *self = g_object_new (MAQ_TYPE_LIBRARY_CARE_DIALOG, NULL);
  self->library = g_object_ref (library);
  self->transfers = g_object_ref (transfers);
  self->care = care;
  self->address = address != NULL ? maq_repo_address_copy (address) : NULL;
  begin (self);
  return ADW_DIALOG (self);
}
