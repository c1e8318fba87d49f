// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-client-private.h"

#include <string.h>

#include "maq-hub-link.h"
#include "maq-hub-origin.h"
#include "maq-paths.h"

// The object: which Hub it talks to, as whom, and what is remembered of it. The requests are in maq-hub-lists.c and
// maq-hub-files.c.

struct _MaqHubClient
{
  GObject     parent_instance;
  MaqHubHttp *http;

  GMutex      lock; // guards what follows
  MaqHubUser *user;
  char       *user_token;
  char       *user_endpoint;
};

enum
{
  PROP_ENDPOINT = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

enum
{
  WARNED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MaqHubClient, maq_hub_client, G_TYPE_OBJECT)

typedef struct
{
  GWeakRef client;
  char    *topic;
  char    *text;
} Warning;

static void
warning_free (gpointer data)
{
  Warning *warning = data;

  g_weak_ref_clear (&warning->client);
  g_free (warning->topic);
  g_free (warning->text);
  g_free (warning);
}

static gboolean
emit_warning (gpointer data)
{
  Warning *warning = data;
  g_autoptr (MaqHubClient) client = g_weak_ref_get (&warning->client);

  if (client != NULL)
    g_signal_emit (client, signals[WARNED], 0, warning->topic, warning->text);
  return G_SOURCE_REMOVE;
}

static void
warn_cb (const char *topic,
         const char *text,
         gpointer    data)
{
  Warning *warning = g_new0 (Warning, 1);

  g_weak_ref_init (&warning->client, data);
  warning->topic = g_strdup (topic);
  warning->text = g_strdup (text);
  // Never at once: this is the middle of a request, perhaps on the main thread.
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, emit_warning, warning, warning_free);
}

static void
maq_hub_client_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  if (prop_id == PROP_ENDPOINT)
    g_value_set_string (value, maq_hub_client_get_endpoint (MAQ_HUB_CLIENT (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
maq_hub_client_dispose (GObject *object)
{
  MaqHubClient *self = MAQ_HUB_CLIENT (object);

  maq_hub_http_detach (self->http);

  G_OBJECT_CLASS (maq_hub_client_parent_class)->dispose (object);
}

static void
maq_hub_client_finalize (GObject *object)
{
  MaqHubClient *self = MAQ_HUB_CLIENT (object);

  maq_hub_http_unref (self->http);
  g_clear_pointer (&self->user, maq_hub_user_unref);
  g_free (self->user_token);
  g_free (self->user_endpoint);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (maq_hub_client_parent_class)->finalize (object);
}

static void
maq_hub_client_class_init (MaqHubClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = maq_hub_client_dispose;
  object_class->finalize = maq_hub_client_finalize;
  object_class->get_property = maq_hub_client_get_property;

  properties[PROP_ENDPOINT] = g_param_spec_string ("endpoint", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[WARNED] = g_signal_new ("warned", MAQ_TYPE_HUB_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
maq_hub_client_init (MaqHubClient *self)
{
  g_mutex_init (&self->lock);
  self->http = maq_hub_http_new (warn_cb, self);
}

MaqHubClient *
maq_hub_client_new (const char *endpoint)
{
  MaqHubClient *self = g_object_new (MAQ_TYPE_HUB_CLIENT, NULL);
  g_autoptr (GError) error = NULL;

  maq_hub_http_set_offline (self->http, maq_paths_env_is_offline ());
  if (!maq_hub_client_set_endpoint (self, endpoint, &error))
    {
      g_message ("%s; using %s", error->message, MAQ_HUB_DEFAULT_ENDPOINT);
      maq_hub_http_set_endpoint (self->http, MAQ_HUB_DEFAULT_ENDPOINT);
    }
  return self;
}

const char *
maq_hub_client_get_endpoint (MaqHubClient *self)
{
  g_return_val_if_fail (MAQ_IS_HUB_CLIENT (self), NULL);

  return maq_hub_http_get_endpoint (self->http);
}

gboolean
maq_hub_client_set_endpoint (MaqHubClient *self,
                             const char   *endpoint,
                             GError      **error)
{
  g_return_val_if_fail (MAQ_IS_HUB_CLIENT (self), FALSE);

  if (endpoint == NULL)
    endpoint = g_getenv ("HF_ENDPOINT");
  if (endpoint == NULL || endpoint[0] == '\0')
    endpoint = MAQ_HUB_DEFAULT_ENDPOINT;

  g_autoptr (GUri) uri = maq_hub_link_parse (endpoint, NULL);
  if (uri == NULL || g_uri_get_query (uri) != NULL)
    {
      g_autofree char *valid = g_utf8_make_valid (endpoint, -1);
      g_set_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_ENDPOINT, "“%s” is not the address of a Hub: expected https://host or http://host:port", valid);
      return FALSE;
    }

  g_autofree char *text = g_uri_to_string (uri);
  for (gsize length = strlen (text); length > 0 && text[length - 1] == '/'; length--)
    text[length - 1] = '\0';
  maq_hub_http_set_endpoint (self->http, text);
  // Also where it is the same: perhaps another one was refused before.
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENDPOINT]);
  return TRUE;
}

void
maq_hub_client_set_token (MaqHubClient *self,
                          const char   *token,
                          const char   *endpoint)
{
  g_return_if_fail (MAQ_IS_HUB_CLIENT (self));
  g_return_if_fail (token == NULL || endpoint != NULL);

  // As read from a file or a variable: the ends may hold line breaks. Anything else that is no token must not reach a header.
  g_autofree char *bare = g_strstrip (g_strdup (token != NULL ? token : ""));
  gboolean         is_good = bare[0] != '\0';
  for (const char *p = bare; is_good && *p != '\0'; p++)
    is_good = g_ascii_isgraph (*p);

  g_autofree char *origin = is_good ? maq_hub_origin_new (endpoint) : NULL;
  maq_hub_http_set_token (self->http, origin != NULL ? bare : NULL, origin);
}

gboolean
maq_hub_client_has_token (MaqHubClient *self)
{
  g_return_val_if_fail (MAQ_IS_HUB_CLIENT (self), FALSE);

  g_autofree char *token = maq_hub_http_dup_token (self->http);
  return token != NULL;
}

gboolean
maq_hub_client_get_offline (MaqHubClient *self)
{
  g_return_val_if_fail (MAQ_IS_HUB_CLIENT (self), FALSE);

  return maq_hub_http_get_offline (self->http);
}

void
maq_hub_client_set_offline (MaqHubClient *self,
                            gboolean      offline)
{
  g_return_if_fail (MAQ_IS_HUB_CLIENT (self));

  maq_hub_http_set_offline (self->http, offline);
}

guint
maq_hub_client_get_wait (MaqHubClient *self)
{
  g_return_val_if_fail (MAQ_IS_HUB_CLIENT (self), 0);

  return maq_hub_http_get_wait (self->http);
}

void
maq_hub_client_set_limits (MaqHubClient       *self,
                           const MaqHubLimits *limits)
{
  maq_hub_http_set_limits (self->http, limits);
}

MaqHubUser *
maq_hub_client_recall_user (MaqHubClient *self,
                            const char   *token,
                            const char   *endpoint)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->user == NULL || strcmp (self->user_token, token) != 0 || strcmp (self->user_endpoint, endpoint) != 0)
    return NULL;
  return maq_hub_user_ref (self->user);
}

void
maq_hub_client_remember_user (MaqHubClient *self,
                              MaqHubUser   *user,
                              const char   *token,
                              const char   *endpoint)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_clear_pointer (&self->user, maq_hub_user_unref);
  self->user = maq_hub_user_ref (user);
  g_set_str (&self->user_token, token);
  g_set_str (&self->user_endpoint, endpoint);
}

MaqHubHttp *
maq_hub_client_get_http (MaqHubClient *self)
{
  return self->http;
}

char *
maq_hub_client_dup_page_address (MaqHubClient *self,
                                 MaqRepoKind   kind,
                                 const char   *id)
{
  g_return_val_if_fail (MAQ_IS_HUB_CLIENT (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  const char      *endpoint = maq_hub_http_get_endpoint (self->http);
  g_autofree char *escaped = g_uri_escape_string (id, "/", FALSE);
  return g_strconcat (endpoint, "/", maq_repo_kind_get_url_prefix (kind), escaped, NULL);
}
