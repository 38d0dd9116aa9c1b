/* What stands in script elements: the charts' data and what draws them. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/embed.h"
#include "html/page.h"

/* Of Chart.js and of @kurkle/color, which is in it. */
static const char mit_licence[] =
    "Chart.js, (c) 2022 Chart.js Contributors, https://www.chartjs.org\n"
    "@kurkle/color, (c) 2022 Jukka Kurkela, https://github.com/kurkle/color\n\n"
    "The MIT License (MIT)\n\n"
    "Permission is hereby granted, free of charge, to any person obtaining a copy of this\n"
    "software and associated documentation files (the \"Software\"), to deal in the Software\n"
    "without restriction, including without limitation the rights to use, copy, modify, merge,\n"
    "publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons\n"
    "to whom the Software is furnished to do so, subject to the following conditions:\n\n"
    "The above copyright notice and this permission notice shall be included in all copies or\n"
    "substantial portions of the Software.\n\n"
    "THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED,\n"
    "INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR\n"
    "PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE\n"
    "FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR\n"
    "OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER\n"
    "DEALINGS IN THE SOFTWARE.\n";

/* In JSON < > & stand in texts alone, where they may be written so: then no text can end the
 * script element, or begin a comment in it. Nor may HTML hold control characters, even there. */
static void write_data(const json_t *charts, FILE *out) {
    char *text = json_dumps(charts, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(7));
    if (!text)
        panic("the charts' data are no JSON");
    fputs("<script type=\"application/json\" id=\"charts\">", out);
    for (const char *c = text; *c; c++)
        if (strchr("<>&\x7f", *c))
            fprintf(out, "\\u%04x", (unsigned)*c);
        else
            fputc(*c, out);
    fputs("</script>\n", out);
    free(text);
}

/* In a script "</script" and "<!--" stand in texts and comments alone, where a backslash changes
 * nothing. */
static void write_script(const char *name, const char *licence, FILE *out) {
    const struct embedded_file *file = embedded_find(name);
    if (!file)
        return;
    fputs("<script>\n", out);
    if (licence)
        fprintf(out, "/*!\n%s*/\n", licence);
    for (const char *c = file->text; *c; c++) {
        fputc(*c, out);
        if (*c == '<' && (strncasecmp(c, "</script", 8) == 0 || strncmp(c, "<!--", 4) == 0))
            fputc('\\', out);
    }
    fputs("</script>\n", out);
}

void html_scripts(const json_t *charts, FILE *out) {
    /* Without Chart.js there are the tables. */
    if (!json_array_size(charts) || !embedded_find("chart.js"))
        return;
    write_data(charts, out);
    write_script("chart.js", mit_licence, out);
    write_script("src/html/report.js", NULL, out);
}
