// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-variant.h"

#include <string.h>

G_DEFINE_BOXED_TYPE (MaqVariant, maq_variant, maq_variant_copy, maq_variant_free)

// Bits per weight as llama.cpp's quantize tool gives them for an 8B model, block scales included.
static const struct
{
  const char *label;
  double      bits;
} nominal_bits[] = {
  { "IQ1_S", 1.56 },
  { "IQ1_M", 1.75 },
  { "IQ2_XXS", 2.06 },
  { "IQ2_XS", 2.31 },
  { "IQ2_S", 2.5 },
  { "IQ2_M", 2.7 },
  { "IQ3_XXS", 3.06 },
  { "IQ3_XS", 3.3 },
  { "IQ3_S", 3.44 },
  { "IQ3_M", 3.66 },
  { "IQ4_XS", 4.25 },
  { "IQ4_NL", 4.5 },
  { "Q1_0", 1.13 },
  { "Q2_0", 2.25 },
  { "Q2_K", 3.16 },
  { "Q3_K_S", 3.64 },
  { "Q3_K_M", 4.0 },
  { "Q3_K_L", 4.3 },
  { "Q4_0", 4.5 },
  { "Q4_1", 5.0 },
  { "Q4_K_S", 4.67 },
  { "Q4_K_M", 4.89 },
  { "Q5_0", 5.5 },
  { "Q5_1", 6.0 },
  { "Q5_K_S", 5.57 },
  { "Q5_K_M", 5.7 },
  { "Q6_K", 6.56 },
  { "Q8_0", 8.5 },
  { "TQ1_0", 1.69 },
  { "TQ2_0", 2.06 },
  { "MXFP4", 4.25 },
  { "NVFP4", 4.5 },
  { "BF16", 16 },
  { "F16", 16 },
  { "F32", 32 },
};

MaqVariant *
maq_variant_copy (const MaqVariant *self)
{
  MaqVariant *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  copy->label = g_strdup (self->label);
  copy->paths = g_strdupv (self->paths);
  return copy;
}

void
maq_variant_free (MaqVariant *self)
{
  if (self == NULL)
    return;
  g_free (self->label);
  g_strfreev (self->paths);
  g_free (self);
}

// A repo may have a hundred thousand files of other kinds, which cost no more than this look.
static gboolean
is_gguf (const char *path)
{
  gsize length = strlen (path);
  gsize suffix = strlen (".gguf");

  return length > suffix && g_ascii_strcasecmp (path + length - suffix, ".gguf") == 0;
}

// NAME: of a GGUF file, in lower case, without its folder.
static gboolean
is_weights (const char *name)
{
  static const char *const companions[] = { "mmproj", "imatrix", "draft" };

  if (g_str_has_prefix (name, "mtp-") || g_str_has_prefix (name, "eagle3-"))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (companions); i++)
    if (strstr (name, companions[i]) != NULL)
      return FALSE;
  return TRUE;
}

// The shard a path says it is. The key names the set: everything but the shard's own number.
static gboolean
parse_shard (const char *path,
             char      **key,
             guint      *number,
             guint      *count)
{
  static GRegex *regex;
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *stem = NULL, *first = NULL, *second = NULL;

  if (g_once_init_enter_pointer (&regex))
    g_once_init_leave_pointer (&regex, g_regex_new ("^(.*)-([0-9]{5})-of-([0-9]{5})\\.gguf$", G_REGEX_CASELESS | G_REGEX_DOTALL | G_REGEX_RAW, 0, NULL));
  if (!g_regex_match (regex, path, 0, &match))
    return FALSE;
  stem = g_match_info_fetch (match, 1);
  first = g_match_info_fetch (match, 2);
  second = g_match_info_fetch (match, 3);
  *number = strtoul (first, NULL, 10);
  *count = strtoul (second, NULL, 10);
  if (*number == 0 || *number > *count)
    return FALSE;
  *key = g_strdup_printf ("%s-of-%s", stem, second);
  return TRUE;
}

static char *
dup_stem (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *key = NULL;
  guint            number, count;

  if (parse_shard (base, &key, &number, &count))
    base[strlen (base) - strlen ("-00001-of-00001.gguf")] = 0;
  else
    base[strlen (base) - strlen (".gguf")] = 0;
  return g_steal_pointer (&base);
}

// The last quantization that PATH names, folders included, as people write it; NULL if none.
static char *
find_label (const char *path)
{
  static GRegex *regex;
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *label = NULL;

  if (g_once_init_enter_pointer (&regex))
    g_once_init_leave_pointer (&regex, g_regex_new ("(?<![A-Z0-9])((?:UD-)?(?:I?Q[1-9](?:_[0-9A-Z]{1,3})+|TQ[12]_0|BF16|FP?16|FP?32|MXFP4(?:_MOE)?|NVFP4))(?=[-./]|$)", G_REGEX_CASELESS | G_REGEX_RAW, 0, NULL));
  for (g_regex_match (regex, path, 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL))
    {
      g_free (label);
      label = g_match_info_fetch (match, 1);
    }
  if (label == NULL)
    return NULL;
  for (char *at = label; *at != 0; at++)
    *at = g_ascii_toupper (*at);
  if (g_str_has_prefix (label, "FP"))
    memmove (label + 1, label + 2, strlen (label + 1));
  return g_steal_pointer (&label);
}

static double
find_bits (const char *label)
{
  if (g_str_has_prefix (label, "UD-"))
    label += strlen ("UD-");
  for (gsize i = 0; i < G_N_ELEMENTS (nominal_bits); i++)
    if (strcmp (label, nominal_bits[i].label) == 0)
      return nominal_bits[i].bits;
  // A mix not in the table, such as Q4_K_XL or MXFP4_MOE: as the best known one that begins alike.
  for (gsize i = G_N_ELEMENTS (nominal_bits); i-- > 0;)
    {
      gsize length = MIN (strlen (nominal_bits[i].label), 4);
      if (strncmp (label, nominal_bits[i].label, length) == 0)
        return nominal_bits[i].bits;
    }
  return 0;
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
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();

  for (guint i = 0; i < draft->paths->len; i++)
    order[i] = i;
  g_sort_array (order, draft->paths->len, sizeof *order, compare_numbers, draft->numbers->data);
  for (guint i = 0; i < draft->paths->len; i++)
    g_strv_builder_add (paths, g_ptr_array_index (draft->paths, order[i]));
  variant->paths = g_strv_builder_end (paths);
  variant->size = draft->size;
  variant->missing = draft->count - draft->paths->len;
  variant->label = find_label (variant->paths[0]);
  if (variant->label != NULL)
    variant->bits = find_bits (variant->label);
  else
    variant->label = dup_stem (variant->paths[0]);
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

  if (!parse_shard (path, &key, &number, &count))
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

// Labels tell variants apart: where two files have the same quantization, their names do.
static void
make_labels_unique (GPtrArray *variants)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < variants->len; i++)
    {
      const MaqVariant *variant = g_ptr_array_index (variants, i);
      guint             times = GPOINTER_TO_UINT (g_hash_table_lookup (seen, variant->label));
      g_hash_table_insert (seen, g_strdup (variant->label), GUINT_TO_POINTER (times + 1));
    }
  for (guint i = 0; i < variants->len; i++)
    {
      MaqVariant *variant = g_ptr_array_index (variants, i);
      if (GPOINTER_TO_UINT (g_hash_table_lookup (seen, variant->label)) < 2)
        continue;
      g_free (variant->label);
      variant->label = dup_stem (variant->paths[0]);
    }
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
maq_variants_group (const char *const *paths,
                    const guint64     *sizes,
                    gsize              n)
{
  g_autoptr (GHashTable) drafts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, draft_free);
  g_autoptr (GPtrArray) order = g_ptr_array_new ();
  GPtrArray *variants = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_variant_free);

  for (gsize i = 0; i < n; i++)
    {
      if (!is_gguf (paths[i]))
        continue;
      g_autofree char *base = g_path_get_basename (paths[i]);
      g_autofree char *name = g_ascii_strdown (base, -1);
      if (is_weights (name))
        add_path (drafts, order, paths[i], sizes[i]);
    }
  for (guint i = 0; i < order->len; i++)
    g_ptr_array_add (variants, finish_draft (g_ptr_array_index (order, i)));
  make_labels_unique (variants);
  g_ptr_array_sort (variants, compare_variants);
  return variants;
}

static gboolean
names_quant (const MaqVariant *variant,
             const char       *quant,
             gboolean          exactly)
{
  g_autofree char *path = NULL, *wanted = NULL;

  if (exactly)
    return g_ascii_strcasecmp (variant->label, quant) == 0;
  path = g_ascii_strdown (variant->paths[0], -1);
  wanted = g_ascii_strdown (quant, -1);
  return strstr (path, wanted) != NULL;
}

static const MaqVariant *
find_variant (GPtrArray  *variants,
              const char *quant,
              gboolean    exactly,
              gboolean    complete)
{
  for (guint i = 0; i < variants->len; i++)
    {
      const MaqVariant *variant = g_ptr_array_index (variants, i);
      if ((!complete || variant->missing == 0) && (quant == NULL || names_quant (variant, quant, exactly)))
        return variant;
    }
  return NULL;
}

const MaqVariant *
maq_variants_pick (GPtrArray  *variants,
                   const char *quant)
{
  static const char *const wanted[] = { "Q4_K_M", "Q8_0", NULL };
  const MaqVariant        *found = NULL;

  g_return_val_if_fail (variants != NULL, NULL);

  if (quant != NULL)
    {
      found = find_variant (variants, quant, TRUE, FALSE);
      return found != NULL || *quant == 0 ? found : find_variant (variants, quant, FALSE, FALSE);
    }
  for (gsize i = 0; found == NULL && i < G_N_ELEMENTS (wanted); i++)
    found = find_variant (variants, wanted[i], TRUE, TRUE);
  return found;
}
