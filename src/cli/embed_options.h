// Options of hone embed.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/embedding_model_options.h"
#include "tensor/compute_options.h"

namespace hone::cli {

struct EmbedOptions {
  EmbeddingModelOptions model;
  std::vector<std::string> text;
  std::filesystem::path file, output;
  std::string text_column;
  bool keep_texts = true, overwrite = false;
  tensor::ComputeOptions compute{.precision = "fp32"};  // as sentence-transformers computes

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    EmbeddingModelOptions::fields(self.model, visit);
    visit.group("Texts");
    visit.positional("text", self.text, "a text, whose vector is printed as JSON; may be given several times")
        .not_split()
        .value_name("TEXT");
    visit("file", self.file, "file of rows: csv, tsv, json, jsonl, parquet, arrow or txt; -: standard input")
        .value_name("FILE");
    visit("output", self.output,
          "file for the vectors of --file, row by row: .npy (float32), .parquet or .jsonl, which appears when all are "
          "written")
        .value_name("FILE");
    visit("text_column", self.text_column, "column that holds the text")
        .value_name("NAME")
        .default_text("found by name: text, sentence, review ...");
    visit("keep_texts", self.keep_texts,
          "write the texts too, so that similar and cluster can show them: beside a .npy file into NAME.texts.jsonl");
    visit("overwrite", self.overwrite, "replace an --output that exists; without it that is an error");
    visit.group("Machine");
    tensor::ComputeOptions::fields(self.compute, visit);
  }
};

}  // namespace hone::cli
