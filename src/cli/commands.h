// The table of commands. To add a command, write a header with its options (without torch), its row here, its
// run_<name> in src/cli/<name>.cpp, its row in src/cli/library.cpp, and its test tests/cli/<name>_test.cpp.
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

// The options that most people set besides the model, in the order in which they need them.
inline constexpr std::array<std::string_view, 5> kCommonTrainOptions = {"dataset", "validation_split", "output_dir",
                                                                        "num_train_epochs", "learning_rate"};

inline constexpr std::array kCommands = {
    library_command<train::TrainOptions>("train", "Work", "fine-tune a model on labelled rows", kCommonTrainOptions),
    library_command<EvalOptions>("eval", "Work", "measure a trained model on labelled rows"),
    library_command<PredictOptions>("predict", "Work", "apply a trained model to texts or to a file's rows"),
    library_command<TokenizeOptions>("tokenize", "Work", "show the tokens and ids of texts or of a file's rows"),
    library_command<ServeOptions>("serve", "Work", "serve a trained model over HTTP, with a page to try it"),
    light_command<WatchOptions, run_watch>("watch", "Work", "follow training runs in the browser"),
    library_command<DevicesOptions>("devices", "About", "list the devices that models can be computed on"),
    light_command<VersionOptions, run_version>("version", "About",
                                               "print the versions of hone and its libraries, and the processor"),
    light_command<HelpOptions, run_help>("help", "About", "list the commands, or explain the options of one"),
};

// The examples at the end of `hone help`.
inline constexpr std::array<std::string_view, 2> kExamples = {
    "hone train --model DIR --dataset reviews.csv --output-dir out",
    "hone predict --model out \"This movie was not bad, actually it was quite good!\"",
};

}  // namespace hone::cli
