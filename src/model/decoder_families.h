// The rows of the table of families (families.h) that are decoders: each token sees those before it.
#pragma once

#include <span>

#include "model/families.h"

namespace hone::model {

std::span<const Family> decoder_families();

}  // namespace hone::model
