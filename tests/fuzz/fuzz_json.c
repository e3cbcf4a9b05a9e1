/* Any bytes in: what is accepted has no NUL, is at most 32 deep, and says the same when written and
 * read again. */
#include <stdlib.h>

#include "core/json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t depth_of(json_t *value)
{
    size_t deepest = 0, i;
    const char *key;
    json_t *member;
    if (json_is_array(value)) {
        json_array_foreach(value, i, member) deepest = larger(deepest, depth_of(member));
    } else if (json_is_object(value)) {
        json_object_foreach(value, key, member) deepest = larger(deepest, depth_of(member));
    } else {
        return 0;
    }
    return deepest + 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ON_EXIT(json_decref_at) json_t *value = NULL;
    ON_EXIT(json_decref_at) json_t *again = NULL;
    ON_EXIT(buf_free_at) struct buf first = { 0 };
    ON_EXIT(buf_free_at) struct buf second = { 0 };
    struct diag d = DIAG_INIT;

    const enum rc rc = json_read(span_of(data, size), &value, &d);
    if ((rc == RC_OK) != (value != NULL) || d.code != rc)
        abort();
    if (rc != RC_OK)
        return 0;

    if (depth_of(value) > 32)
        abort();
    if (json_write(value, 0, &first, NULL) != RC_OK ||
        json_read(buf_span(&first), &again, NULL) != RC_OK ||
        json_write(again, 0, &second, NULL) != RC_OK ||
        !span_equal(buf_span(&first), buf_span(&second)))
        abort();
    return 0;
}
