#include "issuer/command/commands.h"

const char *command_home_path(const struct cli_call *call)
{
    const struct command_globals *const globals = call->globals;
    return cli_home(globals ? globals->home : NULL);
}

int command_conclude(const struct cli_call *call, enum rc rc, const struct diag *d)
{
    if (rc == RC_OK)
        return EXIT_DONE;
    say_diag(&call->say, rc, d);
    return EXIT_FAILED;
}

enum rc command_print_json(json_t *value, struct diag *d)
{
    ON_EXIT(json_decref_at) json_t *owned = value;
    if (!owned)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "while writing JSON");

    ON_EXIT(buf_free_at) struct buf text = { 0 };
    const enum rc rc = json_write(owned, 0, &text, d);
    if (rc != RC_OK)
        return rc;
    buf_put_u8(&text, '\n');
    return say_out(&text, d);
}
