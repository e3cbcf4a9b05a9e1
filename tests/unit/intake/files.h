/* Files of records for tests, in the scratch folder; all people are invented. */
#pragma once

#include "tests/unit/check.h"

#include "issuer/intake/rows.h"
#include "tests/unit/sys/scratch.h"

#define PHOTO_HEADER "record_id,id_type,id_number,file\n"
#define ORDER_HEADER "record_id,action,certificate,reason,reference,effective_on\n"

static inline const char *write_scratch(const char *name, struct span bytes)
{
    const char *const path = in_scratch(name);
    assert_int_equal(file_replace(path, bytes, 0600, NULL), RC_OK);
    return path;
}

static inline struct rows *open_rows(const char *name, enum record_kind kind, const char *text)
{
    struct rows *rows = NULL;
    struct diag d = DIAG_INIT;
    if (rows_open(write_scratch(name, span_text(text)), kind, &rows, &d) != RC_OK)
        fail_msg("%s: %s", name, d.text);
    return rows;
}
