// The rows of the table of families (families.h) that have an encoder and a decoder.
#pragma once

#include <span>

#include "model/families.h"

namespace hone::model {

std::span<const Family> seq2seq_families();

}  // namespace hone::model
