// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <libdex.h>

// What runs a model, seen from the application. An engine makes sessions; a session is one loaded model. MaqRunnerEngine runs the
// model in a helper process of its own; MaqFakeEngine is deterministic, for tests. Whatever happens inside an engine ends in a
// GError here, never in a crash of the caller. All on the main thread.

G_BEGIN_DECLS

#define MAQ_ENGINE_ERROR (maq_engine_error_quark ())
GQuark maq_engine_error_quark (void);

typedef enum
{
  MAQ_ENGINE_ERROR_BAD_MODEL,     // the weights file is damaged or of a kind the engine does not know
  MAQ_ENGINE_ERROR_OUT_OF_MEMORY, // it does not fit
  MAQ_ENGINE_ERROR_CRASHED,       // the runner ended; the message says how
  MAQ_ENGINE_ERROR_BUSY,          // one answer at a time
  MAQ_ENGINE_ERROR_TOO_LONG,      // the prompt does not fit into the context
  MAQ_ENGINE_ERROR_UNLOADED,
  MAQ_ENGINE_ERROR_UNSUPPORTED, // asked of a model that cannot: embeddings of a chat model without pooling, …
} MaqEngineError;

// How to load. Zero means "the engine decides".
typedef struct
{
  guint    context_length; // in tokens
  guint    n_threads;
  int      n_gpu_layers; // -1: all that fit
  gboolean dry;          // take no memory: the session only has facts; see maq_engine_measure
} MaqLoadOptions;

// What a model takes as the engine itself counts it, in bytes, and what graphics cards have.
typedef struct
{
  guint64 weights;
  guint64 cache; // of keys and values, with states of recurrent layers
  guint64 compute;
  guint64 vram_free;
  guint64 vram_total;     // 0: no graphics card with memory of its own
  guint   context_length; // in tokens, that this is for
} MaqMemoryUse;

#define MAQ_TYPE_MEMORY_USE (maq_memory_use_get_type ())
GType         maq_memory_use_get_type (void);
MaqMemoryUse *maq_memory_use_copy (const MaqMemoryUse *self);
void          maq_memory_use_free (MaqMemoryUse *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqMemoryUse, maq_memory_use_free)

typedef enum
{
  MAQ_SESSION_LOADING,
  MAQ_SESSION_READY,
  MAQ_SESSION_GENERATING,
  MAQ_SESSION_FAILED, // see get_error
  MAQ_SESSION_UNLOADED,
} MaqSessionState;

#define MAQ_TYPE_SESSION_STATE (maq_session_state_get_type ())
GType maq_session_state_get_type (void);

// What to generate.
typedef struct
{
  GPtrArray *messages;   // of MaqEngineMessage, oldest first; ignored when prompt is set
  char      *prompt;     // raw text without a chat template; nullable
  guint      max_tokens; // 0: until the model ends or the context is full
  guint64    seed;
  gboolean   has_seed;
  double     temperature; // 0: greedy
  int        top_k;       // 0: off
  double     top_p;       // 1: off
  double     min_p;       // 0: off
  double     repeat_penalty;
  char     **stop;    // nullable
  char      *grammar; // in GBNF, that the answer keeps to; nullable. MAQ_ENGINE_ERROR_UNSUPPORTED if the engine cannot take it
} MaqGenerateOptions;

typedef struct
{
  char *role; // "system", "user", "assistant"
  char *content;
} MaqEngineMessage;

// Temperature 0.8, top-k 40, top-p 0.95, min-p 0.05, repeat penalty 1.0: llama.cpp's defaults.
MaqGenerateOptions *maq_generate_options_new (void);
MaqGenerateOptions *maq_generate_options_copy (const MaqGenerateOptions *self);
void                maq_generate_options_free (MaqGenerateOptions *self);
void                maq_generate_options_add_message (MaqGenerateOptions *self, const char *role, const char *content);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqGenerateOptions, maq_generate_options_free)

// Figures of one answer.
typedef struct
{
  guint   prompt_tokens;
  guint   cached_tokens; // of the prompt, reused from the turn before
  guint   tokens;        // generated
  double  first_token_ms;
  double  tokens_per_second;
  double  load_ms;
  guint64 memory;          // of the engine's process, in bytes
  char    stop_reason[16]; // "end", "length", "stop", "cancelled", "context"
} MaqStats;

// One answer under way. Read chunks until an empty one; dropping it stops the answer.
#define MAQ_TYPE_GENERATION (maq_generation_get_type ())
G_DECLARE_DERIVABLE_TYPE (MaqGeneration, maq_generation, MAQ, GENERATION, GObject)
struct _MaqGenerationClass
{
  GObjectClass parent_class;
  DexFuture *(*next) (MaqGeneration *self);
  void (*stop) (MaqGeneration *self);
  gboolean (*get_stats) (MaqGeneration *self, MaqStats *stats);
};
// Resolves to the next text (string; whole UTF-8 characters), to "" after the last; rejects with MAQ_ENGINE_ERROR.
DexFuture *maq_generation_next (MaqGeneration *self);
// Ends the answer within 100 ms; the chunks already made still come.
void maq_generation_stop (MaqGeneration *self);
// FALSE until the answer is over.
gboolean maq_generation_get_stats (MaqGeneration *self, MaqStats *stats);

// One loaded model. Properties with notify: state, progress (0 to 1 while loading).
#define MAQ_TYPE_SESSION (maq_session_get_type ())
G_DECLARE_DERIVABLE_TYPE (MaqSession, maq_session, MAQ, SESSION, GObject)
struct _MaqSessionClass
{
  GObjectClass parent_class;
  DexFuture *(*wait_ready) (MaqSession *self);
  MaqGeneration *(*generate) (MaqSession *self, const MaqGenerateOptions *options);
  DexFuture *(*embed) (MaqSession *self, const char *const *texts);
  DexFuture *(*tokenize) (MaqSession *self, const char *text);
  DexFuture *(*unload) (MaqSession *self);
};
MaqSessionState maq_session_get_state (MaqSession *self);
double          maq_session_get_progress (MaqSession *self);
const GError   *maq_session_get_error (MaqSession *self); // nullable
const char     *maq_session_get_path (MaqSession *self);
// What runs it and what confines it, as facts to show: "llama.cpp, CPU", "landlock, seccomp"; NULL before it is ready.
const char *maq_session_get_backend (MaqSession *self);
const char *maq_session_get_confinement (MaqSession *self);
// Whether the model brought a chat template.
gboolean maq_session_has_chat_template (MaqSession *self);
// Whether the engine reads upper case as lower although the model tells them apart: then its vectors are not those of other programs.
gboolean maq_session_ignores_case (MaqSession *self);
guint    maq_session_get_context_length (MaqSession *self);
// NULL before it is ready, and when the engine does not say.
const MaqMemoryUse *maq_session_get_memory_use (MaqSession *self);
// Resolves to TRUE when loaded; rejects when loading failed or was cancelled.
DexFuture *maq_session_wait_ready (MaqSession *self);
// Starts an answer (transfer full); waits for loading by itself. OPTIONS is copied.
MaqGeneration *maq_session_generate (MaqSession *self, const MaqGenerateOptions *options);
// Resolves to a GVariant aad: one vector of length 1 (L2 norm) for each text.
DexFuture *maq_session_embed (MaqSession *self, const char *const *texts);
// Resolves to a GVariant ai: the token ids of TEXT alone, without what a model wants before and after it.
DexFuture *maq_session_tokenize (MaqSession *self, const char *text);
// Ends the session, also while loading, and with it the process; resolves when its memory is back.
DexFuture *maq_session_unload (MaqSession *self);

#define MAQ_TYPE_ENGINE (maq_engine_get_type ())
G_DECLARE_INTERFACE (MaqEngine, maq_engine, MAQ, ENGINE, GObject)
struct _MaqEngineInterface
{
  GTypeInterface parent_iface;
  MaqSession *(*start) (MaqEngine *self, const char *path, const MaqLoadOptions *options);
};
// Begins to load the weights file at PATH (the first shard of several) and returns the session at once (transfer full).
// OPTIONS nullable.
MaqSession *maq_engine_start (MaqEngine *self, const char *path, const MaqLoadOptions *options);
// What loading PATH with OPTIONS (nullable) would take, asked of the engine without taking it. Resolves to a MaqMemoryUse
// (boxed); rejects with MAQ_ENGINE_ERROR, _UNSUPPORTED from an engine that cannot tell.
DexFuture *maq_engine_measure (MaqEngine *self, const char *path, const MaqLoadOptions *options);

G_END_DECLS
