#include "tests/unit/check.h"

#include <stdlib.h>

#include "core/cert/tlog.h"

#define LEAVES 300

static struct tlog_hash leaves[LEAVES];

static int setup(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LEAVES; i++) {
        const uint8_t data[2] = { (uint8_t)(i >> 8), (uint8_t)i };
        leaves[i] = tlog_leaf(span_of(data, sizeof data));
    }
    return 0;
}

/* RFC 6962 section 2.1 as it is written there. */

static size_t naive_split(size_t n)
{
    size_t k = 1;
    while (k * 2 < n)
        k *= 2;
    return k;
}

static struct tlog_hash naive_root(const struct tlog_hash *d, size_t n)
{
    /* Remembered by first leaf and count, so that every size can be gone through. */
    static struct tlog_hash memory[LEAVES][LEAVES + 1];
    static bool known[LEAVES][LEAVES + 1];
    if (n == 0)
        return tlog_empty();
    if (n == 1)
        return d[0];
    const size_t first = (size_t)(d - leaves);
    if (!known[first][n]) {
        const size_t k = naive_split(n);
        const struct tlog_hash left = naive_root(d, k), right = naive_root(d + k, n - k);
        memory[first][n] = tlog_node(&left, &right);
        known[first][n] = true;
    }
    return memory[first][n];
}

/* PATH(m, D[n]); returns how many. */
static size_t naive_path(size_t m, const struct tlog_hash *d, size_t n, struct tlog_hash *to)
{
    if (n == 1)
        return 0;
    const size_t k = naive_split(n);
    const size_t count = m < k ? naive_path(m, d, k, to) : naive_path(m - k, d + k, n - k, to);
    to[count] = m < k ? naive_root(d + k, n - k) : naive_root(d, k);
    return count + 1;
}

/* SUBPROOF(m, D[n], b). */
static size_t naive_subproof(size_t m, const struct tlog_hash *d, size_t n, bool b,
                             struct tlog_hash *to)
{
    if (m == n && b)
        return 0;
    if (m == n) {
        to[0] = naive_root(d, n);
        return 1;
    }
    const size_t k = naive_split(n);
    size_t count;
    if (m <= k) {
        count = naive_subproof(m, d, k, b, to);
        to[count] = naive_root(d + k, n - k);
    } else {
        count = naive_subproof(m - k, d + k, n - k, false, to);
        to[count] = naive_root(d, k);
    }
    return count + 1;
}

/* A source over leaves[]: every complete subtree up to the size in ctx, and no other. */
static enum rc hash_of(void *ctx, unsigned level, uint64_t n, struct tlog_hash *ret, struct diag *d)
{
    (void)d;
    const uint64_t size = *(const uint64_t *)ctx;
    assert_true(level < 63);
    assert_true((n + 1) << level <= size);
    *ret = naive_root(leaves + (n << level), (size_t)1 << level);
    return RC_OK;
}

static enum rc hash_fails(void *ctx, unsigned level, uint64_t n, struct tlog_hash *ret,
                          struct diag *d)
{
    (void)ctx;
    (void)level;
    (void)n;
    (void)ret;
    return diag_set(d, RC_IO, DIAG_NO_OFFSET, "no tile");
}

static void assert_hash(const struct tlog_hash *a, const struct tlog_hash *b)
{
    assert_memory_equal(a->bytes, b->bytes, SHA256_LEN);
}

static void assert_hex(const struct tlog_hash *h, const char *hex)
{
    char text[2 * SHA256_LEN + 1];
    hex_encode(h->bytes, SHA256_LEN, text);
    assert_string_equal(text, hex);
}

static void the_known_roots_of_certificate_transparency_come_out(void **state)
{
    static const struct {
        const char *leaf, *root;
    } known[] = {
        { "", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" },
        { "00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125" },
        { "10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77" },
        { "2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" },
        { "3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4" },
        { "40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef" },
        { "5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c" },
        { "606162636465666768696a6b6c6d6e6f",
          "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328" },
    };
    (void)state;
    struct tlog_hash hashes[8];
    for (size_t i = 0; i < 8; i++) {
        uint8_t data[16];
        const size_t len = strlen(known[i].leaf) / 2;
        assert_true(hex_decode(span_text(known[i].leaf), data, len));
        hashes[i] = tlog_leaf(span_of(data, len));
        const struct tlog_hash root = tlog_root_of(hashes, i + 1);
        assert_hex(&root, known[i].root);
    }
    const struct tlog_hash empty = tlog_empty();
    assert_hex(&empty, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void every_root_up_to_300_is_the_naive_one(void **state)
{
    (void)state;
    for (uint64_t size = 0; size <= LEAVES; size++) {
        const struct tlog_source src = { hash_of, &size };
        const struct tlog_hash naive = naive_root(leaves, size);
        struct tlog_hash root;
        assert_int_equal(tlog_root(&src, size, &root, NULL), RC_OK);
        assert_hash(&root, &naive);
        if (size > 0) {
            root = tlog_root_of(leaves, size);
            assert_hash(&root, &naive);
        }
    }
}

static struct tlog_hash altered(const struct tlog_hash *h, uint64_t i)
{
    struct tlog_hash ret = *h;
    ret.bytes[i % SHA256_LEN] ^= 1;
    return ret;
}

/* Every other index, in a small tree; in a larger one those that differ in a bit: each takes
 * another path. */
static void refuse_other_indexes(uint64_t i, uint64_t size, const struct tlog_hash *p, size_t count,
                                 const struct tlog_hash *root)
{
    if (size <= 40) {
        for (uint64_t other = 0; other < size; other++)
            assert_int_equal(tlog_check_inclusion(&leaves[i], other, size, p, count, root),
                             other == i);
        return;
    }
    for (uint64_t bit = 1; bit < size; bit *= 2)
        assert_false(tlog_check_inclusion(&leaves[i], i ^ bit, size, p, count, root));
}

/* Every change of one thing in the proof of leaf i. */
static void alter_inclusion(const struct tlog_source *src, uint64_t i, uint64_t size,
                            const struct tlog_hash *root)
{
    struct tlog_hash p[TLOG_PROOF_MAX + 1] = { 0 };
    const struct tlog_hash other_leaf = altered(&leaves[i], i), other_root = altered(root, i);
    size_t count;
    assert_int_equal(tlog_prove_inclusion(src, i, size, p, &count, NULL), RC_OK);
    assert_false(tlog_check_inclusion(&leaves[i], i, size, p, count + 1, root));
    if (count > 0)
        assert_false(tlog_check_inclusion(&leaves[i], i, size, p, count - 1, root));
    assert_false(tlog_check_inclusion(&other_leaf, i, size, p, count, root));
    assert_false(tlog_check_inclusion(&leaves[i], i, size, p, count, &other_root));
    assert_false(tlog_check_inclusion(&leaves[i], size, size, p, count, root));
    assert_false(tlog_check_inclusion(&leaves[i], i, 0, p, count, root));
    refuse_other_indexes(i, size, p, count, root);
    for (size_t k = 0; k < count; k++) {
        const struct tlog_hash good = p[k];
        p[k] = altered(&good, k);
        assert_false(tlog_check_inclusion(&leaves[i], i, size, p, count, root));
        p[k] = good;
    }
}

static void no_altered_inclusion_proof_up_to_300_holds(void **state)
{
    (void)state;
    for (uint64_t size = 1; size <= LEAVES; size++) {
        const struct tlog_source src = { hash_of, &size };
        const struct tlog_hash root = naive_root(leaves, size);
        for (uint64_t i = 0; i < size; i++)
            alter_inclusion(&src, i, size, &root);
    }
}

static void every_inclusion_proof_up_to_300_is_the_naive_one_and_holds(void **state)
{
    (void)state;
    for (uint64_t size = 1; size <= LEAVES; size++) {
        const struct tlog_source src = { hash_of, &size };
        const struct tlog_hash root = naive_root(leaves, size);
        for (uint64_t i = 0; i < size; i++) {
            struct tlog_hash p[TLOG_PROOF_MAX], naive[TLOG_PROOF_MAX];
            size_t count;
            assert_int_equal(tlog_prove_inclusion(&src, i, size, p, &count, NULL), RC_OK);
            assert_int_equal(count, naive_path(i, leaves, size, naive));
            assert_memory_equal(p, naive, count * sizeof *p);
            assert_true(tlog_check_inclusion(&leaves[i], i, size, p, count, &root));
        }
    }
}

/* Every change of one thing in the proof from old to size. */
static void alter_consistency(const struct tlog_source *src, uint64_t old, uint64_t size,
                              const struct tlog_hash *root)
{
    struct tlog_hash p[TLOG_PROOF_MAX + 1] = { 0 };
    const struct tlog_hash old_root = naive_root(leaves, old);
    size_t count;
    assert_int_equal(tlog_prove_consistency(src, old, size, p, &count, NULL), RC_OK);
    assert_false(tlog_check_consistency(old, &old_root, size, root, p, count + 1));
    assert_false(tlog_check_consistency(old, &old_root, size, root, p, count - 1));
    assert_false(tlog_check_consistency(old, root, size, &old_root, p, count));
    assert_false(tlog_check_consistency(size, root, old, &old_root, p, count));
    const struct tlog_hash other_old = altered(&old_root, old), other_root = altered(root, old);
    assert_false(tlog_check_consistency(old, &other_old, size, root, p, count));
    assert_false(tlog_check_consistency(old, &old_root, size, &other_root, p, count));
    for (size_t k = 0; k < count; k++) {
        const struct tlog_hash good = p[k];
        p[k] = altered(&good, k);
        assert_false(tlog_check_consistency(old, &old_root, size, root, p, count));
        p[k] = good;
    }
}

static void no_altered_consistency_proof_up_to_300_holds(void **state)
{
    (void)state;
    for (uint64_t size = 2; size <= LEAVES; size++) {
        const struct tlog_source src = { hash_of, &size };
        const struct tlog_hash root = naive_root(leaves, size);
        for (uint64_t old = 1; old < size; old++)
            alter_consistency(&src, old, size, &root);
    }
}

static void every_consistency_proof_up_to_300_is_the_naive_one_and_holds(void **state)
{
    (void)state;
    for (uint64_t size = 1; size <= LEAVES; size++) {
        const struct tlog_source src = { hash_of, &size };
        const struct tlog_hash root = naive_root(leaves, size);
        for (uint64_t old = 1; old <= size; old++) {
            struct tlog_hash p[TLOG_PROOF_MAX], naive[TLOG_PROOF_MAX];
            const struct tlog_hash old_root = naive_root(leaves, old);
            size_t count;
            assert_int_equal(tlog_prove_consistency(&src, old, size, p, &count, NULL), RC_OK);
            assert_int_equal(count, naive_subproof(old, leaves, size, true, naive));
            assert_memory_equal(p, naive, count * sizeof *p);
            assert_true(tlog_check_consistency(old, &old_root, size, &root, p, count));
        }
    }
}

static void an_empty_tree_is_consistent_with_any_and_proves_nothing_else(void **state)
{
    (void)state;
    const uint64_t size = 9;
    const struct tlog_source src = { hash_of, (void *)(uintptr_t)&size };
    const struct tlog_hash root = naive_root(leaves, size), empty = tlog_empty();
    struct tlog_hash p[TLOG_PROOF_MAX];
    size_t count = 1;
    assert_int_equal(tlog_prove_consistency(&src, 0, size, p, &count, NULL), RC_OK);
    assert_int_equal(count, 0);
    assert_true(tlog_check_consistency(0, &empty, size, &root, NULL, 0));
    assert_false(tlog_check_consistency(0, &root, size, &root, NULL, 0));
    assert_false(tlog_check_consistency(size, &empty, size, &root, NULL, 0));
    assert_false(tlog_check_consistency(size, &root, size, &root, &root, 1));
}

static void a_tile_that_cannot_be_had_makes_no_proof(void **state)
{
    (void)state;
    const struct tlog_source src = { hash_fails, NULL };
    struct tlog_hash p[TLOG_PROOF_MAX], root;
    size_t count = 7;
    assert_int_equal(tlog_root(&src, 5, &root, NULL), RC_IO);
    assert_int_equal(tlog_prove_inclusion(&src, 1, 5, p, &count, NULL), RC_IO);
    assert_int_equal(tlog_prove_consistency(&src, 3, 5, p, &count, NULL), RC_IO);
    assert_int_equal(count, 7);
}

/* A tree of 2^63 - 1 equal leaves: one hash a level. */
static enum rc equal_leaves(void *ctx, unsigned level, uint64_t n, struct tlog_hash *ret,
                            struct diag *d)
{
    (void)d;
    (void)n;
    *ret = ((const struct tlog_hash *)ctx)[level];
    return RC_OK;
}

static void the_largest_log_fits_its_proofs(void **state)
{
    (void)state;
    static struct tlog_hash levels[64];
    for (size_t i = 1; i < 64; i++)
        levels[i] = tlog_node(&levels[i - 1], &levels[i - 1]);
    const struct tlog_source src = { equal_leaves, levels };
    const uint64_t size = TLOG_SIZE_MAX;
    struct tlog_hash p[TLOG_PROOF_MAX], root, old_root;
    size_t count;

    assert_int_equal(tlog_root(&src, size, &root, NULL), RC_OK);
    assert_int_equal(tlog_prove_inclusion(&src, 12345, size, p, &count, NULL), RC_OK);
    assert_int_equal(count, 63);
    assert_true(tlog_check_inclusion(&levels[0], 12345, size, p, count, &root));
    assert_int_equal(tlog_root(&src, 3, &old_root, NULL), RC_OK);
    assert_int_equal(tlog_prove_consistency(&src, 3, size, p, &count, NULL), RC_OK);
    assert_int_equal(count, 64);
    assert_true(tlog_check_consistency(3, &old_root, size, &root, p, count));
}

static void tile_paths_are_those_of_tlog_tiles(void **state)
{
    static const struct {
        unsigned level, width;
        uint64_t n;
        const char *path;
    } cases[] = {
        { 0, 256, 0, "tile/0/000" },
        { 0, 256, 67, "tile/0/067" },
        { 0, 34, 67, "tile/0/067.p/34" },
        { 0, 1, 999, "tile/0/999.p/1" },
        { 0, 256, 1000, "tile/0/x001/000" },
        { 1, 255, 1067, "tile/1/x001/067.p/255" },
        { 0, 256, 1234067, "tile/0/x001/x234/067" },
        { 63, 255, UINT64_MAX, "tile/63/x018/x446/x744/x073/x709/x551/615.p/255" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[TLOG_PATH_MAX];
        tlog_tile_path(cases[i].level, cases[i].n, cases[i].width, path);
        assert_string_equal(path, cases[i].path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_known_roots_of_certificate_transparency_come_out),
        cmocka_unit_test(no_altered_inclusion_proof_up_to_300_holds),
        cmocka_unit_test(no_altered_consistency_proof_up_to_300_holds),
        cmocka_unit_test(a_tile_that_cannot_be_had_makes_no_proof),
        cmocka_unit_test(every_root_up_to_300_is_the_naive_one),
        cmocka_unit_test(every_inclusion_proof_up_to_300_is_the_naive_one_and_holds),
        cmocka_unit_test(every_consistency_proof_up_to_300_is_the_naive_one_and_holds),
        cmocka_unit_test(an_empty_tree_is_consistent_with_any_and_proves_nothing_else),
        cmocka_unit_test(the_largest_log_fits_its_proofs),
        cmocka_unit_test(tile_paths_are_those_of_tlog_tiles),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
