/*
 * The report: the notice's one table, per authority and in total, as of a day
 * (docs/operations.md, "Report"). Units of counting differ (人次, 人, 个) and are
 * never added or divided across.
 *
 * Trainings, tests and education count by their own dates; certificates,
 * exchanges and renewals by the day they were signed; states by the orders in
 * effect and the deadline known on that day.
 */
#pragma once

#include "core/json/json.h"
#include "issuer/register/register.h"
#include "issuer/scheme/posts.h"

/* column, 中文, unit */
#define REPORT_COLUMNS(X)                                                                          \
    X(providers, "培训机构", "家")                                                                 \
    X(trainings, "完成培训", "人次")                                                               \
    X(tests, "测试", "人次")                                                                       \
    X(passes, "测试合格", "人次")                                                                  \
    X(issued, "颁发证书", "个")                                                                    \
    X(education_persons, "继续教育", "人")                                                         \
    X(legacy, "上传旧证书", "个")                                                                  \
    X(exchanged, "换发证书", "个")                                                                 \
    X(renewed, "延期", "次")                                                                       \
    X(in_force, "有效", "个")                                                                      \
    X(due_90, "90天内到期", "个")                                                                  \
    X(lapsed, "失效", "个")                                                                        \
    X(suspended, "暂扣", "个")                                                                     \
    X(revoked, "吊销", "个")                                                                       \
    X(withdrawn, "撤销", "个")                                                                     \
    X(cancelled, "注销", "个")

struct report_row {
    uint32_t unit; /* 0: the total */
    char name[UNIT_NAME_MAX + 1];
    enum plan plan; /* of the total: PLAN_NONE, not shown */
    enum docking docking;
#define X(column, chinese, unit) uint64_t column;
    REPORT_COLUMNS(X)
#undef X
};

struct report {
    int32_t as_of;
    size_t count;
    struct report_row *rows; /* ascending unit; owned */
    struct report_row total;
    size_t plans[4];    /* units by enum plan */
    size_t dockings[3]; /* units by enum docking */
};
void report_free(struct report *rep);

MUST_CHECK enum rc report_make(struct reg *r, const struct policy *p, int32_t as_of,
                               struct report *ret, struct diag *d);

/*
 * The same by month, post and deadline: for the operator's page. Months are those of UTC+8; a
 * certificate that was exchanged is issued too, here.
 */
#define REPORT_MONTHS 12
struct report_details {
    int32_t months[REPORT_MONTHS]; /* the first day of each; the last is the day's own */
    uint64_t issued[REPORT_MONTHS], renewed[REPORT_MONTHS];
    int32_t ahead[REPORT_MONTHS];         /* the first day of each; the first is the day's own */
    uint64_t deadlines[REPORT_MONTHS];    /* of certificates in force */
    uint64_t in_force[POST_CODE_MAX + 1]; /* by post */
};
MUST_CHECK enum rc report_make_detailed(struct reg *r, const struct policy *p, int32_t as_of,
                                        struct report *ret, struct report_details *ret_details,
                                        struct diag *d);

/* "approved", "通过"; static. */
const char *report_plan_word(enum plan plan, bool chinese);
const char *report_docking_word(enum docking docking, bool chinese);

json_t *report_json(const struct report *rep); /* owned; NULL: out of memory */
void report_csv(struct buf *to, const struct report *rep);
void report_text(struct buf *to, const struct report *rep, bool chinese);
