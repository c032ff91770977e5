// Options of hone similar.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/embedding_model_options.h"
#include "tensor/compute_options.h"

namespace hone::cli {

inline constexpr std::array<std::string_view, 2> kSimilarityNames = {"cosine", "dot"};

struct SimilarOptions {
  std::filesystem::path index;
  std::string embedding_column;
  EmbeddingModelOptions model;
  std::vector<std::string> query;
  std::filesystem::path queries;
  std::string text_column;
  int64_t top_k = 10;
  std::string similarity;
  std::filesystem::path html;
  bool json = false, overwrite = false;
  tensor::ComputeOptions compute{.precision = "fp32"};

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Vectors");
    visit("index", self.index, "file of vectors that is searched: .npy or .parquet, as hone embed writes them")
        .required()
        .value_name("FILE");
    visit("embedding_column", self.embedding_column, "column of a .parquet file that holds the vectors")
        .value_name("NAME")
        .default_text("embedding, or the only one with vectors");
    visit.group("Queries");
    visit("query", self.query, "a text whose nearest rows are printed; may be given several times")
        .not_split()
        .value_name("TEXT");
    visit("queries", self.queries, "file of rows whose texts are the queries; -: standard input").value_name("FILE");
    visit("text_column", self.text_column, "column of --queries that holds the text")
        .value_name("NAME")
        .default_text("found by name: text, sentence, review ...");
    visit("top_k", self.top_k, "rows for each query").at_least(1);
    visit("similarity", self.similarity, "what makes rows similar")
        .choices(choices_of(kSimilarityNames))
        .default_text("that of the model; cosine");
    EmbeddingModelOptions::fields(self.model, visit);
    visit.group("Output");
    visit("json", self.json, "write a JSON line for each query");
    visit("html", self.html,
          "file for a page with a map of the rows, a search box and the nearest rows of each; it needs no model and no "
          "network")
        .value_name("FILE");
    visit("overwrite", self.overwrite, "replace an --html file that exists; without it that is an error");
    visit.group("Machine");
    tensor::ComputeOptions::fields(self.compute, visit);
  }
};

}  // namespace hone::cli
