// Options of hone tokenizer train.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/text_rows_options.h"
#include "text/trainer_options.h"

namespace hone::cli {

struct TokenizerTrainOptions {
  text::TrainerOptions trainer;
  TextRowsOptions rows;
  std::vector<std::string> train_file;
  std::filesystem::path output_dir;
  bool overwrite_output_dir = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    text::TrainerOptions::fields(self.trainer, visit);
    TextRowsOptions::fields(self.rows, visit);
    visit("train_file", self.train_file, "files with the rows, instead of those of --dataset")
        .value_name("FILE,...")
        .paths();
    visit.group("Output");
    visit("output_dir", self.output_dir, "folder for the tokenizer's files, which appear when all are written")
        .required()
        .value_name("DIR");
    visit("overwrite_output_dir", self.overwrite_output_dir, "replace the tokenizer that the folder holds");
  }
};

}  // namespace hone::cli
