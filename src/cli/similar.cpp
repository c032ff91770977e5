// hone similar: the rows of a file of vectors that are nearest to texts.
#include <nlohmann/json.hpp>

#include <algorithm>

#include "base/counted.h"
#include "base/files.h"
#include "base/log.h"
#include "base/names.h"
#include "base/output_path.h"
#include "base/progress.h"
#include "cli/command.h"
#include "cli/embedding_texts.h"
#include "cli/library.h"
#include "cli/similar_options.h"
#include "tensor/compute.h"
#include "vectors/index.h"
#include "vectors/nearest.h"
#include "vectors/page.h"

namespace hone::cli {

namespace {

using vectors::Similarity;

constexpr size_t kHitBytes = 200;
constexpr size_t kPageHits = 10;

struct SimilarityName {
  std::string_view name;
  Similarity similarity;
};
constexpr SimilarityName kSimilarities[] = {{"cosine", Similarity::kCosine}, {"dot", Similarity::kDot}};
static_assert(has_names(kSimilarities, kSimilarityNames), "kSimilarityNames and the table differ");

void check_similar_options(const SimilarOptions& options) {
  const bool has_queries = !options.query.empty() || !options.queries.empty();
  if (!has_queries && options.html.empty()) {
    throw Error(ErrorKind::kUsage, "neither a query nor a page is asked for",
                "give --query TEXT, --queries FILE or --html FILE");
  }
  if (!options.query.empty() && !options.queries.empty()) {
    throw Error(ErrorKind::kUsage, "both --query and --queries are given", "give one of them");
  }
  if (options.html.empty()) return;
  check_is_file(options.html, "--html");
  check_is_not_input(options.html, "--html", options.index, "--index");
  check_is_not_input(options.html, "--html", vectors::texts_file(options.index), "the texts of --index");
  if (!options.queries.empty()) check_is_not_input(options.html, "--html", options.queries, "--queries");
  if (!options.overwrite) check_is_free(options.html, "--html");
}

// As encode_query() of sentence-transformers: the prompt "query", if the model has one and no other is asked for.
EmbeddingModelOptions query_model(EmbeddingModelOptions options) {
  if (options.prompt || !options.prompt_name.empty() || options.model_name_or_path.empty()) return options;
  const auto config = model::SentenceConfig::read(options.model_name_or_path);
  const auto query = std::ranges::find(config.prompts, "query", [](const auto& prompt) { return prompt.first; });
  if (query == config.prompts.end() || query->second.empty()) return options;
  log_info("queries get the model's prompt \"query\": \"{}\" (--prompt \"\" leaves it out)", query->second);
  options.prompt_name = "query";
  return options;
}

// The similarity that the user asks for, else that of the model.
Similarity chosen_similarity(const SimilarOptions& options, const std::string& of_model) {
  const std::string& name = !options.similarity.empty() ? options.similarity : of_model.empty() ? "cosine" : of_model;
  if (name != "euclidean" && name != "manhattan") return find_row(kSimilarities, "similarity", name).similarity;
  throw Error(ErrorKind::kUnsupported, fmt::format("the model compares vectors by the {} distance", name),
              "choose --similarity cosine or dot");
}

class HitPrinter {
 public:
  HitPrinter(const SimilarOptions& options, const vectors::VectorIndex& index) : options_(options), index_(index) {}

  void print_hits(std::string_view query, const std::vector<vectors::Hit>& hits) {
    options_.json ? print_json(query, hits) : print_text(query, hits);
  }

 private:
  void print_json(std::string_view query, const std::vector<vectors::Hit>& hits) {
    Json list = Json::array();
    for (const vectors::Hit& hit : hits) {
      Json item = {{"row", hit.row}, {"score", shortest_double(hit.score)}};
      if (index_.has_texts()) item["text"] = index_.text(hit.row);
      list.push_back(std::move(item));
    }
    const Json line = {{"query", query}, {"hits", std::move(list)}};
    print(line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  }

  void print_text(std::string_view query, const std::vector<vectors::Hit>& hits) {
    std::string text = is_first_ ? "" : "\n";
    is_first_ = false;
    text += vectors::in_one_line(std::string(query), kHitBytes) + "\n";
    for (const vectors::Hit& hit : hits) {
      text += fmt::format("  {:7.4f}  {:>8}  {}\n", hit.score, hit.row,
                          vectors::in_one_line(index_.text(hit.row), kHitBytes));
    }
    print(text);
  }

  const SimilarOptions& options_;
  const vectors::VectorIndex& index_;
  bool is_first_ = true;
};

void check_width(const vectors::VectorIndex& index, const task::Embedder& embedder, const SimilarOptions& options) {
  if (index.matrix().width == static_cast<uint64_t>(embedder.width())) return;
  throw Error(ErrorKind::kInput,
              fmt::format("{} holds vectors of {}, and the model makes vectors of {}", options.index.string(),
                          counted(index.matrix().width, "value"), embedder.width()),
              "give the model with which the vectors were made; and --width if they were made with it");
}

void search(const SimilarOptions& options, const vectors::VectorIndex& index) {
  const task::Embedder embedder = load_embedder(query_model(options.model), options.compute);
  check_width(index, embedder, options);
  const vectors::NearestOptions nearest{.top_k = static_cast<size_t>(options.top_k),
                                        .similarity = chosen_similarity(options, embedder.config().similarity)};
  HitPrinter printer(options, index);
  const auto answer = [&](std::span<const float> values, std::span<const std::string_view> texts) {
    const vectors::MatrixView queries{values.data(), texts.size(), index.matrix().width};
    const auto hits = vectors::nearest(index.matrix(), queries, nearest);
    for (size_t i = 0; i < texts.size(); ++i) printer.print_hits(texts[i], hits[i]);
  };
  if (!options.queries.empty()) {
    const InputFile input(options.queries);
    return EmbeddedFile(input, options.text_column).for_each_window(embedder, answer);
  }
  const std::vector<std::string_view> texts(options.query.begin(), options.query.end());
  answer(embedder.embed_texts(texts), texts);
}

void write_map(const SimilarOptions& options, const vectors::VectorIndex& index) {
  const vectors::MatrixView& matrix = index.matrix();
  vectors::PageRequest request{.file = options.index.filename().string(), .rows = vectors::page_rows(matrix.num_rows)};
  if (request.rows.size() < matrix.num_rows) {
    log_info("the page shows {} of the {}, evenly spaced", request.rows.size(), counted(matrix.num_rows, "row"));
  }
  std::vector<float> values;
  for (const uint64_t row : request.rows) {
    values.insert(values.end(), matrix.row(row), matrix.row(row) + matrix.width);
  }
  const vectors::MatrixView shown{values.data(), request.rows.size(), matrix.width};
  std::vector<uint64_t> own(request.rows.size());
  for (size_t i = 0; i < own.size(); ++i) own[i] = i;
  Progress progress("comparing", "row",
                    (own.size() + vectors::kQueriesAtOnce - 1) / vectors::kQueriesAtOnce * own.size());
  request.hits = vectors::nearest(shown, shown,
                                  {.top_k = std::min<size_t>(kPageHits, static_cast<size_t>(options.top_k)),
                                   .similarity = chosen_similarity(options, ""),
                                   .own_rows = own,
                                   .progress = [&](uint64_t rows) { progress.advance(rows); }});
  progress.finish();
  write_file(options.html, vectors::to_page(index, request));
  log_info("wrote the page {}", options.html.string());
}

}  // namespace

int run_similar(const options::Parsed<SimilarOptions>& parsed) {
  const SimilarOptions& options = parsed.options;
  check_similar_options(options);
  const vectors::VectorIndex index = vectors::VectorIndex::open(options.index, options.embedding_column);
  if (!options.query.empty() || !options.queries.empty()) search(options, index);
  if (options.html.empty()) return 0;
  tensor::prepare_compute(options.compute);  // sets the number of threads
  write_map(options, index);
  return 0;
}

}  // namespace hone::cli
