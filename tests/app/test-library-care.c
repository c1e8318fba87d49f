// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-app-fixture.h"

#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

#include "maq-fake-engine.h"
#include "maq-library-import-dialog.h"
#include "maq-library-page.h"
#include "maq-units.h"

// What the library page does with the files: verify, repair, clean up, delete what is loaded, show.

#define CHAT  "maquette/pebble-chat-GGUF"
#define EMBED "maquette/pebble-embed-GGUF"

static void
set_up (AppFixture   *fixture,
        gconstpointer data)
{
  app_fixture_set_up (fixture, maq_hub_store_new_demo (NULL));
}

static void
tear_down (AppFixture   *fixture,
           gconstpointer data)
{
  app_fixture_tear_down (fixture);
}

static MaqLibraryPage *
new_page (AppFixture *fixture)
{
  return maq_library_page_new (fixture->library, fixture->foreign, fixture->transfers, fixture->client);
}

static gboolean
is_over (gpointer transfer)
{
  return maq_transfer_get_state (transfer) >= MAQ_TRANSFER_DONE;
}

static guint64
damage (AppFixture *fixture,
        const char *id,
        const char *name)
{
  g_autofree char *path = maq_cache_dup_file_path (fixture->cache, MAQ_REPO_KIND_MODEL, id, NULL, name);
  g_autofree char *content = NULL;
  gsize            length = 0;

  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  content[length / 2] ^= 1;
  g_autofree char *blob = realpath (path, NULL);
  g_assert_true (g_file_set_contents (blob, content, length, NULL));
  return length;
}

static void
test_care (AppFixture   *fixture,
           gconstpointer data)
{
  app_fixture_fetch (fixture, EMBED);

  MaqLibraryPage *page = new_page (fixture);
  GtkWindow      *window = app_fixture_show (fixture, page);
  ui_wait_text (page, EMBED);

  gtk_widget_activate_action (GTK_WIDGET (page), "library.verify", "s", "");
  ui_wait_text (window, "No Problems Found");
  ui_click (window, "_Close");
  ui_wait_gone (window, "All Files");

  // A damaged file is found, and comes again.
  guint64          length = damage (fixture, EMBED, "README.md");
  g_autofree char *size = maq_format_bytes (length);
  g_autofree char *free_it = g_strdup_printf ("Free %s", size);
  g_autofree char *freed = g_strdup_printf ("%s Freed", size);
  gtk_widget_activate_action (GTK_WIDGET (page), "library.verify", "s", "hf://" EMBED);
  ui_wait_text (window, "These files are damaged.");
  ui_wait_text (window, "README.md · Damaged: will be downloaded again");
  ui_click (window, "Repair");
  ui_wait_text (window, "Repaired");
  ui_click (window, "Show _Transfers");
  g_assert_cmpstr (fixture->activated, ==, "show-page transfers");
  g_autoptr (MaqTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (fixture->transfers), 0);
  ui_wait (is_over, transfer, 30000);
  ui_wait_gone (window, "Repaired");
  gtk_widget_activate_action (GTK_WIDGET (page), "library.verify", "s", "");
  ui_wait_text (window, "No Problems Found");
  ui_click (window, "_Close");
  ui_wait_gone (window, "All Files");

  // What the repair moved away can be cleaned up.
  gtk_widget_activate_action (GTK_WIDGET (page), "library.clean-up", NULL);
  ui_wait_text (window, "Damaged Files");
  ui_wait_sensitive (window, free_it);
  ui_click (window, free_it);
  ui_wait_text (window, freed);
  ui_click (window, "_Close");
  ui_wait_gone (window, freed);
  gtk_widget_activate_action (GTK_WIDGET (page), "library.clean-up", NULL);
  ui_wait_text (window, "Nothing to Clean Up");
  ui_click (window, "_Close");
  ui_wait_gone (window, "Nothing to Clean Up");

  gtk_widget_activate_action (GTK_WIDGET (page), "library.duplicates", NULL);
  ui_wait_text (window, "No Duplicates");
  ui_click (window, "_Close");
  ui_wait_gone (window, "No Duplicates");
  ui_hide (window, page);
}

#define HUGE   "models--maquette--huge"
#define COMMIT "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// A model that takes long to read, and no space.
static void
put_huge (AppFixture *fixture)
{
  const char      *root = maq_cache_get_root (fixture->cache);
  g_autofree char *blobs = g_build_filename (root, HUGE, "blobs", NULL);
  g_autofree char *snapshot = g_build_filename (root, HUGE, "snapshots", COMMIT, NULL);
  g_autofree char *blob = g_build_filename (blobs, HASH, NULL);
  g_autofree char *link = g_build_filename (snapshot, "huge-Q8_0.gguf", NULL);

  g_assert_cmpint (g_mkdir_with_parents (blobs, 0700), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (snapshot, 0700), ==, 0);
  g_assert_true (g_close (g_creat (blob, 0600), NULL));
  g_assert_cmpint (truncate (blob, (off_t) 64 << 30), ==, 0);
  g_assert_cmpint (symlink ("../../blobs/" HASH, link), ==, 0);
}

// Whether the process does about nothing.
static gboolean
is_at_rest (gpointer data)
{
  struct timespec before;
  struct timespec after;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &before);
  g_usleep (200000);
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &after);
  return (after.tv_sec - before.tv_sec) * 1000000 + (after.tv_nsec - before.tv_nsec) / 1000 < 20000;
}

static gboolean
is_busy (gpointer data)
{
  return !is_at_rest (data);
}

// Stop stops the reading, which would take minutes, and changes nothing.
static void
test_stopped (AppFixture   *fixture,
              gconstpointer data)
{
  g_autofree char *link = g_build_filename (maq_cache_get_root (fixture->cache), HUGE, "snapshots", COMMIT, "huge-Q8_0.gguf", NULL);

  put_huge (fixture);
  MaqLibraryPage *page = new_page (fixture);
  GtkWindow      *window = app_fixture_show (fixture, page);
  ui_wait_text (page, "maquette/huge");
  gtk_widget_activate_action (GTK_WIDGET (page), "library.verify", "s", "");
  ui_wait_text (window, "Checking Files");
  ui_wait_text (window, " of 68.7");
  ui_wait (is_busy, NULL, 10000);
  ui_click (window, "_Cancel");
  ui_wait_gone (window, "Checking Files");
  ui_wait (is_at_rest, NULL, 10000);
  g_assert_true (g_file_test (link, G_FILE_TEST_EXISTS));
  ui_hide (window, page);
}

#define STORE  "cfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcf"
#define UNUSED "abababababababababababababababababababababababababababababababab"

static void
put_payload (AppFixture *fixture,
             const char *hash,
             gint64      length)
{
  g_autofree char *folder = g_strdup_printf ("%s/blobs/%.2s", maq_cache_get_root (fixture->cache), hash);
  g_autofree char *path = g_build_filename (folder, hash, NULL);
  g_autofree char *manifest = g_strconcat (path, ".refs", NULL);
  g_autofree char *marker = g_build_filename (maq_cache_get_root (fixture->cache), "blobs/.huggingface-shared-blobs", NULL);
  g_autofree char *content = g_strnfill (length, 'x');

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, content, length, NULL));
  g_assert_true (g_file_set_contents (manifest, "", 0, NULL));
  g_assert_true (g_file_set_contents (marker, "1\n", -1, NULL));
  // What came today is not cleaned up.
  struct utimbuf then = { .actime = 1700000000, .modtime = 1700000000 };
  g_assert_cmpint (g_utime (path, &then), ==, 0);
}

// Two repos that share what they have: it takes its room once, and what nobody shares any more is cleaned up.
static void
test_shared (AppFixture   *fixture,
             gconstpointer data)
{
  static const char *const repos[] = { "models--maquette--one", "models--maquette--two" };
  const char              *root = maq_cache_get_root (fixture->cache);

  put_payload (fixture, STORE, 3000000);
  put_payload (fixture, UNUSED, 500000);
  for (guint i = 0; i < G_N_ELEMENTS (repos); i++)
    {
      g_autofree char *blobs = g_build_filename (root, repos[i], "blobs", NULL);
      g_autofree char *snapshot = g_build_filename (root, repos[i], "snapshots", COMMIT, NULL);
      g_autofree char *blob = g_build_filename (blobs, HASH, NULL);
      g_autofree char *file = g_build_filename (snapshot, "model.bin", NULL);
      g_assert_cmpint (g_mkdir_with_parents (blobs, 0700), ==, 0);
      g_assert_cmpint (g_mkdir_with_parents (snapshot, 0700), ==, 0);
      g_assert_cmpint (symlink ("../../blobs/cf/" STORE, blob), ==, 0);
      g_assert_cmpint (symlink ("../../blobs/" HASH, file), ==, 0);
    }
  MaqLibraryPage  *page = new_page (fixture);
  GtkWindow       *window = app_fixture_show (fixture, page);
  g_autofree char *used = maq_format_bytes (3500000);
  g_autofree char *unused = maq_format_bytes (500000);
  g_autofree char *shown = g_strdup_printf ("%s used", used);
  g_autofree char *free_it = g_strdup_printf ("Free %s", unused);
  g_autofree char *freed = g_strdup_printf ("%s Freed", unused);
  ui_wait_text (page, "maquette/two");
  ui_wait_text (page, shown);
  gtk_widget_activate_action (GTK_WIDGET (page), "library.clean-up", NULL);
  ui_wait_sensitive (window, free_it);
  ui_click (window, free_it);
  ui_wait_text (window, freed);
  ui_click (window, "_Close");
  ui_wait_gone (window, freed);
  g_autofree char *kept = g_build_filename (root, "blobs/cf", STORE, NULL);
  g_autofree char *gone = g_build_filename (root, "blobs/ab", UNUSED, NULL);
  g_assert_true (g_file_test (kept, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (gone, G_FILE_TEST_EXISTS));
  ui_hide (window, page);
}

static gboolean
has_variants (gpointer item)
{
  const GPtrArray *variants = maq_library_item_get_variants (item);
  return variants != NULL && variants->len > 0;
}

static void
test_loaded (AppFixture   *fixture,
             gconstpointer data)
{
  g_autoptr (MaqEngine) engine = maq_fake_engine_new ();
  g_autoptr (MaqSessionPool) pool = maq_session_pool_new (engine);

  app_fixture_fetch (fixture, CHAT);
  maq_library_set_users (fixture->library, fixture->transfers, pool);
  MaqLibraryPage *page = new_page (fixture);
  GtkWindow      *window = app_fixture_show (fixture, page);
  ui_wait_text (page, CHAT);
  MaqLibraryItem *item = maq_library_find (fixture->library, MAQ_REPO_KIND_MODEL, CHAT);
  ui_wait (has_variants, item, 10000);
  g_autofree char *path = g_strdup (((MaqVariant *) maq_library_item_get_variants (item)->pdata[0])->paths[0]);
  maq_session_pool_get (pool, path);

  // Without a question: it is unloaded, and can be had back.
  gtk_widget_activate_action (GTK_WIDGET (page), "library.delete-repo", "s", "hf://" CHAT);
  g_assert_null (maq_session_pool_find (pool, path));
  ui_wait_text (window, "Unloaded and deleted " CHAT " · frees ");
  g_assert_null (ui_find (window, ADW_TYPE_ALERT_DIALOG, NULL));
  ui_wait_text (page, "The Library Is Empty");
  ui_click (window, "Undo");
  ui_wait_text (page, CHAT);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  ui_hide (window, page);
}

static gboolean
has_file (gpointer path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

// A file that is on the disk already becomes one of the library, if the repo has it.
static void
test_import (AppFixture   *fixture,
             gconstpointer data)
{
  g_autofree char *model = g_build_filename (g_getenv ("MAQ_DATA_DIR"), "demo/weights/pebble-embed-GGUF/README.md", NULL);
  g_autofree char *copy = g_build_filename (fixture->folder, "renamed.md", NULL);
  g_autofree char *other = g_build_filename (fixture->folder, "other.bin", NULL);
  g_autofree char *snapshot = maq_cache_dup_repo_path (fixture->cache, MAQ_REPO_KIND_MODEL, EMBED);
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  g_autoptr (GFile) readme = g_file_new_for_path (copy);
  g_autoptr (GFile) stranger = g_file_new_for_path (other);
  g_autofree char *text = NULL;
  gsize            length = 0;

  g_assert_true (g_file_get_contents (model, &text, &length, NULL));
  g_assert_true (g_file_set_contents (copy, text, length, NULL));
  g_assert_true (g_file_set_contents (other, "nobody has this", -1, NULL));
  MaqLibraryPage *page = new_page (fixture);
  GtkWindow      *window = app_fixture_show (fixture, page);
  gtk_widget_activate_action (GTK_WIDGET (page), "library.import", NULL);
  ui_wait_text (window, "None selected");
  GtkWidget *dialog = ui_find (window, MAQ_TYPE_LIBRARY_IMPORT_DIALOG, NULL);
  g_assert_false (gtk_widget_is_sensitive (ui_find (dialog, GTK_TYPE_BUTTON, "_Import")));
  g_list_store_append (files, readme);
  g_list_store_append (files, stranger);
  maq_library_import_dialog_add_files (MAQ_LIBRARY_IMPORT_DIALOG (dialog), G_LIST_MODEL (files));
  ui_wait_text (window, "2 files");
  GtkEditable *entry = ui_find (dialog, ADW_TYPE_ENTRY_ROW, NULL);
  gtk_editable_set_text (entry, "not a repo at all");
  ui_click (dialog, "_Import");
  ui_wait_text (dialog, "This is not the name or address of a repository.");
  gtk_editable_set_text (entry, EMBED);
  ui_wait_gone (dialog, "This is not the name");
  ui_click (dialog, "_Import");
  ui_wait_text (window, "1 File Imported");
  ui_wait_text (window, "The repo has no file with the content of “other.bin”.");
  ui_wait (has_file, snapshot, 5000);
  ui_wait_text (page, EMBED);
  g_assert_true (g_file_test (copy, G_FILE_TEST_EXISTS));
  ui_click (window, "_Close");
  ui_wait_gone (window, "1 File Imported");
  ui_hide (window, page);
}

// --- The portal that opens folders, on a connection and a thread of its own since GTK waits for it ---

#define PORTAL "/org/freedesktop/portal/desktop"

static const char portal_xml[] = "<node><interface name='org.freedesktop.portal.OpenURI'><property name='version' type='u' access='read'/>"
                                 "<method name='OpenDirectory'><arg type='s' direction='in'/><arg type='h' direction='in'/>"
                                 "<arg type='a{sv}' direction='in'/><arg type='o' direction='out'/></method></interface></node>";

typedef struct
{
  GMainContext *context;
  GMainLoop    *loop;
  GThread      *thread;
  int           answer; // 0: opened; 2: it could not
  char         *opened; // the place that was asked for
} Portal;

static void
open_directory_cb (GDBusConnection       *bus,
                   const char            *sender,
                   const char            *object,
                   const char            *interface,
                   const char            *method,
                   GVariant              *parameters,
                   GDBusMethodInvocation *invocation,
                   gpointer               data)
{
  Portal      *portal = data;
  GUnixFDList *fds = g_dbus_message_get_unix_fd_list (g_dbus_method_invocation_get_message (invocation));
  g_autoptr (GVariant) options = g_variant_get_child_value (parameters, 2);
  g_autofd int     fd = g_unix_fd_list_get (fds, 0, NULL);
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *name = g_strdelimit (g_strdup (sender + 1), ".", '_');
  const char      *token = "t";

  g_variant_lookup (options, "handle_token", "&s", &token);
  g_autofree char *request = g_strdup_printf (PORTAL "/request/%s/%s", name, token);
  g_atomic_pointer_set (&portal->opened, g_file_read_link (link, NULL));
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", request));
  g_dbus_connection_emit_signal (bus, sender, request, "org.freedesktop.portal.Request", "Response", g_variant_new ("(ua{sv})", g_atomic_int_get (&portal->answer), NULL), NULL);
}

static GVariant *
get_version_cb (GDBusConnection *bus,
                const char      *sender,
                const char      *object,
                const char      *interface,
                const char      *property,
                GError         **error,
                gpointer         data)
{
  return g_variant_new_uint32 (3);
}

static gpointer
portal_thread (gpointer data)
{
  Portal                    *portal = data;
  const GDBusInterfaceVTable table = { .method_call = open_directory_cb, .get_property = get_version_cb };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (portal_xml, NULL);

  g_main_context_push_thread_default (portal->context);
  g_autoptr (GDBusConnection) bus = g_dbus_connection_new_for_address_sync (g_getenv ("DBUS_SESSION_BUS_ADDRESS"), G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, NULL);
  g_dbus_connection_register_object (bus, PORTAL, node->interfaces[0], &table, portal, NULL, NULL);
  g_bus_own_name_on_connection (bus, "org.freedesktop.portal.Desktop", G_BUS_NAME_OWNER_FLAGS_NONE, NULL, NULL, NULL, NULL);
  g_main_loop_run (portal->loop);
  g_main_context_pop_thread_default (portal->context);
  return NULL;
}

static gboolean
was_asked (gpointer data)
{
  return g_atomic_pointer_get (&((Portal *) data)->opened) != NULL;
}

static void
test_show_in_files (AppFixture   *fixture,
                    gconstpointer data)
{
  Portal portal = { .context = g_main_context_new () };

  portal.loop = g_main_loop_new (portal.context, FALSE);
  portal.thread = g_thread_new ("portal", portal_thread, &portal);
  app_fixture_fetch (fixture, EMBED);
  MaqLibraryPage *page = new_page (fixture);
  GtkWindow      *window = app_fixture_show (fixture, page);
  ui_wait_text (page, EMBED);
  gtk_widget_activate_action (GTK_WIDGET (page), "library.show-files", "s", "hf://" EMBED);
  ui_wait (was_asked, &portal, 10000);
  g_assert_true (g_str_has_suffix (portal.opened, "/models--maquette--pebble-embed-GGUF/snapshots"));
  ui_run (300);
  g_assert_false (ui_shows (window, "No file manager could be opened"));

  g_atomic_int_set (&portal.answer, 2);
  gtk_widget_activate_action (GTK_WIDGET (page), "library.show-files", "s", "hf://" EMBED);
  ui_wait_text (window, "No file manager could be opened");
  ui_hide (window, page);
  g_main_loop_quit (portal.loop);
  g_thread_join (portal.thread);
  g_main_loop_unref (portal.loop);
  g_main_context_unref (portal.context);
  g_free (portal.opened);
}

int
main (int   argc,
      char *argv[])
{
  app_fixture_init (&argc, &argv);
#define ADD(path, test) g_test_add (path, AppFixture, NULL, set_up, test, tear_down)
  ADD ("/app/library-care/verify-repair-clean-up", test_care);
  ADD ("/app/library-care/what-repos-share", test_shared);
  ADD ("/app/library-care/stopped", test_stopped);
  ADD ("/app/library-care/what-is-loaded", test_loaded);
  ADD ("/app/library-care/import", test_import);
  ADD ("/app/library-care/show-in-files", test_show_in_files);
  return g_test_run ();
}
