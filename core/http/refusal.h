/* What the server itself refuses, before any handler: one row each. */
#pragma once

#include "core/base/rc.h"

struct http_exchange;

/* name, status, code, zh, en */
#define REFUSAL_LIST(X)                                                                            \
    X(REFUSED_MALFORMED, 400, "malformed", "请求的格式不正确", "the request is not well formed")   \
    X(REFUSED_TARGET, 400, "target_malformed", "请求地址的格式不正确",                             \
      "the request target is not well formed")                                                     \
    X(REFUSED_NO_ROUTE, 404, "not_found", "没有这个地址", "there is nothing here")                 \
    X(REFUSED_METHOD, 405, "method_not_allowed", "这个地址不支持该方法",                           \
      "the method is not one of this address")                                                     \
    X(REFUSED_NO_BODY, 413, "body_not_expected", "这个请求不应带有正文",                           \
      "a body is not expected with this request")                                                  \
    X(REFUSED_BODY_LEN, 413, "body_too_large", "请求的正文过大", "the body is too large")          \
    X(REFUSED_TARGET_LEN, 414, "target_too_long", "请求地址过长",                                  \
      "the request target is too long")                                                            \
    X(REFUSED_EXPECTATION, 417, "expectation_unknown", "无法满足 Expect 的要求",                   \
      "only 100-continue can be expected")                                                         \
    X(REFUSED_HEADERS, 431, "headers_too_large", "请求头过大", "the headers are too large")        \
    X(REFUSED_INTERNAL, 500, "internal", "服务器内部错误", "something failed here")                \
    X(REFUSED_CODING, 501, "transfer_coding_unknown", "不支持该传输编码",                          \
      "the transfer coding is not known")                                                          \
    X(REFUSED_BUSY, 503, "busy", "服务器繁忙,请稍后再试", "too much to do; try again later")       \
    X(REFUSED_STOPPING, 503, "stopping", "服务器正在停止", "the server is stopping")               \
    X(REFUSED_STORAGE, 507, "storage_full", "没有存放正文的空间", "there is no room for the body")

enum refusal {
    REFUSED_NOT = 0,
#define X(name, status, code, zh, en) name,
    REFUSAL_LIST(X)
#undef X
};

/* Answers with the problem. d: its text becomes the detail; may be NULL. */
void refusal_answer(struct http_exchange *x, enum refusal r, const struct diag *d);
