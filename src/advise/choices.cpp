#include "advise/choices.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace hone::advise {

namespace {

constexpr ChoiceRow kChoiceRows[] = {
#include "advise/choices.inc"
};

constexpr double kCovered = 0.99;    // share of the rows that max_seq_length covers
constexpr double kManyCut = 0.05;    // truncated rows from which a longer text is read in windows
constexpr int64_t kLengthUnit = 16;  // max_seq_length is a multiple
// Recomputing keeps the inputs of the layers and the activations of one of them: about a quarter in the measured
// families.
constexpr double kCheckpointedShare = 0.3;
constexpr uint64_t kFewRows = 200, kSomeRows = 10000;
constexpr uint64_t kManyRows = 50000;
constexpr double kImbalance = 3;
constexpr int64_t kPatience = 2;

uint32_t quantile(const std::vector<uint32_t>& sorted, double share) {
  const double rank = std::ceil(share * static_cast<double>(sorted.size()));
  return sorted[static_cast<size_t>(std::max(1.0, rank)) - 1];
}

double share_above(const std::vector<uint32_t>& sorted, int64_t limit) {
  const auto above = std::ranges::count_if(sorted, [&](uint32_t length) { return length > limit; });
  return static_cast<double>(above) / static_cast<double>(sorted.size());
}

const ChoiceRow* find_reason(std::string_view option, std::string_view reason_id) {
  const auto* const row = std::ranges::find_if(kChoiceRows, [&](const ChoiceRow& candidate) {
    return candidate.option == option && candidate.reason_id == reason_id;
  });
  return row == std::end(kChoiceRows) ? nullptr : row;
}

// Returns "2e-5".
std::string rate_text(double rate) {
  std::string text = fmt::format("{:.0e}", rate);
  if (const size_t zero = text.find("-0"); zero != std::string::npos) text.erase(zero + 1, 1);
  return text;
}

class Chooser {
 public:
  Chooser(const Before& before, const BatchPlan& batch) : before_(before), rows_(before.rows), batch_(batch) {}

  std::vector<Choice> all() {
    lengths();
    batches();
    rate();
    epochs();
    classes();
    evaluation();
    logging();
    return std::move(choices_);
  }

 private:
  void add(std::string_view option, Json value, std::string_view reason_id, Facts facts = {}) {
    const ChoiceRow* const row = find_reason(option, reason_id);
    facts.set("value", value);
    choices_.push_back({std::string(option), std::move(value), std::move(facts), row});
  }

  void lengths() {
    const std::vector<uint32_t>& sorted = rows_.lengths;
    if (sorted.empty()) return;
    const int64_t limit = before_.model().max_length, covering = quantile(sorted, kCovered);
    const int64_t rounded = std::max(kLengthUnit, (covering + kLengthUnit - 1) / kLengthUnit * kLengthUnit);
    const int64_t length = std::min(limit, rounded);
    const double cut = share_above(sorted, length);
    Facts facts;
    facts.set("median", quantile(sorted, 0.5));
    facts.set("covering", covering);
    facts.set("longest", sorted.back());
    facts.set("limit", limit);
    facts.set("cut_share", share_text(cut));
    add("max_seq_length", length, rounded <= limit ? "covers" : "limit", facts);
    const bool reads_windows = rows_.task != "token-classification" && !rows_.has_pairs;
    if (cut > kManyCut && reads_windows) add("long_text", "windows", "many_cut", facts);
  }

  void batches() {
    Facts facts;
    facts.set("rows", rows_.num_train);
    facts.set("step_rows", batch_.rows_per_step());
    const bool is_small = batch_.accumulation > 1;
    add("per_device_train_batch_size", batch_.batch_size, is_small ? "memory" : "rows", facts);
    if (is_small) add("gradient_accumulation_steps", batch_.accumulation, "memory", facts);
    if (batch_.checkpointing) add("gradient_checkpointing", true, "memory", facts);
    add("per_device_eval_batch_size", int64_t{32}, "usual");
  }

  void rate() {
    const RateRange range = rate_range(before_.model().num_parameters, TrainedPart::kAll);
    const int64_t count = before_.model().num_parameters;
    Facts facts;
    facts.set("low", rate_text(range.low));
    facts.set("high", rate_text(range.high));
    facts.set("millions", fmt::format("{:.0f}", std::max(1.0, static_cast<double>(count) / 1e6)));
    add("learning_rate", range.usual, count < kSmallModel ? "small" : count < kLargeModel ? "base" : "large", facts);
    add("warmup_ratio", 0.1, "usual");
    add("weight_decay", 0.01, "usual");
  }

  void epochs() {
    struct Row {
      uint64_t below;
      double epochs;
      std::string_view reason_id;
    };
    constexpr Row kRows[] = {{500, 10, "few"}, {2000, 5, "few"}, {kManyRows, 3, "usual"}, {UINT64_MAX, 2, "many"}};
    const auto* const row = std::ranges::find_if(kRows, [&](const Row& each) { return rows_.num_train < each.below; });
    epochs_ = row->epochs;
    const auto step_rows = static_cast<uint64_t>(std::max<int64_t>(1, batch_.rows_per_step()));
    steps_ = static_cast<int64_t>(epochs_) *
             static_cast<int64_t>(std::max<uint64_t>(1, (rows_.num_train + step_rows - 1) / step_rows));
    Facts facts;
    facts.set("rows", rows_.num_train);
    facts.set("steps", steps_);
    const bool never_stops = row->reason_id == "few" && rows_.is_unevaluated;
    add("num_train_epochs", epochs_, never_stops ? "few_unevaluated" : row->reason_id, facts);
  }

  void classes() {
    if (!is_imbalanced(rows_)) return;
    const auto [least, most] = std::ranges::minmax(rows_.classes, {}, &ClassCount::rows);
    Facts facts;
    facts.set("most", most.name);
    facts.set("most_rows", most.rows);
    facts.set("least", least.name);
    facts.set("least_rows", least.rows);
    add("class_weights", Json::array({"balanced"}), "imbalanced", facts);
  }

  void evaluation() {
    if (rows_.is_unevaluated) return;
    Facts facts;
    facts.set("rows", rows_.num_train);
    if (!rows_.has_evaluation) add("validation_split", kHeldOutShare, "held_out", facts);
    add("eval_strategy", "epoch", "usual");
    add("save_strategy", "epoch", "usual");
    add("save_total_limit", int64_t{1}, "usual");
    add("load_best_model_at_end", true, "usual");
    if (rows_.task == "text-classification") {
      const bool is_uneven = is_imbalanced(rows_);
      add("metric_for_best_model", is_uneven ? "f1_macro" : "accuracy", is_uneven ? "imbalanced" : "even");
    }
    if (epochs_ > 3) add("early_stopping_patience", kPatience, "usual");
  }

  void logging() {
    Facts facts;
    facts.set("steps", steps_);
    add("logging_steps", std::max<int64_t>(1, steps_ / 20), "twenty", facts);
  }

  const Before& before_;
  const RowsFacts& rows_;
  const BatchPlan& batch_;
  double epochs_ = 0;
  int64_t steps_ = 0;
  std::vector<Choice> choices_;
};

uint64_t peak_of(const Measured& measured, int64_t batch_size, bool checkpointing) {
  const double share = checkpointing ? kCheckpointedShare : 1;
  const double tokens = static_cast<double>(batch_size) * static_cast<double>(measured.longest_row);
  return measured.fixed_bytes + static_cast<uint64_t>(share * measured.bytes_per_token * tokens);
}

// Returns a JSON value as the flag's value; of a number, the shortest text that is read as the same number.
std::string flag_value(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return fmt::format("{}", value.get<double>());
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Returns an item of a list as options::split_items() reads it. The floor of options is not one of this floor's.
std::string list_item(const Json& value) {
  std::string item;
  for (const char c : flag_value(value)) {
    if (c == ',' || c == '"') item += '\\';
    item += c;
  }
  return item;
}

}  // namespace

std::span<const ChoiceRow> choice_rows() { return kChoiceRows; }

std::string Choice::flags() const {
  std::string name = option == "model_name_or_path" ? "model" : option;  // its usual alias
  std::ranges::replace(name, '_', '-');
  if (value.is_boolean()) return fmt::format("--{}{}", value.get<bool>() ? "" : "no-", name);
  if (!value.is_array()) return fmt::format("--{} {}", name, flag_value(value));
  std::string items;
  for (const Json& item : value) items += (items.empty() ? "" : ",") + list_item(item);
  return fmt::format("--{} {}", name, items);
}

std::string Choice::reason(Language language) const {
  return row == nullptr ? "" : filled(row->reason.in(language), {&facts}).value_or("");
}

uint64_t usable_memory(uint64_t memory_bytes) {
  return static_cast<uint64_t>(kUsableMemory * static_cast<double>(memory_bytes));
}

int64_t usual_batch(uint64_t num_train_rows) {
  return num_train_rows < kFewRows ? 8 : num_train_rows < kSomeRows ? 16 : 32;
}

BatchPlan fitting_batch(const Measured& measured, int64_t rows_per_step, uint64_t memory_bytes) {
  BatchPlan plan{.batch_size = rows_per_step};
  const uint64_t limit = usable_memory(memory_bytes);
  if (memory_bytes == 0 || measured.longest_row == 0) return plan;
  while (plan.batch_size > 1 && peak_of(measured, plan.batch_size, plan.checkpointing) > limit) {
    plan.batch_size /= 2;
    plan.accumulation *= 2;
    if (plan.batch_size == 4 && !plan.checkpointing && peak_of(measured, 4, false) > limit) {
      plan = {.batch_size = rows_per_step, .accumulation = 1, .checkpointing = true};
    }
  }
  plan.fits = peak_of(measured, plan.batch_size, plan.checkpointing) <= limit;
  return plan;
}

std::vector<Choice> choose(const Before& before, const BatchPlan& batch, std::span<const Choice> given) {
  std::vector<Choice> choices = Chooser(before, batch).all();
  std::erase_if(choices, [&](const Choice& choice) { return chosen(given, choice.option) != nullptr; });
  return choices;
}

Choice given_choice(std::string option, Json value) {
  const ChoiceRow* const own = find_reason(option, "given");
  return {std::move(option), std::move(value), {}, own != nullptr ? own : find_reason("", "given")};
}

const Json* chosen(std::span<const Choice> choices, std::string_view option) {
  const auto found = std::ranges::find(choices, option, &Choice::option);
  return found == choices.end() ? nullptr : &found->value;
}

// S4: 2e-5 to 5e-5 for all weights of a base model; S3: 1e-5 to 1e-3, the high end for a head alone.
RateRange rate_range(int64_t num_parameters, TrainedPart part) {
  if (part == TrainedPart::kHead) return {1e-4, 1e-3, 1e-2};
  if (part == TrainedPart::kAdapters) return {1e-4, 3e-4, 1e-3};
  if (num_parameters < kSmallModel) return {2e-5, 5e-5, 1e-4};
  if (num_parameters < kLargeModel) return {2e-5, 3e-5, 5e-5};
  return {5e-6, 1e-5, 3e-5};
}

bool is_imbalanced(const RowsFacts& rows) {
  if (rows.classes.size() < 2) return false;
  const auto [least, most] = std::ranges::minmax(rows.classes, {}, &ClassCount::rows);
  return static_cast<double>(most.rows) >= kImbalance * static_cast<double>(std::max<uint64_t>(1, least.rows));
}

}  // namespace hone::advise
