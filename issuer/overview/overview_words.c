#include "issuer/overview/overview_words.h"

const char *overview_word(enum overview_word w, bool english)
{
    static const char *const words[][2] = {
#define X(name, zh, en) [name] = { zh, en },
        OVERVIEW_WORD_LIST(X)
#undef X
    };
    return words[w][english];
}
