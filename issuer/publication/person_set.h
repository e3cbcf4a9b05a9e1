/* Persons by unit, to be counted once each. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/base/rc.h"

struct person_set {
    uint64_t *items; /* unit in the upper 16 bits, person below */
    size_t count, cap;
};

MUST_CHECK enum rc person_set_add(struct person_set *s, uint32_t unit, uint64_t person,
                                  struct diag *d);
void person_set_unique(struct person_set *s); /* sorts, drops repeats */
void person_set_free(struct person_set *s);
