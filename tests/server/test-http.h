// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#include "maq-hub-server.h"

// A server on the demo Hub and requests to it that wait for the answer; redirects are not followed.

typedef struct
{
  MaqHubServer *server;
  SoupSession  *session;
} Http;

// Tokens the server knows, as header lines: one with access to gated and private repos, one without.
#define HTTP_READER "Authorization: Bearer hf_demo_read"
#define HTTP_BASIC  "Authorization: Bearer hf_demo_basic"

typedef struct
{
  guint        status; // 0: no answer
  SoupMessage *message;
  GBytes      *body;
  GError      *error;
  JsonNode    *json; // NULL if the body is none
} Reply;

// STORE is taken. Faults are allowed.
void http_set_up (Http *http, MaqHubStore *store);
void http_tear_down (Http *http);
// The same as fixtures of GTest, on the demo Hub.
void http_set_up_demo (Http *http, gconstpointer data);
void http_tear_down_demo (Http *http, gconstpointer data);

// PATH: from the server's root, or a whole address. HEADERS: "Name: value" lines, or NULL.
Reply *http_request (Http *http, const char *method, const char *path, const char *headers, const char *body);
Reply *http_get (Http *http, const char *path);
void   reply_free (Reply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reply, reply_free)

const char *reply_header (Reply *reply, const char *name);
JsonObject *reply_object (Reply *reply);
JsonArray  *reply_array (Reply *reply);
// The member "id" of every element, joined by spaces.
char *reply_ids (Reply *reply);

// Assertions: how many items a list has; that its ids are EXPECTED; that an object has just these members, in this order;
// that a request is refused so (CODE NULL: no X-Error-Code).
guint http_count (Http *http, const char *path);
void  http_assert_ids (Http *http, const char *path, const char *expected);
void  http_assert_members (JsonObject *object, const char *expected);
void  http_assert_refused (Http *http, const char *path, const char *headers, guint status, const char *code, const char *message);
