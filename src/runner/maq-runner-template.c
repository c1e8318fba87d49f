// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-runner-template.h"

#include "maq-runner-error.h"

#include <string.h>

static char *
apply_plain (GVariant *messages)
{
  GString     *text = g_string_new (NULL);
  GVariantIter iter;
  const char  *role, *content;

  g_variant_iter_init (&iter, messages);
  while (g_variant_iter_next (&iter, "(&s&s)", &role, &content))
    if (g_variant_n_children (messages) == 1)
      g_string_append (text, content);
    else
      g_string_append_printf (text, "%c%s: %s\n", g_ascii_toupper (*role), *role != 0 ? role + 1 : "", content);
  if (g_variant_n_children (messages) > 1)
    g_string_append (text, "Assistant:");
  return g_string_free (text, FALSE);
}

const char *
maq_runner_template_get (const struct llama_model *model)
{
  const char *template = llama_model_chat_template (model, NULL);

  // Converters write an empty one where there was none.
  return template != NULL && template[strspn (template, " \t\r\n")] != 0 ? template : NULL;
}

char *
maq_runner_template_apply (const char *template,
                           GVariant *messages,
                           GError  **error)
{
  gsize                                 n = g_variant_n_children (messages);
  g_autofree struct llama_chat_message *chat = NULL;
  g_autofree char                      *text = NULL;
  gint32                                length;

  if (template == NULL)
    return apply_plain (messages);
  chat = g_new0 (struct llama_chat_message, n + 1);
  for (gsize i = 0; i < n; i++)
    g_variant_get_child (messages, i, "(&s&s)", &chat[i].role, &chat[i].content);
  length = llama_chat_apply_template (template, chat, n, true, NULL, 0);
  if (length < 0)
    {
      g_set_error_literal (error, MAQ_RUNNER_ERROR, MAQ_RUNNER_FAILED_UNSUPPORTED, "This model's chat template is of a kind Maquette does not know. Choose another model to chat with, or let this one continue a text: maq run --raw.");
      return NULL;
    }
  text = g_malloc0 ((gsize) length + 1);
  llama_chat_apply_template (template, chat, n, true, text, length + 1);
  return g_steal_pointer (&text);
}
