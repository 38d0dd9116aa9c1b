#include "write/keys.h"

#include <string.h>
#include <sys/mman.h>

#include "base/error.h"
#include "row/dist.h"

/* Draws that hit no live row until the next live one is looked for instead. */
enum { MISSES_MAX = 64, WORD_BITS = 64 };

#define MAP_BYTES (KEYS_MAX / 8)

static bool is_live(const struct keys *keys, uint64_t index) {
    return keys->live[index / WORD_BITS] >> index % WORD_BITS & 1;
}

void keys_init(struct keys *keys, uint64_t seeded, uint32_t part, uint32_t parts) {
    const int kind = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    /* cppcheck-suppress invalidFunctionArg ; there is no file */
    void *map = mmap(NULL, MAP_BYTES, PROT_READ | PROT_WRITE, kind, -1, 0);
    if (map == MAP_FAILED)
        panic("no address space for the keys of a table: %zu bytes", (size_t)MAP_BYTES);
    uint64_t own = seeded / parts + (part < seeded % parts);
    *keys = (struct keys){.live = map, .seeded = own};
    uint64_t known = own < KEYS_MAX ? own : KEYS_MAX;
    memset(keys->live, 0xff, known / 8);
    for (uint64_t i = known / 8 * 8; i < known; i++)
        keys->live[i / WORD_BITS] |= 1ull << i % WORD_BITS;
    keys->end = keys->count = known;
}

void keys_release(struct keys *keys) {
    if (keys->live)
        munmap(keys->live, MAP_BYTES);
    *keys = (struct keys){0};
}

static void revive(struct keys *keys, uint64_t index) {
    if (index >= KEYS_MAX || is_live(keys, index))
        return;
    keys->live[index / WORD_BITS] |= 1ull << index % WORD_BITS;
    keys->count++;
    if (index >= keys->end)
        keys->end = index + 1;
    if (index < keys->low) /* commits end in another order than their rows were dealt in */
        keys->low = index / WORD_BITS * WORD_BITS;
}

void keys_add(struct keys *keys, uint64_t first, uint64_t count) {
    for (uint64_t i = 0; i < count; i++)
        revive(keys, keys->seeded + first + i);
}

void keys_restore(struct keys *keys, uint64_t index) {
    revive(keys, index);
}

void keys_remove(struct keys *keys, uint64_t index) {
    if (index >= keys->end || !is_live(keys, index))
        return;
    keys->live[index / WORD_BITS] &= ~(1ull << index % WORD_BITS);
    keys->count--;
    /* A whole word is left below `end` at least, so that low never passes it. */
    while (keys->low + WORD_BITS <= keys->end && keys->live[keys->low / WORD_BITS] == 0)
        keys->low += WORD_BITS;
}

/* The live row of a word that comes first from bit `from` on, or, backwards, last up to it;
 * WORD_BITS: there is none. */
static unsigned find_bit(uint64_t word, unsigned from, bool backwards) {
    word &= backwards ? ~0ull >> (WORD_BITS - 1 - from) : ~0ull << from;
    if (word == 0)
        return WORD_BITS;
    return backwards ? WORD_BITS - 1 - (unsigned)__builtin_clzll(word)
                     : (unsigned)__builtin_ctzll(word);
}

/* The next live row from an index on, around the ends. Some row is live. */
static uint64_t scan(const struct keys *keys, uint64_t index, bool backwards) {
    uint64_t low = keys->low / WORD_BITS, last = (keys->end - 1) / WORD_BITS;
    uint64_t word = index / WORD_BITS;
    unsigned bit = index % WORD_BITS;
    for (;;) {
        unsigned found = find_bit(keys->live[word], bit, backwards);
        if (found < WORD_BITS)
            return word * WORD_BITS + found;
        bit = backwards ? WORD_BITS - 1 : 0;
        if (backwards)
            word = word == low ? last : word - 1;
        else
            word = word == last ? low : word + 1;
    }
}

bool keys_draw(const struct keys *keys, enum key_pick pick, struct rng *rng, uint64_t *index) {
    if (keys->count == 0)
        return false;
    uint64_t span = keys->end - keys->low;
    struct zipf zipf;
    if (pick != KEY_UNIFORM)
        zipf_init(&zipf, 1, (double)span);
    for (int misses = 0; misses < MISSES_MAX; misses++) {
        uint64_t offset =
            pick == KEY_UNIFORM ? rng_below(rng, span) : (uint64_t)zipf_rank(&zipf, rng) - 1;
        *index = pick == KEY_LATEST ? keys->end - 1 - offset : keys->low + offset;
        if (is_live(keys, *index))
            return true;
    }
    /* Few are left. Uniform: from any place, in either direction, so that no end of a gap is
     * preferred; else the nearest to the one that was wanted. */
    bool backwards = pick == KEY_LATEST || (pick == KEY_UNIFORM && rng_next(rng) >> 63);
    *index = scan(keys, *index, backwards);
    return true;
}

void keys_use(struct keys *keys, uint64_t index) {
    keys->uses[index % KEYS_USES]++;
}

void keys_unuse(struct keys *keys, uint64_t index) {
    keys->uses[index % KEYS_USES]--;
}

bool keys_draw_unused(const struct keys *keys, enum key_pick pick, struct rng *rng,
                      uint64_t *index) {
    for (int tries = 0; tries < MISSES_MAX; tries++) {
        if (!keys_draw(keys, pick, rng, index))
            return false;
        if (keys->uses[*index % KEYS_USES] == 0)
            return true;
    }
    return false;
}
