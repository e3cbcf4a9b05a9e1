#include "core/cert/pdf_scan.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#define INTEGER_DIGITS  7u
#define FRACTION_DIGITS 3u

void pdf_scan_fail(struct pdf_scan *s, size_t at)
{
    if (!s->failed)
        (void)diag_set(s->d, RC_FORMAT, at, "not a PDF of ours: %s is otherwise", s->part);
    s->failed = true;
}

static bool stands(const struct pdf_scan *s, const char *text, size_t len)
{
    return !s->failed && s->in.len - s->pos >= len && memcmp(s->in.ptr + s->pos, text, len) == 0;
}

void pdf_scan_exact(struct pdf_scan *s, const char *fmt, ...)
{
    char text[PDF_SCAN_EXACT_MAX + 1];
    va_list args;
    va_start(args, fmt);
    const int len = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    assert(len >= 0 && (size_t)len < sizeof text);
    if (stands(s, text, (size_t)len))
        s->pos += (size_t)len;
    else
        pdf_scan_fail(s, s->pos);
}

bool pdf_scan_peek(const struct pdf_scan *s, const char *text)
{
    return stands(s, text, strlen(text));
}

bool pdf_scan_try(struct pdf_scan *s, const char *text)
{
    const bool there = pdf_scan_peek(s, text);
    if (there)
        s->pos += strlen(text);
    return there;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f');
}

static uint8_t next(const struct pdf_scan *s)
{
    return !s->failed && s->pos < s->in.len ? s->in.ptr[s->pos] : 0;
}

bool pdf_scan_at_number(const struct pdf_scan *s)
{
    return is_digit(next(s)) || next(s) == '-';
}

struct span pdf_scan_run(struct pdf_scan *s, bool (*in_set)(uint8_t c), size_t min, size_t max)
{
    const size_t from = s->pos;
    size_t len = 0;
    while (!s->failed && len <= max && from + len < s->in.len && in_set(s->in.ptr[from + len]))
        len++;
    if (s->failed || len < min || len > max) {
        pdf_scan_fail(s, from);
        return (struct span){ 0 };
    }
    s->pos += len;
    return span_of(s->in.ptr + from, len);
}

struct span pdf_scan_hex(struct pdf_scan *s, size_t min, size_t max)
{
    return pdf_scan_run(s, is_hex, min, max);
}

uint32_t pdf_scan_uint(struct pdf_scan *s, uint32_t max)
{
    const size_t at = s->pos;
    const struct span digits = pdf_scan_run(s, is_digit, 1, 10);
    uint64_t value = 0;
    for (size_t i = 0; i < digits.len; i++)
        value = value * 10 + (uint64_t)(digits.ptr[i] - '0');
    if (value > max || (digits.len > 1 && digits.ptr[0] == '0'))
        pdf_scan_fail(s, at);
    return s->failed ? 0 : (uint32_t)value;
}

void pdf_scan_integer(struct pdf_scan *s)
{
    const size_t at = s->pos;
    const bool negative = pdf_scan_try(s, "-");
    const struct span digits = pdf_scan_run(s, is_digit, 1, INTEGER_DIGITS);
    const bool zero = digits.len > 0 && digits.ptr[0] == '0';
    if (zero && (digits.len > 1 || (negative && next(s) != '.')))
        pdf_scan_fail(s, at);
}

void pdf_scan_number(struct pdf_scan *s)
{
    const size_t at = s->pos;
    pdf_scan_integer(s);
    if (!pdf_scan_try(s, "."))
        return;
    const struct span part = pdf_scan_run(s, is_digit, 1, FRACTION_DIGITS);
    if (part.len > 0 && part.ptr[part.len - 1] == '0')
        pdf_scan_fail(s, at);
}

uint32_t pdf_scan_hex16(struct pdf_scan *s)
{
    uint32_t value = 0;
    const struct span four = pdf_scan_take(s, 4);
    for (size_t i = 0; i < four.len; i++) {
        const uint8_t c = four.ptr[i];
        if (!is_hex(c))
            pdf_scan_fail(s, s->pos - 4 + i);
        value = value << 4 | (uint32_t)(is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    return s->failed ? 0 : value;
}

struct span pdf_scan_take(struct pdf_scan *s, size_t len)
{
    if (s->failed || s->in.len - s->pos < len) {
        pdf_scan_fail(s, s->pos);
        return (struct span){ 0 };
    }
    s->pos += len;
    return span_of(s->in.ptr + s->pos - len, len);
}
