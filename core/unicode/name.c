#include "core/unicode/name.h"

#include <assert.h>
#include <stdlib.h>

#include <utf8proc.h>

#define SEPARATOR 0x00B7

/* Bytes of a name before NFC, which may be spelt out in many combining marks. */
#define NAME_RAW_MAX ((size_t)NAME_CHARACTERS_MAX * 16)

bool utf8_valid(struct span text)
{
    size_t at = 0;
    while (at < text.len) {
        utf8proc_int32_t c;
        const utf8proc_ssize_t n =
            utf8proc_iterate(text.ptr + at, (utf8proc_ssize_t)(text.len - at), &c);
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

/*
 * Characters for names that Unicode has and an older utf8proc calls unassigned. Debian 12's 2.8.0
 * knows Unicode 15.0; extension I came with 15.1 for GB 18030-2022, amendment 1. Extensions G and
 * H stand here for builds with a utf8proc older than that. None decomposes, so NFC leaves them.
 */
static const struct range {
    utf8proc_int32_t first, last;
} newer_ideographs[] = {
    { 0x2EBF0, 0x2EE5D }, /* CJK extension I, Unicode 15.1 */
    { 0x30000, 0x3134A }, /* CJK extension G, Unicode 13.0 */
    { 0x31350, 0x323AF }, /* CJK extension H, Unicode 15.0 */
};

static bool is_newer_ideograph(utf8proc_int32_t c)
{
    for (size_t i = 0; i < sizeof newer_ideographs / sizeof newer_ideographs[0]; i++)
        if (c >= newer_ideographs[i].first && c <= newer_ideographs[i].last)
            return true;
    return false;
}

/* What is wrong with a character of a name; NULL: nothing. */
static const char *fault_of(utf8proc_int32_t c)
{
    /* General categories are an open enumeration to us: what is not named here may stand. */
    const int category = (int)utf8proc_category(c);
    if (category == UTF8PROC_CATEGORY_CC)
        return "a control character";
    if (category == UTF8PROC_CATEGORY_CF)
        return "a format or direction character";
    if (category == UTF8PROC_CATEGORY_CO)
        return "a private-use character";
    if (category == UTF8PROC_CATEGORY_CN || category == UTF8PROC_CATEGORY_CS)
        return is_newer_ideograph(c) ? NULL : "an unassigned character";
    if (category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP ||
        (category == UTF8PROC_CATEGORY_ZS && c != ' '))
        return "a white space other than U+0020";
    return NULL;
}

/* text is UTF-8: every step succeeds. */
static utf8proc_int32_t next_character(struct span text, size_t *at)
{
    utf8proc_int32_t c = 0;
    const utf8proc_ssize_t n =
        utf8proc_iterate(text.ptr + *at, (utf8proc_ssize_t)(text.len - *at), &c);
    assert(n > 0);
    *at += (size_t)n;
    return c;
}

static enum rc check_characters(struct span name, struct diag *d)
{
    if (name.len == 0)
        return diag_set(d, RC_FORMAT, 0, "the name is empty");
    if (name.ptr[0] == ' ' || name.ptr[name.len - 1] == ' ')
        return diag_set(d, RC_FORMAT, 0, "the name begins or ends with a space");

    size_t count = 0;
    for (size_t at = 0; at < name.len; count++) {
        const size_t offset = at;
        const utf8proc_int32_t c = next_character(name, &at);
        const char *const fault = fault_of(c);
        if (fault)
            return diag_set(d, RC_FORMAT, offset, "U+%04X is %s", (unsigned)c, fault);
    }
    if (count > NAME_CHARACTERS_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "the name has %zu characters, over %d", count,
                        NAME_CHARACTERS_MAX);
    return RC_OK;
}

/* The library's flags are an enumeration that does not name their sums. */
static utf8proc_option_t nfc_options(void)
{
    int options = UTF8PROC_STABLE;
    options |= UTF8PROC_COMPOSE;
    return (utf8proc_option_t)options;
}

static void free_at(utf8proc_uint8_t **bytes)
{
    free(*bytes);
}

static enum rc explain(utf8proc_ssize_t error, struct diag *d)
{
    if (error == UTF8PROC_ERROR_NOMEM)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "while composing a name");
    return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the name is not UTF-8");
}

enum rc name_normalise(struct span name, struct buf *to, struct diag *d)
{
    assert(to);

    if (name.len > NAME_RAW_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "the name has %zu bytes", name.len);
    if (!utf8_valid(name))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the name is not UTF-8");
    if (name.len == 0)
        return diag_set(d, RC_FORMAT, 0, "the name is empty");

    ON_EXIT(free_at) utf8proc_uint8_t *nfc = NULL;
    const utf8proc_ssize_t len =
        utf8proc_map(name.ptr, (utf8proc_ssize_t)name.len, &nfc, nfc_options());
    if (len < 0)
        return explain(len, d);

    const struct span text = span_of(nfc, (size_t)len);
    const enum rc rc = check_characters(text, d);
    if (rc != RC_OK)
        return rc;
    buf_put_span(to, text);
    return buf_rc(to, d);
}

static bool is_separator(utf8proc_int32_t c)
{
    static const utf8proc_int32_t looks[] = { SEPARATOR, 0x2022, 0x2027, 0x30FB,
                                              0xFF0E,    0x002E, 0x22C5 };
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++)
        if (c == looks[i])
            return true;
    return false;
}

static bool is_latin(utf8proc_int32_t c)
{
    return c < 0x0250 || (c >= 0x1E00 && c <= 0x1EFF);
}

static utf8proc_int32_t fold_character(utf8proc_int32_t c)
{
    if (is_separator(c))
        return SEPARATOR;
    if ((c >= 0xFF21 && c <= 0xFF3A) || (c >= 0xFF41 && c <= 0xFF5A))
        c -= 0xFF21 - 'A';
    return is_latin(c) ? utf8proc_tolower(c) : c;
}

/* Folds into text; returns the count. A space next to a separator goes. */
static size_t fold_characters(struct span name, utf8proc_int32_t *text)
{
    size_t count = 0;
    for (size_t at = 0; at < name.len;) {
        const utf8proc_int32_t c = fold_character(next_character(name, &at));
        if (c == ' ' && count > 0 && text[count - 1] == SEPARATOR)
            continue;
        while (c == SEPARATOR && count > 0 && text[count - 1] == ' ')
            count--;
        text[count++] = c;
    }
    return count;
}

enum rc name_fold(struct span name, struct buf *to, struct diag *d)
{
    assert(to);

    if (name.len > NAME_RAW_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "the name has %zu bytes", name.len);
    if (!utf8_valid(name))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the name is not UTF-8");

    utf8proc_int32_t text[NAME_RAW_MAX];
    utf8proc_ssize_t count = (utf8proc_ssize_t)fold_characters(name, text);
    /* A full-width letter that has become a plain one may take the mark behind it. */
    count = utf8proc_normalize_utf32(text, count, nfc_options());
    assert(count >= 0);

    for (utf8proc_ssize_t i = 0; i < count; i++) {
        utf8proc_uint8_t bytes[4];
        buf_put(to, bytes, (size_t)utf8proc_encode_char(text[i], bytes));
    }
    return buf_rc(to, d);
}

bool name_same(struct span a, struct span b)
{
    ON_EXIT(buf_free_at) struct buf fa = { 0 };
    ON_EXIT(buf_free_at) struct buf fb = { 0 };
    if (name_fold(a, &fa, NULL) != RC_OK || name_fold(b, &fb, NULL) != RC_OK)
        return false;
    return span_equal(buf_span(&fa), buf_span(&fb));
}
