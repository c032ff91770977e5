// The folder that --model names, settled before a command loads anything.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "options/field_list.h"

namespace hone::cli {

// Replaces the value of model_name_or_path, if the command has this option: a folder of the Hub's cache
// ("models--org--name"), or a name ("org/name") that this cache holds, becomes the snapshot's folder, with a note.
// Errors: kIo if there is no such folder; the hint says how to get the model, because hone downloads nothing. A command
// that opens a page (--open) gets no error: its page says what is missing.
void settle_model_folder(const options::FieldList& list, std::vector<std::string>& notes);

// The snapshot of a folder of the Hub's cache: the one that refs/main names, else the newest; nullopt if `folder` is
// not such a folder or holds no snapshot.
std::optional<std::filesystem::path> hub_snapshot(const std::filesystem::path& folder);

}  // namespace hone::cli
