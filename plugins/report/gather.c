#include "report/gather.h"

#include <stdlib.h>
#include <string.h>

static int no_memory(struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the report");
}

// Splits "a\nb\n" in copies of its lines.
static int split_lines(const char *text, char ***lines, int64_t *count, struct facet_error *error) {
    *count = 0;
    *lines = calloc(strlen(text) + 1, sizeof **lines);
    if (!*lines) return no_memory(error);
    while (*text) {
        size_t length = strcspn(text, "\n");
        if (!((*lines)[*count] = strndup(text, length))) return no_memory(error);
        (*count)++;
        text += length + (text[length] == '\n');
    }
    return FACET_OK;
}

static int gather_lines(struct facet_stage *stage, const char *name, char ***lines, int64_t *count,
                        struct facet_error *error) {
    char *text = NULL;
    int code = facet_stage_read_string(stage, name, &text, error);
    if (!code) code = split_lines(text, lines, count, error);
    free(text);
    return code;
}

static int gather_metrics(struct facet_stage *stage, struct report_data *data, struct facet_error *error) {
    char *text = NULL;
    if (!facet_stage_has(stage, "metrics")) return FACET_OK;
    int code = facet_stage_read_string(stage, "metrics/json", &text, error);
    if (!code) code = report_metrics_read(text, &data->metrics, error);
    free(text);
    return code;
}

static int gather_model(struct facet_stage *stage, struct report_data *data, struct facet_error *error) {
    char *text = NULL;
    json_error_t reason;
    if (!facet_stage_has(stage, "model") || !facet_stage_has_array(stage, "model/config")) return FACET_OK;
    int code = facet_stage_read_string(stage, "model/config", &text, error);
    if (!code && !(data->model = json_loads(text, 0, &reason)))
        code =
            facet_error_set(error, FACET_ERROR_DATA, "model/config is no JSON: line %d: %s", reason.line, reason.text);
    free(text);
    return code;
}

static int gather_curves(struct facet_stage *stage, struct report_data *data, struct facet_error *error) {
    struct report_curves *curves = &data->curves;
    if (!facet_stage_has(stage, "curves")) return FACET_OK;
    int code = facet_stage_read(stage, "curves/values", &curves->values, error);
    if (!code) code = gather_lines(stage, "curves/columns", &curves->columns, &curves->n_columns, error);
    if (code) return code;
    if (curves->values.type == FACET_F32 && curves->values.rank == 3 && curves->values.dims[2] == curves->n_columns)
        return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA, "curves/values is not f32 (folds, epochs, %lld), one a column",
                           (long long)curves->n_columns);
}

static int gather_folds(struct facet_stage *stage, struct report_data *data, struct facet_error *error) {
    if (!facet_stage_has(stage, "folds")) return FACET_OK;
    return gather_lines(stage, "folds/name", &data->folds, &data->n_folds, error);
}

// ---- per row --------------------------------------------------------------------------------------------------------

// A row's answers: for each fold slot, f32 of the field's shape.
struct answers {
    const char *need;
    struct facet_field field;
    int64_t slots, stride; // floats a slot
    float *values;
    int32_t *folds; // (slots) -1: none
};

static int open_answers(struct facet_stage *stage, const char *need, int rank, struct answers *answers,
                        struct facet_error *error) {
    struct facet_field folds;
    *answers = (struct answers){.need = need};
    int code = facet_stage_field(stage, need, &answers->field, error);
    if (!code) code = facet_stage_field(stage, "test_fold", &folds, error);
    if (code) return code;
    if (answers->field.type != FACET_F32 || answers->field.rank != rank || folds.type != FACET_I32 || folds.rank != 1 ||
        folds.dims[0] != answers->field.dims[0])
        return facet_error_set(error, FACET_ERROR_DATA, "%s has not f32 of rank %d, a slot for each of test_fold", need,
                               rank);
    answers->slots = folds.dims[0];
    answers->stride = answers->slots ? (int64_t)facet_field_elements(&answers->field) / answers->slots : 0;
    answers->values = malloc(facet_field_bytes(&answers->field) + 1);
    answers->folds = malloc(facet_field_bytes(&folds) + 1);
    return answers->values && answers->folds ? FACET_OK : no_memory(error);
}

static int read_answers(struct facet_stage *stage, int64_t row, struct answers *answers, struct facet_error *error) {
    int code = facet_stage_read_rows(stage, answers->need, row, 1, answers->values, error);
    return code ? code : facet_stage_read_rows(stage, "test_fold", row, 1, answers->folds, error);
}

static void close_answers(struct answers *answers) {
    free(answers->values);
    free(answers->folds);
}

static void add_attention(const struct answers *answers, int label, struct report_attention *attention) {
    for (int64_t s = 0; s < answers->slots; s++) {
        if (answers->folds[s] < 0) continue;
        const float *weight = answers->values + s * answers->stride + label * attention->views;
        for (int64_t v = 0; v < attention->views; v++) attention->weight[label * attention->views + v] += weight[v];
        attention->rows[label]++;
    }
}

static int sum_attention(struct facet_stage *stage, struct report_data *data, struct answers *answers,
                         struct facet_error *error) {
    struct report_attention *attention = &data->attention;
    attention->views = answers->field.dims[2];
    attention->weight = calloc((size_t)(answers->field.dims[1] * attention->views) + 1, sizeof *attention->weight);
    attention->rows = calloc((size_t)answers->field.dims[1] + 1, sizeof *attention->rows);
    if (!attention->weight || !attention->rows) return no_memory(error);
    attention->classes = answers->field.dims[1];
    int code = FACET_OK;
    for (int64_t row = 0; row < facet_items_count(data->items) && !code; row++) {
        int label = facet_items_class_of(data->items, row);
        if (!data->valid[row] || label < 0) continue;
        code = read_answers(stage, row, answers, error);
        if (!code) add_attention(answers, label, attention);
    }
    for (int64_t i = 0; i < attention->classes * attention->views; i++)
        if (attention->rows[i / attention->views])
            attention->weight[i] /= (double)attention->rows[i / attention->views];
    return code;
}

static int gather_attention(struct facet_stage *stage, struct report_data *data, struct facet_error *error) {
    struct answers answers;
    if (!facet_stage_has(stage, "attention") || !facet_stage_has(stage, "test_fold")) return FACET_OK;
    int code = open_answers(stage, "attention", 3, &answers, error);
    if (!code && answers.field.dims[1] == facet_items_classes(data->items))
        code = sum_attention(stage, data, &answers, error);
    close_answers(&answers);
    return code;
}

static struct gather_mistake row_mistake(const struct answers *answers, int64_t row, int label) {
    struct gather_mistake mistake = {.row = row, .shown = label};
    for (int64_t s = 0; s < answers->slots; s++) {
        if (answers->folds[s] < 0) continue;
        const float *p = answers->values + s * answers->stride;
        int best = 0;
        for (int c = 1; c < (int)answers->stride; c++) best = p[c] > p[best] ? c : best;
        if (best != label && p[best] > mistake.probability) mistake.answered = best, mistake.probability = p[best];
    }
    return mistake;
}

static void keep_mistake(struct gather_mistake *mistakes, int *count, struct gather_mistake mistake) {
    int at = *count;
    while (at > 0 && mistakes[at - 1].probability < mistake.probability) at--;
    if (at == GATHER_MISTAKES) return;
    int moved = (*count < GATHER_MISTAKES ? *count : GATHER_MISTAKES - 1) - at;
    memmove(mistakes + at + 1, mistakes + at, (size_t)moved * sizeof *mistakes);
    mistakes[at] = mistake;
    if (*count < GATHER_MISTAKES) (*count)++;
}

int gather_mistakes(struct facet_stage *stage, struct gather_mistake *mistakes, int *count, struct facet_error *error) {
    const struct facet_items *items = facet_stage_items(stage);
    struct answers answers;
    *count = 0;
    if (!facet_stage_has(stage, "probabilities") || !facet_stage_has(stage, "test_fold")) return FACET_OK;
    int code = open_answers(stage, "probabilities", 2, &answers, error);
    bool fits = !code && answers.field.dims[1] == facet_items_classes(items);
    for (int64_t row = 0; row < facet_items_count(items) && !code && fits; row++) {
        int label = facet_items_class_of(items, row);
        if (!facet_stage_valid(stage)[row] || label < 0) continue;
        code = read_answers(stage, row, &answers, error);
        struct gather_mistake mistake = {0};
        if (!code) mistake = row_mistake(&answers, row, label);
        if (mistake.probability > 0) keep_mistake(mistakes, count, mistake);
    }
    close_answers(&answers);
    return code;
}

// ---- the run --------------------------------------------------------------------------------------------------------

// Copies: what the stage lends may last only until the next question.
static int gather_facts(const struct facet_stage *stage, char *facts[REPORT_FACTS], struct facet_error *error) {
    static const char *const keys[REPORT_FACTS] = {
        [REPORT_NAME] = "name",
        [REPORT_COMMAND] = "command",
        [REPORT_CONFIG] = "config",
        [REPORT_SEED] = "seed",
        [REPORT_CONFIG_FILE] = "config_file",
        [REPORT_VERSION] = "facet_version",
        [REPORT_RANKS] = "ranks",
        [REPORT_LIBRARIES] = "libraries",
        [REPORT_THREADS] = "threads",
        [REPORT_CREATED] = "created",
        [REPORT_ISA] = "isa",
    };
    for (int i = 0; i < REPORT_FACTS; i++)
        if (!(facts[i] = strdup(facet_stage_provenance(stage, keys[i])))) return no_memory(error);
    return FACET_OK;
}

static int gather_run(struct facet_stage *stage, struct report_data *data, struct facet_error *error) {
    data->records = calloc((size_t)facet_stage_records(stage) + 1, sizeof *data->records);
    if (!data->records) return no_memory(error);
    data->n_records = facet_stage_records(stage);
    for (int i = 0; i < data->n_records; i++) data->records[i] = facet_stage_record(stage, i);
    return gather_facts(stage, data->facts, error);
}

int gather(struct facet_stage *stage, struct report_data *data, struct facet_error *error) {
    data->items = facet_stage_items(stage);
    data->valid = facet_stage_valid(stage);
    int code = gather_run(stage, data, error);
    if (!code) code = gather_metrics(stage, data, error);
    if (!code) code = gather_model(stage, data, error);
    if (!code) code = gather_folds(stage, data, error);
    if (!code) code = gather_curves(stage, data, error);
    if (!code) code = gather_attention(stage, data, error);
    return code;
}
