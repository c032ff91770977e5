#include "task/tasks.h"

#include "base/names.h"
#include "metric/classification.h"
#include "task/text_classification.h"

namespace hone::task {

namespace {

constexpr TaskRow kTasks[] = {
    {"text-classification", "one label for each text or pair of texts", "single_label_classification",
     metric::classification_metrics, make_text_classification},
};

}  // namespace

std::span<const TaskRow> tasks() { return kTasks; }

const TaskRow& find_task(std::string_view name) { return find_row(kTasks, "task", name, ErrorKind::kUnsupported); }

}  // namespace hone::task
