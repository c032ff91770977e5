// The names that options take, without torch: the program lists and checks them before it loads libtorch. The tables
// with the code behind each name are compared with these when hone is compiled.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace hone::task {

// --task
inline constexpr std::string_view kTextClassificationTask = "text-classification";
inline constexpr std::string_view kTranslationTask = "translation", kSummarizationTask = "summarization",
                                  kContrastiveTask = "contrastive";
inline constexpr std::array<std::string_view, 7> kTaskNames = {
    kTextClassificationTask, "multi-label",      "regression",    "token-classification",
    kTranslationTask,        kSummarizationTask, kContrastiveTask};

// --task of trainings on running text
inline constexpr std::string_view kCausalLmTask = "causal-lm", kMaskedLmTask = "masked-lm",
                                  kDenoisingTask = "denoising";
inline constexpr std::array<std::string_view, 3> kTextTaskNames = {kCausalLmTask, kMaskedLmTask, kDenoisingTask};

// --task of hone train
inline constexpr auto kTrainedTaskNames = [] {
  std::array<std::string_view, kTaskNames.size() + kTextTaskNames.size()> names;
  std::copy(kTextTaskNames.begin(), kTextTaskNames.end(),
            std::copy(kTaskNames.begin(), kTaskNames.end(), names.begin()));
  return names;
}();

// --task of the commands that ask a language model as it is; hone train makes no model of these tasks.
inline constexpr std::string_view kPromptTask = "prompt-classification", kFillMaskTask = "fill-mask";
inline constexpr std::array<std::string_view, 3> kLanguageTaskNames = {kCausalLmTask, kPromptTask, kFillMaskTask};
// Those that hone eval measures, and those that hone predict asks.
inline constexpr std::array<std::string_view, 3> kEvaluatedTaskNames = {kCausalLmTask, kPromptTask, kContrastiveTask};
inline constexpr std::array<std::string_view, 2> kAnsweringTaskNames = {kPromptTask, kFillMaskTask};

// --regression-loss
inline constexpr std::array<std::string_view, 3> kRegressionLossNames = {"mse", "mae", "huber"};

// --contrastive-loss (task/contrastive_loss.h)
inline constexpr std::array<std::string_view, 3> kContrastiveLossNames = {"mnr", "cosent", "cosine"};

// --calibrate: what is chosen on the evaluation rows after the training. A temperature that the outputs are divided by;
// one threshold for all labels, or one for each.
inline constexpr std::array<std::string_view, 4> kCalibrationNames = {"none", "temperature", "threshold", "thresholds"};

// How tokens become entities, as transformers names it: each token by itself, adjacent tokens of one type, or words
// that have the tag of their first token, of their mean scores or of their highest score (task/entity_answers.h).
inline constexpr std::array<std::string_view, 5> kAggregationNames = {"none", "simple", "first", "average", "max"};

}  // namespace hone::task
