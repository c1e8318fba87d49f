// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <libdex.h>

#include "maq-hub-client-private.h"
#include "maq-test-server.h"

// What the tests of the client share: a server, a client for it that tries again soon, and waiting for futures without a fiber.

G_BEGIN_DECLS

typedef struct
{
  MaqTestServer *server;
  MaqTestServer *other; // another origin
  MaqHubClient  *client;
} HubFixture;

#define HUB_TOKEN "hf_abcdefghijklmnopqrstuvwxyz"

static inline void
hub_fixture_setup (HubFixture   *self,
                   gconstpointer data)
{
  const MaqHubLimits limits = { .deadline = 5000, .stall = 5000, .backoff = 10, .max_tries = 3 };

  self->server = maq_test_server_new ();
  self->other = maq_test_server_new ();
  self->client = maq_hub_client_new (maq_test_server_get_address (self->server));
  maq_hub_client_set_limits (self->client, &limits);
  maq_hub_client_set_token (self->client, HUB_TOKEN, maq_hub_client_get_endpoint (self->client));
}

static inline void
hub_fixture_teardown (HubFixture   *self,
                      gconstpointer data)
{
  g_clear_object (&self->client);
  g_clear_pointer (&self->server, maq_test_server_free);
  g_clear_pointer (&self->other, maq_test_server_free);
}

// Runs the main loop until FUTURE is done; 20 s at most.
static inline void
hub_wait (DexFuture *future)
{
  gint64 end = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  while (dex_future_is_pending (future) && g_get_monotonic_time () < end)
    {
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (500);
    }
  g_assert_false (dex_future_is_pending (future));
}

// Runs the main loop for MSEC.
static inline void
hub_idle (guint msec)
{
  gint64 end = g_get_monotonic_time () + msec * 1000ll;

  while (g_get_monotonic_time () < end)
    {
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (500);
    }
}

// The boxed result of FUTURE, which must be one; takes FUTURE.
static inline gpointer
hub_take_boxed (DexFuture *future)
{
  g_autoptr (DexFuture) owned = future;
  g_autoptr (GError) error = NULL;

  hub_wait (owned);
  const GValue *value = dex_future_get_value (owned, &error);
  g_assert_no_error (error);
  return g_value_dup_boxed (value);
}

static inline gpointer
hub_take_object (DexFuture *future)
{
  g_autoptr (DexFuture) owned = future;
  g_autoptr (GError) error = NULL;

  hub_wait (owned);
  const GValue *value = dex_future_get_value (owned, &error);
  g_assert_no_error (error);
  return g_value_dup_object (value);
}

// The error of FUTURE, which must be one; takes FUTURE.
static inline GError *
hub_take_error (DexFuture *future)
{
  g_autoptr (DexFuture) owned = future;
  GError *error = NULL;

  hub_wait (owned);
  g_assert_null (dex_future_get_value (owned, &error));
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  return error;
}

#define hub_assert_fails(future, code_)                    \
  G_STMT_START                                             \
  {                                                        \
    g_autoptr (GError) error_ = hub_take_error (future);   \
    g_assert_error (error_, MAQ_HUB_ERROR, (int) (code_)); \
    g_assert_null (strstr (error_->message, HUB_TOKEN));   \
  }                                                        \
  G_STMT_END

G_END_DECLS
