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

char *
maq_library_item_dup_summary (MaqLibraryItem *item)
{
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  guint  n_versions = maq_library_item_get_repo (item)->revisions->len;
  gint64 used = maq_library_item_get_last_accessed (item);

  g_strv_builder_add (parts, maq_library_kind_word (maq_library_item_get_kind (item)));
  g_strv_builder_take (parts, maq_format_bytes (maq_library_item_get_size (item)));
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

char *
maq_library_revision_dup_name (const MaqCacheRevision *revision)
{
  if (revision->refs[0] != NULL)
    return g_strjoinv (", ", revision->refs);
  // Translators: %.7s is the beginning of a commit.
  return g_strdup_printf (_ ("Earlier version %.7s"), revision->commit);
}

char *
maq_library_dup_files (guint n)
{
  return g_strdup_printf (ngettext ("%u file", "%u files", n), n);
}

char *
maq_library_revision_dup_summary (const MaqCacheRevision *revision)
{
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();

  g_strv_builder_take (parts, maq_library_dup_files (revision->files->len));
  g_strv_builder_take (parts, maq_format_bytes (revision->size));
  if (revision->last_modified > 0)
    {
      g_autofree char *when = maq_format_relative_time (revision->last_modified, g_get_real_time () / G_USEC_PER_SEC);
      // Translators: %s is a time such as "3 days ago".
      g_strv_builder_take (parts, g_strdup_printf (_ ("downloaded %s"), when));
    }
  return join (parts);
}

char *
maq_library_item_dup_uri (MaqLibraryItem *item)
{
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (maq_library_item_get_kind (item), maq_library_item_get_id (item), NULL, NULL);

  return maq_repo_address_to_uri (address);
}
