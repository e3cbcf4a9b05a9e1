#include "core/qr/qr.h"

#include <assert.h>
#include <errno.h>

#include <qrencode.h>

static void free_code_at(QRcode **code)
{
    QRcode_free(*code);
}

static void free_input_at(QRinput **input)
{
    QRinput_free(*input);
}

static size_t leading_digits_from_end(struct span text)
{
    size_t n = 0;
    while (n < text.len && text.ptr[text.len - n - 1] >= '0' && text.ptr[text.len - n - 1] <= '9')
        n++;
    return n;
}

/* Two segments by hand: the library's own split counts a few bits more for some lengths. */
static enum rc append_segments(QRinput *input, struct span text, struct diag *d)
{
    const size_t digits = leading_digits_from_end(text);
    const size_t head = text.len - digits;

    if (head > 0 && QRinput_append(input, QR_MODE_AN, (int)head, text.ptr) != 0)
        return diag_set(d, RC_FORMAT, 0,
                        "a character that a QR code's alphanumeric mode does not have");
    if (digits > 0 && QRinput_append(input, QR_MODE_NUM, (int)digits, text.ptr + head) != 0)
        return diag_set(d, RC_NOMEM, head, "digits of a QR code");
    return RC_OK;
}

enum rc qr_encode(struct span text, struct qr *ret, struct diag *d)
{
    assert(ret);

    if (text.len == 0 || text.len > 7089)
        return diag_set(d, RC_LIMIT, text.len, "%zu characters do not fit a QR code", text.len);

    ON_EXIT(free_input_at) QRinput *input = QRinput_new2(0, QR_ECLEVEL_M);
    if (!input)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "QR input");
    const enum rc rc = append_segments(input, text, d);
    if (rc != RC_OK)
        return rc;

    ON_EXIT(free_code_at) QRcode *code = QRcode_encodeInput(input);
    if (!code)
        return diag_set(d, errno == ERANGE ? RC_LIMIT : RC_NOMEM, DIAG_NO_OFFSET,
                        "%zu characters as a QR code", text.len);

    ret->version = (unsigned)code->version;
    ret->width = (unsigned)code->width;
    for (size_t i = 0; i < (size_t)code->width * (size_t)code->width; i++)
        ret->dark[i] = code->data[i] & 1;
    return RC_OK;
}
