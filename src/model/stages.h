// The stages of a forward pass, and the parameters that each of them reads. A forward pass of one token finds them, so
// they are right for every family: layers may share weights, and a decoder may read the table of words.
#pragma once

#include <cstddef>
#include <vector>

#include "model/model.h"

namespace hone::model {

struct Stages {
  // For the embeddings, each layer, and the output (pooler and head): what it reads, as ascending indices of
  // named_parameters(). A parameter that several stages read is in each.
  std::vector<std::vector<size_t>> parameters;
  size_t num_parameters = 0;  // of the model

  size_t num_layers() const { return parameters.size() - 2; }
};

// Frozen parameters belong to stages too. Model::stages() keeps the result.
Stages find_stages(const Model& model);

}  // namespace hone::model
