/* Any text in: digits that decode are what the encoder makes of the bytes, and of nothing else. */
#include <stdlib.h>

#include "core/cert/digits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf bytes = { 0 }, again = { 0 };
    struct diag d = DIAG_INIT;
    struct qr_text qr;
    if (digits_decode(span_of(data, size), &bytes, NULL) == RC_OK) {
        digits_encode(buf_span(&bytes), &again);
        if (!buf_ok(&again) || !span_equal(buf_span(&again), span_of(data, size)))
            abort();
    }
    buf_clear(&bytes);
    buf_clear(&again);
    const enum rc rc = qr_text_parse(span_of(data, size), &qr, &d);
    if (rc != RC_OK && (d.code != rc || d.offset > size))
        abort();
    if (rc == RC_OK && digits_decode(qr.digits, &bytes, NULL) == RC_OK) {
        digits_encode(buf_span(&bytes), &again);
        if (!buf_ok(&again) || !span_equal(buf_span(&again), qr.digits))
            abort();
    }
    buf_free(&bytes);
    buf_free(&again);
    return 0;
}
