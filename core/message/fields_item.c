#include <string.h>

#include "core/crypto/hash.h"
#include "core/message/fields_read.h"

#define INTEGER_DIGITS  15u /* RFC 8941 section 3.3.1 */
#define DECIMAL_DIGITS  12u /* before the point; section 3.3.2 */
#define FRACTION_DIGITS 3u

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_lower(uint8_t c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_alpha(uint8_t c)
{
    return is_lower(c) || (c >= 'A' && c <= 'Z');
}

static bool is_among(uint8_t c, const char *set)
{
    return c != 0 && strchr(set, c) != NULL;
}

static bool is_token_character(uint8_t c)
{
    return is_alpha(c) || is_digit(c) || is_among(c, "!#$%&'*+-.^_`|~:/");
}

static enum rc refuse(const struct field_cursor *c, struct diag *d, const char *what)
{
    return diag_set(d, RC_FORMAT, c->at, "not a structured field: %s", what);
}

enum rc cursor_key(struct field_cursor *c, struct span *ret, struct diag *d)
{
    const size_t start = c->at;
    if (!is_lower(cursor_peek(c)) && cursor_peek(c) != '*')
        return refuse(c, d, "a key expected");
    while (is_lower(cursor_peek(c)) || is_digit(cursor_peek(c)) || is_among(cursor_peek(c), "_-.*"))
        c->at++;
    *ret = cursor_since(c, start);
    return RC_OK;
}

static size_t take_digits(struct field_cursor *c)
{
    const size_t start = c->at;
    while (is_digit(cursor_peek(c)))
        c->at++;
    return c->at - start;
}

static int64_t integer_of(struct span raw)
{
    int64_t n = 0;
    const bool negative = raw.ptr[0] == '-';
    for (size_t i = negative; i < raw.len; i++)
        n = n * 10 + (raw.ptr[i] - '0');
    return negative ? -n : n;
}

static enum rc take_number(struct field_cursor *c, struct field_item *ret, struct diag *d)
{
    const size_t start = c->at;
    (void)cursor_take(c, '-');
    const size_t digits = take_digits(c);
    if (digits == 0)
        return refuse(c, d, "a digit expected");
    if (!cursor_take(c, '.')) {
        if (digits > INTEGER_DIGITS)
            return refuse(c, d, "an integer of more than 15 digits");
        *ret = (struct field_item){ FIELD_INTEGER, cursor_since(c, start), 0 };
        ret->number = integer_of(ret->raw);
        return RC_OK;
    }
    const size_t fraction = take_digits(c);
    if (digits > DECIMAL_DIGITS || fraction == 0 || fraction > FRACTION_DIGITS)
        return refuse(c, d, "a decimal of more than 12 and 3 digits, or of none");
    *ret = (struct field_item){ FIELD_DECIMAL, cursor_since(c, start), 0 };
    return RC_OK;
}

static enum rc take_string(struct field_cursor *c, struct field_item *ret, struct diag *d)
{
    const size_t start = c->at++;
    while (!cursor_take(c, '"')) {
        if (cursor_take(c, '\\') && cursor_peek(c) != '"' && cursor_peek(c) != '\\')
            return refuse(c, d, "only a quote or a backslash may follow a backslash");
        if (cursor_peek(c) < ' ' || cursor_peek(c) > '~')
            return refuse(c, d, "a string that does not end, or holds more than ASCII");
        c->at++;
    }
    *ret = (struct field_item){ FIELD_STRING, cursor_since(c, start), 0 };
    return RC_OK;
}

static enum rc take_bytes(struct field_cursor *c, struct field_item *ret, struct diag *d)
{
    const size_t start = ++c->at;
    while (!cursor_ended(c) && cursor_peek(c) != ':')
        c->at++;
    ON_EXIT(buf_free_at) struct buf decoded = { 0 };
    const bool good = base64_decode(cursor_since(c, start), &decoded);
    const enum rc rc = buf_rc(&decoded, d);
    if (rc != RC_OK)
        return rc;
    if (!good || !cursor_take(c, ':'))
        return refuse(c, d, "base64 between two colons expected");
    *ret = (struct field_item){ FIELD_BYTES, cursor_since(c, start - 1), 0 };
    return RC_OK;
}

static enum rc take_boolean(struct field_cursor *c, struct field_item *ret, struct diag *d)
{
    const size_t start = c->at++;
    const uint8_t value = cursor_peek(c);
    if (value != '0' && value != '1')
        return refuse(c, d, "?0 or ?1 expected");
    c->at++;
    *ret = (struct field_item){ FIELD_BOOLEAN, cursor_since(c, start), value - '0' };
    return RC_OK;
}

/* RFC 8941 section 4.2.3.1 */
enum rc cursor_bare_item(struct field_cursor *c, struct field_item *ret, struct diag *d)
{
    const uint8_t first = cursor_peek(c);
    if (first == '-' || is_digit(first))
        return take_number(c, ret, d);
    if (first == '"')
        return take_string(c, ret, d);
    if (first == ':')
        return take_bytes(c, ret, d);
    if (first == '?')
        return take_boolean(c, ret, d);
    if (!is_alpha(first) && first != '*')
        return refuse(c, d, "a value expected");

    const size_t start = c->at;
    while (is_token_character(cursor_peek(c)))
        c->at++;
    *ret = (struct field_item){ FIELD_TOKEN, cursor_since(c, start), 0 };
    return RC_OK;
}

void field_string_put(struct buf *to, const struct field_item *item)
{
    for (size_t i = 1; i + 1 < item->raw.len; i++) {
        if (item->raw.ptr[i] == '\\')
            i++;
        buf_put_u8(to, item->raw.ptr[i]);
    }
}

void field_bytes_put(struct buf *to, const struct field_item *item)
{
    if (!base64_decode(span_of(item->raw.ptr + 1, item->raw.len - 2), to))
        to->failed = true;
}

void field_item_put(struct buf *to, const struct field_item *item)
{
    if (item->kind == FIELD_INTEGER) /* "007" has one form too */
        buf_printf(to, "%lld", (long long)item->number);
    else
        buf_put_span(to, item->raw);
}

bool field_text_put(struct buf *to, struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < ' ' || text.ptr[i] > '~')
            return false;
    buf_put_u8(to, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (is_among(text.ptr[i], "\"\\"))
            buf_put_u8(to, '\\');
        buf_put_u8(to, text.ptr[i]);
    }
    buf_put_u8(to, '"');
    return true;
}
