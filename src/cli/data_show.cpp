// hone data show: rows (data/row_commands.h), or what the objectives of pretraining make of their texts.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

#include "base/error.h"
#include "base/terminal.h"
#include "cli/command.h"
#include "cli/data_show_options.h"
#include "cli/library.h"
#include "corpus/masking.h"
#include "corpus/noising.h"
#include "options/given.h"
#include "table/columns.h"

namespace hone::cli {

namespace {

std::string line(std::string_view name, const std::string& text) { return fmt::format("  {:<8}{}\n", name, text); }

std::string shown_ids(const text::Tokenizer& tokenizer, std::span<const int32_t> ids) {
  std::string text = printable(tokenizer.decode(ids, /*skip_special_tokens=*/false));
  std::ranges::replace(text, '\n', ' ');
  return text;
}

// Shows what a training makes of a text. The place chooses what is hidden.
using Show = std::function<std::string(std::span<const int32_t> ids, const corpus::MaskingPlace& place)>;

Show show_next_tokens(const DataShowOptions&, const text::Tokenizer& tokenizer) {
  return [&tokenizer](std::span<const int32_t> ids, const corpus::MaskingPlace&) {
    const size_t num_targets = ids.empty() ? 0 : ids.size() - 1;
    return line("reads", shown_ids(tokenizer, ids.first(num_targets))) +
           line("writes", shown_ids(tokenizer, ids.last(num_targets)) + "   (each token from those before it)");
  };
}

Show show_hidden_tokens(const DataShowOptions& options, const text::Tokenizer& tokenizer) {
  const corpus::Masking masking(options.masking, tokenizer, static_cast<int64_t>(tokenizer.vocab_size()));
  return [&tokenizer, masking](std::span<const int32_t> ids, const corpus::MaskingPlace& place) {
    std::vector<int32_t> read(ids.begin(), ids.end());
    std::vector<uint32_t> hidden;
    masking.hide(read, std::array<int64_t, 2>{0, static_cast<int64_t>(read.size())}, place, hidden);
    std::string guesses;
    for (const uint32_t at : hidden) {
      guesses += fmt::format("{}{} (token {})", guesses.empty() ? "" : ", ", printable(tokenizer.token(ids[at])), at);
    }
    return line("reads", shown_ids(tokenizer, read)) + line("guesses", hidden.empty() ? "nothing" : guesses);
  };
}

Show show_broken_text(const DataShowOptions& options, const text::Tokenizer& tokenizer) {
  const corpus::Noising noising(options.noise, tokenizer);
  return [&tokenizer, noising](std::span<const int32_t> ids, const corpus::MaskingPlace& place) {
    const corpus::NoisedText noised = noising.noised(ids, place, /*sequence=*/0);
    return line("reads", shown_ids(tokenizer, noised.source)) + line("writes", shown_ids(tokenizer, noised.target));
  };
}

template <typename Options>
bool has_option(std::string_view name) {
  Options options;
  return options::fields_of(options).find(name) != nullptr;
}

bool reads_no_option(std::string_view) { return false; }

// Of an objective that draws.
template <typename Options>
bool reads_option(std::string_view name) {
  return name == "draws" || name == "seed" || has_option<Options>(name);
}

struct ShownObjective {
  std::string_view name;
  Show (*make)(const DataShowOptions& options, const text::Tokenizer& tokenizer);
  bool (*reads)(std::string_view option);  // of those that only some objectives read
};
constexpr ShownObjective kShownObjectives[] = {
    {task::kCausalLmTask, show_next_tokens, reads_no_option},
    {task::kMaskedLmTask, show_hidden_tokens, reads_option<corpus::MaskingOptions>},
    {task::kDenoisingTask, show_broken_text, reads_option<corpus::NoiseOptions>}};
static_assert(has_names(kShownObjectives, task::kTextTaskNames), "each task on running text can be shown");

bool is_read(const ShownObjective* objective, std::string_view option) {
  if (objective == nullptr) return has_option<data::ShowOptions>(option);
  if (has_option<data::OutputOptions>(option)) return false;
  const auto reads = [&](const ShownObjective& each) { return each.reads(option); };
  return objective->reads(option) || std::ranges::none_of(kShownObjectives, reads);
}

// Throws for an option that showing rows, or this objective, does not read.
void check_read(const ShownObjective* objective, const std::vector<options::GivenOption>& given) {
  for (const options::GivenOption& option : given) {
    if (is_read(objective, option.name)) continue;
    if (objective == nullptr) {
      throw Error(ErrorKind::kUsage, fmt::format("{} is given without a task", option.where),
                  "name the training with --task, or leave the option out");
    }
    throw Error(ErrorKind::kUsage, fmt::format("{} does not apply to the task {}", option.where, objective->name),
                "leave it out");
  }
}

std::string shown_texts(const ShownObjective& objective, const DataShowOptions& options) {
  if (options.model_name_or_path.empty()) {
    throw Error(ErrorKind::kUsage, fmt::format("task {} is given without a tokenizer", objective.name),
                "give the folder of the model with --model");
  }
  const text::Tokenizer tokenizer = text::Tokenizer::load(options.model_name_or_path);
  const Show show = objective.make(options, tokenizer);
  const table::Rows rows = data::named_rows(options.rows);
  const table::Column column = rows.column(table::choose_text_columns(rows, options.rows.input.text_column, "").text);
  std::string shown;
  for (uint64_t row = 0; row < rows.size(); ++row) {
    const std::string text(column.text(row).value_or(""));
    shown += fmt::format("{}: {}\n", rows.location(row), printable(text));
    const std::vector<int32_t> ids = tokenizer.encode(text).ids;
    for (int64_t draw = 0; draw < options.draws; ++draw) {
      shown += show(ids, {options.seed, row, static_cast<uint32_t>(draw)});
    }
  }
  return shown;
}

}  // namespace

int run_data_show(const options::Parsed<DataShowOptions>& parsed) {
  const DataShowOptions& options = parsed.options;
  const ShownObjective* const objective = options.task ? &find_row(kShownObjectives, "task", *options.task) : nullptr;
  check_read(objective, options::given_options(parsed));
  print(objective != nullptr ? shown_texts(*objective, options) : data::show_rows(options.rows));
  return 0;
}

}  // namespace hone::cli
