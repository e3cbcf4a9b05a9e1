/* A line that says what type it is, then any bytes as a form: fields lie in what was sent, have
 * names of their own, and are no more than there may be. */
#include <stdlib.h>
#include <string.h>

#include "verifier/daemon/forms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool lies_in(struct span part, struct span whole)
{
    const uintptr_t from = (uintptr_t)whole.ptr, at = (uintptr_t)part.ptr;
    return part.len == 0 ||
           (at >= from && at - from <= whole.len && part.len <= whole.len - (at - from));
}

static void look(enum rc rc, const struct diag *d, const struct form *f, struct span in)
{
    if (rc != d->code)
        abort();
    if (rc != RC_OK)
        return;
    if (f->count > FORM_FIELDS_MAX)
        abort();
    for (size_t i = 0; i < f->count; i++) {
        const struct form_field *const field = &f->fields[i];
        if (!lies_in(field->name, in) || !lies_in(field->value, in) ||
            field->name.len > FORM_NAME_MAX)
            abort();
        for (size_t j = 0; j < i; j++)
            if (span_equal(f->fields[j].name, field->name))
                abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct form multipart = { 0 }, coded = { 0 };
    struct diag d = DIAG_INIT, e = DIAG_INIT;
    const uint8_t *const end = size > 0 ? memchr(data, '\n', size) : NULL;
    const size_t type_len = end ? (size_t)(end - data) : size;
    const struct span body = end ? span_of(end + 1, size - type_len - 1) : (struct span){ 0 };
    uint8_t *const room = malloc(body.len + 1); /* of its own, so that a byte too many is seen */
    if (!room)
        return 0;
    look(form_multipart_read(span_of(data, type_len), body, &multipart, &d), &d, &multipart, body);
    look(form_urlencoded_read(body, room, &coded, &e), &e, &coded, span_of(room, body.len));
    free(room);
    return 0;
}
