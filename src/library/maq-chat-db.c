// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-chat-db-private.h"

// A job is a function with its data. The thread takes what is queued and runs writes that wait together in one transaction, so
// that a burst costs one sync.

#define MAX_BATCH 256

typedef struct _Job Job;
typedef gboolean (*JobFunc) (MaqChatDb *self, Job *job, GError **error);

struct _Job
{
  JobFunc        func;
  gboolean       in_transaction;
  gboolean       last;
  gint64         id;
  gboolean       flag;
  gpointer       record;
  GDestroyNotify record_free;
  DexPromise    *promise;
  GValue         result;
};

// The owner as the worker may carry it: getting and dropping the object itself is left to the owner's thread.
typedef struct
{
  GWeakRef weak;
} OwnerRef;

struct _MaqChatDb
{
  gatomicrefcount      ref_count;
  GThread             *thread;
  GAsyncQueue         *jobs;
  GMainContext        *context;
  OwnerRef            *owner;
  MaqChatDbProblemFunc problem;
  GMutex               mutex;
  gint64               last_id; // under the mutex

  // Of the worker thread.
  MaqChatFile *file;
  GError      *open_error;
  GError      *first_failure;
};

static void
owner_ref_clear (gpointer data)
{
  OwnerRef *self = data;

  g_weak_ref_clear (&self->weak);
}

static void
owner_ref_unref (OwnerRef *self)
{
  g_atomic_rc_box_release_full (self, owner_ref_clear);
}

static void
job_free (Job *job)
{
  if (job->record)
    job->record_free (job->record);
  dex_clear (&job->promise);
  if (G_IS_VALUE (&job->result))
    g_value_unset (&job->result);
  g_free (job);
}

// --- Jobs, in the worker thread ---

// New numbers follow the stored ones even if the clock was set back meanwhile.
static gboolean
note_last_id (MaqChatDb *self, GError **error)
{
  gint64 last = 0;

  if (!maq_chat_file_read_last_id (self->file, &last, error))
    return FALSE;
  g_mutex_lock (&self->mutex);
  self->last_id = MAX (self->last_id, last);
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

static gboolean
ensure_open (MaqChatDb *self, GError **error)
{
  if (self->open_error == NULL)
    maq_chat_file_open (self->file, &self->open_error);
  if (self->open_error && error)
    *error = g_error_copy (self->open_error);
  return self->open_error == NULL;
}

// RECORDS: NULL when they could not be had (transfer full).
static gboolean
take_records (Job *job, GPtrArray *records)
{
  if (records == NULL)
    return FALSE;
  g_value_init (&job->result, G_TYPE_PTR_ARRAY);
  g_value_take_boxed (&job->result, records);
  return TRUE;
}

static gboolean
job_open (MaqChatDb *self, Job *job, GError **error)
{
  g_clear_error (&self->open_error);
  return maq_chat_file_open (self->file, error) && maq_chat_file_wipe_removed (self->file, error) && note_last_id (self, error) &&
         take_records (job, maq_chat_file_list (self->file, error));
}

static gboolean
job_set_aside (MaqChatDb *self, Job *job, GError **error)
{
  char *aside = maq_chat_file_set_aside (self->file, error);

  if (aside == NULL)
    return FALSE;
  g_value_init (&job->result, G_TYPE_STRING);
  g_value_take_string (&job->result, aside);
  return TRUE;
}

static gboolean
job_read (MaqChatDb *self, Job *job, GError **error)
{
  return ensure_open (self, error) && take_records (job, maq_chat_file_read (self->file, job->id, error));
}

static gboolean
job_put_chat (MaqChatDb *self, Job *job, GError **error)
{
  return maq_chat_file_put_chat (self->file, job->record, error);
}

static gboolean
job_put_message (MaqChatDb *self, Job *job, GError **error)
{
  return maq_chat_file_put_message (self->file, job->record, error);
}

static gboolean
job_set_removed (MaqChatDb *self, Job *job, GError **error)
{
  return maq_chat_file_set_removed (self->file, job->id, job->flag, error);
}

static gboolean
job_flush (MaqChatDb *self, Job *job, GError **error)
{
  if (self->first_failure)
    {
      g_propagate_error (error, g_steal_pointer (&self->first_failure));
      return FALSE;
    }
  g_value_init (&job->result, G_TYPE_BOOLEAN);
  g_value_set_boolean (&job->result, TRUE);
  return TRUE;
}

// --- The thread ---

// Futures and objects belong to the thread that made the database: their last reference must not go here. So a finished job is
// sent back and ends there.
typedef struct
{
  Job                 *job;
  GError              *error;
  OwnerRef            *owner;
  MaqChatDbProblemFunc problem;
} Ending;

static void
ending_free (Ending *ending)
{
  owner_ref_unref (ending->owner);
  g_clear_error (&ending->error);
  job_free (ending->job);
  g_free (ending);
}

static gboolean
end_job (gpointer data)
{
  Ending *ending = data;
  g_autoptr (GObject) owner = NULL;

  if (ending->job->promise && ending->error)
    dex_promise_reject (ending->job->promise, g_steal_pointer (&ending->error));
  else if (ending->job->promise)
    dex_promise_resolve (ending->job->promise, &ending->job->result);
  else if ((owner = g_weak_ref_get (&ending->owner->weak)))
    ending->problem (ending->error, owner);
  return G_SOURCE_REMOVE;
}

static void
finish_job (MaqChatDb *self, Job *job, const GError *error)
{
  g_autoptr (GSource) source = NULL;
  Ending *ending;

  // A write nobody waits for: only a failure is news.
  if (job->promise == NULL && error == NULL)
    {
      job_free (job);
      return;
    }
  if (job->promise == NULL && self->first_failure == NULL)
    self->first_failure = g_error_copy (error);

  ending = g_new0 (Ending, 1);
  ending->job = job;
  ending->error = error ? g_error_copy (error) : NULL;
  ending->problem = self->problem;
  ending->owner = g_atomic_rc_box_acquire (self->owner);
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, end_job, ending, (GDestroyNotify) ending_free);
  g_source_attach (source, self->context);
}

// Runs JOB and what waits behind it in one transaction. Returns the job that cannot be part of one, if it met it.
static Job *
run_batch (MaqChatDb *self, Job *job)
{
  g_autoptr (GPtrArray) done = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  if (!ensure_open (self, NULL))
    {
      finish_job (self, job, self->open_error);
      return NULL;
    }

  maq_chat_file_begin (self->file, &error);
  while (job && job->in_transaction)
    {
      if (error == NULL)
        {
          g_autoptr (GError) failure = NULL;

          if (job->func (self, job, &failure))
            g_ptr_array_add (done, job);
          else
            finish_job (self, job, failure);
        }
      else
        g_ptr_array_add (done, job);
      job = done->len < MAX_BATCH ? g_async_queue_try_pop (self->jobs) : NULL;
    }
  if (error == NULL)
    maq_chat_file_commit (self->file, &error);
  for (guint i = 0; i < done->len; i++)
    finish_job (self, done->pdata[i], error);
  return job;
}

static gpointer
thread_func (gpointer data)
{
  MaqChatDb *self = data;
  gboolean   last = FALSE;

  while (!last)
    {
      Job *job = g_async_queue_pop (self->jobs);

      if (job->in_transaction)
        job = run_batch (self, job);
      if (job == NULL)
        continue;
      last = job->last;
      if (job->func)
        {
          g_autoptr (GError) error = NULL;

          job->func (self, job, &error);
          if (error && job->func == job_open)
            self->open_error = g_error_copy (error);
          finish_job (self, job, error);
        }
      else
        job_free (job);
    }
  maq_chat_file_wipe_removed (self->file, NULL);
  g_clear_pointer (&self->file, maq_chat_file_free);
  return NULL;
}

// --- What others call ---

MaqChatDb *
maq_chat_db_new (const char *path, GObject *owner, MaqChatDbProblemFunc func)
{
  MaqChatDb *self = g_new0 (MaqChatDb, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  self->file = maq_chat_file_new (path);
  self->jobs = g_async_queue_new ();
  self->context = g_main_context_ref_thread_default ();
  self->problem = func;
  self->owner = g_atomic_rc_box_new0 (OwnerRef);
  g_weak_ref_init (&self->owner->weak, owner);
  self->thread = g_thread_new ("maq-chats", thread_func, self);
  return self;
}

MaqChatDb *
maq_chat_db_ref (MaqChatDb *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
maq_chat_db_unref (MaqChatDb *self)
{
  Job *job;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  job = g_new0 (Job, 1);
  job->last = TRUE;
  g_async_queue_push (self->jobs, job);
  g_thread_join (self->thread);
  g_async_queue_unref (self->jobs);
  g_main_context_unref (self->context);
  owner_ref_unref (self->owner);
  g_mutex_clear (&self->mutex);
  g_clear_error (&self->open_error);
  g_clear_error (&self->first_failure);
  g_free (self);
}

gint64
maq_chat_db_new_id (MaqChatDb *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->last_id = MAX (self->last_id + 1, g_get_real_time ());
  return self->last_id;
}

static Job *
job_new (JobFunc func, gboolean in_transaction)
{
  Job *job = g_new0 (Job, 1);

  job->func = func;
  job->in_transaction = in_transaction;
  return job;
}

static DexFuture *
submit (MaqChatDb *self, Job *job)
{
  DexPromise *promise = dex_promise_new ();

  job->promise = dex_ref (promise);
  g_async_queue_push (self->jobs, job);
  return DEX_FUTURE (promise);
}

DexFuture *
maq_chat_db_open (MaqChatDb *self)
{
  return submit (self, job_new (job_open, FALSE));
}

DexFuture *
maq_chat_db_set_aside (MaqChatDb *self)
{
  return submit (self, job_new (job_set_aside, FALSE));
}

DexFuture *
maq_chat_db_read (MaqChatDb *self, gint64 chat_id)
{
  Job *job = job_new (job_read, FALSE);

  job->id = chat_id;
  return submit (self, job);
}

void
maq_chat_db_put_chat (MaqChatDb *self, const MaqChatRecord *record)
{
  Job *job = job_new (job_put_chat, TRUE);

  job->record = maq_chat_record_copy (record);
  job->record_free = (GDestroyNotify) maq_chat_record_free;
  g_async_queue_push (self->jobs, job);
}

void
maq_chat_db_put_message (MaqChatDb *self, const MaqMessageRecord *record)
{
  Job *job = job_new (job_put_message, TRUE);

  job->record = maq_message_record_copy (record);
  job->record_free = (GDestroyNotify) maq_message_record_free;
  g_async_queue_push (self->jobs, job);
}

void
maq_chat_db_set_removed (MaqChatDb *self, gint64 chat_id, gboolean removed)
{
  Job *job = job_new (job_set_removed, TRUE);

  job->id = chat_id;
  job->flag = removed;
  g_async_queue_push (self->jobs, job);
}

DexFuture *
maq_chat_db_flush (MaqChatDb *self)
{
  return submit (self, job_new (job_flush, FALSE));
}
