// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-session-pool.h"

struct _MaqSessionPool
{
  GObject    parent_instance;
  MaqEngine *engine;
  GPtrArray *sessions;
};

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MaqSessionPool, maq_session_pool, G_TYPE_OBJECT)

static gboolean
is_over (MaqSession *session)
{
  MaqSessionState state = maq_session_get_state (session);

  return state == MAQ_SESSION_FAILED || state == MAQ_SESSION_UNLOADED;
}

static void
on_state_changed (MaqSessionPool *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

// Takes the session at INDEX out and ends it.
static void
drop_session (MaqSessionPool *self, guint index)
{
  g_autoptr (MaqSession) session = g_ptr_array_steal_index (self->sessions, index);

  g_signal_handlers_disconnect_by_data (session, self);
  // Nobody waits: the session ends its process by itself.
  dex_future_disown (maq_session_unload (session));
}

static void
maq_session_pool_dispose (GObject *object)
{
  MaqSessionPool *self = MAQ_SESSION_POOL (object);

  while (self->sessions->len > 0)
    drop_session (self, 0);
  g_clear_object (&self->engine);
  G_OBJECT_CLASS (maq_session_pool_parent_class)->dispose (object);
}

static void
maq_session_pool_finalize (GObject *object)
{
  g_ptr_array_unref (MAQ_SESSION_POOL (object)->sessions);
  G_OBJECT_CLASS (maq_session_pool_parent_class)->finalize (object);
}

static void
maq_session_pool_class_init (MaqSessionPoolClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = maq_session_pool_dispose;
  object_class->finalize = maq_session_pool_finalize;
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
maq_session_pool_init (MaqSessionPool *self)
{
  self->sessions = g_ptr_array_new_with_free_func (g_object_unref);
}

MaqSessionPool *
maq_session_pool_new (MaqEngine *engine)
{
  MaqSessionPool *self;

  g_return_val_if_fail (MAQ_IS_ENGINE (engine), NULL);

  self = g_object_new (MAQ_TYPE_SESSION_POOL, NULL);
  self->engine = g_object_ref (engine);
  return self;
}

MaqSession *
maq_session_pool_find (MaqSessionPool *self, const char *path)
{
  g_return_val_if_fail (MAQ_IS_SESSION_POOL (self), NULL);

  for (guint i = 0; path && i < self->sessions->len; i++)
    {
      MaqSession *session = self->sessions->pdata[i];

      if (!is_over (session) && g_str_equal (maq_session_get_path (session), path))
        return session;
    }
  return NULL;
}

GPtrArray *
maq_session_pool_list_paths (MaqSessionPool *self)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);

  g_return_val_if_fail (MAQ_IS_SESSION_POOL (self), paths);

  for (guint i = 0; i < self->sessions->len; i++)
    if (!is_over (self->sessions->pdata[i]))
      g_ptr_array_add (paths, g_strdup (maq_session_get_path (self->sessions->pdata[i])));
  return paths;
}

MaqSession *
maq_session_pool_get (MaqSessionPool *self, const char *path)
{
  MaqSession *session;

  g_return_val_if_fail (MAQ_IS_SESSION_POOL (self), NULL);
  g_return_val_if_fail (path != NULL, NULL);

  session = maq_session_pool_find (self, path);
  if (session)
    return session;

  for (guint i = self->sessions->len; i-- > 0;)
    if (maq_session_get_state (self->sessions->pdata[i]) != MAQ_SESSION_GENERATING)
      drop_session (self, i);
  session = maq_engine_start (self->engine, path, NULL);
  g_ptr_array_add (self->sessions, session);
  g_signal_connect_object (session, "notify::state", G_CALLBACK (on_state_changed), self, G_CONNECT_SWAPPED);
  g_signal_emit (self, signals[CHANGED], 0);
  return session;
}

void
maq_session_pool_eject (MaqSessionPool *self, const char *path)
{
  g_return_if_fail (MAQ_IS_SESSION_POOL (self));

  for (guint i = self->sessions->len; i-- > 0;)
    if (path == NULL || g_str_equal (maq_session_get_path (self->sessions->pdata[i]), path))
      drop_session (self, i);
  g_signal_emit (self, signals[CHANGED], 0);
}
