// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "maq-hub-operations.h"
#include "maq-hub-source.h"

#define SHA256 "68a2e4be76fa709455a60272fba8e512c02d81c46e6c671cc9449e374fd6809a"

// The content of files, and what is said about it.

static void
test_resolve (HubFixture   *f,
              gconstpointer data)
{
  static const char *const bad[] = {
    "ETag: \"" HUB_GIT_OID "\"\r\n",
    "X-Repo-Commit: main\r\nETag: \"" HUB_GIT_OID "\"\r\n",
    "X-Repo-Commit: " HUB_COMMIT "\r\n",
    "X-Repo-Commit: " HUB_COMMIT "\r\nETag: \"../../../x\"\r\n",
    "X-Repo-Commit: ../../x\r\nETag: \"" HUB_GIT_OID "\"\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      maq_test_server_clear (f->server);
      hub_add (f, &(MaqTestReply) { .headers = bad[i], .body = "x" });
      hub_assert_fails (hub_start_resolve (f->client), i == 0 ? MAQ_HUB_ERROR_NO_HUB : MAQ_HUB_ERROR_BAD_REPLY);
    }

  maq_test_server_clear (f->server);
  hub_add (f, &(MaqTestReply) { .headers = HUB_FILE_HEADERS, .body = "12345" });
  g_autoptr (MaqHubFileInfo) info = hub_take_boxed (hub_start_resolve (f->client));
  g_assert_cmpint (info->size, ==, 5);
  g_assert_null (info->location);
}

// The size is that of the file or none: not that of a redirect's own body, nor of a packed one.
static void
test_sizes (HubFixture   *f,
            gconstpointer data)
{
  g_autofree char *redirect = g_strdup_printf ("X-Repo-Commit: " HUB_COMMIT "\r\nX-Linked-ETag: \"" HUB_GIT_OID "\"\r\nLocation: %s/stored\r\n", maq_test_server_get_address (f->other));
  g_autofree char *with_size = g_strconcat (redirect, "X-Linked-Size: 70000\r\n", NULL);
  const struct
  {
    MaqTestReply reply;
    gint64       size;
  } cases[] = {
    { { .headers = HUB_FILE_HEADERS, .body = "12345" }, 5 },
    { { .headers = HUB_FILE_HEADERS, .body = "12345", .claim = -1 }, -1 },
    { { .headers = HUB_FILE_HEADERS "Content-Encoding: gzip\r\n", .body = "12345" }, -1 },
    { { .status = 302, .headers = redirect, .body = "Found. Redirecting to another host" }, -1 },
    { { .status = 302, .headers = with_size, .body = "Found. Redirecting to another host" }, 70000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      maq_test_server_clear (f->server);
      hub_add (f, &cases[i].reply);
      g_autoptr (MaqHubFileInfo) info = hub_take_boxed (hub_start_resolve (f->client));
      g_assert_cmpint (info->size, ==, cases[i].size);
    }
}

// What a list leaves open is told by the file itself: by the answer to a HEAD, or by the header of its first byte.
static void
test_fill (HubFixture   *f,
           gconstpointer data)
{
  static const char *const paths[] = { "head", "byte", "gone", "open", "large", NULL };
  const char              *address = "/a/b/resolve/" HUB_COMMIT;
  g_autofree char         *head = g_strconcat (address, "/head", NULL);
  g_autofree char         *byte = g_strconcat (address, "/byte", NULL);
  g_autofree char         *gone = g_strconcat (address, "/gone", NULL);
  g_autofree char         *open = g_strconcat (address, "/open", NULL);
  g_autofree char         *large = g_strconcat (address, "/large", NULL);
  g_autofree char         *other = g_strconcat (address, "/not-asked-for", NULL);
  g_autofree char         *redirect = g_strdup_printf ("X-Repo-Commit: " HUB_COMMIT "\r\nX-Linked-ETag: \"" SHA256 "\"\r\nLocation: %s/stored\r\n", maq_test_server_get_address (f->other));

  maq_test_server_add (f->server, "/api/models/a/b/tree/main", &(MaqTestReply) { .body = "[{\"type\":\"file\",\"path\":\"head\"},{\"type\":\"file\",\"path\":\"byte\",\"oid\":\"" HUB_GIT_OID "\"},{\"type\":\"file\",\"path\":\"gone\"},"
                                                                                         "{\"type\":\"file\",\"path\":\"not-asked-for\"},{\"type\":\"file\",\"path\":\"open\"},{\"type\":\"file\",\"path\":\"large\",\"lfs\":{}}]" });
  g_autoptr (MaqHubTree) listed = hub_take_boxed (maq_hub_client_list_tree (f->client, MAQ_REPO_KIND_MODEL, "a/b", NULL));
  g_assert_cmpuint (listed->files->len, ==, 0);
  g_assert_cmpuint (listed->unknown->len, ==, 6);

  maq_test_server_add (f->server, head, &(MaqTestReply) { .headers = HUB_FILE_HEADERS, .body = "12345" });
  maq_test_server_add (f->server, byte, &(MaqTestReply) { .headers = HUB_FILE_HEADERS, .body = "", .claim = -1 });
  maq_test_server_add (f->server, byte, &(MaqTestReply) { .status = 206, .headers = HUB_FILE_HEADERS "Content-Range: bytes 0-0/77\r\n", .body = "1" });
  maq_test_server_add (f->server, gone, &(MaqTestReply) { .status = 404, .headers = "X-Error-Code: EntryNotFound\r\n", .body = "" });
  maq_test_server_add (f->server, open, &(MaqTestReply) { .headers = HUB_FILE_HEADERS, .body = "", .claim = -1 });
  maq_test_server_add (f->server, open, &(MaqTestReply) { .status = 206, .headers = HUB_FILE_HEADERS "Content-Range: bytes 0-0/*\r\n", .body = "1" });
  maq_test_server_add (f->server, large, &(MaqTestReply) { .status = 302, .headers = redirect, .body = "Found" });
  maq_test_server_add (f->other, "/stored", &(MaqTestReply) { .status = 206, .headers = "Content-Range: bytes 0-0/3000000000\r\n", .body = "1" });
  g_autoptr (MaqHubTree) filled = hub_take_boxed (maq_hub_client_fill_tree (f->client, MAQ_REPO_KIND_MODEL, "a/b", HUB_COMMIT, listed, paths));
  g_autofree char *told = g_strdup ("");
  for (guint i = 0; i < filled->files->len; i++)
    {
      const MaqHubFile *file = filled->files->pdata[i];
      g_autofree char  *before = g_steal_pointer (&told);
      told = g_strdup_printf ("%s%s %" G_GUINT64_FORMAT " %.4s;", before, file->path, file->size, maq_hub_file_get_etag (file));
    }
  g_assert_cmpstr (told, ==, "head 5 10c6;byte 77 10c6;large 3000000000 68a2;");
  g_assert_cmpuint (filled->unknown->len, ==, 3);
  g_assert_cmpuint (maq_test_server_count (f->server, other), ==, 0);
  // The list that others have is as it was.
  g_assert_cmpuint (listed->files->len, ==, 0);
  g_assert_cmpuint (listed->unknown->len, ==, 6);
}

// Each segment of a name is encoded as it stands, so that nothing in it is taken for more than a name.
static void
test_names (HubFixture   *f,
            gconstpointer data)
{
  static const char *const cases[][2] = {
    { "dir/f.txt", "dir/f.txt" },
    { "%2e%2e/f", "%252e%252e/f" },
    { "a%2Fb", "a%252Fb" },
    { "a?b#c d+e&f;g", "a%3Fb%23c%20d%2Be%26f%3Bg" },
    { "\303\274", "%C3%BC" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *expected = g_strdup_printf ("GET /a/b/resolve/v%%2F1/%s HTTP/1.1", cases[i][1]);
      maq_test_server_clear (f->server);
      hub_add (f, &(MaqTestReply) { .headers = HUB_FILE_HEADERS, .body = "x" });
      g_autoptr (GBytes) bytes = hub_take_boxed (maq_hub_client_read_file (f->client, MAQ_REPO_KIND_MODEL, "a/b", "v/1", cases[i][0], 10));
      g_autofree char *line = maq_test_server_dup_header (f->server, "/", "");
      g_assert_cmpstr (line, ==, expected);
    }
}

static gboolean
is_end (MaqHubBody *body,
        GString    *text,
        GError    **error)
{
  g_autoptr (DexFuture) future = maq_hub_body_read (body, 4);
  hub_wait (future);
  const GValue *value = dex_future_get_value (future, error);

  if (value == NULL)
    return TRUE;
  GBytes *bytes = g_value_get_boxed (value);
  g_string_append_len (text, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return g_bytes_get_size (bytes) == 0;
}

// Opens the file at OFFSET and reads it to the end; the text, or what came before the error.
static char *
fetch (HubFixture *f,
       guint64     offset,
       GError    **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (MaqHubBody) body = hub_take_object (maq_hub_client_open_file (f->client, MAQ_REPO_KIND_MODEL, "a/b", "main", "f.txt", offset, 0));

  g_string_append_printf (text, "%" G_GUINT64_FORMAT "/%" G_GINT64_FORMAT ":", maq_hub_body_get_offset (body), maq_hub_body_get_total (body));
  while (!is_end (body, text, error))
    ;
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_bodies (HubFixture   *f,
             gconstpointer data)
{
  static const struct
  {
    MaqTestReply reply;
    guint64      offset;
    const char  *text;
    gboolean     fails;
  } cases[] = {
    { { .headers = HUB_FILE_HEADERS, .body = "0123456789" }, 0, "0/10:0123456789", FALSE },
    { { .headers = HUB_FILE_HEADERS, .body = "0123456789", .claim = -1 }, 0, "0/-1:0123456789", FALSE },
    { { .headers = HUB_FILE_HEADERS, .body = "" }, 0, "0/0:", FALSE },
    { { .headers = HUB_FILE_HEADERS, .body = "0123456789" }, 4, "0/10:0123456789", FALSE },
    { { .status = 206, .headers = HUB_FILE_HEADERS "Content-Range: bytes 4-9/10\r\n", .body = "456789" }, 4, "4/10:456789", FALSE },
    { { .status = 206, .headers = HUB_FILE_HEADERS "Content-Range: bytes 4-9/*\r\n", .body = "456789" }, 4, "4/-1:456789", FALSE },
    { { .headers = HUB_FILE_HEADERS, .body = "0123456789", .cut_at = 6 }, 0, "0/10:012345", TRUE },
    { { .headers = HUB_FILE_HEADERS, .body = "0123", .claim = 100, .cut_at = 4 }, 0, "0/100:0123", TRUE },
    { { .status = 206, .headers = HUB_FILE_HEADERS "Content-Range: bytes 4-9/10\r\n", .body = "456789", .cut_at = 2 }, 4, "4/10:45", TRUE },
    { { .headers = HUB_FILE_HEADERS, .body = "0123456789", .pause_at = 4, .pause = 3000 }, 0, "0/10:0123", TRUE },
    { { .headers = HUB_FILE_HEADERS, .body = "0123456789", .pause_at = 4, .pause = 50 }, 0, "0/10:0123456789", FALSE },
  };

  const MaqHubLimits limits = { .deadline = 5000, .stall = 500, .backoff = 10, .max_tries = 3 };

  maq_hub_client_set_limits (f->client, &limits);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("case %u", i);
      maq_test_server_clear (f->server);
      hub_add (f, &cases[i].reply);
      g_autofree char *text = fetch (f, cases[i].offset, &error);
      g_assert_cmpstr (text, ==, cases[i].text);
      if (cases[i].fails)
        g_assert_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_UNREACHABLE);
      else
        g_assert_no_error (error);
    }
}

static void
test_wrong_parts (HubFixture   *f,
                  gconstpointer data)
{
  static const struct
  {
    MaqTestReply reply;
    guint64      offset;
  } cases[] = {
    { { .status = 206, .headers = HUB_FILE_HEADERS, .body = "456789" }, 4 },
    { { .status = 206, .headers = HUB_FILE_HEADERS "Content-Range: bytes 0-5/10\r\n", .body = "456789" }, 4 },
    { { .status = 206, .headers = HUB_FILE_HEADERS "Content-Range: bytes 4-9/8\r\n", .body = "456789" }, 4 },
    { { .status = 206, .headers = HUB_FILE_HEADERS "Content-Range: bytes 4-8/10\r\n", .body = "456789" }, 4 },
    { { .status = 206, .headers = HUB_FILE_HEADERS "Content-Range: nonsense\r\n", .body = "456789" }, 4 },
    { { .status = 206, .headers = HUB_FILE_HEADERS "Content-Range: bytes 0-5/10\r\n", .body = "456789" }, 0 },
    { { .status = 204, .headers = HUB_FILE_HEADERS }, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("case %u", i);
      maq_test_server_clear (f->server);
      hub_add (f, &cases[i].reply);
      hub_assert_fails (maq_hub_client_open_file (f->client, MAQ_REPO_KIND_MODEL, "a/b", "main", "f.txt", cases[i].offset, 0), MAQ_HUB_ERROR_BAD_REPLY);
    }
}

static void
test_storage_host (HubFixture   *f,
                   gconstpointer data)
{
  static const struct
  {
    guint       status;
    MaqHubError code;
  } cases[] = {
    { 400, MAQ_HUB_ERROR_LINK_EXPIRED },
    { 401, MAQ_HUB_ERROR_LINK_EXPIRED },
    { 403, MAQ_HUB_ERROR_LINK_EXPIRED },
    { 410, MAQ_HUB_ERROR_LINK_EXPIRED },
    { 404, MAQ_HUB_ERROR_BAD_REPLY },
    { 416, MAQ_HUB_ERROR_BAD_REQUEST },
    { 429, MAQ_HUB_ERROR_RATE_LIMITED },
    { 503, MAQ_HUB_ERROR_SERVER },
    { 500, MAQ_HUB_ERROR_SERVER },
  };
  g_autofree char *headers = g_strdup_printf (HUB_FILE_HEADERS "Location: %s/cdn?Signature=s3cret\r\n", maq_test_server_get_address (f->other));

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      maq_test_server_clear (f->server);
      maq_test_server_clear (f->other);
      hub_add (f, &(MaqTestReply) { .status = 302, .headers = headers });
      maq_test_server_add (f->other, "/cdn", &(MaqTestReply) { .status = cases[i].status, .headers = "X-Error-Code: GatedRepo\r\nRateLimit: \"resolvers\";r=0;t=90\r\n" });
      g_autoptr (GError) error = hub_take_error (hub_start_open_file (f->client));
      g_assert_error (error, MAQ_HUB_ERROR, (int) cases[i].code);
      g_assert_null (strstr (error->message, "s3cret"));
      // What the other host says does not shut the Hub's gates.
      g_assert_cmpuint (maq_hub_client_get_wait (f->client), ==, 0);
    }
}

// Opened before and after the address is known, the Hub is asked once; the storage host never sees the token.
static void
test_source (HubFixture   *f,
             gconstpointer data)
{
  g_autofree char *headers = g_strdup_printf (HUB_FILE_HEADERS "Location: %s/cdn?Signature=s3cret\r\n", maq_test_server_get_address (f->other));
  g_autoptr (MaqHubSource) source = maq_hub_source_new (f->client, MAQ_REPO_KIND_MODEL, "a/b", "main", "f.txt");

  hub_add (f, &(MaqTestReply) { .status = 302, .headers = headers, .delay = 100 });
  maq_test_server_add (f->other, "/cdn", &(MaqTestReply) { .status = 206, .headers = "Content-Range: bytes 4-9/10\r\n", .body = "456789" });
  DexFuture *first = maq_hub_source_open (source, 4, 10);
  g_autoptr (MaqHubBody) two = hub_take_object (maq_hub_source_open (source, 4, 10));
  g_autoptr (MaqHubBody) one = hub_take_object (first);
  g_autoptr (MaqHubBody) three = hub_take_object (maq_hub_source_open (source, 4, 0));
  g_assert_cmpuint (maq_hub_body_get_offset (three), ==, 4);
  g_assert_cmpint (maq_hub_body_get_total (three), ==, 10);
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 1);
  g_assert_cmpuint (maq_test_server_count (f->other, "/cdn"), ==, 3);
  g_autofree char *token = maq_test_server_dup_header (f->other, "/cdn", "Authorization");
  g_assert_null (token);

  // Refused, the address is asked for again.
  maq_test_server_clear (f->other);
  maq_test_server_add (f->other, "/cdn", &(MaqTestReply) { .status = 403 });
  maq_test_server_add (f->other, "/cdn", &(MaqTestReply) { .status = 206, .headers = "Content-Range: bytes 4-9/10\r\n", .body = "456789" });
  hub_assert_fails (maq_hub_source_open (source, 4, 10), MAQ_HUB_ERROR_LINK_EXPIRED);
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 1);
  g_autoptr (MaqHubBody) again = hub_take_object (maq_hub_source_open (source, 4, 10));
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 2);

  // And where its host is gone, which the Hub may have replaced.
  maq_test_server_clear (f->other);
  maq_test_server_add (f->other, "/cdn", &(MaqTestReply) { .cut_first = TRUE });
  hub_assert_fails (maq_hub_source_open (source, 4, 10), MAQ_HUB_ERROR_UNREACHABLE);
  hub_assert_fails (maq_hub_source_open (source, 4, 10), MAQ_HUB_ERROR_UNREACHABLE);
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 3);
}

// One of two stops: the other asks for itself when it tries again. And no address is taken from what is no Hub.
static void
test_source_alone (HubFixture   *f,
                   gconstpointer data)
{
  g_autofree char *headers = g_strdup_printf ("Location: %s/login\r\n", maq_test_server_get_address (f->other));
  g_autoptr (MaqHubSource) source = maq_hub_source_new (f->client, MAQ_REPO_KIND_MODEL, "a/b", "main", "f.txt");

  hub_add (f, &(MaqTestReply) { .headers = HUB_FILE_HEADERS, .body = "0123456789", .delay = 2000 });
  hub_add (f, &(MaqTestReply) { .headers = HUB_FILE_HEADERS, .body = "0123456789" });
  DexFuture *first = maq_hub_source_open (source, 0, 0);
  DexFuture *second = maq_hub_source_open (source, 0, 0);
  hub_idle (100);
  dex_unref (first);
  hub_assert_fails (second, MAQ_HUB_ERROR_UNREACHABLE);
  g_autoptr (MaqHubBody) body = hub_take_object (maq_hub_source_open (source, 0, 0));
  g_assert_cmpint (maq_hub_body_get_total (body), ==, 10);

  g_autoptr (MaqHubSource) other = maq_hub_source_new (f->client, MAQ_REPO_KIND_MODEL, "a/b", "main", "f.txt");
  maq_test_server_clear (f->server);
  hub_add (f, &(MaqTestReply) { .status = 302, .headers = headers });
  hub_assert_fails (maq_hub_source_open (other, 0, 0), MAQ_HUB_ERROR_NO_HUB);
  g_assert_cmpuint (maq_test_server_count (f->other, "/"), ==, 0);
}

#define ADD(path, func) g_test_add ("/hub/files/" path, HubFixture, NULL, hub_fixture_setup, func, hub_fixture_teardown)

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  ADD ("resolve", test_resolve);
  ADD ("sizes", test_sizes);
  ADD ("names", test_names);
  ADD ("what-a-list-leaves-open", test_fill);
  ADD ("bodies", test_bodies);
  ADD ("wrong-parts", test_wrong_parts);
  ADD ("storage-host", test_storage_host);
  ADD ("several-connections-ask-once", test_source);
  ADD ("each-connection-stands-alone", test_source_alone);
  return g_test_run ();
}
