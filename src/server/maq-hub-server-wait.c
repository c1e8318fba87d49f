// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// Requests that wait for the hashes of files. The first time, a large file takes longer than clients have patience for, so that some of
// them are told to come again.
#include "maq-hub-server-private.h"

#include "maq-serve-routes.h"

#include <string.h>

// How long a client that asks again is let wait, in milliseconds: less than the 10 seconds after which the Python client hangs up.
#define PATIENCE 5000
// The longest it is told to stay away, in seconds.
#define MAX_RETRY_AFTER 60

typedef struct
{
  MaqHubServer    *self;
  MaqServeRequest *request;
  MaqHubServerGoOn go_on;
  GSource         *timer; // NULL: it waits for as long as it takes
} Waiting;

static void
waiting_free (gpointer data)
{
  Waiting *waiting = data;
  if (waiting->timer != NULL)
    g_source_destroy (waiting->timer);
  g_clear_pointer (&waiting->timer, g_source_unref);
  g_free (waiting);
}

// The request is the caller's again.
static MaqServeRequest *
waiting_end (Waiting *waiting)
{
  MaqServeRequest *request = waiting->request;
  waiting->self->n_waiting--;
  g_ptr_array_remove_fast (waiting->self->waiting, waiting);
  return request;
}

static gboolean
is_file_request (MaqServeRequest *request)
{
  return strstr (request->path, "/resolve/") != NULL || strstr (request->path, "/raw/") != NULL || strstr (request->path, "/resolve-cache/") != NULL;
}

// Files are asked for by clients that ask again when they are told to. Lists are not, but then their clients have no deadline; ours has
// one and asks again.
static gboolean
asks_again (MaqServeRequest *request)
{
  const char *client = maq_serve_request_get_header (request, "User-Agent");
  return is_file_request (request) || (client != NULL && g_str_has_prefix (client, "maquette/"));
}

static void
reply_later (MaqHubServer    *self,
             MaqServeRequest *request,
             GPtrArray       *contents)
{
  guint64 left = 0;
  for (guint i = 0; i < contents->len; i++)
    left += maq_serve_content_get_size (g_ptr_array_index (contents, i));
  guint            seconds = CLAMP (maq_serve_hasher_estimate (self->hasher, left), 1, MAX_RETRY_AFTER);
  g_autofree char *value = g_strdup_printf ("%u", seconds);
  g_autofree char *message = g_strdup_printf ("This Hub is still reading %" G_GUINT64_FORMAT " MB for their hashes, which it has to do once. Try again in %u s.", (left + 999999) / 1000000, seconds);
  maq_serve_request_set_header (request, "Retry-After", value);
  maq_serve_reply_error (request, SOUP_STATUS_SERVICE_UNAVAILABLE, NULL, message);
}

static gboolean
out_of_patience_cb (gpointer data)
{
  Waiting         *waiting = data;
  MaqHubServer    *self = waiting->self;
  MaqHubServerGoOn go_on = waiting->go_on;
  MaqServeRequest *request = waiting_end (waiting);
  g_autoptr (GPtrArray) contents = maq_serve_route_list_unsettled (request);
  if (contents != NULL)
    reply_later (self, request, contents);
  go_on (self, request, contents == NULL);
  return G_SOURCE_REMOVE;
}

gboolean
maq_hub_server_wait (MaqHubServer    *self,
                     MaqServeRequest *request,
                     MaqHubServerGoOn go_on)
{
  g_autoptr (GPtrArray) contents = request->cdn ? NULL : maq_serve_route_list_unsettled (request);
  if (contents == NULL)
    return FALSE;
  Waiting *waiting = g_new0 (Waiting, 1);
  waiting->self = self;
  waiting->request = request;
  waiting->go_on = go_on;
  self->n_waiting++;
  g_ptr_array_add (self->waiting, waiting);
  if (asks_again (request))
    {
      waiting->timer = g_timeout_source_new (PATIENCE);
      g_source_set_callback (waiting->timer, out_of_patience_cb, waiting, NULL);
      g_source_attach (waiting->timer, self->context);
    }
  for (guint i = 0; i < contents->len; i++)
    maq_serve_hasher_hurry (self->hasher, g_ptr_array_index (contents, i));
  // What was settled between the look and this is not told of any more.
  maq_hub_server_hashed (self);
  return TRUE;
}

static gboolean
look_cb (gpointer data)
{
  MaqHubServer *self = data;
  g_atomic_int_set (&self->look_pending, FALSE);
  for (guint i = self->waiting->len; i > 0; i--)
    {
      Waiting         *waiting = g_ptr_array_index (self->waiting, i - 1);
      MaqHubServerGoOn go_on = waiting->go_on;
      g_autoptr (GPtrArray) contents = waiting->request->finished ? NULL : maq_serve_route_list_unsettled (waiting->request);
      if (contents == NULL)
        go_on (self, waiting_end (waiting), TRUE);
    }
  return G_SOURCE_REMOVE;
}

void
maq_hub_server_hashed (gpointer data)
{
  MaqHubServer *self = data;
  if (!g_atomic_int_compare_and_exchange (&self->look_pending, FALSE, TRUE))
    return;
  // The context goes before the server does.
  g_autoptr (GSource) source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, look_cb, self, NULL);
  g_source_attach (source, self->context);
}

void
maq_hub_server_stop_waiting (MaqHubServer *self)
{
  while (self->waiting->len > 0)
    {
      Waiting         *waiting = g_ptr_array_index (self->waiting, self->waiting->len - 1);
      MaqHubServerGoOn go_on = waiting->go_on;
      MaqServeRequest *request = waiting_end (waiting);
      maq_serve_reply_error (request, SOUP_STATUS_SERVICE_UNAVAILABLE, NULL, "This Hub is closing.");
      go_on (self, request, FALSE);
    }
}

GPtrArray *
maq_hub_server_new_waiting (void)
{
  return g_ptr_array_new_with_free_func (waiting_free);
}
