/* Everything that it takes to run it again, and to believe it. */
#include <string.h>

#include "html/page.h"

/* As it can be pasted into a shell. */
static void add_word(const char *word, struct strbuf *out) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_./:=,+@%";
    if (out->length)
        strbuf_add_char(out, ' ');
    if (*word && !word[strspn(word, plain)]) {
        strbuf_add(out, word);
        return;
    }
    strbuf_add_char(out, '\'');
    for (; *word; word++)
        if (*word == '\'')
            strbuf_add(out, "'\\''");
        else
            strbuf_add_char(out, *word);
    strbuf_add_char(out, '\'');
}

void page_command(struct page *page, const char **words) {
    struct strbuf command = STRBUF_INIT;
    for (; words && *words; words++)
        add_word(*words, &command);
    if (command.length) {
        fputs("<pre class=\"command\" tabindex=\"0\"><code>", page->out);
        html_text(page->out, command.text);
        fputs("</code></pre>\n", page->out);
    }
    strbuf_release(&command);
}

static void write_facts(struct page *page, const struct result *result) {
    char text[FIELD_BYTES], size[32];
    FILE *out = page->out;
    html_facts(out);
    if (result->started_at)
        html_fact(out, "started", result->started_at);
    html_lines(out, report_method, result, " ");
    html_lines(out, report_server, result, " ");
    if (result->kernel)
        html_fact(out, "client's system", result->kernel);
    if (is_known(result->memory_bytes)) {
        units_show_size(size, sizeof size, (uint64_t)result->memory_bytes);
        snprintf(text, sizeof text, "%ld CPUs, %s of memory", result->cpus, size);
        html_fact(out, "client's machine", text);
    }
    if (result->binding)
        html_fact(out, "binding", result->binding);
    html_lines(out, report_disk, result, "; ");
    html_lines(out, report_machine, result, " ");
    html_lines(out, report_verified, result, " ");
    html_facts_end(out);
}

static void write_settings(struct page *page, const struct result *result) {
    struct table table = {0};
    table_column(&table, "setting", true, false, 0);
    table_column(&table, "value", true, false, 0);
    for (size_t i = 0; i < result->server.setting_count; i++) {
        table_row(&table);
        table_set(&table, 0, result->server.settings[i].name);
        table_set(&table, 1, result->server.settings[i].value);
    }
    if (table.row_count) {
        fprintf(page->out,
                "<details><summary>All %zu settings that differ from PostgreSQL's own "
                "defaults</summary>\n",
                table.row_count);
        html_table(page->out, &table, "Settings of the server");
        fputs("</details>\n", page->out);
    }
    table_release(&table);
}

static void write_columns(struct page *page, const struct result *result) {
    struct table table = {0};
    struct strbuf summary = STRBUF_INIT;
    table_column(&table, "column", true, false, 0);
    table_column(&table, "type", true, false, 0);
    table_column(&table, "made by", true, false, 0);
    for (size_t i = 0; i < result->column_count; i++) {
        const struct result_column *column = &result->columns[i];
        table_row(&table);
        table_set(&table, 0, column->name);
        table_set(&table, 1, column->type);
        table_set(&table, 2, *column->generator ? column->generator : "the server");
    }
    if (table.row_count) {
        strbuf_printf(&summary, "Columns of %s", result->table ? result->table : "the table");
        fputs("<details><summary>", page->out);
        html_text(page->out, summary.text);
        fputs("</summary>\n", page->out);
        html_table(page->out, &table, summary.text);
        fputs("</details>\n", page->out);
    }
    strbuf_release(&summary);
    table_release(&table);
}

static void write_warnings(struct page *page, const struct result *result) {
    if (!result->warning_count && !result->interrupted)
        return;
    fputs("<h3>Warnings</h3>\n<ul class=\"warnings\">\n", page->out);
    for (size_t i = 0; i < result->warning_count; i++) {
        fputs("<li>", page->out);
        html_text(page->out, result->warnings[i]);
        fputs("</li>\n", page->out);
    }
    if (result->interrupted)
        fputs("<li>interrupted: this is what was measured until then</li>\n", page->out);
    fputs("</ul>\n", page->out);
}

void page_repeat(struct page *page, const struct result *result) {
    html_section(page, "repeat", "To repeat it");
    page_command(page, result->command);
    write_facts(page, result);
    write_warnings(page, result);
    write_settings(page, result);
    write_columns(page, result);
    html_section_end(page);
}
