#include "issuer/overview/overview_words.h"

static const struct {
    const char *zh, *en;
} words[] = {
#define X(name, zh, en) { zh, en },
    OVERVIEW_WORD_LIST(X)
#undef X
};

const char *overview_word(enum overview_word w, bool english)
{
    return english ? words[w].en : words[w].zh;
}
