// Draws new weights bit for bit as transformers 5 does: from torch's CPU generator (mt19937), in HF's order.
#pragma once

#include <ATen/core/Generator.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "nn/embedding.h"

namespace hone::model {

// Returns a CPU generator in the state that torch's has after set_seed(seed).
at::Generator seeded_generator(uint64_t seed);

// Draws the parameters in `missing`, in the order of the modules, as from_pretrained does (nn/leaf.h).
void draw_missing(torch::nn::Module& model, const std::set<std::string>& missing, double initializer_range,
                  at::Generator generator);

// Draws every parameter, as from_config does. HF constructs the modules in order with torch's own draws, draws the
// modules `whole`, such as the body, again as soon as they are constructed, and the rest at the end. So the generator
// must make the discarded draws too.
void draw_all(torch::nn::Module& model, std::span<const std::string> whole, double initializer_range,
              at::Generator generator);

// Adds rows to a table, as resize_token_embeddings does by default. Draws the new rows from a normal distribution with
// the mean of the old rows and 1e-9 of their covariance. If the covariance is not positive definite (for example with
// fewer rows than columns), the new rows are the mean.
void add_embedding_rows(nn::Embedding& embedding, int64_t num_rows, at::Generator generator);

}  // namespace hone::model
