/*
 * What the daemon answers instead of doing what was asked (RFC 9457): one table of codes, each with
 * its status and one sentence in Chinese and English; those of signatures stand in
 * core/message/problem.h, those of HTTP itself in core/http. docs/http.md lists all; a test
 * compares.
 */
#pragma once

#include "core/http/server.h"
#include "core/message/problem.h"

/* name, status, code, 中文, English */
#define DENIAL_LIST(X)                                                                             \
    X(DENIAL_PARAMETER, 400, "parameter_invalid", "请求的参数缺少或不对",                          \
      "a parameter is missing or not as it should be")                                             \
    X(DENIAL_BODY, 400, "body_invalid", "请求的内容读不懂", "the content cannot be read")          \
    X(DENIAL_RIGHT, 403, "not_allowed", "此项不对您开放", "this is not open to you")               \
    X(DENIAL_KIND, 403, "kind_not_allowed", "该报送方不得报送这类记录",                            \
      "the sender may not send records of this kind")                                              \
    X(DENIAL_NOT_FOUND, 404, "not_found", "没有这一项", "there is no such thing")                  \
    X(DENIAL_TOO_LARGE, 413, "content_too_large", "内容超过上限", "the content is over a limit")   \
    X(DENIAL_TYPE, 415, "content_type_unknown", "Content-Type 不是所要求的",                       \
      "Content-Type is none of those that are taken")                                              \
    X(DENIAL_KEY_REUSED, 422, "idempotency_key_reused", "同一 Idempotency-Key 曾用于另一内容",     \
      "this Idempotency-Key came with other content before")                                       \
    X(DENIAL_NONCE, 401, "nonce_used", "nonce 已用过：请重新签名",                                 \
      "the nonce was used before: sign again")                                                     \
    X(DENIAL_ORDER, 422, "order_refused", "状态决定未被接受", "the order was refused")             \
    X(DENIAL_QUEUE, 429, "queue_full", "排队已满，请稍后再报", "the queue is full; try again")     \
    X(DENIAL_ROWS_PER_DAY, 429, "rows_per_day_used", "当日可报的行数已用完",                       \
      "the rows that this sender may send in a day are used up")                                   \
    X(DENIAL_INTERNAL, 500, "internal", "内部错误", "an internal error")                           \
    X(DENIAL_NOT_READY, 503, "not_ready", "服务暂不可用，请稍后再试",                              \
      "the service is not ready; try again")

enum denial {
    DENIAL_NONE = 0,
#define X(name, status, code, zh, en) name,
    DENIAL_LIST(X)
#undef X
        DENIAL_COUNT
};

struct denial_text {
    unsigned status;
    const char *code, *zh, *en;
};
const struct denial_text *denial_text(enum denial r); /* one of the list */

struct denial_more {
    const char *detail; /* may be NULL; never a person's data */
    uint32_t retry_s;   /* Retry-After; 0: none */
    const struct http_problem_item *items;
    size_t item_count;
};
/* more may be NULL. */
void denial_answer(struct http_exchange *x, enum denial r, const struct denial_more *more);
/* detail: the component or header that is meant; may be "". */
void denial_of_signature(struct http_exchange *x, enum message_verdict v, const char *detail);
