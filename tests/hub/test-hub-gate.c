// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-gate.h"

static void
test_headers (void)
{
  static const char *const bad[] = { "", "api", "\"api\"", "\"api\";r=1", "\"api\";t=1", "\"other\";r=1;t=1", "\"api\";r=x;t=1", "\"api\";r=-1;t=5", "\"api\";r=99999999999999999999;t=1" };
  MaqHubBucket             bucket;
  gint64                   left, seconds;

  g_assert_true (maq_hub_rate_limit_parse ("\"api\";r=999;t=295", &bucket, &left, &seconds));
  g_assert_cmpint (bucket, ==, MAQ_HUB_BUCKET_API);
  g_assert_cmpint (left, ==, 999);
  g_assert_cmpint (seconds, ==, 295);
  g_assert_true (maq_hub_rate_limit_parse (" \"resolvers\" ; t=3 ; r=0", &bucket, &left, &seconds));
  g_assert_cmpint (bucket, ==, MAQ_HUB_BUCKET_RESOLVERS);
  g_assert_cmpint (left, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (maq_hub_rate_limit_parse (bad[i], &bucket, &left, &seconds));
  g_assert_false (maq_hub_rate_limit_parse (NULL, &bucket, &left, &seconds));

  g_assert_cmpint (maq_hub_retry_after_parse ("120", 0), ==, 120);
  g_assert_cmpint (maq_hub_retry_after_parse ("Fri, 21 Mar 2025 13:47:23 GMT", 1742564833), ==, 10);
  g_assert_cmpint (maq_hub_retry_after_parse ("Fri, 21 Mar 2025 13:47:23 GMT", 1842564833), ==, 0);
  g_assert_cmpint (maq_hub_retry_after_parse ("soon", 0), ==, -1);
  g_assert_cmpint (maq_hub_retry_after_parse ("-5", 0), ==, -1);
  g_assert_cmpint (maq_hub_retry_after_parse (NULL, 0), ==, -1);
}

static void
test_gates (void)
{
  MaqHubGate gate;

  maq_hub_gate_init (&gate);
  g_assert_cmpint (maq_hub_gate_get_wait (&gate, MAQ_HUB_BUCKET_API, 1000), ==, 0);
  maq_hub_gate_shut (&gate, MAQ_HUB_BUCKET_API, 2, 1000);
  g_assert_cmpint (maq_hub_gate_get_wait (&gate, MAQ_HUB_BUCKET_API, 1000), ==, 2000000);
  g_assert_cmpint (maq_hub_gate_get_wait (&gate, MAQ_HUB_BUCKET_API, 1501000), ==, 500000);
  g_assert_cmpint (maq_hub_gate_get_wait (&gate, MAQ_HUB_BUCKET_API, 2001000), ==, 0);
  g_assert_cmpint (maq_hub_gate_get_wait (&gate, MAQ_HUB_BUCKET_RESOLVERS, 1000), ==, 0);

  // Nothing makes the wait shorter, and nothing makes it endless.
  maq_hub_gate_shut (&gate, MAQ_HUB_BUCKET_API, 1, 1000);
  g_assert_cmpint (maq_hub_gate_get_wait (&gate, MAQ_HUB_BUCKET_API, 1000), ==, 2000000);
  maq_hub_gate_shut (&gate, MAQ_HUB_BUCKET_API, 1e30, 1000);
  g_assert_cmpint (maq_hub_gate_get_wait (&gate, MAQ_HUB_BUCKET_API, 1000), ==, 3600ll * G_USEC_PER_SEC);
  maq_hub_gate_clear (&gate);
}

static void
test_buckets (void)
{
  g_assert_cmpint (maq_hub_bucket_for_path ("/api/models"), ==, MAQ_HUB_BUCKET_API);
  g_assert_cmpint (maq_hub_bucket_for_path ("/a/b/resolve/main/x"), ==, MAQ_HUB_BUCKET_RESOLVERS);
  g_assert_cmpint (maq_hub_bucket_for_path ("/datasets/a/b/resolve/main/api/x"), ==, MAQ_HUB_BUCKET_RESOLVERS);
  g_assert_cmpint (maq_hub_bucket_for_path ("/avatars/x.svg"), ==, MAQ_HUB_BUCKET_PAGES);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hub/gate/reads-the-headers", test_headers);
  g_test_add_func ("/hub/gate/shuts-one-bucket-for-a-time", test_gates);
  g_test_add_func ("/hub/gate/buckets", test_buckets);
  return g_test_run ();
}
