#include "verifier/daemon/refusals.h"

#include <assert.h>

static const struct refuse_text texts[] = { [REFUSE_NONE] = { 0, "", "", "" },
#define X(name, status, code, zh, en) [name] = { status, code, zh, en },
                                            REFUSE_LIST(X)
#undef X
};

const struct refuse_text *refuse_text(enum refuse r)
{
    assert(r > REFUSE_NONE && r < REFUSE_COUNT);
    return &texts[r];
}
