#include "task/tasks.h"

#include "base/names.h"
#include "task/text_classification.h"

namespace hone::task {

namespace {

constexpr Task kTasks[] = {
    {"text-classification", "one label for each text or pair of texts", "single_label_classification",
     classification_loss_sum},
};

}  // namespace

std::span<const Task> tasks() { return kTasks; }

const Task& find_task(std::string_view name) { return find_row(kTasks, "task", name, ErrorKind::kUnsupported); }

}  // namespace hone::task
