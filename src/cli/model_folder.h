// Finds the folder that --model names, before a command loads anything.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "options/field_list.h"

namespace hone::cli {

// Replaces the value of model_name_or_path, if the command has this option: a folder of the Hub's cache
// ("models--org--name"), or a name ("org/name") in that cache, becomes the folder of the snapshot, with a note. If the
// folder is that of an adapter whose base model is such a name, base_model becomes that snapshot. Errors:
// kIo if there is no such folder; the hint explains how to get the model, because hone downloads nothing. With --open
// there is no error, because the page shows which folder is missing.
void settle_model_folder(const options::FieldList& list, std::vector<std::string>& notes);

// Returns the snapshot of a folder of the Hub's cache: the one that refs/main names, else the newest. Returns nullopt
// if `folder` is not such a folder or has no snapshot.
std::optional<std::filesystem::path> hub_snapshot(const std::filesystem::path& folder);

}  // namespace hone::cli
