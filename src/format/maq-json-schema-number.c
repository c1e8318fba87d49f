// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// A range of numbers as the digits they are written with. Limits with a fraction are counted in units of their last digit: 0.25 to
// 1.5 is 25 to 150 with a point before the last two digits, and more digits may follow below the upper limit.
#include "maq-json-schema-private.h"

#include <math.h>
#include <string.h>

#define MAX_DIGITS   15 // a double holds so many
#define MAX_DECIMALS 6
#define MOST         (G_GINT64_CONSTANT (1000000000000000) - 1)

// The limits, both included unless said otherwise, in units of 10 to the power of -decimals.
typedef struct
{
  gint64   low, high;
  gboolean above_low, below_high; // the limit itself does not count
  guint    decimals;
  gboolean integer;
} Range;

typedef struct
{
  const char *keyword;
  gboolean    is_low, exclusive;
  double      value;
} Limit;

// --- Digits.

static gboolean
is_all (const char *digits,
        char        digit)
{
  return digits[strspn (digits, (char[]) { digit, 0 })] == 0;
}

static void
append_digits (GString *to,
               char     low,
               char     high,
               gsize    times)
{
  g_autofree char *class = low == high ? g_strdup_printf ("\"%c\"", low) : g_strdup_printf ("[%c-%c]", low, high);

  if (times == 0)
    return;
  maq_gbnf_append (to, class);
  if (times > 1)
    g_string_append_printf (to, "{%" G_GSIZE_FORMAT "}", times);
}

static void append_between (GString *to, const char *low, const char *high, guint decimals);

// One alternative: a first digit from FIRST to LAST, then digits between LOW and HIGH.
static void
append_branch (GString    *to,
               gboolean    alone,
               char        first,
               char        last,
               const char *low,
               const char *high,
               guint       decimals)
{
  if (!alone && to->str[to->len - 1] != '(')
    g_string_append (to, " | ");
  append_digits (to, first, last, 1);
  append_between (to, low, high, decimals);
}

// Digits between LOW and HIGH, which are of the same length, with a point before the last DECIMALS.
static void
append_between (GString    *to,
                const char *low,
                const char *high,
                guint       decimals)
{
  gsize            n = strlen (low);
  g_autofree char *zeros = g_strnfill (n > 0 ? n - 1 : 0, '0'), *nines = g_strnfill (n > 0 ? n - 1 : 0, '9');
  gboolean         below, above, between, alone;

  if (n == 0)
    return;
  if (n == decimals)
    maq_gbnf_append (to, "\".\"");
  if (is_all (low, '0') && is_all (high, '9'))
    {
      append_digits (to, '0', '9', n > decimals ? n - decimals : n);
      if (n > decimals && decimals > 0)
        append_between (to, low + n - decimals, high + n - decimals, decimals);
      return;
    }
  if (*low == *high)
    {
      append_branch (to, TRUE, *low, *low, low + 1, high + 1, decimals);
      return;
    }
  below = !is_all (low + 1, '0');
  above = !is_all (high + 1, '9');
  between = *low + below <= *high - above;
  alone = below + above + between == 1;
  if (!alone)
    maq_gbnf_append (to, "(");
  if (below)
    append_branch (to, alone, *low, *low, low + 1, nines, decimals);
  if (between)
    append_branch (to, alone, (char) (*low + below), (char) (*high - above), zeros, nines, decimals);
  if (above)
    append_branch (to, alone, *high, *high, zeros, high + 1, decimals);
  if (!alone)
    g_string_append_c (to, ')');
}

// Digits that may follow behind the point.
typedef enum
{
  TAIL_NONE,
  TAIL_ANY,
  TAIL_MORE_THAN_ZERO,
} Tail;

static void
append_tail (GString *to,
             Tail     tail,
             guint    decimals,
             guint    room)
{
  if (tail == TAIL_MORE_THAN_ZERO)
    g_string_append_printf (to, " %s[0-9]{0,%u} [1-9]", decimals > 0 ? "" : "\".\" ", room - 1);
  else if (tail == TAIL_ANY && room > 0)
    g_string_append_printf (to, decimals > 0 ? " [0-9]{0,%u}" : " (\".\" [0-9]{1,%u})?", room);
}

// All numbers of LENGTH digits and more that end below HIGH; how many digits they have then.
static guint
append_whole_lengths (GString *to,
                      guint    length,
                      gint64   high)
{
  guint last = length;

  while (last < MAX_DIGITS && high >= (gint64) pow (10, last + 1) - 1)
    last++;
  maq_gbnf_append (to, "[1-9]");
  if (last > length)
    g_string_append_printf (to, " [0-9]{%u,%u}", length - 1, last - 1);
  else
    append_digits (to, '0', '9', length - 1);
  return last;
}

// Adds all of LOW to HIGH, which are not negative, as alternatives of one length each.
static void
add_magnitudes (GPtrArray  *to,
                const char *sign,
                gint64      low,
                gint64      high,
                guint       decimals,
                Tail        tail)
{
  // A number that is written with fewer digits than there are behind the point begins with zeros.
  for (guint length = decimals + 1; low <= high && length <= MAX_DIGITS; length++)
    {
      gint64           limit = (gint64) pow (10, length), last = MIN (high, limit - 1);
      guint            room = MAX_DIGITS - length;
      g_autofree char *low_digits = g_strdup_printf ("%0*" G_GINT64_FORMAT, (int) length, low);
      g_autofree char *high_digits = g_strdup_printf ("%0*" G_GINT64_FORMAT, (int) length, last);
      GString         *text;

      if (low > last || (tail == TAIL_MORE_THAN_ZERO && room == 0))
        continue;
      text = g_string_new (sign);
      if (tail == TAIL_NONE && decimals == 0 && low == limit / 10 && last == limit - 1)
        length = append_whole_lengths (text, length, high);
      else
        append_between (text, low_digits, high_digits, decimals);
      append_tail (text, tail, decimals, room);
      g_ptr_array_add (to, g_string_free (text, FALSE));
      low = (gint64) pow (10, length);
    }
}

// Adds the numbers of one sign, by their distance from zero. Without a limit, HIGH is only where digits end.
static void
add_sign (GPtrArray   *to,
          const Range *range,
          const char  *sign,
          gint64       low,
          gint64       high,
          gboolean     above_low,
          gboolean     below_high)
{
  gboolean endless = high == MOST;

  if (range->integer)
    {
      add_magnitudes (to, sign, low + above_low, high - below_high, 0, TAIL_NONE);
      return;
    }
  if (above_low && low < high)
    add_magnitudes (to, sign, low, low, range->decimals, TAIL_MORE_THAN_ZERO);
  add_magnitudes (to, sign, low + above_low, high - !endless, range->decimals, TAIL_ANY);
  if (!endless && !below_high && (low < high || (low == high && !above_low)))
    add_magnitudes (to, sign, high, high, range->decimals, TAIL_NONE);
}

static char *
convert_range (MaqJsonSchema *self,
               const Range   *range)
{
  g_autoptr (GPtrArray) alternatives = g_ptr_array_new_with_free_func (g_free);

  if (range->low < 0)
    add_sign (alternatives, range, "\"-\"", MAX (-range->high, 0), -range->low, range->high >= 0 || range->below_high, range->above_low);
  if (range->high >= 0)
    add_sign (alternatives, range, "", MAX (range->low, 0), range->high, range->low >= 0 && range->above_low, range->below_high);
  if (alternatives->len == 0)
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "The limits leave no number that can be written with 15 digits");
  return maq_gbnf_choose (self->gbnf, range->integer ? "integer" : "number", alternatives);
}

// --- Limits.

// How many digits VALUE has behind the point; MAX_DECIMALS + 1 if too many.
static guint
count_decimals (double value)
{
  for (guint k = 0; k <= MAX_DECIMALS; k++)
    if (fabs (value) * pow (10, k) > (double) MOST || round (value * pow (10, k)) / pow (10, k) == value)
      return k;
  return MAX_DECIMALS + 1;
}

static void
apply_limit (Range       *range,
             const Limit *limit)
{
  double   scaled = limit->value * pow (10, range->decimals);
  gint64   units = (gint64) CLAMP (range->integer ? limit->is_low ? ceil (scaled) : floor (scaled) : round (scaled), (double) -MOST, (double) MOST);
  gboolean exclusive = limit->exclusive && fabs (scaled) <= (double) MOST && (!range->integer || (double) units == scaled);

  if (limit->is_low && (units > range->low || (units == range->low && exclusive)))
    {
      range->low = units;
      range->above_low = exclusive;
    }
  if (!limit->is_low && (units < range->high || (units == range->high && exclusive)))
    {
      range->high = units;
      range->below_high = exclusive;
    }
}

static gboolean
read_limit (MaqJsonSchema *self,
            MaqJsonValue  *value,
            Limit         *limit,
            Range         *range)
{
  MaqJsonValue *item = maq_json_get (value, limit->keyword);
  guint         decimals;

  limit->value = maq_json_as_double (item, NAN);
  if (item == NULL)
    return TRUE;
  if (isnan (limit->value))
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_CORRUPT, "%s is a number", limit->keyword) != NULL;
  decimals = range->integer ? 0 : count_decimals (limit->value);
  if (decimals > MAX_DECIMALS)
    return maq_json_schema_fail (self, MAQ_FORMAT_ERROR_UNSUPPORTED, "An answer can be bound to a %s with at most %d digits behind the point", limit->keyword, MAX_DECIMALS) != NULL;
  range->decimals = MAX (range->decimals, decimals);
  return TRUE;
}

char *
maq_json_schema_convert_number (MaqJsonSchema *self,
                                MaqJsonValue  *value,
                                gboolean       integer)
{
  Limit limits[] = {
    { "minimum", TRUE, FALSE, NAN },
    { "exclusiveMinimum", TRUE, TRUE, NAN },
    { "maximum", FALSE, FALSE, NAN },
    { "exclusiveMaximum", FALSE, TRUE, NAN },
  };
  Range            range = { .low = -MOST, .high = MOST, .integer = integer };
  gboolean         bound = FALSE;
  g_autofree char *whole = NULL, *body = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    if (!read_limit (self, value, &limits[i], &range))
      return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    if (!isnan (limits[i].value))
      {
        apply_limit (&range, &limits[i]);
        bound = TRUE;
      }
  if (bound)
    return convert_range (self, &range);
  whole = maq_gbnf_add (self->gbnf, "integer", "\"-\"? (\"0\" | [1-9] [0-9]{0,15})");
  body = g_strdup_printf ("%s (\".\" [0-9]{1,15})? ([eE] [+\\-]? [0-9]{1,2})?", whole);
  return integer ? g_steal_pointer (&whole) : maq_gbnf_add (self->gbnf, "number", body);
}
