/*
 * Any bytes as what people hand to the offline tool. Pictures are read by another process (and by
 * fuzz_picture.c): here the lines that stand behind the magic are what was seen in one. Whatever is
 * taken is a token's bytes, with the text that they came in, or a PDF.
 */
#include <stdlib.h>
#include <string.h>

#include "core/cert/digits.h"
#include "verifier/certcheck/input.h"
#include "verifier/certcheck/picture_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
enum rc __wrap_picture_texts(struct span file, struct buf *to, struct diag *d);

#define TEXT_MAX 4096u

enum rc __wrap_picture_texts(struct span file, struct buf *to, struct diag *d)
{
    const uint8_t *const end = memchr(file.ptr, '\n', file.len);
    if (!end)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a picture of nothing");
    buf_put(to, end + 1, file.len - (size_t)(end + 1 - file.ptr));
    return buf_rc(to, d);
}

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void must_be_one(const struct input *in)
{
    struct qr_text parts;
    ON_EXIT(buf_free_at) struct buf token = { 0 };
    must((in->token.len > 0) != (in->pdf.len > 0));
    if (in->text.len == 0)
        return;
    must(qr_text_parse(buf_span(&in->text), &parts, NULL) == RC_OK &&
         span_equal(parts.host, in->host) && digits_decode(parts.digits, &token, NULL) == RC_OK &&
         span_equal(buf_span(&token), buf_span(&in->token)));
}

/* As an argument: no file has a name that begins so. */
static void take_argument(const uint8_t *data, size_t size)
{
    char text[TEXT_MAX + 16] = "0123456789/";
    ON_EXIT(input_free) struct input in = { 0 };
    if (size > TEXT_MAX)
        return;
    if (size > 0)
        memcpy(text + strlen(text), data, size);
    if (input_read(text, &in, NULL) == RC_OK)
        must_be_one(&in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ON_EXIT(input_free) struct input in = { 0 };
    struct diag d = DIAG_INIT;
    const enum rc rc = input_take(span_of(data, size), &in, &d);
    must(rc != RC_OK || d.code == RC_OK);
    if (rc == RC_OK)
        must_be_one(&in);
    else
        must(in.token.len == 0 && in.text.len == 0 && in.pdf.len == 0);
    take_argument(data, size);
    return 0;
}
