// Checks of a path that is about to be written, so that no command destroys its own input or an older result.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace hone {

// Returns true for "-" (standard output) and for an existing path that is not a regular file, such as a pipe, a
// terminal or /dev/null. Commands write to such an output directly, without a temporary file.
bool is_stream(const std::filesystem::path& path);

// The name of an output in messages: "standard output" for "-", else the path.
std::string output_name(const std::filesystem::path& path);

// Throws kUsage if both paths lead to the same file, also through links or another spelling of the path. The message
// names the two options, such as "--output" and "--file".
void check_is_not_input(const std::filesystem::path& output, std::string_view output_option,
                        const std::filesystem::path& input, std::string_view input_option);

// Throws kUsage if the output is a stream, because a file of its own is written.
void check_is_file(const std::filesystem::path& output, std::string_view output_option);

// Throws kUsage if the output exists and is not empty; the hint names --overwrite. Accepts every stream.
void check_is_free(const std::filesystem::path& output, std::string_view output_option);

}  // namespace hone
