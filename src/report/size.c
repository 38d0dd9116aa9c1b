/* What sizing found, on one page: the answer first, then what it rests on. */
#include "report/size.h"

#include <string.h>

#include "report/size_internal.h"

/* A word of the command line, quoted where a shell would take it apart. */
static void add_word(struct strbuf *out, const char *word) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-+=./,:@%";
    strbuf_add(out, out->length ? " " : "");
    if (*word && !word[strspn(word, plain)]) {
        strbuf_add(out, word);
        return;
    }
    strbuf_add_char(out, '\'');
    for (; *word; word++) {
        if (*word == '\'')
            strbuf_add(out, "'\\'");
        strbuf_add_char(out, *word);
    }
    strbuf_add_char(out, '\'');
}

static void print_repeat(const struct size_result *size, struct sheet *out) {
    struct strbuf line = STRBUF_INIT;
    bool seeded = false;
    if (!size->block || !size->block->command)
        return;
    for (const char **word = size->block->command; *word; word++) {
        add_word(&line, *word);
        seeded |= strncmp(*word, "--seed", strlen("--seed")) == 0;
    }
    if (!seeded)
        strbuf_printf(&line, " --seed %llu", (unsigned long long)size->block->seed);
    sheet_line(out, &line, "repeat");
    strbuf_release(&line);
}

static void print_time(const struct size_result *size, struct sheet *out) {
    struct strbuf line = STRBUF_INIT, left = STRBUF_INIT;
    char spent[FIELD_BYTES], budget[FIELD_BYTES];
    bool any = false;
    strbuf_printf(&line, "%s of a budget of %s", show_seconds(spent, sizeof spent, size->seconds),
                  show_seconds(budget, sizeof budget, size->budget_s));
    for (size_t i = 0; i < size->phase_count; i++) {
        const struct study_phase *phase = &size->phases[i];
        if (!is_known(phase->seconds)) {
            strbuf_printf(&left, "%s%s", left.length ? ", " : "", phase->name);
            continue;
        }
        strbuf_printf(&line, "%s%s %s", any ? ", " : ": ", phase->name,
                      show_seconds(spent, sizeof spent, phase->seconds));
        any = true;
    }
    if (left.length)
        strbuf_printf(&line, "; not reached: %s", left.text);
    sheet_line(out, &line, "time");
    strbuf_release(&line);
    strbuf_release(&left);
}

void size_tell_study(const struct size_result *size, struct sheet *out) {
    struct strbuf line = STRBUF_INIT;
    strbuf_printf(&line, "%s%s", size->server ? "PostgreSQL " : "",
                  size->server ? size->server->version : DASH);
    if (size->throwaway)
        strbuf_add(&line, ", throwaway, on a unix socket");
    if (size->server && size->server->durability != DURABLE)
        strbuf_printf(&line, "; %s: %s", durability_name(size->server->durability),
                      size->server->durability_why);
    sheet_line(out, &line, "server");
    strbuf_printf(&line, "%s, %s", size->workload, size->cell);
    sheet_line(out, &line, "workload");
    print_time(size, out);
    for (size_t i = 0; i < size->warning_count; i++) {
        strbuf_add(&line, size->warnings[i]);
        sheet_line(out, &line, "warning");
    }
    print_repeat(size, out);
    strbuf_release(&line);
}

void size_text(const struct size_result *size, FILE *file) {
    struct sheet_text text = sheet_text(file);
    struct sheet *out = &text.sheet;
    size_tell_answer(size, out);
    size_tell_capacity(size, out);
    size_tell_pool(size, out);
    size_tell_probes(size, out);
    size_tell_batches(size, out);
    size_tell_requirements(size, out);
    size_tell_prediction(size, out);
    out->gap(out);
    size_tell_study(size, out);
}
