// Vectors of texts, near to each other if their texts mean nearly the same (contrastive learning). The rows are pairs
// of such texts, with texts of another meaning or with scores, or single texts (Gao et al., "SimCSE", EMNLP 2021).
#pragma once

#include <memory>

#include "task/tasks.h"

namespace hone::task {

// Reads the files of sentence-transformers in the folder of `config`, if it has them; else a text's vector is the mean
// of its tokens. Errors: those of model::SentenceConfig::read.
std::unique_ptr<Task> make_contrastive(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose);

}  // namespace hone::task
