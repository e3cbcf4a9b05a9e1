#include "verifier/pages/page_words.h"

static const struct {
    const char *zh, *en;
} words[] = {
#define X(name, zh, en) { zh, en },
    WORD_LIST(X)
#undef X
};

const char *word(enum word w, bool english)
{
    return english ? words[w].en : words[w].zh;
}
