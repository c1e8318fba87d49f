// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-library-words.h"

#include <glib/gi18n.h>

#include "maq-units.h"

// Variants that are named in a row.
#define MAX_LABELS 5

const char *
maq_library_kind_word (MaqRepoKind kind)
{
  switch (kind)
    {
    case MAQ_REPO_KIND_MODEL:
      return _ ("Model");
    case MAQ_REPO_KIND_DATASET:
      return _ ("Dataset");
    case MAQ_REPO_KIND_SPACE:
      return _ ("Space");
    case MAQ_REPO_KIND_KERNEL:
      return _ ("Kernel");
    default:
      return "";
    }
}

static char *
join (GStrvBuilder *parts)
{
  g_auto (GStrv) strv = g_strv_builder_end (parts);

  return g_strjoinv (" · ", strv);
}

// Its size, or how far it is: never both, which would contradict each other.
static char *
dup_amount (MaqLibraryItem *item)
{
  const MaqCompleteness *completeness = maq_library_item_get_completeness (item);

  if (completeness->state != MAQ_COMPLETENESS_INCOMPLETE)
    return maq_format_bytes (maq_library_item_get_size (item));
  if (!maq_library_item_is_fetched (item) || completeness->want == 0)
    return maq_completeness_to_text (completeness);
  g_autofree char *part = maq_format_bytes_of (completeness->have, completeness->want);
  // Translators: %s is a part of a whole, as in "Downloading · 7.1 of 14.4 GB".
  return g_strdup_printf (_ ("Downloading · %s"), part);
}

char *
maq_library_item_dup_summary (MaqLibraryItem *item)
{
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  guint  n_versions = maq_library_item_get_repo (item)->revisions->len;
  gint64 used = maq_library_item_get_last_accessed (item);

  gboolean is_incomplete = maq_library_item_get_completeness (item)->state == MAQ_COMPLETENESS_INCOMPLETE;
  // What matters most comes first: in a narrow window the end is cut off.
  if (is_incomplete)
    g_strv_builder_take (parts, dup_amount (item));
  g_strv_builder_add (parts, maq_library_kind_word (maq_library_item_get_kind (item)));
  if (!is_incomplete)
    g_strv_builder_take (parts, dup_amount (item));
  if (n_versions > 1)
    g_strv_builder_take (parts, g_strdup_printf (ngettext ("%u version", "%u versions", n_versions), n_versions));
  if (used > 0)
    {
      g_autofree char *when = maq_format_relative_time (used, g_get_real_time () / G_USEC_PER_SEC);
      // Translators: %s is a time such as "3 days ago".
      g_strv_builder_take (parts, g_strdup_printf (_ ("used %s"), when));
    }
  if (maq_library_item_has_news (item))
    g_strv_builder_add (parts, _ ("newer version on the Hub"));
  return join (parts);
}

char *
maq_library_item_dup_variants (MaqLibraryItem *item)
{
  GPtrArray    *variants = maq_library_item_get_variants (item);
  GPtrArray    *partials = maq_library_item_get_partial_variants (item);
  const MaqFit *fit = maq_library_item_get_fit (item);
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) labels = g_strv_builder_new ();

  for (guint i = 0; i < MIN (variants->len, MAX_LABELS); i++)
    g_strv_builder_add (labels, ((MaqVariant *) g_ptr_array_index (variants, i))->label);
  if (variants->len > MAX_LABELS)
    g_strv_builder_take (labels, g_strdup_printf (ngettext ("%u more", "%u more", variants->len - MAX_LABELS), variants->len - MAX_LABELS));
  if (variants->len > 0)
    {
      g_auto (GStrv) strv = g_strv_builder_end (labels);
      g_strv_builder_take (parts, g_strjoinv (", ", strv));
    }
  if (variants->len > 0 && fit != NULL && fit->verdict != MAQ_FIT_UNKNOWN)
    g_strv_builder_add (parts, maq_fit_verdict_to_word (fit->verdict));
  for (guint i = 0; i < partials->len; i++)
    {
      const MaqVariant *variant = g_ptr_array_index (partials, i);
      g_autofree char  *missing = g_strdup_printf (ngettext ("%u part is missing", "%u parts are missing", variant->missing), variant->missing);
      g_strv_builder_take (parts, g_strdup_printf ("%s: %s", variant->label, missing));
    }
  return join (parts);
}

// Whether another version has a name, and this one was whole once.
static gboolean
is_earlier (const MaqCacheRepo     *repo,
            const MaqCacheRevision *revision)
{
  gboolean has_later = FALSE;

  for (guint i = 0; i < repo->revisions->len; i++)
    has_later |= ((MaqCacheRevision *) g_ptr_array_index (repo->revisions, i))->refs[0] != NULL;
  return has_later && maq_completeness_judge_revision (repo, revision, NULL).state != MAQ_COMPLETENESS_INCOMPLETE;
}

char *
maq_library_revision_dup_name (const MaqCacheRepo     *repo,
                               const MaqCacheRevision *revision)
{
  if (revision->refs[0] != NULL)
    return g_strjoinv (", ", revision->refs);
  // Translators: %.7s is the beginning of a commit.
  return g_strdup_printf (is_earlier (repo, revision) ? _ ("Earlier version %.7s") : _ ("Version %.7s"), revision->commit);
}

char *
maq_library_dup_files (guint n)
{
  return g_strdup_printf (ngettext ("%u file", "%u files", n), n);
}

char *
maq_library_revision_dup_summary (MaqLibraryItem         *item,
                                  const MaqCacheRevision *revision)
{
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  MaqCompleteness completeness = maq_completeness_judge_revision (maq_library_item_get_repo (item), revision, maq_library_item_get_transfer (item));

  if (completeness.state == MAQ_COMPLETENESS_INCOMPLETE)
    g_strv_builder_take (parts, maq_completeness_to_text (&completeness));
  else
    {
      if (completeness.state == MAQ_COMPLETENESS_SELECTED)
        // Translators: the first %u is a part of the second.
        g_strv_builder_take (parts, g_strdup_printf (ngettext ("%u of %u file", "%u of %u files", completeness.n_listed), completeness.n_here, completeness.n_listed));
      else
        g_strv_builder_take (parts, maq_library_dup_files (revision->files->len));
      g_strv_builder_take (parts, maq_format_bytes (revision->size));
    }
  if (completeness.state == MAQ_COMPLETENESS_UNKNOWN)
    // Translators: nobody knows whether all files of a repo are here.
    g_strv_builder_add (parts, _ ("completeness unknown"));
  if (revision->last_modified > 0)
    {
      g_autofree char *when = maq_format_relative_time (revision->last_modified, g_get_real_time () / G_USEC_PER_SEC);
      // Translators: %s is a time such as "3 days ago".
      g_strv_builder_take (parts, g_strdup_printf (_ ("downloaded %s"), when));
    }
  return join (parts);
}

const char *
maq_library_item_get_warning (MaqLibraryItem *item)
{
  const MaqCacheRepo *repo = maq_library_item_get_repo (item);

  // What has only begun lacks more than a folder.
  return repo->n_files == 0 && repo->begun->len > 0 ? NULL : repo->warning;
}

char *
maq_library_item_dup_uri (MaqLibraryItem *item)
{
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (maq_library_item_get_kind (item), maq_library_item_get_id (item), NULL, NULL);

  return maq_repo_address_to_uri (address);
}
