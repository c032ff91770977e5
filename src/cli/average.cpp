// hone average: writes the average of the weights of several models.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "cli/average_options.h"
#include "cli/command.h"
#include "cli/greedy_soup.h"
#include "cli/library.h"
#include "model/adapter_folder.h"
#include "model/average.h"
#include "task/samples.h"
#include "task/tasks.h"
#include "tensor/safetensors.h"
#include "text/tokenizer.h"
#include "text/tokenizer_spec.h"

namespace hone::cli {

namespace {

namespace fs = std::filesystem;

// Throws if an option that only --greedy reads is given without it.
void check_greedy_options(const options::Parsed<AverageOptions>& parsed) {
  constexpr std::string_view kOwn[] = {"models", "output_dir", "weights", "greedy"};
  if (parsed.options.greedy) return;
  for (const options::GivenOption& given : options::given_options(parsed)) {
    if (std::ranges::find(kOwn, given.name) != std::end(kOwn)) continue;
    throw Error(ErrorKind::kUsage, fmt::format("{} is given, but only --greedy reads it", given.where),
                "add --greedy; or leave the option out, and measure the average with hone eval");
  }
}

void check_average_options(const options::Parsed<AverageOptions>& parsed) {
  const AverageOptions& options = parsed.options;
  if (options.models.size() < 2) {
    throw Error(ErrorKind::kUsage, fmt::format("one model is given: {}", options.models.front()),
                "give at least two, such as the checkpoints of a run: hone average out/checkpoint-*");
  }
  if (options.greedy && !options.weights.empty()) {
    throw Error(ErrorKind::kUsage, "greedy and weights are both given",
                "leave one of them out; a greedy soup is the plain average of the models that it chooses");
  }
  check_greedy_options(parsed);
  if (fs::exists(options.output_dir) && (!fs::is_directory(options.output_dir) || !fs::is_empty(options.output_dir))) {
    throw Error(ErrorKind::kUsage, fmt::format("output_dir {} is not empty", options.output_dir.string()),
                "give another --output-dir");
  }
}

std::vector<double> weights_of(const AverageOptions& options) {
  if (options.weights.empty()) return std::vector<double>(options.models.size(), 1);
  if (options.weights.size() != options.models.size()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("there are {} weights for {} models", options.weights.size(), options.models.size()),
                "give a weight for each model, in their order");
  }
  std::vector<double> weights;
  double sum = 0;
  for (const std::string& text : options.weights) {
    double weight = -1;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), weight);
    if (status != std::errc() || end != text.data() + text.size() || !(weight >= 0) || !std::isfinite(weight)) {
      throw Error(ErrorKind::kUsage, fmt::format("weights: \"{}\" is not a weight", text),
                  "give numbers of at least 0, such as --weights 1,1,2");
    }
    weights.push_back(weight);
    sum += weight;
  }
  if (!(sum > 0)) throw Error(ErrorKind::kUsage, "weights: all are 0", "give at least one weight above 0");
  if (!std::isfinite(sum)) {
    throw Error(ErrorKind::kUsage, "weights: their sum is beyond the largest number",
                "give smaller weights; only their shares of the sum matter");
  }
  return weights;
}

// Copies what the models have in common from the first one.
void copy_common_files(const fs::path& from, const fs::path& to) {
  for (const char* name : {"config.json", "training_args.json", task::kSamplesFile}) {
    if (fs::exists(from / name)) write_file(to / name, read_file(from / name));
  }
  if (text::has_tokenizer(from)) text::Tokenizer::load(from).save(to);
}

std::string name_of(const fs::path& folder) {
  const fs::path normal = fs::absolute(folder).lexically_normal();
  return (normal.has_filename() ? normal : normal.parent_path()).filename().string();
}

std::string ingredients_table(const AverageOptions& options, const std::vector<double>& weights,
                              const std::optional<Soup>& soup) {
  if (!soup) {
    std::string table = "| model | weight |\n|---|---|\n";
    for (size_t i = 0; i < weights.size(); ++i) table += fmt::format("| {} | {} |\n", options.models[i], weights[i]);
    return table;
  }
  std::string table =
      fmt::format("| model | {0} | {0} of the average with it | in the average |\n|---|---|---|---|\n", soup->metric);
  for (const SoupIngredient& ingredient : soup->ingredients) {
    table += fmt::format("| {} | {:.4f} | {:.4f} | {} |\n", options.models[ingredient.model], ingredient.value,
                         ingredient.tried, ingredient.is_in ? "yes" : "no");
  }
  return table;
}

std::string average_card(const AverageOptions& options, const std::vector<double>& weights,
                         const std::optional<Soup>& soup) {
  const model::ModelConfig config = model::read_saved_config(options.models.front());
  const std::string_view tag = task::has_head(config) ? task::trained_task(config).pipeline_tag : "";
  std::string card = "---\nlibrary_name: transformers\n";
  if (!tag.empty()) card += fmt::format("pipeline_tag: {}\n", tag);
  card += fmt::format(
      "tags:\n- hone\n---\n\n# {}\n\nThe average of the weights of {} models, by hone {}: the weighted sum of each "
      "tensor, "
      "in double precision, divided by the sum of the weights.\n\n## Models\n\n{}",
      name_of(options.output_dir), options.models.size(), HONE_VERSION, ingredients_table(options, weights, soup));
  if (soup) {
    card += fmt::format(
        "\nA greedy soup: the best model first, then each one with which the average does not become worse, measured "
        "on "
        "{}. These rows chose the models, so the average looks better on them than on new text.\n",
        soup->rows);
  }
  if (!tag.empty()) {
    card += fmt::format(
        "\n## Use\n\n```python\nfrom transformers import pipeline\npipeline(\"{}\", model=\"{}\")(\"...\")\n```\n", tag,
        options.output_dir.string());
  }
  return card;
}

std::string soup_text(const AverageOptions& options, const Soup& soup) {
  std::string text = fmt::format("{} on {}\n    own  with it\n", soup.metric, soup.rows);
  for (const SoupIngredient& ingredient : soup.ingredients) {
    text += fmt::format("{:7.4f}  {:7.4f}  {}  {}\n", ingredient.value, ingredient.tried,
                        ingredient.is_in ? "in " : "out", options.models[ingredient.model]);
  }
  return text +
         fmt::format("{:7.4f}  the average; {:.4f} the best model\n", soup.value, soup.ingredients.front().value);
}

}  // namespace

int run_average(const options::Parsed<AverageOptions>& parsed) {
  const AverageOptions& options = parsed.options;
  check_average_options(parsed);
  std::vector<double> weights = weights_of(options);
  const model::AverageInputs inputs({options.models.begin(), options.models.end()});
  AtomicFolder output(options.output_dir);
  copy_common_files(inputs.folders().front(), output.staging());
  std::optional<Soup> soup;
  if (options.greedy) {
    soup = greedy_soup(inputs, options, output.staging(), options::given_options(parsed));
    weights = soup->weights();
    print(soup_text(options, *soup));
  }
  tensor::write_safetensors(output.staging() / "model.safetensors", inputs.average(weights));
  write_file(output.staging() / "README.md", average_card(options, weights, soup));
  output.commit();
  const auto num_used = std::ranges::count_if(weights, [](double weight) { return weight > 0; });
  log_info("averaged {} of {} models: {}", num_used, weights.size(), options.output_dir.string());
  return 0;
}

}  // namespace hone::cli
