// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-variant-private.h"

#include <string.h>

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

// As the Hub finds it (Hub API notes §27.1), but whole words only, with the parts that its table does not know: Q4_0_8_8, Q4_K_L.
#define LABEL "(?<![A-Z0-9])((?:UD-)?(?:I?Q[1-9](?:_[0-9A-Z]{1,3})+|TQ[12]_0|BF16|FP?16|FP?32|MXFP4(?:_MOE)?|NVFP4))(?:_[A-Z]{4,})?(?=[-./ ]|$)"

gboolean
maq_variant_parse_shard (const char *path,
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

// MATCH without the P of FP16, in capitals.
static char *
fetch_label (GMatchInfo *match,
             int         group)
{
  g_autofree char *found = g_match_info_fetch (match, group);
  char            *label = g_ascii_strup (found, -1);

  if (g_str_has_prefix (label, "FP"))
    memmove (label + 1, label + 2, strlen (label + 1));
  return label;
}

char *
maq_variant_find_label (const char *path,
                        char      **quant)
{
  static GRegex *regex;
  g_autoptr (GMatchInfo) match = NULL;
  char *label = NULL;

  if (g_once_init_enter_pointer (&regex))
    g_once_init_leave_pointer (&regex, g_regex_new (LABEL, G_REGEX_CASELESS | G_REGEX_RAW, 0, NULL));
  *quant = NULL;
  for (g_regex_match (regex, path, 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL))
    {
      g_free (label);
      g_free (*quant);
      label = fetch_label (match, 0);
      *quant = fetch_label (match, 1);
    }
  return label;
}

double
maq_variant_find_bits (const char *label)
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

char *
maq_variant_dup_stem (const char *path)
{
  g_autofree char *key = NULL;
  guint            number, count;
  gsize            ending = strlen (maq_variant_parse_shard (path, &key, &number, &count) ? "-00001-of-00001.gguf" : ".gguf");
  gsize            length = strlen (path);

  return g_strndup (path, length > ending ? length - ending : length);
}

char *
maq_variant_dup_name (const char *path)
{
  static GRegex *regex;
  char          *stem = maq_variant_dup_stem (path);
  g_autoptr (GMatchInfo) match = NULL;
  int start;

  if (g_once_init_enter_pointer (&regex))
    g_once_init_leave_pointer (&regex, g_regex_new (LABEL "$", G_REGEX_CASELESS | G_REGEX_RAW, 0, NULL));
  if (g_regex_match (regex, stem, 0, &match) && g_match_info_fetch_pos (match, 0, &start, NULL))
    stem[start] = '\0';
  return stem;
}

#define N_STEPS 4

// What tells files of one quantization apart, the shortest first: the stem, the folder, the path without and with its ending.
static char *
dup_longer_label (const MaqVariant *variant,
                  guint             step)
{
  const char      *path = variant->paths[0];
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *base = g_path_get_basename (path);

  switch (step)
    {
    case 0:
      return maq_variant_dup_stem (base);
    case 1:
      return strcmp (folder, ".") != 0 ? g_strdup_printf ("%s/%s", folder, variant->label) : g_strdup (variant->label);
    case 2:
      return maq_variant_dup_stem (path);
    default:
      return g_strdup (path);
    }
}

// Gives GROUP, variants of one label, those of STEP if they differ from each other and from all in TAKEN.
static gboolean
try_longer_labels (GPtrArray  *group,
                   GHashTable *taken,
                   guint       step)
{
  const char *common = ((const MaqVariant *) g_ptr_array_index (group, 0))->label;
  g_autoptr (GHashTable) own = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < group->len; i++)
    {
      char *label = dup_longer_label (g_ptr_array_index (group, i), step);
      g_ptr_array_add (labels, label);
      if (!g_hash_table_add (own, label) || (strcmp (label, common) != 0 && g_hash_table_contains (taken, label)))
        return FALSE;
    }
  for (guint i = 0; i < group->len; i++)
    {
      MaqVariant *variant = g_ptr_array_index (group, i);
      g_free (variant->label);
      variant->label = g_strdup (g_ptr_array_index (labels, i));
      g_hash_table_add (taken, g_strdup (variant->label));
    }
  return TRUE;
}

void
maq_variants_make_labels_unique (GPtrArray *variants)
{
  g_autoptr (GHashTable) groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer       group;

  for (guint i = 0; i < variants->len; i++)
    {
      MaqVariant *variant = g_ptr_array_index (variants, i);
      GPtrArray  *same = g_hash_table_lookup (groups, variant->label);

      if (same == NULL)
        {
          same = g_ptr_array_new ();
          g_hash_table_insert (groups, g_strdup (variant->label), same);
          g_hash_table_add (taken, g_strdup (variant->label));
        }
      g_ptr_array_add (same, variant);
    }
  g_hash_table_iter_init (&iter, groups);
  while (g_hash_table_iter_next (&iter, NULL, &group))
    for (guint step = 0; ((GPtrArray *) group)->len > 1 && step < N_STEPS; step++)
      if (try_longer_labels (group, taken, step))
        break;
}
