/*
 * A cursor over the text of a PDF that can have one form only. Failure is sticky: what does not
 * stand there as expected is noted once, with its offset, and from then on nothing moves and
 * everything read is zero or empty. So a parser reads like the grammar and asks once at the end.
 */
#pragma once

#include "core/base/attrs.h"
#include "core/base/rc.h"
#include "core/base/span.h"

struct pdf_scan {
    struct span in; /* the whole file */
    size_t pos;
    const char *part; /* what is being read, for the message: "the page" */
    struct diag *d;
    bool failed;
};

void pdf_scan_fail(struct pdf_scan *s, size_t at);

/* Exactly this text comes next; at most PDF_SCAN_EXACT_MAX bytes. */
#define PDF_SCAN_EXACT_MAX 640
PRINTF_LIKE(2, 3) void pdf_scan_exact(struct pdf_scan *s, const char *fmt, ...);
/* True, and passed, when this text comes next. */
bool pdf_scan_try(struct pdf_scan *s, const char *text);
bool pdf_scan_peek(const struct pdf_scan *s, const char *text);
/* The first byte of a number comes next. */
bool pdf_scan_at_number(const struct pdf_scan *s);

/* Decimal, no sign, no leading zero, at most max. */
uint32_t pdf_scan_uint(struct pdf_scan *s, uint32_t max);
/* Any number of docs/pdf.md section 1, of at most seven digits before the point. */
void pdf_scan_number(struct pdf_scan *s);
void pdf_scan_integer(struct pdf_scan *s); /* the same, without a point */
/* Four lower-case hex digits. */
uint32_t pdf_scan_hex16(struct pdf_scan *s);
/* The longest run of lower-case hex digits, and of bytes of a set: min to max of them. */
struct span pdf_scan_hex(struct pdf_scan *s, size_t min, size_t max);
struct span pdf_scan_run(struct pdf_scan *s, bool (*in_set)(uint8_t c), size_t min, size_t max);
struct span pdf_scan_take(struct pdf_scan *s, size_t len); /* any bytes */
