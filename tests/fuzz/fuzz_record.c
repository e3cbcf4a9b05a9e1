/*
 * Any cells in, as a table would give them: the first byte is the kind, then cells of a column byte
 * and a value up to 0x1E. Never crashes; a row without reasons has every required field; no detail
 * repeats what stands in the cells.
 */
#include <stdlib.h>
#include <string.h>

#include "issuer/scheme/record.h"

#define CELLS_MAX 32
#define TODAY     20779
#define CELL_END  0x1E

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct span column_of(enum record_kind kind, const uint8_t *byte)
{
    const struct record_column *const c = record_column_at(kind, *byte % 16u);
    return c ? span_text(c->name) : span_of(byte, 1);
}

static size_t split(enum record_kind kind, struct span text, struct cell cells[CELLS_MAX])
{
    size_t count = 0;
    while (text.len > 0 && count < CELLS_MAX) {
        const uint8_t *const end = memchr(text.ptr, CELL_END, text.len);
        const size_t len = end ? (size_t)(end - text.ptr) : text.len;
        if (len > 0)
            cells[count++] =
                (struct cell){ column_of(kind, text.ptr), span_of(text.ptr + 1, len - 1) };
        const size_t taken = len + (end != NULL);
        text = span_of(text.ptr + taken, text.len - taken);
    }
    return count;
}

/* Long enough, and with digits enough, that no word of ours is like it by chance. */
static bool is_like_an_id_number(struct span value)
{
    size_t digits = 0;
    for (size_t i = 0; i < value.len; i++)
        digits += value.ptr[i] >= '0' && value.ptr[i] <= '9';
    return value.len >= 11 && value.len <= 30 && digits >= 11;
}

static void check_detail(const char *detail, const struct cell *cells, size_t count)
{
    char value[31];
    for (const char *c = detail; *c != '\0'; c++)
        if (*c < ' ' || *c > '~')
            abort(); /* a name, or worse */
    for (size_t i = 0; i < count; i++) {
        if (!is_like_an_id_number(cells[i].value))
            continue;
        memcpy(value, cells[i].value.ptr, cells[i].value.len);
        value[cells[i].value.len] = '\0';
        if (strstr(detail, value) && strlen(value) == cells[i].value.len)
            abort();
    }
}

static void check_required(enum record_kind kind, const struct cell *cells, size_t count)
{
    const struct record_column *c;
    for (size_t i = 0; (c = record_column_at(kind, i)) != NULL; i++) {
        bool filled = !c->required;
        for (size_t n = 0; n < count; n++)
            filled |= cells[n].value.len > 0 && span_equal(cells[n].column, span_text(c->name));
        if (!filled)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    /* An exact-size heap copy lets the sanitizer see a one-byte over-read. */
    uint8_t *const copy = malloc(size);
    if (!copy)
        return 0;
    memcpy(copy, data, size);

    const enum record_kind kind = (enum record_kind)(copy[0] % (KIND_COUNT - 1) + 1);
    struct cell cells[CELLS_MAX];
    const size_t count = split(kind, span_of(copy + 1, size - 1), cells);
    struct record record;
    struct reasons reasons;
    record_read(kind, cells, count, TODAY, &record, &reasons);
    for (size_t i = 0; i < reasons.count; i++)
        check_detail(reasons.items[i].detail, cells, count);
    if (reasons.count == 0)
        check_required(kind, cells, count);

    struct buf bytes = { 0 };
    record_canonical_put(&bytes, &record);
    if (!buf_ok(&bytes) || bytes.ptr[0] != (uint8_t)kind)
        abort();
    buf_free(&bytes);
    free(copy);
    return 0;
}
