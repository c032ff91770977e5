// How a classifier reads texts and scores labels, if it is not by its head.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/model.h"
#include "task/answer.h"
#include "task/text_examples.h"

namespace hone::task {

// A loaded model that a task asks.
struct AskedModel {
  std::shared_ptr<const model::Model> model;
  text::Tokenizer tokenizer;
  size_t max_length = 0;              // tokens of a row
  std::filesystem::path folder = {};  // of the model
};

class ClassifierInput {
 public:
  virtual ~ClassifierInput() = default;
  // Called once, before all others.
  virtual void use_model(const AskedModel& model) = 0;
  // The rows of a split, with TextRows::outputs.
  virtual TextRows read_rows(const table::Rows& rows, const table::TextColumns& columns, const std::string& what,
                             const ExampleOptions& options) = 0;
  virtual std::vector<Outputs> outputs(std::span<const Question* const> questions) = 0;
  // What happened to the texts of the questions so far, such as how many were truncated.
  virtual std::vector<std::string> notes() const = 0;
};

}  // namespace hone::task
