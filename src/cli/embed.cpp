// hone embed: the vectors of texts, or of a file's rows.
#include <nlohmann/json.hpp>

#include "base/counted.h"
#include "base/log.h"
#include "base/output_path.h"
#include "cli/command.h"
#include "cli/embed_options.h"
#include "cli/embedding_texts.h"
#include "cli/library.h"
#include "vectors/index.h"
#include "vectors/writer.h"

namespace hone::cli {

namespace {

void check_embed_options(const EmbedOptions& options) {
  const bool has_file = !options.file.empty();
  if (options.text.empty() == !has_file) {
    throw Error(ErrorKind::kUsage, has_file ? "both a text and --file are given" : "no text and no file are given",
                "give texts, or --file FILE --output vectors.npy");
  }
  if (has_file == options.output.empty()) {
    throw Error(ErrorKind::kUsage, has_file ? "--file is given without --output" : "--output is given without --file",
                "give both, such as --file reviews.csv --output vectors.npy");
  }
  if (!has_file) return;
  const std::string_view format = vectors::vector_format(options.output);
  check_is_file(options.output, "--output");
  check_is_not_input(options.output, "--output", options.file, "--file");
  if (!options.overwrite) check_is_free(options.output, "--output");
  if (format != "npy") return;
  const std::filesystem::path texts = vectors::texts_file(options.output);
  check_is_not_input(texts, "the texts of --output", options.file, "--file");
  if (!options.overwrite) check_is_free(texts, "the texts of --output");
}

void print_vectors(const EmbedOptions& options) {
  const task::Embedder embedder = load_embedder(options.model, options.compute);
  const std::vector<std::string_view> texts(options.text.begin(), options.text.end());
  const std::vector<float> vectors = embedder.embed_texts(texts);
  const auto width = static_cast<size_t>(embedder.width());
  for (size_t i = 0; i < texts.size(); ++i) {
    Json values = Json::array();
    for (size_t k = 0; k < width; ++k) values.push_back(shortest_double(vectors[i * width + k]));
    const Json line = {{"text", options.text[i]}, {"embedding", std::move(values)}};
    print(line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  }
}

void embed_file(const EmbedOptions& options) {
  const InputFile input(options.file);
  const EmbeddedFile file(input, options.text_column);
  const task::Embedder embedder = load_embedder(options.model, options.compute);
  const vectors::VectorFileShape shape{
      .num_rows = file.num_rows(), .width = static_cast<uint64_t>(embedder.width()), .keeps_texts = options.keep_texts};
  const auto writer = vectors::create_vector_file(options.output, shape);
  file.for_each_window(embedder, [&](std::span<const float> vectors, std::span<const std::string_view> texts) {
    writer->write(vectors, texts);
  });
  writer->commit();
  log_info("wrote {} of {} to {}", counted(shape.num_rows, "vector"), counted(shape.width, "value"),
           options.output.string());
}

}  // namespace

int run_embed(const options::Parsed<EmbedOptions>& parsed) {
  check_embed_options(parsed.options);
  parsed.options.file.empty() ? print_vectors(parsed.options) : embed_file(parsed.options);
  return 0;
}

}  // namespace hone::cli
