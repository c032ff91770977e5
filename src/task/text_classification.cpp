// The loss and the labels of text classification.
#include "task/text_classification.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "tensor/cross_entropy.h"

namespace hone::task {

namespace {

bool same_names(std::vector<std::string> one, std::vector<std::string> other) {
  std::sort(one.begin(), one.end());
  std::sort(other.begin(), other.end());
  return one == other;
}

table::LabelMap labels_of_rows(const table::Rows& train, std::string_view label_column, const LabelRequest& request) {
  if (!request.id2label.empty()) return table::LabelMap::from_option(request.id2label);
  table::LabelMap labels = table::LabelMap::from_column(train, label_column);
  if (request.config != nullptr && same_names(labels.id2label(), request.config->labels())) {
    return table::LabelMap::from_names(request.config->labels());
  }
  return labels;
}

// More classes than the data shows may be meant (a class that is rare); fewer cannot be.
table::LabelMap with_num_labels(const table::LabelMap& labels, int64_t num_labels, std::string_view label_column) {
  if (num_labels == labels.size()) return labels;
  const std::string found = fmt::format("num_labels is {}, but column \"{}\" holds {} labels: {}", num_labels,
                                        label_column, labels.size(), fmt::join(labels.id2label(), ", "));
  if (num_labels < labels.size() || labels.is_named()) {
    throw Error(ErrorKind::kUsage, found,
                "leave num_labels out (it is found in the data), or name all labels with --id2label");
  }
  log_warning("{}; the others get no training rows", found);
  return table::LabelMap::from_names(model::default_labels(num_labels));
}

}  // namespace

at::Tensor classification_loss_sum(const at::Tensor& logits, const at::Tensor& labels, const LossOptions& options) {
  return tensor::cross_entropy(logits, labels, {.label_smoothing = options.label_smoothing});
}

table::LabelMap choose_labels(const table::Rows& train, std::string_view label_column, const LabelRequest& request) {
  table::LabelMap labels = labels_of_rows(train, label_column, request);
  if (request.num_labels) labels = with_num_labels(labels, *request.num_labels, label_column);
  if (!labels.note().empty()) log_info("{}", labels.note());
  if (labels.size() < 2) {
    throw Error(ErrorKind::kInput,
                fmt::format("all {} training rows have the one label \"{}\"", train.size(), labels.id2label().front()),
                "a classifier needs at least two classes; check --label-column and the rows");
  }
  return labels;
}

}  // namespace hone::task
