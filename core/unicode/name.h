/*
 * Names of people (utf8proc is included from this folder alone): what may stand
 * in one, its stored form (NFC) and the form in which two spellings compare equal.
 */
#pragma once

#include "core/base/buf.h"
#include "core/base/rc.h"

#define NAME_CHARACTERS_MAX 100

/* True: well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF). */
bool utf8_valid(struct span text);

/*
 * Appends the NFC form of a name.
 * RC_FORMAT  not UTF-8; empty; a control, format, bidi, private-use or unassigned character; a
 * white space other than U+0020, or one at either end; d names the code point RC_LIMIT   over
 * NAME_CHARACTERS_MAX characters
 */
MUST_CHECK enum rc name_normalise(struct span name, struct buf *to, struct diag *d);

/*
 * Appends the form for comparison of a name that name_normalise() took: separators
 * U+00B7 U+2022 U+2027 U+30FB U+FF0E U+002E U+22C5 become U+00B7, Latin letters lose case and
 * full width, spaces around a separator go.
 */
MUST_CHECK enum rc name_fold(struct span name, struct buf *to, struct diag *d);
bool name_same(struct span a, struct span b); /* by their folded forms; false when out of memory */
