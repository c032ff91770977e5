// Options of hone cluster.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

#include "base/names.h"

namespace hone::cli {

inline constexpr std::string_view kKMeans = "k-means", kCommunities = "communities";
inline constexpr std::array kClusterMethodNames = {kKMeans, kCommunities};

struct ClusterOptions {
  std::filesystem::path index;
  std::string embedding_column;
  std::string method{kKMeans};
  int64_t clusters = 8, starts = 4, max_iterations = 300;
  uint64_t seed = 42;
  double threshold = 0.75;
  int64_t min_size = 10;
  int64_t examples = 3, num_threads = 0;
  std::filesystem::path output, html;
  bool json = false, overwrite = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Vectors");
    visit("index", self.index, "file of vectors: .npy or .parquet, as hone embed writes them")
        .required()
        .value_name("FILE");
    visit("embedding_column", self.embedding_column, "column of a .parquet file that holds the vectors")
        .value_name("NAME")
        .default_text("embedding, or the only one with vectors");
    visit.group("Clusters");
    visit("method", self.method,
          "k-means: each row is in one of --clusters groups around means; communities: groups of rows with a cosine of "
          "at least --threshold to one of them, other rows are in none")
        .choices(choices_of(kClusterMethodNames));
    visit("clusters", self.clusters, "groups of k-means").at_least(1);
    visit("starts", self.starts, "times that k-means begins with other rows; the best result counts").at_least(1);
    visit("max_iterations", self.max_iterations, "iterations of k-means at most").at_least(1);
    visit("seed", self.seed, "seed of the rows with which k-means begins").value_name("SEED");
    visit("threshold", self.threshold, "least cosine of communities").in_range(-1, 1);
    visit("min_size", self.min_size, "rows of a community at least").at_least(1);
    visit.group("Output");
    visit("examples", self.examples, "rows that are printed of each cluster, those nearest to its middle").at_least(0);
    visit("output", self.output, "file for the cluster of each row: .jsonl or .csv").value_name("FILE");
    visit("json", self.json, "write one JSON object instead of text");
    visit("html", self.html, "file for a page with a map of the clusters and a search box, which needs no network")
        .value_name("FILE");
    visit("overwrite", self.overwrite, "replace an --output or --html file that exists; without it that is an error");
    visit("num_threads", self.num_threads, "threads that compute")
        .at_least(0)
        .default_text("one for each core of this process");
  }
};

}  // namespace hone::cli
