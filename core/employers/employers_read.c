#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/dates.h"
#include "core/employers/employers.h"
#include "core/json/json.h"

#define MEMBERS 6u /* and people_per_day, which few have */

static enum rc refuse(struct diag *d, const struct employer *e, const char *what)
{
    return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "employer '%.100s': %s", e->name, what);
}

static struct span text_of(const json_t *value, const char *member)
{
    const json_t *const text = json_object_get(value, member);
    return json_is_string(text) ? span_of(json_string_value(text), json_string_length(text))
                                : (struct span){ 0 };
}

static bool read_text(const json_t *value, const char *member, size_t max, char *ret)
{
    const struct span text = text_of(value, member);
    if (!employer_text_valid(text, max))
        return false;
    memcpy(ret, text.ptr, text.len);
    ret[text.len] = '\0';
    return true;
}

static bool read_state(struct span word, bool *ret_suspended)
{
    *ret_suspended = span_equal(word, SPAN_LITERAL("suspended"));
    return *ret_suspended || span_equal(word, SPAN_LITERAL("active"));
}

static bool read_bound(const json_t *bound, uint32_t max, uint32_t *ret)
{
    const json_int_t n = json_is_integer(bound) ? json_integer_value(bound) : 0;
    *ret = n >= 1 && n <= max ? (uint32_t)n : 0;
    return *ret > 0;
}

static enum rc read_employer(const json_t *value, struct employer *e, struct diag *d)
{
    if (!read_text(value, "name", EMPLOYER_NAME_MAX, e->name))
        return refuse(d, e, "'name' is no name");
    const json_t *const people = json_object_get(value, "people_per_day");
    if (json_object_size(value) != MEMBERS + (people ? 1 : 0))
        return refuse(d, e, "a member is missing, or unknown");
    if (!read_text(value, "purpose", EMPLOYER_PURPOSE_MAX, e->purpose))
        return refuse(d, e, "'purpose' is no text");
    if (!hex_decode(text_of(value, "key"), e->key, SHA256_LEN))
        return refuse(d, e, "'key' is no SHA-256");
    if (!read_bound(json_object_get(value, "rows_per_day"), EMPLOYER_ROWS_MAX, &e->rows_per_day))
        return refuse(d, e, "'rows_per_day' is no such number");
    if (people && !read_bound(people, EMPLOYER_PEOPLE_MAX, &e->people_per_day))
        return refuse(d, e, "'people_per_day' is no such number");
    if (!read_state(text_of(value, "state"), &e->suspended))
        return refuse(d, e, "'state' is neither active nor suspended");
    if (!time_parse(text_of(value, "added"), &e->added))
        return refuse(d, e, "'added' is no time");
    return RC_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct employer *)a)->name, ((const struct employer *)b)->name);
}

static enum rc settle(struct employers *e, struct diag *d)
{
    if (e->count > 1)
        qsort(e->at, e->count, sizeof *e->at, by_name);
    for (size_t i = 1; i < e->count; i++)
        if (strcmp(e->at[i - 1].name, e->at[i].name) == 0)
            return refuse(d, &e->at[i], "stands twice");
    return RC_OK;
}

enum rc employers_read(struct span text, struct employers *ret, struct diag *d)
{
    assert(ret && ret->count == 0);

    ON_EXIT(json_decref_at) json_t *root = NULL;
    enum rc rc = json_read(text, &root, d);
    if (rc != RC_OK)
        return rc;
    const json_t *const list = json_object_get(root, "employers");
    if (json_object_size(root) != 2 || !json_is_array(list) ||
        json_integer_value(json_object_get(root, "format")) != 1)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "not {\"format\":1,\"employers\":[…]}");
    for (size_t i = 0; rc == RC_OK && i < json_array_size(list); i++) {
        struct employer *e = NULL;
        rc = employers_more(ret, &e, d);
        if (rc == RC_OK)
            rc = read_employer(json_array_get(list, i), e, d);
    }
    return rc == RC_OK ? settle(ret, d) : rc;
}
