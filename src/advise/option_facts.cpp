#include "advise/option_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "advise/run_options.h"

namespace hone::advise {

namespace {

// The key of config.json with the dropout of a family, by the beginning of HF's class.
struct DropoutKey {
  std::string_view family, key;
};
constexpr DropoutKey kDropoutKeys[] = {
    {"DistilBert", "dropout"},          {"ModernBert", "mlp_dropout"},         {"Bert", "hidden_dropout_prob"},
    {"Roberta", "hidden_dropout_prob"}, {"XLMRoberta", "hidden_dropout_prob"}, {"Camembert", "hidden_dropout_prob"},
    {"Electra", "hidden_dropout_prob"}, {"Albert", "hidden_dropout_prob"},     {"MPNet", "hidden_dropout_prob"},
    {"Deberta", "hidden_dropout_prob"}, {"NomicBert", "hidden_dropout_prob"},
};

constexpr double kUsualRate = 2e-5;                              // of fine-tuning
constexpr double kHighestRate = 2e-4, kHighestRateOfFew = 1e-2;  // of all weights, of a head or adapters
constexpr double kSafeRate = 5e-5;
constexpr double kUsualDecay = 0.01, kStrongDecay = 0.1;
constexpr double kLargestSplit = 0.2;
constexpr int64_t kMaxAccumulation = 64;

// Returns the number with two digits, as a person would write it.
double rounded(double value) {
  if (value <= 0) return value;
  const double unit = std::pow(10, std::floor(std::log10(value)) - 1);
  return std::strtod(fmt::format("{:.1e}", std::round(value / unit) * unit).c_str(), nullptr);
}

void add_rates(const RunOptions& options, Facts& facts) {
  const auto rate = options.number("learning_rate");
  if (!rate || *rate <= 0) return;
  facts.set("rate", *rate);
  facts.set("lower_rate", rounded(*rate / 2));
  facts.set("much_lower_rate", rounded(*rate / 4));
  const std::string peft = options.text("peft");
  const bool trains_few = options.is_on("freeze") || (!peft.empty() && peft != "none");
  const double highest = trains_few ? kHighestRateOfFew : kHighestRate;
  if (!trains_few && *rate > highest) facts.set("safe_rate", kSafeRate);
  if (*rate < highest) facts.set("higher_rate", rounded(std::clamp(2 * *rate, kUsualRate, highest)));
}

void add_length(const RunOptions& options, Facts& facts) {
  const auto steps = options.number("max_steps"), epochs = options.number("num_train_epochs");
  if (steps && *steps > 0) {
    facts.set("more_steps", static_cast<int64_t>(2 * *steps));
    facts.set("is_by_steps", true);
  } else if (epochs && *epochs > 0) {
    facts.set("epochs", *epochs);
    facts.set("more_epochs", static_cast<int64_t>(std::ceil(2 * *epochs)));
    facts.set("is_by_epochs", true);
  }
}

void add_regularization(const History& history, const RunOptions& options, Facts& facts) {
  if (const auto decay = options.number("weight_decay"); decay && *decay < kStrongDecay) {
    facts.set("more_decay", *decay < kUsualDecay ? kUsualDecay : kStrongDecay);
  }
  if (options.is_on("weight_decay")) facts.set("has_decay", true);
  const bool is_classification = history.task == "text-classification";
  if (is_classification && options.is_off("label_smoothing_factor")) facts.set("has_no_smoothing", true);
  if (is_classification && options.is_off("class_weights")) facts.set("has_equal_weights", true);
  if (is_classification && options.is_off("focal_gamma")) facts.set("has_no_focal_loss", true);
  if (is_classification && options.text("metric_for_best_model") != "f1_macro") facts.set("has_other_metric", true);
  const auto key = std::ranges::find_if(
      kDropoutKeys, [&](const DropoutKey& row) { return history.model_class.starts_with(row.family); });
  if (key != std::end(kDropoutKeys) && options.is_off("config_overrides")) facts.set("dropout_key", key->key);
}

void add_stability(const History& history, const RunOptions& options, Facts& facts) {
  if (options.is_off("warmup_steps") && options.is_off("warmup_ratio")) facts.set("has_no_warmup", true);
  if (options.is_off("max_grad_norm")) facts.set("has_no_clipping", true);
  if (history.precision == "bf16") facts.set("is_bf16", true);
  const auto accumulation = options.number("gradient_accumulation_steps");
  if (accumulation && *accumulation <= kMaxAccumulation) {
    facts.set("more_accumulation", static_cast<int64_t>(2 * *accumulation));
  }
}

void add_evaluation(const History& history, const RunOptions& options, Facts& facts) {
  if (options.is_off("early_stopping_patience")) facts.set("never_stops_early", true);
  const auto split = options.number("validation_split");
  if (split && *split > 0 && *split < kLargestSplit) facts.set("more_validation", std::min(2 * *split, kLargestSplit));
  const bool is_given = options.is_on("validation_file") || options.is_on("validation_split");
  if (is_given) facts.set("has_validation", true);
  if (!is_given && options.is_off("validation_split")) facts.set("has_no_validation", true);
  if (const auto seed = options.number("seed")) facts.set("other_seed", static_cast<int64_t>(*seed) + 1);
  if (history.total_steps > 0) facts.set("logging_steps_of_run", std::max<int64_t>(1, history.total_steps / 20));
}

}  // namespace

Facts option_facts(const History& history) {
  const RunOptions options(history.options);
  Facts facts;
  add_rates(options, facts);
  add_length(options, facts);
  add_regularization(history, options, facts);
  add_stability(history, options, facts);
  add_evaluation(history, options, facts);
  if (options.is_on("freeze")) facts.set("is_frozen", true);
  if (options.is_off("freeze")) facts.set("is_whole", true);
  return facts;
}

}  // namespace hone::advise
