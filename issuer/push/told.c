#include "issuer/push/told.h"

#include <stdio.h>
#include <string.h>

static const char *text_at(const json_t *object, const char *name)
{
    const char *const text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

enum rc told_batch_read(struct span json, struct told_batch *ret, struct diag *d)
{
    ON_EXIT(json_decref_at) json_t *batch = NULL;
    const enum rc rc = json_read(json, &batch, d);
    if (rc != RC_OK)
        return rc;
    const char *const state = text_at(batch, "state");
    struct told_batch told = { .done = strcmp(state, "done") == 0,
                               .failed = strcmp(state, "failed") == 0 };
    if (!told.done && !told.failed && strcmp(state, "queued") != 0 && strcmp(state, "working") != 0)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the server's answer is no state of a batch");
    const json_t *const error = json_object_get(batch, "error");
    (void)snprintf(told.error, sizeof told.error, "%.40s: %.120s", text_at(error, "code"),
                   text_at(error, "text"));
    *ret = told;
    return RC_OK;
}

void told_result_free(struct told_result *r)
{
    json_decref(r->object);
    *r = (struct told_result){ 0 };
}

static enum row_outcome outcome_from(const char *name)
{
    for (int o = OUTCOME_RECORDED; o <= OUTCOME_CONFLICT; o++)
        if (strcmp(outcome_name((enum row_outcome)o), name) == 0)
            return (enum row_outcome)o;
    return OUTCOME_NONE;
}

enum rc told_result_read(struct span line, struct told_result *ret, struct diag *d)
{
    ON_EXIT(json_decref_at) json_t *object = NULL;
    const enum rc rc = json_read(line, &object, d);
    if (rc != RC_OK)
        return rc;
    const json_t *const row = json_object_get(object, "row");
    const enum row_outcome outcome = outcome_from(text_at(object, "outcome"));
    if (!json_is_integer(row) || json_integer_value(row) < 1 || outcome == OUTCOME_NONE ||
        !json_is_array(json_object_get(object, "reasons")))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the server's answer is no result of a row");
    *ret = (struct told_result){ TAKE(object), (uint64_t)json_integer_value(row), outcome };
    return RC_OK;
}

/* Row and file stand first, as `import` writes them. */
enum rc told_result_place(struct told_result *r, uint64_t row, const char *file, struct diag *d)
{
    ON_EXIT(json_decref_at)
    json_t *placed = file ? json_pack("{s:I, s:s}", "row", (json_int_t)row, "file", file)
                          : json_pack("{s:I}", "row", (json_int_t)row);
    if (!placed || json_object_update_missing(placed, r->object) != 0)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for a result");
    json_decref(r->object);
    r->object = TAKE(placed);
    r->row = row;
    return RC_OK;
}
