/* Is it text at all? Pure. What may stand in a name is another question: core/unicode/name.h. */
#pragma once

#include "core/base/span.h"

/* Well-formed UTF-8 (RFC 3629 section 4: no overlong forms, no surrogates, at most U+10FFFF). */
bool utf8_well_formed(struct span text);
/* A control character stands in it: U+0000 to U+001F, U+007F to U+009F. text is well formed. */
bool utf8_has_control(struct span text);
