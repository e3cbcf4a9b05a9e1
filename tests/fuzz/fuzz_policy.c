/* Any bytes in: refused by name, or a policy that the rules can run on for every unit and day. */
#include <stdlib.h>
#include <string.h>

#include "core/base/dates.h"
#include "core/policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_values(const struct policy_values *v)
{
    const bool sound = v->pair_hours > 0 && v->pair_hours <= 2 * v->year_hours_cap &&
                       v->pair_post_hours <= v->pair_hours && v->pass_mark_percent <= 10000 &&
                       v->exchange_deadline <= DATE_MAX && v->status_days >= 7 &&
                       (v->lapse_window == WINDOW_ROLLING || v->lapse_window == WINDOW_BLOCK) &&
                       strlen(v->elicence_type) == 21 && strlen(v->elicence_issuer) == 18 &&
                       memchr(v->number_template, '\0', sizeof v->number_template);
    if (!sound)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* An exact-size heap copy lets the sanitizer see a one-byte over-read. */
    uint8_t *const copy = malloc(size ? size : 1);
    if (!copy)
        return 0;
    memcpy(copy, data, size);

    struct policy *p = NULL;
    struct diag d = DIAG_INIT;
    const enum rc rc = policy_read(span_of(copy, size), &p, &d);
    free(copy);
    if ((rc == RC_OK) != (p != NULL) || (rc != RC_OK && d.text[0] == '\0'))
        abort();
    for (uint32_t unit = 0; p && unit <= 999; unit++)
        for (int32_t date = DATE_MIN; date <= DATE_MAX; date += 7300)
            check_values(policy_at(p, unit, date));
    policy_free(p);
    return 0;
}
