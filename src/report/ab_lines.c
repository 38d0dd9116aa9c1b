/* What was compared, where, and how it went: a line each. */
#include <string.h>

#include "report/ab_internal.h"

static void emit_plain(const char *name, const struct strbuf *text, ab_emit *emit, void *context) {
    struct strbuf plain = STRBUF_INIT;
    plain_add(&plain, text->text);
    emit(name, plain.text, context);
    strbuf_release(&plain);
}

void ab_variants(const struct ab_result *ab, ab_emit *emit, void *context) {
    const char *const variants[2] = {ab->a_variant, ab->b_variant};
    for (size_t side = 0; side < 2; side++) {
        struct strbuf text = STRBUF_INIT;
        strbuf_add(&text, *variants[side] ? variants[side] : "as the workload is");
        emit_plain(side ? "B" : "A", &text, emit, context);
        strbuf_release(&text);
    }
}

static void emit_cell(const struct ab_result *ab, ab_emit *emit, void *context) {
    struct strbuf cell = STRBUF_INIT;
    bool differ = ab->b_cell && strcmp(ab->cell, ab->b_cell) != 0;
    strbuf_add(&cell, ab->cell);
    emit_plain(differ ? "cell A" : "cell", &cell, emit, context);
    strbuf_clear(&cell);
    strbuf_add(&cell, differ ? ab->b_cell : "");
    if (differ)
        emit_plain("cell B", &cell, emit, context);
    strbuf_release(&cell);
}

static void add_server(const struct result *result, struct strbuf *out) {
    strbuf_printf(out, "PostgreSQL %s, %s", result->server.version ? result->server.version : DASH,
                  result->throwaway ? "throwaway, on a unix socket" : result->target);
}

static void emit_server(const struct ab_result *ab, ab_emit *emit, void *context) {
    struct strbuf a = STRBUF_INIT, b = STRBUF_INIT;
    add_server(ab->a, &a);
    add_server(ab->b, &b);
    if (strcmp(a.text, b.text) == 0) {
        emit_plain("server", &a, emit, context);
    } else {
        emit_plain("server A", &a, emit, context);
        emit_plain("server B", &b, emit, context);
    }
    strbuf_release(&a);
    strbuf_release(&b);
}

bool ab_tiers_differ(const struct ab_result *ab) {
    return ab->across_tiers || ab->a->server.durability != ab->b->server.durability;
}

static void add_durability(const struct server_facts *facts, struct strbuf *out) {
    strbuf_add(out, durability_name(facts->durability));
    if (facts->durability_why && *facts->durability_why)
        strbuf_printf(out, ": %s", facts->durability_why);
}

static void emit_durability(const struct ab_result *ab, ab_emit *emit, void *context) {
    struct strbuf text = STRBUF_INIT;
    bool differ = ab->a->server.durability != ab->b->server.durability;
    strbuf_add(&text, differ ? "A " : "");
    add_durability(&ab->a->server, &text);
    if (differ) {
        strbuf_add(&text, "; B ");
        add_durability(&ab->b->server, &text);
    }
    emit_plain("durability", &text, emit, context);
    strbuf_release(&text);
}

static void emit_pairs(const struct ab_result *ab, ab_emit *emit, void *context) {
    struct strbuf text = STRBUF_INIT;
    strbuf_printf(&text, "%zu planned, %zu run, %zu valid", ab->pairs_planned, ab->pair_count,
                  ab_pairs_valid(ab));
    if (ab->early)
        strbuf_printf(&text, "; decided early, at look %zu", ab->looks);
    else if (ab->looks)
        strbuf_printf(&text, "; looked at %zu time%s", ab->looks, ab->looks == 1 ? "" : "s");
    emit_plain("pairs", &text, emit, context);
    strbuf_release(&text);
}

static const char *why_of(const struct ab_pair *pair) {
    return pair->valid ? NULL : pair->why ? pair->why : "not known why";
}

/* How many pairs from this one on were left out for the same reason; 0: an earlier one tells. */
static size_t pairs_like(const struct ab_result *ab, size_t at) {
    const char *why = why_of(&ab->pairs[at]);
    size_t count = 0;
    if (!why)
        return 0;
    for (size_t i = 0; i < ab->pair_count; i++) {
        const char *other = why_of(&ab->pairs[i]);
        bool same = other && strcmp(other, why) == 0;
        if (same && i < at)
            return 0;
        count += same;
    }
    return count;
}

static void emit_left_out(const struct ab_result *ab, size_t max, ab_emit *emit, void *context) {
    size_t told = 0, rest = 0;
    struct strbuf text = STRBUF_INIT;
    for (size_t i = 0; i < ab->pair_count; i++) {
        size_t count = pairs_like(ab, i);
        if (count && told++ >= max) {
            rest += count;
        } else if (count) {
            strbuf_clear(&text);
            strbuf_printf(&text, "%zu pair%s: %s", count, count == 1 ? "" : "s",
                          why_of(&ab->pairs[i]));
            emit_plain("left out", &text, emit, context);
        }
    }
    if (rest) {
        strbuf_clear(&text);
        strbuf_printf(&text, "%zu more pair%s, for other reasons", rest, rest == 1 ? "" : "s");
        emit_plain("left out", &text, emit, context);
    }
    strbuf_release(&text);
}

static void emit_machine(const struct ab_result *ab, ab_emit *emit, void *context) {
    struct strbuf text = STRBUF_INIT;
    char share[32];
    bool cpu = is_known(ab->pressure_cpu), io = is_known(ab->pressure_io);
    if (is_known(ab->steal_share))
        strbuf_printf(&text, "%s of CPU time stolen",
                      show_share(share, sizeof share, ab->steal_share));
    if (cpu || io)
        strbuf_printf(&text, "%stasks waited", text.length ? ", " : "");
    if (cpu)
        strbuf_printf(&text, " for CPU %s of the time",
                      show_share(share, sizeof share, ab->pressure_cpu));
    if (io)
        strbuf_printf(&text, "%s for I/O %s%s", cpu ? "," : "",
                      show_share(share, sizeof share, ab->pressure_io), cpu ? "" : " of the time");
    if (!text.length)
        strbuf_add(&text, DASH);
    emit_plain("machine", &text, emit, context);
    strbuf_release(&text);
}

void ab_lines(const struct ab_result *ab, size_t reasons_max, ab_emit *emit, void *context) {
    emit_cell(ab, emit, context);
    emit_server(ab, emit, context);
    emit_durability(ab, emit, context);
    emit_pairs(ab, emit, context);
    emit_left_out(ab, reasons_max, emit, context);
    emit_machine(ab, emit, context);
}

void ab_warnings(const struct ab_result *ab, size_t max, ab_emit *emit, void *context) {
    struct strbuf text = STRBUF_INIT;
    if (ab_tiers_differ(ab)) {
        enum durability a = ab->a->server.durability, b = ab->b->server.durability;
        if (a != b)
            strbuf_printf(&text, "A is %s and B is %s", durability_name(a), durability_name(b));
        else
            strbuf_add(&text, "A and B differ in durability");
        strbuf_add(&text, ": an acknowledged commit does not mean the same to them");
        emit_plain("warning", &text, emit, context);
    }
    for (size_t i = 0; i < ab->warning_count && i < max; i++) {
        strbuf_clear(&text);
        strbuf_add(&text, ab->warnings[i]);
        emit_plain("warning", &text, emit, context);
    }
    if (ab->warning_count > max) {
        strbuf_clear(&text);
        strbuf_printf(&text, "%zu more, see the JSON", ab->warning_count - max);
        emit_plain("warning", &text, emit, context);
    }
    strbuf_release(&text);
}
