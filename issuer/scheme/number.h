/* Certificate numbers by the policy's template: unit(3) post(2) year(4) serial(7) check(1). Pure.
 */
#pragma once

#include <stdint.h>

#include "core/base/rc.h"

#define NUMBER_MAX 40 /* characters */

/*
 * template  words NAME(WIDTH) with spaces between, or literal characters in quotes; check must be
 *           last and is ISO/IEC 7064 MOD 11,10 over all digits before it
 * RC_FORMAT not such a template; RC_LIMIT a value wider than its place
 */
MUST_CHECK enum rc number_format(const char *template, uint32_t unit, uint32_t post, int year,
                                 uint64_t serial, char ret[NUMBER_MAX + 1], struct diag *d);
