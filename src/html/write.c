/* Text, tables and lists as HTML: the only place where what others wrote is printed. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "html/page.h"

enum { LABEL_COLUMNS = 12, LONG_COLUMNS = 24 };
#define REPLACEMENT "\xef\xbf\xbd"

/* Length of the UTF-8 sequence at text, and its code point; 0: it is none (RFC 3629: the shortest
 * form, no surrogates, at most U+10FFFF). */
static size_t decode(const unsigned char *text, uint32_t *point) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = *text < 0x80   ? 1
                    : *text < 0xc0 ? 0
                    : *text < 0xe0 ? 2
                    : *text < 0xf0 ? 3
                    : *text < 0xf8 ? 4
                                   : 0;
    *point = length == 1 ? *text : *text & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        *point = *point << 6 | (text[i] & 0x3f);
    }
    bool valid =
        length && *point >= least[length] && *point <= 0x10ffff && *point >> 11 != 0xd800 >> 11;
    return valid ? length : 0;
}

static bool is_harmless(uint32_t point) {
    bool control = point < 0x20 ? point != '\t' && point != '\n' : point >= 0x7f && point < 0xa0;
    bool turning = (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
    bool no_character = (point & 0xfffe) == 0xfffe || (point >= 0xfdd0 && point <= 0xfdef);
    return !control && !turning && !no_character;
}

static const char *entity_of(uint32_t point) {
    switch (point) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void html_text(FILE *out, const char *text) {
    while (*text) {
        uint32_t point;
        size_t length = decode((const unsigned char *)text, &point);
        const char *entity = length ? entity_of(point) : REPLACEMENT;
        if (entity)
            fputs(entity, out);
        else if (is_harmless(point))
            fwrite(text, 1, length, out);
        else
            fputs(REPLACEMENT, out);
        text += length ? length : 1;
    }
}

void html_textf(FILE *out, const char *format, ...) {
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0)
        panic("out of memory");
    html_text(out, text);
    free(text);
}

static bool is_taken(const struct page *page, const char *id) {
    size_t i;
    json_t *entry;
    json_array_foreach(page->contents, i, entry) {
        const char *other = json_string_value(json_array_get(entry, 0));
        if (other && strcmp(other, id) == 0)
            return true;
    }
    return false;
}

void html_section(struct page *page, const char *id, const char *title) {
    const char *label = page->label ? page->label : "";
    struct strbuf unique = STRBUF_INIT;
    strbuf_add(&unique, id);
    for (unsigned i = 2; is_taken(page, unique.text); i++) {
        strbuf_clear(&unique);
        strbuf_printf(&unique, "%s-%u", id, i);
    }
    fprintf(page->out, "<section id=\"%s\" aria-labelledby=\"%s-h\">\n<h2 id=\"%s-h\">",
            unique.text, unique.text, unique.text);
    html_text(page->out, title);
    if (*label) {
        fputs(" <span class=\"of\">", page->out);
        html_text(page->out, label);
        fputs("</span>", page->out);
    }
    fputs("</h2>\n", page->out);
    /* Without a check: the contents escape it as they are printed. */
    json_t *entry =
        json_pack("[s, o, o]", unique.text, json_string_nocheck(title), json_string_nocheck(label));
    if (!entry || (page->contents && json_array_append_new(page->contents, entry) != 0))
        panic("out of memory");
    if (!page->contents)
        json_decref(entry);
    strbuf_release(&unique);
}

void html_section_end(struct page *page) {
    fputs("</section>\n", page->out);
}

void html_term(FILE *out, const char *term) {
    const char *explanation = glossary_find(term);
    if (!explanation) {
        html_text(out, term);
        return;
    }
    fprintf(out, "<span class=\"term\" tabindex=\"0\" aria-describedby=\"g%zu\">",
            glossary_number(term));
    html_text(out, term);
    fputs("<span class=\"tip\" aria-hidden=\"true\">", out);
    html_text(out, explanation);
    fputs("</span></span>", out);
}

static const char *class_of(const struct table_column *column) {
    return column->left ? "" : " class=\"n\"";
}

/* The first column names its row; what is long there may break, a figure never. */
static void write_field(const struct table *table, size_t row, size_t column, FILE *out) {
    const char *text = table->fields[row * table->column_count + column];
    bool names = column == 0 && table->columns[0].left && text && *text;
    bool is_long =
        !names && table->columns[column].left && text_width(text ? text : "") > LONG_COLUMNS;
    fprintf(out, "<%s%s>", names ? "th scope=\"row\"" : "td",
            is_long ? " class=\"long\"" : class_of(&table->columns[column]));
    if (names)
        html_term(out, text);
    else if (text && strcmp(text, DASH) == 0)
        fputs("<span class=\"dash\">" DASH "</span>", out);
    else
        html_text(out, text ? text : "");
    fprintf(out, "</%s>", names ? "th" : "td");
}

void html_table(FILE *out, const struct table *table, const char *caption) {
    /* It can be scrolled by keys as well. */
    fputs("<div class=\"table\"><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"",
          out);
    html_text(out, caption ? caption : "table");
    fputs("\"><table>\n", out);
    if (caption) {
        fputs("<caption>", out);
        html_text(out, caption);
        fputs("</caption>\n", out);
    }
    fputs("<thead><tr>", out);
    for (size_t c = 0; c < table->column_count; c++) {
        const struct table_column *column = &table->columns[c];
        if (!table_has(table, c))
            continue;
        const char *tag = *column->head ? "th" : "td";
        fprintf(out, "<%s%s%s>", tag, *column->head ? " scope=\"col\"" : "", class_of(column));
        html_term(out, column->head);
        fprintf(out, "</%s>", tag);
    }
    fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t row = 0; row < table->row_count; row++) {
        fputs("<tr>", out);
        for (size_t c = 0; c < table->column_count; c++)
            if (table_has(table, c))
                write_field(table, row, c, out);
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div></div>\n", out);
}

void html_facts(FILE *out) {
    fputs("<dl class=\"facts\">\n", out);
}

void html_fact(FILE *out, const char *term, const char *value) {
    fputs("<div><dt>", out);
    html_term(out, term);
    fputs("</dt><dd>", out);
    html_text(out, value);
    fputs("</dd></div>\n", out);
}

void html_facts_end(FILE *out) {
    fputs("</dl>\n", out);
}

static char *printed(void (*print)(const struct result *result, FILE *out),
                     const struct result *result) {
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        panic("out of memory");
    print(result, out);
    if (fclose(out) != 0)
        panic("out of memory");
    return text;
}

/* The word in a line's first columns, without the blanks behind it. */
static void label_of(const char *line, char out[LABEL_COLUMNS + 1]) {
    size_t length = strnlen(line, LABEL_COLUMNS);
    memcpy(out, line, length);
    while (length && out[length - 1] == ' ')
        length--;
    out[length] = '\0';
}

/* Lines with the word of those before are further values of it. */
static void write_value(FILE *out, const char *term, const char *before, const char *value) {
    if (strcmp(term, before) != 0) {
        fputs(*before ? "</div>\n<div><dt>" : "<div><dt>", out);
        html_term(out, term);
        fputs("</dt>", out);
    }
    fputs("<dd>", out);
    html_text(out, value);
    fputs("</dd>", out);
}

void html_lines(FILE *out, void (*print)(const struct result *result, FILE *out),
                const struct result *result, const char *separator) {
    char *text = printed(print, result), *state = NULL;
    char label[LABEL_COLUMNS + 1], term[sizeof label] = "", before[sizeof label] = "";
    struct strbuf value = STRBUF_INIT;
    for (char *line = strtok_r(text, "\n", &state); line; line = strtok_r(NULL, "\n", &state)) {
        label_of(line, label);
        const char *rest = strlen(line) > LABEL_COLUMNS ? line + LABEL_COLUMNS : "";
        if (!*label) {
            strbuf_printf(&value, "%s%s", separator, rest);
            continue;
        }
        if (*term) {
            write_value(out, term, before, value.text);
            memcpy(before, term, sizeof before);
        }
        memcpy(term, label, sizeof term);
        strbuf_clear(&value);
        strbuf_add(&value, rest);
    }
    if (*term) {
        write_value(out, term, before, value.text);
        fputs("</div>\n", out);
    }
    strbuf_release(&value);
    free(text);
}

void html_facts_of(FILE *out, void (*print)(const struct result *result, FILE *out),
                   const struct result *result) {
    char *text = printed(print, result);
    if (*text) {
        html_facts(out);
        html_lines(out, print, result, " ");
        html_facts_end(out);
    }
    free(text);
}

void html_paragraphs(FILE *out, const char *text, const char *class) {
    while (*text) {
        int length = (int)strcspn(text, "\n");
        if (length) {
            fputs("<p", out);
            if (class)
                fprintf(out, " class=\"%s\"", class);
            fputc('>', out);
            html_textf(out, "%.*s", length, text);
            fputs("</p>\n", out);
        }
        text += length + (text[length] == '\n');
    }
}
