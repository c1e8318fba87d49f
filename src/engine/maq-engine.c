// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-engine.h"

G_DEFINE_QUARK (maq - engine - error - quark, maq_engine_error)
G_DEFINE_INTERFACE (MaqEngine, maq_engine, G_TYPE_OBJECT)

static void
maq_engine_default_init (MaqEngineInterface *iface)
{
}

MaqSession *
maq_engine_start (MaqEngine            *self,
                  const char           *path,
                  const MaqLoadOptions *options)
{
  static const MaqLoadOptions defaults = { .n_gpu_layers = -1 };

  g_return_val_if_fail (MAQ_IS_ENGINE (self), NULL);
  g_return_val_if_fail (path != NULL, NULL);

  return MAQ_ENGINE_GET_IFACE (self)->start (self, path, options != NULL ? options : &defaults);
}

static void
message_free (gpointer data)
{
  MaqEngineMessage *message = data;

  g_free (message->role);
  g_free (message->content);
  g_free (message);
}

MaqGenerateOptions *
maq_generate_options_new (void)
{
  MaqGenerateOptions *self = g_new0 (MaqGenerateOptions, 1);

  self->messages = g_ptr_array_new_with_free_func (message_free);
  self->temperature = 0.8;
  self->top_k = 40;
  self->top_p = 0.95;
  self->min_p = 0.05;
  self->repeat_penalty = 1.0;
  return self;
}

MaqGenerateOptions *
maq_generate_options_copy (const MaqGenerateOptions *self)
{
  MaqGenerateOptions *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  copy->prompt = g_strdup (self->prompt);
  copy->stop = g_strdupv (self->stop);
  copy->grammar = g_strdup (self->grammar);
  copy->messages = g_ptr_array_new_with_free_func (message_free);
  for (guint i = 0; self->messages != NULL && i < self->messages->len; i++)
    {
      const MaqEngineMessage *message = g_ptr_array_index (self->messages, i);
      maq_generate_options_add_message (copy, message->role, message->content);
    }
  return copy;
}

void
maq_generate_options_free (MaqGenerateOptions *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->messages, g_ptr_array_unref);
  g_free (self->prompt);
  g_strfreev (self->stop);
  g_free (self->grammar);
  g_free (self);
}

void
maq_generate_options_add_message (MaqGenerateOptions *self,
                                  const char         *role,
                                  const char         *content)
{
  MaqEngineMessage *message;

  g_return_if_fail (self != NULL);
  g_return_if_fail (role != NULL);
  g_return_if_fail (content != NULL);

  message = g_new0 (MaqEngineMessage, 1);
  message->role = g_strdup (role);
  message->content = g_strdup (content);
  g_ptr_array_add (self->messages, message);
}
