// The mean picture of a fold's training rows: a constant of its model.
#include "train/session.h"

#include <stdlib.h>

// This rank's part of the rows, summed. Sums of whole numbers in f64 are exact, whatever their order.
static int add_rows(const struct session *session, const int64_t *rows, int64_t count, double *sum,
                    struct facet_error *error) {
    const struct feed *feed = &session->feed;
    uint8_t *room = feed->pictures ? NULL : malloc((size_t)feed->row_bytes);
    int code = FACET_OK;
    if (!room && !feed->pictures) code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a row of views");
    for (int64_t i = 0; i < count && !code; i++) {
        const uint8_t *picture;
        code = feed_rows(feed, &rows[i], 1, room, &picture, error);
        for (int64_t j = 0; j < feed->row_bytes && !code; j++) sum[j] += picture[j];
    }
    free(room);
    return code;
}

int session_mean_picture(const struct session *session, const int64_t *rows, int64_t n, float *mean,
                         struct facet_error *error) {
    int size = facet_comm_size(session->comm), rank = facet_comm_rank(session->comm);
    int64_t first = facet_comm_shard(n, size, rank), last = facet_comm_shard(n, size, rank + 1);
    size_t values = (size_t)session->feed.row_bytes;
    double *mine = calloc(values, sizeof *mine), *all = calloc(values, sizeof *all);
    int code = mine && all ? add_rows(session, rows + first, last - first, mine, error)
                           : facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the mean picture");
    code = facet_comm_agree(session->comm, code, error);
    if (!code) code = facet_comm_tree_sum_f64(session->comm, size, &mine, values, all, error);
    for (size_t j = 0; j < values && !code; j++) mean[j] = (float)(all[j] / (double)n / 127.5 - 1);
    free(mine);
    free(all);
    return code;
}
