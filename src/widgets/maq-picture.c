// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-picture.h"

#include <glycin.h>

// glycin has no limit of its own. What it takes is known before anything is decoded.
#define MAX_PIXELS (16 * 1000 * 1000)

typedef struct
{
  DexPromise *promise;
  guint       size;
} Decoding;

static void
decoding_free (Decoding *self)
{
  dex_unref (self->promise);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Decoding, decoding_free)

static GdkTexture *
make_texture (GlyFrame *frame)
{
  GBytes *pixels = gly_frame_get_buf_bytes (frame);

  return gdk_memory_texture_new ((int) gly_frame_get_width (frame), (int) gly_frame_get_height (frame), GDK_MEMORY_R8G8B8A8_PREMULTIPLIED, pixels, gly_frame_get_stride (frame));
}

static void
frame_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      data)
{
  g_autoptr (Decoding) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GlyFrame) frame = gly_image_get_specific_frame_finish (GLY_IMAGE (object), result, &error);

  if (frame != NULL)
    dex_promise_resolve_object (self->promise, make_texture (frame));
  else
    dex_promise_reject (self->promise, g_steal_pointer (&error));
}

static void
image_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      data)
{
  g_autoptr (Decoding) self = data;
  GError *error = NULL;
  g_autoptr (GlyImage) image = gly_loader_load_finish (GLY_LOADER (object), result, &error);

  if (image == NULL)
    {
      dex_promise_reject (self->promise, error);
      return;
    }
  guint64 width = gly_image_get_width (image);
  guint64 height = gly_image_get_height (image);
  if (width == 0 || height == 0 || width * height > MAX_PIXELS)
    {
      dex_promise_reject (self->promise, g_error_new (G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, "A picture of %" G_GUINT64_FORMAT " × %" G_GUINT64_FORMAT " pixels", width, height));
      return;
    }
  g_autoptr (GlyFrameRequest) request = gly_frame_request_new ();
  GCancellable *cancellable = dex_promise_get_cancellable (self->promise);
  gly_frame_request_set_scale (request, self->size, self->size);
  gly_image_get_specific_frame_async (image, request, cancellable, frame_cb, g_steal_pointer (&self));
}

DexFuture *
maq_picture_decode (GBytes *bytes,
                    guint   size)
{
  dex_return_error_if_fail (bytes != NULL);
  dex_return_error_if_fail (size > 0);

  g_autoptr (GlyLoader) loader = gly_loader_new_for_bytes (bytes);
  gboolean    in_flatpak = g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS);
  DexPromise *promise = dex_promise_new_cancellable ();
  Decoding   *decoding = g_new0 (Decoding, 1);

  decoding->promise = dex_ref (promise);
  decoding->size = size;
  // Left to itself glycin goes on without a sandbox where it cannot start one.
  gly_loader_set_sandbox_selector (loader, in_flatpak ? GLY_SANDBOX_SELECTOR_FLATPAK_SPAWN : GLY_SANDBOX_SELECTOR_BWRAP);
  gly_loader_set_accepted_memory_formats (loader, GLY_MEMORY_SELECTION_R8G8B8A8_PREMULTIPLIED);
  gly_loader_load_async (loader, dex_promise_get_cancellable (promise), image_cb, decoding);
  return DEX_FUTURE (promise);
}
