// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-link.h"

static void
test_find (void)
{
  static const struct
  {
    const char *header;
    const char *expected;
  } cases[] = {
    { "<https://hub/api/models?cursor=a%3D&limit=2>; rel=\"next\"", "https://hub/api/models?cursor=a%3D&limit=2" },
    { "<https://hub/x>; rel=next", "https://hub/x" },
    { "<https://hub/x>;rel = \"next\"", "https://hub/x" },
    { "<https://hub/x>; REL=\"Next\"; title=\"a, b; rel=prev\"", "https://hub/x" },
    { "<https://hub/a>; rel=\"xet-auth\", <https://hub/b>; rel=\"next\"", "https://hub/b" },
    { "<https://hub/a>; title=\"x, <y>; rel=\\\"next\\\"\", <https://hub/b>; rel=\"prev next\"", "https://hub/b" },
    { "</api/spaces/x/y/commits/main?p=1>; rel=\"next\"", "https://hub/api/spaces/x/y/commits/main?p=1" },
    { "<?p=1>; rel=\"next\"", "https://hub/api/models?p=1" },
    { "<https://hub/x>; rel=\"prev\"", NULL },
    { "<https://hub/x>; rel=\"nextish\"", NULL },
    { "<https://hub/x", NULL },
    { "<>; rel=", NULL },
    { "<file:///etc/passwd>; rel=\"next\"", NULL },
    { "https://hub/x; rel=\"next\"", NULL },
    { "", NULL },
    { NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *found = maq_hub_link_find (cases[i].header, "next", "https://hub/api/models?x=1");
      g_test_message ("%s", cases[i].header);
      g_assert_cmpstr (found, ==, cases[i].expected);
    }
}

static void
test_rebase (void)
{
  static const struct
  {
    const char *address;
    const char *endpoint;
    const char *expected;
  } cases[] = {
    { "https://huggingface.co/api/models?cursor=a%3D%3D", "http://127.0.0.1:8080", "http://127.0.0.1:8080/api/models?cursor=a%3D%3D" },
    { "https://huggingface.co/api/models?c=1", "https://mirror.org/hf", "https://mirror.org/hf/api/models?c=1" },
    { "https://mirror.org/hf/api/models?c=1", "https://mirror.org/hf", "https://mirror.org/hf/api/models?c=1" },
    { "https://mirror.org/hfx/models", "https://mirror.org/hf", "https://mirror.org/hf/hfx/models" },
    { "https://user:pass@evil/api?c=1#f", "https://huggingface.co", "https://huggingface.co/api?c=1" },
    { "ftp://x/y", "https://huggingface.co", NULL },
    { "nothing", "https://huggingface.co", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *rebased = maq_hub_link_rebase (cases[i].address, cases[i].endpoint);
      g_assert_cmpstr (rebased, ==, cases[i].expected);
    }
}

static void
test_origins (void)
{
  static const struct
  {
    const char *a;
    const char *b;
    gboolean    same;
  } cases[] = {
    { "https://hub/a", "https://HUB:443/b?c", TRUE },
    { "http://hub/", "http://hub:80/", TRUE },
    { "https://hub/", "http://hub/", FALSE },
    { "https://hub/", "https://hub:8443/", FALSE },
    { "https://hub/", "https://hub.evil/", FALSE },
    { "https://hub/", "https://evilhub/", FALSE },
    { "https://hub/", "https://hub@evil/", FALSE },
    { "https://hub/", "https://evil/hub", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GUri) a = maq_hub_link_parse (cases[i].a, NULL);
      g_autoptr (GUri) b = maq_hub_link_parse (cases[i].b, NULL);
      g_assert_true (maq_hub_link_same_origin (a, b) == cases[i].same);
    }
}

static void
test_parse_refuses (void)
{
  static const char *const bad[] = { "", "x", "/a", "file:///a", "data:text/plain,x", "javascript:alert(1)", "ftp://a/b", "https://", "http:///x", "https://a\nb/", "https://a/\x01", "\xff", "https://a=\"b,c;d\"; <e/", "https://a b/", "https://[: 1]/x", "https://a%20b/", "https://a;b" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (maq_hub_link_parse (bad[i], NULL));
  g_assert_null (maq_hub_link_parse (NULL, NULL));

  static const char *const good[] = { "https://hub/", "http://127.0.0.1:80/x", "http://[::1]:80/x", "https://b\xc3\xbc"
                                                                                                    "cher.example/",
                                      "https://a_b-c.example/" };
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GUri) uri = maq_hub_link_parse (good[i], NULL);
      g_assert_nonnull (uri);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hub/link/finds-the-entry-by-its-relation", test_find);
  g_test_add_func ("/hub/link/moves-to-the-chosen-host", test_rebase);
  g_test_add_func ("/hub/link/origins", test_origins);
  g_test_add_func ("/hub/link/refuses-what-is-not-http", test_parse_refuses);
  return g_test_run ();
}
