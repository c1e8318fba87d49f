// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-variant-private.h"

#include <string.h>

G_DEFINE_BOXED_TYPE (MaqVariant, maq_variant, maq_variant_copy, maq_variant_free)

MaqVariant *
maq_variant_copy (const MaqVariant *self)
{
  MaqVariant *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  copy->label = g_strdup (self->label);
  copy->quant = g_strdup (self->quant);
  copy->paths = g_strdupv (self->paths);
  return copy;
}

void
maq_variant_free (MaqVariant *self)
{
  if (self == NULL)
    return;
  g_free (self->label);
  g_free (self->quant);
  g_strfreev (self->paths);
  g_free (self);
}

gboolean
maq_variant_is_gguf (const char *path)
{
  gsize length, suffix = strlen (".gguf");

  g_return_val_if_fail (path != NULL, FALSE);

  // A repo may have a hundred thousand files of other kinds, which cost no more than this look.
  length = strlen (path);
  return length > suffix && path[length - suffix - 1] != '/' && g_ascii_strcasecmp (path + length - suffix, ".gguf") == 0;
}

// What is collected of one set until all paths are seen.
typedef struct
{
  GPtrArray *paths;   // as they came
  GArray    *numbers; // of guint: the shard each path is
  guint64    size;
  guint      count; // of shards there should be
} Draft;

static void
draft_free (gpointer data)
{
  Draft *draft = data;

  g_ptr_array_unref (draft->paths);
  g_array_unref (draft->numbers);
  g_free (draft);
}

static int
compare_numbers (gconstpointer a,
                 gconstpointer b,
                 gpointer      data)
{
  const guint *numbers = data;
  guint        left = numbers[*(const guint *) a], right = numbers[*(const guint *) b];

  return left < right ? -1 : left > right;
}

static MaqVariant *
finish_draft (const Draft *draft)
{
  MaqVariant       *variant = g_new0 (MaqVariant, 1);
  g_autofree guint *order = g_new (guint, draft->paths->len);
  g_autofree char  *base = NULL;
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();

  for (guint i = 0; i < draft->paths->len; i++)
    order[i] = i;
  g_sort_array (order, draft->paths->len, sizeof *order, compare_numbers, draft->numbers->data);
  for (guint i = 0; i < draft->paths->len; i++)
    g_strv_builder_add (paths, g_ptr_array_index (draft->paths, order[i]));
  variant->paths = g_strv_builder_end (paths);
  variant->size = draft->size;
  variant->missing = draft->count - draft->paths->len;
  variant->label = maq_variant_find_label (variant->paths[0], &variant->quant);
  if (variant->label != NULL)
    {
      variant->bits = maq_variant_find_bits (variant->label);
      return variant;
    }
  base = g_path_get_basename (variant->paths[0]);
  variant->label = maq_variant_dup_stem (base);
  return variant;
}

static void
add_path (GHashTable *drafts,
          GPtrArray  *order,
          const char *path,
          guint64     size)
{
  g_autofree char *key = NULL;
  guint            number, count;
  Draft           *draft;

  if (!maq_variant_parse_shard (path, &key, &number, &count))
    {
      key = g_strdup (path);
      number = count = 1;
    }
  draft = g_hash_table_lookup (drafts, key);
  if (draft == NULL)
    {
      draft = g_new0 (Draft, 1);
      draft->paths = g_ptr_array_new_with_free_func (g_free);
      draft->numbers = g_array_new (FALSE, FALSE, sizeof (guint));
      draft->count = count;
      g_hash_table_insert (drafts, g_steal_pointer (&key), draft);
      g_ptr_array_add (order, draft);
    }
  for (guint i = 0; i < draft->numbers->len; i++)
    if (g_array_index (draft->numbers, guint, i) == number)
      return;
  g_ptr_array_add (draft->paths, g_strdup (path));
  g_array_append_val (draft->numbers, number);
  draft->size += MIN (size, G_MAXUINT64 - draft->size);
}

static int
compare_variants (gconstpointer a,
                  gconstpointer b)
{
  const MaqVariant *left = *(const MaqVariant *const *) a, *right = *(const MaqVariant *const *) b;

  if (left->size != right->size)
    return left->size < right->size ? -1 : 1;
  return strcmp (left->paths[0], right->paths[0]);
}

GPtrArray *
maq_variants_group_known (const char *const  *paths,
                          const guint64      *sizes,
                          const MaqCompanion *headers,
                          gsize               n)
{
  g_autoptr (GHashTable) drafts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, draft_free);
  g_autoptr (GPtrArray) order = g_ptr_array_new ();
  g_autoptr (GArray) doubtful = g_array_new (FALSE, FALSE, sizeof (gsize));
  GPtrArray *variants = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_variant_free);

  for (gsize i = 0; i < n; i++)
    if (!maq_variant_is_gguf (paths[i]) || (headers != NULL && headers[i] != MAQ_COMPANION_NONE) || maq_companion_from_path (paths[i]) != MAQ_COMPANION_NONE)
      continue;
    else if (maq_companion_needs_model (paths[i]))
      g_array_append_val (doubtful, i);
    else
      add_path (drafts, order, paths[i], sizes[i]);
  const gboolean is_alone = order->len == 0;
  for (guint i = 0; is_alone && i < doubtful->len; i++)
    {
      gsize at = g_array_index (doubtful, gsize, i);
      add_path (drafts, order, paths[at], sizes[at]);
    }
  for (guint i = 0; i < order->len; i++)
    g_ptr_array_add (variants, finish_draft (g_ptr_array_index (order, i)));
  maq_variants_make_labels_unique (variants);
  g_ptr_array_sort (variants, compare_variants);
  return variants;
}

GPtrArray *
maq_variants_group (const char *const *paths,
                    const guint64     *sizes,
                    gsize              n)
{
  return maq_variants_group_known (paths, sizes, NULL, n);
}

// How a wish can be meant, the most exact first.
typedef gboolean (*Match) (const MaqVariant *variant, const char *wish);

static gboolean
has_label (const MaqVariant *variant,
           const char       *wish)
{
  return strcmp (variant->label, wish) == 0;
}

static gboolean
has_file (const MaqVariant *variant,
          const char       *wish)
{
  g_autofree char *base = g_path_get_basename (variant->paths[0]);
  g_autofree char *stem = maq_variant_dup_stem (base);

  return strcmp (stem, wish) == 0 || strcmp (base, wish) == 0 || g_strv_contains ((const char *const *) variant->paths, wish);
}

static gboolean
has_label_in_any_case (const MaqVariant *variant,
                       const char       *wish)
{
  return g_ascii_strcasecmp (variant->label, wish) == 0;
}

static gboolean
has_quant (const MaqVariant *variant,
           const char       *wish)
{
  g_autofree char *quant = NULL;
  g_autofree char *label = maq_variant_find_label (wish, &quant);

  // Only a wish that is a label as a whole: fp16 is F16, and chat-Q4_0 is not Q4_0.
  return label != NULL && strlen (label) + (g_ascii_strncasecmp (wish, "FP", 2) == 0) == strlen (wish) && g_strcmp0 (variant->quant, label) == 0;
}

static gboolean
has_stem_in_any_case (const MaqVariant *variant,
                      const char       *wish)
{
  g_autofree char *base = g_path_get_basename (variant->paths[0]);
  g_autofree char *stem = maq_variant_dup_stem (base);

  return g_ascii_strcasecmp (stem, wish) == 0;
}

static const MaqVariant *
find_only (GPtrArray  *variants,
           const char *wish,
           Match       match,
           gboolean   *is_ambiguous)
{
  const MaqVariant *found = NULL;

  for (guint i = 0; i < variants->len; i++)
    {
      const MaqVariant *variant = g_ptr_array_index (variants, i);
      if (!match (variant, wish))
        continue;
      *is_ambiguous = found != NULL;
      if (*is_ambiguous)
        return NULL;
      found = variant;
    }
  return found;
}

// How long the beginning is that the names of all VARIANTS without a quantization share, in bytes: whole words only.
static gsize
count_common (GPtrArray *variants)
{
  g_autofree char *first = NULL;
  gsize            common = 0;
  guint            n = 0;

  for (guint i = 0; i < variants->len; i++)
    {
      const MaqVariant *variant = g_ptr_array_index (variants, i);
      gsize             same = 0;
      if (variant->quant != NULL)
        continue;
      g_autofree char *base = g_path_get_basename (variant->paths[0]);
      g_autofree char *stem = maq_variant_dup_stem (base);
      if (n++ == 0)
        {
          common = strlen (stem);
          first = g_steal_pointer (&stem);
          continue;
        }
      while (same < common && g_ascii_tolower (stem[same]) == g_ascii_tolower (first[same]))
        same++;
      common = same;
    }
  while (common > 0 && g_ascii_isalnum (first[common - 1]))
    common--;
  return n > 1 ? common : 0;
}

// Of Step-APEX-Compact and Step-APEX-I-Compact, “Compact” is the first.
static const MaqVariant *
find_by_rest (GPtrArray  *variants,
              const char *wish,
              gboolean   *is_ambiguous)
{
  gsize             common = count_common (variants);
  const MaqVariant *found = NULL;

  for (guint i = 0; common > 0 && i < variants->len; i++)
    {
      const MaqVariant *variant = g_ptr_array_index (variants, i);
      g_autofree char  *base = g_path_get_basename (variant->paths[0]);
      g_autofree char  *stem = maq_variant_dup_stem (base);
      if (variant->quant != NULL || g_ascii_strcasecmp (stem + common, wish) != 0)
        continue;
      *is_ambiguous = found != NULL;
      if (*is_ambiguous)
        return NULL;
      found = variant;
    }
  return found;
}

const MaqVariant *
maq_variants_find (GPtrArray  *variants,
                   const char *wish,
                   gboolean    are_all,
                   gboolean   *is_ambiguous)
{
  static const Match matches[] = { has_label, has_file, has_label_in_any_case, has_quant, has_stem_in_any_case };
  const MaqVariant  *found = NULL;
  gboolean           ambiguous = FALSE;

  g_return_val_if_fail (variants != NULL, NULL);
  g_return_val_if_fail (wish != NULL, NULL);

  for (gsize i = 0; found == NULL && !ambiguous && i < G_N_ELEMENTS (matches); i++)
    found = find_only (variants, wish, matches[i], &ambiguous);
  if (found == NULL && !ambiguous && are_all && *wish != 0)
    found = find_by_rest (variants, wish, &ambiguous);
  if (is_ambiguous != NULL)
    *is_ambiguous = ambiguous;
  return found;
}

const MaqVariant *
maq_variants_find_path (GPtrArray  *variants,
                        const char *path)
{
  g_return_val_if_fail (variants != NULL, NULL);
  g_return_val_if_fail (path != NULL, NULL);

  for (guint i = 0; i < variants->len; i++)
    {
      const MaqVariant *variant = g_ptr_array_index (variants, i);
      if (g_strv_contains ((const char *const *) variant->paths, path))
        return variant;
    }
  return NULL;
}

const MaqVariant *
maq_variants_get_default (GPtrArray *variants)
{
  static const char *const wanted[] = { "Q4_K_M", "Q8_0", NULL };

  g_return_val_if_fail (variants != NULL, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
    for (guint j = 0; j < variants->len; j++)
      {
        const MaqVariant *variant = g_ptr_array_index (variants, j);
        if (variant->missing == 0 && variant->size > 0 && (wanted[i] == NULL || g_strcmp0 (variant->quant, wanted[i]) == 0))
          return variant;
      }
  return NULL;
}
