// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "test-http.h"

#include <string.h>

void
http_set_up (Http        *http,
             MaqHubStore *store)
{
  g_autoptr (GError) error = NULL;
  http->server = maq_hub_server_new (store);
  http->session = soup_session_new_with_options ("timeout", 20, "user-agent", "test/1", NULL);
  g_object_unref (store);
  maq_hub_server_set_faults_allowed (http->server, TRUE);
  g_assert_true (maq_hub_server_listen (http->server, NULL, 0, &error));
  g_assert_no_error (error);
}

void
http_tear_down (Http *http)
{
  g_object_unref (http->session);
  g_assert_finalize_object (http->server);
}

void
http_set_up_demo (Http         *http,
                  gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  MaqHubStore *store = maq_hub_store_new_demo (&error);
  g_assert_no_error (error);
  http_set_up (http, store);
}

void
http_tear_down_demo (Http         *http,
                     gconstpointer data)
{
  http_tear_down (http);
}

static void
add_headers (SoupMessage *message,
             const char  *headers)
{
  g_auto (GStrv) lines = g_strsplit (headers != NULL ? headers : "", "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      g_auto (GStrv) parts = g_strsplit (*line, ": ", 2);
      if (g_strv_length (parts) == 2)
        soup_message_headers_append (soup_message_get_request_headers (message), parts[0], parts[1]);
    }
}

Reply *
http_request (Http       *http,
              const char *method,
              const char *path,
              const char *headers,
              const char *body)
{
  g_autofree char *url = g_str_has_prefix (path, "http") ? g_strdup (path) : g_strconcat (maq_hub_server_get_url (http->server), path, NULL);
  Reply           *reply = g_new0 (Reply, 1);
  reply->message = soup_message_new (method, url);
  g_assert_nonnull (reply->message);
  soup_message_add_flags (reply->message, SOUP_MESSAGE_NO_REDIRECT);
  add_headers (reply->message, headers);
  if (body != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));
      soup_message_set_request_body_from_bytes (reply->message, *body == '{' || *body == '[' ? "application/json" : "application/x-www-form-urlencoded", bytes);
    }
  reply->body = soup_session_send_and_read (http->session, reply->message, NULL, &reply->error);
  reply->status = soup_message_get_status (reply->message);
  if (reply->body != NULL && g_bytes_get_size (reply->body) > 0)
    {
      g_autofree char *text = g_strndup (g_bytes_get_data (reply->body, NULL), g_bytes_get_size (reply->body));
      reply->json = json_from_string (text, NULL);
    }
  return reply;
}

Reply *
http_get (Http       *http,
          const char *path)
{
  return http_request (http, "GET", path, NULL, NULL);
}

void
reply_free (Reply *reply)
{
  g_clear_object (&reply->message);
  g_clear_pointer (&reply->body, g_bytes_unref);
  g_clear_pointer (&reply->json, json_node_unref);
  g_clear_error (&reply->error);
  g_free (reply);
}

const char *
reply_header (Reply      *reply,
              const char *name)
{
  return soup_message_headers_get_one (soup_message_get_response_headers (reply->message), name);
}

JsonObject *
reply_object (Reply *reply)
{
  g_assert_nonnull (reply->json);
  g_assert_true (JSON_NODE_HOLDS_OBJECT (reply->json));
  return json_node_get_object (reply->json);
}

JsonArray *
reply_array (Reply *reply)
{
  g_assert_nonnull (reply->json);
  g_assert_true (JSON_NODE_HOLDS_ARRAY (reply->json));
  return json_node_get_array (reply->json);
}

char *
reply_ids (Reply *reply)
{
  JsonArray *array = reply_array (reply);
  g_autoptr (GString) ids = g_string_new (NULL);
  for (guint i = 0; i < json_array_get_length (array); i++)
    g_string_append_printf (ids, "%s%s", i > 0 ? " " : "", json_object_get_string_member (json_array_get_object_element (array, i), "id"));
  return g_string_free (g_steal_pointer (&ids), FALSE);
}

guint
http_count (Http       *http,
            const char *path)
{
  g_autoptr (Reply) reply = http_get (http, path);
  g_assert_cmpuint (reply->status, ==, 200);
  return json_array_get_length (reply_array (reply));
}

void
http_assert_ids (Http       *http,
                 const char *path,
                 const char *expected)
{
  g_autoptr (Reply) reply = http_get (http, path);
  g_assert_cmpuint (reply->status, ==, 200);
  g_autofree char *ids = reply_ids (reply);
  g_assert_cmpstr (ids, ==, expected);
}

void
http_assert_members (JsonObject *object,
                     const char *expected)
{
  g_autoptr (GList) names = json_object_get_members (object);
  g_autoptr (GString) text = g_string_new (NULL);
  for (GList *l = names; l != NULL; l = l->next)
    g_string_append_printf (text, "%s%s", l != names ? " " : "", (char *) l->data);
  g_assert_cmpstr (text->str, ==, expected);
}

void
http_assert_refused (Http       *http,
                     const char *path,
                     const char *headers,
                     guint       status,
                     const char *code,
                     const char *message)
{
  g_autoptr (Reply) reply = http_request (http, "GET", path, headers, NULL);
  g_assert_cmpuint (reply->status, ==, status);
  g_assert_cmpstr (reply_header (reply, "X-Error-Code"), ==, code);
  g_assert_cmpstr (reply_header (reply, "X-Error-Message"), ==, message);
  g_assert_nonnull (reply_header (reply, "X-Request-Id"));
}
