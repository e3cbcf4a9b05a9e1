/* One list of an employer under way, from what was sent to what is answered. */
#pragma once

#include "verifier/daemon/bulk_answer.h"
#include "verifier/daemon/bulk_list.h"
#include "verifier/daemon/endpoint.h"

struct bulk {
    struct employer employer;
    struct span key;      /* as sent; borrows the exchange, or form_body */
    struct buf form_body; /* of the page's form */
    struct bulk_list list;
    struct bulk_result *lines; /* of the answer, those of a row together */
    size_t line_count, line_room;
    struct bulk_summary summary;
    struct buf marks; /* of a list that is watched: what its next cursor holds */
    int32_t today;
    int64_t as_of; /* of the lists that it was checked by */
};

/*
 * Looks up and judges every row that was read into list; fills lines, summary but for its
 * signature, marks, today and as_of.
 *
 * RC_IO  look-ups cannot be done
 */
MUST_CHECK enum rc bulk_check(struct endpoint *e, struct bulk *b, struct diag *d);

/* The report of a list that was checked and, where there is a signer, signed. */
MUST_CHECK enum rc bulk_page_put(struct endpoint *e, const struct asked *how, const struct bulk *b,
                                 struct buf *to, struct diag *d);
