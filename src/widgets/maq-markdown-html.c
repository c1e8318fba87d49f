// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// The HTML that people write into Markdown: entities, and tags of which only the words are kept.

#include <string.h>

#include "maq-markdown-private.h"

gboolean
maq_markdown_append_entity (GString    *string,
                            const char *text,
                            gsize       length)
{
  static const struct
  {
    const char *name;
    const char *value;
  } entities[] = {
    { "&amp;", "&" },
    { "&lt;", "<" },
    { "&gt;", ">" },
    { "&quot;", "\"" },
    { "&apos;", "'" },
    { "&nbsp;", "\u00a0" },
    { "&copy;", "©" },
    { "&reg;", "®" },
    { "&hellip;", "…" },
    { "&mdash;", "—" },
    { "&ndash;", "–" },
    { "&times;", "×" },
    { "&rarr;", "→" },
    { "&larr;", "←" },
    { "&bull;", "•" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (entities); i++)
    if (strlen (entities[i].name) == length && strncmp (entities[i].name, text, length) == 0)
      {
        g_string_append (string, entities[i].value);
        return TRUE;
      }
  if (length > 3 && text[1] == '#')
    {
      gboolean is_hex = text[2] == 'x' || text[2] == 'X';
      guint64  c = g_ascii_strtoull (text + (is_hex ? 3 : 2), NULL, is_hex ? 16 : 10);
      if (c >= 0x20 && c <= 0x10ffff && g_unichar_validate (c))
        {
          g_string_append_unichar (string, c);
          return TRUE;
        }
    }
  return FALSE;
}

char *
maq_markdown_html_to_text (const char *html)
{
  GString    *text = g_string_new (NULL);
  const char *p = html;
  const char *text_end = html + strlen (html);

  while (*p != '\0')
    {
      if (g_str_has_prefix (p, "<!--"))
        {
          const char *end = strstr (p, "-->");
          p = end != NULL ? end + 3 : p + strlen (p);
        }
      else if (*p == '<' && (g_ascii_isalpha (p[1]) || p[1] == '/' || p[1] == '!' || p[1] == '?'))
        {
          static const char *const silent[] = { "script", "style" };
          const char              *end = memchr (p, '>', text_end - p);

          if (g_ascii_strncasecmp (p, "<br", 3) == 0 || g_ascii_strncasecmp (p, "</p", 3) == 0 ||
              g_ascii_strncasecmp (p, "</div", 5) == 0 || g_ascii_strncasecmp (p, "</h", 3) == 0 ||
              g_ascii_strncasecmp (p, "</li", 4) == 0 || g_ascii_strncasecmp (p, "</tr", 4) == 0 ||
              g_ascii_strncasecmp (p, "</summary", 9) == 0)
            g_string_append_c (text, '\n');
          for (gsize i = 0; i < G_N_ELEMENTS (silent) && end != NULL; i++)
            if (g_ascii_strncasecmp (p + 1, silent[i], strlen (silent[i])) == 0)
              {
                g_autofree char *close = g_strdup_printf ("</%s", silent[i]);
                const char      *after = strstr (end, close);
                end = after != NULL ? strchr (after, '>') : NULL;
              }
          p = end != NULL ? end + 1 : p + strlen (p);
        }
      else if (*p == '&')
        {
          gsize length = strcspn (p, "; \n<");
          if (p[length] == ';' && maq_markdown_append_entity (text, p, length + 1))
            p += length + 1;
          else
            g_string_append_c (text, *p++);
        }
      else
        g_string_append_c (text, *p++);
    }
  return g_string_free_and_steal (text);
}
