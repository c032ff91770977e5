// hone cluster: groups of rows whose vectors are similar.
#include <omp.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>

#include "base/counted.h"
#include "base/files.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/names.h"
#include "base/output_path.h"
#include "base/progress.h"
#include "cli/cluster_options.h"
#include "cli/command.h"
#include "cli/library.h"
#include "table/writer.h"
#include "vectors/communities.h"
#include "vectors/index.h"
#include "vectors/k_means.h"
#include "vectors/nearest.h"
#include "vectors/page.h"

namespace hone::cli {

namespace {

constexpr size_t kExampleBytes = 100;

// The rows of each cluster, those nearest to its middle first.
struct Clusters {
  std::vector<std::vector<uint64_t>> rows;
  Json facts = Json::object();  // of the method
  std::string summary;
};

Clusters by_k_means(const vectors::MatrixView& matrix, const ClusterOptions& options) {
  Progress progress("k-means", "iteration", 0);
  const vectors::KMeansResult result =
      vectors::k_means(matrix, {.num_clusters = static_cast<uint64_t>(options.clusters),
                                .max_iterations = static_cast<uint64_t>(options.max_iterations),
                                .num_starts = static_cast<uint64_t>(options.starts),
                                .seed = options.seed,
                                .progress = [&](uint64_t iterations) { progress.advance(iterations); }});
  progress.finish();
  if (!result.has_converged) {
    log_warning("rows still changed their clusters after {}: raise --max-iterations",
                counted(result.num_iterations, "iteration"));
  }
  Clusters clusters;
  clusters.rows.resize(static_cast<size_t>(options.clusters));
  const std::vector<float> distances = vectors::distances_to_centers(matrix, result);
  std::vector<uint64_t> order(matrix.num_rows);
  std::iota(order.begin(), order.end(), uint64_t{0});
  std::ranges::stable_sort(order, [&](uint64_t a, uint64_t b) { return distances[a] < distances[b]; });
  for (const uint64_t row : order) clusters.rows[result.cluster_of_row[row]].push_back(row);
  clusters.facts = {
      {"inertia", result.inertia}, {"iterations", result.num_iterations}, {"converged", result.has_converged}};
  clusters.summary = fmt::format("{} in {}, inertia {:.6g}", counted(matrix.num_rows, "row"),
                                 counted(clusters.rows.size(), "cluster"), result.inertia);
  return clusters;
}

Clusters by_communities(const vectors::MatrixView& matrix, const ClusterOptions& options) {
  Progress progress("comparing", "row", matrix.num_rows);
  Clusters clusters;
  clusters.rows = vectors::communities(matrix, {.threshold = static_cast<float>(options.threshold),
                                                .min_size = static_cast<uint64_t>(options.min_size),
                                                .progress = [&](uint64_t rows) { progress.advance(rows); }});
  uint64_t num_in = 0;
  for (const auto& rows : clusters.rows) num_in += rows.size();
  clusters.facts = {
      {"threshold", options.threshold}, {"min_size", options.min_size}, {"rows_in_none", matrix.num_rows - num_in}};
  clusters.summary =
      fmt::format("{} of {} in {} ({} in none)", num_in, counted(matrix.num_rows, "row"),
                  clusters.rows.size() == 1 ? "1 community" : fmt::format("{} communities", clusters.rows.size()),
                  matrix.num_rows - num_in);
  return clusters;
}

struct ClusterMethod {
  std::string_view name;
  Clusters (*find)(const vectors::MatrixView& matrix, const ClusterOptions& options);
};
constexpr ClusterMethod kMethods[] = {{kKMeans, by_k_means}, {kCommunities, by_communities}};
static_assert(has_names(kMethods, kClusterMethodNames), "kClusterMethodNames and the table differ");

void check_cluster_outputs(const ClusterOptions& options) {
  for (const auto& [path, name] : {std::pair(options.output, "--output"), std::pair(options.html, "--html")}) {
    if (path.empty()) continue;
    check_is_file(path, name);
    check_is_not_input(path, name, options.index, "--index");
    check_is_not_input(path, name, vectors::texts_file(options.index), "the texts of --index");
    if (!options.overwrite) check_is_free(path, name);
  }
  if (!options.output.empty()) table::row_format(options.output);
}

std::vector<int64_t> cluster_of_rows(const Clusters& clusters, uint64_t num_rows) {
  std::vector<int64_t> of_row(num_rows, -1);
  for (size_t i = 0; i < clusters.rows.size(); ++i) {
    for (const uint64_t row : clusters.rows[i]) of_row[row] = static_cast<int64_t>(i);
  }
  return of_row;
}

void write_clusters(const ClusterOptions& options, const vectors::VectorIndex& index,
                    const std::vector<int64_t>& of_row) {
  std::vector<std::string> names = {"row", "cluster"};
  if (index.has_texts()) names.emplace_back("text");
  table::RowWriter writer(options.output, table::row_format(options.output), names);
  for (uint64_t row = 0; row < of_row.size(); ++row) {
    std::vector<table::Value> values = {static_cast<int64_t>(row), table::Value()};
    if (of_row[row] >= 0) values[1] = of_row[row];
    if (index.has_texts()) values.emplace_back(index.text(row));
    writer.write(values);
  }
  writer.commit();
  log_info("wrote {} to {}", counted(writer.rows(), "row"), options.output.string());
}

void print_clusters(const ClusterOptions& options, const vectors::VectorIndex& index, const Clusters& clusters) {
  print(clusters.summary + "\n");
  for (size_t i = 0; i < clusters.rows.size(); ++i) {
    const std::vector<uint64_t>& rows = clusters.rows[i];
    print(fmt::format("cluster {}: {}\n", i, counted(rows.size(), "row")));
    for (size_t k = 0; k < std::min(rows.size(), static_cast<size_t>(options.examples)); ++k) {
      print(fmt::format("  {:>8}  {}\n", rows[k], vectors::in_one_line(index.text(rows[k]), kExampleBytes)));
    }
  }
}

Json clusters_json(const ClusterOptions& options, const vectors::VectorIndex& index, const Clusters& clusters) {
  Json list = Json::array();
  for (const std::vector<uint64_t>& rows : clusters.rows) {
    Json examples = Json::array();
    for (size_t k = 0; k < std::min(rows.size(), static_cast<size_t>(options.examples)); ++k) {
      Json example = {{"row", rows[k]}};
      if (index.has_texts()) example["text"] = index.text(rows[k]);
      examples.push_back(std::move(example));
    }
    list.push_back({{"size", rows.size()}, {"examples", examples}, {"rows", rows}});
  }
  Json json = {{"method", options.method}, {"num_rows", index.matrix().num_rows}};
  json.update(clusters.facts);
  json["clusters"] = std::move(list);
  return json;
}

void write_page(const ClusterOptions& options, const vectors::VectorIndex& index, const Clusters& clusters) {
  vectors::PageRequest request{.file = options.index.filename().string(),
                               .rows = vectors::page_rows(index.matrix().num_rows)};
  request.clusters.cluster_of_row = cluster_of_rows(clusters, index.matrix().num_rows);
  for (const std::vector<uint64_t>& rows : clusters.rows) {
    const size_t count = std::min(rows.size(), static_cast<size_t>(options.examples));
    request.clusters.rows_nearest_to_middle.emplace_back(rows.begin(), rows.begin() + static_cast<ptrdiff_t>(count));
  }
  if (request.rows.size() < index.matrix().num_rows) {
    log_info("the page shows {} of the {}, evenly spaced", request.rows.size(),
             counted(index.matrix().num_rows, "row"));
  }
  write_file(options.html, vectors::to_page(index, request));
  log_info("wrote the page {}", options.html.string());
}

}  // namespace

int run_cluster(const options::Parsed<ClusterOptions>& parsed) {
  const ClusterOptions& options = parsed.options;
  check_cluster_outputs(options);
  omp_set_num_threads(options.num_threads > 0 ? static_cast<int>(options.num_threads)
                                              : this_machine().num_useful_threads());
  const vectors::VectorIndex index = vectors::VectorIndex::open(options.index, options.embedding_column);
  const Clusters clusters = find_row(kMethods, "method", options.method).find(index.matrix(), options);
  if (options.json) {
    print(clusters_json(options, index, clusters).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  } else {
    print_clusters(options, index, clusters);
  }
  if (!options.output.empty()) write_clusters(options, index, cluster_of_rows(clusters, index.matrix().num_rows));
  if (!options.html.empty()) write_page(options, index, clusters);
  return 0;
}

}  // namespace hone::cli
