/*
 * Why a row was refused (or what is noted on it): the scheme's reason codes, all
 * of a row's at once. Codes are a contract. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/attrs.h"
#include "core/base/span.h"

/* name, code, 中文, English: a sentence that says what is wrong and what to do. */
#define REASON_LIST(X)                                                                             \
    X(REASON_FIELD_MISSING, "field_missing", "必填项为空", "a required field is empty")            \
    X(REASON_FIELD_INVALID, "field_invalid", "填写的值不符合要求",                                 \
      "the value is not one that this field takes")                                                \
    X(REASON_UNKNOWN_COLUMN, "unknown_column", "没有这个列", "no such column")                     \
    X(REASON_ID_NUMBER_INVALID, "id_number_invalid", "证件号码有误（长度、日期或校验码）",         \
      "the identity number is wrong (length, date or check character)")                            \
    X(REASON_NAME_INVALID, "name_invalid", "姓名含有不能使用的字符或长度不符",                     \
      "the name holds a character that cannot stand in a name, or is too long")                    \
    X(REASON_DATE_INVALID, "date_invalid",                                                         \
      "日期不存在、格式不是 YYYY-MM-DD，或早于此前的处理决定",                                     \
      "no such day, not written YYYY-MM-DD, or before the order that it follows")                  \
    X(REASON_DATE_IN_FUTURE, "date_in_future", "日期晚于今天", "the date is after today")          \
    X(REASON_UNKNOWN_PROVIDER, "unknown_provider", "培训机构未登记",                               \
      "the provider is not registered")                                                            \
    X(REASON_UNKNOWN_UNIT, "unknown_unit", "主管部门未登记", "the authority is not registered")    \
    X(REASON_UNKNOWN_POST, "unknown_post", "没有这个岗位", "no such post")                         \
    X(REASON_POST_NOT_IN_SCHEME, "post_not_in_scheme",                                             \
      "安全员不属于本证书，请办理安全生产考核合格证书",                                            \
      "safety officers are not in this scheme: they hold safety-manager certificates")             \
    X(REASON_NAME_MISMATCH, "name_mismatch", "该证件号码已以另一姓名登记",                         \
      "this identity document is known under another name")                                        \
    X(REASON_PROVIDER_NOT_ACTIVE, "provider_not_active", "培训机构在该日期不是正常状态",           \
      "the provider was not active on that date")                                                  \
    X(REASON_POST_OUT_OF_SCOPE, "post_out_of_scope", "该岗位不在培训机构的范围内",                 \
      "the post is not in the provider's scope")                                                   \
    X(REASON_PLAN_NOT_APPROVED, "plan_not_approved", "测试日主管部门的试点方案未通过或被叫停",     \
      "the authority's plan was not approved, or was halted, on the test date")                    \
    X(REASON_NO_ENTERPRISE_PROVIDER, "no_enterprise_provider", "该主管部门没有企业类培训机构参与", \
      "the authority has no enterprise among its active providers")                                \
    X(REASON_NO_TRAINING, "no_training", "测试日之前没有该人员该岗位的培训记录",                   \
      "no training of this person for this post finished on or before the test date")              \
    X(REASON_TESTER_NOT_TRAINER, "tester_not_trainer", "测试机构不是培训机构（不得考培分离）",     \
      "trained by another provider only: who tests must have trained")                             \
    X(REASON_BANK_SHARE_TOO_LOW, "bank_share_too_low", "全国题库比例低于要求",                     \
      "the share of national-bank questions is below the minimum")                                 \
    X(REASON_ALREADY_CERTIFIED, "already_certified", "该人员该岗位已有未失效的证书",               \
      "this person holds a certificate for this post that has not lapsed")                         \
    X(REASON_UNKNOWN_CERTIFICATE, "unknown_certificate", "没有这个证书编号",                       \
      "no certificate has this number")                                                            \
    X(REASON_HOLDER_MISMATCH, "holder_mismatch", "证书不是该人员的",                               \
      "the certificate is another person's")                                                       \
    X(REASON_POST_MISMATCH, "post_mismatch", "岗位与证书不符",                                     \
      "the post is not the certificate's")                                                         \
    X(REASON_WRONG_AUTHORITY, "wrong_authority", "继续教育须在发证主管部门辖区内完成",             \
      "continuing education must be done in the issuing authority's area")                         \
    X(REASON_NOT_IN_FORCE, "not_in_force", "证书已暂扣、吊销、撤销或注销",                         \
      "the certificate is suspended, revoked, withdrawn or cancelled")                             \
    X(REASON_LAPSED, "lapsed", "在证书截止日之后完成，证书已失效，须重新培训",                     \
      "finished after the deadline: the certificate has lapsed, train again")                      \
    X(REASON_LEARNING_AHEAD, "learning_ahead", "发证未满一年，学时不能提前计入",                   \
      "finished before the first year was over: no learning ahead")                                \
    X(REASON_CE_YEAR_CLOSED, "ce_year_closed", "该继续教育年度不能再申报",                         \
      "that CE year is not open for this finishing date")                                          \
    X(REASON_HOURS_INVALID, "hours_invalid", "学时有误（0＜专业学时≤总学时≤64）",                  \
      "hours must satisfy 0 < post-specific <= total <= 64")                                       \
    X(REASON_HOURS_TOO_FEW, "hours_too_few", "学时不足，不能换发",                                 \
      "too few hours for an exchange")                                                             \
    X(REASON_EXCHANGE_CLOSED, "exchange_closed", "换发截止日期已过",                               \
      "finished after the exchange deadline")                                                      \
    X(REASON_ALREADY_EXCHANGED, "already_exchanged", "该旧证书已换发",                             \
      "this legacy certificate has been exchanged")                                                \
    X(REASON_CE_YEAR_MISMATCH, "ce_year_mismatch", "继续教育年度须为完成日期所在年份",             \
      "the CE year must be the calendar year of the finishing date")                               \
    X(REASON_LEGACY_CLOSED, "legacy_closed", "旧证书数据上传已截止",                               \
      "the upload of legacy holders is closed")                                                    \
    X(REASON_NOT_LEGACY, "not_legacy", "发证日期不早于 2018-12-13，不是旧证书",                    \
      "issued on or after 2018-12-13: not a legacy certificate")                                   \
    X(REASON_LEGACY_NUMBER_TAKEN, "legacy_number_taken", "旧证书编号已登记",                       \
      "this legacy number is registered already")                                                  \
    X(REASON_UNKNOWN_PERSON, "unknown_person", "没有该人员的记录",                                 \
      "no record names this person yet")                                                           \
    X(REASON_PHOTO_FROZEN, "photo_frozen", "已有测试或证书，照片不能更换",                         \
      "the photo cannot change once a test or certificate exists")                                 \
    X(REASON_PHOTO_TOO_LARGE, "photo_too_large", "照片超过 50 KB", "the photo is over 50 KB")      \
    X(REASON_PHOTO_NOT_A_PICTURE, "photo_not_a_picture", "照片不是 JPEG 或 PNG 图片",              \
      "the photo is neither JPEG nor PNG")                                                         \
    X(REASON_FILE_MISSING, "file_missing", "找不到照片文件", "the photo's file is not there")      \
    X(REASON_BAD_TRANSITION, "bad_transition", "证书当前状态不允许此操作",                         \
      "the certificate's state does not allow this order")                                         \
    X(REASON_OPERATOR_UNKNOWN, "operator_unknown", "操作员密钥不在信任列表中",                     \
      "the operator's key is not in the trust list")                                               \
    X(REASON_SECOND_OPERATOR_NEEDED, "second_operator_needed", "此操作需要第二名操作员签名",       \
      "a second operator must sign this")                                                          \
    X(REASON_UNIT_NOT_SENDERS, "unit_not_senders", "该行不属于报送方的主管部门",                   \
      "the row is another authority's than the sender's")                                          \
    X(REASON_SIGNING_KEY_MISSING, "signing_key_missing", "目前没有可签发此证书的密钥，请稍后重报", \
      "no key may sign such a certificate now; send the row again later")

enum reason_code {
    REASON_NONE = 0,
#define X(name, code, chinese, english) name,
    REASON_LIST(X)
#undef X
        REASON_END
};
const char *reason_code_text(enum reason_code code);      /* "field_missing" */
enum reason_code reason_code_from_text(struct span text); /* REASON_NONE: no such code */
const char *reason_sentence(enum reason_code code, bool chinese);

#define REASONS_MAX 32

struct reason {
    enum reason_code code;
    const char *field; /* column name, static storage; NULL: the row */
    char detail[96];   /* more, language-neutral ("2021-02-29", "60.5 < 100"); never an identity
                          number; may be "" */
};

struct reasons {
    size_t count;
    struct reason items[REASONS_MAX];
};

/* Adds one; the same code for the same field only once. Silently full after REASONS_MAX. */
void reasons_add(struct reasons *r, enum reason_code code, const char *field);
PRINTF_LIKE(4, 5)
void reasons_add_detail(struct reasons *r, enum reason_code code, const char *field,
                        const char *fmt, ...);
bool reasons_has(const struct reasons *r, enum reason_code code);
