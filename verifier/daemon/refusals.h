/*
 * What the endpoint answers instead of doing what was asked: one table of codes; those of HTTP
 * itself stand in core/http. docs/endpoint.md lists all; a test compares.
 */
#pragma once

#include "core/http/server.h"

/* name, status, code, 中文, English */
#define REFUSE_LIST(X)                                                                             \
    X(REFUSE_BODY, 400, "body_invalid", "请求的内容读不懂", "the content cannot be read")          \
    X(REFUSE_KEY, 401, "key_unknown", "需要有效的用人单位密钥",                                    \
      "an employer's key that holds is needed")                                                    \
    X(REFUSE_NO_HOLDER, 403, "holder_no_match", "所填各项不都相符",                                \
      "what was given does not all fit")                                                           \
    X(REFUSE_NOT_FOUND, 404, "not_found", "没有这一项", "there is no such thing")                  \
    X(REFUSE_NOT_GIVEN, 409, "not_given", "证书目前的状态不能办理此项",                            \
      "the certificate's state does not allow it")                                                 \
    X(REFUSE_LIVE_ENDED, 410, "live_ended", "动态码页面已到期，请重新填写取证码",                  \
      "this page of a live code has ended: give the pick-up code again")                           \
    X(REFUSE_ROWS, 413, "list_too_long", "名单超过 10000 行或有一行过长",                          \
      "the list has more than 10,000 rows, or a row is too long")                                  \
    X(REFUSE_TYPE, 415, "content_type_unknown", "Content-Type 不是所要求的",                       \
      "Content-Type is none of those that are taken")                                              \
    X(REFUSE_RANGE, 416, "range_not_satisfiable", "文件没有所要的这一段",                          \
      "the file has no such range")                                                                \
    X(REFUSE_PICTURES, 429, "pictures_busy", "正在读取的图片太多，请稍后再试",                     \
      "too many pictures are being read; try again")                                               \
    X(REFUSE_LISTS, 429, "lists_busy", "正在查验的名单太多，请稍后再试",                           \
      "too many lists are being checked; try again")                                               \
    X(REFUSE_DAY, 429, "rows_used", "今天的查验行数不够了",                                        \
      "not so many rows are left of this day")                                                     \
    X(REFUSE_MISSES, 429, "misses_used", "没有查到的次数太多，请一小时后再试",                     \
      "too many look-ups found nothing; try again in an hour")                                     \
    X(REFUSE_LOOKUPS, 429, "lookups_busy", "查询太多，请稍后再试",                                 \
      "too many look-ups at once; try again")                                                      \
    X(REFUSE_INTERNAL, 500, "internal", "内部错误", "an internal error")                           \
    X(REFUSE_NO_LOOKUP, 503, "lookup_not_ready", "暂不能凭编号查询，请用二维码",                   \
      "look-ups cannot be done now; use the QR code")                                              \
    X(REFUSE_NO_HOLDERS, 503, "holder_not_ready", "持证人服务暂不可用，请稍后再试",                \
      "services for holders cannot be had now; try again")                                         \
    X(REFUSE_NO_LIVE, 503, "live_not_ready", "暂时不能续期，先前的动态码不再显示；本页会自动重试", \
      "the live code cannot be renewed now, and the one before is shown no more; this page tries " \
      "again by itself")                                                                           \
    X(REFUSE_NOT_READY, 503, "not_ready", "服务暂不可用，请稍后再试",                              \
      "the service is not ready; try again")

enum refuse {
    REFUSE_NONE = 0,
#define X(name, status, code, zh, en) name,
    REFUSE_LIST(X)
#undef X
        REFUSE_COUNT
};

struct refuse_text {
    unsigned status;
    const char *code, *zh, *en;
};
const struct refuse_text *refuse_text(enum refuse r); /* one of the list */
