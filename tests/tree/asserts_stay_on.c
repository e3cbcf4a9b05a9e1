/* Compiled with every build's own flags: whoever sets NDEBUG breaks it here. */
#ifdef NDEBUG
#error "NDEBUG is set: assert() is to stay on in every build"
#endif

extern int asserts_stay_on;
