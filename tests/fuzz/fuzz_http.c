/*
 * Any bytes in as Host, a line end, and a target: what is taken has one reading. Decoded values are
 * UTF-8 without controls or hidden slashes, no parameter stands twice, and the same bytes as header
 * values are judged without a fault that no text explains.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"
#include "core/http/fields.h"
#include "core/http/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(struct span value)
{
    if (!utf8_well_formed(value) || utf8_has_control(value) || value.ptr[value.len] != '\0')
        abort();
}

static void check_target(const struct target *t)
{
    for (size_t i = 0; i < t->segment_count; i++) {
        check_text(t->segments[i].value);
        if (strpbrk((const char *)t->segments[i].value.ptr, "/\\"))
            abort();
    }
    for (size_t i = 0; i < t->field_count; i++) {
        check_text(t->fields[i].name);
        check_text(t->fields[i].value);
        for (size_t k = 0; k < i; k++)
            if (span_equal(t->fields[i].name, t->fields[k].name))
                abort();
    }
}

static void try_target(const char *target, struct span host)
{
    const char *origin;
    if (target_origin(target, host, &origin, NULL) != RC_OK)
        return;
    if (origin[0] != '/' || origin < target || origin > target + strlen(target))
        abort();

    /* No byte more than promised: the sanitizer watches. */
    char *const room = malloc(TARGET_ROOM(strlen(origin)));
    struct target t;
    if (room && target_parse(origin, room, &t, NULL) == RC_OK)
        check_target(&t);
    free(room);
}

static void judge_fields(const struct field *fields, size_t count, bool http_1_1)
{
    struct field_body b = { 0 };
    struct diag d = DIAG_INIT;
    const enum field_fault fault = fields_judge(fields, count, http_1_1, &b, &d);
    if ((fault == FIELD_MALFORMED) != (d.code != RC_OK))
        abort();
    if (fault == FIELD_FINE && b.chunked && (b.len > 0 || !http_1_1))
        abort();
}

static void try_fields(const char *name, struct span value)
{
    const struct field fields[] = { { "Host", value },
                                    { name, value },
                                    { "Content-Length", value } };
    for (size_t count = 0; count <= 3; count++)
        judge_fields(fields, count, true);
    judge_fields(fields, 0, false);
    judge_fields(fields, 2, false);
    (void)field_prefers_english(value);
}

/* Each header that frames a message or asks for something, in both versions. */
static void try_one(const char *name, struct span value)
{
    const struct field fields[] = { { "Host", SPAN_LITERAL("h") }, { name, value } };
    judge_fields(fields, 2, true);
    judge_fields(fields, 2, false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *const end = size > 0 ? memchr(data, '\n', size) : NULL;
    const struct span host = span_of(data, end ? (size_t)(end - data) : 0);
    const size_t at = end ? host.len + 1 : 0;
    char *const target = malloc(size - at + 1);
    if (!target)
        return 0;
    if (size > at)
        memcpy(target, data + at, size - at);
    target[size - at] = '\0';

    try_target(target, host);
    try_fields(target, host);
    try_one("Expect", host);
    try_one("Transfer-Encoding", host);
    try_fields("Accept-Language", field_trim(span_text(target)));
    free(target);
    return 0;
}
