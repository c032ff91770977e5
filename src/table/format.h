// Finds the format of a file by its extension, or by its content if it has no extension. Internal to the floor.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "table/batch_reader.h"

namespace hone::table {

struct Format {
  std::string_view extension, family, doc;
  std::unique_ptr<BatchReader> (*open)(const std::filesystem::path& path, const ReadOptions& options);
};

// Finds the format by the extension, in any case and without .gz, .xz, .zst, .bz2. Returns null if the extension is
// unknown or missing.
const Format* format_of_name(const std::filesystem::path& path);

// Opens the file with the format of its extension or content. Errors: kIo for a missing file or a folder; kUnsupported
// for an unknown extension.
std::unique_ptr<BatchReader> open_batches(const std::filesystem::path& path, const ReadOptions& options);

}  // namespace hone::table
