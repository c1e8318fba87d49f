// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-hub-store.h"

G_BEGIN_DECLS

// An HTTP server that answers as the Hugging Face Hub does, for the repos of a MaqHubStore, so that every Hub client
// works with it unchanged: HF_ENDPOINT=http://127.0.0.1:PORT. It runs on a thread of its own and never uses the
// caller's main context. It opens two ports: the Hub itself, and a second one that plays the CDN large files are
// redirected to (signed links that expire, and 400 to a request that carries an Authorization header).
// All functions may be called on any thread.
//
// Who may read what: gated repos show their metadata to everybody, their files to tokens with access; private repos do
// not exist for others. Two tokens are known from the start:
//     hf_demo_read     user "demo", member of all owners: reads gated and private repos
//     hf_demo_basic    user "visitor": neither
//
// FAULTS. With faults allowed (for tests only) a request can be made to go wrong. A fault is a set of
//     delay=MS         answers so much later
//     status=CODE      429 (with RateLimit and Retry-After), 500, 502, 503, … instead of the answer; retry-after=S
//     expired          403 with the XML of an expired link
//     body=garbage     200 with text that is not JSON; body=html: the page of a captive portal; body=empty
//     redirect=loop    redirects to itself; redirect=URL elsewhere
//     cut=N            closes the connection after N bytes of the body
//     stall=N          sends N bytes of the body, then nothing more
//     length=DELTA     a Content-Length that is wrong by DELTA; the body itself is whole, then the connection closes
//     flip=OFFSET      the byte at this offset OF THE FILE (not of the answer) arrives inverted
//     range=ignore     200 and the whole file to a request for a range; range=wrong: a Content-Range shifted by one
//     rate=BYTES       sends at most so many bytes a second
// It is asked for per request by the header `X-Maq-Fault: cut=1000; delay=50` or the query `?maq_fault=cut%3D1000`, or
// for requests to come by a rule: a JSON object of the same names with any of
//     "path": glob (* also matches /; default all)   "method": "GET"   "host": "hub" or "cdn" (default both)
//     "skip": let so many matching requests pass first   "times": how often it applies (default 1; 0: for ever)
// e.g. {"host": "cdn", "cut": 1000, "times": 2}. The first rule that matches applies. HEAD has no body to spoil.
//     POST /.maq/faults   one rule, or an array of them      DELETE /.maq/faults   forgets all
//     GET  /.maq/requests the last ten thousand requests: [{"method", "path" (with query), "host": "hub"|"cdn", "authorization":
//                         bool, "range": "bytes=…" or null, "userAgent", "status": of the answer, "sent": bytes of the body
//                         handed to the connection so far, "fault": bool}]
//     DELETE /.maq/requests  forgets them
// Requests to /.maq/ itself are neither logged nor spoiled.
#define MAQ_TYPE_HUB_SERVER (maq_hub_server_get_type ())
G_DECLARE_FINAL_TYPE (MaqHubServer, maq_hub_server, MAQ, HUB_SERVER, GObject)

MaqHubServer *maq_hub_server_new (MaqHubStore *store);

// Options; call them before listening.
void maq_hub_server_set_faults_allowed (MaqHubServer *self,
                                        gboolean      allowed);
// Requests per five minutes, client and bucket ("api", "resolvers", "pages"), after which the answer is 429.
void maq_hub_server_set_rate_limit (MaqHubServer *self,
                                    guint         quota);
// How long a link to the CDN is good, in seconds (an hour by default).
void maq_hub_server_set_link_lifetime (MaqHubServer *self,
                                       guint         seconds);
// A further token that belongs to the user NAME; with ACCESS it reads gated and private repos.
void maq_hub_server_add_token (MaqHubServer *self,
                               const char   *token,
                               const char   *name,
                               gboolean      access);

// Starts serving. ADDRESS: an address of this machine, NULL for 127.0.0.1; PORT 0: any free one.
// Returns when connections are accepted. Errors: of GIO, e.g. G_IO_ERROR_ADDRESS_IN_USE; _INVALID_ARGUMENT.
gboolean maq_hub_server_listen (MaqHubServer *self,
                                const char   *address,
                                guint         port,
                                GError      **error);
// Ends all connections and the thread. Also done when the last reference goes.
void maq_hub_server_stop (MaqHubServer *self);

// "http://127.0.0.1:PORT" without a final slash, and that of the CDN; NULL before listening.
const char *maq_hub_server_get_url (MaqHubServer *self);
const char *maq_hub_server_get_cdn_url (MaqHubServer *self);

// How far the hashes of the files on disk are known, in bytes that are read for it: in the background from when the server listens, the
// smallest files first, and before them what requests wait for. Whatever is known is served meanwhile; who asks for something else waits
// for it, or is told when to come again (503 with Retry-After). Large files are remembered and not read again the next time. DONE is TOTAL
// when there is nothing left to do. From the thread that starts and stops the server.
void maq_hub_server_get_hashing (MaqHubServer *self,
                                 guint64      *done,
                                 guint64      *total);

// The same as POST and DELETE /.maq/faults. Errors: G_IO_ERROR_INVALID_ARGUMENT with what is wrong in JSON.
gboolean maq_hub_server_add_faults (MaqHubServer *self,
                                    const char   *json,
                                    GError      **error);
void     maq_hub_server_clear_faults (MaqHubServer *self);

// With faults allowed: how many requests, of the last ten thousand, arrived whose "METHOD /path" (path without the query) matches GLOB, as in "GET */resolve/*".
// HOST: "hub", "cdn" or NULL for both.
guint maq_hub_server_count_requests (MaqHubServer *self,
                                     const char   *host,
                                     const char   *glob);
// The text of GET /.maq/requests.
char *maq_hub_server_dup_requests (MaqHubServer *self);
void  maq_hub_server_clear_requests (MaqHubServer *self);

G_END_DECLS
