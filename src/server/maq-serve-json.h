// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// Writes JSON straight into a string: a thousand list entries an answer are too many for trees of nodes.
// The caller opens and closes in order; commas come by themselves.

void maq_serve_json_open (GString *out, char bracket);
void maq_serve_json_close (GString *out, char bracket);
void maq_serve_json_key (GString *out, const char *key);

// TEXT NULL writes null. Bytes that are not UTF-8 are replaced.
void maq_serve_json_string (GString *out, const char *text);
void maq_serve_json_int (GString *out, gint64 number);
void maq_serve_json_bool (GString *out, gboolean value);
// JSON, a complete value; NULL writes null.
void maq_serve_json_raw (GString *out, const char *json);

// The same with the name before it.
void maq_serve_json_member_string (GString *out, const char *key, const char *text);
void maq_serve_json_member_int (GString *out, const char *key, gint64 number);
void maq_serve_json_member_bool (GString *out, const char *key, gboolean value);
void maq_serve_json_member_raw (GString *out, const char *key, const char *json);
