// The values of options that are names. This header needs no torch, because the program lists and checks the names
// before it loads libtorch. The compiler compares them with the tables of implementations (optimizer.cpp,
// schedule.cpp).
#pragma once

#include <array>
#include <string_view>

#include "base/names.h"

namespace hone::train {

// --optim
inline constexpr std::array<std::string_view, 6> kOptimizerNames = {"adamw",     "adam", "sgd",
                                                                    "adafactor", "lion", "muon"};

// --lr-scheduler-type
inline constexpr std::array<std::string_view, 13> kScheduleNames = {"linear",
                                                                    "cosine",
                                                                    "cosine_with_restarts",
                                                                    "polynomial",
                                                                    "constant",
                                                                    "constant_with_warmup",
                                                                    "inverse_sqrt",
                                                                    "reduce_lr_on_plateau",
                                                                    "cosine_with_min_lr",
                                                                    "cosine_warmup_with_min_lr",
                                                                    "warmup_stable_decay",
                                                                    "one_cycle",
                                                                    "greedy"};

// --frozen-mode
inline constexpr std::string_view kFrozenEvaluates = "eval", kFrozenTrains = "train";
inline constexpr std::array<std::string_view, 2> kFrozenModeNames = {kFrozenEvaluates, kFrozenTrains};

// --peft; the first one is the default
inline constexpr std::string_view kNoPeft = "none";
inline constexpr std::array<std::string_view, 2> kPeftNames = {kNoPeft, "lora"};

// --eval-strategy and --save-strategy
inline constexpr std::array<std::string_view, 3> kStrategyNames = {"no", "steps", "epoch"};

// --log-style
inline constexpr std::string_view kLogSteps = "steps", kLogEpochs = "epoch", kLogNothing = "none";
inline constexpr std::array<std::string_view, 3> kLogStyleNames = {kLogSteps, kLogEpochs, kLogNothing};

// --report-to
inline constexpr std::array<std::string_view, 3> kReporterNames = {"none", "all", "tensorboard"};

}  // namespace hone::train
