// The table of commands. To add one: a torch-free header with its options, its row here, its run_<name> in
// src/cli/<name>.cpp, its row in src/cli/library.cpp, and its test tests/cli/<name>_test.cpp.
#pragma once

#include <array>

#include "cli/command.h"
#include "cli/devices_options.h"
#include "cli/eval_options.h"
#include "cli/help.h"
#include "cli/predict_options.h"
#include "cli/serve_options.h"
#include "cli/tokenize_options.h"
#include "cli/version.h"
#include "cli/watch.h"
#include "train/options.h"

namespace hone::cli {

inline constexpr std::array kCommands = {
    library_command<train::TrainOptions>("train", "Work", "fine-tune a model on rows with labels"),
    library_command<EvalOptions>("eval", "Work", "how well a trained model does on rows with labels"),
    library_command<PredictOptions>("predict", "Work", "labels and scores of texts, or of a file's rows"),
    library_command<TokenizeOptions>("tokenize", "Work", "the tokens and ids of texts, or of a file's rows"),
    library_command<ServeOptions>("serve", "Work", "a trained model over HTTP, with a page to try it"),
    light_command<WatchOptions, run_watch>("watch", "Work", "runs and how they go, live in the browser"),
    library_command<DevicesOptions>("devices", "About", "what models can be computed on here"),
    light_command<VersionOptions, run_version>("version", "About",
                                               "the version of hone, its libraries and the processor"),
    light_command<HelpOptions, run_help>("help", "About", "the commands, or the options of one command"),
};

// What `hone help` shows at its end; the tests run `hone help` on each.
inline constexpr std::array<std::string_view, 2> kExamples = {
    "hone train --model DIR --dataset reviews.csv --validation-split 0.2 --output-dir out",
    "hone predict --model out \"This movie was not bad, actually it was quite good!\"",
};

}  // namespace hone::cli
