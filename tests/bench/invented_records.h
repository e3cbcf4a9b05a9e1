/* Records of invented people and providers, for registers of any size. */
#pragma once

#include <stdio.h>

#include "issuer/scheme/record.h"

#define INVENTED_PROVIDERS 416u

static inline void invented_credit_code(unsigned i, char ret[19])
{
    (void)snprintf(ret, 19, "91000000MA%07uX", i);
}

/* Scattered, as people are. */
static inline void invented_person(struct person_ref *p, unsigned i)
{
    const unsigned scattered = (unsigned)((uint64_t)i * 2654435761u % 4294967291u);
    p->id_type = ID_RESIDENT;
    (void)snprintf(p->id_number, sizeof p->id_number, "110101%010u%02u", scattered, i % 100);
    (void)snprintf(p->name, sizeof p->name, "示例人");
    p->sex = SEX_MALE;
}

static inline struct record invented_authority(int32_t since)
{
    struct record r = { .kind = KIND_AUTHORITY };
    r.as.authority.unit = 33;
    r.as.authority.name = SPAN_LITERAL("示例厅");
    r.as.authority.credit_code = SPAN_LITERAL("11000000MB0000033X");
    r.as.authority.kind = UNIT_PROVINCE;
    r.as.authority.plan = PLAN_APPROVED;
    r.as.authority.plan_date = since;
    r.as.authority.docking_date = r.as.authority.education_from = NO_DATE;
    return r;
}

/* credit_code: borrowed. */
static inline struct record invented_provider(const char *credit_code, int32_t since)
{
    struct record r = { .kind = KIND_PROVIDER };
    r.as.provider.credit_code = span_text(credit_code);
    r.as.provider.name = SPAN_LITERAL("示例培训机构");
    r.as.provider.class = CLASS_ENTERPRISE;
    r.as.provider.unit = 33;
    r.as.provider.posts = UINT64_MAX;
    r.as.provider.status = PROVIDER_ACTIVE;
    r.as.provider.status_from = since;
    return r;
}
