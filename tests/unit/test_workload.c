/* The loader of workload files: what a good file gives, and for each wrong one where, what and the
 * hint. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "workload/parse.h"
#include "workload/workload.h"

static const char *const load_options[] = {"path", "pool", "batch", "duration", NULL};

static bool parse_bytes(const char *text, size_t length, struct arena *arena,
                        struct workload *workload, struct place *schema_at, struct error *error) {
    return workload_parse(text, length, "w.yaml", load_options, arena, workload, schema_at, error);
}

struct wrong {
    const char *text;
    const char *where, *what, *hint;
};

/* An entry for a text that is right but for the part under test. */
#define COLUMN(entry) "schema: s.sql\ncolumns:\n  " entry "\n"
#define LOAD(entry) "schema: s.sql\nload:\n  " entry "\n"

static const struct wrong wrong_shapes[] = {
    {"schema: s.sql\ncolums: {}\n", "w.yaml:2:1", "unknown key \"colums\"",
     "did you mean \"columns\"?"},
    {"schema: s.sql\nzzzzzz: 1\n", "w.yaml:2:1", "unknown key \"zzzzzz\"",
     "the keys are: name, description, schema, table, columns, load, companions, tables, steps, "
     "stages, tenants, faults, gauges, checks and thresholds"},
    {"schema: s.sql\npool: 8\n", "w.yaml:2:1", "unknown key \"pool\"",
     "\"pool\" belongs in load: `load: {pool: …}`"},
    {"name: x\n", "w.yaml", "the key \"schema\" is missing",
     "name a file with the CREATE TABLE statements: `schema: schema.sql`"},
    {"schema: {a: b}\n", "w.yaml:1:9", "\"schema\" must be a text, not a map",
     "for example `schema: ../schemas/events.sql`"},
    {"schema:\n", "w.yaml:1:1", "\"schema\" has no value",
     "for example `schema: ../schemas/events.sql`"},
    {"schema: ''\n", "w.yaml:1:9", "\"schema\" is empty",
     "for example `schema: ../schemas/events.sql`"},
    {"name: [a]\n", "w.yaml:1:7", "\"name\" must be a text, not a list",
     "for example `name: events`"},
    {"description: {}\n", "w.yaml:1:14", "\"description\" must be a text, not a map",
     "for example `description: Page events of a web shop`"},
    {"table: [a, b]\n", "w.yaml:1:8", "\"table\" must be a text, not a list",
     "for example `table: events`"},
    {"columns: [a, b]\n", "w.yaml:1:10", "\"columns\" must be a map of column names, not a list",
     "for example `columns: {site_id: {gen: int, min: 1, max: 500}}`"},
    {"columns:\n", "w.yaml:1:1", "\"columns\" has no value",
     "for example `columns: {site_id: {gen: int, min: 1, max: 500}}`"},
    {"load: fast\n", "w.yaml:1:7", "\"load\" must be a map of options, not a text",
     "for example `load: {pool: 8, batch: 5..15}`"},
    {"- a\n- b\n", "w.yaml:1:1", "expected `key: value` lines, not a list",
     "a workload begins with lines such as `schema: schema.sql`"},
    {"schema:s.sql\n", "w.yaml:1:1", "expected `key: value` lines, not a text",
     "a workload begins with lines such as `schema: schema.sql`"},
};

static const struct wrong wrong_columns[] = {
    {COLUMN("a: defualt"), "w.yaml:3:6", "column a: expected default or a generator in braces",
     "did you mean \"default\"?"},
    {COLUMN("a: int"), "w.yaml:3:6", "column a: expected default or a generator in braces",
     "write `a: {gen: int}`"},
    {COLUMN("a: 12"), "w.yaml:3:6", "column a: expected default or a generator in braces",
     "for example `a: {gen: int, min: 1, max: 500}`"},
    {COLUMN("a:"), "w.yaml:3:3", "column a: expected default or a generator in braces",
     "for example `a: {gen: int, min: 1, max: 500}`"},
    {COLUMN("a: [x, y]"), "w.yaml:3:6",
     "column a: expected default or a generator in braces, not a list",
     "for example `a: {gen: choice, of: [a, b]}`"},
    {COLUMN("a: {}"), "w.yaml:3:6", "column a: the braces are empty",
     "for example `a: {gen: int, min: 1, max: 500}`, or leave it out"},
    {COLUMN("a: {gne: int}"), "w.yaml:3:7", "column a: \"gne\" without a generator",
     "did you mean \"gen\"?"},
    {COLUMN("a: {nul: 10%}"), "w.yaml:3:7", "column a: \"nul\" without a generator",
     "did you mean \"null\"?"},
    {COLUMN("a: {null: 1%, maximum: 5}"), "w.yaml:3:17",
     "column a: \"maximum\" without a generator", "name the generator: `a: {gen: int, …}`"},
    {COLUMN("a: {gen: chioce, of: [x]}"), "w.yaml:3:12",
     "column a: no generator is called \"chioce\"", "did you mean \"choice\"?"},
    {COLUMN("a: {gen: default}"), "w.yaml:3:12", "column a: no generator is called \"default\"",
     "to leave the column to the server write `a: default`"},
    {COLUMN("a: {gen: [int]}"), "w.yaml:3:12", "column a: gen must be the name of a generator",
     "for example `a: {gen: int, min: 1, max: 500}`"},
    {COLUMN("a: {gen: }"), "w.yaml:3:7", "column a: gen must be the name of a generator",
     "for example `a: {gen: int, min: 1, max: 500}`"},
    {COLUMN("a: {gen: int, min 1}"), "w.yaml:3:17", "\"min 1\" has no value",
     "write `key: value` with a blank after the colon; '' is an empty text"},
    {COLUMN("a: {gen: choice, of: {x: 1, y: }}"), "w.yaml:3:31", "\"y\" has no value",
     "write `key: value` with a blank after the colon; '' is an empty text"},
    {COLUMN("a: {null: 10}"), "w.yaml:3:7", "column a: null: \"10\" is not a share: it is over 1",
     "write \"10%\""},
    {COLUMN("a: {null: [1]}"), "w.yaml:3:7",
     "column a: null: one value is expected here, not a list or a map", "for example null: 0"},
};

static const struct wrong wrong_load[] = {
    {LOAD("pol: 8"), "w.yaml:3:3", "unknown key \"pol\" in load", "did you mean \"pool\"?"},
    {LOAD("zzzzzz: 8"), "w.yaml:3:3", "unknown key \"zzzzzz\" in load",
     "the keys of load are: path, pool, batch and duration"},
    {LOAD("pool: {a: 1}"), "w.yaml:3:10", "unknown key \"a\" in the pool",
     "the keys of the pool are: min, max, idle, lifetime and checkout_timeout"},
    {LOAD("batch: {a: 1}"), "w.yaml:3:10",
     "\"load.batch\" must be a word or a list of words, not a map",
     "for example `batch: 8` or `batch: [1, 4, 16]`"},
    {LOAD("path: {a: 1}"), "w.yaml:3:9",
     "\"load.path\" must be a word or a list of words, not a map",
     "for example `path: [insert, copy-binary]`"},
    {LOAD("pool: [[1], 2]"), "w.yaml:3:10", "\"load.pool\" must be a list of words",
     "for example `pool: 8` or `pool: [1, 4, 16]`"},
    {LOAD("pool: []"), "w.yaml:3:9", "\"load.pool\" is an empty list",
     "for example `pool: 8` or `pool: [1, 4, 16]`"},
    {LOAD("pool: [1, '']"), "w.yaml:3:13", "\"load.pool\" has an empty word",
     "for example `pool: 8` or `pool: [1, 4, 16]`"},
    {LOAD("pool:"), "w.yaml:3:3", "\"load.pool\" has no value",
     "for example `pool: 8` or `pool: [1, 4, 16]`"},
};

static const struct wrong wrong_yaml[] = {
    {"", "w.yaml", "the file is empty", ""},
    {"# nothing but a comment\n", "w.yaml", "the file is empty", ""},
    {"schema: s.sql\nschema: t.sql\n", "w.yaml:2:1",
     "the key \"schema\" is there twice, first in line 1", ""},
    {COLUMN("a: {gen: int, min: 1, min: 2}"), "w.yaml:3:25",
     "the key \"min\" is there twice, first in line 3", ""},
    {"schema: s.sql\n---\nschema: t.sql\n", "w.yaml:2:1", "a second YAML document begins here", ""},
    {"name: \"abc\n", "w.yaml:1:8", "not valid YAML: double-quoted scalar without closing quote",
     ""},
    {"name: @x\n", "w.yaml:1:7", "not valid YAML: plain scalar cannot start with '@'",
     "put a text that begins with @ in quotes"},
    {"name: x\n\ttable: y\n", "w.yaml:1:7", "not valid YAML: invalid multiline plain key",
     "indent with blanks, not with tabs"},
    {"%YAML 9.1\n---\na: 1\n", "w.yaml", "not valid YAML: unsupport version number 9.1", ""},
    {"name: !!str x\n", "w.yaml:1:13", "YAML tags are not supported",
     "write the value without its ! word"},
    {"name: *x\n", "w.yaml:1:7", "alias *x has no anchor &x before it", ""},
    {"name: &x [*x]\n", "w.yaml:1:11", "alias *x has no anchor &x before it", ""},
    {"? [a]\n: b\n", "w.yaml:1:3", "a key must be a word", "write `key: value`"},
    {"'': b\n", "w.yaml:1:1", "a key is empty", ""},
    {"<<: {a: b}\n", "w.yaml:1:1", "YAML merge keys are not supported",
     "an alias stands for a whole value: `key: *name`"},
    {"name: \"a\\0b\"\n", "w.yaml:1:7", "a text can't hold a NUL character", ""},
    {"name: é\xff\n", "w.yaml:1:8", "byte 0xff is not UTF-8", "save the file as UTF-8"},
    {"name: x\r\ntable: \xed\xa0\x80\n", "w.yaml:2:8", "byte 0xed is not UTF-8",
     "save the file as UTF-8"},
    {"name: x\x01\n", "w.yaml:1:8", "control character 0x01", ""},
};

static void check_wrong(const struct wrong *wrong, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct arena arena = {0};
        struct workload workload;
        struct place schema_at;
        struct error error = {0};
        const char *text = wrong[i].text;
        if (parse_bytes(text, strlen(text), &arena, &workload, &schema_at, &error))
            fail_msg("no error for:\n%s", text);
        if (strcmp(error.where, wrong[i].where) != 0 || strcmp(error.what, wrong[i].what) != 0 ||
            strcmp(error.hint, wrong[i].hint) != 0)
            fail_msg("for:\n%s\nwhere %s\nwhat  %s\nhint  %s", text, error.where, error.what,
                     error.hint);
        assert_int_equal(error.exit_code, EXIT_USAGE);
        arena_release(&arena);
    }
}

#define CHECK_WRONG(table) check_wrong(table, sizeof(table) / sizeof(table)[0])

static void test_wrong_shapes(void **state) {
    (void)state;
    CHECK_WRONG(wrong_shapes);
}

static void test_wrong_columns(void **state) {
    (void)state;
    CHECK_WRONG(wrong_columns);
}

static void test_wrong_load(void **state) {
    (void)state;
    CHECK_WRONG(wrong_load);
}

static void test_wrong_yaml(void **state) {
    (void)state;
    CHECK_WRONG(wrong_yaml);
}

/* Parses a text that must fail, and keeps its error. */
static struct error error_of(const char *text, size_t length) {
    struct arena arena = {0};
    struct workload workload;
    struct place schema_at;
    struct error error = {0};
    assert_false(parse_bytes(text, length, &arena, &workload, &schema_at, &error));
    arena_release(&arena);
    return error;
}

/* The wording is the generators'; the place, and that the load finds it, is the loader's. */
static void test_wrong_arguments(void **state) {
    (void)state;
    const char *unknown = COLUMN("a: {gen: int, mni: 1, max: 5}");
    struct error error = error_of(unknown, strlen(unknown));
    assert_string_equal(error.where, "w.yaml:3:17");
    assert_non_null(strstr(error.what, "mni"));
    assert_non_null(strstr(error.hint, "min"));
    assert_string_equal(error.line, "  a: {gen: int, mni: 1, max: 5}\n                ^");

    const char *not_a_number = COLUMN("a: {gen: int, min: one, max: 5}");
    error = error_of(not_a_number, strlen(not_a_number));
    assert_string_equal(error.where, "w.yaml:3:17");
    assert_non_null(strstr(error.what, "\"one\" is not a whole number"));

    const char *share = COLUMN("a: {gen: int, min: 1, max: 5, null: ten}");
    error = error_of(share, strlen(share));
    assert_string_equal(error.where, "w.yaml:3:33");
    assert_non_null(strstr(error.what, "\"ten\" is not a share"));
}

static void test_nul_byte(void **state) {
    (void)state;
    struct error error = error_of("name: a\0b\n", 10);
    assert_string_equal(error.where, "w.yaml:1:8");
    assert_string_equal(error.what, "control character 0x00");
}

static void test_line_with_caret(void **state) {
    (void)state;
    const char *text = "schema: s.sql\n\"é\": {a: 1} # ü\n";
    struct error error = error_of(text, strlen(text));
    assert_string_equal(error.where, "w.yaml:2:1");
    assert_string_equal(error.line, "\"é\": {a: 1} # ü\n^");
    text = "schema: s.sql\nload: {é: 1}\r\n";
    error = error_of(text, strlen(text));
    assert_string_equal(error.where, "w.yaml:2:8");
    assert_string_equal(error.line, "load: {é: 1}\n       ^");
}

static void test_limits(void **state) {
    (void)state;
    struct strbuf text = STRBUF_INIT;
    strbuf_add(&text, "name: ");
    for (int i = 0; i < 40; i++)
        strbuf_add(&text, "[");
    struct error error = error_of(text.text, text.length);
    assert_string_equal(error.what, "more than 32 levels deep");

    strbuf_clear(&text);
    strbuf_add(&text, "a: &a [x, x, x, x, x, x, x, x, x, x]\n");
    for (int name = 'b'; name <= 'i'; name++) {
        strbuf_printf(&text, "%c: &%c [", name, name);
        for (int i = 0; i < 10; i++)
            strbuf_printf(&text, "%s*%c", i ? ", " : "", name - 1);
        strbuf_add(&text, "]\n");
    }
    error = error_of(text.text, text.length);
    assert_string_equal(error.where, "w.yaml:5:12");
    assert_string_equal(error.what, "aliases make more than 20000 values");

    strbuf_clear(&text);
    strbuf_add(&text, "a: [");
    for (int i = 0; i < 20001; i++)
        strbuf_add(&text, "x,");
    strbuf_add(&text, "]\n");
    error = error_of(text.text, text.length);
    assert_string_equal(error.what, "the file has more than 20000 values");
    strbuf_release(&text);
}

static const char good[] = "# comment\n"
                           "name: shop\n"
                           "description: >-\n"
                           "  two\n"
                           "  lines\n"
                           "schema: sub/s.sql\n"
                           "table: events\n"
                           "columns:\n"
                           "  n: {gen: int, min: &low 1, max: 500, null: 10%}\n"
                           "  kind:\n"
                           "    gen: choice\n"
                           "    of: &kinds {view: 70, 'click': 30}\n"
                           "  other: {gen: choice, of: *kinds}\n"
                           "  made: default\n"
                           "  note: {null: 0.5}\n"
                           "load:\n"
                           "  path: [insert, \"copy-binary\"]\n"
                           "  pool: *low\n"
                           "  batch: 5..15\n";

static void assert_place(const struct place *at, int line, int column, const char *text) {
    assert_string_equal(at->file, "w.yaml");
    assert_int_equal(at->line, line);
    assert_int_equal(at->column, column);
    assert_string_equal(at->text, text);
}

static void check_good_columns(const struct workload *workload) {
    static const char line_n[] = "  n: {gen: int, min: &low 1, max: 500, null: 10%}";
    static const char line_of[] = "    of: &kinds {view: 70, 'click': 30}";
    assert_int_equal(workload->column_count, 5);
    const struct workload_column *n = &workload->columns[0];
    assert_string_equal(n->name, "n");
    assert_string_equal(n->generator->name, "int");
    assert_place(&n->at, 9, 3, line_n);
    assert_place(&n->args.at, 9, 3, line_n);
    assert_string_equal(n->args.column, "n");
    assert_int_equal(n->args.count, 3);
    assert_string_equal(n->args.args[0].key, "min");
    assert_string_equal(n->args.args[0].scalar, "1");
    assert_place(&n->args.args[0].at, 9, 17, line_n);
    assert_string_equal(n->args.args[2].key, "null");
    assert_string_equal(n->args.args[2].scalar, "10%");

    for (int i = 1; i <= 2; i++) { /* the second by its alias */
        const struct workload_column *kind = &workload->columns[i];
        assert_int_equal(kind->args.count, 1);
        const struct generator_arg *of = &kind->args.args[0];
        assert_null(of->scalar);
        assert_int_equal(of->item_count, 2);
        assert_string_equal(of->items[1].key, "click");
        assert_string_equal(of->items[1].scalar, "30");
        assert_place(&of->items[1].at, 12, 27, line_of);
    }
    assert_true(workload->columns[3].use_default);
    assert_null(workload->columns[3].generator);
    assert_false(workload->columns[4].use_default);
    assert_null(workload->columns[4].generator);
    assert_int_equal(workload->columns[4].args.count, 1);
    assert_string_equal(workload->columns[4].args.args[0].scalar, "0.5");
}

static void test_good(void **state) {
    (void)state;
    struct arena arena = {0};
    struct workload workload;
    struct place schema_at;
    struct error error = {0};
    bool ok = parse_bytes(good, strlen(good), &arena, &workload, &schema_at, &error);
    if (!ok)
        fail_msg("%s: %s", error.where, error.what);
    assert_string_equal(workload.file, "w.yaml");
    assert_string_equal(workload.name, "shop");
    assert_string_equal(workload.description, "two lines");
    assert_string_equal(workload.schema_file, "sub/s.sql");
    assert_string_equal(workload.table, "events");
    assert_place(&schema_at, 6, 1, "schema: sub/s.sql");
    check_good_columns(&workload);
    assert_int_equal(workload.load_count, 3);
    assert_string_equal(workload.load[0].option, "path");
    assert_string_equal(workload.load[0].text, "insert,copy-binary");
    assert_place(&workload.load[0].at, 17, 9, "  path: [insert, \"copy-binary\"]");
    assert_string_equal(workload.load[1].text, "1");
    assert_string_equal(workload.load[2].text, "5..15");
    arena_release(&arena);
}

/* A folder of files for one test, removed at its end. */
struct files {
    char dir[64];
    struct arena arena;
    struct error error;
    struct workload workload;
};

static int files_setup(void **state) {
    struct files *files = calloc(1, sizeof *files);
    if (!files)
        return -1;
    snprintf(files->dir, sizeof files->dir, "/tmp/pgwrite-test-XXXXXX");
    *state = files;
    return mkdtemp(files->dir) ? 0 : -1;
}

static const char *file_path(struct files *files, const char *name) {
    return arena_printf(&files->arena, "%s/%s", files->dir, name);
}

static const char *file_write(struct files *files, const char *name, const void *bytes,
                              size_t length) {
    const char *path = file_path(files, name);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, length, out), length);
    assert_int_equal(fclose(out), 0);
    return path;
}

static const char *text_write(struct files *files, const char *name, const char *text) {
    return file_write(files, name, text, strlen(text));
}

static int files_teardown(void **state) {
    struct files *files = *state;
    static const char *const names[] = {"w.yaml", "shop.yaml", "big", "nul",
                                        "s.sql",  "lib/s.sql", "lib"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        remove(file_path(files, names[i]));
    int result = rmdir(files->dir);
    arena_release(&files->arena);
    free(files);
    return result;
}

static bool load(struct files *files, const char *name) {
    files->error = (struct error){0};
    return workload_load(name, load_options, &files->arena, &files->workload, &files->error);
}

static void test_load_file(void **state) {
    struct files *files = *state;
    assert_int_equal(mkdir(file_path(files, "lib"), 0700), 0);
    const char *schema = text_write(files, "lib/s.sql", "CREATE TABLE t (a int);\n");
    const char *path = text_write(files, "shop.yaml", "schema: lib/s.sql\n");
    assert_true(load(files, path));
    assert_string_equal(files->workload.file, path);
    assert_string_equal(files->workload.name, "shop");
    assert_string_equal(files->workload.description, "");
    assert_string_equal(files->workload.schema_file, schema);
    assert_string_equal(files->workload.schema_sql, "CREATE TABLE t (a int);\n");
    assert_null(files->workload.table);

    /* An absolute path stays as it is. */
    path = text_write(files, "w.yaml", arena_printf(&files->arena, "schema: %s\n", schema));
    assert_true(load(files, path));
    assert_string_equal(files->workload.schema_file, schema);
}

static void test_schema_that_cannot_be_read(void **state) {
    struct files *files = *state;
    const char *path = text_write(files, "w.yaml", "name: x\nschema: gone.sql\n");
    assert_false(load(files, path));
    const struct error *error = &files->error;
    assert_string_equal(error->where, arena_printf(&files->arena, "%s:2:1", path));
    assert_string_equal(
        error->what,
        arena_printf(&files->arena, "schema: can't read \"%s/gone.sql\": No such file or directory",
                     files->dir));
    assert_string_equal(error->line, "schema: gone.sql\n^");
    assert_string_equal(error->hint, "the path is relative to the folder of the workload file");
    assert_int_equal(error->exit_code, EXIT_USAGE);
}

static void test_missing_workload(void **state) {
    struct files *files = *state;
    assert_false(load(files, "event"));
    assert_string_equal(files->error.what, "no built-in workload is called \"event\"");
    assert_string_equal(files->error.hint,
                        "did you mean \"events\"? `pgwrite list workloads` shows those built in");
    assert_int_equal(files->error.exit_code, EXIT_USAGE);

    assert_false(load(files, "evnts.yaml"));
    assert_string_equal(files->error.what, "can't read \"evnts.yaml\": No such file or directory");
    assert_non_null(strstr(files->error.hint, "did you mean \"events\"?"));

    assert_false(load(files, "no-such-thing"));
    assert_string_equal(files->error.hint, "`pgwrite list workloads` shows those built in");

    char here[4096];
    assert_non_null(getcwd(here, sizeof here));
    text_write(files, "big", "schema: s.sql\n");
    assert_int_equal(chdir(files->dir), 0);
    assert_false(load(files, "big"));
    assert_int_equal(chdir(here), 0);
    assert_string_equal(files->error.hint, "for the file of that name write \"./big\"");
}

static void test_read_file(void **state) {
    struct files *files = *state;
    const char *text;
    assert_false(workload_read_file(files->dir, &files->arena, &text, &files->error));
    assert_string_equal(
        files->error.what,
        arena_printf(&files->arena, "can't read \"%s\": it is a folder", files->dir));

    files->error = (struct error){0};
    const char *nul = file_write(files, "nul", "ab\0c", 4);
    assert_false(workload_read_file(nul, &files->arena, &text, &files->error));
    assert_string_equal(
        files->error.what,
        arena_printf(&files->arena, "can't read \"%s\": it is not a text file", nul));
    assert_string_equal(files->error.hint, "byte 3 is NUL");

    files->error = (struct error){0};
    size_t size = (64 << 20) + 1;
    char *blanks = malloc(size);
    assert_non_null(blanks);
    memset(blanks, ' ', size);
    const char *big = file_write(files, "big", blanks, size);
    assert_false(workload_read_file(big, &files->arena, &text, &files->error));
    assert_string_equal(
        files->error.what,
        arena_printf(&files->arena, "can't read \"%s\": it is larger than 64 MB", big));

    files->error = (struct error){0};
    assert_int_equal(truncate(big, (off_t)size - 1), 0);
    assert_true(workload_read_file(big, &files->arena, &text, &files->error));
    assert_int_equal(strlen(text), size - 1);
    free(blanks);
}

static void test_from_schema(void **state) {
    struct files *files = *state;
    const char *path = text_write(files, "s.sql", "CREATE TABLE t ();");
    assert_true(workload_from_schema(path, &files->arena, &files->workload, &files->error));
    assert_string_equal(files->workload.name, "s");
    assert_string_equal(files->workload.file, path);
    assert_string_equal(files->workload.schema_file, path);
    assert_string_equal(files->workload.schema_sql, "CREATE TABLE t ();");
    assert_string_equal(files->workload.description, "");
    assert_null(files->workload.table);
    assert_int_equal(files->workload.column_count, 0);
    assert_int_equal(files->workload.load_count, 0);
}

static void test_built_in(void **state) {
    struct files *files = *state;
    if (!load(files, "events"))
        fail_msg("%s: %s", files->error.where, files->error.what);
    const struct workload *events = &files->workload;
    assert_string_equal(events->file, "events (built in)");
    assert_string_equal(events->name, "events");
    assert_string_equal(events->table, "events");
    assert_string_equal(events->schema_file, "schemas/events.sql (built in)");
    assert_non_null(strstr(events->schema_sql, "CREATE TABLE events ("));
    assert_int_equal(events->column_count, 5);
    assert_int_equal(events->load_count, 0);
    for (size_t i = 0; i < events->column_count; i++) {
        assert_non_null(events->columns[i].generator);
        assert_non_null(strstr(events->schema_sql, events->columns[i].name));
    }
}

#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, files_setup, files_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_wrong_shapes),
        cmocka_unit_test(test_wrong_columns),
        cmocka_unit_test(test_wrong_load),
        cmocka_unit_test(test_wrong_yaml),
        cmocka_unit_test(test_wrong_arguments),
        cmocka_unit_test(test_nul_byte),
        cmocka_unit_test(test_line_with_caret),
        cmocka_unit_test(test_limits),
        WITH_FILES(test_load_file),
        WITH_FILES(test_schema_that_cannot_be_read),
        WITH_FILES(test_missing_workload),
        WITH_FILES(test_read_file),
        WITH_FILES(test_from_schema),
        WITH_FILES(test_built_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
