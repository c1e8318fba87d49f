// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-companion.h"

#include "maq-format.h"
#include "maq-gguf-private.h"
#include "maq-variant-private.h"

#include <string.h>

// general.architecture and general.type are among the first keys that converters write.
#define BEGINNING (16 * 1024)

// general.architecture and general.type are among the first keys that converters write.
#define BEGINNING (16 * 1024)

typedef enum
{
  FIRST,             // as a folder, or the first word of a name
  FIRST_OR_LAST,     // also as the last word of a name
  LAST_BESIDE_MODEL, // also as the last, if there is a model that it can go with
} Place;

typedef struct
{
  const char  *word;
  MaqCompanion companion;
  Place        place;
} Word;

// Names of models with layers for it end in MTP, and there are repos of nothing but small models made to be drafts.
static const Word words[] = {
  { "mmproj", MAQ_COMPANION_PROJECTOR, FIRST_OR_LAST },
  { "imatrix", MAQ_COMPANION_IMATRIX, FIRST_OR_LAST },
  { "draft", MAQ_COMPANION_DRAFTER, LAST_BESIDE_MODEL },
  { "drafter", MAQ_COMPANION_DRAFTER, LAST_BESIDE_MODEL },
  { "drafts", MAQ_COMPANION_DRAFTER, FIRST },
  { "drafters", MAQ_COMPANION_DRAFTER, FIRST },
  { "mtp", MAQ_COMPANION_DRAFTER, FIRST },
  { "eagle", MAQ_COMPANION_DRAFTER, FIRST },
  { "eagle3", MAQ_COMPANION_DRAFTER, FIRST },
  { "dflash", MAQ_COMPANION_DRAFTER, FIRST },
  { "dspark", MAQ_COMPANION_DRAFTER, FIRST },
};

static const Word *
find_word (const char *text,
           gsize       length)
{
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (strlen (words[i].word) == length && g_ascii_strncasecmp (text, words[i].word, length) == 0)
      return &words[i];
  return NULL;
}

// The word at the end of NAME, its quantization and ending left out.
static const Word *
find_last_word (const char *name)
{
  g_autofree char *stem = maq_variant_dup_name (name);
  gsize            end = strlen (stem), start;

  while (end > 0 && !g_ascii_isalnum (stem[end - 1]))
    end--;
  for (start = end; start > 0 && g_ascii_isalnum (stem[start - 1]); start--)
    ;
  return find_word (stem + start, end - start);
}

MaqCompanion
maq_companion_from_path (const char *path)
{
  const Word *word = NULL;
  const char *name = path, *slash;
  gsize       first = 0;

  g_return_val_if_fail (path != NULL, MAQ_COMPANION_NONE);

  for (; word == NULL && (slash = strchr (name, '/')) != NULL; name = slash + 1)
    word = find_word (name, (gsize) (slash - name));
  while (g_ascii_isalnum (name[first]))
    first++;
  if (word == NULL)
    word = find_word (name, first);
  if (word != NULL)
    return word->companion;
  word = find_last_word (name);
  return word != NULL && word->place == FIRST_OR_LAST ? word->companion : MAQ_COMPANION_NONE;
}

gboolean
maq_companion_needs_model (const char *path)
{
  g_return_val_if_fail (path != NULL, FALSE);

  const char *slash = strrchr (path, '/');
  const Word *word = find_last_word (slash != NULL ? slash + 1 : path);
  return word != NULL && word->place == LAST_BESIDE_MODEL;
}

gboolean
maq_companion_is_doubtful (const char *path)
{
  static const char *const signs[] = { "mmproj", "mtp", "draft", "eagle", "dflash", "dspark", "imatrix", "assistant", "lora", "adapter", "projector", "speculator", "medusa", "vision", "control" };

  g_return_val_if_fail (path != NULL, FALSE);

  g_autofree char *lower = g_ascii_strdown (path, -1);
  for (gsize i = 0; i < G_N_ELEMENTS (signs); i++)
    if (strstr (lower, signs[i]) != NULL)
      return TRUE;
  return FALSE;
}

MaqCompanion
maq_companion_from_header (MaqGguf *header)
{
  static const struct
  {
    const char  *name;
    MaqCompanion companion;
  } types[] = { { "mmproj", MAQ_COMPANION_PROJECTOR }, { "imatrix", MAQ_COMPANION_IMATRIX }, { "adapter", MAQ_COMPANION_ADAPTER } },
    architectures[] = { { "clip", MAQ_COMPANION_PROJECTOR }, { "controlvector", MAQ_COMPANION_ADAPTER }, { "dflash", MAQ_COMPANION_DRAFTER }, { "dspark", MAQ_COMPANION_DRAFTER }, { "eagle", MAQ_COMPANION_DRAFTER }, { "eagle3", MAQ_COMPANION_DRAFTER }, { "medusa", MAQ_COMPANION_DRAFTER } };

  g_return_val_if_fail (header != NULL, MAQ_COMPANION_NONE);

  const char *type = maq_gguf_get_string (header, "general.type");
  const char *architecture = maq_gguf_get_architecture (header);
  for (gsize i = 0; type != NULL && i < G_N_ELEMENTS (types); i++)
    if (strcmp (type, types[i].name) == 0)
      return types[i].companion;
  if (architecture == NULL)
    return MAQ_COMPANION_NONE;
  for (gsize i = 0; i < G_N_ELEMENTS (architectures); i++)
    if (strcmp (architecture, architectures[i].name) == 0)
      return architectures[i].companion;
  // As in gemma4-assistant.
  if (g_str_has_suffix (architecture, "-assistant") || g_str_has_suffix (architecture, "-mtp") || g_str_has_suffix (architecture, "-eagle3"))
    return MAQ_COMPANION_DRAFTER;
  return MAQ_COMPANION_NONE;
}

MaqCompanion
maq_companion_from_file (const char *path)
{
  guint64 file_size;

  g_return_val_if_fail (path != NULL, MAQ_COMPANION_NONE);

  g_autoptr (GBytes) bytes = maq_format_read_beginning (path, BEGINNING, &file_size, NULL);
  g_autoptr (MaqGguf) header = bytes != NULL ? maq_gguf_parse_keys (bytes, NULL) : NULL;
  return header != NULL ? maq_companion_from_header (header) : MAQ_COMPANION_NONE;
}
