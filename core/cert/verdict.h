/*
 * What we conclude about one certificate: one structure for the offline tool,
 * the endpoint and the page (docs/formats.md, "Verdict"). Never an error of
 * ours: see core/base/rc.h. A zeroed verdict is undecided and shows nothing.
 */
#pragma once

#include "core/base/buf.h"
#include "core/base/rc.h"
#include "core/cert/state.h"
#include "core/cert/token.h"

enum authenticity {
    AUTH_UNDECIDED = 0,   /* what zeroed memory says */
    AUTH_UNREADABLE = 1,  /* no token in it */
    AUTH_UNKNOWN_KEY = 2, /* no listed key, or another issuer */
    AUTH_FALSE = 3,       /* a signature or a rule says no */
    AUTH_NO_MATCH = 4,    /* asked for by number, name and document: there is no such certificate */
    AUTH_UNPROVEN = 5,    /* as a stolen key could have made it: neither is shown */
    AUTH_TRUE = 90,
};

enum tristate { TRI_UNKNOWN = 0, TRI_FALSE = 1, TRI_TRUE = 90 };

/* code, 中文, English. The code is a contract; docs/verification.md explains each. */
#define PROBLEM_LIST(X)                                                                            \
    X(PROBLEM_UNREADABLE, "unreadable", "读不出证书二维码",                                        \
      "no certificate code can be read from this")                                                 \
    X(PROBLEM_FORMAT, "format", "编码不符合格式", "the token is not well formed")                  \
    X(PROBLEM_UNKNOWN_KEY, "unknown_key", "签发密钥不在信任列表中",                                \
      "signed by a key that the trust list does not hold")                                         \
    X(PROBLEM_UNKNOWN_ISSUER, "unknown_issuer", "不是所信任的发证系统",                            \
      "another issuer than the one trusted here")                                                  \
    X(PROBLEM_BAD_SIGNATURE, "bad_signature", "签名不符，证书是伪造或被改动的",                    \
      "the signature does not hold: forged or altered")                                            \
    X(PROBLEM_KEY_USE, "key_use", "签名密钥的用途不是签发证书",                                    \
      "the key may not sign certificates")                                                         \
    X(PROBLEM_KEY_DATES, "key_dates", "签发时间不在密钥有效期内",                                  \
      "signed outside the key's dates")                                                            \
    X(PROBLEM_KEY_RANGE, "key_range", "日志序号不在密钥的范围内",                                  \
      "log index outside the key's range")                                                         \
    X(PROBLEM_KEY_SCOPE, "key_scope", "密钥无权签发该单位或岗位的证书",                            \
      "the key may not sign for this unit or post")                                                \
    X(PROBLEM_CUT_OFF, "cut_off", "密钥已被停用，该证书不在留存名单中",                            \
      "the key was cut off and this certificate is not among the survivors")                       \
    X(PROBLEM_CUT_OFF_UNPROVEN, "cut_off_unproven",                                                \
      "密钥曾被盗用，手头没有留存名单，无法分辨真伪，请更新数据包",                                \
      "the key was stolen and no survivors are at hand: genuine or forged, update the bundle")     \
    X(PROBLEM_NOT_IN_REGISTER, "not_in_register", "登记簿中没有这份证书",                          \
      "the register does not hold this certificate")                                               \
    X(PROBLEM_NEWER_THAN_LIST, "newer_than_list", "证书比离线数据新，请更新数据包",                \
      "newer than the lists at hand: update the bundle")                                           \
    X(PROBLEM_SIGNED_AHEAD, "signed_ahead", "签名时间超前，请检查设备时钟",                        \
      "signed in the future: check this device's clock")                                           \
    X(PROBLEM_STATUS_MISSING, "status_missing", "没有状态数据，无法判断是否有效",                  \
      "no status at hand: it cannot be said whether it is in force")                               \
    X(PROBLEM_STATUS_STALE, "status_stale", "状态数据过期，请更新数据包",                          \
      "the status is too old: update the bundle")                                                  \
    X(PROBLEM_TRUST_STALE, "trust_stale", "信任列表过期，请更新数据包",                            \
      "the trust list is past its next update: update the bundle")                                 \
    X(PROBLEM_WITNESS_QUORUM, "witness_quorum", "见证不足，数据可能只给本机看",                    \
      "too few witnesses have cosigned: these lists may be shown to this device alone")            \
    X(PROBLEM_BLOCK_DAMAGED, "block_damaged", "数据包已损坏，请重新下载",                          \
      "the bundle is damaged: fetch it again")                                                     \
    X(PROBLEM_SELF_TEST, "self_test", "本机自检未通过，不能用来核验",                              \
      "this device fails the bundle's self-test: it must not judge")                               \
    X(PROBLEM_BUNDLE_ROLLBACK, "bundle_rollback", "数据包比本机用过的旧，拒绝使用",                \
      "the bundle is older than one used on this device before")                                   \
    X(PROBLEM_CLOCK_SET_BACK, "clock_set_back", "设备时钟被拨回，请校准",                          \
      "this device's clock is behind what it has seen: set it right")                              \
    X(PROBLEM_HOST_MISMATCH, "host_mismatch", "二维码网址不是发证系统的网址，请勿打开",            \
      "the code's address is not the issuer's: do not open it")                                    \
    X(PROBLEM_PDF_NOT_OURS, "pdf_not_ours", "不是本系统制作的 PDF",                                \
      "not a PDF in the form in which certificates are given out")                                 \
    X(PROBLEM_PDF_SIGNATURE, "pdf_signature", "PDF 的签名不符，文件是伪造或被改动的",              \
      "the signature of the PDF does not hold: forged or altered")                                 \
    X(PROBLEM_PDF_CUT_OFF, "pdf_cut_off", "PDF 的签名密钥已被停用，请重新下载副本",                \
      "the key that signed the PDF was cut off: fetch a new copy")                                 \
    X(PROBLEM_PDF_FIELD_MISMATCH, "pdf_field_mismatch", "PDF 上的文字与证书数据不一致",            \
      "the PDF says something else than the certificate in it")                                    \
    X(PROBLEM_PDF_PHOTO_MISMATCH, "pdf_photo_mismatch", "PDF 上的照片不是该证书的照片",            \
      "the photo in the PDF is not the certificate's")                                             \
    X(PROBLEM_PDF_NAMES, "pdf_names", "PDF 上的岗位、主管部门或培训机构名称与现行目录不同",        \
      "post, authority or provider is called otherwise in the directory at hand")                  \
    X(PROBLEM_PROOF_MISSING, "proof_missing", "PDF 中没有日志证明",                                \
      "no proof in the PDF that the certificate is in the log")                                    \
    X(PROBLEM_PROOF_WRONG, "proof_wrong", "日志证明不成立",                                        \
      "the proof that it is in the log does not hold")                                             \
    X(PROBLEM_COPY_EXPIRED, "copy_expired", "这份 PDF 副本已过有效期，请重新下载",                 \
      "this copy is past its last day: fetch a new one")                                           \
    X(PROBLEM_STAPLE_FORMAT, "staple_format", "动态码不符合格式",                                  \
      "the live code is not well formed")                                                          \
    X(PROBLEM_STAPLE_SIGNATURE, "staple_signature", "动态码不是本系统签发的",                      \
      "the live code is not signed by this deployment")                                            \
    X(PROBLEM_STAPLE_OTHER, "staple_other", "动态码不是这份证书的",                                \
      "the live code belongs to another certificate, or another version")                          \
    X(PROBLEM_STAPLE_EXPIRED, "staple_expired", "动态码已超过 10 分钟，可能是截图，请持证人刷新",  \
      "the live code is over 10 minutes old, perhaps a screenshot: ask for a new one")             \
    X(PROBLEM_STAPLE_AHEAD, "staple_ahead", "动态码的时间超前，请检查设备时钟",                    \
      "the live code is of the future: check this device's clock")                                 \
    X(PROBLEM_STAPLE_OVERRULED, "staple_overruled", "动态码与登记簿不符，以登记簿为准",            \
      "the live code says otherwise than the register's lists, which decide")                      \
    X(PROBLEM_NO_MATCH, "no_match", "没有编号、姓名、证件号码三项都相符的证书",                    \
      "no certificate has this number, name and document number")                                  \
    X(PROBLEM_REPLACED, "replaced", "已有更新的版本", "a newer version has replaced this one")     \
    X(PROBLEM_DEMO, "demo", "演示系统，不是真实证书", "a demonstration: not a real certificate")   \
    X(PROBLEM_PINNED, "pinned", "首次使用，已记住该发证系统的根密钥",                              \
      "first use: this issuer's roots are now remembered")                                         \
    X(PROBLEM_MEMORY, "memory", "无法写入本机记录，不能发现数据回退",                              \
      "what was seen cannot be remembered here: a rollback would go unnoticed")

enum problem {
    PROBLEM_NONE = 0,
#define X(name, code, chinese, english) name,
    PROBLEM_LIST(X)
#undef X
};
#define PROBLEMS_MAX 12
const char *problem_code(enum problem p);
const char *problem_text(enum problem p, bool chinese);

enum status_source { FROM_NOTHING = 0, FROM_TOKEN, FROM_BUNDLE, FROM_STAPLE, FROM_REGISTER };

/* What only a PDF says: docs/pdf.md. */
struct verdict_copy {
    bool is_pdf;         /* false: the input was none, and the rest is empty */
    bool dated;          /* it says until when it may be shown */
    int32_t valid_until; /* its last day */
    bool expired;        /* that is past; says nothing about the certificate */
};

/* Filled only as far as it was verified: not authentic means no holder, number or any claim at all.
 */
struct verdict {
    enum authenticity authentic;
    enum state state;
    enum tristate in_force;
    struct token token;       /* copied spans borrow the token's bytes; only when AUTH_TRUE */
    uint32_t current_version; /* 0: not known */
    bool replaced;
    int32_t deadline;  /* the current one; only when AUTH_TRUE */
    int32_t days_left; /* deadline − today; negative when past */
    struct span post_name, unit_name,
        provider_name; /* borrow the directory; empty when not known */
    enum status_source status_from;
    int64_t as_of; /* when the lists that were asked were made, Unix seconds; 0: none were */
    int64_t now;   /* when it was judged */
    const uint8_t *deployment; /* 32 bytes, borrows the trust list; NULL: not known */
    bool demo;
    enum tristate host_matches; /* TRI_UNKNOWN: the input named no host */
    const uint8_t *kid;         /* KID_LEN bytes; the key that verified; NULL otherwise */
    enum tristate log_included; /* proven by a tlog-proof; TRI_UNKNOWN: no proof at hand */
    struct verdict_copy copy;   /* its dates only when AUTH_TRUE */
    size_t problem_count;
    enum problem problems[PROBLEMS_MAX];
    size_t offset; /* AUTH_UNREADABLE: where reading failed, or DIAG_NO_OFFSET */
};

/* The verdict in one word, with how it looks. Static storage. */
enum verdict_tone { TONE_DOUBT = 0, TONE_BAD = 1, TONE_GOOD = 90 };
struct verdict_headline {
    enum verdict_tone tone;
    const char *symbol, *zh, *en;
};
struct verdict_headline verdict_headline(const struct verdict *v);
/* A deadline still runs, or has run out: false once a certificate has ended otherwise, or rests. */
bool verdict_runs(const struct verdict *v);

/* How old what was asked is, in the largest unit of which there are two. */
struct verdict_age {
    int64_t count;
    const char *zh, *en; /* the unit */
};
struct verdict_age verdict_age(const struct verdict *v);

void verdict_add(struct verdict *v,
                 enum problem p); /* once each; silently full after PROBLEMS_MAX */
bool verdict_has(const struct verdict *v, enum problem p);

/* certcheck's exit statuses (docs/verification.md); 2 is a command line that is not understood. */
enum verdict_exit_status {
    VERDICT_EXIT_IN_FORCE = 0,
    VERDICT_EXIT_NOT_AUTHENTIC = 1,
    VERDICT_EXIT_REVOKED = 3, /* or withdrawn, or cancelled */
    VERDICT_EXIT_LAPSED = 4,
    VERDICT_EXIT_SUSPENDED = 5,
    VERDICT_EXIT_UNKNOWN_ISSUER = 6, /* or an unknown key */
    VERDICT_EXIT_UNDECIDED = 7,
    VERDICT_EXIT_UNREADABLE = 8,
    VERDICT_EXIT_INTERNAL = 9,
};
int verdict_exit(const struct verdict *v);
/* Which of two exit statuses is worse: 9 8 1 6 3 5 4 7 0, worst first. */
int exit_worse(int a, int b);
