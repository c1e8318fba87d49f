// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <libsoup/soup.h>

#include "maq-serve-fault.h"
#include "maq-serve-log.h"
#include "maq-serve-query.h"
#include "maq-serve-store.h"

G_BEGIN_DECLS

// One request on its way through the server: who asks for what, and the answer as the routes put it together.
// Lives on the server's thread only.

typedef struct
{
  char    *name;
  gboolean access; // to gated and private repos
} MaqServeUser;

// libsoup does not name it.
#define MAQ_SERVE_STATUS_TOO_MANY_REQUESTS 429
const char *maq_serve_status_phrase (guint status);

typedef struct
{
  SoupServerMessage *message;
  MaqHubStore       *store;
  char              *url;     // of the Hub as the peer addresses it, without a slash at the end
  char              *cdn_url; // of the CDN
  GBytes            *secret;  // signs links
  guint              link_lifetime;
  gboolean           cdn;      // arrived at the CDN's port
  char              *path;     // as sent, percent-encoded
  char             **segments; // of the path, decoded
  guint              n_segments;
  MaqServeQuery     *query;
  MaqServeUser      *user;      // NULL: anonymous. Belongs to the server
  gboolean           bad_token; // sent one that nobody has
  MaqServeFault     *fault;     // NULL: none
  MaqServeLogEntry  *log;
  gboolean           finished; // set by maq_serve_request_finish

  // The answer.
  MaqServeContent *body; // NULL: empty
  MaqServeReader  *reader;
  guint64          body_start;
  guint64          body_length;
} MaqServeRequest;

// With everything the message says; the rest is filled in by the server. One reference, on the server's thread.
MaqServeRequest *maq_serve_request_new (SoupServerMessage *message);
MaqServeRequest *maq_serve_request_ref (MaqServeRequest *self);
void             maq_serve_request_unref (MaqServeRequest *self);
// Nothing more is sent: the peer is gone, has everything, or is served without libsoup from now on. The message lets go of the
// request, which holds the message: who connected SELF to one of its signals has no more to do. Needs a reference of the caller.
void maq_serve_request_finish (MaqServeRequest *self);
// The unref for the data of a signal handler.
void maq_serve_request_closure_unref (gpointer  request,
                                      GClosure *closure);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqServeRequest, maq_serve_request_unref)

gboolean    maq_serve_request_is_head (MaqServeRequest *self);
const char *maq_serve_request_get_header (MaqServeRequest *self,
                                          const char      *name);
void        maq_serve_request_set_header (MaqServeRequest *self,
                                          const char      *name,
                                          const char      *value);
// The segments from INDEX on, joined by slashes; "" if there are none. (transfer full)
char *maq_serve_request_dup_rest (MaqServeRequest *self,
                                  guint            index);

// The answers. Each sets status, headers and body; the last one set is sent.
void maq_serve_reply_json (MaqServeRequest *self,
                           guint            status,
                           const char      *json);
void maq_serve_reply_text (MaqServeRequest *self,
                           guint            status,
                           const char      *type,
                           const char      *text);
// An error as the API says it: {"error": MESSAGE}, X-Error-Message and X-Error-Code (nullable); plain text for files and
// pages. See Hub API notes §3.
void maq_serve_reply_error (MaqServeRequest *self,
                            guint            status,
                            const char      *code,
                            const char      *message);
void maq_serve_reply_redirect (MaqServeRequest *self,
                               guint            status,
                               const char      *location);
// What a web page may ask of this server: the answer to OPTIONS, by which its browser finds out first.
void maq_serve_reply_preflight (MaqServeRequest *self);
// The refusal of a file that is not there any more as it was.
void maq_serve_reply_changed (MaqServeRequest *self);
// A file, whole or the range that was asked for (unless If-Range names another content), or 304.
void maq_serve_reply_content (MaqServeRequest *self,
                              MaqServeContent *content,
                              const char      *etag,
                              const char      *type);

// Compresses the answer if the peer asked for it and it is worth it.
void maq_serve_reply_compress (MaqServeRequest *self);

// The media type for a file name.
const char *maq_serve_guess_type (const char *path);

G_END_DECLS
