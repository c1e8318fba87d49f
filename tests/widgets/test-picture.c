// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-picture.h"
#include "maq-ui-fixture.h"

static gboolean
is_over (gpointer future)
{
  return !dex_future_is_pending (future);
}

static GdkTexture *
decode (const char *text,
        gsize       size,
        GError    **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, size);
  g_autoptr (DexFuture) future = maq_picture_decode (bytes, 32);

  ui_wait (is_over, future, 30000);
  const GValue *value = dex_future_get_value (future, error);
  return value != NULL ? g_value_dup_object (value) : NULL;
}

static const char svg[] = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"96\" height=\"96\"><rect width=\"96\" height=\"96\" fill=\"#ff0000\"/></svg>";

static void
test_picture (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture = decode (svg, strlen (svg), &error);
  guchar pixel[4];

  // Where no sandbox starts there is no picture, rather than one that was decoded without.
  if (texture == NULL)
    {
      g_assert_nonnull (error);
      g_test_skip (error->message);
      return;
    }
  g_assert_cmpint (gdk_texture_get_width (texture), ==, 32);
  g_assert_cmpint (gdk_texture_get_height (texture), ==, 32);
  g_autoptr (GdkTextureDownloader) downloader = gdk_texture_downloader_new (texture);
  gsize stride;
  gdk_texture_downloader_set_format (downloader, GDK_MEMORY_R8G8B8A8);
  g_autoptr (GBytes) pixels = gdk_texture_downloader_download_bytes (downloader, &stride);
  memcpy (pixel, (const guchar *) g_bytes_get_data (pixels, NULL) + 16 * stride + 16 * 4, 4);
  g_assert_cmpint (pixel[0], ==, 255);
  g_assert_cmpint (pixel[1], ==, 0);
  g_assert_cmpint (pixel[3], ==, 255);
}

static void
test_none (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (decode ("<!DOCTYPE html><html><body>Sign in</body></html>", 48, &error));
  g_assert_nonnull (error);
}

// Its size is asked for before anything is decoded.
static void
test_too_large (void)
{
  g_autofree char *large = g_strdup_printf ("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\"></svg>", 5000, 5000);
  g_autoptr (GError) error = NULL;

  g_assert_null (decode (large, strlen (large), &error));
  g_assert_nonnull (error);
}

// Nobody waits for it any more.
static void
test_dropped (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (svg, strlen (svg));

  dex_unref (maq_picture_decode (bytes, 32));
  ui_run (300);
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  g_test_add_func ("/widgets/picture/is-decoded-in-a-sandbox", test_picture);
  g_test_add_func ("/widgets/picture/what-is-none", test_none);
  g_test_add_func ("/widgets/picture/too-large", test_too_large);
  g_test_add_func ("/widgets/picture/dropped", test_dropped);
  return g_test_run ();
}
