/*
 * What can be wrong with a signed request: one table of codes, HTTP statuses and words, from which
 * problem+json answers and docs/intake.md are made.
 */
#pragma once

#include <stdbool.h>

/* name, code, HTTP status, Chinese, English. In the order in which they are looked for. */
#define MESSAGE_PROBLEM_LIST(X)                                                                    \
    X(MESSAGE_SIGNATURE_MISSING, "signature_missing", 401,                                         \
      "请求没有签名（Signature-Input 与 Signature）",                                              \
      "the request is not signed (Signature-Input and Signature)")                                 \
    X(MESSAGE_IDEMPOTENCY_KEY_MISSING, "idempotency_key_missing", 400, "缺少 Idempotency-Key",     \
      "Idempotency-Key is missing")                                                                \
    X(MESSAGE_IDEMPOTENCY_KEY_MALFORMED, "idempotency_key_malformed", 400,                         \
      "Idempotency-Key 须为 1 至 128 个可见 ASCII 字符",                                           \
      "Idempotency-Key must be 1 to 128 visible ASCII characters")                                 \
    X(MESSAGE_CONTENT_TYPE_MISSING, "content_type_missing", 400, "缺少 Content-Type",              \
      "Content-Type is missing")                                                                   \
    X(MESSAGE_CONTENT_DIGEST_MISSING, "content_digest_missing", 400,                               \
      "缺少 Content-Digest，或其中没有 sha-256", "Content-Digest is missing, or has no sha-256")   \
    X(MESSAGE_CONTENT_DIGEST_MALFORMED, "content_digest_malformed", 400,                           \
      "Content-Digest 不符合 RFC 9530", "Content-Digest is not as RFC 9530 wants it")              \
    X(MESSAGE_SIGNATURE_INPUT_MALFORMED, "signature_input_malformed", 400,                         \
      "Signature-Input 不符合 RFC 9421", "Signature-Input is not as RFC 9421 wants it")            \
    X(MESSAGE_TAG_WRONG, "tag_wrong", 401, "没有 tag=\"sitecert-intake\" 的签名",                  \
      "no signature has tag=\"sitecert-intake\"")                                                  \
    X(MESSAGE_SIGNATURE_AMBIGUOUS, "signature_ambiguous", 400,                                     \
      "有多个 tag=\"sitecert-intake\" 的签名", "several signatures have tag=\"sitecert-intake\"")  \
    X(MESSAGE_SIGNATURE_MALFORMED, "signature_malformed", 400,                                     \
      "Signature 不符合 RFC 9421，或没有同名的签名",                                               \
      "Signature is not as RFC 9421 wants it, or has none of that label")                          \
    X(MESSAGE_PARAMETER_UNKNOWN, "parameter_unknown", 400, "签名含有不支持的参数",                 \
      "the signature has a parameter that is not supported")                                       \
    X(MESSAGE_COMPONENT_UNKNOWN, "component_unknown", 400, "签名覆盖了不支持的组成部分",           \
      "the signature covers a component that is not supported")                                    \
    X(MESSAGE_COMPONENT_MISSING, "component_missing", 401, "签名没有覆盖全部必需的组成部分",       \
      "the signature does not cover every component that it must")                                 \
    X(MESSAGE_CREATED_MISSING, "created_missing", 401, "签名没有 created 时间",                    \
      "the signature has no created time")                                                         \
    X(MESSAGE_CREATED_IN_FUTURE, "created_in_future", 401,                                         \
      "created 比服务器时间晚 5 分钟以上，请校准时钟",                                             \
      "created is over 5 minutes ahead of the server: set the clock right")                        \
    X(MESSAGE_CREATED_TOO_OLD, "created_too_old", 401,                                             \
      "created 比服务器时间早 5 分钟以上，请重新签名",                                             \
      "created is over 5 minutes ago: sign again")                                                 \
    X(MESSAGE_SIGNATURE_EXPIRED, "signature_expired", 401, "签名的 expires 时间已过",              \
      "the signature's expires time has passed")                                                   \
    X(MESSAGE_NONCE_MISSING, "nonce_missing", 401, "签名没有 nonce", "the signature has no nonce") \
    X(MESSAGE_NONCE_SHORT, "nonce_short", 400, "nonce 少于 16 个字符",                             \
      "the nonce has fewer than 16 characters")                                                    \
    X(MESSAGE_NONCE_LONG, "nonce_long", 400, "nonce 多于 64 个字符",                               \
      "the nonce has more than 64 characters")                                                     \
    X(MESSAGE_KEYID_MISSING, "keyid_missing", 401, "签名没有 keyid", "the signature has no keyid") \
    X(MESSAGE_KEYID_UNKNOWN, "keyid_unknown", 401, "没有登记这个 keyid 的报送方",                  \
      "no sender is registered under this keyid")                                                  \
    X(MESSAGE_SENDER_SUSPENDED, "sender_suspended", 403, "该报送方已被暂停",                       \
      "this sender is suspended")                                                                  \
    X(MESSAGE_ALG_WRONG, "alg_wrong", 401, "alg 与登记的密钥不符",                                 \
      "alg is not that of the registered key")                                                     \
    X(MESSAGE_HEADER_MISSING, "header_missing", 400, "请求中没有签名所覆盖的首部",                 \
      "a header that the signature covers is not in the request")                                  \
    X(MESSAGE_DIGEST_MISMATCH, "digest_mismatch", 400, "Content-Digest 与正文不符",                \
      "Content-Digest is not that of the body")                                                    \
    X(MESSAGE_SIGNATURE_BAD, "signature_bad", 401,                                                 \
      "签名不成立：密钥、方法、地址或首部与所签的不同",                                            \
      "the signature does not hold: key, method, address or headers are not what was signed")

enum message_verdict {
    MESSAGE_UNDECIDED = 0, /* a zeroed verdict lets nothing in */
#define X(name, code, status, chinese, english) name,
    MESSAGE_PROBLEM_LIST(X)
#undef X
        MESSAGE_GOOD = 90
};

/* v: one of the list. Static storage. */
const char *message_code(enum message_verdict v); /* "signature_missing" */
unsigned message_status(enum message_verdict v);  /* of the HTTP answer; with 401 also send
                                                     "WWW-Authenticate: Signature" */
const char *message_text(enum message_verdict v, bool chinese);
