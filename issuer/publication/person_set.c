#include "issuer/publication/person_set.h"

#include <stdlib.h>

void person_set_free(struct person_set *s)
{
    free(s->items);
}

enum rc person_set_add(struct person_set *s, uint32_t unit, uint64_t person, struct diag *d)
{
    if (s->count == s->cap) {
        const size_t cap = s->cap ? 2 * s->cap : 1024;
        uint64_t *items = realloc(s->items, cap * sizeof *items);
        if (!items)
            return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "counting persons");
        s->items = items;
        s->cap = cap;
    }
    s->items[s->count++] = (uint64_t)unit << 48 | person;
    return RC_OK;
}

static int by_number(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

void person_set_unique(struct person_set *s)
{
    if (s->count == 0)
        return;
    qsort(s->items, s->count, sizeof *s->items, by_number);
    size_t kept = 1;
    for (size_t i = 1; i < s->count; i++) {
        if (s->items[i] != s->items[kept - 1])
            s->items[kept++] = s->items[i];
    }
    s->count = kept;
}
