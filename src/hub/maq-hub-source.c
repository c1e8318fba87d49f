// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-source.h"

#include "maq-error.h"
#include "maq-fiber.h"
#include "maq-hub-body.h"
#include "maq-hub-job.h"
#include "maq-hub-status.h"

// Of several who open the file before its address is known, one asks the Hub and the others wait for what it is told. What the Hub
// serves itself has no address to share: there each asks on its own.

struct _MaqHubSource
{
  GObject       parent_instance;
  MaqHubClient *client;
  MaqRepoKind   kind;
  char         *id;
  char         *revision;
  char         *path;

  GMutex      lock;     // guards what follows
  const char *endpoint; // interned: the Hub that gave the address
  char       *address;  // NULL: unknown
  gboolean    is_here;  // the Hub serves the file itself
  DexPromise *asking;   // resolves to the address; "" if there is none
};

G_DEFINE_FINAL_TYPE (MaqHubSource, maq_hub_source, G_TYPE_OBJECT)

static void
maq_hub_source_finalize (GObject *object)
{
  MaqHubSource *self = MAQ_HUB_SOURCE (object);

  g_clear_object (&self->client);
  g_free (self->id);
  g_free (self->revision);
  g_free (self->path);
  g_free (self->address);
  dex_clear (&self->asking);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (maq_hub_source_parent_class)->finalize (object);
}

static void
maq_hub_source_class_init (MaqHubSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = maq_hub_source_finalize;
}

static void
maq_hub_source_init (MaqHubSource *self)
{
  g_mutex_init (&self->lock);
}

MaqHubSource *
maq_hub_source_new (MaqHubClient *client,
                    MaqRepoKind   kind,
                    const char   *id,
                    const char   *revision,
                    const char   *path)
{
  g_return_val_if_fail (MAQ_IS_HUB_CLIENT (client), NULL);
  g_return_val_if_fail (id != NULL && path != NULL, NULL);

  MaqHubSource *self = g_object_new (MAQ_TYPE_HUB_SOURCE, NULL);
  self->client = g_object_ref (client);
  self->kind = kind;
  self->id = g_strdup (id);
  self->revision = g_strdup (revision);
  self->path = g_strdup (path);
  return self;
}

void
maq_hub_source_set_address (MaqHubSource *self,
                            const char   *address)
{
  g_return_if_fail (MAQ_IS_HUB_SOURCE (self));

  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  self->endpoint = maq_hub_client_get_endpoint (self->client);
  g_set_str (&self->address, address);
}

// One opening of the file.
typedef struct
{
  MaqHubSource *source;
  MaqHubJob    *job;
} Opening;

static void
opening_free (gpointer data)
{
  Opening *self = data;

  g_object_unref (self->source);
  maq_hub_job_free (self->job);
  g_free (self);
}

// The address if it is known; else, if somebody asks for it already, what they will be told; else it is for the caller to ask, and
// to tell *ASKING if there is one.
static char *
look_up (MaqHubSource *self,
         const char   *endpoint,
         DexFuture   **told,
         DexPromise  **asking)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->endpoint != endpoint)
    {
      self->endpoint = endpoint;
      self->is_here = FALSE;
      g_clear_pointer (&self->address, g_free);
    }
  if (self->address == NULL && self->asking != NULL)
    *told = dex_ref (DEX_FUTURE (self->asking));
  else if (self->address == NULL && !self->is_here)
    {
      self->asking = dex_promise_new ();
      *asking = dex_ref (self->asking);
    }
  return g_strdup (self->address);
}

// ADDRESS: what the Hub said, NULL if it serves the file itself, or with ERROR if it was of no use.
static void
tell (MaqHubSource *self,
      DexPromise   *asking,
      const char   *address,
      const GError *error)
{
  g_mutex_lock (&self->lock);
  g_set_str (&self->address, address);
  self->is_here = address == NULL && error == NULL;
  dex_clear (&self->asking);
  g_mutex_unlock (&self->lock);

  // That the one who asked is stopped does not stop the others: they try again.
  if (maq_error_is_cancelled (error))
    dex_promise_reject (asking, g_error_new (MAQ_HUB_ERROR, MAQ_HUB_ERROR_UNREACHABLE, "GET %s: nobody waited for the answer", self->path));
  else if (error != NULL)
    dex_promise_reject (asking, g_error_copy (error));
  else
    dex_promise_resolve_string (asking, g_strdup (address != NULL ? address : ""));
}

static void
forget (MaqHubSource *self,
        const char   *address)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  // Somebody else may have a new one already.
  if (g_strcmp0 (self->address, address) == 0)
    g_clear_pointer (&self->address, g_free);
}

static MaqHubBody *
take_body (const MaqHubJob *job,
           MaqHubReply     *reply,
           GError         **error)
{
  return maq_hub_body_new (reply, job->offset, job->end, maq_hub_http_get_stall (job->http), error);
}

// Asks the Hub for the file: it sends the bytes, or says at what *ADDRESS on another origin they are.
static MaqHubBody *
ask (const MaqHubJob *job,
     char           **address,
     GError         **error)
{
  const MaqHubRequest request = {
    .method = "GET", .address = job->address, .offset = job->offset, .end = job->end, .is_file = TRUE, .is_once = TRUE, .stays = TRUE, .streams = TRUE
  };
  g_autoptr (MaqHubReply) reply = maq_hub_http_send (job->http, &request, error);

  if (reply == NULL)
    return NULL;
  if (reply->location == NULL)
    return take_body (job, reply, error);
  if (reply->commit != NULL)
    *address = g_steal_pointer (&reply->location);
  else
    maq_hub_refuse (error, MAQ_HUB_ERROR_NO_HUB, reply->place, "no X-Repo-Commit in the redirect, so it is not from a Hub");
  return NULL;
}

static MaqHubBody *
open_address (Opening    *self,
              const char *address,
              GError    **error)
{
  const MaqHubJob    *job = self->job;
  const MaqHubRequest request = {
    .method = "GET", .address = address, .offset = job->offset, .end = job->end, .is_file = TRUE, .is_once = TRUE, .streams = TRUE, .is_given = TRUE
  };
  g_autoptr (GError) failed = NULL;
  g_autoptr (MaqHubReply) reply = maq_hub_http_send (job->http, &request, &failed);

  if (reply != NULL)
    return take_body (job, reply, error);
  // Refused, or the host is gone: the Hub may know another.
  if (!maq_error_is_cancelled (failed))
    forget (self->source, address);
  g_propagate_error (error, g_steal_pointer (&failed));
  return NULL;
}

static MaqHubBody *
open_body (Opening *self,
           GError **error)
{
  g_autoptr (DexFuture) told = NULL;
  g_autoptr (DexPromise) asking = NULL;
  g_autoptr (GError) failed = NULL;
  g_autoptr (MaqHubBody) body = NULL;
  g_autofree char *address = look_up (self->source, self->job->endpoint, &told, &asking);

  if (told != NULL)
    {
      address = dex_await_string (g_steal_pointer (&told), &failed);
      if (address != NULL && *address == '\0')
        g_clear_pointer (&address, g_free);
    }
  if (address == NULL && failed == NULL)
    body = ask (self->job, &address, &failed);
  if (asking != NULL)
    tell (self->source, asking, address, failed);
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return NULL;
    }
  return body != NULL ? g_steal_pointer (&body) : open_address (self, address, error);
}

static DexFuture *
open_fiber (gpointer data)
{
  GError     *error = NULL;
  MaqHubBody *body = open_body (data, &error);

  return body != NULL ? dex_future_new_take_object (body) : dex_future_new_for_error (error);
}

DexFuture *
maq_hub_source_open (MaqHubSource *self,
                     guint64       offset,
                     guint64       end)
{
  GError *error = NULL;

  dex_return_error_if_fail (MAQ_IS_HUB_SOURCE (self));

  MaqHubJob *job = maq_hub_job_new_for_file (self->client, self->kind, self->id, self->revision, self->path, &error);
  if (job == NULL)
    return dex_future_new_for_error (error);

  job->offset = offset;
  job->end = end;
  Opening *opening = g_new0 (Opening, 1);
  opening->source = g_object_ref (self);
  opening->job = job;
  return maq_fiber_spawn (NULL, open_fiber, opening, opening_free);
}
