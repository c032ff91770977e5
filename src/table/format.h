// Which format a file has: by its extension; by its content only where it has none. Internal to the floor.
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

// By the extension (under .gz, .xz, .zst, .bz2; in any case); null where it is none of ours, or there is none.
const Format* format_of_name(const std::filesystem::path& path);

// Opens the file, found by extension or content. Errors: kIo for a missing file or a folder; kUnsupported for an
// extension that is none of ours.
std::unique_ptr<BatchReader> open_batches(const std::filesystem::path& path, const ReadOptions& options);

}  // namespace hone::table
