/*
 * funnel: the events of a session, which is a commit. The first row has the first word; each later
 * row moves on to the next word with that word's probability, else it repeats one of those that the
 * session has reached.
 *
 * So that a row need not ask all rows before it, the session's own stream says how many rows it
 * takes to reach each word: geometric, by inversion.
 */
#include <math.h>

#include "base/units.h"
#include "row/args.h"
#include "row/generator_list.h"
#include "row/literals.h"

#define FUNNEL_EXAMPLE "for example of: {page_view: 1, add_to_cart: 30%, purchase: 25%}"

struct funnel {
    struct literals literals;
    double *stays; /* of each word the logarithm of the probability not to move on to it */
};

static bool read_shares(const struct generator_args *args, const struct generator_arg *of,
                        struct funnel *spec, struct error *error) {
    for (size_t i = 0; i < of->item_count; i++) {
        const struct generator_arg *item = &of->items[i];
        double share;
        if (item->scalar == NULL) {
            args_error(args, item, error, "%s: one probability is expected here", item->key);
            return error_hint(error, "%s", FUNNEL_EXAMPLE);
        }
        if (!units_share(item->scalar, &share, error))
            return args_wrap(args, item, item->key, error);
        if (i == 0 && share != 1) {
            args_error(args, item, error, "%s: every session begins with it, so it is 1",
                       item->key);
            return error_hint(error, "%s", FUNNEL_EXAMPLE);
        }
        if (!(share > 0)) {
            args_error(args, item, error, "%s: with %s no session gets there", item->key,
                       item->scalar);
            return error_hint(error, "leave it out, or give it a probability such as 25%%");
        }
        spec->stays[i] = log1p(-share);
    }
    return true;
}

static bool funnel_compile(const struct generator_args *args, struct arena *arena, void **out,
                           struct error *error) {
    struct funnel *spec = *out = ARENA_NEW(arena, struct funnel);
    const struct generator_arg *of = args_find(args, "of");
    if (of == NULL || of->scalar != NULL || of->item_count == 0 || of->items[0].key == NULL) {
        args_error(args, of, error, "%s",
                   of == NULL ? "the argument \"of\" is missing"
                              : "of: a map of words and probabilities is expected");
        return error_hint(error, "%s", FUNNEL_EXAMPLE);
    }
    literals_init(&spec->literals, of->items, of->item_count, arena);
    spec->stays = ARENA_ARRAY(arena, double, of->item_count);
    return read_shares(args, of, spec, error);
}

/* One of the words reached, the i-th (from 1) with weight 1 / i. */
static size_t again(size_t reached, struct rng *rng) {
    double sum = 0;
    for (size_t i = 1; i <= reached; i++)
        sum += 1.0 / (double)i;
    double left = rng_unit(rng) * sum;
    for (size_t i = 1; i < reached; i++) {
        left -= 1.0 / (double)i;
        if (left < 0)
            return i - 1;
    }
    return reached - 1;
}

static void funnel_draw(const void *opaque, struct draw *draw, struct value *value) {
    const struct funnel *spec = opaque;
    struct rng session = rng_at(draw->key ^ 1, draw->first); /* not the one of its first row */
    double position = (double)(draw->row - draw->first), move = 0; /* where the word is reached */
    size_t reached = 1;
    for (; reached < spec->literals.count; reached++) {
        /* At probability 1, where the logarithm is infinite, 1 + 0. */
        double next = move + 1 + floor(log(1 - rng_unit(&session)) / spec->stays[reached]);
        if (next > position)
            break;
        move = next;
    }
    size_t word = move == position ? reached - 1 : again(reached, &draw->rng);
    *value = spec->literals.values[word];
}

const struct generator generator_funnel = {
    .name = "funnel",
    .summary = "the steps of a session, which is a commit: from the first word on towards the last",
    .params =
        (const struct generator_param[]){
            {"of", "a map of words, each with the probability that a row moves on to it: "
                   "{page_view: 1, add_to_cart: 30%, purchase: 25%}; the first row has the first"},
            {0},
        },
    .compile = funnel_compile,
    .draw = funnel_draw,
    .kind = literals_kind,
    .max_bytes = literals_max_bytes,
    .literals = literals_values,
    .by_commit = true,
};
