/* Numbers that carry a check character, by the standard of each. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/attrs.h"
#include "core/base/span.h"

/* ISO/IEC 7064 MOD 11,10 over digits; '0'..'9', or 0 when text holds something else. */
char check_mod_11_10(struct span digits);

/* ISO/IEC 7064 MOD 37,36 over 0-9 A-Z; a character of that set, or 0 when text holds something
 * else. */
char check_mod_37_36(struct span text);

/* GB 32100-2015: 18 characters of its set, the last one right. */
bool credit_code_valid(struct span code);

#define RESIDENT_ID_LEN 18

/*
 * GB 11643-1999. Takes 18 characters (a final x counts as X) or the older 15 digits, which are
 * raised to 18 (19yy). Checks the check character and that the birth date exists and is not after
 * today. False, nothing written: not such a number.
 */
MUST_CHECK bool resident_id_normalise(struct span number, int32_t today,
                                      char ret[RESIDENT_ID_LEN + 1]);

/* GB/T 36903 codes of identity documents. */
enum id_type {
    ID_RESIDENT = 111,
    ID_PASSPORT = 414,
    ID_TAIWAN = 511,
    ID_HK_MACAO = 516,
    ID_OTHER = 999
};

#define ID_NUMBER_MAX 30 /* characters */

/*
 * The stored form of a document's number: resident numbers as above, others in upper case with
 * length and charset checked. False, nothing written: not a number of that type, or no such type.
 */
MUST_CHECK bool id_number_normalise(unsigned type, struct span number, int32_t today,
                                    char ret[ID_NUMBER_MAX + 1]);

#define ELICENCE_MAX 96 /* bytes, with NUL */

/*
 * GB/T 36904-2018 identifier: root, type, issuer, number and version with dots, and the MOD 37,36
 * check over those four without dots. version 1 to 999.
 */
MUST_CHECK bool elicence_format(const char *type21, const char *issuer18, const char *number,
                                unsigned version, char ret[ELICENCE_MAX]);

enum elicence_check { ELICENCE_MALFORMED = 0, ELICENCE_WRONG_CHECK, ELICENCE_GOOD = 90 };
enum elicence_check elicence_check(struct span text);
