// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-glob.h"

#include <string.h>

// Whether the set after a [ at SET holds C; *END is set behind the closing ]. Without one the [ is an ordinary character, and
// *END is NULL.
static gboolean
match_set (const char  *set,
           gunichar     c,
           const char **end)
{
  gboolean    negated = *set == '!';
  const char *start = negated ? g_utf8_next_char (set) : set;
  const char *close = *start != '\0' ? strchr (start + 1, ']') : NULL; // a ] in the first place stands for itself
  gboolean    found = FALSE;

  *end = NULL;
  if (close == NULL)
    return FALSE;
  for (const char *at = start; at < close;)
    {
      gunichar    low = g_utf8_get_char (at);
      const char *next = g_utf8_next_char (at);
      gunichar    high = low;
      if (*next == '-' && next + 1 < close)
        {
          high = g_utf8_get_char (next + 1);
          next = g_utf8_next_char (next + 1);
        }
      found |= low <= c && c <= high;
      at = next;
    }
  *end = close + 1;
  return found != negated;
}

// Whether the pattern character at *GLOB takes C; *GLOB moves behind it.
static gboolean
match_one (const char **glob,
           gunichar     c)
{
  const char *end = NULL;

  if (**glob == '[')
    {
      gboolean matches = match_set (*glob + 1, c, &end);
      if (end != NULL)
        {
          *glob = end;
          return matches;
        }
    }
  gunichar wanted = g_utf8_get_char (*glob);
  *glob = g_utf8_next_char (*glob);
  return wanted == '?' || wanted == c;
}

static gboolean
match (const char *glob,
       const char *text)
{
  const char *star = NULL;
  const char *resume = NULL;

  // Only the last * seen is ever tried again, so the time is bounded by the product of the lengths.
  while (*text != '\0')
    {
      const char *next = glob;
      if (*glob == '*')
        {
          star = ++glob;
          resume = text;
        }
      else if (*glob != '\0' && match_one (&next, g_utf8_get_char (text)))
        {
          glob = next;
          text = g_utf8_next_char (text);
        }
      else if (star != NULL)
        {
          glob = star;
          text = resume = g_utf8_next_char (resume);
        }
      else
        return FALSE;
    }
  while (*glob == '*')
    glob++;
  return *glob == '\0';
}

gboolean
maq_glob_match (const char *glob,
                const char *path)
{
  g_return_val_if_fail (glob != NULL && path != NULL, FALSE);

  if (!g_utf8_validate (glob, -1, NULL) || !g_utf8_validate (path, -1, NULL))
    return FALSE;
  g_autofree char *below = g_str_has_suffix (glob, "/") ? g_strconcat (glob, "*", NULL) : NULL;
  return match (below != NULL ? below : glob, path);
}

gboolean
maq_glob_filter (const char *const *include,
                 const char *const *exclude,
                 const char        *path)
{
  gboolean included = include == NULL || include[0] == NULL;

  for (guint i = 0; !included && include[i] != NULL; i++)
    included = maq_glob_match (include[i], path);
  for (guint i = 0; included && exclude != NULL && exclude[i] != NULL; i++)
    included = !maq_glob_match (exclude[i], path);
  return included;
}
