// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "fuzz.h"
#include "maq-hub-body.h"
#include "maq-hub-records.h"
#include "maq-hub-reply.h"

// The header of an answer to a request for a part of a file: lengths, ranges, hashes.

#define OFFSET 1000

static void
add_header (SoupMessage *message,
            char        *line)
{
  static const char *const names[] = { "Content-Range", "Content-Length", "Content-Encoding", "Content-Type", "Transfer-Encoding", "ETag", "X-Repo-Commit", "X-Linked-Size", "X-Linked-Etag", NULL };
  char                    *colon = strchr (line, ':');

  if (colon == NULL)
    return;
  *colon = '\0';
  // What cannot stand in a header libsoup does not let through from a server.
  g_strdelimit (colon + 1, "\r\n", ' ');
  if (g_strv_contains (names, line))
    soup_message_headers_append (soup_message_get_response_headers (message), line, g_strstrip (colon + 1));
}

static void
check_body (SoupMessage *message,
            guint        status,
            guint64      offset,
            guint64      end)
{
  g_autoptr (GError) error = NULL;
  MaqHubReply *reply = g_new0 (MaqHubReply, 1);

  reply->status = status;
  reply->message = g_object_ref (message);
  reply->place = g_strdup ("place");
  reply->size = -1;
  reply->stream = g_memory_input_stream_new ();
  g_autoptr (MaqHubBody) body = maq_hub_body_new (reply, offset, end, 1000, &error);
  g_assert_true ((body == NULL) == (error != NULL));
  if (body != NULL && status == 206)
    {
      gint64 total = maq_hub_body_get_total (body);
      g_assert_cmpuint (maq_hub_body_get_offset (body), ==, offset);
      g_assert_true (total < 0 || (guint64) total > offset);
    }
  maq_hub_reply_note_file (reply);
  g_autoptr (MaqHubFileInfo) info = maq_hub_file_info_new (reply->commit, reply->etag, reply->size, NULL, NULL);
  g_assert_true (info == NULL || (maq_hub_is_hash (info->commit, 40) && strchr (info->etag, '/') == NULL));
  maq_hub_reply_free (reply);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *text = fuzz_dup_text (data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 50);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", "http://127.0.0.1/x");
  g_autofree char *etag = maq_hub_etag_normalize (text);

  // What a server says of types and lengths libsoup itself checks when it reads a header.
  for (guint i = 0; lines[i] != NULL; i++)
    add_header (message, lines[i]);
  maq_hub_reply_check_header (soup_message_get_response_headers (message), "place", NULL);
  check_body (message, 206, OFFSET, 0);
  check_body (message, 206, OFFSET, OFFSET + 500);
  check_body (message, 200, OFFSET, 0);
  check_body (message, 200, 0, 0);
  return 0;
}

void
fuzz_add_seeds (FuzzAdd add)
{
  static const char *const texts[] = {
    "Content-Range: bytes 1000-1499/5000\nContent-Length: 500\nETag: \"a16a55fda99d2f2e7b69cce5cf93ff4ad3049930\"",
    "Content-Range: bytes 1000-4999/*\nX-Repo-Commit: a16a55fda99d2f2e7b69cce5cf93ff4ad3049930\nX-Linked-Size: 5000",
    "Content-Range: bytes */5000",
    "Content-Length: 18446744073709551615\nContent-Encoding: gzip",
    "Transfer-Encoding: chunked\nX-Linked-Etag: W/\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"",
    "Content-Type: multipart/byteranges; boundary=x",
    NULL,
  };
  fuzz_add_texts (add, texts);
}
