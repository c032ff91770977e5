// The table of old spellings. A row applies to every command that has the option `current` but no option with the old
// name.
#include "options/old_names.h"

namespace hone::options {

namespace {

constexpr std::string_view kNoFp16 =
    "hone does not compute in fp16, but in bf16 if the machine has instructions for it and in fp32 otherwise";
constexpr std::string_view kBf16WhereNative = "bf16 if the machine has instructions for it, fp32 otherwise";

constexpr OldOption kOldOptions[] = {
    {"evaluation_strategy", "eval_strategy", "", ""},
    {"per_gpu_train_batch_size", "per_device_train_batch_size", "", ""},
    {"per_gpu_eval_batch_size", "per_device_eval_batch_size", "", ""},
    {"pretrained_model_name_or_path", "model_name_or_path", "", ""},
    {"dataset_name", "dataset", "", ""},
    {"dataset_path", "dataset", "", ""},
    {"max_length", "max_seq_length", "", ""},
    {"max_val_samples", "max_eval_samples", "", ""},
    {"use_cpu", "device", "cpu", "", true},
    {"no_cuda", "device", "cpu", "", true},
    {"fp16", "precision", "auto", "", true, kNoFp16},
    {"bf16", "precision", "auto", "", true, kBf16WhereNative},
    {"lr", "learning_rate", "", ""},
    {"epochs", "num_train_epochs", "", ""},
    {"batch_size", "per_device_train_batch_size", "", ""},
    {"do_train", "learning_rate", "", "hone train always trains", true},
    {"do_eval", "learning_rate", "", "use --eval-strategy", true},
    {"do_predict", "learning_rate", "", "use hone predict", true},
    {"overwrite_cache", "learning_rate", "", "hone keeps no cache of the data", true},
    {"save_safetensors", "learning_rate", "", "hone always saves safetensors", true},
};

}  // namespace

std::span<const OldOption> old_options() { return kOldOptions; }

}  // namespace hone::options
