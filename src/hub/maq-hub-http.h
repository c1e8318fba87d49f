// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <libdex.h>
#include <libsoup/soup.h>

#include "maq-hub-gate.h"

// The one place that performs HTTP. It adds user agent and token (to the endpoint's origin only), follows redirects by its own
// rules, keeps deadlines, retries, rate limits and size limits, maps every failure to MAQ_HUB_ERROR and logs.

G_BEGIN_DECLS

// Times in milliseconds.
typedef struct
{
  guint deadline; // until the header has come; for API calls until the end, with all tries
  guint connect;  // until a connection is there; 0: as long as for the header
  guint stall;    // without a byte of a body
  guint backoff;  // before the second try; doubles up to eight times that
  guint max_tries;
} MaqHubLimits;

#define MAQ_HUB_LIMITS_DEFAULT ((MaqHubLimits) { .deadline = 20000, .connect = 8000, .stall = 15000, .backoff = 1000, .max_tries = 5 })

// Decoded bytes of one reply.
#define MAQ_HUB_MAX_JSON (16 * 1024 * 1024)

// Called on any thread: the Hub wants the user to read TEXT. Once for each TOPIC.
typedef void (*MaqHubWarningFunc) (const char *topic, const char *text, gpointer data);

typedef struct _MaqHubHttp MaqHubHttp;

MaqHubHttp *maq_hub_http_new (MaqHubWarningFunc warn, gpointer data);
MaqHubHttp *maq_hub_http_ref (MaqHubHttp *self);
void        maq_hub_http_unref (MaqHubHttp *self);
// No more warnings from now on.
void maq_hub_http_detach (MaqHubHttp *self);

// All of these from any thread. ENDPOINT: valid, without trailing slash.
void maq_hub_http_set_endpoint (MaqHubHttp *self, const char *endpoint);
// TOKEN: for ORIGIN, as maq_hub_origin_new gives it; both NULL for none.
void maq_hub_http_set_token (MaqHubHttp *self, const char *token, const char *origin);
// Good for as long as the program runs.
const char *maq_hub_http_get_endpoint (MaqHubHttp *self);
// The one for the present endpoint, NULL if there is none.
char    *maq_hub_http_dup_token (MaqHubHttp *self);
void     maq_hub_http_set_offline (MaqHubHttp *self, gboolean offline);
gboolean maq_hub_http_get_offline (MaqHubHttp *self);
void     maq_hub_http_set_limits (MaqHubHttp *self, const MaqHubLimits *limits);
guint    maq_hub_http_get_stall (MaqHubHttp *self);
// Seconds until requests go out again after a rate limit, 0 if they do.
guint maq_hub_http_get_wait (MaqHubHttp *self);

typedef struct
{
  const char *method;    // "GET", "HEAD"
  const char *address;   // absolute
  guint64     offset;    // first byte asked for
  guint64     end;       // the first byte that is not, 0: to the end
  gsize       max_bytes; // of the body
  gboolean    is_file;   // the content of a repo: not compressed, a Hub's header required, stall limit instead of a deadline
  gboolean    is_once;   // never tried again
  gboolean    stays;     // a redirect to another origin is the answer
  gboolean    streams;   // the body is left to the caller
  gboolean    is_given;  // the Hub gave this address for a file: what answers need not be a Hub
} MaqHubRequest;

typedef struct
{
  guint         status;
  SoupMessage  *message;
  GBytes       *body;     // unless it streams
  GInputStream *stream;   // if it streams
  char         *place;    // for messages
  char         *next;     // absolute address of the next page
  char         *location; // where the redirect of a request that stays points
  // From the first hop on the Hub that says so:
  char  *commit;
  char  *etag; // as sent
  gint64 size; // of the content, -1 if unknown
} MaqHubReply;

void maq_hub_reply_free (MaqHubReply *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqHubReply, maq_hub_reply_free)

// Performs REQUEST and waits for the answer. Only in a fiber; cancelling the fiber stops the request.
MaqHubReply *maq_hub_http_send (MaqHubHttp *self, const MaqHubRequest *request, GError **error);

G_END_DECLS
