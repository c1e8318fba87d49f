// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-http-private.h"

#include <string.h>

#include "maq-hub-link.h"
#include "maq-hub-origin.h"
#include "maq-hub-proxy.h"
#include "maq-hub-status.h"

// One SoupSession serves all threads: libsoup runs a request on the thread-default context of the caller, and a fiber stays on
// its thread. The session has no cookie jar and no cache, redirects are followed here, and nobody answers its questions for
// passwords.

#define MAX_TOPICS 100

struct _MaqHubHttp
{
  gatomicrefcount ref_count;
  GProxyResolver *resolver; // nullable
  MaqHubGate      gate;

  GMutex            lock;     // guards what follows
  const char       *endpoint; // interned, so that it can be lent
  char             *origin;   // the endpoint's
  SoupSession      *session;  // the endpoint's: a connection made for one Hub is not used for another
  MaqHubFence      *fence;    // likewise
  char             *token;
  char             *token_origin; // whom the token is for
  gboolean          offline;
  MaqHubLimits      limits;
  GHashTable       *warned; // topics
  MaqHubWarningFunc warn;
  gpointer          warn_data;
};

static char *
dup_user_agent (void)
{
  const char *origin = g_getenv ("HF_HUB_USER_AGENT_ORIGIN");
  g_autoptr (GString) agent = g_string_new ("maquette/" MAQ_VERSION);

  g_string_append_printf (agent, "; libsoup/%u.%u.%u", soup_get_major_version (), soup_get_minor_version (), soup_get_micro_version ());
  if (origin != NULL && origin[0] != '\0' && g_str_is_ascii (origin) && strpbrk (origin, "\r\n") == NULL)
    g_string_append_printf (agent, "; origin/%s", origin);

  return g_string_free (g_steal_pointer (&agent), FALSE);
}

static SoupSession *
new_session (GProxyResolver *resolver)
{
  g_autofree char *agent = dup_user_agent ();
  // Times are kept here; libsoup's own limit would cut long downloads that wait for the disk.
  SoupSession *session = soup_session_new_with_options ("user-agent", agent, "timeout", 0, "idle-timeout", 60, "max-conns", 64, "max-conns-per-host", 32, NULL);

  if (resolver != NULL)
    soup_session_set_proxy_resolver (session, resolver);
  return session;
}

MaqHubHttp *
maq_hub_http_new (MaqHubWarningFunc warn,
                  gpointer          data)
{
  MaqHubHttp *self = g_new0 (MaqHubHttp, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->resolver = maq_hub_proxy_resolver_new ();
  g_mutex_init (&self->lock);
  maq_hub_gate_init (&self->gate);
  self->limits = MAQ_HUB_LIMITS_DEFAULT;
  self->warned = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->warn = warn;
  self->warn_data = data;
  return self;
}

MaqHubHttp *
maq_hub_http_ref (MaqHubHttp *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
maq_hub_http_unref (MaqHubHttp *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_object (&self->resolver);
  g_clear_object (&self->session);
  g_clear_pointer (&self->fence, maq_hub_fence_unref);
  maq_hub_gate_clear (&self->gate);
  g_mutex_clear (&self->lock);
  g_free (self->origin);
  g_free (self->token);
  g_free (self->token_origin);
  g_hash_table_unref (self->warned);
  g_free (self);
}

void
maq_hub_http_detach (MaqHubHttp *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->warn = NULL;
}

void
maq_hub_http_set_endpoint (MaqHubHttp *self,
                           const char *endpoint)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  endpoint = g_intern_string (endpoint);
  if (self->endpoint == endpoint)
    return;

  self->endpoint = endpoint;
  g_free (self->origin);
  self->origin = maq_hub_origin_new (endpoint);
  g_clear_object (&self->session);
  self->session = new_session (self->resolver);
  g_clear_pointer (&self->fence, maq_hub_fence_unref);
  self->fence = maq_hub_fence_new ();
  maq_hub_gate_open (&self->gate);
}

void
maq_hub_http_set_token (MaqHubHttp *self,
                        const char *token,
                        const char *origin)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (g_set_str (&self->token, token) | g_set_str (&self->token_origin, origin))
    maq_hub_gate_open (&self->gate);
}

// The only place that gives the token out. With the lock held; both origins are there or nothing is sent.
static const char *
get_token (MaqHubHttp *self)
{
  return self->origin != NULL && g_strcmp0 (self->origin, self->token_origin) == 0 ? self->token : NULL;
}

const char *
maq_hub_http_get_endpoint (MaqHubHttp *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->endpoint;
}

char *
maq_hub_http_dup_token (MaqHubHttp *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return g_strdup (get_token (self));
}

void
maq_hub_http_set_offline (MaqHubHttp *self,
                          gboolean    offline)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->offline = offline;
}

gboolean
maq_hub_http_get_offline (MaqHubHttp *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->offline;
}

void
maq_hub_http_set_limits (MaqHubHttp         *self,
                         const MaqHubLimits *limits)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->limits = *limits;
}

guint
maq_hub_http_get_stall (MaqHubHttp *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->limits.stall;
}

guint
maq_hub_http_get_wait (MaqHubHttp *self)
{
  gint64 longest = 0;

  for (guint i = 0; i < MAQ_HUB_N_BUCKETS; i++)
    longest = MAX (longest, maq_hub_gate_get_wait (&self->gate, i, g_get_monotonic_time ()));

  return (longest + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC;
}

MaqHubGate *
maq_hub_http_get_gate (MaqHubHttp *self)
{
  return &self->gate;
}

void
maq_hub_http_warn (MaqHubHttp *self,
                   const char *topic,
                   const char *text)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (g_hash_table_size (self->warned) < MAX_TOPICS && g_hash_table_add (self->warned, g_strdup (topic)) && self->warn != NULL)
    self->warn (topic, text, self->warn_data);
}

gboolean
maq_hub_call_init (MaqHubCall *self,
                   MaqHubHttp *http,
                   GError    **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&http->lock);

  *self = (MaqHubCall) { 0 };
  if (http->offline)
    return maq_hub_refuse (error, MAQ_HUB_ERROR_OFFLINE, "request", "offline mode is on");

  self->http = http;
  self->session = g_object_ref (http->session);
  self->fence = maq_hub_fence_ref (http->fence);
  self->endpoint = maq_hub_link_parse (http->endpoint, NULL);
  self->token = g_strdup (get_token (http));
  self->limits = http->limits;
  self->deadline = g_get_monotonic_time () + http->limits.deadline * G_GINT64_CONSTANT (1000);
  return TRUE;
}

void
maq_hub_call_clear (MaqHubCall *self)
{
  g_clear_object (&self->session);
  g_clear_pointer (&self->fence, maq_hub_fence_unref);
  g_clear_pointer (&self->endpoint, g_uri_unref);
  g_clear_pointer (&self->token, g_free);
}
