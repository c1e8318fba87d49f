// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-runner-engine-private.h"

#include <signal.h>
#include <sys/wait.h>

#define DEFAULT_PATIENCE 10000

struct _MaqRunnerEngine
{
  GObject parent_instance;

  char *program;
  guint patience;
};

static void maq_runner_engine_iface_init (MaqEngineInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MaqRunnerEngine, maq_runner_engine, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (MAQ_TYPE_ENGINE, maq_runner_engine_iface_init))

static MaqSession *
maq_runner_engine_start (MaqEngine            *engine,
                         const char           *path,
                         const MaqLoadOptions *options)
{
  MaqRunnerEngine *self = MAQ_RUNNER_ENGINE (engine);

  return maq_runner_session_new (self->program, path, options, self->patience);
}

static void
maq_runner_engine_finalize (GObject *object)
{
  g_free (MAQ_RUNNER_ENGINE (object)->program);
  G_OBJECT_CLASS (maq_runner_engine_parent_class)->finalize (object);
}

static void
maq_runner_engine_iface_init (MaqEngineInterface *iface)
{
  iface->start = maq_runner_engine_start;
}

static void
maq_runner_engine_class_init (MaqRunnerEngineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = maq_runner_engine_finalize;
}

static void
maq_runner_engine_init (MaqRunnerEngine *self)
{
  self->patience = DEFAULT_PATIENCE;
}

static char *
find_program (void)
{
  const char      *named = g_getenv ("MAQ_RUNNER");
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : NULL;
  g_autofree char *built = folder != NULL ? g_build_filename (folder, "..", "runner", "maquette-runner", NULL) : NULL;

  if (named != NULL && *named != 0)
    return g_strdup (named);
  // In the build tree every program lies in its folder below src/.
  if (built != NULL && g_file_test (built, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&built);
  return g_build_filename (MAQ_LIBEXECDIR, "maquette-runner", NULL);
}

MaqEngine *
maq_runner_engine_new (const char *program)
{
  MaqRunnerEngine *self = g_object_new (MAQ_TYPE_RUNNER_ENGINE, NULL);

  self->program = program != NULL ? g_strdup (program) : find_program ();
  return MAQ_ENGINE (self);
}

void
maq_runner_engine_set_patience (MaqRunnerEngine *self,
                                guint            patience)
{
  g_return_if_fail (MAQ_IS_RUNNER_ENGINE (self));
  g_return_if_fail (patience > 0);

  self->patience = patience;
}

GError *
maq_runner_exit_to_error (int             status,
                          MaqSessionState state)
{
  g_autofree char *how = NULL;

  if (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL)
    return g_error_new_literal (MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_CRASHED, "The system ended the model's process, most often because memory ran out. Close other programs or choose a smaller variant, then try again.");
  if (WIFSIGNALED (status))
    how = g_strdup (g_strsignal (WTERMSIG (status)));
  else
    how = g_strdup_printf ("status %d", WIFEXITED (status) ? WEXITSTATUS (status) : status);
  if (state == MAQ_SESSION_LOADING)
    return g_error_new (MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_CRASHED, "The engine crashed while loading this model (%s). Memory may have run out or the file may be damaged: close other programs, download it again, or choose another variant.", how);
  return g_error_new (MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_CRASHED, "The engine crashed while running this model (%s). Try again; if it crashes every time, choose another variant or model.", how);
}
