// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-stream.h"

static void
send_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      data)
{
  g_autoptr (DexPromise) promise = data;
  GError       *error = NULL;
  GInputStream *stream = soup_session_send_finish (SOUP_SESSION (object), result, &error);

  if (stream != NULL)
    dex_promise_resolve_object (promise, stream);
  else
    dex_promise_reject (promise, error);
}

DexFuture *
maq_hub_stream_send (SoupSession *session,
                     SoupMessage *message)
{
  DexPromise *promise = dex_promise_new_cancellable ();

  soup_session_send_async (session, message, G_PRIORITY_DEFAULT, dex_promise_get_cancellable (promise), send_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}

static void
read_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      data)
{
  g_autoptr (DexPromise) promise = data;
  GError *error = NULL;
  GBytes *bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, &error);

  if (bytes != NULL)
    dex_promise_resolve_boxed (promise, G_TYPE_BYTES, bytes);
  else
    dex_promise_reject (promise, error);
}

DexFuture *
maq_hub_stream_read (GInputStream *stream,
                     gsize         max_bytes)
{
  DexPromise *promise = dex_promise_new_cancellable ();

  g_input_stream_read_bytes_async (stream, max_bytes, G_PRIORITY_DEFAULT, dex_promise_get_cancellable (promise), read_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}
