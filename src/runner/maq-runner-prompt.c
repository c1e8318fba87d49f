// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// The engine's template gives one text, in which control tokens are written out. To read it as tokens is to read those that stand
// in the contents as well. So each content is looked through first, by the ids it gives; where there is none, which is nearly
// always, the text is read as a whole. Otherwise marks take the place of what was found, and what they stand for is read apart, in
// two pieces, so that no token is whole in it:
//
//   say <|end|> now ─► say MARK0 now ─► <|user|>say MARK0 now<|end|> ─► [user] say · <| · end|> · now [end]
#include "maq-runner-prompt.h"

#include "maq-runner-error.h"
#include "maq-runner-template.h"

#include <string.h>

#define DIGITS 9 // of the number of a mark

typedef struct
{
  MaqRunnerModel *model;
  GVariant       *messages;
  GHashTable     *frame; // ids that the template itself writes, of tokens that are none of control; NULL until asked for
  GPtrArray      *found; // texts of what was found
  char           *mark;
} Prompt;

static void
prompt_clear (Prompt *self)
{
  g_clear_pointer (&self->frame, g_hash_table_unref);
  g_ptr_array_unref (self->found);
  g_free (self->mark);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Prompt, prompt_clear)

static char *
apply_template (Prompt   *self,
                GVariant *messages,
                GError  **error)
{
  return maq_runner_template_apply (maq_runner_template_get (self->model->model), messages, error);
}

// The messages with REPLACE (transfer full) for each content.
static GVariant *
replace_contents (Prompt *self,
                  char *(*replace) (Prompt *self, const char *content))
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(ss)"));
  GVariantIter iter;
  const char  *role, *content;

  g_variant_iter_init (&iter, self->messages);
  while (g_variant_iter_next (&iter, "(&s&s)", &role, &content))
    {
      g_autofree char *other = replace (self, content);
      g_variant_builder_add (&builder, "(ss)", role, other);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static char *
replace_with_nothing (Prompt     *self,
                      const char *content)
{
  return g_strdup ("x");
}

// Some models mark turns with tokens that are words to the engine, and found in any text. White space among them is harmless.
static GHashTable *
read_frame (Prompt *self)
{
  GHashTable *frame = g_hash_table_new (NULL, NULL);
  g_autoptr (GVariant) messages = replace_contents (self, replace_with_nothing);
  g_autofree char *text = apply_template (self, messages, NULL);
  g_autoptr (GArray) tokens = text != NULL ? maq_runner_model_make_tokens (self->model, text, MAQ_RUNNER_TOKENS_SPECIAL, NULL) : NULL;

  for (guint i = 0; tokens != NULL && i < tokens->len; i++)
    {
      llama_token      token = g_array_index (tokens, llama_token, i);
      g_autofree char *piece = NULL;
      gsize            length = maq_runner_model_get_piece (self->model, token, TRUE, &piece);
      g_autofree char *trimmed = g_strstrip (g_strndup (piece, length));

      if ((llama_vocab_get_attr (self->model->vocab, token) & LLAMA_TOKEN_ATTR_USER_DEFINED) != 0 && *trimmed != 0)
        g_hash_table_add (frame, GINT_TO_POINTER (token));
    }
  return frame;
}

// Whether TOKEN says something to the model that is not text.
static gboolean
is_control (Prompt     *self,
            llama_token token)
{
  enum llama_token_attr attr = llama_vocab_get_attr (self->model->vocab, token);

  if ((attr & (LLAMA_TOKEN_ATTR_CONTROL | LLAMA_TOKEN_ATTR_UNKNOWN)) != 0 || llama_vocab_is_eog (self->model->vocab, token))
    return TRUE;
  if ((attr & LLAMA_TOKEN_ATTR_USER_DEFINED) == 0)
    return FALSE;
  if (self->frame == NULL)
    self->frame = read_frame (self);
  return g_hash_table_contains (self->frame, GINT_TO_POINTER (token));
}

// Puts marks in the place of control tokens that CONTENT spells, and keeps their texts.
static char *
replace_with_marks (Prompt     *self,
                    const char *content)
{
  g_autoptr (GArray) tokens = maq_runner_model_make_tokens (self->model, content, MAQ_RUNNER_TOKENS_SPECIAL, NULL);
  GString    *text = g_string_new (NULL);
  const char *rest = content;

  // What cannot be read is refused when the whole is.
  for (guint i = 0; tokens != NULL && i < tokens->len; i++)
    {
      llama_token      token = g_array_index (tokens, llama_token, i);
      g_autofree char *piece = NULL;
      gsize            length;
      const char      *at;

      if (!is_control (self, token))
        continue;
      length = maq_runner_model_get_piece (self->model, token, TRUE, &piece);
      at = length > 0 ? memmem (rest, strlen (rest), piece, length) : NULL;
      // One that stands for what the vocabulary does not know is not spelled out.
      if (at == NULL)
        continue;
      g_string_append_len (text, rest, at - rest);
      g_string_append_printf (text, "%s%0*u", self->mark, DIGITS, self->found->len);
      g_ptr_array_add (self->found, g_strndup (at, length));
      rest = at + length;
    }
  g_string_append (text, rest);
  return g_string_free (text, FALSE);
}

// A word that neither the template nor a content has.
static char *
make_mark (Prompt *self)
{
  g_autofree char *all = g_variant_print (self->messages, FALSE);
  const char *template = maq_runner_template_get (self->model->model);

  for (guint i = 0;; i++)
    {
      g_autofree char *mark = g_strdup_printf ("Mark%uMark", i);

      if (strstr (all, mark) == NULL && (template == NULL || strstr (template, mark) == NULL))
        return g_steal_pointer (&mark);
    }
}

static gboolean
append_text (Prompt              *self,
             GArray              *tokens,
             const char          *text,
             gsize                length,
             MaqRunnerTokensFlags flags,
             GError             **error)
{
  g_autofree char *part = g_strndup (text, length);
  g_autoptr (GArray) more = NULL;

  if (length == 0)
    return TRUE;
  more = maq_runner_model_make_tokens (self->model, part, flags, error);
  if (more != NULL)
    g_array_append_vals (tokens, more->data, more->len);
  return more != NULL;
}

// Appends TEXT, which spells a control token, as text: cut where no piece is one. A text of one character cannot be cut and is left out.
static gboolean
append_apart (Prompt     *self,
              GArray     *tokens,
              const char *text,
              GError    **error)
{
  guint before = tokens->len;

  for (const char *cut = g_utf8_next_char (text); *cut != 0; cut = g_utf8_next_char (cut))
    {
      gboolean good = TRUE;

      if (!append_text (self, tokens, text, cut - text, MAQ_RUNNER_TOKENS_PLAIN, error) ||
          !append_text (self, tokens, cut, strlen (cut), MAQ_RUNNER_TOKENS_PLAIN, error))
        return FALSE;
      for (guint i = before; i < tokens->len; i++)
        good = good && !is_control (self, g_array_index (tokens, llama_token, i));
      if (good)
        return TRUE;
      g_array_set_size (tokens, before);
    }
  return TRUE;
}

static void
append_frame (GArray     *tokens,
              gboolean    wanted,
              llama_token token)
{
  if (wanted && token >= 0)
    g_array_append_val (tokens, token);
}

// The tokens of TEXT, in which marks stand for what was found.
static GArray *
read_marked (Prompt     *self,
             const char *text,
             GError    **error)
{
  const struct llama_vocab *vocab = self->model->vocab;
  g_autoptr (GArray) tokens = g_array_new (FALSE, FALSE, sizeof (llama_token));
  const char *at;

  append_frame (tokens, llama_vocab_get_add_bos (vocab), llama_vocab_bos (vocab));
  while ((at = strstr (text, self->mark)) != NULL)
    {
      const char      *digits = at + strlen (self->mark);
      g_autofree char *number = g_strndup (digits, DIGITS);
      guint64          index = g_ascii_strtoull (number, NULL, 10);

      if (!append_text (self, tokens, text, at - text, MAQ_RUNNER_TOKENS_SPECIAL, error) ||
          (index < self->found->len && !append_apart (self, tokens, g_ptr_array_index (self->found, index), error)))
        return NULL;
      text = digits + strlen (number);
    }
  if (!append_text (self, tokens, text, strlen (text), MAQ_RUNNER_TOKENS_SPECIAL, error))
    return NULL;
  append_frame (tokens, llama_vocab_get_add_eos (vocab), llama_vocab_eos (vocab));
  return g_steal_pointer (&tokens);
}

GArray *
maq_runner_prompt_make (MaqRunnerModel *model,
                        GVariant       *messages,
                        GError        **error)
{
  g_auto (Prompt) self = { .model = model, .messages = messages, .found = g_ptr_array_new_with_free_func (g_free) };
  g_autoptr (GVariant) marked = NULL;
  g_autofree char *text = NULL;

  self.mark = make_mark (&self);
  marked = replace_contents (&self, replace_with_marks);
  text = apply_template (&self, marked, error);
  if (text == NULL)
    return NULL;
  if (self.found->len == 0)
    return maq_runner_model_make_tokens (model, text, MAQ_RUNNER_TOKENS_FRAMED | MAQ_RUNNER_TOKENS_SPECIAL, error);
  return read_marked (&self, text, error);
}
