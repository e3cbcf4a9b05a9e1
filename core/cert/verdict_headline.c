#include "core/cert/verdict.h"

static struct verdict_headline headline_of_state(const struct verdict *v)
{
    /* A status list can't tell these three apart; only the register can. */
    const bool exact = v->status_from == FROM_REGISTER;
    switch (v->state) {
    case STATE_UNKNOWN:
        break;
    case STATE_VALID:
        return (struct verdict_headline){ TONE_GOOD, "✔", "有效", "IN FORCE" };
    case STATE_DUE:
        return (struct verdict_headline){ TONE_GOOD, "✔", "有效（即将到期）",
                                          "IN FORCE, due soon" };
    case STATE_LAPSED:
        return (struct verdict_headline){ TONE_BAD, "✖", "失效（已过期）", "LAPSED" };
    case STATE_SUSPENDED:
        return (struct verdict_headline){ TONE_BAD, "✖", "暂扣", "SUSPENDED" };
    case STATE_REVOKED:
        return exact ? (struct verdict_headline){ TONE_BAD, "✖", "吊销", "REVOKED" }
                     : (struct verdict_headline){ TONE_BAD, "✖", "无效（已被吊销、撤销或注销）",
                                                  "NOT VALID (revoked, withdrawn or cancelled)" };
    case STATE_WITHDRAWN:
        return (struct verdict_headline){ TONE_BAD, "✖", "撤销", "WITHDRAWN" };
    case STATE_CANCELLED:
        return (struct verdict_headline){ TONE_BAD, "✖", "注销", "CANCELLED" };
    }
    return (struct verdict_headline){ TONE_DOUBT, "?", "证书是真的，但无法判断是否有效",
                                      "GENUINE, but it cannot be said whether it is in force" };
}

struct verdict_headline verdict_headline(const struct verdict *v)
{
    switch (v->authentic) {
    case AUTH_UNDECIDED:
        break;
    case AUTH_UNREADABLE:
        return (struct verdict_headline){ TONE_DOUBT, "?", "读不出证书", "UNREADABLE" };
    case AUTH_UNKNOWN_KEY:
        return (struct verdict_headline){ TONE_DOUBT, "?", "不认识的签发者", "UNKNOWN ISSUER" };
    case AUTH_FALSE:
        return (struct verdict_headline){ TONE_BAD, "✖", "不是真证", "NOT AUTHENTIC" };
    case AUTH_NO_MATCH:
        return (struct verdict_headline){ TONE_DOUBT, "?", "查无此证", "NO SUCH CERTIFICATE" };
    case AUTH_UNPROVEN:
        return (struct verdict_headline){ TONE_DOUBT, "?", "无法分辨真伪",
                                          "GENUINE OR FORGED: CANNOT BE TOLD" };
    case AUTH_TRUE:
        return headline_of_state(v);
    }
    return (struct verdict_headline){ TONE_DOUBT, "?", "未能核验", "NOT CHECKED" };
}

bool verdict_runs(const struct verdict *v)
{
    switch (v->state) {
    case STATE_UNKNOWN:
    case STATE_VALID:
    case STATE_DUE:
    case STATE_LAPSED:
        return true;
    case STATE_SUSPENDED:
    case STATE_REVOKED:
    case STATE_WITHDRAWN:
    case STATE_CANCELLED:
        break;
    }
    return false;
}

struct verdict_age verdict_age(const struct verdict *v)
{
    static const struct {
        int64_t seconds;
        const char *zh, *en;
    } units[] = {
        { 86400, "天", "d" }, { 3600, "小时", "h" }, { 60, "分钟", "min" }, { 1, "秒", "s" }
    };

    const int64_t age = v->now > v->as_of ? v->now - v->as_of : 0;
    size_t u = 0;
    while (u + 1 < sizeof units / sizeof units[0] && age < 2 * units[u].seconds)
        u++;
    return (struct verdict_age){ age / units[u].seconds, units[u].zh, units[u].en };
}
