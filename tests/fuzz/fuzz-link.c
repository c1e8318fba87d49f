// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "fuzz.h"
#include "maq-hub-gate.h"
#include "maq-hub-link.h"

// Link, RateLimit and Retry-After headers, and addresses of redirects.

static void
check_address (const char *address)
{
  g_autoptr (GUri) uri = maq_hub_link_parse (address, NULL);
  g_assert_nonnull (uri);
  g_assert_true (strcmp (g_uri_get_scheme (uri), "http") == 0 || strcmp (g_uri_get_scheme (uri), "https") == 0);
  g_assert_null (g_uri_get_user (uri));
  g_assert_nonnull (g_uri_get_host (uri));
  g_assert_cmpstr (g_uri_get_host (uri), !=, "");
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  static const char base[] = "https://huggingface.co/api/models?limit=1";
  g_autofree char  *text = fuzz_dup_text (data, size);
  g_autoptr (GUri) start = maq_hub_link_parse (base, NULL);
  MaqHubBucket bucket;
  gint64       left, after;

  g_autofree char *next = maq_hub_link_find (text, "next", base);
  if (next != NULL)
    {
      g_autofree char *rebased = maq_hub_link_rebase (next, "http://127.0.0.1:8080/mirror");
      g_assert_true (rebased == NULL || g_str_has_prefix (rebased, "http://127.0.0.1:8080/mirror/") || g_str_has_prefix (rebased, "http://127.0.0.1:8080/mirror?") || strcmp (rebased, "http://127.0.0.1:8080/mirror") == 0);
    }

  g_autoptr (GUri) target = maq_hub_link_parse (text, start);
  if (target != NULL)
    {
      g_autofree char *address = g_uri_to_string (target);
      g_autoptr (GUri) kept = maq_hub_link_keep_query (target, start);
      check_address (address);
      maq_hub_link_same_origin (target, start);
    }

  if (maq_hub_rate_limit_parse (text, &bucket, &left, &after))
    g_assert_true (bucket < MAQ_HUB_N_BUCKETS && left >= 0 && after >= 0);
  g_assert_cmpint (maq_hub_retry_after_parse (text, 1700000000), >=, -1);
  maq_hub_bucket_for_path (text);
  return 0;
}

void
fuzz_add_seeds (FuzzAdd add)
{
  static const char *const texts[] = {
    "<https://huggingface.co/api/models?cursor=abc%3D&limit=1>; rel=\"next\"",
    "<https://huggingface.co/a>; rel=prev, </api/b?x=1>; title=\"a,b;c\"; rel=\"next last\"",
    "https://user:secret@cdn.example:8443/x/y?sig=1#part",
    "//[::1]:80/x",
    "../../x",
    "\"api\";r=12;t=200",
    "\"resolvers\";r=0;t=299, \"pages\";r=3",
    "120",
    "Wed, 21 Oct 2026 07:28:00 GMT",
    "data:text/plain,x",
    NULL,
  };
  fuzz_add_texts (add, texts);
}
