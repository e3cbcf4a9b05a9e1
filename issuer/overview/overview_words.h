/* Every sentence of the operator's page, in Chinese and English. */
#pragma once

#include <stdbool.h>

#define OVERVIEW_WORD_LIST(X)                                                                      \
    X(SAY_TITLE, "发证系统运行概览", "The issuer at a glance")                                     \
    X(SAY_OTHER_LANGUAGE, "English", "中文")                                                       \
    X(SAY_SKIP, "跳到主要内容", "Skip to the content")                                             \
    X(SAY_DEMO, "演示系统，不是真实证书", "A demonstration: no real certificates")                 \
    X(SAY_NOW, "时间", "As of")                                                                    \
    X(SAY_INTERNAL, "仅供内部查看；页面上没有个人信息。",                                          \
      "For internal eyes; nothing here is about a person.")                                        \
    X(SAY_PARTS, "各部分状态", "Parts")                                                            \
    X(SAY_PART, "部分", "Part")                                                                    \
    X(SAY_STATE, "状态", "State")                                                                  \
    X(SAY_READY, "正常", "works")                                                                  \
    X(SAY_QUEUE, "队列与发布", "Queue and publication")                                            \
    X(SAY_WHAT, "项目", "What")                                                                    \
    X(SAY_FIGURE, "数值", "Figure")                                                                \
    X(SAY_QUEUED, "排队的批数", "Batches waiting")                                                 \
    X(SAY_WORKING, "正在办理的批数", "Batches being worked on")                                    \
    X(SAY_DONE, "已办完的批数（本次启动以来）", "Batches done since the start")                    \
    X(SAY_FAILED, "失败的批数（本次启动以来）", "Batches failed since the start")                  \
    X(SAY_ROWS_TAKEN, "生效的行（本次启动以来）", "Rows that took effect since the start")         \
    X(SAY_ROWS_REFUSED, "退回的行（本次启动以来）", "Rows refused since the start")                \
    X(SAY_LAST_COMMIT, "最近一次写入", "Rows last made durable")                                   \
    X(SAY_LAST_SIGNING, "最近一次签发", "A token last signed")                                     \
    X(SAY_SNAPSHOT, "最近一次发布", "Last publication")                                            \
    X(SAY_NOT_YET, "还没有", "none yet")                                                           \
    X(SAY_DAYS, "天", "days")                                                                      \
    X(SAY_HOURS, "小时", "hours")                                                                  \
    X(SAY_MINUTES, "分钟", "minutes")                                                              \
    X(SAY_HOLDERS, "持证人的查询（本次启动以来）", "Holders' questions since the start")           \
    X(SAY_HOLDERS_GIVEN, "已给副本、日历、历史或动态码",                                           \
      "Copies, calendars, histories, live codes given")                                            \
    X(SAY_HOLDERS_NO_MATCH, "四项不符的尝试", "Attempts that did not match")                       \
    X(SAY_HOLDERS_CLOSED, "因多次不符而关闭", "Attempts at what was closed after too many")        \
    X(SAY_KEYS, "密钥期限", "Keys and their ends")                                                 \
    X(SAY_KEY, "密钥", "Key")                                                                      \
    X(SAY_USE, "用途", "Use")                                                                      \
    X(SAY_UNTIL, "期限", "Good until")                                                             \
    X(SAY_DAYS_LEFT, "剩余天数", "Days left")                                                      \
    X(SAY_TRUST_LIST, "信任列表", "Trust list")                                                    \
    X(SAY_ENDED, "已过期", "ended")                                                                \
    X(SAY_SOON, "即将到期", "soon")                                                                \
    X(SAY_REFUSALS, "不予办理的原因（本次启动以来）", "Refusals by reason since the start")        \
    X(SAY_REASON, "原因", "Reason")                                                                \
    X(SAY_COUNT, "次数", "Count")                                                                  \
    X(SAY_NO_REFUSALS, "没有不予办理的请求。", "Nothing was refused.")                             \
    X(SAY_REPORT, "报表", "Report")                                                                \
    X(SAY_NO_REPORT, "报表现在取不到：", "The report cannot be had now: ")                         \
    X(SAY_REPORT_AS_OF, "截至", "As of the day")                                                   \
    X(SAY_BY_MONTH, "逐月颁发与换发（个）", "Certificates issued by month")                        \
    X(SAY_BY_MONTH_RENEWED, "逐月延期（次）", "Renewals by month")                                 \
    X(SAY_AHEAD, "今后各月到期的有效证书（个）",                                                   \
      "Deadlines ahead: certificates in force by month")                                           \
    X(SAY_VALID, "有效（90天内不到期）", "In force, not due within 90 days")                       \
    X(SAY_DUE, "有效（90天内到期）", "In force, due within 90 days")                               \
    X(SAY_LAPSED, "失效", "Lapsed")                                                                \
    X(SAY_SUSPENDED, "暂扣", "Suspended")                                                          \
    X(SAY_REVOKED, "吊销", "Revoked")                                                              \
    X(SAY_WITHDRAWN, "撤销", "Withdrawn")                                                          \
    X(SAY_CANCELLED, "注销", "Cancelled")                                                          \
    X(SAY_BY_STATE, "按状态（个）", "By state")                                                    \
    X(SAY_BY_POST, "按岗位的有效证书（个）", "In force by post")                                   \
    X(SAY_BY_UNIT, "按主管部门的有效证书（个）", "In force by authority")                          \
    X(SAY_TOTAL, "合计", "total")                                                                  \
    X(SAY_TABLE, "按主管部门的报表", "The report by authority")                                    \
    X(SAY_FIGURES, "数字", "Figures")                                                              \
    X(SAY_MONTH, "月份", "Month")                                                                  \
    X(SAY_UNIT, "主管部门", "Authority")                                                           \
    X(SAY_POST, "岗位", "Post")                                                                    \
    X(SAY_PLAN, "方案", "Plan")                                                                    \
    X(SAY_DOCKING, "对接", "Docking")

enum overview_word {
#define X(name, zh, en) name,
    OVERVIEW_WORD_LIST(X)
#undef X
};

const char *overview_word(enum overview_word w, bool english); /* static */
