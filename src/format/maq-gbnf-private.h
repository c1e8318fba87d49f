// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// Writes a grammar in GBNF, the notation that llama.cpp reads: named rules, each body once. It counts what the grammar costs the
// engine, so that no input makes it hang. Expressions are text of that notation; an *atom* is an expression that can be repeated:
// a rule's name, a quoted text or a class of characters. Results are transfer full.
// Source of the notation and its limits: llama.cpp, grammars/README.md and src/llama-grammar.cpp, read 2026-11.

G_BEGIN_DECLS

#define MAQ_GBNF_NO_MAX G_MAXUINT

typedef struct _MaqGbnf MaqGbnf;
MaqGbnf                *maq_gbnf_new (void);
void                    maq_gbnf_free (MaqGbnf *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqGbnf, maq_gbnf_free)

// A name that no rule has, made of the letters and digits of STEM; for a rule that is defined later, once.
char *maq_gbnf_reserve (MaqGbnf *self, const char *stem);
void  maq_gbnf_define (MaqGbnf *self, const char *name, const char *body);
// The name of the rule with BODY, which is made if there is none.
char *maq_gbnf_add (MaqGbnf *self, const char *stem, const char *body);
// An atom for any one of ALTERNATIVES, expressions.
char *maq_gbnf_choose (MaqGbnf *self, const char *stem, GPtrArray *alternatives);
// ATOM so many times; MAX may be MAQ_GBNF_NO_MAX.
char *maq_gbnf_repeat (MaqGbnf *self, const char *atom, guint min, guint max);
// An atom for any one of WORDS (of char *; becomes sorted). Shared beginnings are written once, which spares the engine work.
char *maq_gbnf_choose_word (MaqGbnf *self, const char *stem, GPtrArray *words);
// An atom for any text of characters like PLAIN, the inside of a negated class, that is none of WORDS.
char *maq_gbnf_avoid_words (MaqGbnf *self, const char *stem, const char *plain, GPtrArray *words);
// An atom for just TEXT.
char *maq_gbnf_quote (const char *text);
// Appends ATOM to a sequence; quoted texts one after the other become one.
void maq_gbnf_append (GString *sequence, const char *atom);
// Appends C as it stands inside a class.
void maq_gbnf_append_in_class (GString *to, gunichar c);

// Whether the engine would take too long to read it; then nothing more is written.
gboolean maq_gbnf_is_too_large (MaqGbnf *self);
// The rules so far, one a line.
char *maq_gbnf_to_text (MaqGbnf *self);

G_END_DECLS
