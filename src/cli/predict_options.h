// Options of hone predict.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hone::cli {

struct PredictOptions {
  std::filesystem::path model_name_or_path;
  std::vector<std::string> text;
  std::string text_pair;
  std::filesystem::path file, output;
  std::string text_column, text_pair_column;
  std::optional<int64_t> max_seq_length;
  std::string function_to_apply = "softmax";
  int64_t num_threads = 0;
  bool json = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Model");
    visit("model_name_or_path", self.model_name_or_path, "folder of a trained model, in Hugging Face's format")
        .required()
        .alias("model")
        .value_name("DIR");
    visit.group("What to predict");
    visit.positional("text", self.text, "a text to label; may be given several times").not_split().value_name("TEXT");
    visit("text_pair", self.text_pair, "the second text, for a model of pairs").value_name("TEXT");
    visit("file", self.file, "file of rows to label: csv, tsv, json, jsonl, parquet, arrow or txt").value_name("FILE");
    visit("output", self.output, "where the labels of --file go, a line a row, as .jsonl or .csv").value_name("FILE");
    visit("text_column", self.text_column, "column that holds the text")
        .value_name("NAME")
        .default_text("found by name: text, sentence, review ...");
    visit("text_pair_column", self.text_pair_column, "column that holds the second text of a pair").value_name("NAME");
    visit("max_seq_length", self.max_seq_length, "longest text in tokens; what is over is cut, which is said")
        .at_least(2)
        .default_text("that of the training");
    visit("function_to_apply", self.function_to_apply, "how logits become scores")
        .choices({"softmax", "sigmoid", "none"});
    visit.group("Machine and output");
    visit("num_threads", self.num_threads, "threads that compute")
        .at_least(0)
        .default_text("all cores of this process");
    visit("json", self.json, "write a JSON line for each text");
  }
};

}  // namespace hone::cli
