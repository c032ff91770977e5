// hone data show: rows (data/row_commands.h), or what the objectives of pretraining make of their texts.
#include <fmt/format.h>

#include <algorithm>
#include <array>

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

// A text in a training. The row and the draw choose what is hidden.
struct ShownText {
  const DataShowOptions& options;
  const text::Tokenizer& tokenizer;
  std::vector<int32_t> ids;
  corpus::MaskingPlace place;

  std::string of(std::span<const int32_t> tokens) const {
    std::string text = printable(tokenizer.decode(std::vector<int32_t>(tokens.begin(), tokens.end()),
                                                  /*skip_special_tokens=*/false));
    std::ranges::replace(text, '\n', ' ');
    return text;
  }
};

std::string line(std::string_view name, const std::string& text) { return fmt::format("  {:<8}{}\n", name, text); }

std::string next_tokens(const ShownText& text) {
  if (text.ids.empty()) return line("reads", "");
  return line("reads", text.of(std::span(text.ids).first(text.ids.size() - 1))) +
         line("writes", text.of(std::span(text.ids).subspan(1)) + "   (each token from those before it)");
}

std::string hidden_tokens(const ShownText& text) {
  const corpus::Masking masking(text.options.masking, text.tokenizer,
                                static_cast<int64_t>(text.tokenizer.vocab_size()));
  std::vector<int32_t> read = text.ids;
  std::vector<uint32_t> places;
  masking.hide(read, std::array<int64_t, 2>{0, static_cast<int64_t>(read.size())}, text.place, places);
  std::string guesses;
  for (const uint32_t place : places) {
    guesses += fmt::format("{}{} (token {})", guesses.empty() ? "" : ", ",
                           printable(text.tokenizer.token(text.ids[place])), place);
  }
  return line("reads", text.of(read)) + line("guesses", places.empty() ? "nothing" : guesses);
}

std::string broken_text(const ShownText& text) {
  const corpus::Noising noising(text.options.noise, text.tokenizer);
  const corpus::NoisedText noised = noising.noised(text.ids, text.place, /*sequence=*/0);
  return line("reads", text.of(noised.source)) + line("writes", text.of(noised.target));
}

struct ShownObjective {
  std::string_view name;
  std::string (*show)(const ShownText& text);
  bool draws = true;
};
constexpr ShownObjective kShownObjectives[] = {{task::kCausalLmTask, next_tokens, /*draws=*/false},
                                               {task::kMaskedLmTask, hidden_tokens},
                                               {task::kDenoisingTask, broken_text}};
static_assert(has_names(kShownObjectives, task::kTextTaskNames), "each task on running text can be shown");

template <typename Options>
bool has_option(std::string_view name) {
  Options options;
  return options::fields_of(options).find(name) != nullptr;
}

// Throws for an option that showing rows, or this objective, does not read.
void check_read(const DataShowOptions& options, const std::vector<options::GivenOption>& given) {
  const std::string task = options.task.value_or("");
  for (const options::GivenOption& option : given) {
    const bool is_for_rows = has_option<data::ShowOptions>(option.name);
    const bool is_for_files = has_option<data::OutputOptions>(option.name);
    const bool is_for_masks = has_option<corpus::MaskingOptions>(option.name);
    const bool is_for_noise = has_option<corpus::NoiseOptions>(option.name);
    const bool is_unread = task.empty() ? !is_for_rows
                                        : is_for_files || (is_for_masks && task != task::kMaskedLmTask) ||
                                              (is_for_noise && task != task::kDenoisingTask);
    if (!is_unread) continue;
    throw Error(ErrorKind::kUsage,
                task.empty() ? fmt::format("{} is given without a task", option.where)
                             : fmt::format("{} does not apply to the task {}", option.where, task),
                task.empty() ? "name the training with --task, or leave the option out" : "leave it out");
  }
}

std::string shown_objective(const DataShowOptions& options) {
  if (options.model_name_or_path.empty()) {
    throw Error(ErrorKind::kUsage, fmt::format("task {} is given without a tokenizer", *options.task),
                "give the folder of the model with --model");
  }
  const ShownObjective& objective = find_row(kShownObjectives, "task", *options.task);
  const text::Tokenizer tokenizer = text::Tokenizer::load(options.model_name_or_path);
  const table::Rows rows = data::named_rows(options.rows);
  const std::string name = table::choose_text_columns(rows, options.rows.input.text_column, "").text;
  const table::Column column = rows.column(name);
  std::string shown;
  for (uint64_t row = 0; row < rows.size(); ++row) {
    const std::string text(column.text(row).value_or(""));
    shown += fmt::format("{}: {}\n", rows.location(row), printable(text));
    const std::vector<int32_t> ids = tokenizer.encode(text).ids;
    const auto num_draws = objective.draws ? static_cast<uint32_t>(options.draws) : 1;
    for (uint32_t draw = 0; draw < num_draws; ++draw) {
      shown += objective.show({options, tokenizer, ids, {options.seed, row, draw}});
    }
  }
  return shown;
}

}  // namespace

int run_data_show(const options::Parsed<DataShowOptions>& parsed) {
  const DataShowOptions& options = parsed.options;
  check_read(options, options::given_options(parsed));
  print(options.task ? shown_objective(options) : data::show_rows(options.rows));
  return 0;
}

}  // namespace hone::cli
