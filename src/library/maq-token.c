// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-token.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <libsecret/secret.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maq-error.h"
#include "maq-hub-client.h"
#include "maq-hub-origin.h"
#include "maq-library-error.h"
#include "maq-paths.h"

// Three places are looked through in turn, take_from_… each; is_for_hub says of what lies around whether it is for the Hub that
// is asked.

// No token file is longer than this, in bytes.
#define MAX_TOKEN_FILE 4096

G_DEFINE_BOXED_TYPE (MaqToken, maq_token, maq_token_ref, maq_token_unref)

// The attribute is an origin. Earlier versions stored the address as it was written, with a path where it had one.
static const SecretSchema token_schema = {
  MAQ_APP_ID,
  SECRET_SCHEMA_NONE,
  {
    { "endpoint", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { NULL, 0 },
  },
};

static MaqToken *
token_new (const char *endpoint)
{
  MaqToken *self = g_atomic_rc_box_new0 (MaqToken);

  self->endpoint = g_strdup (endpoint);
  return self;
}

MaqToken *
maq_token_ref (MaqToken *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
token_clear (gpointer data)
{
  MaqToken *self = data;

  g_free (self->endpoint);
  g_free (self->text);
  g_free (self->left_out);
  g_free (self->open_file);
}

void
maq_token_unref (MaqToken *self)
{
  g_atomic_rc_box_release_full (self, token_clear);
}

// TEXT without what surrounds it; NULL if that cannot be a token. Whoever sends it puts it into a header line.
static char *
clean_token (const char *text)
{
  g_autofree char *token = g_strstrip (g_strdup (text));

  if (*token == '\0')
    return NULL;
  for (const char *c = token; *c; c++)
    if (!g_ascii_isgraph (*c))
      return NULL;
  return g_steal_pointer (&token);
}

static gboolean
is_blank (const char *text)
{
  return text == NULL || text[strspn (text, " \t\r\n\v\f")] == '\0';
}

// The Hub that the tools of the environment talk to; NULL if the variable names none.
static char *
dup_home_origin (void)
{
  g_autofree char *variable = g_strstrip (g_strdup (g_getenv ("HF_ENDPOINT") ? g_getenv ("HF_ENDPOINT") : ""));

  return maq_hub_origin_new (*variable ? variable : MAQ_HUB_DEFAULT_ENDPOINT);
}

// Whether what NAME, a variable or the token file, holds may be sent to the Hub. Says why not.
static gboolean
is_for_hub (MaqToken *self, const char *name)
{
  g_autofree char *origin = maq_hub_origin_new (self->endpoint);
  g_autofree char *home = dup_home_origin ();

  if (g_strcmp0 (origin, home) != 0 || origin == NULL)
    {
      const char *hub = home ? home : g_getenv ("HF_ENDPOINT");

      if (self->left_out == NULL)
        // Translators: the first %s is the name of a variable or a file, the other two are addresses.
        self->left_out = g_strdup_printf (_ ("%s is for %s and was not sent to %s; it would be if HF_ENDPOINT named that Hub."), name, hub, self->endpoint);
      return FALSE;
    }
  if (!maq_hub_origin_is_private (origin))
    {
      if (self->left_out == NULL)
        self->left_out = g_strdup_printf (_ ("%s was not sent to %s, because the connection is not encrypted."), name, self->endpoint);
      return FALSE;
    }
  return TRUE;
}

// TEXT, which NAME holds. Says so if that is no token.
static void
take_text (MaqToken *self, const char *name, const char *text, MaqTokenSource source)
{
  self->text = clean_token (text);
  if (self->text)
    {
      self->source = source;
      g_clear_pointer (&self->left_out, g_free);
      return;
    }
  g_free (self->left_out);
  self->left_out = g_strdup_printf (_ ("%s does not hold a token, so none is used: a token is one word of letters, digits and signs."), name);
  self->is_broken = TRUE;
}

// TRUE if that settles it.
static gboolean
take_from_environment (MaqToken *self)
{
  static const char *const variables[] = { "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN" };

  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    {
      const char *text = g_getenv (variables[i]);

      if (is_blank (text))
        continue;
      if (!is_for_hub (self, variables[i]))
        return FALSE;
      take_text (self, variables[i], text, MAQ_TOKEN_ENVIRONMENT);
      return TRUE;
    }
  return FALSE;
}

// --- The keyring ---

static void
lookup_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *token = secret_password_lookup_finish (result, &error);

  if (error)
    dex_promise_reject (promise, g_steal_pointer (&error));
  else
    dex_promise_resolve_string (promise, token ? g_steal_pointer (&token) : g_strdup (""));
}

static void
store_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  g_autoptr (GError) error = NULL;

  if (secret_password_store_finish (result, &error))
    dex_promise_resolve_boolean (promise, TRUE);
  else
    dex_promise_reject (promise, g_steal_pointer (&error));
}

static void
clear_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  g_autoptr (GError) error = NULL;

  // FALSE without an error: there was nothing to remove.
  secret_password_clear_finish (result, &error);
  if (error)
    dex_promise_reject (promise, g_steal_pointer (&error));
  else
    dex_promise_resolve_boolean (promise, TRUE);
}

// The names under which a token for ENDPOINT may lie, the one to store it under first.
static char **
dup_keyring_names (const char *endpoint)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autofree char *origin = maq_hub_origin_new (endpoint);

  if (origin)
    g_strv_builder_add (names, origin);
  if (origin && strcmp (origin, endpoint) != 0)
    g_strv_builder_add (names, endpoint);
  return g_strv_builder_end (names);
}

static gboolean
take_from_keyring (MaqToken *self)
{
  g_auto (GStrv) names = dup_keyring_names (self->endpoint);

  for (guint i = 0; names[i] && self->text == NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      DexPromise      *promise = dex_promise_new_cancellable ();
      g_autofree char *found = NULL;

      secret_password_lookup (&token_schema, dex_promise_get_cancellable (promise), lookup_cb, dex_ref (promise), "endpoint", names[i], NULL);
      found = dex_await_string (DEX_FUTURE (promise), &error);
      if (found == NULL)
        {
          g_debug ("No keyring: %s", error->message);
          return FALSE;
        }
      self->text = clean_token (found);
    }
  if (self->text == NULL)
    return FALSE;
  self->source = MAQ_TOKEN_KEYRING;
  g_clear_pointer (&self->left_out, g_free);
  return TRUE;
}

// --- The file ---

// Holds the path of the token file that the user was told others can read.
static char *
dup_mark_path (void)
{
  g_autofree char *dir = maq_paths_dup_state_dir ();

  return g_build_filename (dir, "open-token-file", NULL);
}

static gboolean
was_told (const char *path)
{
  g_autofree char *mark = dup_mark_path ();
  g_autofree char *told = NULL;

  return g_file_get_contents (mark, &told, NULL, NULL) && strcmp (told, path) == 0;
}

// What the file PATH begins with, NULL if it is not there, not readable or no file. IS_OPEN: whether others can read it.
static char *
read_token_file (const char *path, gboolean *is_open)
{
  g_autofree char *text = g_malloc0 (MAX_TOKEN_FILE + 1);
  g_autofd int     fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  struct stat      found;
  gssize           n;

  if (fd < 0 || fstat (fd, &found) != 0 || !S_ISREG (found.st_mode))
    return NULL;
  do
    n = read (fd, text, MAX_TOKEN_FILE);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    return NULL;
  *is_open = (found.st_mode & (S_IRGRP | S_IROTH)) != 0;
  return g_steal_pointer (&text);
}

// In a worker: the home may be on a slow share.
static DexFuture *
file_fiber (gpointer data)
{
  MaqToken        *self = data;
  g_autofree char *path = maq_paths_dup_token_file ();
  g_autofree char *shown = g_filename_display_name (path);
  gboolean         is_open = FALSE;
  g_autofree char *text = read_token_file (path, &is_open);

  if (is_blank (text) || !is_for_hub (self, shown))
    return dex_future_new_true ();
  take_text (self, shown, text, MAQ_TOKEN_FILE);
  if (self->text == NULL)
    return dex_future_new_true ();
  if (is_open)
    {
      self->is_news = !was_told (path);
      self->open_file = g_steal_pointer (&path);
    }
  else
    {
      g_autofree char *mark = dup_mark_path ();

      g_remove (mark);
    }
  return dex_future_new_true ();
}

static void
take_from_file (MaqToken *self)
{
  // It waits for the worker, so that nobody else touches SELF meanwhile.
  dex_await (dex_scheduler_spawn (dex_thread_pool_scheduler_get_default (), 0, file_fiber, maq_token_ref (self), (GDestroyNotify) maq_token_unref), NULL);
}

char *
maq_token_dup_warning (const MaqToken *self)
{
  g_autofree char *shown = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  if (self->open_file == NULL)
    return NULL;
  shown = g_filename_display_name (self->open_file);
  // Translators: %s is the path of the file.
  return g_strdup_printf (_ ("Other users of this computer can read the file with your token. “chmod 600 %s” prevents that."), shown);
}

static DexFuture *
mark_fiber (gpointer data)
{
  MaqToken        *self = data;
  g_autofree char *dir = maq_paths_dup_state_dir ();
  g_autofree char *mark = dup_mark_path ();
  g_autoptr (GError) error = NULL;

  if (g_mkdir_with_parents (dir, 0700) != 0 || !g_file_set_contents (mark, self->open_file, -1, &error))
    g_debug ("It will be said again: %s", error ? error->message : g_strerror (errno));
  return dex_future_new_true ();
}

DexFuture *
maq_token_mark_told (MaqToken *self)
{
  dex_return_error_if_fail (self != NULL);

  if (!self->is_news)
    return dex_future_new_true ();
  return dex_scheduler_spawn (dex_thread_pool_scheduler_get_default (), 0, mark_fiber, maq_token_ref (self), (GDestroyNotify) maq_token_unref);
}

// --- All of them ---

static DexFuture *
load_fiber (gpointer data)
{
  g_autoptr (MaqToken) self = token_new (data);
  // Then a token that is lying around is not sent: only the one that Maquette itself was given.
  gboolean only_own = maq_paths_env_is_true ("HF_HUB_DISABLE_IMPLICIT_TOKEN");

  if ((only_own || !take_from_environment (self)) && !take_from_keyring (self) && !only_own)
    take_from_file (self);
  return dex_future_new_take_boxed (MAQ_TYPE_TOKEN, g_steal_pointer (&self));
}

DexFuture *
maq_token_load (const char *endpoint)
{
  dex_return_error_if_fail (endpoint != NULL);

  return dex_scheduler_spawn (NULL, 0, load_fiber, g_strdup (endpoint), g_free);
}

typedef struct
{
  char *endpoint;
  char *text;
} Storing;

static void
storing_free (gpointer data)
{
  Storing *self = data;

  g_free (self->endpoint);
  g_free (self->text);
  g_free (self);
}

// Stores TEXT under NAME, or removes what is there if NULL.
static gboolean
await_stored (const char *name, const char *text, GError **error)
{
  DexPromise   *promise = dex_promise_new_cancellable ();
  GCancellable *cancellable = dex_promise_get_cancellable (promise);

  if (text)
    {
      g_autofree char *label = g_strdup_printf (_ ("Access token for %s"), name);

      secret_password_store (&token_schema, SECRET_COLLECTION_DEFAULT, label, text, cancellable, store_cb, dex_ref (promise), "endpoint", name, NULL);
    }
  else
    secret_password_clear (&token_schema, cancellable, clear_cb, dex_ref (promise), "endpoint", name, NULL);
  return dex_await (DEX_FUTURE (promise), error);
}

static DexFuture *
store_fiber (gpointer data)
{
  Storing *state = data;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = dup_keyring_names (state->endpoint);

  // Only the first name is stored under, and nothing stays under the others.
  for (guint i = 0; names[i]; i++)
    if (!await_stored (names[i], i == 0 ? state->text : NULL, &error))
      {
        if (maq_error_is_cancelled (error))
          return dex_future_new_for_error (g_steal_pointer (&error));
        g_dbus_error_strip_remote_error (error);
        return dex_future_new_reject (MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_NO_KEYRING, _ ("No keyring here can keep the token (%s). Set HF_TOKEN, or sign in with the hf command."), error->message);
      }
  return maq_token_load (state->endpoint);
}

DexFuture *
maq_token_store (const char *endpoint, const char *text)
{
  Storing         *state;
  g_autofree char *clean = NULL;

  dex_return_error_if_fail (endpoint != NULL);

  if (text && (clean = clean_token (text)) == NULL)
    return dex_future_new_reject (MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_BAD_TOKEN, _ ("A token is one word of letters, digits and signs, such as hf_…"));
  state = g_new0 (Storing, 1);
  state->endpoint = g_strdup (endpoint);
  state->text = g_steal_pointer (&clean);
  return dex_scheduler_spawn (NULL, 0, store_fiber, state, storing_free);
}
