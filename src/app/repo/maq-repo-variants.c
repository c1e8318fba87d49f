// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-repo-variants.h"

#include <glib/gi18n.h>

#include "maq-download-offer.h"
#include "maq-future-slot.h"
#include "maq-units.h"
#include "maq-variant-fits.h"

struct _MaqRepoVariants
{
  GObject parent_instance;

  GPtrArray    *list;   // of MaqVariant
  GPtrArray    *fits;   // of MaqFit, one for each; NULL until they are known
  int           chosen; // position in the list; -1: all files
  gboolean      is_kept;
  MaqFutureSlot judging;
};

G_DEFINE_FINAL_TYPE (MaqRepoVariants, maq_repo_variants, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
maq_repo_variants_dispose (GObject *object)
{
  maq_future_slot_clear (&MAQ_REPO_VARIANTS (object)->judging);

  G_OBJECT_CLASS (maq_repo_variants_parent_class)->dispose (object);
}

static void
maq_repo_variants_finalize (GObject *object)
{
  MaqRepoVariants *self = MAQ_REPO_VARIANTS (object);

  g_ptr_array_unref (self->list);
  g_clear_pointer (&self->fits, g_ptr_array_unref);

  G_OBJECT_CLASS (maq_repo_variants_parent_class)->finalize (object);
}

static void
maq_repo_variants_class_init (MaqRepoVariantsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = maq_repo_variants_dispose;
  object_class->finalize = maq_repo_variants_finalize;
  signals[CHANGED] = g_signal_new ("changed", MAQ_TYPE_REPO_VARIANTS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
maq_repo_variants_init (MaqRepoVariants *self)
{
  self->list = g_ptr_array_new ();
  self->chosen = -1;
}

MaqRepoVariants *
maq_repo_variants_new (void)
{
  return g_object_new (MAQ_TYPE_REPO_VARIANTS, NULL);
}

static void
set_chosen (MaqRepoVariants  *self,
            const MaqVariant *variant)
{
  guint i;

  self->chosen = variant != NULL && g_ptr_array_find (self->list, variant, &i) ? (int) i : -1;
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
judged_cb (gpointer   data,
           DexFuture *future)
{
  MaqRepoVariants *self = data;
  g_autoptr (GError) error = NULL;
  GPtrArray *fits = maq_future_get_boxed (future, &error);

  if (fits == NULL)
    {
      // A gated or unreadable file: the page says so where its files are asked for.
      g_debug ("No verdict: %s", error->message);
      return;
    }
  self->fits = g_ptr_array_ref (fits);
  set_chosen (self, self->is_kept ? maq_repo_variants_get_chosen (self) : maq_fit_recommend (self->list, self->fits));
}

void
maq_repo_variants_set_repo (MaqRepoVariants *self,
                            MaqHubClient    *client,
                            MaqCache        *cache,
                            MaqRepo         *repo,
                            MaqHubTree      *tree)
{
  MaqFitOptions options = { 0 };

  g_return_if_fail (MAQ_IS_REPO_VARIANTS (self));
  g_return_if_fail (MAQ_IS_REPO (repo) && tree != NULL);

  maq_future_slot_clear (&self->judging);
  g_clear_pointer (&self->fits, g_ptr_array_unref);
  g_ptr_array_unref (self->list);
  self->list = maq_download_group_variants (tree);
  self->is_kept = FALSE;
  const MaqVariant *usual = maq_variants_get_default (self->list);
  set_chosen (self, usual);
  // From the header of the one that is chosen.
  if (usual != NULL && maq_repo_get_kind (repo) == MAQ_REPO_KIND_MODEL)
    maq_future_slot_set (&self->judging, maq_variant_fits_judge (client, cache, maq_repo_get_id (repo), NULL, self->list, usual, &options), self, judged_cb);
}

GPtrArray *
maq_repo_variants_get_list (MaqRepoVariants *self)
{
  g_return_val_if_fail (MAQ_IS_REPO_VARIANTS (self), NULL);

  return self->list;
}

const MaqVariant *
maq_repo_variants_get_chosen (MaqRepoVariants *self)
{
  g_return_val_if_fail (MAQ_IS_REPO_VARIANTS (self), NULL);

  return self->chosen >= 0 && self->chosen < (int) self->list->len ? self->list->pdata[self->chosen] : NULL;
}

void
maq_repo_variants_choose (MaqRepoVariants  *self,
                          const MaqVariant *variant)
{
  g_return_if_fail (MAQ_IS_REPO_VARIANTS (self));

  self->is_kept = TRUE;
  set_chosen (self, variant);
}

void
maq_repo_variants_keep (MaqRepoVariants *self)
{
  g_return_if_fail (MAQ_IS_REPO_VARIANTS (self));

  self->is_kept = TRUE;
}

GPtrArray *
maq_repo_variants_get_fits (MaqRepoVariants *self)
{
  g_return_val_if_fail (MAQ_IS_REPO_VARIANTS (self), NULL);

  return self->fits;
}

const MaqFit *
maq_repo_variants_get_fit (MaqRepoVariants  *self,
                           const MaqVariant *variant)
{
  guint i;

  g_return_val_if_fail (MAQ_IS_REPO_VARIANTS (self), NULL);

  if (self->fits == NULL || variant == NULL || !g_ptr_array_find (self->list, variant, &i))
    return NULL;
  return self->fits->pdata[i];
}

char *
maq_repo_variants_dup_fit_words (MaqRepoVariants  *self,
                                 const MaqVariant *variant)
{
  const MaqFit *fit = maq_repo_variants_get_fit (self, variant);

  if (fit == NULL || fit->verdict == MAQ_FIT_UNKNOWN)
    return g_strdup ("");
  if (variant == maq_fit_recommend (self->list, self->fits))
    return g_strdup_printf (_ ("%s, Recommended"), maq_fit_verdict_to_word (fit->verdict));
  return g_strdup (maq_fit_verdict_to_word (fit->verdict));
}

// Translators, of all of these: %s is how much memory the model takes.
static char *
dup_memory_words (const MaqFit *fit)
{
  g_autofree char *total = maq_format_bytes (fit->total);

  switch (fit->verdict)
    {
    case MAQ_FIT_FITS:
      return g_strdup_printf (_ ("Fits in memory (%s)"), total);
    case MAQ_FIT_FITS_LESS_CONTEXT:
      return g_strdup_printf (_ ("Fits in memory with less context (%s)"), total);
    case MAQ_FIT_SLOW:
      return g_strdup_printf (_ ("Runs slowly (%s of memory)"), total);
    case MAQ_FIT_DOES_NOT_FIT:
      return g_strdup_printf (_ ("Does not fit in memory (%s)"), total);
    case MAQ_FIT_UNKNOWN:
    default:
      return g_strdup (_ ("Memory use unknown"));
    }
}

void
maq_repo_variants_show_fit (MaqRepoVariants *self,
                            GtkLabel        *label)
{
  g_return_if_fail (MAQ_IS_REPO_VARIANTS (self));
  g_return_if_fail (GTK_IS_LABEL (label));

  const MaqFit    *fit = maq_repo_variants_get_fit (self, maq_repo_variants_get_chosen (self));
  g_autofree char *sentence = fit != NULL ? maq_fit_to_sentence (fit) : NULL;

  gtk_widget_set_visible (GTK_WIDGET (label), fit != NULL);
  if (fit == NULL)
    return;
  g_autofree char *text = dup_memory_words (fit);
  gtk_label_set_label (label, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (label), sentence);
  gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, sentence, -1);
}
