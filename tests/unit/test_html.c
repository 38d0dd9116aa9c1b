/* The HTML page: escaping, form, words, and what stands where. With PGWRITE_TEST_PAGES=DIR it
 * leaves its pages there, for scripts/check-html. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/embed.h"
#include "html/html.h"
#include "html/page.h"
#include "result_by_hand.h"

#define HOSTILE "\"'><script>alert(1)</script>&amp;\x01\x7f\xff\xc3("
#define REPLACED "\xef\xbf\xbd"

/* ---- helpers ---- */

static char *escaped(const char *text) {
    static char *out;
    size_t size;
    FILE *stream = open_memstream(&out, &size);
    html_text(stream, text);
    fclose(stream);
    return out;
}

static char *page_of(const struct document *documents, size_t count, const char *name) {
    static char *page;
    size_t size;
    FILE *out = open_memstream(&page, &size);
    html_format.write(documents, count, 0, out);
    fclose(out);
    const char *dir = getenv("PGWRITE_TEST_PAGES");
    if (dir) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s.html", dir, name);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(page, file);
        assert_int_equal(fclose(file), 0);
    }
    return page;
}

static struct document document_of(struct result *result, const char *file) {
    for (size_t i = 0; i < result->cell_count; i++)
        if (!result->cells[i].response) /* once, if it is in several documents */
            result_cell_summarise(&result->cells[i]);
    return (struct document){.kind = DOCUMENT_RUN, .file = file, .version = "1.2.3", .run = result};
}

/* The page up to its scripts, which are no HTML. */
static void cut_scripts(char *page) {
    char *data = strstr(page, "<script type=\"application/json\" id=\"charts\">");
    if (data) {
        const char *end = strstr(data, "</body>");
        while (strstr(end + 1, "</body>"))
            end = strstr(end + 1, "</body>");
        memmove(data, end, strlen(end) + 1);
    }
}

static size_t count_of(const char *text, const char *part) {
    size_t count = 0;
    for (; (text = strstr(text, part)); text++)
        count++;
    return count;
}

static bool is_void(const char *name) {
    return strcmp(name, "meta") == 0 || strcmp(name, "br") == 0 || strcmp(name, "!DOCTYPE") == 0;
}

/* Every element is closed, and in the right order; & begins an entity. */
static void assert_well_formed(const char *page) {
    char open[64][32];
    size_t depth = 0;
    for (const char *at = page; *at; at++) {
        if (*at == '&')
            assert_true(strchr(at, ';') && strcspn(at + 1, ";<& \n") < 8);
        if (*at != '<')
            continue;
        bool closing = at[1] == '/';
        char name[32];
        const char *begin = at + 1 + closing, *end = strchr(at, '>');
        assert_non_null(end);
        assert_true(isalpha((unsigned char)*begin) || *begin == '!');
        snprintf(name, sizeof name, "%.*s", (int)strcspn(begin, " >/\n"), begin);
        if (closing) {
            assert_true(depth > 0);
            assert_string_equal(open[--depth], name);
        } else if (!is_void(name) && end[-1] != '/') {
            assert_true(depth < 64);
            memcpy(open[depth++], name, sizeof name);
        }
        at = end;
        /* A style sheet has > and & in it. */
        if (strcmp(name, "style") == 0 && !closing)
            at = strstr(at, "</style>") - 1;
    }
    assert_int_equal(depth, 0);
}

static void assert_unique_ids(const char *page) {
    static const char mark[] = " id=\"";
    for (const char *at = strstr(page, mark); at; at = strstr(at + 1, mark)) {
        char id[128];
        snprintf(id, sizeof id, "%.*s", (int)strcspn(at + sizeof mark - 1, "\"") + 6, at);
        if (count_of(page, id) != 1)
            fail_msg("%s stands in the page %zu times", id, count_of(page, id));
    }
}

static void assert_sound(char *page) {
    json_t *utf8 = json_string(page);
    assert_non_null(utf8);
    json_decref(utf8);
    for (const char *c = page; *c; c++)
        assert_true((unsigned char)*c >= 0x20 || *c == '\n');
    cut_scripts(page);
    assert_well_formed(page);
    assert_unique_ids(page);
}

static void assert_order(const char *page, const char *const *parts) {
    for (; *parts; parts++) {
        const char *at = strstr(page, *parts);
        if (!at)
            fail_msg("%s is not where it should be", *parts);
        page = at + 1;
    }
}

/* ---- escaping ---- */

static void text_is_escaped(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"plain – µs ✓", "plain – µs ✓"},
        {"<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;"},
        {"a\x01\x1f\x7f", "a" REPLACED REPLACED REPLACED},
        {"a\tb\nc", "a\tb\nc"},
        {"\xc2\x85", REPLACED},                       /* a control character of C1 */
        {"\xff<", REPLACED "&lt;"},                   /* never in UTF-8 */
        {"\xc3<", REPLACED "&lt;"},                   /* cut short: < is not swallowed */
        {"\xe2\x80", REPLACED REPLACED},              /* at the end */
        {"\xc0\xbc", REPLACED REPLACED},              /* < in two bytes */
        {"\xed\xa0\x80", REPLACED REPLACED REPLACED}, /* a surrogate */
        {"\xf4\x90\x80\x80", REPLACED REPLACED REPLACED REPLACED}, /* beyond Unicode */
        {"\xf0\x9f\x90\x98", "\xf0\x9f\x90\x98"},
        {"\xe2\x80\xae"
         "abc",
         REPLACED "abc"}, /* turns the direction */
        {"\xef\xbf\xbf", REPLACED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = escaped(cases[i][0]);
        assert_string_equal(text, cases[i][1]);
        free(text);
    }
}

static void poison_load(struct workload *load, struct threshold *thresholds,
                        struct workload_step *steps, struct workload_stage *stages,
                        struct workload_tenant *tenants, struct workload_query *gauges) {
    *load = workload_by_hand;
    memcpy(thresholds, thresholds_by_hand, sizeof thresholds_by_hand);
    memcpy(steps, steps_by_hand, sizeof steps_by_hand);
    memcpy(stages, stages_by_hand, sizeof stages_by_hand);
    memcpy(tenants, tenants_by_hand, sizeof tenants_by_hand);
    memcpy(gauges, gauges_by_hand, sizeof gauges_by_hand);
    for (size_t i = 0; i < 2; i++)
        thresholds[i].text = steps[i].name = stages[i].name = tenants[i].name = HOSTILE;
    gauges[0].name = HOSTILE;
    load->thresholds = thresholds;
    load->steps = steps;
    load->stages = stages;
    load->tenants = tenants;
    load->gauges = gauges;
}

static void poison_facts(struct result *result) {
    static struct result_column columns[] = {{HOSTILE, HOSTILE, HOSTILE}, {HOSTILE, "text", ""}};
    static struct fact_setting settings[] = {{HOSTILE, HOSTILE, true}};
    static const char *command[] = {"pgwrite", "run", HOSTILE, NULL}, *warnings[] = {HOSTILE};
    result->command = command;
    result->warnings = warnings;
    result->columns = columns;
    result->server.settings = settings;
    result->column_count = 2;
    result->warning_count = result->server.setting_count = 1;
    result->workload = result->table = result->target = result->kernel = HOSTILE;
    result->server.version = result->server.durability_why = result->fsync_dir = HOSTILE;
    result->started_at = result->binding = HOSTILE;
    result->throwaway = false;
    result->server.durability = UNSAFE;
}

static void poison_locks(struct observation *waits) {
    struct lock_waits *lock = &waits->locks[0];
    snprintf(lock->statement, sizeof lock->statement, HOSTILE);
    snprintf(lock->relation, sizeof lock->relation, HOSTILE);
    snprintf(lock->mode, sizeof lock->mode, "<b>");
    snprintf(lock->blocker.statement, sizeof lock->blocker.statement, HOSTILE " by");
    snprintf(lock->blocker.application, sizeof lock->blocker.application, "%.60s", HOSTILE);
    snprintf(lock->root.statement, sizeof lock->root.statement, HOSTILE);
    snprintf(lock->root.state, sizeof lock->root.state, "idle <b>");
}

static void assert_harmless(char *page) {
    assert_sound(page); /* and without its scripts */
    assert_int_equal(count_of(page, "<script"), 0);
    assert_int_equal(count_of(page, "alert(1)"), count_of(page, "&lt;script&gt;alert(1)"));
    assert_true(count_of(page, "alert(1)") > 0);
    assert_int_equal(count_of(page, "<b>"), 0);
}

static void nothing_hostile_gets_out_of_the_facts(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_full_result(&arena);
    poison_facts(&result);
    for (size_t r = 0; r < 2; r++) {
        struct result_round *round = &result.cells[0].rounds[r];
        poison_locks(round->waits);
        round->companions[0].name = round->companions[0].what = HOSTILE;
        snprintf(round->companions[0].first_error, sizeof round->companions[0].first_error,
                 HOSTILE);
    }
    result.cells[0].path = HOSTILE;
    struct document documents[] = {document_of(&result, "a/" HOSTILE ".json"),
                                   document_of(&result, NULL)};
    char *page = page_of(documents, 2, "hostile-facts");
    assert_harmless(page);
    release(&result, page);
}

static void nothing_hostile_gets_out_of_the_load(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_stages_result(&arena);
    struct workload load;
    struct threshold thresholds[3];
    struct workload_step steps[2];
    struct workload_stage stages[2];
    struct workload_tenant tenants[2];
    struct workload_query gauges[1];
    poison_load(&load, thresholds, steps, stages, tenants, gauges);
    result.load = &load;
    struct result_round *round = &result.cells[0].rounds[0];
    round->checks[0].name = HOSTILE;
    round->tables[0].counted = false;
    snprintf(round->tables[0].name, sizeof round->tables[0].name, HOSTILE);
    snprintf(round->load.failures[0].message, sizeof round->load.failures[0].message, HOSTILE);
    struct document document = document_of(&result, NULL);
    for (size_t i = 0; i < 3; i++)
        result.cells[0].thresholds[i].threshold = &thresholds[i];
    char *page = page_of(&document, 1, "hostile-load");
    assert_harmless(page);
    release(&result, page);
}

/* No text ends the script element or begins a comment in it, and it is what it was. */
static void data_can_not_leave_their_script(void **state) {
    (void)state;
    json_t *charts =
        json_pack("[{s: s, s: f}]", "title", "</script><!--<script>&\x7f\xc2\x85", "y", 0.5);
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    html_scripts(charts, out);
    fclose(out);
    char *begin = strchr(text, '>') + 1, *end = strstr(text, "</script>");
    assert_null(memchr(begin, '<', (size_t)(end - begin)));
    assert_null(memchr(begin, '&', (size_t)(end - begin)));
    for (const char *c = begin; c < end; c++)
        assert_true(*c >= ' ' && *c < 0x7f);
    json_t *back = json_loadb(begin, (size_t)(end - begin), 0, NULL);
    assert_true(json_equal(back, charts));
    json_decref(back);
    json_decref(charts);
    /* What follows are whole scripts: each end belongs to a beginning. */
    assert_int_equal(count_of(text, "</script"), count_of(text, "<script>\n") + 1);
    assert_int_equal(count_of(text, "<!--"), 0);
    if (embedded_find("chart.js"))
        assert_non_null(strstr(text, "Permission is hereby granted, free of charge"));
    free(text);
}

/* ---- what stands where ---- */

static void the_answer_comes_first(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_full_result(&arena);
    struct document document = document_of(&result, NULL);
    char *page = page_of(&document, 1, "full");
    assert_sound(page);
    assert_order(page,
                 (const char *const[]){"default-src 'none'", "<h1>", "pass", "class=\"lead\"",
                                       "<svg", "<title", "<desc", "rows/s (", "min–max",
                                       "id=\"lock-waits\"", "SELECT 1 FROM counters",
                                       "id=\"storage\"", "id=\"repeat\"", "id=\"glossary\"", NULL});
    assert_null(strstr(page, "src="));
    assert_null(strstr(page, "href=\"h"));
    assert_int_equal(count_of(page, "class=\"bar\""), 2);
    /* Nothing tells one run from another where there is none. */
    assert_null(strstr(page, "class=\"of\""));
    release(&result, page);
}

static void a_load_is_shown_part_by_part(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_stages_result(&arena);
    struct document document = document_of(&result, NULL);
    char *page = page_of(&document, 1, "stages");
    assert_sound(page);
    assert_order(page, (const char *const[]){"class=\"verdict fail\"",
                                             "1 of 3 thresholds failed",
                                             "class=\"key\"",
                                             "id=\"thresholds\"",
                                             "p99(response) &lt; 5s",
                                             "5 s",
                                             "✓ holds",
                                             "✗ failed",
                                             "not known",
                                             "id=\"load\"",
                                             "pool wait",
                                             "Stages",
                                             "peak",
                                             "Steps",
                                             "Tenants",
                                             "Errors",
                                             "40P01",
                                             "deadlock detected",
                                             "Gauges",
                                             "queue_depth",
                                             ">20<",
                                             ">10<",
                                             ">30<",
                                             "asked",
                                             "every application has its audit row",
                                             NULL});
    assert_int_equal(count_of(page, "<svg"), 0); /* one cell has nothing beside it */
    assert_null(strstr(page, "made by"));        /* of columns, which it has none of */
    release(&result, page);
}

static void several_results_are_told_apart(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_full_result(&arena);
    struct document documents[] = {document_of(&result, "old/events.json"),
                                   document_of(&result, "new/events.json"),
                                   document_of(&result, NULL)};
    char *page = page_of(documents, 3, "several");
    assert_sound(page);
    assert_order(
        page, (const char *const[]){"3 results side by side", "class=\"group\">events<",
                                    "class=\"group\">events (2)<", "class=\"group\">this run<",
                                    "class=\"group\"><a href=\"#glossary\"", "events: insert",
                                    "events (2): insert", "this run: insert", "events: copy-binary",
                                    "<tbody>", "<th scope=\"row\">this run</th><td>insert</td>",
                                    "<th scope=\"row\">events</th><td>copy-binary</td>",
                                    "<h3>events</h3>", "<h3>events (2)</h3>", "id=\"repeat\"",
                                    "id=\"lock-waits-2\"", "id=\"repeat-3\"", NULL});
    release(&result, page);
}

static void what_is_unknown_is_a_dash(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_result(&arena, 1, 1);
    result.cells[0] = make_cell("insert", 0, NULL);
    struct document document = document_of(&result, NULL);
    char *page = page_of(&document, 1, "nothing");
    assert_sound(page);
    assert_non_null(strstr(page, "class=\"dash\">–<"));
    assert_null(strstr(page, ">nan"));
    assert_null(strstr(page, "inf "));
    assert_null(strstr(page, "class=\"key\""));
    release(&result, page);
}

/* ---- words ---- */

/* What a chart's or another fold has to say is its own. */
static bool is_folded(const char *page, const char *at) {
    size_t open = 0;
    for (const char *fold = strstr(page, "<details"); fold && fold < at;
         fold = strstr(fold + 1, "<details"))
        open++;
    for (const char *fold = strstr(page, "</details"); fold && fold < at;
         fold = strstr(fold + 1, "</details"))
        open--;
    return open > 0;
}

static void assert_explained(const char *page) {
    static const char head[] = "<th scope=\"col\"", plain[] = "message of the first";
    size_t count = 0;
    for (const char *at = strstr(page, head); at; at = strstr(at + 1, head)) {
        const char *text = strchr(at, '>') + 1;
        if (is_folded(page, at) || strncmp(text, plain, strlen(plain)) == 0)
            continue;
        count++;
        if (strncmp(text, "<span class=\"term\"", 18) != 0)
            fail_msg("a head without an explanation: %.40s", text);
    }
    assert_true(count > 40);
}

static void every_head_is_explained(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result full = make_full_result(&arena), stages = make_stages_result(&arena);
    struct document documents[] = {document_of(&full, "a"), document_of(&stages, "b")};
    char *page = page_of(documents, 2, "two");
    assert_sound(page);
    assert_explained(page);
    for (size_t i = 0; i < COMPARE_METRICS; i++)
        assert_non_null(glossary_find(comparison_definitions[i].label));
    assert_ptr_equal(glossary_find("p99 ms"), glossary_find("p99"));
    assert_null(glossary_find("ms"));
    assert_null(glossary_find(""));
    for (size_t i = 0; i < full.cell_count; i++)
        result_cell_release(&full.cells[i]);
    free(full.cells);
    release(&stages, page);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_escaped),
        cmocka_unit_test(nothing_hostile_gets_out_of_the_facts),
        cmocka_unit_test(nothing_hostile_gets_out_of_the_load),
        cmocka_unit_test(data_can_not_leave_their_script),
        cmocka_unit_test(the_answer_comes_first),
        cmocka_unit_test(a_load_is_shown_part_by_part),
        cmocka_unit_test(several_results_are_told_apart),
        cmocka_unit_test(what_is_unknown_is_a_dash),
        cmocka_unit_test(every_head_is_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
