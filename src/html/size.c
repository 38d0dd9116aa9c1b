/* What sizing found: the answer first, then what it rests on. */
#include "html/size_internal.h"
#include "html/study.h"

/* A section of what the report tells, with a chart below where there is something to draw. */
static void print_part(struct page *page, const struct size_result *size, const char *id,
                       const char *title,
                       void (*tell)(const struct size_result *size, struct sheet *out),
                       void (*draw)(struct page *page, const struct size_result *size)) {
    struct study_sheet sheet = study_sheet(page->out, title);
    html_section(page, id, title);
    tell(size, &sheet.sheet);
    study_sheet_end(&sheet);
    if (draw)
        draw(page, size);
    html_section_end(page);
}

static void print_answer(struct page *page, const struct size_result *size) {
    struct study_sheet sheet = study_sheet(page->out, "");
    html_section(page, "size", "The answer");
    sheet.class = "lead";
    size_tell_answer(size, &sheet.sheet);
    study_sheet_end(&sheet);
    html_section_end(page);
}

void page_size(struct page *page, const struct size_result *size) {
    print_answer(page, size);
    if (size->probe_count) {
        print_part(page, size, "size-capacity", "Capacity", size_tell_capacity, NULL);
        print_part(page, size, "size-rates", "Rates", size_tell_probes, size_draw_probes);
    }
    if (size->level_count)
        print_part(page, size, "size-pool", "Pool", size_tell_pool, size_draw_pool);
    if (size->batch_count)
        print_part(page, size, "size-batches", "Batch sizes", size_tell_batches, size_draw_batches);
    if (size->requirements.known)
        print_part(page, size, "size-requirements", "Requirements", size_tell_requirements, NULL);
    if (size->prediction.asked)
        print_part(page, size, "size-prediction", "Prediction for another disk",
                   size_tell_prediction, NULL);
    print_part(page, size, "size-how", "How it was measured", size_tell_study, NULL);
}
