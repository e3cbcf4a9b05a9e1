/*
 * Any bytes as a PDF of a certificate: what is read holds together and is text, one byte more is
 * not ours, and without a listed key nothing is authentic.
 */
#include <stdlib.h>

#include "core/base/utf8.h"
#include "core/cert/judge_pdf.h"
#include "core/cert/pdf_copy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_inside(struct span part, struct span file)
{
    return part.len == 0 || (part.ptr >= file.ptr && part.ptr + part.len <= file.ptr + file.len);
}

static void check_copy(const struct pdf_copy *copy, struct span file)
{
    const size_t covered = copy->before.len + copy->contents.len + 2 + copy->behind.len;
    if (!is_inside(copy->token, file) || !is_inside(copy->proof, file) ||
        !is_inside(copy->photo.bytes, file) || (copy->contents.len > 0 && covered != file.len))
        abort();
    for (size_t i = 0; i < copy->field_count; i++) {
        const struct span text = pdf_copy_text(copy, &copy->fields[i]);
        if (!utf8_well_formed(text) || utf8_has_control(text) || copy->fields[i].name.len == 0 ||
            copy->fields[i].name.len > PDF_COPY_NAME_MAX)
            abort();
    }
}

static void check_one_byte_more(struct span file)
{
    ON_EXIT(buf_free_at) struct buf longer = { 0 };
    ON_EXIT(pdf_copy_free) struct pdf_copy copy = { 0 };
    buf_put_span(&longer, file);
    buf_put_u8(&longer, '\n');
    if (buf_ok(&longer) && pdf_copy_read(buf_span(&longer), &copy, NULL) == RC_OK)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct trust_list nobody;
    const struct span file = span_of(data, size);
    const struct evidence at_hand = { .trust = &nobody, .now = 1700000000 };
    ON_EXIT(pdf_copy_free) struct pdf_copy copy = { 0 };
    struct verdict v;
    struct diag d = DIAG_INIT;
    const enum rc rc = pdf_copy_read(file, &copy, &d);
    if (rc == RC_OK) {
        check_copy(&copy, file);
        check_one_byte_more(file);
    } else if (d.offset > size) {
        abort();
    }
    if (judge_pdf(file, &at_hand, &v, NULL) == RC_OK && v.authentic == AUTH_TRUE)
        abort();
    return 0;
}
