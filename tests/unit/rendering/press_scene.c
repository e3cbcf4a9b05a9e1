#include "tests/unit/rendering/press_scene.h"

struct reg *press_scene_register(const struct press_scene *s)
{
    return engine_register(s->f.engine);
}

int press_scene_make(void **state)
{
    static struct press_scene scene;
    struct diag d = DIAG_INIT;
    fixture_make(&scene.f);
    story_tell(&scene.f);
    if (home_signer(&scene.f.home, &scene.signer, &d) != RC_OK ||
        press_open(&scene.f.home, press_scene_register(&scene), NULL, &scene.press, &d) != RC_OK)
        fail_msg("%s", d.text);
    *state = &scene;
    return 0;
}

int press_scene_drop(void **state)
{
    struct press_scene *const s = *state;
    press_close(s->press);
    signer_free(s->signer);
    fixture_drop(&s->f);
    return 0;
}

void press_scene_sheet(struct press_scene *s, unsigned n, struct sheet *ret)
{
    struct reg_cert cert;
    struct diag d = DIAG_INIT;
    struct reg *const reg = press_scene_register(s);
    const struct sheet_source from = { reg, &s->f.home, register_log_source(reg) };
    if (register_cert(reg, n - 1, &cert, &d) != RC_OK ||
        sheet_gather(&from, &cert, 0, ret, &d) != RC_OK)
        fail_msg("%u: %s", n, d.text);
}
