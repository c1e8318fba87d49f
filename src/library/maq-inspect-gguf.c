// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// Keys: GGUF's specification.
#include "maq-inspect-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define TOKENS          "tokenizer.ggml.tokens"
#define TOKEN_TYPES     "tokenizer.ggml.token_type"
#define TEMPLATE        "tokenizer.chat_template"
#define ID_PREFIX       "tokenizer.ggml."
#define ID_SUFFIX       "_token_id"
#define TYPE_CONTROL    3
#define MAX_OTHERS      1000 // control tokens without a role that are listed
#define MAX_TOKEN_BYTES 1000

typedef struct
{
  MaqInspection *public;
  MaqGguf *gguf;
  int      types; // index of the key, or -1
  guint    n_roles;
  guint    n_others;
} TokenWalk;

// Gives those with a role their text, and adds the other control tokens.
static gboolean
token_cb (guint64     element,
          const char *text,
          gsize       length,
          gpointer    data)
{
  TokenWalk       *walk = data;
  GPtrArray       *tokens = walk->public->special_tokens;
  g_autofree char *valid = NULL;
  gboolean         has_role = FALSE;

  for (guint i = 0; i < walk->n_roles; i++)
    {
      MaqInspectToken *token = g_ptr_array_index (tokens, i);

      if (token->id != (gint64) element)
        continue;
      token->text = g_utf8_make_valid (text, MIN (length, MAX_TOKEN_BYTES));
      has_role = TRUE;
    }
  if (has_role || walk->types < 0 || walk->n_others == MAX_OTHERS ||
      maq_gguf_get_array_int (walk->gguf, walk->types, element, 0) != TYPE_CONTROL)
    return TRUE;
  valid = g_utf8_make_valid (text, MIN (length, MAX_TOKEN_BYTES));
  maq_inspection_add_token (walk->public, "control", element, valid);
  walk->n_others++;
  return TRUE;
}

static void
fill_tokens (MaqInspection *public,
             MaqGguf *gguf)
{
  TokenWalk walk = { public, gguf, maq_gguf_find_key (gguf, TOKEN_TYPES), 0, 0 };
  int       tokens = maq_gguf_find_key (gguf, TOKENS);

  // Few dozen at most in any model; a file that names more has them listed without.
  for (guint i = 0; i < maq_gguf_get_n_keys (gguf) && public->special_tokens->len < 64; i++)
    {
      const char      *key = maq_gguf_get_key (gguf, i);
      g_autofree char *role = NULL;

      if (!g_str_has_prefix (key, ID_PREFIX) || !g_str_has_suffix (key, ID_SUFFIX) || strlen (key) <= strlen (ID_PREFIX ID_SUFFIX))
        continue;
      role = g_strndup (key + strlen (ID_PREFIX), strlen (key) - strlen (ID_PREFIX ID_SUFFIX));
      maq_inspection_add_token (public, role, maq_gguf_get_int (gguf, key, -1), NULL);
    }
  walk.n_roles = public->special_tokens->len;
  if (tokens < 0)
    return;
public
  ->n_tokens = maq_gguf_get_array_length (gguf, tokens);
  maq_gguf_walk_strings (gguf, tokens, token_cb, &walk);
}

static void
fill_templates (MaqInspection *public,
                MaqGguf *gguf)
{
  for (guint i = 0; i < maq_gguf_get_n_keys (gguf); i++)
    {
      const char *key = maq_gguf_get_key (gguf, i);
      const char *text = g_str_has_prefix (key, TEMPLATE) ? maq_gguf_get_string (gguf, key) : NULL;

      if (text != NULL && key[strlen (TEMPLATE)] == '\0')
        maq_inspection_add_template (public, NULL, text);
      else if (text != NULL && key[strlen (TEMPLATE)] == '.')
        maq_inspection_add_template (public, key + strlen (TEMPLATE "."), text);
    }
}

void
maq_inspect_fill_gguf (MaqInspectionFull *self)
{
  MaqInspection *public = &self->public;
  MaqGguf *gguf = self->gguf;

public
  ->version = maq_gguf_get_version (gguf);
public
  ->format = g_strdup_printf (_ ("GGUF, version %u"), public->version);
public
  ->title = g_strdup (maq_gguf_get_string (gguf, "general.name"));
public
  ->architecture = g_strdup (maq_gguf_get_architecture (gguf));
public
  ->license = g_strdup (maq_gguf_get_string (gguf, "general.license"));
public
  ->quantization = g_strdup (maq_gguf_get_quantization (gguf));
public
  ->context_length = maq_gguf_get_context_length (gguf);
public
  ->n_parameters = maq_gguf_get_n_parameters (gguf);
public
  ->tokenizer = g_strdup (maq_gguf_get_string (gguf, "tokenizer.ggml.model"));
  fill_tokens (public, gguf);
  fill_templates (public, gguf);
  maq_inspection_count_types (public);
}
