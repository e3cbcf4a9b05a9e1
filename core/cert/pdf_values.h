/*
 * What the fields of a certificate's PDF say (docs/pdf.md section 6): one table for who fills them
 * in and for who checks them.
 */
#pragma once

#include "core/base/buf.h"
#include "core/cert/directory.h"
#include "core/cert/token.h"

enum pdf_value {
    PDF_VALUE_UNKNOWN = 0, /* the profile has no field of this name */
    PDF_VALUE_TOKEN,       /* the token says it; empty: it has not that claim */
    PDF_VALUE_NAME,        /* what the directory calls it; empty: not known */
    PDF_VALUE_MADE,        /* the day on which the copy was made */
    PDF_VALUE_UNTIL,       /* the copy's last day */
    PDF_VALUE_FREE,        /* the PDF alone says it */
    PDF_VALUE_PICTURE,
};

#define PDF_NO_DATE INT32_MIN

struct pdf_values {
    const struct token *token;
    const struct directory *directory; /* NULL: none at hand */
    int32_t made, until;    /* days as in a token; PDF_NO_DATE: leaves its fields empty */
    struct span deployment; /* its name */
    bool chinese;           /* the language of the layout */
};

/* Appends the text of this field, as UTF-8. */
enum pdf_value pdf_value_put(struct buf *to, struct span name, const struct pdf_values *values);

/* The day that a field of PDF_VALUE_UNTIL or _MADE shows, in either spelling. False: none. */
bool pdf_value_date(struct span text, int32_t *ret);

/* What a type of identity document (GB/T 36903) is called; NULL: it has no name of its own. */
const char *pdf_id_type_name(uint32_t type, bool chinese);
