#include "issuer/scheme/record_fields.h"

const struct word words_unit_kind[] = { { "province", UNIT_PROVINCE },
                                        { "enterprise", UNIT_ENTERPRISE },
                                        { NULL, 0 } };
const struct word words_plan[] = { { "none", PLAN_NONE },
                                   { "submitted", PLAN_SUBMITTED },
                                   { "approved", PLAN_APPROVED },
                                   { "halted", PLAN_HALTED },
                                   { NULL, 0 } };
const struct word words_docking[] = { { "none", DOCKING_NONE },
                                      { "requested", DOCKING_REQUESTED },
                                      { "done", DOCKING_DONE },
                                      { NULL, 0 } };
const struct word words_class[] = { { "enterprise", CLASS_ENTERPRISE },
                                    { "school", CLASS_SCHOOL },
                                    { "association", CLASS_ASSOCIATION },
                                    { "social", CLASS_SOCIAL },
                                    { NULL, 0 } };
const struct word words_status[] = { { "active", PROVIDER_ACTIVE },
                                     { "suspended", PROVIDER_SUSPENDED },
                                     { "removed", PROVIDER_REMOVED },
                                     { NULL, 0 } };
const struct word words_sex[] = { { "男", SEX_MALE }, { "女", SEX_FEMALE }, { NULL, 0 } };
/* ORDER_AMEND has a command of its own: no row carries it. */
const struct word words_action[] = { { "suspend", ORDER_SUSPEND }, { "reinstate", ORDER_REINSTATE },
                                     { "revoke", ORDER_REVOKE },   { "withdraw", ORDER_WITHDRAW },
                                     { "cancel", ORDER_CANCEL },   { NULL, 0 } };

static const struct word words_kind[] = {
    { "authority", KIND_AUTHORITY }, { "provider", KIND_PROVIDER },   { "training", KIND_TRAINING },
    { "test", KIND_TEST },           { "education", KIND_EDUCATION }, { "legacy", KIND_LEGACY },
    { "photo", KIND_PHOTO },         { "order", KIND_ORDER },         { NULL, 0 }
};

const char *word_of(const struct word *words, uint32_t value)
{
    for (; words->text; words++)
        if (words->value == value)
            return words->text;
    return NULL;
}

bool word_find(const struct word *words, struct span text, uint32_t *ret)
{
    for (; words->text; words++)
        if (span_equal(text, span_text(words->text))) {
            *ret = words->value;
            return true;
        }
    return false;
}

const char *kind_name(enum record_kind kind)
{
    const char *const name = word_of(words_kind, kind);
    return name ? name : "none";
}

enum record_kind kind_from_name(struct span name)
{
    uint32_t kind = KIND_NONE;
    return word_find(words_kind, name, &kind) ? (enum record_kind)kind : KIND_NONE;
}

const char *order_action_name(enum order_action a)
{
    const char *const name = word_of(words_action, a);
    if (name)
        return name;
    if (a == ORDER_REISSUE)
        return "reissue";
    return a == ORDER_AMEND ? "amend" : "none";
}
