#include "base/output_path.h"

#include "base/error.h"

namespace hone {

namespace fs = std::filesystem;

bool is_stream(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  return path == "-" || (fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status));
}

std::string output_name(const fs::path& path) { return path == "-" ? "standard output" : path.string(); }

void check_is_not_input(const fs::path& output, std::string_view output_option, const fs::path& input,
                        std::string_view input_option) {
  std::error_code error;
  if (is_stream(output) || !fs::equivalent(output, input, error) || error) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("{} {} and {} {} are the same file: writing it would destroy the input", output_option,
                          output.string(), input_option, input.string()),
              fmt::format("give {} another name", output_option));
}

void check_is_file(const fs::path& output, std::string_view output_option) {
  if (!is_stream(output)) return;
  throw Error(ErrorKind::kUsage, fmt::format("{} {} is not a file", output_option, output.string()),
              fmt::format("give {} the name of a file", output_option));
}

void check_is_free(const fs::path& output, std::string_view output_option) {
  std::error_code error;
  if (is_stream(output) || !fs::exists(output, error)) return;
  if (fs::is_directory(output, error)) {
    throw Error(ErrorKind::kUsage, fmt::format("{} {} is a folder", output_option, output.string()),
                "give the name of a file");
  }
  if (fs::is_empty(output, error)) return;
  throw Error(ErrorKind::kUsage, fmt::format("{} {} already exists", output_option, output.string()),
              "give another name; --overwrite replaces it; --overwrite-output-dir replaces the run and its log");
}

}  // namespace hone
