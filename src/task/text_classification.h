// Text classification: one label of K for a text or a pair of texts.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "task/class_loss.h"
#include "task/classifier_input.h"
#include "task/tasks.h"
#include "task/text_examples.h"

namespace hone::task {

std::unique_ptr<Task> make_text_classification(const TaskOptions& options, const model::ModelConfig& config,
                                               Purpose purpose);

// The same with another way to read texts and to score labels.
std::unique_ptr<Task> make_classification(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose,
                                          std::shared_ptr<ClassifierInput> input);

// What the examples of text classification are made of.
struct ClassifiedTexts {
  TextRows texts;
  std::vector<int64_t> labels;     // the class id of each row
  std::vector<std::string> names;  // of the classes, by id
  ClassLoss loss = {};
};

std::unique_ptr<Examples> make_examples(ClassifiedTexts rows);

}  // namespace hone::task
