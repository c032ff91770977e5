// The options of hone data show.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/names.h"
#include "corpus/noise_options.h"
#include "data/row_commands.h"
#include "task/names.h"

namespace hone::cli {

struct DataShowOptions {
  data::ShowOptions rows;
  std::optional<std::string> task;
  std::filesystem::path model_name_or_path;
  int64_t draws = 1;
  uint64_t seed = 42;
  corpus::MaskingOptions masking;
  corpus::NoiseOptions noise;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    data::ShowOptions::fields(self.rows, visit);
    visit.group("What a pretraining makes of the texts");
    visit("task", self.task, "show what a model reads of each text in this training, and what it must write")
        .choices(choices_of(task::kTextTaskNames));
    visit("model_name_or_path", self.model_name_or_path, "folder of the model's tokenizer")
        .alias("model")
        .value_name("DIR");
    visit("text_column", self.rows.input.text_column, "column of the texts")
        .value_name("NAME")
        .default_text("found by name: text, sentence, review ...");
    visit("draws", self.draws, "draw the hidden tokens this many times, as so many epochs do").in_range(1, 1000);
    visit("seed", self.seed, "seed of the draws");
    corpus::MaskingOptions::fields(self.masking, visit);
    corpus::NoiseOptions::fields(self.noise, visit);
  }
};

}  // namespace hone::cli
