// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-session-private.h"

typedef struct
{
  char           *path;
  MaqSessionState state;
  double          progress;
  GError         *error;
  char           *backend;
  char           *confinement;
  gboolean        has_chat_template;
  gboolean        ignores_case;
  guint           context_length;
  MaqMemoryUse   *memory_use;
  DexPromise     *ready; // settled once, when loading is over
  gboolean        settled;
} MaqSessionPrivate;

typedef enum
{
  PROP_PATH = 1,
  PROP_STATE,
  PROP_PROGRESS,
  N_PROPS,
} MaqSessionProperty;

static GParamSpec *properties[N_PROPS];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (MaqSession, maq_session, G_TYPE_OBJECT)
G_DEFINE_ENUM_TYPE (MaqSessionState,
                    maq_session_state,
                    G_DEFINE_ENUM_VALUE (MAQ_SESSION_LOADING, "loading"),
                    G_DEFINE_ENUM_VALUE (MAQ_SESSION_READY, "ready"),
                    G_DEFINE_ENUM_VALUE (MAQ_SESSION_GENERATING, "generating"),
                    G_DEFINE_ENUM_VALUE (MAQ_SESSION_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (MAQ_SESSION_UNLOADED, "unloaded"))

static MaqSessionPrivate *
get_private (MaqSession *self)
{
  return maq_session_get_instance_private (self);
}

static gboolean
has_ended (MaqSessionPrivate *priv)
{
  return priv->state == MAQ_SESSION_FAILED || priv->state == MAQ_SESSION_UNLOADED;
}

static void
set_state (MaqSession     *self,
           MaqSessionState state)
{
  MaqSessionPrivate *priv = get_private (self);

  if (priv->state == state)
    return;
  priv->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static DexFuture *
maq_session_real_wait_ready (MaqSession *self)
{
  GError *end = maq_session_dup_end (self);

  return end != NULL ? dex_future_new_for_error (end) : dex_ref (get_private (self)->ready);
}

static void
maq_session_set_property (GObject      *object,
                          guint         id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  switch ((MaqSessionProperty) id)
    {
    case PROP_PATH:
      get_private (MAQ_SESSION (object))->path = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
maq_session_get_property (GObject    *object,
                          guint       id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  MaqSessionPrivate *priv = get_private (MAQ_SESSION (object));

  switch ((MaqSessionProperty) id)
    {
    case PROP_PATH:
      g_value_set_string (value, priv->path);
      break;
    case PROP_STATE:
      g_value_set_enum (value, priv->state);
      break;
    case PROP_PROGRESS:
      g_value_set_double (value, priv->progress);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
maq_session_finalize (GObject *object)
{
  MaqSessionPrivate *priv = get_private (MAQ_SESSION (object));

  g_free (priv->path);
  g_clear_error (&priv->error);
  g_free (priv->backend);
  g_free (priv->confinement);
  g_clear_pointer (&priv->memory_use, maq_memory_use_free);
  // Whoever still waits must not wait for ever.
  if (!priv->settled)
    dex_promise_reject (priv->ready, g_error_new_literal (MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_UNLOADED, "The model was closed before it was loaded."));
  dex_clear (&priv->ready);
  G_OBJECT_CLASS (maq_session_parent_class)->finalize (object);
}

static void
maq_session_class_init (MaqSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  klass->wait_ready = maq_session_real_wait_ready;
  object_class->set_property = maq_session_set_property;
  object_class->get_property = maq_session_get_property;
  object_class->finalize = maq_session_finalize;

  properties[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, MAQ_TYPE_SESSION_STATE, MAQ_SESSION_LOADING, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_PROGRESS] = g_param_spec_double ("progress", NULL, NULL, 0, 1, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
maq_session_init (MaqSession *self)
{
  get_private (self)->ready = dex_promise_new ();
}

MaqSessionState
maq_session_get_state (MaqSession *self)
{
  g_return_val_if_fail (MAQ_IS_SESSION (self), MAQ_SESSION_UNLOADED);

  return get_private (self)->state;
}

double
maq_session_get_progress (MaqSession *self)
{
  g_return_val_if_fail (MAQ_IS_SESSION (self), 0);

  return get_private (self)->progress;
}

const GError *
maq_session_get_error (MaqSession *self)
{
  g_return_val_if_fail (MAQ_IS_SESSION (self), NULL);

  return get_private (self)->error;
}

const char *
maq_session_get_path (MaqSession *self)
{
  g_return_val_if_fail (MAQ_IS_SESSION (self), NULL);

  return get_private (self)->path;
}

const char *
maq_session_get_backend (MaqSession *self)
{
  g_return_val_if_fail (MAQ_IS_SESSION (self), NULL);

  return get_private (self)->backend;
}

const char *
maq_session_get_confinement (MaqSession *self)
{
  g_return_val_if_fail (MAQ_IS_SESSION (self), NULL);

  return get_private (self)->confinement;
}

gboolean
maq_session_has_chat_template (MaqSession *self)
{
  g_return_val_if_fail (MAQ_IS_SESSION (self), FALSE);

  return get_private (self)->has_chat_template;
}

gboolean
maq_session_ignores_case (MaqSession *self)
{
  g_return_val_if_fail (MAQ_IS_SESSION (self), FALSE);

  return get_private (self)->ignores_case;
}

guint
maq_session_get_context_length (MaqSession *self)
{
  g_return_val_if_fail (MAQ_IS_SESSION (self), 0);

  return get_private (self)->context_length;
}

const MaqMemoryUse *
maq_session_get_memory_use (MaqSession *self)
{
  g_return_val_if_fail (MAQ_IS_SESSION (self), NULL);

  return get_private (self)->memory_use;
}

DexFuture *
maq_session_wait_ready (MaqSession *self)
{
  dex_return_error_if_fail (MAQ_IS_SESSION (self));

  return MAQ_SESSION_GET_CLASS (self)->wait_ready (self);
}

MaqGeneration *
maq_session_generate (MaqSession               *self,
                      const MaqGenerateOptions *options)
{
  g_return_val_if_fail (MAQ_IS_SESSION (self), NULL);
  g_return_val_if_fail (options != NULL, NULL);

  return MAQ_SESSION_GET_CLASS (self)->generate (self, options);
}

DexFuture *
maq_session_embed (MaqSession        *self,
                   const char *const *texts)
{
  dex_return_error_if_fail (MAQ_IS_SESSION (self));
  dex_return_error_if_fail (texts != NULL);

  return MAQ_SESSION_GET_CLASS (self)->embed (self, texts);
}

DexFuture *
maq_session_tokenize (MaqSession *self,
                      const char *text)
{
  dex_return_error_if_fail (MAQ_IS_SESSION (self));
  dex_return_error_if_fail (text != NULL);

  return MAQ_SESSION_GET_CLASS (self)->tokenize (self, text);
}

DexFuture *
maq_session_unload (MaqSession *self)
{
  dex_return_error_if_fail (MAQ_IS_SESSION (self));

  return MAQ_SESSION_GET_CLASS (self)->unload (self);
}

void
maq_session_set_progress (MaqSession *self,
                          double      progress)
{
  MaqSessionPrivate *priv = get_private (self);

  progress = CLAMP (progress, 0, 1);
  if (priv->state != MAQ_SESSION_LOADING || priv->progress == progress)
    return;
  priv->progress = progress;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROGRESS]);
}

void
maq_session_set_ready (MaqSession            *self,
                       const MaqSessionFacts *facts)
{
  MaqSessionPrivate *priv = get_private (self);

  if (priv->state != MAQ_SESSION_LOADING)
    return;
  maq_session_set_progress (self, 1);
  g_set_str (&priv->backend, facts->backend);
  g_set_str (&priv->confinement, facts->confinement);
  priv->has_chat_template = facts->has_chat_template;
  priv->ignores_case = facts->ignores_case;
  priv->context_length = facts->context_length;
  g_clear_pointer (&priv->memory_use, maq_memory_use_free);
  if (facts->memory_use != NULL)
    priv->memory_use = maq_memory_use_copy (facts->memory_use);
  set_state (self, MAQ_SESSION_READY);
  priv->settled = TRUE;
  dex_promise_resolve_boolean (priv->ready, TRUE);
}

void
maq_session_set_generating (MaqSession *self,
                            gboolean    generating)
{
  MaqSessionState from = generating ? MAQ_SESSION_READY : MAQ_SESSION_GENERATING;

  if (get_private (self)->state == from)
    set_state (self, generating ? MAQ_SESSION_GENERATING : MAQ_SESSION_READY);
}

static void
settle_end (MaqSession *self)
{
  MaqSessionPrivate *priv = get_private (self);

  if (priv->settled)
    return;
  priv->settled = TRUE;
  dex_promise_reject (priv->ready, maq_session_dup_end (self));
}

void
maq_session_fail (MaqSession *self,
                  GError     *error)
{
  MaqSessionPrivate *priv = get_private (self);

  if (has_ended (priv))
    {
      g_error_free (error);
      return;
    }
  priv->error = error;
  set_state (self, MAQ_SESSION_FAILED);
  settle_end (self);
}

void
maq_session_set_unloaded (MaqSession *self)
{
  if (has_ended (get_private (self)))
    return;
  set_state (self, MAQ_SESSION_UNLOADED);
  settle_end (self);
}

GError *
maq_session_dup_end (MaqSession *self)
{
  MaqSessionPrivate *priv = get_private (self);

  switch (priv->state)
    {
    case MAQ_SESSION_FAILED:
      return g_error_copy (priv->error);
    case MAQ_SESSION_UNLOADED:
      return g_error_new_literal (MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_UNLOADED, "The model is no longer loaded. Load it again to go on.");
    default:
      return NULL;
    }
}
