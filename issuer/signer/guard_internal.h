/* The guard's inside, for the files of issuer/signer alone. */
#pragma once

#include <pthread.h>

#include "issuer/signer/guard.h"

struct guard {
    pthread_mutex_t lock; /* of the memory */
    struct memory *memory;
};

/* No log of this deployment has such an index: far beyond what any token key may sign. */
MUST_CHECK enum rc guard_index(const struct trust_list *trust, uint64_t index, struct diag *d);
