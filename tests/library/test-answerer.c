// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <glib/gstdio.h>
#include <string.h>

#include "maq-answerer.h"
#include "maq-fake-engine.h"

// Real store, real answerer, the fake engine.

static MaqChatStore *store;

static char *
make_weights (const char *name)
{
  char *path = g_build_filename (g_get_home_dir (), name, NULL);

  g_assert_true (g_file_set_contents (path, "weights", -1, NULL));
  return path;
}

static MaqChat *
new_chat (const char *path)
{
  MaqChat *chat = maq_chat_store_add (store);

  maq_chat_set_model (chat, "owner/name:Q8_0", path);
  return chat;
}

static MaqChatMessage *
last_message (MaqChat *chat)
{
  g_autoptr (MaqChatMessage) message = g_list_model_get_item (G_LIST_MODEL (chat), g_list_model_get_n_items (G_LIST_MODEL (chat)) - 1);

  g_assert_nonnull (message);
  return message;
}

static void
wait_until_answered (MaqChat *chat)
{
  for (int i = 0; i < 1000 && maq_chat_get_answering (chat); i++)
    dex_await (dex_timeout_new_msec (10), NULL);
  g_assert_false (maq_chat_get_answering (chat));
}

static void
ask (MaqAnswerer *answerer, MaqChat *chat, const char *question)
{
  maq_chat_add_message (chat, "user", question);
  maq_answerer_answer (answerer, chat);
}

static void
test_answers (void)
{
  g_autofree char *path = make_weights ("good.gguf");
  g_autoptr (MaqEngine) engine = maq_fake_engine_new ();
  g_autoptr (MaqAnswerer) answerer = maq_answerer_new (engine, NULL);
  MaqChat    *chat = new_chat (path);
  MaqSession *session;

  ask (answerer, chat, "Hello there");
  g_assert_true (maq_chat_get_answering (chat));
  wait_until_answered (chat);
  g_assert_cmpstr (maq_chat_message_get_content (last_message (chat)), ==, "You said: Hello there");
  g_assert_nonnull (strstr (maq_chat_message_get_stats (last_message (chat)), "tokens/s"));
  // The engine of the tests answers in milliseconds, which must not read as no time at all.
  g_assert_true (g_regex_match_simple ("^[0-9]+ tokens/s · [0-9]+ tokens · [1-9][0-9]* ms to first token$", maq_chat_message_get_stats (last_message (chat)), 0, 0) ||
                 g_regex_match_simple ("^[0-9]+\\.[0-9] tokens/s · [0-9]+ tokens · [1-9][0-9]* ms to first token$", maq_chat_message_get_stats (last_message (chat)), 0, 0));
  g_assert_null (maq_chat_message_get_error (last_message (chat)));

  session = maq_session_pool_find (maq_answerer_get_pool (answerer), path);
  g_assert_nonnull (session);
  ask (answerer, chat, "Again");
  wait_until_answered (chat);
  g_assert_cmpstr (maq_chat_message_get_content (last_message (chat)), ==, "You said: Again");
  g_assert_true (maq_session_pool_find (maq_answerer_get_pool (answerer), path) == session);
}

static void
test_missing_model (void)
{
  g_autoptr (MaqEngine) engine = maq_fake_engine_new ();
  g_autoptr (MaqAnswerer) answerer = maq_answerer_new (engine, NULL);
  MaqChat *chat = new_chat ("/nowhere/gone.gguf");
  MaqChat *without = maq_chat_store_add (store);

  ask (answerer, chat, "Hello");
  wait_until_answered (chat);
  g_assert_nonnull (strstr (maq_chat_message_get_error (last_message (chat)), "owner/name:Q8_0"));
  ask (answerer, without, "Hello");
  wait_until_answered (without);
  g_assert_nonnull (maq_chat_message_get_error (last_message (without)));
}

static void
test_broken_model (void)
{
  g_autofree char *path = make_weights ("broken.gguf");
  g_autoptr (MaqEngine) engine = maq_fake_engine_new ();
  g_autoptr (MaqAnswerer) answerer = maq_answerer_new (engine, NULL);
  MaqChat *chat = new_chat (path);

  ask (answerer, chat, "Hello");
  wait_until_answered (chat);
  g_assert_nonnull (strstr (maq_chat_message_get_error (last_message (chat)), "damaged"));
  g_assert_null (maq_session_pool_find (maq_answerer_get_pool (answerer), path));
}

static void
test_crash_leaves_the_chat_usable (void)
{
  g_autofree char *path = make_weights ("crash.gguf");
  g_autofree char *good = make_weights ("good.gguf");
  g_autoptr (MaqEngine) engine = maq_fake_engine_new ();
  g_autoptr (MaqAnswerer) answerer = maq_answerer_new (engine, NULL);
  MaqChat *chat = new_chat (path);

  ask (answerer, chat, "one two three four");
  wait_until_answered (chat);
  g_assert_true (g_str_has_prefix (maq_chat_message_get_content (last_message (chat)), "You said:"));
  g_assert_nonnull (maq_chat_message_get_error (last_message (chat)));
  g_assert_null (maq_session_pool_find (maq_answerer_get_pool (answerer), path));

  // It is loaded again for the next question, and another model is as good.
  ask (answerer, chat, "short");
  wait_until_answered (chat);
  g_assert_cmpstr (maq_chat_message_get_content (last_message (chat)), ==, "You said: short");
  maq_chat_set_model (chat, "owner/good:Q8_0", good);
  ask (answerer, chat, "and now");
  wait_until_answered (chat);
  g_assert_cmpstr (maq_chat_message_get_content (last_message (chat)), ==, "You said: and now");
  g_assert_null (maq_session_pool_find (maq_answerer_get_pool (answerer), path));
}

// Asks the last question once more.
static void
ask_again (MaqAnswerer *answerer, MaqChat *chat)
{
  maq_chat_rewind (chat, last_message (chat));
  maq_answerer_answer (answerer, chat);
  wait_until_answered (chat);
}

static void
test_what_fails_every_time_is_not_tried_again (void)
{
  g_autofree char *path = make_weights ("crash.gguf");
  g_autofree char *good = make_weights ("good.gguf");
  g_autofree char *broken = make_weights ("broken.gguf");
  g_autoptr (MaqEngine) engine = maq_fake_engine_new ();
  g_autoptr (MaqAnswerer) answerer = maq_answerer_new (engine, NULL);
  MaqChat *chat = new_chat (path);
  MaqChat *damaged = new_chat (broken);
  MaqChat *without = maq_chat_store_add (store);

  // Once may be an accident, twice is none.
  ask (answerer, chat, "one two three four");
  wait_until_answered (chat);
  g_assert_true (maq_chat_can_retry (chat));
  ask_again (answerer, chat);
  g_assert_false (maq_chat_can_retry (chat));
  g_assert_nonnull (strstr (maq_chat_message_get_error (last_message (chat)), "every time"));
  // With another model it may be answered, and another question may be.
  maq_chat_set_model (chat, "owner/good:Q8_0", good);
  g_assert_true (maq_chat_can_retry (chat));
  maq_chat_set_model (chat, "owner/name:Q8_0", path);
  g_assert_false (maq_chat_can_retry (chat));
  ask (answerer, chat, "one two three four");
  wait_until_answered (chat);
  g_assert_true (maq_chat_can_retry (chat));

  // What is wrong with the model itself stays wrong.
  ask (answerer, damaged, "Hello");
  wait_until_answered (damaged);
  g_assert_false (maq_chat_can_retry (damaged));
  ask (answerer, without, "Hello");
  wait_until_answered (without);
  g_assert_false (maq_chat_can_retry (without));
  maq_chat_set_model (without, "owner/good:Q8_0", good);
  g_assert_true (maq_chat_can_retry (without));
}

static void
test_stop (void)
{
  g_autofree char *path = make_weights ("slow.gguf");
  g_autoptr (MaqEngine) engine = maq_fake_engine_new ();
  g_autoptr (MaqAnswerer) answerer = maq_answerer_new (engine, NULL);
  MaqChat *chat = new_chat (path);
  gint64   begin;

  ask (answerer, chat, "a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h i j k l m n o p q r s t u v w x y z");
  while (maq_chat_message_get_length (last_message (chat)) < 12)
    dex_await (dex_timeout_new_msec (5), NULL);
  begin = g_get_monotonic_time ();
  maq_answerer_stop (answerer, chat);
  maq_answerer_stop (answerer, chat);
  wait_until_answered (chat);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, G_USEC_PER_SEC);
  g_assert_true (g_str_has_prefix (maq_chat_message_get_content (last_message (chat)), "You said:"));
  g_assert_null (strstr (maq_chat_message_get_content (last_message (chat)), "y z a b"));
  g_assert_null (maq_chat_message_get_error (last_message (chat)));

  ask (answerer, chat, "go on");
  wait_until_answered (chat);
  g_assert_cmpstr (maq_chat_message_get_content (last_message (chat)), ==, "You said: go on");
}

static void
test_stop_while_loading (void)
{
  g_autofree char *path = make_weights ("good.gguf");
  g_autoptr (MaqEngine) engine = maq_fake_engine_new ();
  g_autoptr (MaqAnswerer) answerer = maq_answerer_new (engine, NULL);
  MaqChat *chat = new_chat (path);

  ask (answerer, chat, "Hello");
  maq_answerer_stop (answerer, chat);
  wait_until_answered (chat);
  g_assert_cmpstr (maq_chat_message_get_content (last_message (chat)), ==, "");
  g_assert_nonnull (maq_chat_message_get_error (last_message (chat)));
}

static void
test_eject_while_answering (void)
{
  g_autofree char *path = make_weights ("slow.gguf");
  g_autoptr (MaqEngine) engine = maq_fake_engine_new ();
  g_autoptr (MaqAnswerer) answerer = maq_answerer_new (engine, NULL);
  MaqChat *chat = new_chat (path);

  ask (answerer, chat, "a b c d e f g h i j k l m n o p q r s t u v w x y z");
  while (maq_chat_message_get_length (last_message (chat)) < 5)
    dex_await (dex_timeout_new_msec (5), NULL);
  maq_session_pool_eject (maq_answerer_get_pool (answerer), path);
  g_assert_null (maq_session_pool_find (maq_answerer_get_pool (answerer), path));
  wait_until_answered (chat);
  g_assert_nonnull (maq_chat_message_get_error (last_message (chat)));
}

static void
test_two_chats_take_turns (void)
{
  g_autofree char *path = make_weights ("slow.gguf");
  g_autoptr (MaqEngine) engine = maq_fake_engine_new ();
  g_autoptr (MaqAnswerer) answerer = maq_answerer_new (engine, NULL);
  MaqChat *first = new_chat (path);
  MaqChat *second = new_chat (path);

  ask (answerer, first, "a b c d");
  ask (answerer, second, "e f g h");
  wait_until_answered (second);
  g_assert_false (maq_chat_get_answering (first));
  g_assert_cmpstr (maq_chat_message_get_content (last_message (first)), ==, "You said: a b c d");
  g_assert_cmpstr (maq_chat_message_get_content (last_message (second)), ==, "You said: e f g h");
}

static void
test_gone_while_answering (void)
{
  g_autofree char *path = make_weights ("slow.gguf");
  g_autoptr (MaqEngine) engine = maq_fake_engine_new ();
  MaqAnswerer *answerer = maq_answerer_new (engine, NULL);
  MaqChat     *chat = new_chat (path);

  ask (answerer, chat, "a b c d e f g");
  while (maq_chat_message_get_length (last_message (chat)) < 5)
    dex_await (dex_timeout_new_msec (5), NULL);
  g_assert_finalize_object (answerer);
  g_assert_false (maq_chat_get_answering (chat));
  dex_await (dex_timeout_new_msec (300), NULL);
}

int
main (int argc, char *argv[])
{
  g_autofree char *path = g_build_filename (g_get_home_dir (), "chats.sqlite", NULL);
  int              status;

  dex_init ();
  g_test_init (&argc, &argv, NULL);
  store = maq_chat_store_new (path);
  dex_test_add_func ("/library/answerer/answers", test_answers);
  dex_test_add_func ("/library/answerer/missing-model", test_missing_model);
  dex_test_add_func ("/library/answerer/broken-model", test_broken_model);
  dex_test_add_func ("/library/answerer/crash-leaves-the-chat-usable", test_crash_leaves_the_chat_usable);
  dex_test_add_func ("/library/answerer/what-fails-every-time-is-not-tried-again", test_what_fails_every_time_is_not_tried_again);
  dex_test_add_func ("/library/answerer/stop", test_stop);
  dex_test_add_func ("/library/answerer/stop-while-loading", test_stop_while_loading);
  dex_test_add_func ("/library/answerer/eject-while-answering", test_eject_while_answering);
  dex_test_add_func ("/library/answerer/two-chats-take-turns", test_two_chats_take_turns);
  dex_test_add_func ("/library/answerer/gone-while-answering", test_gone_while_answering);
  status = g_test_run ();
  g_clear_object (&store);
  return status;
}
