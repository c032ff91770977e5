// Tensors of checkpoints that hold the rows of several parameters.
#pragma once

#include <string>
#include <vector>

#include "model/families.h"
#include "tensor/stored_tensor.h"

namespace hone::model {

// Returns the parameters that a stored tensor holds, with the names of Family::old_joined or Family::stacked; without
// such a part in its name, the tensor itself. `source` names the folder in errors. Throws kInput if the rows cannot be
// divided.
std::vector<tensor::StoredTensor> separated(const Family& family, const tensor::StoredTensor& stored,
                                            const std::string& source);

}  // namespace hone::model
